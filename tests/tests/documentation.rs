//! The code in the README and in `docs/`: what stands there between markers is copied from here by
//! `cargo xtask regen`, so that it compiles, and most of it runs against the embedded Clerk.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::time::{Duration, SystemTime};

use clerk_sdk::http::{HeaderValue, Method};
use clerk_sdk::mock::{Fault, MockClerk};
use clerk_sdk::types::{BulkInvitation, EmailAddressVerification, User};
use clerk_sdk::{
    Clerk, Error, ErrorKind, FilePart, HttpClient, HttpFuture, HttpRequest, Null, RetryPolicy, Timestamp,
};
use serde::Deserialize;
use serde_json::json;

type AnyError = Box<dyn std::error::Error>;

mod first {
    // code: first
    use clerk_sdk::Clerk;

    #[tokio::main]
    async fn main() -> Result<(), clerk_sdk::Error> {
        let clerk = Clerk::from_env()?; // CLERK_SECRET_KEY
        let mut users = clerk.users().list().query("ada").items();
        while let Some(user) = users.try_next().await? {
            println!("{} {}", user.id, user.first_name.unwrap_or_default());
        }
        Ok(())
    }
    // end
}

/// An embedded Clerk with a user in it.
async fn with_ada() -> (MockClerk, Clerk, User) {
    let mock = MockClerk::start().await.unwrap();
    let clerk = mock.client();
    let ada = clerk.users().create().email_address(["ada@example.com"]).await.unwrap();
    (mock, clerk, ada)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_the_same_with_and_without_async() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    let email_id = user.email_addresses[0].id.clone().unwrap();
    // code: async
    let email = clerk.email_addresses().get(&email_id).await?;
    println!("{}", email.email_address);
    // end
    assert_eq!(email.email_address, "ada@example.com");
    // code: blocking
    let email = clerk.email_addresses().get(&email_id).send_blocking()?;
    for user in clerk.users().list().items_blocking() {
        println!("{}", user?.id);
    }
    // end
    assert_eq!(email.email_address, "ada@example.com");
    Ok(())
}

// code: plan
#[derive(Deserialize)]
struct Plan {
    name: String,
    seats: u32,
}
// end

#[tokio::test]
async fn users_are_created_updated_and_fields_of_them_cleared() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    // code: create
    let user = clerk
        .users()
        .create()
        .email_address(["ada@example.com"])
        .first_name("Ada")
        .public_metadata(json!({ "plan": { "name": "pro", "seats": 3 } }))
        .await?;

    clerk
        .users()
        .update(&user.id)
        .last_name("Lovelace")
        .username(Null) // null; what is not mentioned is not touched
        .await?;
    // end
    // code: metadata
    let plan: Option<Plan> = user.public_metadata.get_as("plan")?;

    let user = clerk.users().update_metadata(&user.id).public_metadata(json!({ "plan": null })).await?;
    // end
    let plan = plan.unwrap();
    assert_eq!((plan.name.as_str(), plan.seats), ("pro", 3));
    assert_eq!(user.last_name.as_deref(), Some("Lovelace"));
    assert!(user.public_metadata.is_empty());
    let nickname = None;
    // code: optional
    let request = clerk.users().update(&user.id).first_name("Augusta");
    // Sets it if there is something, and does not mention it otherwise:
    let request = request.apply_if(nickname, |request, nickname: &str| request.username(nickname));
    // An `Option` itself is a value or null:
    let request = request.last_name(None::<&str>);
    // end
    assert_eq!(request.await?.last_name, None);
    Ok(())
}

#[tokio::test]
async fn many_are_invited_at_once() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    // code: nested
    let invitation =
        BulkInvitation::new("grace@example.com").public_metadata([("plan", "pro")]).notify(false);
    clerk.invitations().bulk_create([invitation, BulkInvitation::new("alan@example.com")]).await?;
    // end
    let sent = mock.received("CreateBulkInvitations").remove(0);
    assert_eq!(sent.body.json().unwrap()[0]["public_metadata"], json!({ "plan": "pro" }));
    assert_eq!(sent.body.json().unwrap()[1], json!({ "email_address": "alan@example.com" }));
    Ok(())
}

