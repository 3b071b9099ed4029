//! A small HTTP/1.1 server on a loopback port, which answers what a test scripts, misbehaves on demand and records
//! the requests it got.

mod reply;
mod wire;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use clerk_sdk::http::HeaderMap;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub use self::reply::Reply;

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Recorded>>>,
    connections: Arc<Connections>,
    /// A runtime of its own, so that tests may block theirs; in an option to be shut down without waiting.
    runtime: Option<Runtime>,
}

/// How many connections there were, and are.
#[derive(Debug, Default)]
struct Connections {
    all: AtomicUsize,
    open: AtomicUsize,
}

/// What a server does. A closure that answers a request is one.
pub trait Behaviour: Send + Sync + 'static {
    /// Whether it talks to a new connection, counted from 0. One that it does not talk to is reset.
    fn accepts(&self, _connection: usize) -> bool {
        true
    }

    /// An answer that it gives without reading the body. Only what was read to its end is recorded.
    fn interrupts(&self, _head: &Recorded) -> Option<Reply> {
        None
    }

    /// The answer to a request.
    fn answers(&self, request: &Recorded) -> Reply;
}

impl<F: Fn(&Recorded) -> Reply + Send + Sync + 'static> Behaviour for F {
    fn answers(&self, request: &Recorded) -> Reply {
        self(request)
    }
}

/// A request that the server got.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The method, such as `GET`.
    pub method: String,
    /// The path with its query, as it stood on the wire.
    pub target: String,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body; empty where it was larger than a megabyte, see `body_length`.
    pub body: Vec<u8>,
    /// How many bytes the body had.
    pub body_length: usize,
    /// When its head was complete.
    pub at: Instant,
}

impl Recorded {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The headers, as a server's framework hands them over.
    pub fn header_map(&self) -> HeaderMap {
        let pair = |(name, value): &(String, String)| Some((name.parse().ok()?, value.parse().ok()?));
        self.headers.iter().filter_map(pair).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Server {
    /// Answers with `replies` in their order, and with the last one from then on.
    pub fn scripted(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Mutex<VecDeque<Reply>> = Mutex::new(replies.into_iter().collect());
        Self::answering(move |_| {
            let mut replies = replies.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let next = if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() };
            next.unwrap_or_else(|| Reply::json(500, "{}"))
        })
    }

    /// Answers with what `answer` makes of each request.
    pub fn answering(answer: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        Self::behaving(answer)
    }

    /// Does what `behaviour` says.
    #[allow(clippy::expect_used, reason = "a test without its server has nothing to test")]
    pub fn behaving(behaviour: impl Behaviour) -> Self {
        Self::on(std::net::TcpListener::bind("127.0.0.1:0").expect("a free port"), behaviour)
    }

    /// Does what `behaviour` says to those who connect to `listener`.
    #[allow(clippy::expect_used, reason = "a test without its server has nothing to test")]
    pub fn on(listener: std::net::TcpListener, behaviour: impl Behaviour) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime for the server");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("the server's address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Connections::default());
        let state = Arc::new((behaviour, seen.clone(), connections.clone()));
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let state = state.clone();
                tokio::spawn(async move {
                    let (behaviour, seen, connections) = &*state;
                    let number = connections.all.fetch_add(1, Ordering::Relaxed);
                    connections.open.fetch_add(1, Ordering::Relaxed);
                    // A client that goes away is no failure of the server.
                    let _ = wire::serve(stream, number, behaviour, seen).await;
                    connections.open.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        Self { address, seen, connections, runtime: Some(runtime) }
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        self.connections.all.load(Ordering::Relaxed)
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        self.connections.open.load(Ordering::Relaxed)
    }

    /// The URL to append paths to: `http://127.0.0.1:<port>/v1`.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Recorded> {
        self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// The requests since the last time they were taken.
    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// The only request so far.
    ///
    /// # Panics
    /// Where there were none or several.
    #[track_caller]
    pub fn only(&self) -> Recorded {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "number of requests: {seen:?}");
        seen.remove(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A URL where nobody listens.
#[allow(clippy::expect_used, reason = "a test without a free port has nothing to test")]
pub fn nobody() -> String {
    // Bound and dropped: the port was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}/v1", listener.local_addr().expect("its address"))
}
