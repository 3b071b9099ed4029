//! Checks tokens: signature first, then what they say.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::cache::Cache;
use super::claims::Claims;
use super::error::{AuthError, Reason};
use super::header::Class;
use super::jwks::{JwksHandle, Keys};
use super::rules::{Kind, Rules, check_header};
use super::settings::{Settings, token_settings};
use super::token::{LONGEST, Token};
use crate::client::Clerk;
use crate::clock::Clock;
use crate::error::Error;

/// Checks tokens, with the keys of a client's instance ([`Clerk::verifier`]) or with a key that it was given, which
/// takes neither a network nor a secret key ([`Verifier::with_pem`], [`Verifier::with_jwks`]).
///
/// Cheap to clone; clones share their cache. To find out who sent a request, there is
/// [`Clerk::authenticate`](crate::Clerk::authenticate).
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

pub(super) struct Inner {
    pub(super) source: Source,
    pub(super) rules: Rules,
    pub(super) cache: Option<Cache<Verified>>,
}

/// Where keys come from.
pub(super) enum Source {
    Local(Keys),
    Remote(Clerk),
    /// An endpoint that needs no secret key.
    Url(JwksHandle),
}

impl Source {
    /// Returns the keys that are at hand, without waiting.
    fn now(&self, clock: &Clock) -> Option<Keys> {
        match self {
            Self::Local(keys) => Some(keys.clone()),
            Self::Remote(clerk) => clerk.0.auth.jwks.handle_now(clerk)?.at_hand(clock),
            Self::Url(handle) => handle.at_hand(clock),
        }
    }
}

/// A token whose signature was good. What it says is checked each time.
#[derive(Clone)]
pub(super) struct Verified {
    class: Class,
    /// As what it was read: the checks that belong to the kind have been made.
    kind: Kind,
    claims: Claims,
}

/// The settings of a [`Verifier`].
#[derive(Debug)]
#[must_use]
pub struct VerifierBuilder(Settings);

impl VerifierBuilder {
    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.0
    }

    token_settings!();

    /// Remembers so many tokens, so that the signature of one that comes again need not be checked again. None unless
    /// set; as many as users are active within a token's life is a good number.
    ///
    /// What a token says is checked each time, and all are forgotten when the keys change. At least the newer half of
    /// them is remembered.
    pub fn cache_tokens(mut self, capacity: usize) -> Self {
        self.0.cached_tokens = capacity;
        self
    }

    /// The verifier.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config): a key that is none, or an empty list. Where it is the key, the
    /// source of the error is an [`AuthError`].
    pub fn build(self) -> Result<Verifier, Error> {
        self.0.build()
    }
}

impl Clerk {
    /// Begins a verifier with the keys of this client's instance. They are fetched when they are needed, and shared by
    /// all clones of the client. With `CLERK_JWT_KEY`, or [`ClerkBuilder::jwt_key`](crate::ClerkBuilder::jwt_key),
    /// nothing is fetched.
    pub fn verifier(&self) -> VerifierBuilder {
        VerifierBuilder(Settings::of(self))
    }
}

impl Verifier {
    /// Begins a verifier with a public key as PEM, which the dashboard shows under "API keys". Header lines may be
    /// missing, and line breaks may be escaped or spaces.
    pub fn with_pem(pem: impl AsRef<str>) -> VerifierBuilder {
        let mut settings = Settings::default();
        settings.set_pem(pem.as_ref());
        VerifierBuilder(settings)
    }

    /// Begins a verifier with the keys of a JWKS, as JSON.
    pub fn with_jwks(json: impl AsRef<[u8]>) -> VerifierBuilder {
        let mut settings = Settings::default();
        settings.set_jwks(json.as_ref());
        VerifierBuilder(settings)
    }

    /// Begins a verifier without a secret key: with the JWKS of the instance that a publishable key (`pk_…`) names, and with
    /// that instance as the [`issuer`](VerifierBuilder::issuer).
    ///
    /// The keys are fetched from `https://<host>/.well-known/jwks.json` when they are needed; from `http` where the host
    /// is this machine. Clones of the verifier share them, with the limits of [`Clerk::verifier`]: a fetch takes at most
    /// 5 seconds and follows no redirect, and no credential is sent.
    ///
    /// # Errors
    /// [`build`](VerifierBuilder::build) rejects a key without a host.
    pub fn from_publishable_key(key: impl AsRef<str>) -> VerifierBuilder {
        VerifierBuilder(Settings::of_publishable_key(key.as_ref()))
    }

