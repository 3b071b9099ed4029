//! How quick the embedded Clerk is, in CPU time of the thread that client and server share:
//!
//!     cargo bench -p clerk-sdk --bench mock --features mock
//!
//! Fails where a server takes more than three milliseconds to start, the first of a process aside, which reads the API's
//! document; or where fewer than 2,000 requests of a kind are answered in a second.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use clerk_sdk::mock::MockClerk;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

static BEGIN: OnceLock<Instant> = OnceLock::new();

const ROUNDS: usize = 5;
const STARTS: u32 = 50;
const REQUESTS: u32 = 500;
/// How many users there are for the requests that read.
const USERS: usize = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let begin = cpu();
    drop(MockClerk::start().await.unwrap());
    let first = cpu() - begin;

    let mut start = Duration::MAX;
    for _ in 0..ROUNDS {
        let begin = cpu();
        for _ in 0..STARTS {
            drop(MockClerk::start().await.unwrap());
        }
        start = start.min((cpu() - begin) / STARTS);
    }

    let clerk = MockClerk::start().await.unwrap();
    let mut connection = Connection::to(&clerk).await;
    let ada = clerk.seed().user("ada@example.com").await;
    for n in 1..USERS {
        clerk.seed().user(format!("user{n}@example.com")).await;
    }
    let read = format!("GET /v1/users/{}", ada.id);
    let change = format!("PATCH /v1/users/{}", ada.id);
    let kinds = [
        ("reads a user", read.as_str(), ""),
        ("lists 10 of 100 users", "GET /v1/users?limit=10", ""),
        ("changes a user", change.as_str(), r#"{"first_name":"Ada"}"#),
        ("makes an organization", "POST /v1/organizations", r#"{"name":"Acme"}"#),
        ("is refused", "GET /v1/users/user_1", ""),
    ];
    let mut results = Vec::new();
    for (name, line, body) in kinds {
        let mut each = Duration::MAX;
        for _ in 0..ROUNDS {
            let begin = cpu();
            for _ in 0..REQUESTS {
                connection.ask(line, body).await;
            }
            each = each.min((cpu() - begin) / REQUESTS);
        }
        results.push((name, each));
        clerk.clear_requests();
    }

    println!("the first server of a process starts in {first:.1?}, each other one in {start:.1?}");
    for (name, each) in &results {
        println!("a request that {name}: {each:.1?}, {:.0} in a second", 1.0 / each.as_secs_f64());
    }
    assert!(start < Duration::from_millis(3), "a server takes {start:?} to start");
    for (name, each) in &results {
        assert!(*each < Duration::from_micros(500), "a request that {name} takes {each:?}");
    }
}

/// A connection that stays open, with as little around the bytes as there can be.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn to(clerk: &MockClerk) -> Connection {
        let url = clerk.url();
        let address = url.trim_start_matches("http://").trim_end_matches("/v1");
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream, buffer: vec![0; 1 << 20] }
    }

    async fn ask(&mut self, line: &str, body: &str) {
        let request = format!(
            "{line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk_test_embedded\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut read = 0;
        loop {
            let more = self.stream.read(&mut self.buffer[read..]).await.unwrap();
            assert!(more > 0, "the server hung up on {line}");
            read += more;
            let text = String::from_utf8_lossy(&self.buffer[..read]);
            let Some((head, rest)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.split_once("content-length: ").map_or("0", |(_, rest)| rest);
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if rest.len() >= length {
                return;
            }
        }
    }
}

/// The time that this thread has computed; where the system does not say, the time of day.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|number| number.parse().ok());
    nanoseconds.map_or_else(|| BEGIN.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
