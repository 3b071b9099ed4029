//! A large upload leaves memory flat. Alone in its program, since it measures the whole process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, FilePart};
use clerk_tests::server::{Reply, Server};
use serde_json::Value;

/// The most memory that the process ever had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn two_hundred_megabytes_pass_through_a_few() {
    const SIZE: usize = 200 << 20;
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(SIZE as u64).unwrap();
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = Clerk::builder("sk_test_x").server_url(server.url()).build().unwrap();
    let _: Value = clerk.request(Method::GET, "/warm").await.unwrap();
    let before = peak();

    let part = FilePart::from_path(file.path()).await.unwrap();
    let _: Value = clerk.request(Method::PUT, "/logo").file("file", part).await.unwrap();

    let grown = peak() - before;
    let seen = server.seen().pop().unwrap();
    assert!(seen.body_length > SIZE);
    assert_eq!(seen.header("content-length"), Some(seen.body_length.to_string().as_str()));
    assert!(grown < 16 << 20, "{} MiB", grown >> 20);
}
