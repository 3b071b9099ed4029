//! A small HTTP/1.1 server on a loopback port, which answers what a test scripts, misbehaves on demand and records
//! the requests it got.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clerk_sdk::http::HeaderMap;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

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

/// What the server does with a request.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    end: End,
    /// Whether `body` is all that is sent, without a head.
    raw: bool,
    /// Whether the connection is reset afterwards.
    reset: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Complete,
    /// The connection is closed without an answer.
    Silence,
    /// The connection is closed, or stays open without progress, after half of the body.
    Half {
        stall: bool,
    },
    /// Dribbles the body, a byte at a time.
    Dribble(Duration),
    /// The body comes in chunks of this many bytes, without its length.
    Chunks(usize),
}

impl Reply {
    /// A status with a JSON body.
    pub fn json(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.as_bytes().to_vec(),
            delay: Duration::ZERO,
            end: End::Complete,
            raw: false,
            reset: false,
        }
    }

    /// These bytes instead of an answer; then the connection is closed.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: bytes.into(), raw: true, ..Self::json(200, "") }
    }

    /// A status with a body that is no JSON.
    pub fn text(status: u16, body: &str) -> Self {
        Self { headers: vec![("content-type".into(), "text/html".into())], ..Self::json(status, body) }
    }

    /// No answer: the connection is closed when the request has been read.
    pub fn hang_up() -> Self {
        Self { end: End::Silence, ..Self::json(200, "") }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Waits before it answers.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Resets the connection afterwards, instead of closing it.
    #[must_use]
    pub fn reset(mut self) -> Self {
        self.reset = true;
        self
    }

    /// Closes the connection after half of the body.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.end = End::Half { stall: false };
        self
    }

    /// Stops sending after half of the body.
    #[must_use]
    pub fn stalled(mut self) -> Self {
        self.end = End::Half { stall: true };
        self
    }

    /// Sends the body in chunks of this many bytes, and does not say its length.
    #[must_use]
    pub fn chunked(mut self, size: usize) -> Self {
        self.end = End::Chunks(size);
        self
    }

    /// Sends one byte of the body at a time, with a pause before each.
    #[must_use]
    pub fn dribbled(mut self, pause: Duration) -> Self {
        self.end = End::Dribble(pause);
        self
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
                    let _ = serve(stream, number, behaviour, seen).await;
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

async fn serve(
    stream: TcpStream,
    number: usize,
    behaviour: &impl Behaviour,
    seen: &Mutex<Vec<Recorded>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    if !behaviour.accepts(number) {
        return stream.set_zero_linger();
    }
    let mut stream = BufReader::new(stream);
    while let Some(mut request) = read_head(&mut stream).await? {
        let reply = match behaviour.interrupts(&request) {
            Some(reply) => reply,
            None => {
                read_body(&mut stream, &mut request).await?;
                let reply = behaviour.answers(&request);
                seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(request);
                reply
            }
        };
        tokio::time::sleep(reply.delay).await;
        let reset = reply.reset;
        let goes_on = write(&mut stream, reply).await?;
        if reset {
            stream.get_ref().set_zero_linger()?;
        }
        if reset || !goes_on {
            break;
        }
    }
    Ok(())
}

async fn read_head(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Recorded>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    Ok(Some(Recorded { method, target, headers, body: Vec::new(), body_length: 0, at: Instant::now() }))
}

async fn read_body(stream: &mut BufReader<TcpStream>, request: &mut Recorded) -> io::Result<()> {
    if request.header("transfer-encoding") == Some("chunked") {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).await?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            body(stream, size, request).await?;
            stream.read_line(&mut String::new()).await?;
            if size == 0 {
                break;
            }
        }
    } else {
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        body(stream, length, request).await?;
    }
    Ok(())
}

/// Reads a piece of a body, and keeps it while all of it is not large.
async fn body(stream: &mut BufReader<TcpStream>, mut left: usize, request: &mut Recorded) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    while left > 0 {
        let size = left.min(buffer.len());
        let read = stream.read(&mut buffer[..size]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        left -= read;
        request.body_length += read;
        if request.body_length <= 1 << 20 {
            request.body.extend_from_slice(&buffer[..read]);
        } else {
            request.body = Vec::new();
        }
    }
    Ok(())
}

/// Whether the connection can be used again.
async fn write(stream: &mut BufReader<TcpStream>, reply: Reply) -> io::Result<bool> {
    if reply.end == End::Silence {
        return Ok(false);
    }
    if !reply.raw {
        write_head(stream, &reply).await?;
    }
    match reply.end {
        End::Complete | End::Silence => stream.write_all(&reply.body).await?,
        End::Half { .. } => stream.write_all(&reply.body[..reply.body.len() / 2]).await?,
        End::Chunks(size) => {
            for chunk in reply.body.chunks(size) {
                stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await?;
                stream.write_all(chunk).await?;
                stream.write_all(b"\r\n").await?;
            }
            stream.write_all(b"0\r\n\r\n").await?;
        }
        End::Dribble(pause) => {
            for byte in &reply.body {
                tokio::time::sleep(pause).await;
                stream.write_all(&[*byte]).await?;
                stream.flush().await?;
            }
        }
    }
    stream.flush().await?;
    match reply.end {
        End::Half { stall: true } => {
            // Until the client gives up: what it says then is the end of the connection.
            let _ = stream.read(&mut [0]).await;
            Ok(false)
        }
        End::Half { stall: false } => Ok(false),
        _ => Ok(!reply.raw),
    }
}

async fn write_head(stream: &mut BufReader<TcpStream>, reply: &Reply) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Status\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match reply.end {
        End::Chunks(_) => head.push_str("transfer-encoding: chunked\r\n\r\n"),
        _ => head.push_str(&format!("content-length: {}\r\n\r\n", reply.body.len())),
    }
    stream.write_all(head.as_bytes()).await
}
