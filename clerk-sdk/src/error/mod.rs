//! The one error type of all calls: what went wrong, in which operation, and what to do about it.
//!
//! `Error` is one pointer wide and opaque; accessors answer questions about it. Neither its `Display` nor its
//! `Debug` contains a key, a token or the text of an answer. Its `Display` is one line, whatever a server says.

mod api;
mod display;
mod one_line;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

pub use self::api::{ApiError, ApiErrorItem};
use self::display::DecodeReason;
pub(crate) use self::display::reason_without_values;
pub(crate) use self::display::{Cause, Innermost};
#[cfg(feature = "webhooks")]
pub(crate) use self::one_line::one_line;
#[cfg(feature = "auth")]
use crate::auth::AuthError;
use crate::operation::Meta;
use crate::response::Response;
use crate::transport::{HttpError, HttpErrorKind};

/// Why a call failed, or why a client could not be built.
///
/// Printed with `{}` it is one line for a log: what was called, what came of it, Clerk's trace id and the number of
/// attempts.
///
/// ```no_run
/// # async fn example(clerk: clerk_sdk::Clerk) {
/// match clerk.users().create().email_address(["ada@example.com"]).await {
///     Ok(user) => println!("{}", user.id),
///     Err(error) if error.has_code("form_identifier_exists") => println!("this address is taken"),
///     Err(error) if error.is_rate_limited() => println!("again in {:?}", error.retry_after()),
///     Err(error) => {
///         for item in error.errors() {
///             println!("{:?}: {:?}", item.parameter(), item.long_message());
///         }
///         eprintln!("{error}");
///     }
/// }
/// # }
/// ```
pub struct Error(Box<Inner>);

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server answered with a status other than 2xx.
    Api,
    /// No complete answer came: connecting, sending, waiting or reading failed.
    Transport,
    /// The answer is not what the document promises.
    Decode,
    /// The call's arguments cannot be sent; nothing was sent.
    InvalidRequest,
    /// A key, a URL or an environment variable is missing or wrong; nothing was sent.
    Config,
    /// The API has told this client to wait, for longer than the call may take; nothing was sent.
    RateLimited,
    /// A token or a credential was rejected: converted from an `AuthError`.
    Auth,
    /// A value does not convert to or from JSON: converted from a [`serde_json::Error`].
    Json,
}

impl ErrorKind {
    /// A stable name in lower case with underscores: `api`, `transport`, `decode`, `invalid_request`, `config`,
    /// `rate_limited`, `auth`, `json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Transport => "transport",
            Self::Decode => "decode",
            Self::InvalidRequest => "invalid_request",
            Self::Config => "config",
            Self::RateLimited => "rate_limited",
            Self::Auth => "auth",
            Self::Json => "json",
        }
    }
}

pub(crate) struct Inner {
    kind: Kind,
    call: Option<Call>,
}

/// The call that an error came from.
struct Call {
    operation: Cow<'static, str>,
    method: Method,
    path: Cow<'static, str>,
    attempts: u32,
}

enum Kind {
    Api(ApiError),
    Transport(HttpError),
    Decode {
        path: String,
        source: DecodeReason,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    },
    InvalidRequest {
        message: String,
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
    Config {
        message: String,
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// How long the call has waited, and how much longer nothing is sent.
    RateLimited {
        waited: Duration,
        left: Duration,
    },
    #[cfg(feature = "auth")]
    Auth(AuthError),
    Json(DecodeReason),
}

impl Error {
    fn new(kind: Kind) -> Self {
        Self(Box::new(Inner { kind, call: None }))
    }

    pub(crate) fn from_api(error: ApiError) -> Self {
        Self::new(Kind::Api(error))
    }

    pub(crate) fn transport(mut error: HttpError) -> Self {
        error.take_refused().unwrap_or_else(|| Self::new(Kind::Transport(error)))
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config { message: message.into(), source: None })
    }

    pub(crate) fn config_from(
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::new(Kind::Config { message: message.into(), source: Some(source.into()) })
    }

    /// An argument that cannot be sent, found before it belongs to a call.
    pub(crate) fn bad_argument(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidRequest { message: message.into(), source: None })
    }

