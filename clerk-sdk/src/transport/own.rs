//! The SDK's own client: reqwest without redirects, with the TLS that was asked for.

use std::error::Error as StdError;
use std::sync::OnceLock;
use std::time::Duration;

use super::{HttpClient, HttpFuture, HttpRequest};
use crate::config::is_loopback;
use crate::error::Error;
use crate::tls::Tls;

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