    /// Begins a verifier without a secret key: with the JWKS at `<issuer>/.well-known/jwks.json`. The issuer is what `iss`
    /// of a token must be, as with [`issuer`](VerifierBuilder::issuer). See
    /// [`from_publishable_key`](Self::from_publishable_key) for the fetches.
    ///
    /// # Errors
    /// [`build`](VerifierBuilder::build) rejects a URL that is invalid, or plain `http` to another machine.
    pub fn from_issuer(issuer: impl AsRef<str>) -> VerifierBuilder {
        VerifierBuilder(Settings::of_issuer(issuer.as_ref()))
    }

    /// Begins a verifier without a secret key: with the JWKS at a URL. Set an [`issuer`](VerifierBuilder::issuer), too,
    /// if the JWKS has the keys of more than one instance. See [`from_publishable_key`](Self::from_publishable_key) for
    /// the fetches.
    ///
    /// # Errors
    /// [`build`](VerifierBuilder::build) rejects a URL that is invalid, or plain `http` to another machine.
    pub fn from_jwks_url(url: impl AsRef<str>) -> VerifierBuilder {
        VerifierBuilder(Settings::of_jwks_url(url.as_ref()))
    }

    /// Checks a session token.
    ///
    /// A pending session passes: see [`Claims::is_pending`].
    ///
    /// # Errors
    /// The [`Reason`] why it is none, or not good here and now.
    pub async fn verify(&self, token: impl AsRef<str>) -> Result<Claims, AuthError> {
        self.check_as(Kind::Session, token.as_ref()).await
    }

    /// Checks a token of a JWT template. It says that its user was signed in when it was made, and what the template's
    /// author put into it.
    ///
    /// # Errors
    /// The [`Reason`] why it is none, or not good here and now.
    pub async fn verify_template(&self, token: impl AsRef<str>) -> Result<Claims, AuthError> {
        self.check_as(Kind::Template, token.as_ref()).await
    }

    /// Checks a machine-to-machine token that is a JWT.
    ///
    /// # Errors
    /// The [`Reason`] why it is none, or not good here and now.
    pub async fn verify_m2m(&self, token: impl AsRef<str>) -> Result<Claims, AuthError> {
        self.check_as(Kind::MachineToMachine, token.as_ref()).await
    }

    /// Checks an OAuth access token that is a JWT.
    ///
    /// # Errors
    /// The [`Reason`] why it is none, or not good here and now.
    pub async fn verify_oauth(&self, token: impl AsRef<str>) -> Result<Claims, AuthError> {
        self.check_as(Kind::OAuth, token.as_ref()).await
    }

    /// Checks a session token with the keys that are at hand, and never waits: those that the verifier was given, or
    /// those of the instance if they have been fetched. A key provider
    /// ([`Clerk::builder_with_key_provider`](crate::Clerk::builder_with_key_provider)) is polled once, and has to return
    /// its key then.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify); [`Reason::JwkRemoteFailedToLoad`] where keys would have to be fetched first.
    pub fn verify_now(&self, token: impl AsRef<str>) -> Result<Claims, AuthError> {
        let (token, kind) = (token.as_ref(), Some(Kind::Session));
        let Some(keys) = self.0.source.now(&self.0.rules.clock) else {
            let message = "the keys are not here yet: await `verify` once, or give the verifier a key";
            return Err(AuthError::new(Reason::JwkRemoteFailedToLoad, message));
        };
        if let Some(outcome) = self.recall(token, kind, &keys) {
            return outcome.map(|(_, claims)| claims);
        }
        let parsed = Token::parse(token)?;
        check_header(Kind::Session, &parsed.header)?;
        self.finish(token, &parsed, kind, |_| Ok(()), &keys).map(|(_, claims)| claims)
    }
}

impl Verifier {
    pub(super) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    async fn check_as(&self, kind: Kind, token: &str) -> Result<Claims, AuthError> {
        self.check(token, Some(kind), |_| Ok(())).await.map(|(_, claims)| claims)
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.0.rules
    }

