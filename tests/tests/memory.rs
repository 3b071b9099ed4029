//! What calls take of the memory. In a program of its own, and one after the other, since the whole process is measured.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::alloc::System;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};

use clerk_sdk::auth::Verifier;
use clerk_sdk::http::{HeaderMap, Method};
use clerk_sdk::{Clerk, FilePart};
use clerk_tests::canned::Canned;
use clerk_tests::random::runs;
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::{Signer, jwks};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::sync::Mutex;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

static ALONE: Mutex<()> = Mutex::const_new(());

/// The most memory that the process ever had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn a_gigabyte_passes_through_a_few_megabytes() {
    let _alone = ALONE.lock().await;
    const SIZE: usize = 1 << 30;
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

/// Their texts and lists, and what a call takes by itself: next to nothing is made only to be thrown away.
#[tokio::test]
async fn ten_users_are_listed_in_a_few_hundred_allocations() {
    let _alone = ALONE.lock().await;
    let canned = Canned::default();
    let clerk = canned.client().unwrap();
    canned.answer(200, include_str!("../measurements/users.json"));
    let first = clerk.users().list().limit(10).await.unwrap();
    assert_eq!(first.len(), 10);

    let mut counts = Vec::new();
    for _ in 0..5 {
        let allocated = Region::new(ALLOCATOR);
        let users = clerk.users().list().limit(10).await.unwrap();
        let allocated = allocated.change();

        assert_eq!(users, first);
        counts.push(allocated.allocations + allocated.reallocations);
    }
    // The threads of a server that was there before may still be ending.
    let count = counts.iter().min().unwrap();
    assert!(*count <= 230, "{counts:?} allocations");
}

