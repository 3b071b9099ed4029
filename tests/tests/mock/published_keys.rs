//! The embedded Clerk's keys are published with its source: outside of tests they check no token.

use clerk_sdk::auth::{Authenticator, Reason, Verifier, VerifierBuilder};
use clerk_sdk::http::uri::{Authority, Scheme};
use clerk_sdk::mock::MockClerk;
use clerk_sdk::{Clerk, ErrorKind, HttpClient, HttpFuture, HttpRequest};

use crate::api::Api;

/// Sends all requests to the embedded Clerk, whatever their URL: an instance elsewhere whose JWKS has its key.
struct Forward<C>(C, Authority);

impl<C: HttpClient> HttpClient for Forward<C> {
    fn send(&self, mut request: HttpRequest) -> HttpFuture<'_> {
        let mut uri = request.uri().clone().into_parts();
        (uri.scheme, uri.authority) = (Some(Scheme::HTTP), Some(self.1.clone()));
        *request.uri_mut() = clerk_sdk::http::Uri::from_parts(uri).expect("a URI");
        self.0.send(request)
    }
}

fn elsewhere(mock: &MockClerk) -> Clerk {
    let authority = mock.url().replace("http://", "").replace("/v1", "").parse().expect("an authority");
    let client = Forward(clerk_sdk::reqwest_builder().build().expect("a client"), authority);
    let builder = Clerk::builder(mock.secret_key()).server_url("https://api.example.com/v1");
    builder.http_client(client).build().expect("a client")
}

fn rejection(verifier: VerifierBuilder) -> String {
    let error = verifier.build().expect_err("a published key");
    assert_eq!(error.kind(), ErrorKind::Config);
    error.to_string()
}

#[tokio::test]
async fn published_keys_cannot_be_configured() {
    let api = Api::start().await;
    let clerk = |pem: &str| Clerk::builder("sk_test_x").jwt_key(pem).build().expect("a client");

    // Each key that signs, in turn.
    for _ in 0..3 {
        let (pem, jwks) = (api.clerk.jwt_key(), api.get("/jwks").await.body.to_string());
        let messages = [
            rejection(Verifier::with_pem(pem)),
            rejection(Verifier::with_jwks(&jwks)),
            rejection(clerk(pem).verifier()),
            rejection(Clerk::new("sk_test_x").expect("a client").verifier().jwt_key(pem)),
            Authenticator::with_pem(pem).build().expect_err("a published key").to_string(),
        ];
        for message in messages {
            assert!(message.contains("private half is published"), "{message}");
            assert!(message.contains("accept_test_keys()"), "{message}");
        }
        api.clerk.rotate_keys();
        api.clerk.retire_keys();
    }
}

#[tokio::test]
async fn tests_may_opt_in_to_published_keys() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let (token, pem) = (api.clerk.sign_in(&ada).token(), api.clerk.jwt_key());
    let jwks = api.get("/jwks").await.body.to_string();
    let own = Clerk::builder("sk_test_x").server_url(api.clerk.url()).jwt_key(pem).build().expect("a client");

    for verifier in [
        Verifier::with_pem(pem).accept_test_keys(),
        Verifier::with_jwks(jwks).accept_test_keys(),
        Clerk::new("sk_test_x").expect("a client").verifier().jwt_key(pem).accept_test_keys(),
        // Clients of a server on this machine.
        api.clerk.client().verifier(),
        api.clerk.client().verifier().jwt_key(pem),
        own.verifier(),
    ] {
        let claims = verifier.build().expect("a verifier").verify(&token).await.expect("good");
        assert_eq!(claims.subject(), ada.id);
    }
    assert!(Authenticator::with_pem(pem).accept_test_keys().build().is_ok());
}

#[tokio::test]
async fn published_keys_in_the_jwks_of_another_machine_are_rejected() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let verifier = elsewhere(&api.clerk).verifier().build().expect("a verifier");

    let error = verifier.verify(api.clerk.sign_in(&ada).token()).await.expect_err("a published key");

    assert_eq!(error.reason(), Reason::JwkKidMismatch);
    assert!(error.to_string().contains("private half is published"), "{error}");
    assert_eq!(api.clerk.received("GetJWKS").len(), 1);
}

#[tokio::test]
async fn each_server_signs_webhooks_with_a_secret_of_its_own() {
    let start = async |seed: Option<u64>| {
        let builder = MockClerk::builder();
        seed.map_or(builder.clone(), |seed| builder.ids(seed)).start().await.expect("a server")
    };
    let (one, other) = (start(None).await, start(None).await);
    let (fixed, same, another) = (start(Some(1)).await, start(Some(1)).await, start(Some(2)).await);

    assert_ne!(one.webhook_secret(), other.webhook_secret());
    assert_eq!(fixed.webhook_secret(), same.webhook_secret());
    assert_ne!(fixed.webhook_secret(), another.webhook_secret());
}