    pub(crate) fn bad_argument_from(
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::new(Kind::InvalidRequest { message: message.into(), source: Some(source.into()) })
    }

    /// A call whose turn does not come in time.
    pub(crate) fn rate_limited(waited: Duration, left: Duration) -> Self {
        Self::new(Kind::RateLimited { waited, left })
    }

    /// An argument of a call that cannot be sent.
    #[allow(dead_code, reason = "used by the typed requests")]
    pub(crate) fn invalid_request(meta: &Meta, message: impl Into<String>) -> Self {
        Self::bad_argument(message).in_call(meta, 0)
    }

    /// An answer that is not what `meta` promises; `path` says where in it.
    pub(crate) fn decode(
        meta: &Meta,
        response: Response<Bytes>,
        path: String,
        source: serde_json::Error,
    ) -> Self {
        let attempts = response.attempts();
        let (status, headers, body) = response.into_parts();
        let source = DecodeReason::new(&source);
        Self::new(Kind::Decode { path, source, status, headers, body }).in_call(meta, attempts)
    }

    /// Says which call it was, and how many attempts were begun.
    pub(crate) fn in_call(mut self, meta: &Meta, attempts: u32) -> Self {
        self.0.call = Some(Call {
            operation: meta.id.clone(),
            method: meta.method.clone(),
            path: meta.path.clone(),
            attempts,
        });
        self
    }
}

