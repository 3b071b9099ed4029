//! What can be said about tokens, wherever they are checked: the setters that verifiers and authenticators share.

use std::fmt;

use url::Url;

use super::cache::Cache;
use super::error::{AuthError, Reason};
use super::jwks::{JwksHandle, Keys};
use super::jwks_endpoint::JwksEndpoint;
use super::key::KeySet;
use super::pem;
use super::rules::Rules;
use super::verifier::{Inner, Source, Verified, Verifier};
use crate::client::Clerk;
use crate::error::Error;
use crate::forms;

/// The settings of a verifier that is being built.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) clerk: Option<Clerk>,
    /// Keys that were handed over; they go before the client's.
    pub(super) local: Option<Result<Keys, AuthError>>,
    /// The URL of a JWKS that needs no secret key, or the reason why it cannot be used.
    pub(super) jwks_url: Option<Result<Url, String>>,
    pub(super) rules: Rules,
    pub(super) cached_tokens: usize,
    /// Set if keys of the embedded Clerk may be configured.
    pub(super) accepts_test_keys: bool,
}

impl Settings {
    pub(super) fn of(clerk: &Clerk) -> Self {
        let mut settings = Self { clerk: Some(clerk.clone()), ..Self::default() };
        if let Some(clock) = clerk.0.auth.clock.get() {
            settings.rules.clock = clock.clone();
        }
        settings
    }

    pub(super) fn of_publishable_key(key: &str) -> Self {
        match forms::frontend_api(key, "the publishable key") {
            Ok(issuer) => Self::of_issuer(&issuer),
            Err(message) => Self { jwks_url: Some(Err(message)), ..Self::default() },
        }
    }

    pub(super) fn of_issuer(issuer: &str) -> Self {
        let mut settings = Self { jwks_url: Some(forms::issuer_jwks(issuer)), ..Self::default() };
        settings.rules.issuers = Some(vec![issuer.to_owned()]);
        settings
    }

    pub(super) fn of_jwks_url(url: &str) -> Self {
        Self { jwks_url: Some(forms::jwks_url(url, "the URL of the JWKS")), ..Self::default() }
    }

    pub(super) fn set_pem(&mut self, pem: &str) {
        self.local = Some(pem::public_key(pem).map(|key| Keys::fixed(KeySet::Single(key))));
    }

    pub(super) fn set_jwks(&mut self, json: &[u8]) {
        let keys = serde_json::from_slice(json).ok().and_then(|jwks| KeySet::from_jwks(&jwks));
        self.local = Some(match keys {
            Some(keys) if keys.is_empty() => {
                Err(AuthError::new(Reason::JwkLocalMissing, "the set of keys (JWKS) is empty"))
            }
            Some(keys) => Ok(Keys::fixed(keys)),
            None => Err(AuthError::new(Reason::JwkFailedToResolve, "the text is no set of keys (JWKS)")),
        });
    }

    pub(super) fn build(self) -> Result<Verifier, Error> {
        for (name, list) in [
            ("authorized parties", &self.rules.authorized_parties),
            ("audiences", &self.rules.audiences),
            ("issuers", &self.rules.issuers),
        ] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                let message =
                    format!("the list of {name} is empty: no token would pass. Leave it out, or fill it");
                return Err(Error::config(message));
            }
        }
        let url = self.jwks_url.transpose().map_err(Error::config)?;
        // A client of a server on this machine is one of the embedded Clerk.
        let test =
            self.accepts_test_keys || self.clerk.as_ref().is_some_and(|clerk| clerk.0.server.is_local());
        let usable = |keys: Result<Keys, AuthError>| {
            let keys = keys
                .and_then(|keys| if test { Ok(keys) } else { keys.set.check_unpublished().map(|()| keys) });
            keys.map_err(refused)
        };
        if let Some(machine) = &self.rules.machine
            && machine.strip_prefix("mch_").is_none_or(str::is_empty)
        {
            return Err(Error::config(
                "invalid machine id: it begins with `mch_`, and is not the machine's secret key",
            ));
        }
        self.rules
            .authorized_parties
            .iter()
            .flatten()
            .try_for_each(|it| forms::authorized_party(it))
            .map_err(Error::config)?;
        self.rules.issuers.iter().flatten().try_for_each(|it| forms::issuer(it)).map_err(Error::config)?;
        let source = match (self.local, self.clerk, url) {
            (Some(keys), _, _) => Source::Local(usable(keys)?),
            (None, None, Some(url)) => Source::Url(JwksHandle::of(JwksEndpoint::new(&url)?)),
            (None, Some(clerk), _) => match clerk.0.auth.local(&clerk) {
                Some(keys) => Source::Local(usable(keys)?),
                None => Source::Remote(clerk),
            },
            (None, None, None) => return Err(Error::config("there are no keys to check tokens with")),
        };
        let cache = (self.cached_tokens > 0).then(|| Cache::<Verified>::new(self.cached_tokens));
        Ok(Verifier::new(Inner { source, rules: self.rules, cache }))
    }
}

