//! Keys from a publishable key, an issuer or a URL: without a secret key, with the limits of a client's keys.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clerk_sdk::auth::{Authenticator, Reason, TokenType, Verifier, VerifierBuilder};
use clerk_sdk::http::HeaderMap;
use clerk_sdk::mock::MockClerk;
use clerk_sdk::{ErrorKind, http::HeaderValue};
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::Signer;
use serde_json::json;

use crate::common::{NOW, at, claims, reason};
use crate::jwks::{Time, keys};

const PATH: &str = "/.well-known/jwks.json";

/// `http://127.0.0.1:<port>`.
fn origin(server: &Server) -> String {
    format!("http://{}", server.address())
}

fn publishable_key(host: &str) -> String {
    format!("pk_test_{}", STANDARD.encode(format!("{host}$")))
}

fn token_of(issuer: &str, signer: &Signer) -> String {
    signer.session(&claims(json!({"iss": issuer, "exp": NOW + 86_400})))
}

fn from_url(server: &Server, time: &Time) -> Verifier {
    Verifier::from_jwks_url(origin(server) + PATH).clock(time.clock()).build().unwrap()
}

#[tokio::test]
async fn keys_are_fetched_once_without_a_credential() {
    let server = Server::answering(|_| keys(&[&Signer::one()]));
    let origin = origin(&server);
    let builders: [VerifierBuilder; 3] = [
        Verifier::from_publishable_key(publishable_key(&server.address().to_string())),
        Verifier::from_issuer(&origin),
        Verifier::from_jwks_url(format!("{origin}{PATH}")),
    ];
    for builder in builders {
        let verifier = builder.clock(at(NOW)).build().unwrap();
        let token = token_of(&origin, &Signer::one());

        assert_eq!(reason(verifier.verify_now(&token)), Reason::JwkRemoteFailedToLoad);
        verifier.verify(&token).await.unwrap();
        verifier.clone().verify(&token).await.unwrap();
        assert!(verifier.verify_now(&token).is_ok());

        let requests = server.take();
        assert_eq!(requests.len(), 1);
        assert_eq!((requests[0].method.as_str(), requests[0].target.as_str()), ("GET", PATH));
        assert_eq!((requests[0].header("authorization"), requests[0].header("cookie")), (None, None));
    }
}

#[tokio::test]
async fn the_issuer_of_a_publishable_key_or_a_url_is_pinned() {
    let server = Server::answering(|_| keys(&[&Signer::one()]));
    let other = token_of("https://other.example.com", &Signer::one());
    for builder in [
        Verifier::from_publishable_key(publishable_key(&server.address().to_string())),
        Verifier::from_issuer(origin(&server)),
    ] {
        let verifier = builder.clock(at(NOW)).build().unwrap();
        assert_eq!(reason(verifier.verify(&other).await), Reason::TokenInvalidIssuer);
    }
    let verifier = Verifier::from_jwks_url(origin(&server) + PATH).clock(at(NOW)).build().unwrap();
    assert!(verifier.verify(&other).await.is_ok());
}

