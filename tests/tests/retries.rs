//! When a call is tried again, when it is not, and how long it waits.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, ClerkBuilder, Error, HttpErrorKind, RetryPolicy};
use clerk_tests::server::{Reply, Server, nobody};
use serde_json::{Value, json};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// More than anything here may take on a machine that has other things to do, and less than it would if it were wrong.
const LONG: Duration = Duration::from_secs(20);

fn quick() -> RetryPolicy {
    RetryPolicy::exponential().initial(ms(1)).max_interval(ms(5)).exponent(1.1).max_elapsed(ms(2000))
}

fn builder(server: &Server) -> ClerkBuilder {
    Clerk::builder("sk_test_retries").server_url(server.url()).retry(quick())
}

/// Calls once on a server that gives `first` and then a success; how often it was asked, and the outcome.
async fn after(first: Reply, method: Method) -> (usize, Result<Value, Error>) {
    let server = Server::scripted([first, Reply::json(200, "{}")]);
    let clerk = builder(&server).build().unwrap();
    let mut request = clerk.request::<Value>(method.clone(), "/x");
    if method == Method::POST || method == Method::PATCH {
        request = request.json(json!({"a": 1}));
    }
    let result = request.await;
    (server.seen().len(), result)
}

#[tokio::test]
async fn reads_are_repeated_after_every_failure_that_may_pass() {
    for status in [408, 429, 500, 502, 503, 504, 599] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let (asked, result) = after(Reply::json(status, "{}"), method).await;
            assert_eq!((asked, result.is_ok()), (2, true), "{status}");
        }
    }
    for first in [Reply::hang_up(), Reply::json(200, r#"{"half": "of it"}"#).cut()] {
        let (asked, result) = after(first.clone(), Method::GET).await;
        assert_eq!((asked, result.is_ok()), (2, true), "{first:?} {result:?}");
    }
}

#[tokio::test]
async fn what_will_not_pass_is_not_repeated() {
    for status in [301, 304, 400, 401, 403, 404, 409, 422] {
        let (asked, result) = after(Reply::json(status, "{}"), Method::GET).await;
        assert_eq!((asked, result.unwrap_err().attempts()), (1, 1), "{status}");
    }
}