impl Error {
    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        match self.0.kind {
            Kind::Api(_) => ErrorKind::Api,
            Kind::Transport(_) => ErrorKind::Transport,
            Kind::Decode { .. } => ErrorKind::Decode,
            Kind::InvalidRequest { .. } => ErrorKind::InvalidRequest,
            Kind::Config { .. } => ErrorKind::Config,
            Kind::RateLimited { .. } => ErrorKind::RateLimited,
            #[cfg(feature = "auth")]
            Kind::Auth(_) => ErrorKind::Auth,
            Kind::Json(_) => ErrorKind::Json,
        }
    }

    /// The server's answer, where it answered with a status other than 2xx.
    pub fn api(&self) -> Option<&ApiError> {
        match &self.0.kind {
            Kind::Api(api) => Some(api),
            _ => None,
        }
    }

    /// What the server lists as wrong, each with a code, texts and the parameter that it is about; empty for errors of
    /// another kind than [`ErrorKind::Api`].
    #[doc(alias = "codes")]
    pub fn errors(&self) -> &[ApiErrorItem] {
        self.api().map_or(&[], ApiError::errors)
    }

    /// The status of the answer, where one came: of kinds [`ErrorKind::Api`] and [`ErrorKind::Decode`].
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Kind::Api(api) => Some(api.status()),
            Kind::Decode { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The headers of the answer, where one came.
    pub fn headers(&self) -> Option<&HeaderMap> {
        match &self.0.kind {
            Kind::Api(api) => Some(api.headers()),
            Kind::Decode { headers, .. } => Some(headers),
            _ => None,
        }
    }

    /// The raw body of the answer, where one came. It may hold secrets, such as a new key.
    pub fn body(&self) -> Option<&Bytes> {
        match &self.0.kind {
            Kind::Api(api) => Some(api.body()),
            Kind::Decode { body, .. } => Some(body),
            _ => None,
        }
    }

    /// Whether the server answered 404.
    pub fn is_not_found(&self) -> bool {
        self.is_api_status(StatusCode::NOT_FOUND)
    }

    /// Whether the server answered 429, after all retries, or the call was not sent since the server had answered
    /// others so.
    pub fn is_rate_limited(&self) -> bool {
        self.is_api_status(StatusCode::TOO_MANY_REQUESTS) || self.kind() == ErrorKind::RateLimited
    }

    /// How long the server asks to wait before another call, where it does.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.0.kind {
            Kind::RateLimited { left, .. } => Some(*left),
            _ => self.api().and_then(ApiError::retry_after),
        }
    }

    /// Whether the server answered 401: the key is not one of this instance, or has been revoked.
    pub fn is_unauthorized(&self) -> bool {
        self.is_api_status(StatusCode::UNAUTHORIZED)
    }

    fn is_api_status(&self, status: StatusCode) -> bool {
        self.api().is_some_and(|api| api.status() == status)
    }

    /// Whether a time limit was hit: of connecting, of an attempt, of reading the body or of the whole call.
    pub fn is_timeout(&self) -> bool {
        self.transport_kind() == Some(HttpErrorKind::Timeout)
    }

    /// Whether one of the errors that the server listed has this code, such as `form_identifier_exists`.
    pub fn has_code(&self, code: &str) -> bool {
        self.errors().iter().any(|item| item.code() == Some(code))
    }

    /// Clerk's identifier of the request, to quote to its support.
    pub fn trace_id(&self) -> Option<&str> {
        self.api().and_then(ApiError::trace_id)
    }

    /// What failed below HTTP, where no complete answer came.
    pub fn transport_kind(&self) -> Option<HttpErrorKind> {
        match &self.0.kind {
            Kind::Transport(error) => Some(error.kind()),
            _ => None,
        }
    }

    pub(crate) fn http_error(&self) -> Option<&HttpError> {
        match &self.0.kind {
            Kind::Transport(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the server may have acted on the request. False only where it is certain that it never left.
    pub fn maybe_sent(&self) -> bool {
        match &self.0.kind {
            Kind::Api(_) | Kind::Decode { .. } => true,
            Kind::Transport(error) => !error.request_not_sent(),
            Kind::InvalidRequest { .. } | Kind::Config { .. } | Kind::RateLimited { .. } | Kind::Json(_) => {
                false
            }
            #[cfg(feature = "auth")]
            Kind::Auth(_) => false,
        }
    }

    /// Where in the answer decoding failed, such as `data[3].email_addresses[0].id`; empty for its root.
    pub fn decode_path(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Decode { path, .. } => Some(path),
            _ => None,
        }
    }

    /// The operation that was called, such as `GetUser`; none where a client was being built.
    pub fn operation(&self) -> Option<&str> {
        self.0.call.as_ref().map(|call| call.operation.as_ref())
    }

    /// The HTTP method of the operation.
    pub fn method(&self) -> Option<&Method> {
        self.0.call.as_ref().map(|call| &call.method)
    }

    /// The path template of the operation, such as `/users/{user_id}`.
    pub fn path(&self) -> Option<&str> {
        self.0.call.as_ref().map(|call| call.path.as_ref())
    }

    /// How many attempts were begun; 0 where nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.call.as_ref().map_or(0, |call| call.attempts)
    }
}

impl From<serde_json::Error> for Error {
    /// Converts the failure to convert a value to or from JSON. The value itself is left out.
    fn from(error: serde_json::Error) -> Self {
        Self::new(Kind::Json(DecodeReason::new(&error)))
    }
}

#[cfg(feature = "auth")]
impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::new(Kind::Auth(error))
    }
}

#[cfg(feature = "auth")]
impl Error {
    /// Why a token or a credential was rejected: of kind [`ErrorKind::Auth`].
    pub fn auth(&self) -> Option<&AuthError> {
        match &self.0.kind {
            Kind::Auth(error) => Some(error),
            _ => None,
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.kind {
            Kind::Api(_) | Kind::RateLimited { .. } => None,
            Kind::Transport(error) => StdError::source(error),
            Kind::Decode { source, .. } | Kind::Json(source) => Some(source),
            #[cfg(feature = "auth")]
            Kind::Auth(error) => Some(error),
            Kind::InvalidRequest { source, .. } | Kind::Config { source, .. } => {
                source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
            }
        }
    }
}
