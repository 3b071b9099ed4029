//! Calls from code that is not async, wherever it runs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, ErrorKind, FilePart, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use serde_json::Value;

fn client(server: &Server) -> Clerk {
    Clerk::builder("sk_test_blocking").server_url(server.url()).retry(RetryPolicy::none()).build().unwrap()
}

fn call(clerk: &Clerk) -> Value {
    clerk.request(Method::GET, "/x").send_blocking().unwrap()
}

#[test]
fn a_plain_thread_needs_no_runtime() {
    let server = Server::scripted([Reply::json(200, "1"), Reply::json(404, "{}")]);
    let clerk = client(&server);

    assert_eq!(call(&clerk), 1);
    let error = clerk.request::<Value>(Method::GET, "/x").with_response().send_blocking().unwrap_err();
    assert!(error.is_not_found());
}

#[test]
fn many_threads_call_at_once() {
    let server = Server::answering(|_| Reply::json(200, "1").after(Duration::from_secs(1)));
    let clerk = client(&server);
    let started = Instant::now();

    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(call(&clerk), 1));
        }
    });

    assert!(started.elapsed() < Duration::from_millis(7500), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_of_a_large_runtime_may_block() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let clerk = client(&server);

    assert_eq!(tokio::spawn(async move { call(&clerk) }).await.unwrap(), 1);
}

/// The connection of the async call lives on this runtime, which cannot drive it while the thread is stopped.
#[tokio::test(flavor = "current_thread")]
async fn a_task_of_a_small_runtime_may_block_after_an_async_call() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let clerk = client(&server);
    let _: Value = clerk.request(Method::GET, "/x").await.unwrap();
    let started = Instant::now();

    assert_eq!(call(&clerk), 1);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    let again: Value = clerk.request(Method::GET, "/x").await.unwrap();
    assert_eq!(again, 1);
}

#[tokio::test]
async fn a_thread_for_blocking_work_may_block() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let clerk = client(&server);

    assert_eq!(tokio::task::spawn_blocking(move || call(&clerk)).await.unwrap(), 1);
}

#[test]
fn a_hook_of_a_blocking_call_may_make_another_one() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let inner = client(&server);
    let clerk = Clerk::builder("sk_test_outer")
        .server_url(server.url())
        .before_request(move |_, _| assert_eq!(call(&inner), 1))
        .build()
        .unwrap();

    assert_eq!(call(&clerk), 1);
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn a_file_is_uploaded_from_a_path() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ada.png");
    std::fs::write(&path, "a picture").unwrap();

    let file = FilePart::from_path_blocking(&path).unwrap();
    let request = client(&server).request::<Value>(Method::POST, "/x").file("file", file);
    request.send_blocking().unwrap();

    let body = String::from_utf8_lossy(&server.only().body).into_owned();
    assert!(body.contains("filename=\"ada.png\"") && body.contains("a picture"), "{body}");
    let error = FilePart::from_path_blocking(folder.path().join("none.png")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}