#[tokio::test]
async fn a_failed_fetch_from_a_url_is_remembered_and_keys_outlive_an_outage() {
    let time = Time::start();
    let good = token_of("https://clerk.example.com", &Signer::one());
    let unknown = token_of("https://clerk.example.com", &Signer::two());

    let server = Server::scripted([Reply::json(401, "{}"), keys(&[&Signer::one()]), Reply::json(503, "{}")]);
    let verifier = from_url(&server, &time);
    for _ in 0..20 {
        assert_eq!(reason(verifier.verify(&good).await), Reason::JwkRemoteFailedToLoad);
    }
    assert_eq!(server.seen().len(), 1);
    time.pass(10);
    verifier.verify(&good).await.unwrap();
    for _ in 0..20 {
        assert_eq!(reason(verifier.verify(&unknown).await), Reason::JwkRemoteFailedToLoad);
    }
    verifier.verify(&good).await.unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_redirect_of_keys_is_not_followed() {
    let elsewhere = Server::answering(|_| keys(&[&Signer::one()]));
    let redirect = Reply::json(302, "{}").header("location", &(origin(&elsewhere) + PATH));
    let server = Server::scripted([redirect]);

    let verifier = from_url(&server, &Time::start());
    let refused = verifier.verify(token_of("https://clerk.example.com", &Signer::one())).await;

    assert_eq!(reason(refused), Reason::JwkRemoteFailedToLoad);
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_jwks_of_more_than_a_megabyte_is_rejected() {
    let long = format!("{}{}", " ".repeat(1 << 20), clerk_tests::tokens::jwks([&Signer::one()]));
    let server = Server::answering(move |_| Reply::json(200, &long).chunked(64 << 10));

    let verifier = from_url(&server, &Time::start());
    let refused = verifier.verify(token_of("https://clerk.example.com", &Signer::one())).await;

    assert_eq!(reason(refused), Reason::JwkRemoteFailedToLoad);
}

#[tokio::test]
async fn a_url_that_never_responds_is_given_up_after_five_seconds() {
    let server = Server::answering(|_| keys(&[&Signer::one()]).after(Duration::from_secs(60)));
    let started = std::time::Instant::now();

    let verifier = from_url(&server, &Time::start());
    let refused = verifier.verify(token_of("https://clerk.example.com", &Signer::one())).await;

    assert_eq!(reason(refused), Reason::JwkRemoteFailedToLoad);
    assert!((4..15).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[test]
fn a_source_of_keys_that_cannot_be_used_is_rejected_by_name() {
    let publishable = Verifier::from_publishable_key;
    let issuer = |text| Verifier::from_issuer(text);
    let url = |text| Verifier::from_jwks_url(text);
    for (builder, seen) in [
        (publishable("sk_test_SECRET"), "the publishable key is the secret key of an instance"),
        (publishable("pk_test_SECRET"), "is not complete"),
        (issuer("clerk.example.com"), "not a URL"),
        (issuer("https://clerk.example.com/"), "ends in a slash"),
        (issuer("http://clerk.example.com"), "plain http"),
        (issuer("http://a.localhost"), "plain http"),
        (issuer("https://clerk.example.com?x"), "a query"),
        (url(""), "the URL of the JWKS is empty"),
        (url("/jwks.json"), "not an absolute URL"),
        (url("http://clerk.example.com/jwks.json"), "plain http"),
        (url("ftp://clerk.example.com/jwks.json"), "is not https"),
        (url("https://u:SECRET@clerk.example.com/jwks.json"), "user name or password"),
        (url("https://clerk.example.com/jwks.json#x"), "a fragment"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(seen), "{error}");
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
    for builder in [
        Authenticator::from_publishable_key("pk_test_x"),
        Authenticator::from_issuer("http://clerk.example.com"),
        Authenticator::from_jwks_url("http://clerk.example.com/jwks.json"),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Config);
    }
}

#[tokio::test]
async fn an_authenticator_without_a_secret_key_rejects_opaque_credentials() {
    let server = Server::answering(|_| keys(&[&Signer::one()]));
    let origin = origin(&server);
    for builder in [
        Authenticator::from_publishable_key(publishable_key(&server.address().to_string())),
        Authenticator::from_issuer(&origin),
        Authenticator::from_jwks_url(format!("{origin}{PATH}")),
    ] {
        let authenticator = builder.accepts(TokenType::ALL).clock(at(NOW)).build().unwrap();
        let auth = authenticator.authenticate_token(&token_of(&origin, &Signer::one())).await.into_auth();
        assert_eq!(auth.unwrap().user_id(), "user_1");
        for opaque in ["ak_x", "mt_x", "oat_x"] {
            let refused = authenticator.authenticate_token(opaque).await.into_auth().unwrap_err();
            assert_eq!(refused.reason(), Reason::SecretKeyMissing, "{opaque}");
        }
    }
}

#[tokio::test]
async fn the_publishable_key_of_an_authenticator_names_the_session_cookie() {
    // The PEM key replaces the JWKS of a host that the test cannot reach.
    let key = publishable_key("clerk.example.com");
    let authenticator =
        Authenticator::from_publishable_key(key).jwt_key(Signer::one().pem()).clock(at(NOW)).build().unwrap();
    let (good, suffix) = (token_of("https://clerk.example.com", &Signer::one()), "l2OS3d9k");
    let mut headers = HeaderMap::new();
    let cookies = format!("__session=bad; __session_{suffix}={good}");
    headers.insert("cookie", HeaderValue::from_str(&cookies).unwrap());

    assert!(authenticator.authenticate(&headers).await.is_signed_in());
}

#[tokio::test]
async fn the_embedded_clerk_publishes_its_keys_without_a_secret_key() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.client().users().create().email_address(["ada@example.com"]).await.unwrap();
    let token = mock.sign_in(&ada).token();
    let root = mock.url().trim_end_matches("/v1").to_owned();
    for url in [root + PATH, mock.url() + PATH] {
        let verifier = Verifier::from_jwks_url(&url).issuer(mock.issuer()).build().unwrap();
        assert_eq!(verifier.verify(&token).await.unwrap().subject(), ada.id);
    }
    assert_eq!(mock.received("GetJWKS").len(), 2);

    mock.fail_next(503, 1);
    let verifier = Verifier::from_jwks_url(mock.url() + PATH).build().unwrap();
    assert_eq!(reason(verifier.verify(&token).await), Reason::JwkRemoteFailedToLoad);
}
