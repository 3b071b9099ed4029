//! Tests with the embedded Clerk.

use std::time::{Duration, SystemTime};

use clerk_sdk::mock::{Fault, MockClerk};
use clerk_sdk::types::User;
use clerk_sdk::{Clerk, Error};
use serde_json::json;

use crate::{AnyError, with_ada};

// code: testing
async fn sign_up(clerk: &Clerk, email: &str) -> Result<User, Error> {
    clerk.users().create().email_address([email]).await
}

#[tokio::test]
async fn a_short_outage_is_survived() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockClerk::start().await?;
    mock.fail_next(429, 1);

    let ada = sign_up(&mock.client(), "ada@example.com").await?;

    let stored = mock.client().users().get(&ada.id).await?;
    assert_eq!(stored.email_addresses[0].email_address, "ada@example.com");
    assert_eq!(mock.received("CreateUser").len(), 2);
    Ok(())
}
// end

#[tokio::test]
async fn the_embedded_clerk_misbehaves_on_demand() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    // code: faults
    mock.fail_next(503, 2); // the next two answers
    mock.inject(Fault::RateLimited(Duration::from_secs(3)), 1); // the next one, with Retry-After: 3
    mock.inject_on("GetUser", Fault::Disconnect, 1); // the next one of this operation
    mock.delay(Duration::from_millis(5)); // all of them from now on
    mock.rate_limit(10, Duration::from_secs(1)); // then 429 with Retry-After
    mock.clear_faults();
    // end
    clerk.users().create().email_address(["ada@example.com"]).await?;
    // code: record
    let sent = mock.received("CreateUser");
    assert_eq!(sent[0].body.json(), Some(&json!({ "email_address": ["ada@example.com"] })));
    assert_eq!(sent[0].headers["clerk-api-version"], clerk_sdk::API_VERSION);
    // end
    Ok(())
}

#[tokio::test]
async fn users_sign_in_without_a_browser() -> Result<(), AnyError> {
    let (mock, _clerk, ada) = with_ada().await;
    // code: sign-in
    let token = mock.sign_in(&ada).organization("acme", "org:admin").token();

    let expired = mock.sign_in(&ada).issued_ago(Duration::from_secs(120)).token();
    let stranger = mock.sign_in(&ada).forged().token();
    // end
    for token in [token, expired, stranger] {
        assert_eq!(token.split('.').count(), 3);
    }
    Ok(())
}

#[tokio::test]
async fn fixtures_are_put_in() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    // code: fixture
    let ada = mock.seed().user("ada@example.com").with("first_name", "Ada").await;
    mock.seed().user("eve@example.com").organization("globex", "org:admin").await;
    mock.seed().role("org:accountant", ["org:billing:manage"]).await;
    mock.load(&json!({
        "users": [{ "username": "bob1" }],
        "organizations": [{
            "name": "Acme", "created_by": "ada@example.com",
            "memberships": [{ "user_id": "bob1", "role": "org:accountant" }],
        }],
    }))?;
    // end
    assert_eq!(mock.client().organization_memberships().list("acme").await?.len(), 2);
    assert_eq!(ada.first_name.as_deref(), Some("Ada"));
    Ok(())
}

#[tokio::test]
async fn subscriptions_go_on_by_themselves() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    // code: billing
    let ada = mock.seed().user("ada@example.com").await;
    mock.seed().plan("pro").with("fee", 2500).with("features", json!(["export"])).await;
    let subscription = mock.seed().subscription(&ada.id, "pro").await;

    let item = &subscription.subscription_items[0];
    mock.client().billing().cancel_subscription_item(&item.id).await?;
    mock.advance(Duration::from_secs(32 * 24 * 60 * 60)); // the month that was paid for is over

    let subscription = mock.client().users().get_billing_subscription(&ada.id).await?;
    assert_eq!(subscription.status.as_str(), "ended");
    // end
    Ok(())
}

mod samples {
    use clerk_sdk::Null;
    use clerk_sdk::types::User;
    use clerk_sdk::webhooks::{Event, EventOf, types};

    fn welcome(event: &Event) -> Option<&str> {
        match event {
            Event::UserCreated(event) => event.data.first_name.as_deref(),
            _ => None,
        }
    }

    // code: samples
    fn greeting(user: &User) -> String {
        format!("Hello, {}!", user.first_name.as_deref().unwrap_or("you"))
    }

    #[test]
    fn people_are_greeted_by_their_names() {
        let ada = User::sample().first_name("Ada");

        assert_eq!(greeting(&ada), "Hello, Ada!");
        assert_eq!(greeting(&ada.first_name(Null)), "Hello, you!");
    }
    // end

    #[test]
    fn new_users_are_welcomed() {
        // code: sample-events
        let ada = types::User::sample().first_name("Ada");
        let event = Event::UserCreated(EventOf::sample().data(ada));
        // end
        assert_eq!(welcome(&event), Some("Ada"));
    }
}

#[tokio::test]
async fn tests_go_back_in_time() -> Result<(), AnyError> {
    // code: fixed
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let mock = MockClerk::builder().ids(1).clock(start).start().await?;
    mock.seed().user("ada@example.com").await;

    let snapshot = mock.snapshot();
    mock.advance(Duration::from_secs(7 * 24 * 60 * 60)); // a week later
    mock.seed().user("bob@example.com").await;
    mock.restore(&snapshot); // no Bob, and no time has passed
    // end
    assert_eq!(mock.client().users().list().await?.len(), 1);
    Ok(())
}
