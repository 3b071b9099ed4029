//! Requests of one client in several tokio runtimes, and outside of any.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use clerk_sdk::http::{Method, Response};
use clerk_sdk::{Clerk, ClerkBuilder, Error, ErrorKind, FilePart, RawRequest, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A request that lives on the connection of another runtime takes until this limit.
const ATTEMPT: Duration = Duration::from_secs(5);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn builder(url: impl Into<String>) -> ClerkBuilder {
    Clerk::builder("sk_test_runtimes").server_url(url).retry(RetryPolicy::none()).attempt_timeout(ATTEMPT)
}

fn post(clerk: &Clerk) -> RawRequest<Value> {
    clerk.request(Method::POST, "/x")
}

/// The URL of a server that speaks HTTP/2 alone.
fn http2(runtime: &Runtime) -> String {
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let mut body = respond.send_response(Response::new(()), false).unwrap();
                    body.send_data(bytes::Bytes::from_static(b"{}"), true).unwrap();
                }
            });
        }
    });
    url
}

#[test]
fn http_1_requests_use_connections_of_their_own_runtime() {
    let server = Server::answering(|_| Reply::json(200, "{}"));
    let clerk = builder(server.url()).build().unwrap();
    let (first, second) = (runtime(), runtime());

    // The first runtime idles while the second one sends, and the other way round.
    for runtime in [&first, &second, &first, &second] {
        runtime.block_on(post(&clerk).into_future()).unwrap();
    }

    assert_eq!((server.connections(), server.seen().len()), (2, 4));
}

#[test]
fn http_2_requests_use_connections_of_their_own_runtime() {
    let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let clerk = builder(http2(&servers)).configure_reqwest(|b| b.http2_prior_knowledge()).build().unwrap();
    let (first, second) = (runtime(), runtime());

    for runtime in [&first, &second, &first, &second] {
        runtime.block_on(post(&clerk).into_future()).unwrap();
    }
}

#[test]
fn a_client_outlives_the_runtimes_that_it_was_used_in() {
    let server = Server::answering(|_| Reply::json(200, "{}"));
    let clerk = builder(server.url()).build().unwrap();

    for _ in 0..20 {
        runtime().block_on(post(&clerk).into_future()).unwrap();
    }

    assert_eq!(server.seen().len(), 20);
}

/// Polls once, with a waker that does nothing.
fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[track_caller]
fn outside<T: std::fmt::Debug>(future: impl Future<Output = Result<T, Error>>) -> Error {
    match poll(future) {
        Poll::Ready(Err(error)) => {
            assert!(error.to_string().contains("outside of a tokio runtime"), "{error}");
            error
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_outside_of_a_tokio_runtime_is_an_error_that_says_so() {
    let server = Server::answering(|_| Reply::json(200, "{}"));
    let clerk = builder(server.url()).build().unwrap();
    let patient = builder(server.url()).timeout(ATTEMPT).retry(RetryPolicy::exponential()).build().unwrap();

    for clerk in [clerk, patient] {
        let file = FilePart::from_bytes("a.png", "x");
        for error in [
            outside(post(&clerk).into_future()),
            outside(post(&clerk).with_response().into_future()),
            outside(post(&clerk).file("file", file).into_future()),
            outside(clerk.users().get("user_1").into_future()),
            outside(clerk.users().get("user_1").with_response().into_future()),
            outside(clerk.users().list().items().try_next()),
            outside(clerk.users().list().pages().prefetch(2).try_next()),
            outside(FilePart::from_path("a.png")),
        ] {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 0), "{error}");
            assert!(!error.maybe_sent());
        }
    }
    assert!(server.seen().is_empty());
}

#[test]
fn a_retry_outside_of_a_tokio_runtime_is_an_error_that_says_so() {
    let server = Server::answering(|_| Reply::json(500, "{}"));
    let patient = RetryPolicy::exponential().initial(Duration::from_secs(20)).max_elapsed(Duration::MAX);
    let clerk = builder(server.url()).retry(patient).build().unwrap();
    let mut request = clerk.request::<Value>(Method::GET, "/x").into_future();
    let runtime = runtime();

    // The first attempt has failed, and the request waits for the second one.
    let started = Instant::now();
    while server.seen().is_empty() && started.elapsed() < ATTEMPT {
        runtime.block_on(async {
            let _ = tokio::time::timeout(Duration::from_millis(50), &mut request).await;
        });
    }
    let error = outside(&mut request);

    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1), "{error}");
    assert!(error.maybe_sent());
}

#[test]
fn a_queued_request_outside_of_a_tokio_runtime_is_an_error_that_says_so() {
    let server = Server::scripted([Reply::json(429, "{}").header("retry-after", "20")]);
    let clerk = builder(server.url()).build().unwrap();
    let runtime = runtime();
    let _ = runtime.block_on(post(&clerk).into_future());
    let patient = RetryPolicy::exponential().max_elapsed(Duration::from_secs(3600));
    let mut queued = post(&clerk).with_retry(patient).into_future();

    runtime.block_on(async {
        let _ = tokio::time::timeout(Duration::from_millis(50), &mut queued).await;
    });
    let error = outside(&mut queued);

    assert_eq!((error.attempts(), server.seen().len()), (0, 1), "{error}");
    assert!(!error.maybe_sent());
}
