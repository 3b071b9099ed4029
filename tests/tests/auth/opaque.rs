//! Opaque credentials of strangers: they are bounded, and leave the rate limit to the application.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clerk_sdk::auth::{Authenticator, Reason, TokenType};
use clerk_sdk::http::{HeaderMap, HeaderValue, Method};
use clerk_sdk::{Clerk, RetryPolicy};
use clerk_tests::server::{Recorded, Reply, Server};
use serde_json::{Value, json};

use crate::jwks::Time;
use crate::machines::{client, outcome};

fn default_client(server: &Server) -> Clerk {
    Clerk::builder("sk_test_x").server_url(server.url()).build().unwrap()
}

fn authenticator(clerk: &Clerk, time: &Time) -> Authenticator {
    clerk.authenticator().accepts(TokenType::ALL).clock(time.clock()).build().unwrap()
}

async fn ask(authenticator: &Authenticator, credential: &str) -> Result<(), Reason> {
    let value = HeaderValue::from_bytes(format!("Bearer {credential}").as_bytes()).unwrap();
    let headers = HeaderMap::from_iter([("authorization".parse().unwrap(), value)]);
    let auth = authenticator.authenticate(&headers).await.into_caller();
    auth.map(drop).map_err(|error| error.reason())
}

/// Vouches for credentials that contain `good`, and refuses all others.
fn verdict(request: &Recorded) -> Reply {
    match request.text().contains("good") {
        true => Reply::json(200, &json!({"id": "ak_1", "subject": "user_1"}).to_string()),
        false => Reply::json(404, r#"{"errors":[]}"#),
    }
}

fn is_verification(request: &Recorded) -> bool {
    request.target.ends_with("/verify")
}

/// Has 50 tasks send 40 credentials each that Clerk does not know.
fn flood(authenticator: &Authenticator) -> Vec<tokio::task::JoinHandle<()>> {
    let task = |task: usize| {
        let authenticator = authenticator.clone();
        tokio::spawn(async move {
            for n in 0..40 {
                let refused = ask(&authenticator, &format!("ak_random{task}x{n}")).await.unwrap_err();
                assert!([Reason::TokenInvalid, Reason::JwkRemoteFailedToLoad].contains(&refused));
            }
        })
    };
    (0..50).map(task).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_random_api_keys_leaves_the_rate_limit_to_the_application() {
    let used = AtomicUsize::new(0);
    // As many requests as a development instance may send in 20 seconds.
    let server = Server::answering(move |request| match used.fetch_add(1, Ordering::SeqCst) {
        n if n >= 200 => Reply::json(429, "{}").header("retry-after", "10"),
        _ if is_verification(request) => verdict(request),
        _ => Reply::json(200, "{}"),
    });
    let clerk = default_client(&server);
    let flood = flood(&authenticator(&clerk, &Time::start()));

    for n in 0..20 {
        let request = clerk.request::<Value>(Method::GET, format!("/users/{n}"));
        let response = request.with_timeout(Duration::from_secs(5)).await;
        response.unwrap_or_else(|error| panic!("request {n}: {error}"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    for task in flood {
        task.await.unwrap();
    }
    let seen = server.seen();
    assert_eq!(seen.iter().filter(|request| !is_verification(request)).count(), 20, "none was sent again");
    let verified = seen.iter().filter(|request| is_verification(request)).count();
    assert!(verified <= 132, "{verified}: a budget of 100, and 32 in flight");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_take_no_longer_under_a_flood_of_random_api_keys() {
    // Clerk takes its time, so that the median tells of waiting and not of this machine.
    let server = Server::answering(|request| match is_verification(request) {
        true => verdict(request).after(Duration::from_millis(50)),
        false => Reply::json(200, "{}").after(Duration::from_millis(50)),
    });
    let clerk = default_client(&server);
    let median = async || {
        let mut times = Vec::new();
        for _ in 0..15 {
            let started = Instant::now();
            let _: Value = clerk.request(Method::GET, "/users").await.unwrap();
            times.push(started.elapsed());
        }
        times.sort();
        times[7]
    };
    let quiet = median().await;
    let flood = flood(&authenticator(&clerk, &Time::start()));

    let flooded = median().await;

    for task in flood {
        task.await.unwrap();
    }
    assert!(flooded <= quiet * 2, "{flooded:?} instead of {quiet:?}");
}

#[tokio::test]
async fn a_vouched_credential_is_verified_when_the_budget_of_unknown_ones_is_used_up() {
    let server = Server::answering(verdict);
    let authenticator = authenticator(&client(&server), &Time::start());
    ask(&authenticator, "ak_good").await.unwrap();
    for n in 0..100 {
        assert_eq!(ask(&authenticator, &format!("ak_{n}")).await, Err(Reason::TokenInvalid));
    }
    server.take();

    assert_eq!(ask(&authenticator, "ak_new").await, Err(Reason::JwkRemoteFailedToLoad));
    assert_eq!(ask(&authenticator, "ak_new_good").await, Err(Reason::JwkRemoteFailedToLoad));
    assert!(server.seen().is_empty());
    ask(&authenticator, "ak_good").await.unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn thirty_two_unknown_credentials_are_verified_at_once() {
    let server = Server::answering(|request| verdict(request).after(Duration::from_secs(3)));
    let authenticator = authenticator(&client(&server), &Time::start());
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let authenticator = authenticator.clone();
            tokio::spawn(async move { ask(&authenticator, &format!("ak_good{n}")).await })
        })
        .collect();

    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }

    assert_eq!(server.seen().len(), 32);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 32);
    assert_eq!(outcomes.iter().filter(|one| **one == Err(Reason::JwkRemoteFailedToLoad)).count(), 168);
}

#[tokio::test]
async fn a_burst_with_one_good_credential_is_verified() {
    let server = Server::answering(|request| verdict(request).after(Duration::from_millis(700)));
    let authenticator = authenticator(&client(&server), &Time::start());
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let authenticator = authenticator.clone();
            tokio::spawn(async move { ask(&authenticator, "ak_good").await })
        })
        .collect();

    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn verifications_that_are_dropped_count_against_the_budget() {
    let server = Server::answering(|request| verdict(request).after(Duration::from_secs(60)));
    let authenticator = authenticator(&client(&server), &Time::start());

    for n in 0..100 {
        let credential = format!("ak_{n}");
        let check = ask(&authenticator, &credential);
        tokio::time::timeout(Duration::from_millis(5), check).await.unwrap_err();
    }

    assert_eq!(ask(&authenticator, "ak_last").await, Err(Reason::JwkRemoteFailedToLoad));
    assert!(server.seen().iter().all(|request| !request.text().contains("ak_last")));
}

#[tokio::test]
async fn what_cannot_be_a_credential_is_refused_before_anything_is_sent() {
    let server = Server::answering(verdict);
    let authenticator = authenticator(&client(&server), &Time::start());
    let long = format!("ak_good{}", "x".repeat(1024));

    for credential in
        ["ak_", "mt_", "oat_", "ak_good x", "ak_good\t", "ak_\"good\"", "ak_gööd", "ak_good%", &long]
    {
        assert_eq!(ask(&authenticator, credential).await, expected(credential), "{credential:?}");
    }

    assert_eq!(server.seen().len(), 1);
    for credential in ["ak_good", "mt_good_1", "oat_good-._~+/="] {
        ask(&authenticator, credential).await.unwrap();
    }
}

/// White space at the end belongs to the header.
fn expected(credential: &str) -> Result<(), Reason> {
    if credential.ends_with('\t') { Ok(()) } else { Err(Reason::TokenInvalid) }
}

#[tokio::test]
async fn a_refusal_is_remembered_for_five_seconds_by_all_authenticators_of_a_client() {
    for body in [json!({"subject": "user_1", "revoked": true}), json!({"subject": "user_1", "active": false})]
    {
        let good = Reply::json(200, r#"{"subject": "user_1"}"#);
        let server = Server::scripted([Reply::json(200, &body.to_string()), good]);
        let (clerk, time) = (client(&server), Time::start());

        for _ in 0..5 {
            let refused = ask(&authenticator(&clerk, &time), "ak_1").await;
            assert_eq!(refused, Err(Reason::TokenInvalid));
        }
        time.pass(4);
        assert_eq!(ask(&authenticator(&clerk, &time), "ak_1").await, Err(Reason::TokenInvalid));
        assert_eq!(server.seen().len(), 1);
        time.pass(1);
        ask(&authenticator(&clerk, &time), "ak_1").await.unwrap();
    }
}

#[tokio::test]
async fn a_refusal_by_the_settings_of_one_authenticator_is_not_that_of_another() {
    let server = Server::answering(|_| Reply::json(200, r#"{"subject": "user_1", "aud": ["web"]}"#));
    let clerk = client(&server);

    let refused = outcome(clerk.authenticator().audience(["api"]), "oat_1").await;

    assert_eq!(refused.unwrap_err(), Reason::TokenInvalidAudience);
    outcome(clerk.authenticator().audience(["web"]), "oat_1").await.unwrap();
}

#[tokio::test]
async fn a_429_for_a_verification_pauses_verifications_and_nothing_else() {
    let limited = AtomicUsize::new(0);
    let server = Server::answering(move |request| match is_verification(request) {
        true if request.text().contains("good") => verdict(request),
        true => {
            limited.fetch_add(1, Ordering::SeqCst);
            Reply::json(429, "{}").header("retry-after", "20")
        }
        false => Reply::json(200, "{}"),
    });
    let clerk = default_client(&server);
    let authenticator = authenticator(&clerk, &Time::start());
    ask(&authenticator, "ak_good").await.unwrap();

    for credential in ["ak_1", "ak_2", "ak_good"] {
        assert_eq!(ask(&authenticator, credential).await, Err(Reason::JwkRemoteFailedToLoad), "{credential}");
    }
    assert_eq!(server.seen().len(), 2);

    let request = clerk.request::<Value>(Method::GET, "/users").with_timeout(Duration::from_secs(10));
    request.await.unwrap();
}

#[tokio::test]
async fn a_remembered_answer_is_that_of_the_secret_key_it_was_asked_with() {
    let server = Server::answering(|request| match request.header("authorization") {
        Some("Bearer sk_test_one") => Reply::json(200, r#"{"subject": "user_1"}"#),
        _ => Reply::json(404, "{}"),
    });
    let secret = Arc::new(Mutex::new("sk_test_one"));
    let current = secret.clone();
    let provider = move || {
        let key = current.lock().unwrap().to_owned();
        async move { Ok::<_, std::io::Error>(key) }
    };
    let builder = Clerk::builder_with_key_provider(provider).server_url(server.url());
    let clerk = builder.retry(RetryPolicy::none()).build().unwrap();
    let builder = clerk.authenticator().accepts([TokenType::ApiKey]);
    let authenticator = builder.cache_opaque(100, Duration::from_secs(60)).build().unwrap();
    for _ in 0..2 {
        ask(&authenticator, "ak_1").await.unwrap();
    }
    assert_eq!(server.seen().len(), 1);

    *secret.lock().unwrap() = "sk_test_two";

    assert_eq!(ask(&authenticator, "ak_1").await, Err(Reason::TokenInvalid));
    *secret.lock().unwrap() = "sk_test_one";
    ask(&authenticator, "ak_1").await.unwrap();
}

#[tokio::test]
async fn a_429_does_not_shorten_the_pause_of_an_earlier_one() {
    let server = Server::answering(|request| match request.text() {
        text if text.contains("good") => verdict(request),
        text if text.contains("first") => Reply::json(429, "{}").header("retry-after", "20"),
        _ => Reply::json(429, "{}").header("retry-after", "0").after(Duration::from_millis(300)),
    });
    let authenticator = authenticator(&client(&server), &Time::start());
    ask(&authenticator, "ak_good").await.unwrap();

    let limited = tokio::join!(ask(&authenticator, "ak_second"), ask(&authenticator, "ak_first"));

    assert_eq!(limited, (Err(Reason::JwkRemoteFailedToLoad), Err(Reason::JwkRemoteFailedToLoad)));
    assert_eq!(ask(&authenticator, "ak_good").await, Err(Reason::JwkRemoteFailedToLoad));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_vouched_credential_in_use_is_not_displaced_by_new_ones() {
    let server = Server::answering(verdict);
    let authenticator = authenticator(&client(&server), &Time::start());
    for n in 0..4200 {
        if n % 500 == 0 {
            ask(&authenticator, "ak_good").await.unwrap();
        }
        ask(&authenticator, &format!("ak_good{n}")).await.unwrap();
    }
    for n in 0..100 {
        assert_eq!(ask(&authenticator, &format!("ak_{n}")).await, Err(Reason::TokenInvalid));
    }

    ask(&authenticator, "ak_good").await.unwrap();
    assert_eq!(ask(&authenticator, "ak_good0").await, Err(Reason::JwkRemoteFailedToLoad));
}
