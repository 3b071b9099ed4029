//! Answers that break off, never come, or are none.

use std::time::{Duration, Instant};

use clerk_sdk::HttpErrorKind::{self, Body, Other, Timeout};
use clerk_sdk::{ErrorKind, RetryPolicy};
use clerk_tests::server::{Behaviour, Recorded, Reply, Server};
use serde_json::Value;

use crate::{Kind, SOON, builder, ms, printed};

/// An answer that breaks, as what kind of error it is seen, and what the error says.
struct Fault {
    name: &'static str,
    reply: Reply,
    kinds: &'static [HttpErrorKind],
    says: &'static str,
}

fn faults() -> Vec<Fault> {
    let fault = |name, kinds, says, reply| Fault { name, reply, kinds, says };
    let json = || Reply::json(200, r#"{"a": "an answer of some length"}"#);
    let raw = |head: &str, body: &str| Reply::raw(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}"));
    let broke = "the connection broke";
    vec![
        fault("closed before the head", &[Other], "the request failed", Reply::hang_up()),
        fault("reset before the head", &[Other], "the request failed", Reply::raw("").reset()),
        fault(
            "closed within the head",
            &[Other],
            "the request failed",
            Reply::raw("HTTP/1.1 200 OK\r\nconte"),
        ),
        fault("reset within the head", &[Other], "the request failed", Reply::raw("HTTP/1.1 2").reset()),
        fault("reset after the head", &[Body, Other], "", raw("content-length: 50", "").reset()),
        fault("closed within the body", &[Body], broke, json().cut()),
        // What came before a reset may be lost with it.
        fault("reset within the body", &[Body, Other], "", json().cut().reset()),
        fault("no head in time", &[Timeout], "no answer came", json().after(ms(60_000))),
        fault(
            "a head that comes byte by byte",
            &[Timeout],
            "no answer came",
            Reply::raw("HTTP/1.1 200 OK\r\n".repeat(9)).dribbled(ms(150)),
        ),
        fault("a body that stops", &[Timeout], "stopped coming", json().stalled()),
        fault("a length that is too long", &[Body], broke, raw("content-length: 9", "{}")),
        fault("a length that is none", &[Other], "the request failed", raw("content-length: ten", "{}")),
        fault(
            "two lengths",
            &[Other],
            "the request failed",
            raw("content-length: 2\r\ncontent-length: 20", "{}"),
        ),
        fault(
            "chunks that are none",
            &[Body],
            broke,
            raw("transfer-encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"),
        ),
        fault(
            "a chunk that is too large",
            &[Body],
            broke,
            raw("transfer-encoding: chunked", "ffffffffffffffffff\r\n{}\r\n"),
        ),
        fault("chunks without an end", &[Body], broke, raw("transfer-encoding: chunked", "2\r\n{}\r\n")),
        fault("no HTTP", &[Other], "the request failed", Reply::raw("SSH-2.0-OpenSSH_9.6\r\n")),
        fault("a head without an end", &[Other], "the request failed", raw(&"a: b\r\n".repeat(100_000), "")),
        fault("a header that is none", &[Other], "the request failed", raw("a\0b: c", "{}")),
    ]
}

/// Calls a server that gives `reply` first and a good answer then, with a time limit of an attempt.
async fn limited(
    kind: Kind,
    reply: Reply,
    limit: Duration,
) -> (usize, Result<Value, clerk_sdk::Error>, Duration) {
    let server = Server::scripted([reply, Reply::json(200, "{}")]);
    let clerk = builder(server.url()).attempt_timeout(limit).idle_timeout(limit).build().unwrap();
    let started = Instant::now();
    let outcome = kind.request(&clerk).await;
    (server.seen().len(), outcome, started.elapsed())
}

async fn call(kind: Kind, reply: Reply) -> (usize, Result<Value, clerk_sdk::Error>, Duration) {
    limited(kind, reply, SOON).await
}

#[tokio::test]
async fn a_broken_answer_is_asked_for_again_where_that_is_safe_and_nowhere_else() {
    for fault in faults() {
        let limit = if fault.kinds == [Timeout] { ms(1500) } else { SOON };
        let calls = Kind::ALL.map(|kind| tokio::spawn(limited(kind, fault.reply.clone(), limit)));
        for (kind, call) in Kind::ALL.into_iter().zip(calls) {
            let (arrived, outcome, took) = call.await.unwrap();
            let what = format!("{}, {kind:?}: {outcome:?}", fault.name);

            assert!(took < SOON, "{took:?} {what}");
            if kind.is_safe() {
                // On a slow machine the good answer may be too late as well.
                let again = arrived == 2 || limit < SOON && arrived > 2;
                assert!(again && outcome.is_ok(), "{arrived} {what}");
                continue;
            }
            let error = outcome.unwrap_err();
            assert_eq!((arrived, error.attempts()), (1, 1), "{what}");
            assert!(error.maybe_sent(), "{what}");
            assert!(fault.kinds.contains(&error.transport_kind().unwrap()), "{what}");
            let text = error.to_string();
            assert!(
                text.contains(fault.says) && text.contains("may have been sent"),
                "{}: {text}",
                fault.name
            );
            assert!(text.starts_with("request: POST /x → "), "{text}");
            assert!(!printed(&error).contains("sk_test_faults"), "{text}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_not_asked_for_again() {
    for reply in [
        Reply::json(200, r#"{"half": "#),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{\"a\": 1}"),
        Reply::text(200, "<html>"),
        Reply::raw("HTTP/1.0 200 OK\r\n\r\n{\"half\": "),
    ] {
        for kind in Kind::ALL {
            let (arrived, outcome, took) = call(kind, reply.clone()).await;
            let error = outcome.unwrap_err();

            assert_eq!((arrived, error.kind(), error.attempts()), (1, ErrorKind::Decode, 1), "{error}");
            assert!(took < SOON, "{took:?}");
            assert!(!error.body().unwrap().is_empty());
            let text = error.to_string();
            assert!(text.starts_with("request: ") && text.contains("200"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_compressed_answer_is_asked_for_by_nobody_and_never_unpacked() {
    // Ten bytes of head, and what a kilobyte of zeros becomes.
    let packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x63\x60\x18\x05\xa3\x60\x14\0\0\0".to_vec();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len());
    let reply = Reply::raw([head.into_bytes(), packed.clone()].concat());
    for kind in Kind::ALL {
        let server = Server::scripted([reply.clone()]);
        let clerk = builder(server.url()).build().unwrap();

        let error = kind.request(&clerk).await.unwrap_err();

        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1), "{error}");
        assert_eq!(error.body().unwrap().as_ref(), packed);
        assert_eq!(server.only().header("accept-encoding"), None);
    }
}

#[tokio::test]
async fn answers_of_older_servers_and_with_informational_heads_are_read() {
    for reply in [
        Reply::raw("HTTP/1.0 200 OK\r\n\r\n{}"),
        Reply::raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
        Reply::raw(
            "HTTP/1.1 200\r\nTRANSFER-ENCODING: chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\na: b\r\n\r\n",
        ),
        Reply::json(200, "{}").dribbled(ms(20)),
    ] {
        for kind in Kind::ALL {
            let (arrived, outcome, _) = call(kind, reply.clone()).await;

            assert_eq!((arrived, outcome.is_ok()), (1, true), "{reply:?} {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_time_limit_ends_a_call_that_makes_progress_for_ever() {
    let endless = Reply::json(200, &" ".repeat(100_000)).dribbled(ms(10));
    let calls = Kind::ALL.map(|kind| {
        let endless = endless.clone();
        tokio::spawn(async move {
            let server = Server::scripted([endless]);
            let clerk = builder(server.url()).build().unwrap();
            let started = Instant::now();

            let call = kind.request(&clerk).with_timeout(ms(2000)).into_future();
            let outcome = tokio::time::timeout(SOON, call).await.expect("it goes on for ever");

            let error = outcome.unwrap_err();
            assert!(
                error.is_timeout() && error.to_string().contains("longer than its time limit"),
                "{error}"
            );
            assert!(started.elapsed() >= ms(1900) && started.elapsed() < SOON, "{:?}", started.elapsed());
            assert_eq!((server.seen().len(), error.maybe_sent()), (1, true), "{error}");
        })
    });
    for call in calls {
        call.await.unwrap();
    }
}

/// Answers or breaks when the head of an upload is there, without reading the rest.
struct Impatient(Reply);

impl Behaviour for Impatient {
    fn interrupts(&self, _: &Recorded) -> Option<Reply> {
        Some(self.0.clone())
    }

    fn answers(&self, _: &Recorded) -> Reply {
        unreachable!("every request is interrupted")
    }
}

#[tokio::test]
async fn an_upload_that_is_cut_off_may_have_been_acted_on() {
    let server = Server::behaving(Impatient(Reply::raw("").reset()));
    let clerk = builder(server.url()).build().unwrap();

    let error = Kind::PostedUpload.request(&clerk).await.unwrap_err();

    assert_eq!((server.connections(), error.attempts()), (1, 1), "{error}");
    assert!(error.maybe_sent(), "{error}");
}

#[tokio::test]
async fn an_upload_that_is_refused_before_it_ends_says_why_or_that_it_broke() {
    let refusal = r#"{"errors":[{"code":"request_body_too_large","message":"Too large."}]}"#;
    let server = Server::behaving(Impatient(Reply::json(413, refusal).header("connection", "close")));
    let clerk = builder(server.url()).retry(RetryPolicy::none()).build().unwrap();

    let error = Kind::PostedUpload.request(&clerk).await.unwrap_err();

    assert_eq!((server.connections(), error.attempts()), (1, 1), "{error}");
    assert!(error.has_code("request_body_too_large") || error.maybe_sent(), "{error}");
}
