//! The client, and what all of its calls share.

mod builder;
mod key;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};

pub use self::builder::ClerkBuilder;
use self::key::Key;
pub(crate) use self::key::KeySource;
use crate::config::{SecretKey, ServerUrl};
use crate::error::Error;
use crate::hooks::Hooks;
use crate::raw::RawRequest;
use crate::retry::RetryPolicy;
use crate::throttle::Throttle;
use crate::transport::HttpClient;

/// A client of the Clerk Backend API.
///
/// Cheap to clone: all clones share connections and settings. Make one, and clone it.
///
/// Requests need a tokio runtime with time and I/O enabled (`enable_all`). Outside of any runtime a request returns an
/// error of kind [`Config`](crate::ErrorKind::Config), or use `send_blocking`. One client may be used in several
/// runtimes: each has connections of its own.
///
/// ```no_run
/// # async fn example() -> Result<(), clerk_sdk::Error> {
/// use std::time::Duration;
///
/// use clerk_sdk::Clerk;
///
/// let clerk = Clerk::from_env()?; // CLERK_SECRET_KEY
/// let user = clerk.users().get("user_1").await?;
///
/// let patient = Clerk::builder("sk_test_example").timeout(Duration::from_secs(300)).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Clerk(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) http: Box<dyn HttpClient>,
    pub(crate) server: ServerUrl,
    pub(crate) allow_insecure_http: bool,
    pub(crate) key: KeySource,
    pub(crate) machine_key: Option<SecretKey>,
    pub(crate) retry: RetryPolicy,
    pub(crate) repeat_unsafe: bool,
    /// None where it is off.
    pub(crate) throttle: Option<Throttle>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_response_bytes: usize,
    /// The headers that are the same for all calls of an API version, for each of them.
    pub(crate) headers: Vec<(&'static str, HeaderMap)>,
    pub(crate) hooks: Hooks,
    #[cfg_attr(
        not(feature = "auth"),
        allow(dead_code, reason = "tokens are verified by the feature `auth`")
    )]
    pub(crate) jwt_key: Option<String>,
    #[cfg_attr(
        not(feature = "auth"),
        allow(dead_code, reason = "requests are authenticated by the feature `auth`")
    )]
    pub(crate) publishable_key: Option<String>,
    #[cfg(feature = "auth")]
    pub(crate) auth: crate::auth::Shared,
}

impl Clerk {
    /// A client with the settings of the environment.
    ///
    /// `CLERK_SECRET_KEY` is required, or `CLERK_MACHINE_SECRET_KEY` for a client [for a machine](Self::for_machine).
    /// `CLERK_API_URL` (default `https://api.clerk.com/v1`; `/v1` is added to a URL
    /// without a path), `CLERK_JWT_KEY` and `CLERK_PUBLISHABLE_KEY` are read too.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config), naming the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, Error> {
        ClerkBuilder::from_env()?.build()
    }

    /// A client with this secret key and default settings.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config) where it cannot be a secret key.
    pub fn new(secret_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder(secret_key).build()
    }

    /// Begins the settings of a client with this secret key.
    pub fn builder(secret_key: impl Into<String>) -> ClerkBuilder {
        ClerkBuilder::with_key(Key::Fixed(secret_key.into()))
    }

    /// Returns a client for a machine, with the machine's secret key (`ak_…`) and no other.
    ///
    /// It creates, lists, verifies and revokes machine-to-machine tokens, and its [`authenticator`](Self::authenticator)
    /// verifies opaque ones. Every other operation takes the secret key of the instance: it is not sent, and its error is
    /// of kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest).
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), clerk_sdk::Error> {
    /// let clerk = clerk_sdk::Clerk::for_machine("ak_example")?;
    /// let token = clerk.m2m().create_token().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config) if the text cannot be the secret key of a machine.
    pub fn for_machine(machine_secret_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder_for_machine(machine_secret_key).build()
    }

    /// Begins the settings of a client [for a machine](Self::for_machine).
    pub fn builder_for_machine(machine_secret_key: impl Into<String>) -> ClerkBuilder {
        ClerkBuilder::with_key(Key::Machine).machine_secret_key(machine_secret_key)
    }

    /// Begins the settings of a client that asks `provider` for its key whenever a call begins, so that keys can be
    /// rotated while the program runs.
    ///
    /// Retries of a call use the key that the call began with.
    ///
    /// The provider is asked at each check of a token, too, so it should return the key from memory. It may return a
    /// rotated key of one instance, or the key of another instance: public keys, verified tokens and responses about
    /// opaque credentials are cached under the secret key that they came with, and count only while the provider returns
    /// it. Those of the last 4 secret keys are kept; with more instances than that, make a client for each.
    ///
    /// Checks fail closed: while the provider fails, or takes longer than 5 seconds, the reason is
    /// `jwk-remote-failed-to-load`. `Verifier::verify_now` polls it once.
    pub fn builder_with_key_provider<P, F, E>(provider: P) -> ClerkBuilder
    where
        P: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        ClerkBuilder::with_key(Key::provided(provider))
    }

    /// A call of an endpoint that this version of the SDK does not know, with the same key, retries and errors.
    ///
    /// `path` is what follows the server's URL, such as `/users/{user_id}/brand_new`: it begins with a slash. What stands
    /// in braces is given with [`RawRequest::path_param`], the query with [`RawRequest::query`]. Never write an id that
    /// comes from somebody else into the path: it may hold slashes, and name another endpoint.
    pub fn request<T>(&self, method: Method, path: impl Into<String>) -> RawRequest<T> {
        RawRequest::new(self.clone(), method, path.into())
    }
}

impl fmt::Debug for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clerk")
            .field("server_url", &self.0.server.as_str())
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}