/// Calls that succeed, that fail and that do not decode, and tokens while keys come and go.
async fn a_round(canned: &Canned, clerk: &Clerk, verifier: &Verifier, round: usize) {
    let signer = Signer::ed25519().named(&format!("key_{}", round / 100));
    canned.answer(200, include_str!("../measurements/users.json"));
    clerk.users().list().limit(10).with_header("x-round", round.to_string()).await.unwrap();
    canned.answer(404, r#"{"errors": [{"code": "resource_not_found"}]}"#);
    clerk.users().get(format!("user_{round}")).await.unwrap_err();
    canned.answer(200, format!(r#"[{{"id": {round}}}]"#));
    clerk.users().list().await.unwrap_err();
    let limited = HeaderMap::from_iter([("retry-after-ms".parse().unwrap(), "1".parse().unwrap())]);
    canned.answer_with(429, limited, "{}");
    let path = format!("/x/{round}");
    clerk
        .request::<Value>(Method::POST, path)
        .with_secret_key(format!("ak_{}", round % 3))
        .await
        .unwrap_err();
    canned.answer(200, jwks([&signer]).to_string());
    let claims = json!({"azp": "https://a.example", "exp": 4_102_444_800_i64, "sid": format!("sess_{round}"), "sub": "user_1", "v": 2});
    let token = signer.session(&claims);
    verifier.verify(&token).await.unwrap();
    verifier.verify(format!("{token}x")).await.unwrap_err();
}

#[tokio::test]
async fn thousands_of_calls_leave_nothing_in_memory() {
    let _alone = ALONE.lock().await;
    let canned = Canned::default();
    let clerk = canned.client().unwrap();
    let minutes = AtomicU64::new(0);
    let clock = move || SystemTime::UNIX_EPOCH + Duration::from_secs(60 * minutes.fetch_add(1, Relaxed));
    let verifier = clerk.verifier().clock(clock).cache_tokens(20).build().unwrap();
    for round in 0..100 {
        a_round(&canned, &clerk, &verifier, round).await;
    }

    let region = Region::new(ALLOCATOR);
    for round in 100..500 {
        a_round(&canned, &clerk, &verifier, round).await;
    }
    let change = region.change();

    let left = change.bytes_allocated as isize - change.bytes_deallocated as isize;
    assert!(change.allocations > 20_000, "{change:?}");
    assert!(left < 16 << 10, "{left} bytes more than before: {change:?}");
}

/// The most allocations and bytes that rejecting a token takes, of the cheapest of some runs.
fn cost_of_rejection(verifier: &Verifier, token: &str) -> (usize, usize) {
    let runs = (0..10).map(|_| {
        let region = Region::new(ALLOCATOR);
        assert!(verifier.verify_now(token).is_err());
        let change = region.change();
        (change.allocations + change.reallocations, change.bytes_allocated)
    });
    runs.min().unwrap()
}

/// Header and claims that would be thousands of values if they were parsed into a tree.
#[tokio::test]
async fn a_token_with_a_bad_signature_costs_a_few_allocations() {
    let _alone = ALONE.lock().await;
    let (signer, other) = (Signer::one(), Signer::two());
    let verifier = Verifier::with_pem(signer.pem()).build().unwrap();
    let remembering = Verifier::with_pem(signer.pem()).cache_tokens(10).build().unwrap();
    let values = |kind: &str, size: usize| vec![kind; size / (kind.len() + 1)].join(",");
    let header = |x: String| format!(r#"{{"alg":"RS256","cat":"cl_B7d4PD111AAA","typ":"JWT","x":[{x}]}}"#);
    let claims = |x: String| format!(r#"{{"sub":"user_1","x":[{x}]}}"#);
    for kind in ["[]", "{}", r#"{"a":[]}"#, r#""\n""#, "[[[[[[[[]]]]]]]]"] {
        let (many, some) = (values(kind, 7_500), values(kind, 3_500));
        let token = other.sign_text(&header(some), &claims(many), "RS256");
        assert!((12_000..=16_384).contains(&token.len()), "{}", token.len());
        for verifier in [&verifier, &remembering] {
            let (allocations, bytes) = cost_of_rejection(verifier, &token);
            assert!(allocations <= 16 && bytes <= 32 << 10, "{kind}: {allocations} of {bytes} bytes");
        }
    }
    let (allocations, bytes) = cost_of_rejection(&remembering, &"a".repeat(1 << 20));
    assert!(allocations <= 1 && bytes <= 1 << 10, "{allocations} of {bytes} bytes");
}

/// A server with so many users, by pages.
fn users(count: usize) -> Server {
    let ten: Vec<Value> = serde_json::from_str(include_str!("../measurements/users.json")).unwrap();
    let (user, id) = (ten[0].to_string(), ten[0]["id"].as_str().unwrap().to_owned());
    Server::answering(move |request| {
        let value = |name: &str| {
            let (_, rest) = request.target.split_once(name)?;
            rest.split('&').next()?.parse::<usize>().ok()
        };
        let begin = value("starting_after=user_").map_or(0, |last| last + 1);
        let limit = value("limit=").unwrap();
        let page: Vec<String> = (begin..count.min(begin + limit))
            .map(|number| user.replace(&id, &format!("user_{number}")))
            .collect();
        Reply::json(200, &format!("[{}]", page.join(",")))
    })
}

/// A million of them with `CLERK_TESTS_RUNS=1000000`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_users_pass_through_the_memory_of_a_few_pages() {
    let _alone = ALONE.lock().await;
    let count = runs(10_000);
    let server = users(count);
    let clerk = Clerk::builder("sk_test_x").server_url(server.url()).build().unwrap();
    let mut walk = clerk.users().list().limit(100).items().prefetch(2);
    let (mut seen, mut before) = (0, 0);

    while let Some(user) = walk.try_next().await.unwrap() {
        assert_eq!(user.id.strip_prefix("user_"), Some(seen.to_string().as_str()));
        seen += 1;
        if seen % 1000 == 0 {
            // The server keeps what it was asked.
            server.take();
        }
        if seen == count / 5 {
            before = peak();
        }
    }

    assert_eq!(seen, count);
    let grown = peak() - before;
    assert!(grown < 8 << 20, "{} KiB more than after a fifth of {count} users", grown >> 10);
}
