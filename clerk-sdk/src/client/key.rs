//! Where the secret key comes from: a text, or a function that is asked at each call.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::config::SecretKey;
use crate::error::Error;

type KeyError = Box<dyn std::error::Error + Send + Sync>;
type KeyFuture = Pin<Box<dyn Future<Output = Result<String, KeyError>> + Send>>;
type Provider = Arc<dyn Fn() -> KeyFuture + Send + Sync>;

/// The key as it was given.
pub(super) enum Key {
    Fixed(String),
    Provider(Provider),
    /// None: the client is for a machine.
    Machine,
}

impl Key {
    pub(super) fn provided<P, F, E>(provider: P) -> Self
    where
        P: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<KeyError>,
    {
        Self::Provider(Arc::new(move || {
            let key = provider();
            Box::pin(async move { key.await.map_err(Into::into) })
        }))
    }

    /// Refuses a text that cannot be a key.
    pub(super) fn checked(self) -> Result<KeySource, Error> {
        Ok(match self {
            Self::Fixed(key) => {
                KeySource::Fixed(SecretKey::new(&key, "the secret key").map_err(Error::config)?)
            }
            Self::Provider(provider) => KeySource::Provider(provider),
            Self::Machine => KeySource::Machine,
        })
    }
}

/// The source of the key of each call.
#[derive(Clone)]
pub(crate) enum KeySource {
    Fixed(SecretKey),
    Provider(Provider),
    /// None: the client has the key of a machine alone.
    Machine,
}

impl KeySource {
    /// Returns whether all calls have the same key.
    #[allow(dead_code, reason = "used by the verification of tokens")]
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_) | Self::Machine)
    }

    /// Returns the key of a call that begins now, if a provider returns it without waiting.
    #[allow(dead_code, reason = "used by the verification of tokens")]
    pub(crate) fn get_now(&self) -> Option<Result<SecretKey, Error>> {
        match pin!(self.get()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(key) => Some(key),
            Poll::Pending => None,
        }
    }

    /// The key of a call that begins now.
    pub(crate) async fn get(&self) -> Result<SecretKey, Error> {
        match self {
            Self::Fixed(key) => Ok(key.clone()),
            Self::Provider(provider) => {
                let key =
                    provider().await.map_err(|error| Error::config_from("the key provider failed", error))?;
                SecretKey::new(&key, "the key of the key provider").map_err(Error::config)
            }
            Self::Machine => Err(Error::bad_argument(
                "the client has the key of a machine alone, and this takes the secret key of the instance (sk_…): set \
                 CLERK_SECRET_KEY, make the client with Clerk::new, or give the key to the request by with_secret_key",
            )),
        }
    }
}
