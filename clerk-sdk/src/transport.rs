//! The seam between the SDK and HTTP: one object-safe trait, its error, and reqwest behind it.
//!
//! This is the only file that names reqwest.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http_body_util::BodyExt as _;
pub use reqwest;

use crate::body::Body;
use crate::config::is_loopback;
use crate::error::{Error, Innermost};
use crate::tls::Tls;

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

/// Why no complete answer came.
pub struct HttpError {
    kind: HttpErrorKind,
    message: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
    request_not_sent: bool,
    /// Whether another attempt would fail in the same way.
    permanent: bool,
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
        Self { kind, message, source: None, request_not_sent: false, permanent: kind == HttpErrorKind::Tls }
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

impl HttpClient for reqwest::Client {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        Box::pin(async move {
            let request = into_reqwest(request)?;
            let url = request.url().clone();
            let response = self.execute(request).await.map_err(from_reqwest)?;
            from_response(&url, response)
        })
    }
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
    let permanent = local.is_some_and(|local| local.permanent);
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

/// A `reqwest::ClientBuilder` with what the SDK needs: no redirects, TLS by the cargo features, connecting within
/// 10 seconds.
///
/// Use it instead of `reqwest::Client::builder()`, which panics in a program without a process-wide cryptography
/// provider, and follows redirects. Certificates that are added to it are not looked at where rustls does TLS.
pub fn reqwest_builder() -> reqwest::ClientBuilder {
    secured(plain(CONNECT_TIMEOUT), Tls::preferred(), &[], true).unwrap_or_else(|refused| {
        let (builder, _) = *refused;
        builder
    })
}

pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What the SDK's own client is made from.
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) tls: Option<Tls>,
    /// PEM or DER.
    pub(crate) extra_roots: Vec<Vec<u8>>,
    pub(crate) configure: Option<Box<dyn Configure>>,
    /// Whether the server's URL is `https`: then a machine that trusts nobody is an error.
    pub(crate) https: bool,
    /// Whether the server is this machine.
    pub(crate) local: bool,
}

/// A configuration of reqwest that can be applied more than once.
pub(crate) trait Configure: Send + Sync {
    fn apply(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder;
}

impl<F> Configure for F
where
    F: FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Clone + Send + Sync,
{
    fn apply(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        self.clone()(builder)
    }
}

/// What `ClerkBuilder::configure_reqwest` changes.
pub(crate) type ReqwestBuilder = reqwest::ClientBuilder;

/// The client that is used unless one is handed over.
pub(crate) struct Reqwest {
    settings: Settings,
    /// For calls of the client's own server.
    client: reqwest::Client,
    others: [OnceLock<reqwest::Client>; 4],
}

impl Reqwest {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self { client: build(&settings, settings.local)?, settings, others: Default::default() })
    }

    fn client(&self, local: bool) -> &reqwest::Client {
        // A connection lives on the runtime that opened it. Blocking calls, which may stop that runtime for as long as
        // they take, need connections of their own.
        #[cfg(feature = "blocking")]
        let blocking = crate::blocking::on_own_runtime();
        #[cfg(not(feature = "blocking"))]
        let blocking = false;
        if !blocking && local == self.settings.local {
            return &self.client;
        }
        // What could be built once can be built again; if not, the other client does too.
        let client = &self.others[usize::from(blocking) + 2 * usize::from(local)];
        client.get_or_init(|| build(&self.settings, local).unwrap_or_else(|_| self.client.clone()))
    }
}

impl HttpClient for Reqwest {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        let local = request.uri().host().is_some_and(is_loopback);
        HttpClient::send(self.client(local), request)
    }
}

/// A builder of clients that unpack nothing, whichever of reqwest's features other crates of a program switch on.
fn plain(connect_timeout: Duration) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder().connect_timeout(connect_timeout);
    builder.no_gzip().no_brotli().no_zstd().no_deflate()
}

/// A client for this machine, or for others.
fn build(settings: &Settings, local: bool) -> Result<reqwest::Client, Error> {
    let mut builder = plain(settings.connect_timeout);
    if local {
        // A proxy of the environment is for the way to others. It would get the key, and plain `http` is for this
        // machine alone.
        builder = builder.no_proxy();
    }
    if let Some(configure) = &settings.configure {
        builder = configure.apply(builder);
    }
    secured(builder, settings.tls, &settings.extra_roots, settings.https)
        .map_err(|refused| Error::config_from("TLS cannot be set up", refused.1))?
        .build()
        .map_err(|error| Error::config_from("the HTTP client cannot be built", error))
}

/// A builder that will not build, and why.
type Refused = Box<(reqwest::ClientBuilder, Box<dyn StdError + Send + Sync>)>;

/// `builder` with what the caller cannot change: no redirects, and TLS.
fn secured(
    builder: reqwest::ClientBuilder,
    tls: Option<Tls>,
    extra_roots: &[Vec<u8>],
    https: bool,
) -> Result<reqwest::ClientBuilder, Refused> {
    let builder = builder.redirect(reqwest::redirect::Policy::none());
    match tls {
        #[cfg(feature = "native-tls")]
        Some(Tls::Native) => {
            let mut builder = builder.tls_backend_native();
            for root in extra_roots {
                let read = if crate::tls::is_pem(root) {
                    reqwest::Certificate::from_pem_bundle(root)
                } else {
                    reqwest::Certificate::from_der(root).map(|root| vec![root])
                };
                match read {
                    Ok(roots) => builder = builder.tls_certs_merge(roots),
                    Err(error) => return Err(Box::new((builder, error.into()))),
                }
            }
            Ok(builder)
        }
        #[cfg(feature = "rustls-aws-lc")]
        Some(Tls::AwsLc) => {
            with_rustls(builder, rustls::crypto::aws_lc_rs::default_provider(), extra_roots, https)
        }
        #[cfg(feature = "rustls")]
        Some(Tls::Ring) => with_rustls(builder, rustls::crypto::ring::default_provider(), extra_roots, https),
        None => {
            let _ = (extra_roots, https);
            Ok(builder)
        }
    }
}

#[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
fn with_rustls(
    builder: reqwest::ClientBuilder,
    provider: rustls::crypto::CryptoProvider,
    extra_roots: &[Vec<u8>],
    https: bool,
) -> Result<reqwest::ClientBuilder, Refused> {
    match crate::tls::rustls_config(provider, extra_roots, https) {
        Ok(config) => Ok(builder.tls_backend_preconfigured(config)),
        // What is no TLS configuration makes `build` fail, instead of falling back to something else.
        Err(error) => Err(Box::new((builder.tls_backend_preconfigured(()), error))),
    }
}
