//! An API that limits the rate of calls, and many tasks that share a client.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, ClerkBuilder, Error, ErrorKind, RetryPolicy};
use clerk_tests::server::{Recorded, Reply, Server};
use clerk_tests::tokens::{Signer, jwks};
use serde_json::{Value, json};

use crate::ms;

pub(super) fn builder(server: &Server) -> ClerkBuilder {
    let policy = RetryPolicy::exponential().initial(ms(100)).max_interval(ms(1000));
    Clerk::builder("sk_test_limits").server_url(server.url()).retry(policy)
}

fn ok() -> Reply {
    Reply::json(200, "{}")
}

async fn get(clerk: &Clerk, path: &str) -> Result<Value, Error> {
    clerk.request(Method::GET, path).await
}

/// Accepts `limit` calls in each window, and says when the next one begins.
pub(super) fn windows(limit: u32, length: Duration) -> Server {
    let state = Mutex::new((Instant::now(), 0));
    Server::answering(move |_| {
        let mut state = state.lock().unwrap();
        let (start, used) = &mut *state;
        if start.elapsed() >= length {
            (*start, *used) = (Instant::now(), 0);
        }
        if *used < limit {
            *used += 1;
            return ok();
        }
        let left = (length.saturating_sub(start.elapsed()).as_micros().div_ceil(1000)).to_string();
        Reply::json(429, "{}").header("retry-after-ms", &left)
    })
}

/// Accepts `rate` calls a second and up to `size` at once, and says nothing of when to come again.
pub(super) fn bucket(rate: f64, size: f64) -> Server {
    let state = Mutex::new((Instant::now(), size));
    Server::answering(move |_| {
        let mut state = state.lock().unwrap();
        let (at, tokens) = &mut *state;
        *tokens = (*tokens + at.elapsed().as_secs_f64() * rate).min(size);
        *at = Instant::now();
        if *tokens < 1.0 {
            return Reply::json(429, "{}");
        }
        *tokens -= 1.0;
        ok()
    })
}

/// Refuses the first request, for as long as `name: value` asks, and no other one.
fn refusing(status: u16, name: &'static str, value: &'static str) -> Server {
    Server::scripted([Reply::json(status, "{}").header(name, value), ok()])
}

/// A client, and its first call, which was refused.
async fn refused(builder: ClerkBuilder) -> (Clerk, tokio::task::JoinHandle<Result<Value, Error>>) {
    let (refused, clerk) = telling(builder);
    let first = clerk.clone();
    let call = tokio::spawn(async move { get(&first, "/first").await });
    while !refused.load(Ordering::SeqCst) {
        tokio::time::sleep(ms(2)).await;
    }
    (clerk, call)
}

/// A client, and whether it knows of a refusal.
fn telling(builder: ClerkBuilder) -> (Arc<AtomicBool>, Clerk) {
    let refused = Arc::new(AtomicBool::new(false));
    let tells = refused.clone();
    let builder = builder.on_retry(move |_, _| tells.store(true, Ordering::SeqCst));
    (refused, builder.build().unwrap())
}

/// Has tasks call so many times each, of an API that a call takes. Says how many requests that took at the fewest, and
/// how long: where other programs hold up this one or the server, what is sent comes late and is refused.
pub(super) async fn fewest(server: impl Fn() -> Server, tasks: usize, each: usize) -> (usize, Duration) {
    let mut fewest = (usize::MAX, Duration::MAX);
    for _ in 0..3 {
        fewest = fewest.min(calls(&server(), tasks, each).await);
        if fewest.0 * 10 <= tasks * each * 12 {
            break;
        }
    }
    fewest
}

