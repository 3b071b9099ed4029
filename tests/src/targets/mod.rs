//! What is fuzzed. A target takes bytes of any kind and panics where something does not hold that has to; what it makes
//! of them it reads by itself, with no code of the SDK.
//!
//! `tests/tests/fuzz` gives them seeds that are changed at random, in each run of the tests. `tests/fuzz` gives them what
//! libFuzzer makes up.

mod answers;
mod headers;
mod kept;
mod tokens;
mod webhooks;

use std::cell::OnceCell;

use clerk_sdk::http::{HeaderMap, HeaderName, HeaderValue};
use tokio::runtime::{Builder, Runtime};

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken for good.
    Accepted,
    /// It was an error.
    Refused,
    /// It could not have come: a header that no server would hand over.
    Impossible,
}

/// Something that is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What its seeds, and its program for libFuzzer, are called.
    pub name: &'static str,
    /// Does what it does with an input.
    ///
    /// # Panics
    /// Where something does not hold.
    pub run: fn(&[u8]) -> Outcome,
}

/// The SDK's targets. Those of the generator are in `codegen/tests/broken/targets.rs`.
pub const ALL: [Target; 6] = [TOKEN, KEY, HEADERS, WEBHOOK, ANSWER, ERROR];

/// A session token; or, where there is a line break, its header and its claims, which are signed as they should be.
pub const TOKEN: Target = Target { name: "token", run: tokens::token };

/// The text of a key: PEM, or a JWKS.
pub const KEY: Target = Target { name: "key", run: tokens::key };

/// Headers of a request, a line each, with `{token}` for a good token.
pub const HEADERS: Target = Target { name: "headers", run: headers::headers };

/// A delivery: headers, a line each, with `{signature}` for the right signature; then an empty line and the body.
/// Without headers the body is signed as it should be.
pub const WEBHOOK: Target = Target { name: "webhook", run: webhooks::webhook };

/// The id of an operation, a line break, and the body of its success.
pub const ANSWER: Target = Target { name: "answer", run: answers::answer };

/// The id of an operation, a status, and headers of its answer, a line each; then an empty line and the body.
pub const ERROR: Target = Target { name: "error", run: answers::error };

/// What comes before the first separator and what comes after it; all of it before where there is none.
fn split<'a>(input: &'a [u8], separator: &[u8]) -> (&'a [u8], &'a [u8]) {
    match input.windows(separator.len()).position(|window| window == separator) {
        Some(at) => (&input[..at], &input[at + separator.len()..]),
        None => (input, &[]),
    }
}

/// Headers from lines; `None` where one of them is none.
fn header_lines(lines: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let (name, value) = split(line, b":");
        let name = HeaderName::from_bytes(name).ok()?;
        headers.append(name, HeaderValue::from_bytes(value.trim_ascii()).ok()?);
    }
    Some(headers)
}

/// Replaces each `from`.
fn replaced(input: &[u8], from: &str, to: &str) -> Vec<u8> {
    let (before, after) = split(input, from.as_bytes());
    if before.len() == input.len() {
        return input.to_vec();
    }
    [before, to.as_bytes(), &replaced(after, from, to)].concat()
}

fn contains(input: &[u8], part: &[u8]) -> bool {
    input.windows(part.len()).any(|window| window == part)
}

/// Runs what is asynchronous, on a runtime of this thread.
fn wait<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
    }
    let runtime = || Builder::new_current_thread().enable_time().build().expect("a runtime");
    RUNTIME.with(|cell| cell.get_or_init(runtime).block_on(future))
}
