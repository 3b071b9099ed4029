//! Why no complete answer came.

use std::error::Error as StdError;
use std::fmt;

use crate::error::{Error, Innermost};

/// Why no complete answer came.
pub struct HttpError {
    kind: HttpErrorKind,
    message: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
    request_not_sent: bool,
    /// Whether another attempt would fail in the same way.
    pub(super) permanent: bool,
    /// Set where nothing failed below HTTP, and the error is of another kind.
    refused: Option<Error>,
}

/// What failed below HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpErrorKind {
    /// No connection: name resolution, refused, unreachable.
    Connect,
    /// A time limit was hit.
    Timeout,
    /// The TLS handshake failed, such as for a certificate that is not trusted.
    Tls,
    /// The connection broke while a body was sent or read, or a body is too large.
    Body,
    /// Anything else.
    Other,
}

impl HttpErrorKind {
    /// A stable name: `connect`, `timeout`, `tls`, `body`, `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::Body => "body",
            Self::Other => "other",
        }
    }
}

impl HttpError {
    /// A failure after which the server may have acted on the request.
    ///
    /// What `source` prints becomes part of the error that the caller sees: it must not hold secrets.
    pub fn new(kind: HttpErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::message(kind, message(kind)) }
    }

    /// Says that the request certainly never reached the server, so that any request may be repeated.
    pub fn with_request_not_sent(mut self) -> Self {
        self.request_not_sent = true;
        self
    }

    pub(crate) fn message(kind: HttpErrorKind, message: &'static str) -> Self {
        let permanent = kind == HttpErrorKind::Tls;
        Self { kind, message, source: None, request_not_sent: false, permanent, refused: None }
    }

    /// Wraps the reason for which the SDK's own client sent nothing; the caller sees it as it is.
    pub(crate) fn refused(error: Error) -> Self {
        let message = message(HttpErrorKind::Other);
        Self { refused: Some(error), ..Self::message(HttpErrorKind::Other, message) }
            .with_request_not_sent()
            .with_permanent()
    }

    /// Returns the reason for which nothing was sent, where the SDK's own client had one.
    pub(crate) fn take_refused(&mut self) -> Option<Error> {
        self.refused.take()
    }

    pub(crate) fn with_permanent(mut self) -> Self {
        self.permanent = true;
        self
    }

    pub(crate) fn is_permanent(&self) -> bool {
        self.permanent
    }

    /// What failed.
    pub fn kind(&self) -> HttpErrorKind {
        self.kind
    }

    /// Whether it is certain that the request never reached the server.
    pub fn request_not_sent(&self) -> bool {
        self.request_not_sent
    }
}

fn message(kind: HttpErrorKind) -> &'static str {
    match kind {
        HttpErrorKind::Connect => "could not connect",
        HttpErrorKind::Timeout => "timed out",
        HttpErrorKind::Tls => "the TLS handshake failed",
        HttpErrorKind::Body => "the connection broke while a body was transferred",
        HttpErrorKind::Other => "the request failed",
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpError")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source().map(|source| Innermost(source).to_string()))
            .field("request_not_sent", &self.request_not_sent)
            .finish()
    }
}

impl StdError for HttpError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}