#[tokio::test]
async fn lists_are_walked() -> Result<(), AnyError> {
    let (_mock, clerk, ada) = with_ada().await;
    let organization = clerk.organizations().create("Analytical Engines").created_by(&ada.id).await?;
    // code: lists
    let page = clerk.users().list().limit(50).order_by("-created_at").await?; // one page
    println!("{} of {:?}", page.len(), page.total_count()); // a slice that may know the total

    let mut users = clerk.users().list().query("ada").items(); // all of them, as they come
    while let Some(user) = users.try_next().await? {
        println!("{}", user.id);
    }

    let members: Vec<_> =
        clerk.organization_memberships().list(&organization.id).items().try_collect().await?;
    // end
    assert_eq!((page.len(), members.len()), (1, 1));
    // code: pages
    let mut pages = clerk.organizations().list().limit(20).pages();
    while let Some(page) = pages.try_next().await? {
        println!("{} organizations, {:?} in all", page.len(), pages.total_count());
    }
    // end
    // code: prefetch
    let mut users = clerk.users().list().limit(500).items().prefetch(2); // while you are busy with the ones before
    // end
    assert!(users.try_next().await?.is_some());
    Ok(())
}

#[tokio::test]
async fn what_is_no_longer_wanted_is_dropped() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    let mut shutdown = std::pin::pin!(std::future::pending::<()>());
    // code: cancel
    let mut users = clerk.users().list().items();
    loop {
        tokio::select! {
            user = users.try_next() => match user? {
                Some(user) => println!("{}", user.id),
                None => break,
            },
            () = &mut shutdown => break, // the walk ends with the stream, pages that were fetched ahead too
        }
    }

    clerk.users().lock(&user.id).with_timeout(Duration::from_secs(2)).await?; // an error that says whether it was sent
    // end
    Ok(())
}

#[tokio::test]
async fn pictures_are_uploaded() -> Result<(), AnyError> {
    let (mock, clerk, user) = with_ada().await;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("ada.png");
    std::fs::write(&path, "not really a picture")?;
    let socket = &b"more of it"[..];
    // code: upload
    clerk.users().set_profile_image(&user.id, FilePart::from_path(path).await?).await?;

    let file = FilePart::from_reader("ada.png", socket).content_type("image/png");
    clerk.users().set_profile_image(&user.id, file).await?;
    // end
    assert_eq!(mock.received("SetUserProfileImage").len(), 2);
    Ok(())
}

#[tokio::test]
async fn retries_are_a_setting_of_the_client_and_of_the_call() -> Result<(), AnyError> {
    let (mock, _, user) = with_ada().await;
    let key = mock.secret_key();
    // code: retries
    let ms = Duration::from_millis;
    let policy = RetryPolicy::exponential()
        .initial(ms(100))
        .max_interval(ms(5_000))
        .exponent(2.0)
        .max_elapsed(ms(20_000));
    let clerk = Clerk::builder(key).retry(policy).build()?;
    // end
    drop(clerk);
    let clerk = mock.client();
    mock.fail_next(503, 1);
    // code: retries-call
    let response = clerk.users().get(&user.id).with_response().await?;
    println!("{} after {} attempts", response.status(), response.attempts());

    clerk.users().get(&user.id).with_retry(RetryPolicy::none()).await?; // this call alone

    // A POST that may be sent twice, whatever became of the first:
    clerk.users().lock(&user.id).with_repeatable(true).await?;
    // end
    assert_eq!(response.attempts(), 2);
    let key = mock.secret_key();
    // code: throttle
    let alone = Clerk::builder(key).throttle(false).build()?; // each call waits for itself

    clerk.users().get(&user.id).with_throttle(false).await?; // this call waits for no others
    // end
    drop(alone);
    Ok(())
}

#[tokio::test]
async fn errors_say_what_happened() -> Result<(), AnyError> {
    let (_mock, clerk, _) = with_ada().await;
    let id = "user_nobody";
    let mut seen = false;
    // code: errors
    match clerk.users().get(id).await {
        Ok(user) => println!("{}", user.id),
        Err(e) if e.is_not_found() => println!("nobody has this id"),
        Err(e) if e.is_rate_limited() => println!("again in {:?}", e.retry_after()),
        Err(e) if e.has_code("form_param_format_invalid") => println!("that is no id"),
        Err(e) => eprintln!("{e}"),
    }
    // end
    let error = clerk.users().get(id).await.unwrap_err();
    // code: error-api
    if let Some(api) = error.api() {
        println!("{} {:?} {:?}", api.status(), api.trace_id(), api.retry_after());
        for item in api.errors() {
            println!("{:?}: {:?} {:?}", item.code(), item.message(), item.meta());
        }
        let _raw = (api.headers(), api.body());
    }
    // end
    // code: error-kinds
    match error.kind() {
        ErrorKind::Api => println!("the server said no: {:?}", error.status()),
        ErrorKind::Transport => {
            println!("{:?}; may have arrived: {}", error.transport_kind(), error.maybe_sent())
        }
        ErrorKind::Decode => println!("not what was promised, at {:?}", error.decode_path()),
        ErrorKind::InvalidRequest | ErrorKind::Config => println!("not sent: {error}"),
        ErrorKind::RateLimited => println!("not sent; again in {:?}", error.retry_after()),
        _ => println!("{error}"),
    }
    // end
    seen |= error.has_code("resource_not_found");
    assert!(seen, "{error}");
    Ok(())
}

