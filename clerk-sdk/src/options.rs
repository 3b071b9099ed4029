//! What can be said about one call alone: the `with_*` options.

use std::fmt;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::config::{SecretKey, ServerUrl};
use crate::error::Error;
use crate::retry::RetryPolicy;

/// The options of a call, all unset at first: then the client's settings count.
#[derive(Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) server_url: Option<ServerUrl>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) key: Option<SecretKey>,
    pub(crate) repeatable: Option<bool>,
    pub(crate) throttle: Option<bool>,
    /// Set if the call neither waits for the client's rate limit nor reports its responses to it.
    pub(crate) bypass_rate_limit: bool,
    invalid: Option<Invalid>,
}

/// The first option that cannot be used.
#[derive(Clone)]
enum Invalid {
    Argument(String),
    Config(String),
}

impl CallOptions {
    pub(crate) fn set_secret_key(&mut self, key: &str) {
        match SecretKey::new(key, "the secret key of the call") {
            Ok(key) => self.key = Some(key),
            Err(message) => self.refuse(Invalid::Config(message)),
        }
    }

    pub(crate) fn set_server_url(&mut self, url: &str, allow_insecure_http: bool) {
        match ServerUrl::new(url, allow_insecure_http) {
            Ok(url) => self.server_url = Some(url),
            Err(message) => {
                self.refuse(Invalid::Config(format!("invalid URL passed to `with_server_url`: {message}")))
            }
        }
    }

    pub(crate) fn add_header<N, V>(&mut self, name: N, value: V)
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        let Ok(name) = name.try_into() else {
            return self.refuse(Invalid::Argument("the name of a header of the call is none".into()));
        };
        match value.try_into() {
            Ok(mut value) => {
                // Nobody knows what is in it, so nobody is shown it: neither by `Debug` nor by a compression table.
                value.set_sensitive(true);
                self.headers.push((name, value));
            }
            Err(_) => {
                self.refuse(Invalid::Argument(format!("the value of the header `{name}` cannot be sent")));
            }
        }
    }

    fn refuse(&mut self, invalid: Invalid) {
        self.invalid.get_or_insert(invalid);
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.invalid {
            None => Ok(()),
            Some(Invalid::Argument(message)) => Err(Error::bad_argument(message)),
            Some(Invalid::Config(message)) => Err(Error::config(message)),
        }
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("CallOptions")
            .field("retry", &self.retry)
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("server_url", &self.server_url)
            .field("headers", &headers)
            .field("key", &self.key)
            .field("repeatable", &self.repeatable)
            .field("throttle", &self.throttle)
            .finish()
    }
}

/// The `with_*` methods of a request, for use inside of its `impl`. It needs the fields `options: CallOptions`
/// and `clerk: Clerk`, and a `#[must_use]` on the type.
macro_rules! call_options {
    () => {
        /// Retries this call by another policy than the client's.
        pub fn with_retry(mut self, policy: $crate::RetryPolicy) -> Self {
            self.options.retry = Some(policy);
            self
        }

        /// Bounds the whole call, its retries and the waits between them included. The default is that of the client
        /// ([`ClerkBuilder::timeout`]($crate::ClerkBuilder::timeout)). With no time at all nothing is sent.
        pub fn with_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.options.timeout = Some(timeout);
            self
        }

        /// Bounds each attempt until the headers of its answer, other than the client does. With no time at all nothing
        /// is sent.
        pub fn with_attempt_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.options.attempt_timeout = Some(timeout);
            self
        }

        /// Sends this call to another server, such as `https://proxy.example.com/v1`. It gets the secret key. The URL
        /// is taken as it is, as by [`ClerkBuilder::server_url`]($crate::ClerkBuilder::server_url).
        ///
        /// An invalid URL is an error of kind [`Config`]($crate::ErrorKind::Config) when the request is sent. `Debug`
        /// shows scheme, host and port.
        pub fn with_server_url(mut self, url: impl ::std::convert::Into<String>) -> Self {
            self.options.set_server_url(&url.into(), self.clerk.0.allow_insecure_http);
            self
        }

        /// Adds a header, or replaces one that the SDK sends.
        pub fn with_header<N, V>(mut self, name: N, value: V) -> Self
        where
            N: ::std::convert::TryInto<::http::HeaderName>,
            V: ::std::convert::TryInto<::http::HeaderValue>,
        {
            self.options.add_header(name, value);
            self
        }

        /// Calls with this key instead of the client's, be it of an instance or of a machine.
        pub fn with_secret_key(mut self, key: impl ::std::convert::AsRef<str>) -> Self {
            self.options.set_secret_key(key.as_ref());
            self
        }

        /// Says whether a retry may repeat this call even where the server may have acted on it already.
        /// Unless said, GET, PUT and DELETE may be repeated, POST and PATCH as the client is set.
        pub fn with_repeatable(mut self, repeatable: bool) -> Self {
            self.options.repeatable = Some(repeatable);
            self
        }

        /// Says whether this call waits for others: in the queue of a client that the API has told to wait, and where
        /// many are on their way at once. It does unless said, and unless its retries are off; see
        /// [`ClerkBuilder::throttle`]($crate::ClerkBuilder::throttle).
        pub fn with_throttle(mut self, throttle: bool) -> Self {
            self.options.throttle = Some(throttle);
            self
        }
    };
}

pub(crate) use call_options;