pub(super) async fn calls(server: &Server, tasks: usize, each: usize) -> (usize, Duration) {
    let clerk = builder(server).build().unwrap();
    let started = Instant::now();
    let tasks: Vec<_> = (0..tasks)
        .map(|task| {
            let clerk = clerk.clone();
            tokio::spawn(async move {
                for call in 0..each {
                    get(&clerk, &format!("/{task}/{call}")).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    (server.seen().len(), started.elapsed())
}

#[tokio::test]
async fn a_limit_by_windows_is_used_up_by_many_tasks_with_few_refusals() {
    let (requests, time) = fewest(|| windows(400, ms(800)), 200, 10).await;

    assert!(requests <= 2400, "{requests} requests for 2000 calls in {time:?}");
    assert!(time < ms(800 * 4) * 6, "{time:?}");
}

#[tokio::test]
async fn a_limit_that_says_nothing_is_used_up_by_many_tasks_with_few_refusals() {
    let (requests, time) = fewest(|| bucket(300.0, 100.0), 100, 10).await;

    assert!(requests <= 1200, "{requests} requests for 1000 calls in {time:?}");
    assert!(time < ms(3000) * 6, "{time:?}");
}

#[tokio::test]
async fn where_one_is_told_to_wait_all_wait_and_come_in_their_order() {
    for (status, name, value) in [(429, "retry-after-ms", "600"), (503, "retry-after", "0.6")] {
        let server = refusing(status, name, value);
        let (clerk, first) = refused(builder(&server)).await;

        let mut calls = Vec::new();
        for number in 0..20 {
            let clerk = clerk.clone();
            calls.push(tokio::spawn(async move { get(&clerk, &format!("/{number:02}")).await }));
            tokio::time::sleep(ms(5)).await;
        }
        first.await.unwrap().unwrap();
        for call in calls {
            call.await.unwrap().unwrap();
        }

        let seen = server.seen();
        assert_eq!(seen.len(), 22, "{seen:?}");
        assert!(seen[1].at - seen[0].at >= ms(595), "{:?}", seen[1].at - seen[0].at);
        assert_eq!(seen[1].target, "/v1/first", "who was there first is the first again");
        for (place, request) in seen[2..].iter().enumerate() {
            let number: usize = request.target.trim_start_matches("/v1/").parse().unwrap();
            // As many as are on their way at once may overtake each other there.
            assert!(number.abs_diff(place) <= 6, "{number} came as {place}");
        }
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_leaves_the_queue_and_nothing_is_sent_for_it() {
    let server = refusing(429, "retry-after-ms", "500");
    let (clerk, first) = refused(builder(&server)).await;

    let mut calls = Vec::new();
    for number in 0..20 {
        let clerk = clerk.clone();
        calls.push(tokio::spawn(async move { get(&clerk, &format!("/{number}")).await }));
    }
    tokio::time::sleep(ms(50)).await;
    // Who is first in the queue, too.
    first.abort();
    for call in calls.iter().step_by(2) {
        call.abort();
    }
    for call in calls.into_iter().skip(1).step_by(2) {
        call.await.unwrap().unwrap();
    }

    let seen = server.seen();
    assert_eq!(seen.len(), 11, "{seen:?}");
    let odd = |request: &Recorded| request.target.ends_with(['1', '3', '5', '7', '9']);
    assert!(seen[1..].iter().all(odd), "{seen:?}");
    assert!(seen[10].at - seen[0].at < ms(5000), "no slot was kept for who is gone");
}

#[tokio::test]
async fn calls_in_the_queue_that_nobody_polls_do_not_stop_those_that_come_after_them() {
    let server = refusing(429, "retry-after-ms", "200");
    let (clerk, first) = refused(builder(&server)).await;
    let mut unpolled: Vec<_> = (0..20)
        .map(|number| clerk.request::<Value>(Method::GET, format!("/{number}")).into_future())
        .collect();
    for call in &mut unpolled {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    first.await.unwrap().unwrap();
    let started = Instant::now();

    for _ in 0..20 {
        get(&clerk, "/x").await.unwrap();
    }

    assert!(started.elapsed() < ms(15_000), "{:?}", started.elapsed());
    // They have lost nothing but time.
    for call in unpolled {
        call.await.unwrap();
    }
    assert_eq!(server.seen().len(), 42);
}

#[tokio::test]
async fn turned_off_for_a_client_or_a_call_nobody_waits_for_others() {
    let server = refusing(429, "retry-after", "2");
    let (clerk, first) = refused(builder(&server).throttle(false)).await;
    get(&clerk, "/second").await.unwrap();
    first.await.unwrap().unwrap();
    let seen = server.seen();
    let targets: Vec<_> = seen.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(targets, ["/v1/first", "/v1/second", "/v1/first"], "it has waited");

    let server = refusing(429, "retry-after", "2");
    let (clerk, first) = refused(builder(&server)).await;
    let _: Value = clerk.request(Method::GET, "/second").with_throttle(false).await.unwrap();
    let _: Value = clerk.request(Method::GET, "/third").with_retry(RetryPolicy::none()).await.unwrap();
    first.await.unwrap().unwrap();
    let seen = server.seen();
    let targets: Vec<_> = seen.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(targets, ["/v1/first", "/v1/second", "/v1/third", "/v1/first"], "they have waited");
}

#[tokio::test]
async fn no_call_waits_for_longer_than_it_may() {
    let server = refusing(429, "retry-after", "25");
    let (clerk, first) = refused(builder(&server)).await;
    let started = Instant::now();

    let limited = clerk.request::<Value>(Method::GET, "/x").with_timeout(ms(20_000)).await.unwrap_err();
    let budget = clerk
        .request::<Value>(Method::POST, "/x")
        .with_retry(RetryPolicy::exponential().max_elapsed(ms(20_000)));
    let budget = budget.await.unwrap_err();

    assert!(started.elapsed() < ms(15_000), "known at once: {:?}", started.elapsed());
    for error in [limited, budget] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0), "{error}");
        assert!(error.is_rate_limited() && !error.maybe_sent() && !error.is_timeout());
        assert!(error.retry_after().is_some_and(|left| left > ms(10_000) && left <= ms(25_000)), "{error}");
        let text = error.to_string();
        assert!(text.contains("/x → not sent: ") && text.contains("with_timeout"), "{text}");
    }
    assert_eq!(server.seen().len(), 1);
    first.abort();
}

#[tokio::test]
async fn a_turn_that_does_not_come_in_time_is_an_error_when_the_time_is_over() {
    // After the refusal one call is on its way for long, and the next one waits for what comes of it.
    let replies = [Reply::json(429, "{}").header("retry-after-ms", "1"), ok().after(ms(20_000)), ok()];
    let server = Server::scripted(replies);
    let policy = RetryPolicy::exponential().initial(ms(1));
    let (clerk, first) = refused(builder(&server).retry(policy)).await;
    while server.seen().len() < 2 {
        tokio::time::sleep(ms(2)).await;
    }
    let started = Instant::now();

    let error = clerk.request::<Value>(Method::GET, "/x").with_timeout(ms(300)).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    assert!(error.to_string().contains("others were still before it"), "{error}");
    assert!(started.elapsed() >= ms(295), "{:?}", started.elapsed());
    // But not for ever, whatever becomes of the other call.
    get(&clerk, "/y").await.unwrap();
    assert!(started.elapsed() < ms(15_000), "{:?}", started.elapsed());
    first.abort();
}

#[tokio::test]
async fn other_keys_and_servers_and_token_checks_are_not_held_up() {
    let signer = Signer::one();
    let keys = jwks([&signer]).to_string();
    let server = Server::answering(move |request| match request.target.as_str() {
        "/v1/first" => Reply::json(429, "{}").header("retry-after", "20"),
        "/v1/jwks" => Reply::json(200, &keys),
        _ => ok(),
    });
    let other = Server::scripted([ok()]);
    let (clerk, first) = refused(builder(&server)).await;
    let started = Instant::now();

    let _: Value = clerk.request(Method::GET, "/x").with_secret_key("sk_test_other").await.unwrap();
    let _: Value = clerk.request(Method::GET, "/x").with_server_url(other.url()).await.unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({"azp": "https://a.example", "exp": now + 60, "iat": now, "sid": "sess_1", "sub": "user_1", "v": 2});
    clerk.verifier().build().unwrap().verify(&signer.session(&claims)).await.unwrap();

    assert!(started.elapsed() < ms(15_000), "{:?}", started.elapsed());
    first.abort();
}

#[tokio::test]
async fn a_limit_by_the_hour_is_that_of_one_operation() {
    let server = Server::answering(|request| match request.target.as_str() {
        "/v1/invitations" => Reply::json(429, "{}").header("retry-after", "1800"),
        _ => ok(),
    });
    let clerk = builder(&server).build().unwrap();
    let started = Instant::now();

    let refused = clerk.request::<Value>(Method::POST, "/invitations").json(json!({})).await.unwrap_err();
    get(&clerk, "/users").await.unwrap();

    assert_eq!((refused.kind(), refused.attempts()), (ErrorKind::Api, 1), "{refused}");
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(1800)));
    assert!(started.elapsed() < ms(15_000), "{:?}", started.elapsed());
}

#[test]
fn blocking_calls_wait_in_the_same_queue() {
    let server = Arc::new(refusing(429, "retry-after-ms", "400"));
    let (refused, clerk) = telling(builder(&server));
    let call = |path: &'static str| {
        let clerk = clerk.clone();
        std::thread::spawn(move || clerk.request::<Value>(Method::GET, path).send_blocking())
    };
    let first = call("/first");
    while !refused.load(Ordering::SeqCst) {
        std::thread::sleep(ms(2));
    }
    call("/second").join().unwrap().unwrap();
    first.join().unwrap().unwrap();

    let targets: Vec<_> = server.seen().into_iter().map(|request| request.target).collect();
    assert_eq!(targets, ["/v1/first", "/v1/first", "/v1/second"]);
}