#[test]
fn clients_are_configured() -> Result<(), AnyError> {
    let key = "sk_test_x";
    // code: server
    let clerk = Clerk::builder(key).server_url("http://127.0.0.1:4010/v1").build()?; // for all calls
    let request = clerk.users().list().with_server_url("https://proxy.example.com/v1"); // for this one
    // end
    drop(request);
    let headers = clerk_sdk::http::HeaderMap::new();
    // code: configure
    let proxy = clerk_sdk::reqwest::Proxy::all("http://proxy.example.com:3128")?;
    let clerk = Clerk::builder(key)
        .configure_reqwest(|builder| builder.proxy(proxy).default_headers(headers).pool_max_idle_per_host(8))
        .build()?;
    // end
    drop(clerk);
    // code: custom-client-use
    let clerk = Clerk::builder(key).http_client(AddHeader(clerk_sdk::reqwest_builder().build()?)).build()?;
    // end
    drop(clerk);
    // code: hooks
    let clerk = Clerk::builder(key)
        .before_request(|attempt, request| {
            let id = format!("{}-{}", attempt.operation, attempt.number);
            if let Ok(id) = HeaderValue::try_from(id) {
                request.headers_mut().insert("x-request-id", id);
            }
        })
        .on_retry(|attempt, retry| eprintln!("{} again in {:?}", attempt.operation, retry.wait))
        .build()?;
    // end
    drop(clerk);
    Ok(())
}

// code: custom-client
struct AddHeader<C>(C);

impl<C: HttpClient> HttpClient for AddHeader<C> {
    fn send(&self, mut request: HttpRequest) -> HttpFuture<'_> {
        request.headers_mut().insert("client-level-header", HeaderValue::from_static("added by client"));
        self.0.send(request)
    }
}
// end

#[tokio::test]
async fn keys_come_from_where_they_are() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let (other_key, machine_key) = ("sk_live_embedded", "ak_test_embedded");
    async fn read_from_vault() -> Result<String, std::io::Error> {
        Ok("sk_test_embedded".to_owned())
    }
    // code: keys
    let clerk = Clerk::builder_with_key_provider(|| async { read_from_vault().await }) // asked at each call
        .machine_secret_key(machine_key) // for what a machine calls; `from_env` reads CLERK_MACHINE_SECRET_KEY
        .build()?;
    // end
    drop(clerk);
    let clerk = Clerk::builder_with_key_provider(read_from_vault)
        .machine_secret_key(machine_key)
        .server_url(mock.url())
        .build()?;
    // code: keys-call
    clerk.users().count().with_secret_key(other_key).await?; // this call alone
    let token = clerk.m2m().create_token().seconds_until_expiration(Null).await?; // by the machine's key
    // end
    drop(token);
    clerk.users().count().await?;
    let keys: Vec<_> = mock
        .requests()
        .iter()
        .map(|seen| seen.headers["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys, ["Bearer sk_live_embedded", "Bearer ak_test_embedded", "Bearer sk_test_embedded"]);
    Ok(())
}

fn debugging() {
    // code: debugging
    tracing_subscriber::fmt().with_env_filter("clerk_sdk=debug").init();
    // end
}

async fn way_out(clerk: Clerk) -> Result<(), Error> {
    // code: way-out
    let value: serde_json::Value =
        clerk.request(Method::GET, "/brand_new_endpoint").query("limit", 3).await?;

    let users = clerk.users().list().with_query("brand_new_filter", "x").await?;
    // end
    drop((value, users));
    Ok(())
}

#[allow(deprecated, reason = "gone from newer versions, which is why it is called in this one")]
async fn another_version(clerk: Clerk, token: &str) -> Result<(), Error> {
    // code: another-version
    use clerk_sdk::v2024_10_01::ClerkExt as _; // feature `api-2024-10-01`

    let session = clerk.v2024_10_01().sessions().verify("sess_1", token).await?;
    // end
    drop(session);
    Ok(())
}

fn webhooks(
    headers: &clerk_sdk::http::HeaderMap,
    body: &[u8],
) -> Result<(), clerk_sdk::webhooks::WebhookError> {
    // code: webhooks
    use clerk_sdk::webhooks::{Event, Webhook};

    let webhook = Webhook::from_env()?; // CLERK_WEBHOOK_SIGNING_SECRET
    match webhook.verify(headers, body)? {
        Event::UserCreated(event) => println!("welcome {}", event.data.id),
        Event::Unknown(event) => println!("{} is new to this version", event.kind),
        _ => {}
    }
    // end
    Ok(())
}

#[tokio::test]
async fn there_is_a_way_out() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    let user_path = format!("/users/{}", user.id);
    let value: serde_json::Value = clerk.request(Method::GET, user_path).await?;
    assert_eq!(value["id"], user.id.as_str());
    // code: response
    let response = clerk.users().get(&user.id).with_response().await?;
    println!("{} {:?} {}", response.status(), response.headers(), response.attempts());
    let user = response.into_inner();
    // end
    assert_eq!(value["id"], user.id.as_str());
    Ok(())
}

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

