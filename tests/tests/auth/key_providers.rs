//! Clients whose secret key may change: keys and verified tokens are cached under the key that vouched for them.

use std::sync::{Arc, Mutex};

use clerk_sdk::auth::{Reason, VerifierBuilder};
use clerk_sdk::{Clerk, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::Signer;

use crate::common::reason;
use crate::jwks::{Time, keys, token};

/// A secret key that a test changes. `None`: the provider fails; an empty one: it does not return.
#[derive(Clone)]
struct Secret(Arc<Mutex<Option<&'static str>>>);

impl Secret {
    fn new(key: &'static str) -> Self {
        Self(Arc::new(Mutex::new(Some(key))))
    }

    fn set(&self, key: Option<&'static str>) {
        *self.0.lock().unwrap() = key;
    }

    fn client(&self, server: &Server) -> Clerk {
        let secret = self.clone();
        let provider = move || {
            let key = *secret.0.lock().unwrap();
            async move {
                match key {
                    Some("") => std::future::pending().await,
                    Some(key) => Ok(key.to_owned()),
                    None => Err("no key"),
                }
            }
        };
        let builder = Clerk::builder_with_key_provider(provider).server_url(server.url());
        builder.retry(RetryPolicy::none()).build().unwrap()
    }
}

/// Two instances: `sk_test_one` is a secret key of that which signs with the key `one`, any other of the other one.
fn instances() -> Server {
    Server::answering(|request| match request.header("authorization") {
        Some("Bearer sk_test_one" | "Bearer sk_test_one_rotated") => keys(&[&Signer::one()]),
        Some(_) => keys(&[&Signer::two()]),
        None => Reply::json(401, "{}"),
    })
}

fn settings(clerk: &Clerk, cached: usize) -> VerifierBuilder {
    clerk.verifier().clock(Time::start().clock()).cache_tokens(cached)
}

#[tokio::test]
async fn a_session_of_another_instance_is_refused_when_the_secret_key_changes() {
    for cached in [0, 100] {
        let (server, secret) = (instances(), Secret::new("sk_test_one"));
        let verifier = settings(&secret.client(&server), cached).build().unwrap();
        let (one, two) = (token(&Signer::one()), token(&Signer::two()));
        verifier.verify(&one).await.unwrap();
        verifier.verify_now(&one).unwrap();

        secret.set(Some("sk_test_two"));

        assert_eq!(reason(verifier.verify_now(&one)), Reason::JwkRemoteFailedToLoad);
        for _ in 0..2 {
            assert_eq!(reason(verifier.verify(&one).await), Reason::JwkKidMismatch);
            verifier.verify(&two).await.unwrap();
            assert_eq!(reason(verifier.verify_now(&one)), Reason::JwkKidMismatch);
        }
        secret.set(Some("sk_test_one"));
        verifier.verify(&one).await.unwrap();
        assert_eq!(reason(verifier.verify_now(&two)), Reason::JwkKidMismatch);
        // One fetch for each secret key, and a refresh of each for the token of the other instance at most.
        assert!(server.seen().len() <= 4, "{}", server.seen().len());
    }
}

#[tokio::test]
async fn keys_are_kept_when_a_secret_key_returns() {
    let (server, secret) = (instances(), Secret::new("sk_test_one"));
    let verifier = settings(&secret.client(&server), 100).build().unwrap();

    for _ in 0..5 {
        for key in ["sk_test_one", "sk_test_one_rotated"] {
            secret.set(Some(key));
            verifier.verify(token(&Signer::one())).await.unwrap();
        }
    }

    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn keys_of_the_last_four_secret_keys_are_kept() {
    let names = ["sk_1", "sk_2", "sk_3", "sk_4", "sk_5", "sk_6", "sk_7", "sk_8"];
    let (server, secret) = (instances(), Secret::new("sk_0"));
    let verifier = settings(&secret.client(&server), 0).build().unwrap();
    let check = async |name| {
        secret.set(Some(name));
        verifier.verify(token(&Signer::two())).await.unwrap();
        server.take().len()
    };
    for name in names {
        assert_eq!(check(name).await, 1, "{name}");
    }

    for name in ["sk_5", "sk_6", "sk_7", "sk_8"] {
        assert_eq!(check(name).await, 0, "{name}");
    }
    assert_eq!(check("sk_1").await, 1);
}

#[tokio::test]
async fn a_check_fails_closed_where_the_provider_has_no_key() {
    let (server, secret) = (instances(), Secret::new("sk_test_one"));
    for cached in [0, 100] {
        secret.set(Some("sk_test_one"));
        let verifier = settings(&secret.client(&server), cached).build().unwrap();
        let token = token(&Signer::one());
        verifier.verify(&token).await.unwrap();

        for unusable in [None, Some("pk_test_x"), Some("with space")] {
            secret.set(unusable);
            assert_eq!(reason(verifier.verify(&token).await), Reason::JwkRemoteFailedToLoad);
            assert_eq!(reason(verifier.verify_now(&token)), Reason::JwkRemoteFailedToLoad);
        }
        secret.set(Some(""));
        assert_eq!(reason(verifier.verify_now(&token)), Reason::JwkRemoteFailedToLoad);
        assert_eq!(reason(verifier.verify(&token).await), Reason::JwkRemoteFailedToLoad);
    }
}
