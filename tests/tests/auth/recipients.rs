//! A machine-to-machine token is for the machines that it names.

use std::time::Duration;

use clerk_sdk::auth::{Authenticator, Reason, TokenType, Verifier};
use clerk_sdk::{Clerk, ErrorKind, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::Signer;
use serde_json::json;

use crate::common::{NOW, at, claims, reason};
use crate::machines::{client, m2m, offline, outcome};

/// A token of `mch_1` for `mch_2` and `mch_3`.
fn clerk_vouches() -> Server {
    let body = json!({"id": "mt_1", "subject": "mch_1", "scopes": ["mch_2", "mch_3"]});
    Server::scripted([Reply::json(200, &body.to_string())])
}

#[tokio::test]
async fn an_opaque_machine_token_is_verified_with_the_machines_own_key() {
    let server = clerk_vouches();
    let builder = Clerk::builder("sk_test_x").machine_secret_key("ak_machine").server_url(server.url());
    let clerk = builder.retry(RetryPolicy::none()).build().unwrap();

    for (credential, key) in
        [("mt_1", "Bearer ak_machine"), ("ak_1", "Bearer sk_test_x"), ("oat_1", "Bearer sk_test_x")]
    {
        outcome(clerk.authenticator(), credential).await.unwrap();
        assert_eq!(server.take()[0].header("authorization"), Some(key), "{credential}");
    }
}

#[tokio::test]
async fn a_client_with_a_machines_key_alone_verifies_opaque_tokens() {
    let server = clerk_vouches();
    let builder = Clerk::builder("ak_machine").server_url(server.url()).jwt_key(Signer::one().pem());
    let clerk = builder.retry(RetryPolicy::none()).build().unwrap();
    let settings = || clerk.authenticator().machine("mch_2").clock(at(NOW));

    let opaque = outcome(settings(), "mt_1").await.unwrap();
    let jwt = outcome(settings(), &m2m(json!({}), json!({"aud": "mch_2"}))).await.unwrap();

    assert_eq!((opaque.machine_id(), jwt.machine_id()), (Some("mch_1"), Some("mch_1")));
    assert_eq!(server.only().header("authorization"), Some("Bearer ak_machine"));
}

#[tokio::test]
async fn a_client_for_a_machine_verifies_its_tokens_and_lacks_the_key_for_others() {
    let server = clerk_vouches();
    let clerk = Clerk::builder_for_machine("ak_machine").server_url(server.url()).build().unwrap();
    let ask = async |credential: &str| outcome(clerk.authenticator().clock(at(NOW)), credential).await;

    assert_eq!(ask("mt_1").await.unwrap().machine_id(), Some("mch_1"));
    assert_eq!(server.take()[0].header("authorization"), Some("Bearer ak_machine"));

    for credential in
        ["ak_1".to_owned(), m2m(json!({}), json!({})), Signer::one().session(&claims(json!({})))]
    {
        assert_eq!(ask(&credential).await.unwrap_err(), Reason::SecretKeyMissing);
    }
    assert!(server.take().is_empty());
}

#[tokio::test]
async fn the_audience_of_an_opaque_machine_token_is_its_scopes() {
    let server = clerk_vouches();
    let clerk = client(&server);
    for (audience, expected) in [
        (vec!["mch_2"], Ok(())),
        (vec!["mch_9", "mch_3"], Ok(())),
        (vec!["mch_9"], Err(Reason::TokenInvalidAudience)),
        (vec!["mch_1"], Err(Reason::TokenInvalidAudience)),
        (vec![""], Err(Reason::TokenInvalidAudience)),
    ] {
        let outcome = outcome(clerk.authenticator().audience(audience.clone()), "mt_1").await;
        assert_eq!(outcome.map(drop), expected, "{audience:?}");
    }
    // API keys have scopes of their own, and no audience.
    outcome(clerk.authenticator().audience(["mch_9"]), "ak_1").await.unwrap();
    for scopes in [json!(null), json!([]), json!("mch_20"), json!([1])] {
        let body = json!({"subject": "mch_1", "scopes": scopes});
        let server = Server::scripted([Reply::json(200, &body.to_string())]);
        let refused = outcome(client(&server).authenticator().audience(["mch_2"]), "mt_1").await;
        assert_eq!(refused.unwrap_err(), Reason::TokenInvalidAudience, "{scopes}");
    }
}

#[tokio::test]
async fn an_opaque_token_for_another_machine_is_refused() {
    let server = clerk_vouches();
    let clerk = client(&server);

    outcome(clerk.authenticator().machine("mch_2"), "mt_1").await.unwrap();
    outcome(clerk.authenticator().machine("mch_9"), "ak_1").await.unwrap();

    for machine in ["mch_1", "mch_9", "mch_22"] {
        let refused = outcome(clerk.authenticator().machine(machine), "mt_1").await;
        assert_eq!(refused.unwrap_err(), Reason::TokenInvalidAudience, "{machine}");
    }
}

#[tokio::test]
async fn an_opaque_token_for_another_machine_is_refused_when_it_is_remembered() {
    let server = clerk_vouches();
    let clerk = client(&server);
    let builder = clerk.authenticator().machine("mch_9").cache_opaque(10, Duration::from_secs(60));
    let authenticator = builder.accepts([TokenType::M2m]).build().unwrap();
    let headers =
        clerk_sdk::http::HeaderMap::from_iter([("authorization".parse().unwrap(), "mt_1".parse().unwrap())]);

    for _ in 0..2 {
        assert!(!authenticator.authenticate(&headers).await.is_signed_in());
    }
}

#[tokio::test]
async fn a_jwt_for_another_machine_is_refused() {
    for claims in [
        json!({"scopes": "mch_2 mch_3", "aud": null}),
        json!({"aud": ["mch_3", "mch_2"]}),
        json!({"aud": "mch_2"}),
        json!({"scopes": "x", "aud": ["mch_2"]}),
    ] {
        let token = m2m(json!({}), claims.clone());
        outcome(offline().machine("mch_2"), &token).await.unwrap();
        let refused = outcome(offline().machine("mch_9"), &token).await;
        assert_eq!(refused.unwrap_err(), Reason::TokenInvalidAudience, "{claims}");
        let verifier =
            |machine| Verifier::with_pem(Signer::one().pem()).clock(at(NOW)).machine(machine).build();
        verifier("mch_2").unwrap().verify_m2m(&token).await.unwrap();
        let refused = verifier("mch_9").unwrap().verify_m2m(&token).await;
        assert_eq!(reason(refused), Reason::TokenInvalidAudience, "{claims}");
    }
    let for_nobody = m2m(json!({}), json!({"aud": null}));
    let refused = outcome(offline().machine("mch_2"), &for_nobody).await;
    assert_eq!(refused.unwrap_err(), Reason::TokenInvalidAudience);
    let session = Signer::one().session(&crate::common::claims(json!({})));
    outcome(offline().machine("mch_2"), &session).await.unwrap();
}

#[test]
fn what_is_not_the_id_of_a_machine_is_an_error_of_the_settings() {
    for machine in ["", "mch_", "ak_machine", " mch_1"] {
        let error = Authenticator::with_pem(Signer::one().pem()).machine(machine).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{machine:?}");
        assert!(!error.to_string().contains("ak_machine"), "{error}");
    }
}