fn refused(error: AuthError) -> Error {
    Error::config_from("tokens cannot be checked", error)
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("rules", &self.rules)
            .field("cached_tokens", &self.cached_tokens)
            .finish_non_exhaustive()
    }
}

/// The setters, for use inside of an `impl` of a builder that has `settings_mut`.
macro_rules! token_settings {
    () => {
        /// The origins that may use session tokens, such as `https://app.example.com`: what `azp` must be one of.
        ///
        /// Each is scheme, host and port as browsers write them, in lower case and without a slash at the end. Anything else
        /// is an error when the verifier is built.
        ///
        /// Set it. Without it a token that another site under the same parent domain got hold of is good here, too.
        pub fn authorized_parties<S: Into<String>>(mut self, parties: impl IntoIterator<Item = S>) -> Self {
            let parties = parties.into_iter().map(Into::into).collect();
            self.settings_mut().rules.authorized_parties = Some(parties);
            self
        }

        /// Accepts session tokens without `azp` although [`authorized_parties`](Self::authorized_parties) are set. They are
        /// rejected by default.
        ///
        /// Such tokens are those of native apps, and those that the Backend API creates for a session
        /// (`sessions().create_token(…)`): they were made for no origin. A token with another `azp` is still rejected, and so
        /// is one whose `azp` is empty, null or not a text. Without authorized parties this has no effect.
        pub fn allow_missing_authorized_party(mut self) -> Self {
            self.settings_mut().rules.allows_missing_party = true;
            self
        }

        /// The audiences of which a token must name one (`aud`).
        ///
        /// Clerk's session tokens have no `aud` unless it is added to them in the dashboard; then all are refused. Of an
        /// opaque machine-to-machine token it is the scopes that must name one.
        pub fn audience<S: Into<String>>(mut self, audiences: impl IntoIterator<Item = S>) -> Self {
            let audiences = audiences.into_iter().map(Into::into).collect();
            self.settings_mut().rules.audiences = Some(audiences);
            self
        }

        /// The id of the machine that this service is (`mch_…`): a machine-to-machine token must name it, in its scopes or
        /// its `aud`. Other tokens are not affected.
        ///
        /// Set it where [`TokenType::M2m`]($crate::auth::TokenType::M2m) is accepted. Without it a token that one
        /// machine got for a second one is good at a third one, too. Opaque tokens are also verified with the machine's
        /// own key if there is one
        /// ([`ClerkBuilder::machine_secret_key`]($crate::ClerkBuilder::machine_secret_key)); then Clerk refuses those
        /// for other machines.
        pub fn machine(mut self, id: impl Into<String>) -> Self {
            self.settings_mut().rules.machine = Some(id.into());
            self
        }

        /// Who must have issued a token (`iss`): the frontend API of the instance, `https://clerk.example.com`. Given
        /// again, another one that may have. It has no slash at its end.
        pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
            self.settings_mut().rules.issuers.get_or_insert_default().push(issuer.into());
            self
        }

        /// How far the clocks of Clerk and of this machine may be apart. 5 seconds unless set.
        pub fn clock_skew(mut self, skew: ::std::time::Duration) -> Self {
            self.settings_mut().rules.clock_skew = skew;
            self
        }

        /// Where the time comes from: for tests. The system unless set.
        pub fn clock(mut self, clock: impl Fn() -> ::std::time::SystemTime + Send + Sync + 'static) -> Self {
            self.settings_mut().rules.clock = crate::clock::Clock::new(clock);
            self
        }

        /// Checks with this public key, as PEM, instead of those of the client: no network is needed.
        pub fn jwt_key(mut self, pem: impl AsRef<str>) -> Self {
            self.settings_mut().set_pem(pem.as_ref());
            self
        }

        /// Accepts the keys of the embedded Clerk, whose private halves are published: for tests that check tokens
        /// without a network. A client of a server on this machine, such as
        /// [`MockClerk::client`](crate::mock::MockClerk::client), does not need it.
        #[cfg(feature = "mock")]
        pub fn accept_test_keys(mut self) -> Self {
            self.settings_mut().accepts_test_keys = true;
            self
        }
    };
}

pub(super) use token_settings;
