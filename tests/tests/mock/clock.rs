//! The embedded Clerk's clock is that of the application under test.

use std::time::{Duration, SystemTime};

use clerk_sdk::auth::{Reason, RequestState, Verifier};
use clerk_sdk::mock::{MockClerk, get};
use clerk_sdk::webhooks::Webhook;
use clerk_tests::server::{Reply, Server};
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn verifiers_and_authenticators_of_its_client_follow_its_clock() {
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);

    for builder in [MockClerk::builder(), MockClerk::builder().clock(past)] {
        let mock = builder.start().await.expect("a server");
        let ada = mock.seed().user("ada@example.com").await;
        let clerk = mock.client();
        let verifier = clerk.verifier().build().expect("a verifier");
        let authenticator = clerk.authenticator().cache_tokens(10).build().expect("an authenticator");
        let old = mock.sign_in(&ada).token();
        verifier.verify(&old).await.expect("good");
        authenticator.authenticate(&get("/").bearer(&old)).await.into_auth().expect("good");

        mock.advance(HOUR);

        let refused = verifier.verify(&old).await.expect_err("expired");
        let state = authenticator.authenticate(&get("/").bearer(&old)).await;
        assert_eq!(refused.reason(), Reason::TokenExpired);
        assert!(matches!(state, RequestState::SignedOut { reason: Reason::TokenExpired, .. }), "{state:?}");
        let new = mock.sign_in(&ada).token();
        verifier.verify(&new).await.expect("good");
        authenticator.authenticate(&get("/").bearer(&new)).await.into_auth().expect("good");
    }
}

#[tokio::test]
async fn its_clock_is_for_other_code_too() {
    let mock = MockClerk::start().await.expect("a server");
    let ada = mock.seed().user("ada@example.com").await;
    let verifier = Verifier::with_pem(mock.jwt_key()).accept_test_keys().clock(mock.clock());
    let verifier = verifier.build().expect("a verifier");
    let clock = mock.clock();

    mock.advance(HOUR);

    verifier.verify(mock.sign_in(&ada).token()).await.expect("good");
    let ahead = clock().duration_since(SystemTime::now()).expect("ahead");
    assert!(ahead > HOUR - Duration::from_secs(60), "{ahead:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_carry_its_time() {
    let mock = MockClerk::start().await.expect("a server");
    let endpoint = Server::answering(|_| Reply::text(204, ""));
    let webhook = || Webhook::new(mock.webhook_secret()).expect("a secret");
    let url = format!("{}/hooks", endpoint.url());
    mock.webhook_endpoint(&url);

    mock.advance(HOUR);
    mock.seed().user("ada@example.com").await;
    assert_eq!(mock.webhooks_sent().await.len(), 1);
    mock.send_webhook(&url, json!({ "type": "user.deleted", "data": { "id": "user_1" } }))
        .await
        .expect("sent");

    let arrived = endpoint.seen();
    assert_eq!(arrived.len(), 2);
    for request in arrived {
        let (headers, body) = (request.header_map(), &request.body);
        assert!(webhook().clock(mock.clock()).verify(&headers, body).is_ok());
        assert!(webhook().verify(&headers, body).is_err(), "signed an hour ahead");
        let event: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        let sent = Duration::from_millis(event["timestamp"].as_u64().expect("a time"));
        assert!(SystemTime::UNIX_EPOCH + sent > SystemTime::now() + HOUR / 2, "{event}");
    }
}
