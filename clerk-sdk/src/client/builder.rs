//! The settings of a client, and what they make of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::key::Key;
use super::{Clerk, Shared};
use crate::config::{DEFAULT_SERVER, Environment, SecretKey, ServerUrl};
use crate::error::Error;
use crate::generated::VERSIONS;
use crate::hooks::{Attempt, Hooks, Retry};
use crate::retry::RetryPolicy;
use crate::throttle::Throttle;
use crate::tls::Tls;
use crate::transport::{
    CONNECT_TIMEOUT, Configure, HttpClient, HttpRequest, Reqwest, ReqwestBuilder, Settings,
};

/// The settings of a [`Clerk`]: begun by [`Clerk::builder`] or [`from_env`](Self::from_env), ended by
/// [`build`](Self::build).
#[must_use]
pub struct ClerkBuilder {
    key: Key,
    machine_key: Option<String>,
    server: Server,
    allow_insecure_http: bool,
    retry: RetryPolicy,
    repeat_unsafe: bool,
    throttle: bool,
    timeout: Option<Duration>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    idle_timeout: Duration,
    max_response_bytes: usize,
    user_agent_suffix: Option<String>,
    http: Option<Box<dyn HttpClient>>,
    configure: Option<Box<dyn Configure>>,
    tls: Option<Tls>,
    roots: Vec<Vec<u8>>,
    hooks: Hooks,
    jwt_key: Option<String>,
    publishable_key: Option<String>,
}

enum Server {
    Default,
    Variable(String),
    Given(String),
}

impl Server {
    fn url(self, allow_insecure_http: bool) -> Result<ServerUrl, Error> {
        match self {
            Self::Default => ServerUrl::new(DEFAULT_SERVER, false),
            Self::Variable(url) => ServerUrl::from_variable(&url, allow_insecure_http),
            Self::Given(url) => ServerUrl::new(&url, allow_insecure_http),
        }
        .map_err(Error::config)
    }
}

impl ClerkBuilder {
    pub(super) fn with_key(key: Key) -> Self {
        Self {
            key,
            machine_key: None,
            server: Server::Default,
            allow_insecure_http: false,
            retry: RetryPolicy::default(),
            repeat_unsafe: false,
            throttle: true,
            timeout: None,
            connect_timeout: CONNECT_TIMEOUT,
            attempt_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(30),
            max_response_bytes: 64 * 1024 * 1024,
            user_agent_suffix: None,
            http: None,
            configure: None,
            tls: Tls::preferred(),
            roots: Vec::new(),
            hooks: Hooks::default(),
            jwt_key: None,
            publishable_key: None,
        }
    }