/// A request with a session token of Ada's, who is an admin.
fn request_of(mock: &MockClerk, ada: &User) -> clerk_sdk::http::Request<()> {
    let sign_in = mock.sign_in(ada).organization("acme", "org:admin");
    let token = sign_in.authorized_party("https://app.example.com").claim("seats", 3).token();
    let request = clerk_sdk::http::Request::builder().header("authorization", format!("Bearer {token}"));
    request.body(()).unwrap()
}

// code: claims-type
#[derive(Deserialize)]
struct Own {
    seats: u32,
}
// end

#[tokio::test]
async fn requests_say_who_sent_them() -> Result<(), AnyError> {
    let (mock, clerk, ada) = with_ada().await;
    let request = request_of(&mock, &ada);
    // code: authenticate
    use clerk_sdk::auth::{RequestState, Role};

    match clerk.authenticate(&request).authorized_parties(["https://app.example.com"]).await? {
        RequestState::SignedIn(auth) if auth.has(Role("org:admin")) => {
            println!("an admin: {}", auth.user_id())
        }
        RequestState::SignedIn(auth) => println!("{} in {:?}", auth.user_id(), auth.org_id()),
        RequestState::SignedOut { reason, message, .. } => println!("401 {reason}: {message}"),
    }
    // end
    // code: authenticator
    let authenticator = clerk
        .authenticator() // or Authenticator::with_pem(…), without a client
        .authorized_parties(["https://app.example.com"])
        .cache_tokens(10_000)
        .build()?;

    let state = authenticator.authenticate(&request).await; // a future that does not borrow the request
    // end
    let auth = state.into_auth()?;
    // code: has
    use clerk_sdk::auth::{Feature, Permission, Plan, Reverification};

    let may_bill = auth.has(Permission("org:billing:manage"));
    let pays = auth.has(Plan("org:pro")) || auth.has(Feature("billing"));
    let may_delete = auth.has(Reverification::Strict); // a second factor within the last 10 minutes
    // end
    assert!(!may_bill && !pays && may_delete && auth.has(Role("admin")));
    let claims = auth.claims();
    // code: claims
    println!("{:?} {:?} {:?}", claims.session_id(), claims.expires_at(), claims.actor());
    let own: Own = claims.custom()?; // what was added to the session token in the dashboard
    let raw = claims.raw(); // all of it
    // end
    assert_eq!((own.seats, &raw["seats"]), (3, &json!(3)));
    Ok(())
}

#[tokio::test]
async fn machines_call_too() -> Result<(), AnyError> {
    let (mock, clerk, ada) = with_ada().await;
    let request = request_of(&mock, &ada);
    // code: machines
    use clerk_sdk::auth::TokenType;

    let state = clerk.authenticate(&request).accepts([TokenType::Session, TokenType::ApiKey]).await?;
    let auth = state.into_auth()?;
    match auth.token_type() {
        TokenType::Session => println!("the user {}", auth.user_id()),
        _ => println!("a program of {}, for {:?}", auth.subject(), auth.scopes()),
    }
    // end
    assert_eq!(auth.user_id(), ada.id);
    Ok(())
}