    /// Checks a token as one of a kind, or as what it claims to be. A kind that is not allowed is rejected before the
    /// signature where the header declares it, and before the other rules where the subject does.
    pub(super) async fn check(
        &self,
        token: &str,
        kind: Option<Kind>,
        allowed: impl Fn(Kind) -> Result<(), AuthError>,
    ) -> Result<(Kind, Claims), AuthError> {
        let mut handle = None;
        if self.0.cache.is_some()
            && let Some(keys) = self.at_hand(&mut handle).await
            && let Some(outcome) = self.recall(token, kind, &keys)
        {
            let (kind, claims) = outcome?;
            return allowed(kind).map(|()| (kind, claims));
        }
        let parsed = Token::parse(token)?;
        let declared = kind.or_else(|| Kind::declared(parsed.header.class));
        match declared {
            Some(kind) => allowed(kind)?,
            None => {
                allowed(Kind::Session).or_else(|error| allowed(Kind::MachineToMachine).map_err(|_| error))?
            }
        }
        check_header(declared.unwrap_or(Kind::Session), &parsed.header)?;
        let keys = match &self.0.source {
            Source::Local(keys) => keys.clone(),
            Source::Remote(clerk) => {
                let handle = match handle {
                    Some(opened) => opened,
                    None => clerk.0.auth.jwks.handle(clerk).await,
                };
                handle?.keys(parsed.header.kid.as_deref(), &self.0.rules.clock).await?
            }
            Source::Url(handle) => handle.keys(parsed.header.kid.as_deref(), &self.0.rules.clock).await?,
        };
        self.finish(token, &parsed, kind, allowed, &keys)
    }

    /// Returns the keys if nothing has to be fetched first. The `handle` that was opened for that is kept.
    async fn at_hand(&self, handle: &mut Option<Result<JwksHandle, AuthError>>) -> Option<Keys> {
        match &self.0.source {
            Source::Local(keys) => Some(keys.clone()),
            Source::Remote(clerk) => {
                let opened = handle.insert(clerk.0.auth.jwks.handle(clerk).await);
                opened.as_ref().ok()?.at_hand(&self.0.rules.clock)
            }
            Source::Url(handle) => handle.at_hand(&self.0.rules.clock),
        }
    }

    /// A token that was verified before with these keys, as what is wanted now.
    fn recall(
        &self,
        token: &str,
        kind: Option<Kind>,
        keys: &Keys,
    ) -> Option<Result<(Kind, Claims), AuthError>> {
        let cache = self.0.cache.as_ref().filter(|_| token.len() <= LONGEST)?;
        let verified = cache.get(keys.generation, &Cache::<Verified>::key(token))?;
        if kind.is_some_and(|kind| kind != verified.kind) {
            return None;
        }
        let checked = self.0.rules.check(verified.kind, verified.class, verified.claims.raw());
        Some(checked.map(|()| (verified.kind, verified.claims)))
    }

    /// Checks the signature of a token whose header is good, and then its claims.
    fn finish(
        &self,
        text: &str,
        token: &Token<'_>,
        kind: Option<Kind>,
        allowed: impl Fn(Kind) -> Result<(), AuthError>,
        keys: &Keys,
    ) -> Result<(Kind, Claims), AuthError> {
        let class = token.header.class;
        let claims = token.verified_claims(&keys.set)?;
        let kind = kind.map_or_else(|| Kind::verified(class, &claims), Ok)?;
        allowed(kind)?;
        self.0.rules.check(kind, class, &claims)?;
        if kind == Kind::Session && self.0.rules.authorized_parties.is_none() {
            warn_of_missing_parties();
        }
        let claims = Claims::new(kind, claims);
        if let Some(cache) = &self.0.cache {
            let verified = Verified { class, kind, claims: claims.clone() };
            cache.put(keys.generation, Cache::<Verified>::key(text), verified);
        }
        Ok((kind, claims))
    }
}

/// Once in the life of a process: it is about how the program is set up, and not about one token.
fn warn_of_missing_parties() {
    static WARNED: std::sync::Once = std::sync::Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            target: "clerk_sdk",
            "session tokens are accepted whatever origin they were made for: set authorized_parties"
        );
    });
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networkless = matches!(self.0.source, Source::Local(_));
        f.debug_struct("Verifier")
            .field("networkless", &networkless)
            .field("rules", &self.0.rules)
            .field("cache", &self.0.cache)
            .finish()
    }
}

/// A claim that is a list of texts: an array, or one text.
pub(super) fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::Array(all) if all.iter().all(Value::is_string) => {
            Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        Value::String(one) => Some(vec![one.clone()]),
        _ => None,
    }
}
