//! Fetches of keys: a failure is remembered, and a fetch belongs to no request.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use clerk_sdk::auth::{AuthError, Claims, Reason, Verifier};
use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::Signer;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::common::reason;
use crate::jwks::{Time, client, keys, token, verifier};

fn default_client(server: &Server) -> Clerk {
    Clerk::builder("sk_test_x").server_url(server.url()).build().unwrap()
}

async fn reasons(verifier: &Verifier, number: usize) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for n in 0..number {
        reasons.push(reason(verifier.verify(token(&Signer::one().named(&format!("unknown_{n}")))).await));
    }
    reasons
}

#[tokio::test]
async fn a_failed_fetch_is_remembered_for_ten_seconds_in_a_cold_client() {
    for (reply, expected) in [
        (Reply::json(500, "{}"), Reason::JwkRemoteFailedToLoad),
        (Reply::json(429, "{}"), Reason::JwkRemoteFailedToLoad),
        (Reply::json(401, "{}"), Reason::SecretKeyInvalid),
        (Reply::json(200, "<html>"), Reason::JwkRemoteInvalid),
        (Reply::hang_up(), Reason::JwkRemoteFailedToLoad),
    ] {
        let server = Server::scripted([reply]);
        let time = Time::start();
        let verifier = verifier(&default_client(&server), &time);

        assert_eq!(reasons(&verifier, 50).await, [expected; 50]);
        time.pass(9);
        assert_eq!(reasons(&verifier, 1).await, [expected]);
        assert_eq!(server.seen().len(), 1, "{expected}");
        time.pass(1);
        assert_eq!(reasons(&verifier, 2).await, [expected; 2]);
        assert_eq!(server.seen().len(), 2, "{expected}");
    }
}

#[tokio::test]
async fn a_failed_fetch_is_remembered_after_an_hour_of_outage() {
    let broken = Arc::new(AtomicBool::new(false));
    let state = broken.clone();
    let server = Server::answering(move |_| match state.load(Ordering::Relaxed) {
        true => Reply::json(500, "{}"),
        false => keys(&[&Signer::one()]),
    });
    let time = Time::start();
    let verifier = verifier(&default_client(&server), &time);
    verifier.verify(token(&Signer::one())).await.unwrap();
    broken.store(true, Ordering::Relaxed);
    time.pass(3600);
    server.take();

    assert_eq!(reasons(&verifier, 50).await, [Reason::JwkRemoteFailedToLoad; 50]);
    assert_eq!(server.seen().len(), 1);

    time.pass(10);
    broken.store(false, Ordering::Relaxed);
    verifier.verify(token(&Signer::one())).await.unwrap();
}

#[tokio::test]
async fn a_failed_refresh_for_an_unknown_key_is_unavailable_and_remembered() {
    let server = Server::scripted([keys(&[&Signer::one()]), Reply::json(503, "{}")]);
    let time = Time::start();
    let verifier = verifier(&default_client(&server), &time);
    verifier.verify(token(&Signer::one())).await.unwrap();

    assert_eq!(reasons(&verifier, 50).await, [Reason::JwkRemoteFailedToLoad; 50]);

    assert_eq!(server.seen().len(), 2);
    verifier.verify(token(&Signer::one())).await.unwrap();
}

#[tokio::test]
async fn the_retry_after_of_a_failed_fetch_is_honored_up_to_a_minute() {
    for (retry_after, paused) in [("30", 30), ("3600", 60), ("3", 3)] {
        let limited = Reply::json(429, "{}").header("retry-after", retry_after);
        let server = Server::scripted([limited, keys(&[&Signer::one()])]);
        let time = Time::start();
        let verifier = verifier(&default_client(&server), &time);

        assert_eq!(reasons(&verifier, 1).await, [Reason::JwkRemoteFailedToLoad]);
        time.pass(paused - 1);
        assert_eq!(reasons(&verifier, 1).await, [Reason::JwkRemoteFailedToLoad]);
        assert_eq!(server.seen().len(), 1, "{retry_after}");
        time.pass(1);
        verifier.verify(token(&Signer::one())).await.unwrap();
    }
}

#[tokio::test]
async fn a_429_for_keys_does_not_hold_up_other_requests() {
    let server = Server::answering(|request| match request.target.as_str() {
        "/v1/jwks" => Reply::json(429, "{}").header("retry-after", "20"),
        _ => Reply::json(200, "{}"),
    });
    let clerk = default_client(&server);
    assert_eq!(reasons(&verifier(&clerk, &Time::start()), 1).await, [Reason::JwkRemoteFailedToLoad]);

    let request = clerk.request::<Value>(Method::GET, "/users").with_timeout(Duration::from_secs(10));

    request.await.unwrap();
}

/// A server that returns the key `one` when it is told to.
fn held_back() -> (Server, Arc<AtomicBool>) {
    let released = Arc::new(AtomicBool::new(false));
    let state = released.clone();
    let server = Server::answering(move |_| {
        while !state.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        keys(&[&Signer::one()])
    });
    (server, released)
}

/// Polls a check once.
async fn poll_once(check: impl Future<Output = Result<Claims, AuthError>>) {
    let mut check = pin!(check);
    assert!(poll_fn(|cx| Poll::Ready(check.as_mut().poll(cx).is_pending())).await);
}

