//! reqwest as an [`HttpClient`]: its requests, answers and errors.

use std::error::Error as StdError;

use http_body_util::BodyExt as _;

use super::{HttpClient, HttpError, HttpErrorKind, HttpFuture, HttpRequest, HttpResponse};
use crate::body::Body;

impl HttpClient for reqwest::Client {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        Box::pin(send(self, request))
    }
}

/// Sends one request over `client`.
pub(super) async fn send(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let request = into_reqwest(request)?;
    let url = request.url().clone();
    let response = client.execute(request).await.map_err(from_reqwest)?;
    from_response(&url, response)
}

#[cfg(feature = "reqwest-middleware")]
impl HttpClient for reqwest_middleware::ClientWithMiddleware {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        Box::pin(async move {
            let request = into_reqwest(request)?;
            let url = request.url().clone();
            let response = self.execute(request).await.map_err(|error| match error {
                reqwest_middleware::Error::Reqwest(error) => from_reqwest(error),
                reqwest_middleware::Error::Middleware(error) => {
                    HttpError::new(HttpErrorKind::Other, error.into_boxed_dyn_error())
                }
            })?;
            from_response(&url, response)
        })
    }
}

fn into_reqwest(request: HttpRequest) -> Result<reqwest::Request, HttpError> {
    let (parts, body) = request.into_parts();
    let body = match body.into_bytes() {
        Ok(bytes) => reqwest::Body::from(bytes),
        Err(stream) => reqwest::Body::wrap(stream),
    };
    reqwest::Request::try_from(http::Request::from_parts(parts, body))
        .map_err(|error| from_reqwest(error).with_request_not_sent())
}

fn from_response(url: &url::Url, response: reqwest::Response) -> Result<HttpResponse, HttpError> {
    if response.url() != url {
        let message = "the HTTP client followed a redirect, which the SDK does not allow; \
                       build it from clerk_sdk::reqwest_builder()";
        return Err(HttpError::message(HttpErrorKind::Other, message).with_permanent());
    }
    let response: http::Response<reqwest::Body> = response.into();
    Ok(response.map(|body| Body::wrap(body.map_err(from_reqwest))))
}

/// The URL is left out: its query may hold what is nobody's business in a log.
fn from_reqwest(error: reqwest::Error) -> HttpError {
    let error = error.without_url();
    let connect = error.is_connect();
    let local = chain(&error).find_map(|source| source.downcast_ref::<HttpError>());
    let permanent = local.is_some_and(HttpError::is_permanent);
    // A handshake that the other side ended may succeed next time; one that failed will fail again.
    let cut_handshake = connect && chain(&error).any(is_unexpected_end);
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if cut_handshake || chain(&error).any(is_tls) {
        HttpErrorKind::Tls
    } else if connect {
        HttpErrorKind::Connect
    } else if error.is_body() || error.is_decode() || local.is_some() {
        HttpErrorKind::Body
    } else {
        HttpErrorKind::Other
    };
    let mut http_error = HttpError::new(kind, error);
    http_error.permanent = permanent || kind == HttpErrorKind::Tls && !cut_handshake;
    if connect { http_error.with_request_not_sent() } else { http_error }
}

/// An error and its sources, those inside of `io::Error`s too.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    fn next<'a>(error: &&'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
        let error: &'a (dyn StdError + 'static) = *error;
        match error.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    }
    std::iter::successors(Some(error), next)
}

fn is_unexpected_end(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof)
}

fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    #[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
    if error.is::<rustls::Error>() {
        return true;
    }
    #[cfg(feature = "native-tls")]
    if error.is::<native_tls::Error>() {
        return true;
    }
    let _ = error;
    false
}