    /// The settings of the environment, as [`Clerk::from_env`] reads them, to change some of them.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config), naming the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, Error> {
        let environment = Environment::read(|name| std::env::var(name).ok()).map_err(Error::config)?;
        let mut builder = Self::with_key(environment.secret_key.map_or(Key::Machine, Key::Fixed));
        if let Some(server) = environment.server_url {
            builder.server = Server::Variable(server);
        }
        builder.machine_key = environment.machine_secret_key;
        builder.jwt_key = environment.jwt_key;
        builder.publishable_key = environment.publishable_key;
        Ok(builder)
    }

    /// The URL that paths are appended to. `https://api.clerk.com/v1` unless set.
    ///
    /// It is taken as it is: nothing is added to it, so it ends in `/v1` unless a proxy adds that. `GET /users` of
    /// `https://api.clerk.com` is `https://api.clerk.com/users`, which Clerk does not have. (`CLERK_API_URL` is what
    /// Clerk's other SDKs read too, and they mean the origin by it: it gets `/v1` where it has no path.)
    ///
    /// ```no_run
    /// # fn main() -> Result<(), clerk_sdk::Error> {
    /// let clerk = clerk_sdk::Clerk::builder("sk_test_example")
    ///     .server_url("https://proxy.example.com/clerk/v1") // GET /users is https://proxy.example.com/clerk/v1/users
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn server_url(mut self, url: impl Into<String>) -> Self {
        self.server = Server::Given(url.into());
        self
    }

    /// Allows plain `http` to hosts other than this machine, over which the secret key travels unencrypted.
    ///
    /// This machine is `localhost` and the loopback addresses. Names below `localhost`, such as `clerk.localhost`, are
    /// not: a name server may give any address for them.
    pub fn allow_insecure_http(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    /// When failed calls are repeated. [`RetryPolicy::exponential`] unless set.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Whether POST and PATCH may be repeated even where the server may have acted on them already. They may not
    /// unless set.
    pub fn repeat_unsafe(mut self, repeat: bool) -> Self {
        self.repeat_unsafe = repeat;
        self
    }

    /// Whether calls wait for each other: all where the API has told one of them to, after 429, or 503 with
    /// `Retry-After`, and before that those beyond the first 64 at once. On unless turned off.
    ///
    /// They wait in one queue for each key and server, first come, first served, and leave it at the rate that the API
    /// turns out to accept: `n` calls take at most 1.2 × `n` + 64 requests. A call that would wait for longer than its retries or
    /// `with_timeout` allow is not sent: [`RateLimited`](crate::ErrorKind::RateLimited). A `Retry-After` of more than
    /// 30 seconds is the limit of one operation and holds up nobody else. A minute after the last refusal all of it is
    /// forgotten.
    ///
    /// As long as nothing was refused, at most 64 calls are on their way at once, and others wait for them: what is on
    /// its way when a limit is met is refused too. Each eight answers while others wait make that one more. Where calls
    /// wait and none is answered for 250 ms it is doubled; beyond 4,096 it is over.
    pub fn throttle(mut self, throttle: bool) -> Self {
        self.throttle = throttle;
        self
    }

    /// Sets how long each call may take in all, its retries and the waits between them included. `with_timeout` of a call
    /// takes precedence. For a list that is walked it is the limit of each page.
    ///
    /// The default is 60 seconds, or the time of all retries and one more attempt where that is longer. Uploads have no
    /// default: their attempts last as long as they make progress. Set a shorter limit in a service whose callers wait.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long connecting may take. 10 seconds unless set; an HTTP client that is handed over has its own.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an attempt may take until the headers of its answer; while a body is sent, how long it may make no
    /// progress. 30 seconds unless set. With no time at all nothing is sent.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How long the body of an answer may make no progress. 30 seconds unless set.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How many bytes of an answer's body are read before it is given up as too large. 64 MiB unless set.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// The key for operations that are called by a machine, such as `createM2MToken`.
    pub fn machine_secret_key(mut self, key: impl Into<String>) -> Self {
        self.machine_key = Some(key.into());
        self
    }

    /// The public key that session tokens are verified with, as PEM.
    pub fn jwt_key(mut self, pem: impl Into<String>) -> Self {
        self.jwt_key = Some(pem.into());
        self
    }

    /// The publishable key of the instance, which names its session cookie.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// What is added to the `User-Agent` header, such as `acme-backend/1.4`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sends through this client instead of the SDK's own. It must not follow redirects;
    /// [`reqwest_builder`](crate::reqwest_builder) gives one that does not.
    ///
    /// Its connections are driven by the tokio runtimes that opened them. Use one such client in one runtime: a
    /// connection of a single-threaded runtime stands still while that runtime idles. Blocking calls run in a runtime of
    /// their own. The SDK's own client has connections of its own for each runtime.
    pub fn http_client(mut self, client: impl HttpClient + 'static) -> Self {
        self.http = Some(Box::new(client));
        self
    }

    /// Changes the SDK's own reqwest client: proxies, default headers, pools, addresses.
    ///
    /// It is applied once for each runtime that requests are sent in, and apart for servers on this machine and others.
    /// TLS and "no redirects" are set afterwards: certificates and host names are checked, and TLS 1.2 is the minimum. Additional root certificates are given with
    /// [`add_root_certificate`](Self::add_root_certificate): where rustls does TLS, those of reqwest's builder are
    /// not looked at.
    pub fn configure_reqwest<F>(mut self, configure: F) -> Self
    where
        F: FnOnce(ReqwestBuilder) -> ReqwestBuilder + Clone + Send + Sync + 'static,
    {
        self.configure = Some(Box::new(configure));
        self
    }

    /// Who does TLS in the SDK's own client, where several cargo features for that are on.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Trusts root certificates besides those of the platform, in the SDK's own client: a PEM file of one or more,
    /// or one in DER.
    pub fn add_root_certificate(mut self, certificate: impl Into<Vec<u8>>) -> Self {
        self.roots.push(certificate.into());
        self
    }

    /// Called before each attempt; may change its headers, and path and query of its URL.
    ///
    /// If the URL gets another scheme, host or port, nothing is sent: the error is of kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest). A `Host` header may be changed. It decides neither the
    /// address that the request is sent to nor the name that the server's certificate is checked for.
    pub fn before_request(
        mut self,
        hook: impl Fn(&Attempt<'_>, &mut HttpRequest) + Send + Sync + 'static,
    ) -> Self {
        self.hooks.before_request.push(Box::new(hook));
        self
    }

    /// Called with the status and the headers of each answer.
    pub fn after_response(
        mut self,
        hook: impl Fn(&Attempt<'_>, &http::response::Parts) + Send + Sync + 'static,
    ) -> Self {
        self.hooks.after_response.push(Box::new(hook));
        self
    }

    /// Called when an attempt has failed and another one will be made.
    pub fn on_retry(mut self, hook: impl Fn(&Attempt<'_>, &Retry<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.on_retry.push(Box::new(hook));
        self
    }

    /// The client.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config): a key or URL that cannot be one, or an HTTP client that cannot
    /// be set up.
    pub fn build(self) -> Result<Clerk, Error> {
        let key = self.key.checked()?;
        let machine_key = self
            .machine_key
            .map(|key| SecretKey::machine(&key, "the machine secret key").map_err(Error::config))
            .transpose()?;
        let server = self.server.url(self.allow_insecure_http)?;
        let http = match self.http {
            Some(client) => client,
            None => {
                if self.tls.is_none() && server.is_https() {
                    return Err(Error::config(
                        "https needs one of clerk-sdk's cargo features rustls, rustls-aws-lc and native-tls, \
                         or an HTTP client of your own",
                    ));
                }
                Box::new(Reqwest::new(Settings {
                    connect_timeout: self.connect_timeout,
                    tls: self.tls,
                    extra_roots: self.roots,
                    configure: self.configure,
                    https: server.is_https(),
                    local: server.is_local(),
                })?)
            }
        };
        let suffix = self.user_agent_suffix.as_deref();
        let headers = VERSIONS.iter().map(|version| Ok((*version, constant_headers(version, suffix)?)));
        let headers = headers.collect::<Result<_, Error>>()?;
        Ok(Clerk(Arc::new(Shared {
            http,
            server,
            allow_insecure_http: self.allow_insecure_http,
            key,
            machine_key,
            retry: self.retry,
            repeat_unsafe: self.repeat_unsafe,
            throttle: self.throttle.then(Throttle::default),
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            idle_timeout: self.idle_timeout,
            max_response_bytes: self.max_response_bytes,
            headers,
            hooks: self.hooks,
            jwt_key: self.jwt_key,
            publishable_key: self.publishable_key,
            #[cfg(feature = "auth")]
            auth: crate::auth::Shared::default(),
        })))
    }
}

impl fmt::Debug for ClerkBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClerkBuilder").field("retry", &self.retry).finish_non_exhaustive()
    }
}

/// The headers of every call to this API version.
fn constant_headers(api_version: &str, suffix: Option<&str>) -> Result<HeaderMap, Error> {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    let mut agent = format!("clerk-sdk-rust/{VERSION} (+api {api_version})");
    if let Some(suffix) = suffix {
        agent = format!("{agent} {suffix}");
    }
    let value = |text: &str, what: &str| {
        HeaderValue::from_str(text)
            .map_err(|error| Error::config_from(format!("{what} cannot be sent"), error))
    };
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(http::header::USER_AGENT, value(&agent, "the user agent")?);
    headers.insert(HeaderName::from_static("clerk-api-version"), value(api_version, "the API version")?);
    headers.insert(
        HeaderName::from_static("x-clerk-sdk"),
        HeaderValue::from_static(concat!("rust/", env!("CARGO_PKG_VERSION"))),
    );
    Ok(headers)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    #[test]
    fn time_limits_and_the_size_of_answers_are_those_that_are_promised() {
        let builder = super::Clerk::builder("sk_test_x");

        let seconds = [builder.connect_timeout, builder.attempt_timeout, builder.idle_timeout];
        assert_eq!(seconds.map(|limit| limit.as_secs()), [10, 30, 30]);
        assert_eq!(builder.max_response_bytes, 64 << 20);
        assert!(!builder.allow_insecure_http && !builder.repeat_unsafe);
    }

    #[cfg(not(any(feature = "rustls", feature = "rustls-aws-lc", feature = "native-tls")))]
    #[test]
    fn without_a_tls_feature_https_is_refused_and_says_which_there_are() {
        let error = super::Clerk::new("sk_test_x").unwrap_err();

        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert!(error.to_string().contains("rustls"), "{error}");
    }

    #[cfg(any(feature = "rustls", feature = "rustls-aws-lc", feature = "native-tls"))]
    #[test]
    fn a_root_certificate_that_is_none_is_found_when_the_client_is_built() {
        for root in
            ["-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", "-----BEGIN NOTHING-----"]
        {
            let error = super::Clerk::builder("sk_test_x").add_root_certificate(root).build().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Config, "{error}");
        }
    }
}