#[tokio::test]
async fn a_hundred_hang_ups_make_one_fetch_that_goes_on() {
    let (server, released) = held_back();
    let verifier = verifier(&client(server.url()), &Time::start());
    let token = token(&Signer::one());

    for _ in 0..100 {
        poll_once(verifier.verify(&token)).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    released.store(true, Ordering::SeqCst);
    let started = Instant::now();
    while verifier.verify_now(&token).is_err() && started.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    assert!(verifier.verify_now(&token).is_ok());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_hang_up_after_a_rotation_does_not_shut_out_the_new_key() {
    let both = keys(&[&Signer::one(), &Signer::two()]).after(Duration::from_millis(100));
    let server = Server::scripted([keys(&[&Signer::one()]), both]);
    let verifier = verifier(&client(server.url()), &Time::start());
    verifier.verify(token(&Signer::one())).await.unwrap();

    poll_once(verifier.verify(token(&Signer::two()))).await;

    verifier.verify(token(&Signer::two())).await.unwrap();
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_is_not_polled_holds_up_no_other() {
    let (server, released) = held_back();
    let verifier = verifier(&client(server.url()), &Time::start());
    let mut first = pin!(verifier.verify(token(&Signer::one())));
    assert!(poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx).is_pending())).await);
    released.store(true, Ordering::SeqCst);

    let second = tokio::time::timeout(Duration::from_secs(30), verifier.verify(token(&Signer::one())));

    second.await.unwrap().unwrap();
    assert_eq!(server.seen().len(), 1);
    first.await.unwrap();
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_fetch_on_an_idle_runtime_is_taken_over() {
    let server = Server::scripted([keys(&[&Signer::one()])]);
    let verifier = verifier(&client(server.url()), &Time::start());
    let idle = current_thread();
    idle.block_on(poll_once(verifier.verify(token(&Signer::one()))));

    // A check that waits for longer than about five seconds ends with an error.
    let claims = current_thread().block_on(async {
        tokio::time::timeout(Duration::from_secs(30), verifier.verify(token(&Signer::one()))).await
    });

    claims.unwrap().unwrap();
    drop(idle);
}

#[test]
fn a_fetch_on_a_runtime_that_is_shut_down_is_taken_over() {
    let server =
        Server::scripted([keys(&[&Signer::one()]).after(Duration::from_secs(60)), keys(&[&Signer::one()])]);
    let verifier = verifier(&client(server.url()), &Time::start());
    let (first, second) = (current_thread(), current_thread());
    first.block_on(async {
        poll_once(verifier.verify(token(&Signer::one()))).await;
        while server.seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let waiting = std::thread::spawn({
        let verifier = verifier.clone();
        move || second.block_on(verifier.verify(token(&Signer::one())))
    });
    std::thread::sleep(Duration::from_millis(50));

    drop(first);

    // The first fetch would have taken a minute.
    waiting.join().unwrap().unwrap();
    assert_eq!(server.seen().len(), 2);
}

/// Polls a check once, on a thread without a runtime.
fn without_runtime(verifier: &Verifier) -> Poll<Result<Claims, AuthError>> {
    let check = verifier.verify(token(&Signer::one()));
    pin!(check).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn without_a_runtime_a_fetch_is_an_error_and_keys_at_hand_are_used() {
    let server = Server::scripted([keys(&[&Signer::one()])]);
    let clerk = Clerk::builder("sk_test_x").server_url(server.url()).retry(RetryPolicy::none()).build();
    let verifier = verifier(&clerk.unwrap(), &Time::start());

    let Poll::Ready(refused) = without_runtime(&verifier) else { panic!("it waits") };
    assert_eq!(reason(refused), Reason::JwkRemoteFailedToLoad);

    current_thread().block_on(verifier.verify(token(&Signer::one()))).unwrap();
    let Poll::Ready(checked) = without_runtime(&verifier) else { panic!("it waits") };
    checked.unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_retry_after_of_zero_is_retried_once() {
    for status in [429, 503] {
        let server = Server::scripted([Reply::json(status, "{}").header("retry-after", "0")]);
        let verifier = verifier(&default_client(&server), &Time::start());

        assert_eq!(reasons(&verifier, 20).await, [Reason::JwkRemoteFailedToLoad; 20]);

        assert_eq!(server.seen().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_fetch_that_panics_is_a_failure_that_is_remembered() {
    let server = Server::scripted([keys(&[&Signer::one()])]);
    let builder = Clerk::builder("sk_test_x").server_url(server.url());
    let clerk = builder.after_response(|_, _| panic!("a hook of the program")).build().unwrap();
    let time = Time::start();
    let verifier = verifier(&clerk, &time);
    let checks = (0..20).map(|_| {
        let verifier = verifier.clone();
        tokio::spawn(async move { verifier.verify(token(&Signer::one())).await })
    });

    for check in checks.collect::<Vec<_>>() {
        assert_eq!(reason(check.await.unwrap()), Reason::JwkRemoteFailedToLoad);
    }

    assert_eq!(reasons(&verifier, 5).await, [Reason::JwkRemoteFailedToLoad; 5]);
    assert_eq!(server.seen().len(), 1);
    time.pass(10);
    assert_eq!(reasons(&verifier, 1).await, [Reason::JwkRemoteFailedToLoad]);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn during_an_outage_keys_are_used_while_the_next_fetch_hangs() {
    let slow = keys(&[&Signer::one()]).after(Duration::from_secs(60));
    let server = Server::scripted([keys(&[&Signer::one()]), Reply::json(500, "{}"), slow]);
    let time = Time::start();
    let verifier = verifier(&default_client(&server), &time);
    verifier.verify(token(&Signer::one())).await.unwrap();
    time.pass(300);
    verifier.verify(token(&Signer::one())).await.unwrap();
    time.pass(10);
    poll_once(verifier.verify(token(&Signer::one()))).await;

    let check = tokio::time::timeout(Duration::from_secs(2), verifier.verify(token(&Signer::one())));

    check.await.unwrap().unwrap();
    verifier.verify_now(token(&Signer::one())).unwrap();
}
