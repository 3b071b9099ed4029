//! What a call survives of networks and servers: how many requests arrive, that nothing unsafe happens twice, how long it
//! takes, and what the error says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod connections;
mod crowd;
mod limits;
mod random;
mod scale;
mod soak;
mod storms;

use std::time::Duration;

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, ClerkBuilder, Error, FilePart, RawRequest, RetryPolicy};
use serde_json::{Value, json};

/// What is called: reads, what may be repeated with a body, and what may not.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Get,
    Put,
    Upload,
    Post,
    PostedUpload,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Get, Self::Put, Self::Upload, Self::Post, Self::PostedUpload];

    /// Whether it may happen more than once.
    fn is_safe(self) -> bool {
        !matches!(self, Self::Post | Self::PostedUpload)
    }

    fn request(self, clerk: &Clerk) -> RawRequest<Value> {
        let method = match self {
            Self::Get => Method::GET,
            Self::Put | Self::Upload => Method::PUT,
            Self::Post | Self::PostedUpload => Method::POST,
        };
        let request = clerk.request(method, "/x");
        match self {
            Self::Get => request,
            Self::Put | Self::Post => request.json(json!({"a": 1})),
            Self::Upload | Self::PostedUpload => {
                request.file("file", FilePart::from_bytes("a.png", &FILE[..]))
            }
        }
    }
}

/// More than the buffers of a connection hold.
static FILE: [u8; 1 << 20] = [7; 1 << 20];

/// What takes less ends by itself. No machine is so slow that what takes no time takes so long.
const SOON: Duration = Duration::from_secs(30);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A client with short waits, and time limits that no slow machine meets.
fn builder(url: impl Into<String>) -> ClerkBuilder {
    let quick =
        RetryPolicy::exponential().initial(ms(1)).max_interval(ms(5)).exponent(1.1).max_elapsed(ms(20_000));
    Clerk::builder("sk_test_faults").server_url(url).retry(quick).attempt_timeout(SOON).idle_timeout(SOON)
}

/// The error with all that can be printed of it.
fn printed(error: &Error) -> String {
    format!("{error} {error:?}")
}
