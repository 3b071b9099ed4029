//! Many calls at once, before anything is known of the API's limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, ClerkBuilder, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::limits::{bucket, builder, calls, fewest, windows};
use crate::ms;

/// Longer than any of the tests.
const NEVER: Duration = Duration::from_secs(60);
/// For how long who waits sees nobody leave before more are sent.
const PATIENCE: Duration = Duration::from_millis(250);

/// A server that answers nobody.
fn silent() -> Server {
    Server::answering(|_| Reply::json(200, "{}").after(NEVER))
}

/// A client that counts what it sends.
fn counting(builder: ClerkBuilder) -> (Clerk, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = sent.clone();
    let builder = builder.before_request(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    (builder.build().unwrap(), sent)
}

/// Repeats a measurement that is `None` if the machine was too slow for it.
async fn conclusive<T>(measure: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..50 {
        if let Some(outcome) = measure().await {
            return outcome;
        }
    }
    panic!("the machine was too slow each time");
}

type Call = clerk_sdk::RawRequest<Value>;

fn call(clerk: &Clerk, number: usize) -> Call {
    clerk.request(Method::GET, format!("/{number}"))
}

/// Starts calls, and has each of them come as far as it can without waiting.
async fn start(clerk: &Clerk, numbers: std::ops::Range<usize>, set: fn(Call) -> Call) -> Vec<JoinHandle<()>> {
    let spawn = |number| {
        let call = set(call(clerk, number)).into_future();
        tokio::spawn(async move {
            let _ = call.await;
        })
    };
    let calls = numbers.map(spawn).collect();
    for _ in 0..30 {
        tokio::task::yield_now().await;
    }
    calls
}

async fn until(what: impl Fn() -> bool) {
    let started = Instant::now();
    while !what() {
        assert!(started.elapsed() < NEVER / 2, "it does not happen");
        tokio::time::sleep(ms(2)).await;
    }
}

#[tokio::test]
async fn a_limit_that_is_small_beside_the_number_of_tasks_is_used_up_with_few_refusals() {
    for (tasks, each) in [(200, 5), (1000, 1)] {
        let (requests, time) = fewest(|| windows(100, ms(300)), tasks, each).await;

        assert!(requests <= 1200, "{tasks} tasks: {requests} requests for 1000 calls in {time:?}");
    }
}

#[tokio::test]
async fn calls_at_once_take_at_most_a_fifth_and_64_requests_more() {
    type Limit = (&'static str, fn() -> Server);
    let limits: [Limit; 3] = [
        ("100 in 300 ms", || windows(100, ms(300))),
        ("20 in 200 ms", || windows(20, ms(200))),
        ("100 a second, 20 at once", || bucket(100.0, 20.0)),
    ];
    for calls in [10, 50, 64, 100, 200] {
        for (limit, server) in limits {
            let most = calls * 12 / 10 + 64;

            let (requests, time) = fewest(server, calls, 1).await;

            assert!(requests <= most, "{calls} at once, {limit}: {requests} requests in {time:?}");
        }
    }
}

#[tokio::test]
async fn calls_at_once_within_the_limit_take_one_request_each() {
    let server = windows(100, ms(60_000));

    assert_eq!(calls(&server, 100, 1).await.0, 100);
}

#[tokio::test]
async fn an_api_that_answers_nobody_holds_others_up_for_a_quarter_of_a_second() {
    let (at_once, last) = conclusive(async || {
        let server = silent();
        let (clerk, sent) = counting(builder(&server));
        let started = Instant::now();
        let _calls = start(&clerk, 0..65, |call| call).await;
        let at_once = sent.load(Ordering::SeqCst);
        let soon = started.elapsed() < PATIENCE;

        until(|| server.seen().len() == 65).await;
        soon.then(|| (at_once, server.seen()[64].at - started))
    })
    .await;

    assert_eq!(at_once, 64);
    assert!(last >= PATIENCE && last < ms(20_000), "{last:?}");
}

/// The targets of all requests, where calls in flight and calls that wait are dropped within [`PATIENCE`].
async fn sent_after_drops() -> Option<Vec<String>> {
    let server = silent();
    let clerk = builder(&server).build().unwrap();
    let started = Instant::now();
    let calls = start(&clerk, 0..64, |call| call).await;
    let waiting = start(&clerk, 64..80, |call| call).await;

    // Most of those that wait, who get the places of those on their way.
    waiting[..15].iter().chain(&calls[..8]).for_each(JoinHandle::abort);
    tokio::task::yield_now().await;
    let soon = started.elapsed() < PATIENCE;

    until(|| server.seen().iter().any(|request| request.target == "/v1/79")).await;
    soon.then(|| server.seen().into_iter().map(|request| request.target).collect())
}

#[tokio::test]
async fn a_call_that_is_dropped_before_it_is_sent_gives_its_place_away() {
    let sent = conclusive(sent_after_drops).await;

    let dropped = |target: &&String| {
        let number: usize = target.trim_start_matches("/v1/").parse().unwrap();
        (64..79).contains(&number)
    };
    assert_eq!(sent.iter().filter(dropped).count(), 0, "{sent:?}");
}

#[tokio::test]
async fn a_call_that_waits_for_nobody_is_sent_at_once() {
    let server = silent();
    for (builder, set) in [
        (builder(&server).throttle(false), (|call| call) as fn(Call) -> Call),
        (builder(&server), |call| call.with_throttle(false)),
        (builder(&server), |call| call.with_retry(RetryPolicy::none())),
        (builder(&server).retry(RetryPolicy::none()), |call| call),
    ] {
        let (clerk, sent) = counting(builder);

        let _calls = start(&clerk, 0..500, set).await;

        assert_eq!(sent.load(Ordering::SeqCst), 500);
    }
}

#[tokio::test]
async fn a_time_limit_ends_the_wait_of_a_call_that_was_not_sent() {
    let error = conclusive(async || {
        let server = silent();
        let clerk = builder(&server).build().unwrap();
        let started = Instant::now();
        let _calls = start(&clerk, 0..64, |call| call).await;
        let outcome = clerk.request::<Value>(Method::POST, "/x").with_timeout(ms(50)).await;
        (started.elapsed() < PATIENCE).then(|| outcome.unwrap_err())
    })
    .await;

    assert!(error.is_timeout(), "{error}");
    assert_eq!((error.maybe_sent(), error.attempts()), (false, 0), "{error}");
}

#[tokio::test]
async fn calls_that_wait_go_through_the_queue_of_a_limit_in_their_order() {
    // Answers nobody but the first, and that with a refusal. Then everybody.
    let asked = AtomicUsize::new(0);
    let server = Server::answering(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0..64 => Reply::json(429, "{}").header("retry-after-ms", "400").after(ms(50)),
        _ => Reply::json(200, "{}"),
    });
    let clerk = builder(&server).build().unwrap();
    let calls = start(&clerk, 0..200, |call| call).await;
    until(|| server.seen().len() == 64).await;
    for call in calls {
        call.await.unwrap();
    }

    let seen = server.seen();
    assert_eq!(seen.len(), 264, "no other one was sent before the refusals were there");
    for (place, request) in seen[64..].iter().enumerate() {
        let number: usize = request.target.trim_start_matches("/v1/").parse().unwrap();
        // Those that are on their way at once may overtake each other there.
        assert!(number.abs_diff(place) < 100, "{number} came as {place}");
    }
}

#[tokio::test]
async fn calls_that_nobody_polls_do_not_stop_those_that_come_after_them() {
    let server = Server::answering(|_| Reply::json(200, "{}"));
    let clerk = builder(&server).build().unwrap();
    let mut buffered: Vec<_> = (0..200).map(|number| call(&clerk, number).into_future()).collect();
    for call in &mut buffered {
        let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll.is_pending());
    }
    let started = Instant::now();

    let _: Value = clerk.request(Method::GET, "/x").await.unwrap();

    assert!(started.elapsed() < ms(20_000), "{:?}", started.elapsed());
}
