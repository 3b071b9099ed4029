//! What a server does with a request: an answer, whole or broken.

use std::time::Duration;

/// What the server does with a request.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) delay: Duration,
    pub(super) end: End,
    /// Whether `body` is all that is sent, without a head.
    pub(super) raw: bool,
    /// Whether the connection is reset afterwards.
    pub(super) reset: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
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
