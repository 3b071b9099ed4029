//! `Clerk::forget_keys`, for a key that has leaked.

use std::time::Duration;

use clerk_sdk::auth::{Reason, TokenType};
use clerk_sdk::http::HeaderMap;
use clerk_sdk::{Clerk, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::Signer;
use serde_json::json;

use crate::common::reason;
use crate::jwks::{Time, client, keys, token};

#[tokio::test]
async fn forget_keys_forgets_keys_and_verified_tokens_of_all_clones() {
    let server = Server::scripted([keys(&[&Signer::one()]), keys(&[&Signer::two()])]);
    let (clerk, time) = (client(server.url()), Time::start());
    let verifier = clerk.verifier().clock(time.clock()).cache_tokens(100).build().unwrap();
    verifier.verify(token(&Signer::one())).await.unwrap();

    clerk.clone().forget_keys();

    assert_eq!(reason(verifier.verify_now(token(&Signer::one()))), Reason::JwkRemoteFailedToLoad);
    assert_eq!(reason(verifier.verify(token(&Signer::one())).await), Reason::JwkKidMismatch);
    verifier.verify(token(&Signer::two())).await.unwrap();
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn keys_of_a_fetch_that_was_in_flight_are_forgotten_too() {
    let leaked = keys(&[&Signer::one()]).after(Duration::from_millis(200));
    let server = Server::scripted([leaked, keys(&[&Signer::two()])]);
    let (clerk, time) = (client(server.url()), Time::start());
    let verifier = clerk.verifier().clock(time.clock()).build().unwrap();
    let check = tokio::spawn({
        let verifier = verifier.clone();
        async move { verifier.verify(token(&Signer::one())).await }
    });
    while server.seen().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    clerk.forget_keys();

    assert_eq!(reason(check.await.unwrap()), Reason::JwkKidMismatch);
    assert_eq!(reason(verifier.verify_now(token(&Signer::one()))), Reason::JwkKidMismatch);
}

#[tokio::test]
async fn forget_keys_forgets_responses_about_opaque_credentials() {
    let bodies = [json!({"subject": "user_1"}), json!({"subject": "user_1", "revoked": true})];
    let server = Server::scripted(bodies.map(|body| Reply::json(200, &body.to_string())));
    let clerk = client(server.url());
    let builder = clerk.authenticator().accepts([TokenType::ApiKey]);
    let authenticator = builder.cache_opaque(10, Duration::from_secs(60)).build().unwrap();
    let headers = HeaderMap::from_iter([("authorization".parse().unwrap(), "ak_1".parse().unwrap())]);
    assert!(authenticator.authenticate(&headers).await.is_signed_in());

    clerk.forget_keys();

    assert!(!authenticator.authenticate(&headers).await.is_signed_in());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn keys_of_a_fetch_in_flight_are_forgotten_with_a_key_provider_too() {
    let leaked = keys(&[&Signer::one()]).after(Duration::from_millis(200));
    let server = Server::scripted([leaked, keys(&[&Signer::two()])]);
    let provider = || async { Ok::<_, std::io::Error>("sk_test_x".to_owned()) };
    let builder = Clerk::builder_with_key_provider(provider).server_url(server.url());
    let clerk = builder.retry(RetryPolicy::none()).build().unwrap();
    let verifier = clerk.verifier().clock(Time::start().clock()).build().unwrap();
    let check = tokio::spawn(async move { verifier.verify(token(&Signer::one())).await });
    while server.seen().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    clerk.forget_keys();

    assert_eq!(reason(check.await.unwrap()), Reason::JwkKidMismatch);
}
