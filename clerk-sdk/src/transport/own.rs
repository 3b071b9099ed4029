//! The SDK's own client: reqwest without redirects, with the TLS that was asked for.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::runtime;

use super::secure::TlsSetup;
use super::{HttpClient, HttpError, HttpFuture, HttpRequest, adapter};
use crate::config::is_loopback;
use crate::error::Error;
use crate::tls::Tls;

/// A `reqwest::ClientBuilder` with what the SDK needs: no redirects, TLS by the cargo features, connecting within
/// 10 seconds.
///
/// Use it instead of `reqwest::Client::builder()`, which panics in a program without a process-wide cryptography
/// provider, and follows redirects. Certificates that are added to it are not looked at where rustls does TLS.
///
/// Where TLS cannot be set up, its `build` returns an error.
pub fn reqwest_builder() -> reqwest::ClientBuilder {
    let builder = plain(CONNECT_TIMEOUT);
    match TlsSetup::new(Tls::preferred(), &[], true) {
        Ok(tls) => tls.secure(builder),
        // A header that cannot be sent makes `build` fail, instead of falling back to other TLS.
        Err(_) => builder.user_agent("\n"),
    }
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

/// A configuration of reqwest that can be applied more than once: for each runtime, and each kind of server.
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
///
/// A connection is driven by the runtime that opened it, and stands still while that runtime idles. So each runtime has
/// a reqwest client of its own, and with it connections of its own.
pub(crate) struct Reqwest {
    settings: Settings,
    tls: TlsSetup,
    clients: Mutex<Clients>,
}

/// The clients of the runtimes that requests were sent in, one each for loopback and for other servers.
struct Clients {
    /// Built with the settings, and not used yet.
    first: Option<reqwest::Client>,
    by_runtime: HashMap<(runtime::Id, bool), Used>,
}

struct Used {
    client: reqwest::Client,
    at: Instant,
}

/// The most clients that are kept. A program with a runtime on each core stays below.
const MOST_CLIENTS: usize = 256;

/// The time after which a client is dropped when another one is built. Its connections are closed by then.
const FORGET_AFTER: Duration = Duration::from_secs(300);

impl Reqwest {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        let tls = TlsSetup::new(settings.tls, &settings.extra_roots, settings.https)
            .map_err(|error| Error::config_from("TLS cannot be set up", error))?;
        // Settings that cannot be used are found here, before the first request.
        let first = Some(build(&settings, &tls, settings.local)?);
        Ok(Self { settings, tls, clients: Mutex::new(Clients { first, by_runtime: HashMap::new() }) })
    }

    /// Returns the client of the current runtime for servers on this machine, or for others.
    fn client(&self, local: bool) -> Result<reqwest::Client, Error> {
        let key = (crate::runtime::current()?.id(), local);
        let mut clients = self.clients();
        if let Some(used) = clients.by_runtime.get_mut(&key) {
            used.at = Instant::now();
            return Ok(used.client.clone());
        }
        let first = if local == self.settings.local { clients.first.take() } else { None };
        // Building runs the program's code, which may send requests itself.
        drop(clients);
        let built = match first {
            Some(client) => client,
            None => build(&self.settings, &self.tls, local)?,
        };
        Ok(self.clients().insert(key, built))
    }

    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Clients {
    /// Keeps `built`, unless another thread was faster, and returns what is kept.
    fn insert(&mut self, key: (runtime::Id, bool), built: reqwest::Client) -> reqwest::Client {
        let now = Instant::now();
        self.by_runtime.retain(|_, used| now.saturating_duration_since(used.at) < FORGET_AFTER);
        if self.by_runtime.len() >= MOST_CLIENTS
            && let Some(oldest) = self.by_runtime.iter().min_by_key(|(_, used)| used.at).map(|(key, _)| *key)
        {
            self.by_runtime.remove(&oldest);
        }
        self.by_runtime.entry(key).or_insert(Used { client: built, at: now }).client.clone()
    }
}

impl HttpClient for Reqwest {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        let local = request.uri().host().is_some_and(is_loopback);
        let client = self.client(local);
        Box::pin(async move {
            match client {
                Ok(client) => adapter::send(&client, request).await,
                Err(error) => Err(HttpError::refused(error)),
            }
        })
    }
}

/// A builder of clients that unpack nothing, whichever of reqwest's features other crates of a program switch on.
fn plain(connect_timeout: Duration) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder().connect_timeout(connect_timeout);
    builder.no_gzip().no_brotli().no_zstd().no_deflate()
}

/// Builds a client for servers on this machine, or for others.
fn build(settings: &Settings, tls: &TlsSetup, local: bool) -> Result<reqwest::Client, Error> {
    let mut builder = plain(settings.connect_timeout);
    if local {
        // A proxy of the environment is for the way to others. It would get the key, and plain `http` is for this
        // machine alone. For the same reason the name is not looked up.
        builder = builder.no_proxy().resolve_to_addrs("localhost", &LOOPBACK);
    }
    if let Some(configure) = &settings.configure {
        builder = configure.apply(builder);
    }
    tls.secure(builder).build().map_err(|error| Error::config_from("the HTTP client cannot be built", error))
}

const LOOPBACK: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn the_number_of_clients_is_limited_however_many_runtimes_there_were() {
        let client = Reqwest::new(Settings {
            connect_timeout: CONNECT_TIMEOUT,
            tls: Tls::preferred(),
            extra_roots: Vec::new(),
            configure: None,
            https: false,
            local: true,
        });
        let client = client.unwrap();
        let lasting = Builder::new_current_thread().build().unwrap();
        let use_in = |runtime: &tokio::runtime::Runtime| {
            let _inside = runtime.enter();
            client.client(true).unwrap();
            runtime.handle().id()
        };

        for _ in 0..MOST_CLIENTS + 20 {
            let kept = use_in(&lasting);
            let newest = use_in(&Builder::new_current_thread().build().unwrap());

            let clients = client.clients();
            assert!(clients.by_runtime.len() <= MOST_CLIENTS);
            assert!([kept, newest].iter().all(|id| clients.by_runtime.contains_key(&(*id, true))));
        }

        assert_eq!(client.clients().by_runtime.len(), MOST_CLIENTS);
    }
}
