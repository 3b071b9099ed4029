//! The seam between the SDK and HTTP: one object-safe trait, its error, and reqwest behind it.
//!
//! reqwest is named in this folder alone.

mod adapter;
mod error;
mod own;
mod secure;

use std::pin::Pin;
use std::sync::Arc;

pub use reqwest;

pub use self::error::{HttpError, HttpErrorKind};
pub use self::own::reqwest_builder;
pub(crate) use self::own::{CONNECT_TIMEOUT, Configure, Reqwest, ReqwestBuilder, Settings};
use crate::body::Body;

/// A request as the SDK sends it: absolute URL, all headers, streaming body.
pub type HttpRequest = http::Request<Body>;

/// An answer as the SDK reads it.
pub type HttpResponse = http::Response<Body>;

/// What [`HttpClient::send`] returns.
pub type HttpFuture<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

/// Something that sends HTTP requests.
///
/// Implemented by `reqwest::Client` and, with the feature `reqwest-middleware`, by
/// `reqwest_middleware::ClientWithMiddleware`. Wrap one to add headers, logging or a circuit breaker. Retries and
/// time limits are the SDK's; a client must not follow redirects, which would carry the secret key elsewhere.
pub trait HttpClient: Send + Sync {
    /// Sends one request and answers as soon as the headers of the answer are there.
    fn send(&self, request: HttpRequest) -> HttpFuture<'_>;
}

impl<C: HttpClient + ?Sized> HttpClient for &C {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        (**self).send(request)
    }
}

impl<C: HttpClient + ?Sized> HttpClient for Arc<C> {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        (**self).send(request)
    }
}

impl<C: HttpClient + ?Sized> HttpClient for Box<C> {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        (**self).send(request)
    }
}