#[tokio::test]
async fn services_are_asked_with_a_body() -> Result<(), AnyError> {
    let (mock, clerk, ada) = with_ada().await;
    let token = mock.sign_in(&ada).token();
    // code: test-request
    use clerk_sdk::mock::TestRequest;

    let request = TestRequest::new(Method::POST, "/notes").json(json!({ "text": "hello" })).bearer(&token);
    // end
    assert_eq!(request.body(), r#"{"text":"hello"}"#);
    assert_eq!(clerk.authenticate(&request).await?.into_auth()?.user_id(), ada.id);
    Ok(())
}

#[tokio::test]
async fn caches_are_as_large_as_they_are_told_to_be() -> Result<(), AnyError> {
    use clerk_sdk::auth::TokenType;

    let (mock, clerk, ada) = with_ada().await;
    // code: caches
    let authenticator = clerk
        .authenticator()
        .accepts([TokenType::Session, TokenType::M2m, TokenType::ApiKey, TokenType::OAuth])
        .cache_tokens(10_000) // tokens whose signature was good
        .cache_opaque(1_000, Duration::from_secs(30)) // credentials that Clerk vouched for, and for how long
        .build()?;
    // end
    let key = clerk.api_keys().create("a program", &ada.id).await?;
    let request = clerk_sdk::mock::get("/").bearer(&key.secret);
    for _ in 0..3 {
        let auth = authenticator.authenticate(&request).await.into_auth()?;
        assert_eq!((auth.token_type(), auth.subject()), (TokenType::ApiKey, ada.id.as_str()));
    }
    assert_eq!(mock.received("verifyApiKey").len(), 1);
    Ok(())
}

#[tokio::test]
async fn tokens_are_checked_without_a_network() -> Result<(), AnyError> {
    let (mock, _clerk, ada) = with_ada().await;
    let token = mock.sign_in(&ada).authorized_party("https://app.example.com").token();
    let pem = mock.jwt_key();
    // code: verifier
    use clerk_sdk::auth::Verifier;

    let verifier = Verifier::with_pem(pem) // or with_jwks(…), or clerk.verifier()
        .authorized_parties(["https://app.example.com"])
        .build()?;

    let claims = verifier.verify(&token).await?;
    let same = verifier.verify_now(&token)?; // where nothing can be awaited
    // end
    assert_eq!((claims.user_id(), same.user_id()), (ada.id.as_str(), ada.id.as_str()));
    Ok(())
}

#[tokio::test]
async fn answers_that_are_new_decode() -> Result<(), AnyError> {
    let (_mock, _clerk, user) = with_ada().await;
    // code: unions
    match &user.email_addresses[0].verification {
        None => println!("not verified in any way"),
        Some(EmailAddressVerification::Otp(otp)) => println!("{}, {:?} attempts", otp.status, otp.attempts),
        Some(EmailAddressVerification::Unknown(json)) => println!("new to this version: {json}"),
        Some(other) => println!("{other:?}"),
    }
    // end
    // code: times
    let begin: Timestamp = user.created_at;
    println!("{begin}, or {} ms, or {:?}", begin.as_millis(), std::time::SystemTime::try_from(begin)?);
    // end
    Ok(())
}

/// The text of all Rust files in a folder and below.
fn sources(folder: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn each_line_of_what_the_sdk_survives_names_tests_that_exist() {
    let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = std::fs::read_to_string(workspace.join("docs/strength.md")).unwrap();
    let mut tests = String::new();
    for folder in ["tests/tests", "tests/frameworks/tests", "codegen/tests", "xtask/src"] {
        sources(&workspace.join(folder), &mut tests);
    }
    let (mut named, mut names_tests) = (0, false);
    for line in page.lines() {
        // Not all tables are about tests.
        if line.ends_with("held by |") || !line.starts_with('|') {
            names_tests = line.starts_with('|');
            continue;
        }
        if !names_tests || line.starts_with("|--") {
            continue;
        }
        let (_, tests_of_line) = line.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        let names: Vec<&str> = tests_of_line.split_whitespace().map(|name| name.trim_matches('`')).collect();
        assert!(!names.is_empty(), "no test: {line}");
        for name in names {
            assert!(tests.contains(&format!("fn {name}()")), "there is no test `{name}`: {line}");
            named += 1;
        }
    }
    assert!(named > 50, "{named}");
}