#[tokio::test]
async fn a_request_that_may_have_been_acted_on_is_not_repeated() {
    for method in [Method::POST, Method::PATCH] {
        for first in [
            Reply::json(500, "{}"),
            Reply::json(502, "{}"),
            Reply::json(503, "{}"),
            Reply::json(408, "{}"),
            Reply::hang_up(),
            Reply::json(200, r#"{"half": "of it"}"#).cut(),
        ] {
            let (asked, result) = after(first.clone(), method.clone()).await;
            assert_eq!(asked, 1, "{first:?}");
            assert!(result.unwrap_err().maybe_sent());
        }
        for first in [Reply::json(429, "{}"), Reply::json(503, "{}").header("retry-after", "0")] {
            let (asked, result) = after(first.clone(), method.clone()).await;
            assert_eq!((asked, result.is_ok()), (2, true), "{first:?}");
        }
    }
}

#[tokio::test]
async fn the_client_or_the_call_may_allow_it() {
    let post = async |clerk: Clerk, repeatable: Option<bool>| {
        let mut request = clerk.request::<Value>(Method::POST, "/x").json(json!({}));
        if let Some(repeatable) = repeatable {
            request = request.with_repeatable(repeatable);
        }
        request.with_response().await.map(|response| response.attempts())
    };
    let server = || Server::scripted([Reply::json(500, "{}"), Reply::json(200, "{}")]);

    let one = server();
    assert_eq!(post(builder(&one).build().unwrap(), Some(true)).await.unwrap(), 2);
    let one = server();
    assert_eq!(post(builder(&one).repeat_unsafe(true).build().unwrap(), None).await.unwrap(), 2);
    let one = server();
    let error = post(builder(&one).repeat_unsafe(true).build().unwrap(), Some(false)).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn where_nobody_listens_even_a_post_is_repeated() {
    let clerk =
        Clerk::builder("sk_test_x").server_url(nobody()).retry(quick().max_elapsed(ms(300))).build().unwrap();

    let error = clerk.request::<Value>(Method::POST, "/x").json(json!({})).await.unwrap_err();

    assert!(error.attempts() > 1, "{error}");
    assert_eq!(error.transport_kind(), Some(HttpErrorKind::Connect));
    assert!(!error.maybe_sent());
}

#[tokio::test]
async fn retries_can_be_turned_off_for_a_client_and_for_a_call() {
    let server = Server::scripted([Reply::json(500, "{}")]);

    let by_call = builder(&server).build().unwrap();
    let error =
        by_call.request::<Value>(Method::GET, "/x").with_retry(RetryPolicy::none()).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    let by_client = builder(&server).retry(RetryPolicy::none()).build().unwrap();
    let error = by_client.request::<Value>(Method::GET, "/x").await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn it_goes_on_until_the_budget_is_used_up() {
    let server = Server::scripted([Reply::json(500, "{}")]);
    let clerk = builder(&server).retry(quick().max_elapsed(ms(1000))).build().unwrap();
    let started = Instant::now();

    let error = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();

    assert!(error.attempts() >= 3, "{error}");
    assert_eq!(server.seen().len(), error.attempts() as usize);
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_server_says_how_long_to_wait_at_least() {
    for (name, value) in [("retry-after-ms", "150"), ("retry-after", "0.15")] {
        let server = Server::scripted([Reply::json(429, "{}").header(name, value), Reply::json(200, "{}")]);

        let _: Value = builder(&server).build().unwrap().request(Method::GET, "/x").await.unwrap();

        let seen = server.seen();
        assert!(seen[1].at - seen[0].at >= ms(145), "{name}: {:?}", seen[1].at - seen[0].at);
    }
}

#[tokio::test]
async fn a_wait_beyond_the_budget_is_not_begun() {
    let server = Server::scripted([Reply::json(429, "{}").header("retry-after", "60")]);
    let started = Instant::now();

    let error = builder(&server).build().unwrap().request::<Value>(Method::GET, "/x").await.unwrap_err();

    assert!(error.is_rate_limited());
    assert_eq!(error.api().unwrap().retry_after(), Some(Duration::from_secs(60)));
    assert_eq!(error.attempts(), 1);
    assert!(started.elapsed() < LONG);
}

#[tokio::test]
async fn a_time_limit_of_the_call_covers_attempts_and_waits() {
    let patient = quick().max_elapsed(Duration::from_secs(60));
    let server = Server::scripted([Reply::json(500, "{}").after(ms(60))]);
    let clerk = builder(&server).retry(patient.clone()).build().unwrap();
    let started = Instant::now();

    let error = clerk.request::<Value>(Method::GET, "/x").with_timeout(ms(200)).await.unwrap_err();

    assert!(error.is_timeout() || error.attempts() > 1, "{error}");
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());

    // A wait that the limit would cut short is not begun.
    let server = Server::scripted([Reply::json(429, "{}").header("retry-after", "50")]);
    let clerk = builder(&server).retry(patient).build().unwrap();
    let started = Instant::now();
    let error = clerk.request::<Value>(Method::GET, "/x").with_timeout(ms(40_000)).await.unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() == 1, "{error}");
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());

    let server = Server::scripted([Reply::json(200, "{}").after(ms(5000))]);
    let clerk = builder(&server).build().unwrap();
    let error = clerk.request::<Value>(Method::GET, "/x").with_timeout(ms(50)).await.unwrap_err();
    assert!(error.is_timeout() && error.maybe_sent() && error.attempts() == 1, "{error}");
}

#[tokio::test]
async fn a_time_limit_of_all_calls_is_that_of_those_without_one() {
    let server = Server::answering(|_| Reply::json(200, "{}").after(ms(400)));
    let clerk = builder(&server).timeout(ms(50)).build().unwrap();

    let error = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();
    let answer = clerk.request::<Value>(Method::GET, "/x").with_timeout(LONG).await;

    assert!(error.is_timeout() && error.maybe_sent() && error.attempts() == 1, "{error}");
    assert_eq!(answer.unwrap(), json!({}));
}

#[tokio::test]
async fn a_call_without_time_is_not_begun() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = builder(&server).build().unwrap();
    let without = builder(&server).attempt_timeout(Duration::ZERO).build().unwrap();
    let call = |clerk: &Clerk| clerk.request::<Value>(Method::GET, "/x");
    for (call, says) in [
        (call(&clerk).with_timeout(Duration::ZERO), "the call took longer than its time limit"),
        (call(&clerk).with_attempt_timeout(Duration::ZERO), "the time limit of an attempt is zero"),
        (call(&without), "the time limit of an attempt is zero"),
    ] {
        let error = call.await.unwrap_err();

        assert!(error.is_timeout() && !error.maybe_sent() && error.attempts() == 0, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!((server.connections(), server.seen().len()), (0, 0));

    let answer: Value = call(&without).with_attempt_timeout(LONG).await.unwrap();
    assert_eq!(answer, json!({}));
}

/// A port whose queue of new connections is full: whoever connects hears nothing.
#[cfg(target_os = "linux")]
async fn silent() -> (String, impl Sized) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(ms(200), tokio::net::TcpStream::connect(address)).await {
        waiting.push(stream);
        assert!(waiting.len() < 50, "the queue has no end");
    }
    (format!("http://{address}/v1"), (listener, waiting))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connecting_has_a_time_limit_and_was_no_request() {
    let (url, _open) = silent().await;
    let clerk = Clerk::builder("sk_test_x")
        .server_url(url)
        .retry(quick().max_elapsed(ms(2000)))
        .connect_timeout(ms(250))
        .build()
        .unwrap();
    let started = Instant::now();

    let error = clerk.request::<Value>(Method::POST, "/x").json(json!({})).await.unwrap_err();

    assert!(error.is_timeout() && !error.maybe_sent() && error.attempts() >= 2, "{error}");
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_attempt_without_an_answer_is_given_up_and_repeated() {
    let server = Server::scripted([Reply::json(200, "{}").after(ms(60_000)), Reply::json(200, "1")]);
    let clerk = builder(&server).attempt_timeout(ms(1500)).build().unwrap();

    let response = clerk.request::<u32>(Method::GET, "/x").with_response().await.unwrap();

    assert_eq!((response.attempts(), response.into_inner()), (2, 1));
}

#[tokio::test]
async fn a_slow_body_is_read_and_a_stalled_one_given_up() {
    let server = Server::scripted([
        Reply::json(200, r#""0123456789""#).dribbled(ms(150)),
        Reply::json(200, r#""0123456789""#).stalled(),
    ]);
    let clerk = builder(&server)
        .attempt_timeout(ms(1500))
        .idle_timeout(ms(1500))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();

    let slow: String = clerk.request(Method::GET, "/x").await.unwrap();
    let started = Instant::now();
    let stalled = clerk.request::<String>(Method::GET, "/x").await.unwrap_err();

    assert_eq!(slow, "0123456789");
    assert!(stalled.is_timeout() && stalled.maybe_sent(), "{stalled}");
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
}

#[tokio::test]
async fn dropping_a_call_stops_it() {
    let server = Server::scripted([Reply::json(500, "{}")]);
    let clerk = builder(&server)
        .retry(RetryPolicy::exponential().initial(ms(40)).max_interval(ms(40)))
        .build()
        .unwrap();

    let call = tokio::spawn(clerk.request::<Value>(Method::GET, "/x").into_future());
    while server.seen().is_empty() {
        tokio::time::sleep(ms(5)).await;
    }
    call.abort();
    let _ = call.await;
    let before = server.seen().len();
    tokio::time::sleep(ms(250)).await;

    assert!(server.seen().len() <= before + 1, "{} then {}", before, server.seen().len());
}

#[tokio::test]
async fn hooks_see_each_attempt_and_each_retry() {
    let server = Server::scripted([Reply::json(503, "{}"), Reply::json(200, "{}")]);
    let log = Arc::new(Mutex::new(Vec::new()));
    let (before, after, retry) = (log.clone(), log.clone(), log.clone());
    let clerk = builder(&server)
        .before_request(move |attempt, request| {
            request.headers_mut().insert("x-attempt", attempt.number.into());
            before.lock().unwrap().push(format!("{} {} {}", attempt.method, attempt.path, attempt.number));
        })
        .after_response(move |attempt, head| {
            after.lock().unwrap().push(format!("{} {}", attempt.number, head.status.as_u16()));
        })
        .on_retry(move |attempt, retry_| {
            retry.lock().unwrap().push(format!(
                "{} {}",
                attempt.number,
                retry_.error.status().unwrap().as_u16()
            ));
        })
        .build()
        .unwrap();

    let _: Value = clerk.request(Method::GET, "/x").await.unwrap();

    assert_eq!(*log.lock().unwrap(), ["GET /x 1", "1 503", "1 503", "GET /x 2", "2 200"]);
    let numbers: Vec<_> =
        server.seen().iter().map(|seen| seen.header("x-attempt").unwrap().to_owned()).collect();
    assert_eq!(numbers, ["1", "2"]);
}
