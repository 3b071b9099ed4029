//! From a request to whoever sent it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::carrier::{Carried, RequestHeaders, find, suffixed_cookie};
use super::error::{AuthError, Reason};
use super::identity::{Auth, Caller, MachineAuth, TokenType};
use super::machine::{self, Answers};
use super::rules::Kind;
use super::seen;
use super::settings::{Settings, token_settings};
use super::verifier::Verifier;
use crate::client::Clerk;
use crate::error::Error;
use crate::forms;

/// The caller of a request, or the reason why it is signed out.
#[derive(Clone, Debug)]
#[must_use]
pub enum RequestState {
    /// The request has a credential that was verified.
    SignedIn(Caller),
    /// The request has no credential, or one that was rejected.
    #[non_exhaustive]
    SignedOut {
        /// The reason, as a stable code.
        reason: Reason,
        /// The reason, for the log: what was seen and what is configured. It contains no token. Do not put it into a
        /// response: callers get the code of the reason alone.
        message: String,
    },
}

impl RequestState {
    /// Returns the caller, a user or a program.
    ///
    /// # Errors
    /// The reason why the request is signed out.
    pub fn into_caller(self) -> Result<Caller, AuthError> {
        match self {
            Self::SignedIn(caller) => Ok(caller),
            Self::SignedOut { reason, message } => Err(AuthError::new(reason, message)),
        }
    }

    /// Returns the caller if it is a user.
    ///
    /// # Errors
    /// The reason why the request is signed out, or [`Reason::TokenTypeNotSupported`] for a program.
    pub fn into_auth(self) -> Result<Auth, AuthError> {
        self.into_caller()?.try_into()
    }

    /// Returns the caller if it is a program.
    ///
    /// # Errors
    /// The reason why the request is signed out, or [`Reason::TokenTypeNotSupported`] for a user.
    pub fn into_machine(self) -> Result<MachineAuth, AuthError> {
        self.into_caller()?.try_into()
    }

    /// Returns whether the request has a credential that was verified.
    pub fn is_signed_in(&self) -> bool {
        matches!(self, Self::SignedIn(_))
    }
}

/// Finds out who sent requests: settings, keys and caches in one, cheap to clone and to keep. Frameworks hold one.
#[derive(Clone)]
pub struct Authenticator(Arc<Parts>);

struct Parts {
    verifier: Verifier,
    clerk: Option<Clerk>,
    accepted: Vec<TokenType>,
    accept_pending: bool,
    cookie: Option<String>,
    answers: Option<Answers>,
}

/// The settings of an [`Authenticator`].
#[derive(Clone)]
#[must_use]
pub struct AuthenticatorBuilder {
    settings: Settings,
    accepted: Option<Vec<TokenType>>,
    accept_pending: bool,
    publishable_key: Option<String>,
    answers: Option<(usize, Duration)>,
}

/// Finds out who sent one request, from [`Clerk::authenticate`]. Await it.
#[must_use = "a request is authenticated when this is awaited"]
pub struct AuthenticateRequest<'a, R> {
    request: &'a R,
    builder: AuthenticatorBuilder,
}

impl Clerk {
    /// Finds out who sent a request: `clerk.authenticate(&request).await?`.
    ///
    /// Session tokens are accepted unless told otherwise, from the `Authorization` header or the `__session` cookie,
    /// and are checked with the instance's keys, which are fetched once in a while. It takes whatever has headers:
    /// `http::Request`, `http::request::Parts`, `http::HeaderMap`.
    ///
    /// Where many requests are checked alike, build an [`Authenticator`] once: [`authenticator`](Self::authenticator).
    pub fn authenticate<'a, R: RequestHeaders>(&self, request: &'a R) -> AuthenticateRequest<'a, R> {
        AuthenticateRequest { request, builder: self.authenticator() }
    }

    /// Begins an authenticator with the keys of this client's instance.
    pub fn authenticator(&self) -> AuthenticatorBuilder {
        let publishable_key = self.0.publishable_key.clone();
        AuthenticatorBuilder { publishable_key, ..AuthenticatorBuilder::new(Settings::of(self)) }
    }
}

impl Authenticator {
    /// Begins an authenticator with a public key as PEM, that needs neither a network nor a secret key. Opaque
    /// credentials of machines are refused by it: only Clerk can tell about these.
    pub fn with_pem(pem: impl AsRef<str>) -> AuthenticatorBuilder {
        let mut settings = Settings::default();
        settings.set_pem(pem.as_ref());
        AuthenticatorBuilder::new(settings)
    }

    /// Begins an authenticator without a secret key: with the instance's JWKS, as
    /// [`Verifier::from_publishable_key`]. The key also names the session cookie.
    ///
    /// Opaque credentials are rejected with [`Reason::SecretKeyMissing`]: only Clerk can verify them.
    ///
    /// # Errors
    /// [`build`](AuthenticatorBuilder::build) rejects a key without a host.
    pub fn from_publishable_key(key: impl AsRef<str>) -> AuthenticatorBuilder {
        let publishable_key = Some(key.as_ref().to_owned());
        let settings = Settings::of_publishable_key(key.as_ref());
        AuthenticatorBuilder { publishable_key, ..AuthenticatorBuilder::new(settings) }
    }

    /// Begins an authenticator without a secret key: with the JWKS of an issuer, as [`Verifier::from_issuer`].
    ///
    /// Opaque credentials are rejected with [`Reason::SecretKeyMissing`]: only Clerk can verify them.
    ///
    /// # Errors
    /// [`build`](AuthenticatorBuilder::build) rejects a URL that is invalid, or plain `http` to another machine.
    pub fn from_issuer(issuer: impl AsRef<str>) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(Settings::of_issuer(issuer.as_ref()))
    }

    /// Begins an authenticator without a secret key: with the JWKS at a URL, as [`Verifier::from_jwks_url`].
    ///
    /// Opaque credentials are rejected with [`Reason::SecretKeyMissing`]: only Clerk can verify them.
    ///
    /// # Errors
    /// [`build`](AuthenticatorBuilder::build) rejects a URL that is invalid, or plain `http` to another machine.
    pub fn from_jwks_url(url: impl AsRef<str>) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(Settings::of_jwks_url(url.as_ref()))
    }

    /// Finds out who sent a request.
    ///
    /// What is needed of the request is copied at once: the future does not borrow it.
    pub fn authenticate<R: RequestHeaders>(
        &self,
        request: &R,
    ) -> impl Future<Output = RequestState> + Send + 'static + use<R> {
        let authenticator = self.clone();
        let carried = self.0.find(request);
        async move { authenticator.state(carried).await }
    }

    /// Returns the caller of a bare token or credential, of any accepted type: for websockets, server-sent events, queues,
    /// metadata of gRPC and sessions of MCP.
    ///
    /// The token is treated as one from the `Authorization` header, without `Bearer`. The future does not borrow it.
    ///
    /// # Errors
    /// The future has no error: a token that is rejected is [`RequestState::SignedOut`] with its [`Reason`].
    pub fn authenticate_token(
        &self,
        token: &str,
    ) -> impl Future<Output = RequestState> + Send + 'static + use<> {
        let authenticator = self.clone();
        let carried = Carried::bare(token);
        async move { authenticator.state(carried).await }
    }

    async fn state(&self, carried: Carried) -> RequestState {
        match self.0.check(carried).await {
            Ok(caller) => RequestState::SignedIn(caller),
            Err(error) => {
                tracing::debug!(
                    target: "clerk_sdk",
                    reason = error.reason().as_str(),
                    message = error.message(),
                    "signed out"
                );
                RequestState::SignedOut { reason: error.reason(), message: error.into_message() }
            }
        }
    }
}

impl Parts {
    fn accepts(&self, token_type: TokenType) -> bool {
        self.accepted.contains(&token_type)
    }

    fn not_accepted(&self, token_type: TokenType) -> AuthError {
        let accepted = seen::list(self.accepted.iter().map(|one| one.as_str()));
        let message = format!("a credential of the type {token_type} is not accepted, but {accepted}");
        AuthError::new(Reason::TokenTypeNotSupported, message)
    }

    fn find(&self, request: &impl RequestHeaders) -> Carried {
        find(request, self.cookie.as_deref(), self.accepts(TokenType::Session))
    }

    async fn check(&self, carried: Carried) -> Result<Caller, AuthError> {
        let (token, kind) = match carried {
            Carried::Nothing(message) => {
                return Err(AuthError::new(Reason::SessionTokenMissing, message));
            }
            Carried::Empty => {
                return Err(AuthError::new(Reason::SessionTokenMissing, "the token is empty"));
            }
            Carried::Ambiguous => {
                let message = "the request has more than one Authorization header: send one";
                return Err(AuthError::new(Reason::TokenInvalid, message));
            }
            // Machines have no cookies: whatever is in there is a session token or nothing.
            Carried::InCookie(token) => (token, Some(Kind::Session)),
            Carried::InHeader(token) => (token, None),
        };
        if kind.is_none()
            && let Some(token_type) = machine::opaque_type(&token)
        {
            if !self.accepts(token_type) {
                return Err(self.not_accepted(token_type));
            }
            let (clerk, answers) = (self.clerk.as_ref(), self.answers.as_ref());
            let rules = self.verifier.rules();
            let machine = machine::verify(clerk, token_type, token.clone(), rules, answers).await?;
            return Ok(Caller::Machine(machine.with_token(&token)));
        }
        let allowed = |kind| {
            let token_type = token_type(kind);
            if self.accepts(token_type) { Ok(()) } else { Err(self.not_accepted(token_type)) }
        };
        let (kind, claims) = self.verifier.check(&token, kind, allowed).await?;
        if kind != Kind::Session {
            let machine = machine::from_jwt(token_type(kind), claims);
            return Ok(Caller::Machine(machine.with_token(&token)));
        }
        if claims.is_pending() && !self.accept_pending {
            let message =
                "the session is pending: its user has a task to finish, such as choosing an organization";
            return Err(AuthError::new(Reason::SessionPending, message));
        }
        Ok(Caller::User(Auth::new(claims.accept_pending(self.accept_pending), &token)))
    }
}

fn token_type(kind: Kind) -> TokenType {
    match kind {
        Kind::Session | Kind::Template => TokenType::Session,
        Kind::MachineToMachine => TokenType::M2m,
        Kind::OAuth => TokenType::OAuth,
    }
}

impl AuthenticatorBuilder {
    fn new(settings: Settings) -> Self {
        Self { settings, accepted: None, accept_pending: false, publishable_key: None, answers: None }
    }

    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    token_settings!();

    /// Which credentials are accepted, such as `[TokenType::Session, TokenType::M2m]`; [`TokenType::ALL`] are all.
    /// Session tokens alone unless set.
    ///
    /// Each opaque credential of an accepted type is a request to Clerk, and strangers can make up as many as they like.
    /// So that these leave the instance's rate limit to the application, a client bounds them: what cannot be a credential
    /// is refused at once, a refusal is remembered for 5 seconds, and at most 32 credentials that Clerk has not vouched
    /// for before are verified at once, and no more after 100 were refused within 10 seconds. Beyond that the reason is
    /// [`Reason::JwkRemoteFailedToLoad`], and nothing is sent. A credential that Clerk has vouched for is not subject to
    /// the budget: up to 64 of these are verified at once. Verifications neither wait in the client's queue nor slow it
    /// down; after a 429 they pause.
    ///
    /// With [`TokenType::M2m`], set [`machine`](Self::machine).
    pub fn accepts(mut self, types: impl IntoIterator<Item = TokenType>) -> Self {
        self.accepted = Some(types.into_iter().collect());
        self
    }

    /// Whether pending sessions count as signed in. They do not unless set.
    pub fn accept_pending(mut self, accept: bool) -> Self {
        self.accept_pending = accept;
        self
    }

    /// The publishable key of the instance, which its session cookie is named after. The client's unless set.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// Remembers so many tokens, so that the signature of one that comes again need not be checked again. None unless
    /// set; as many as users are active within a token's life is a good number.
    ///
    /// What a token says is checked each time, and all are forgotten when the keys change. At least the newer half of
    /// them is remembered.
    pub fn cache_tokens(mut self, capacity: usize) -> Self {
        self.settings.cached_tokens = capacity;
        self
    }

    /// Remembers that Clerk vouched for an opaque credential of a machine: for up to `capacity` of them, of which at
    /// least the newer half is remembered, and for this time, or until the credential's own end. It is asked about each
    /// request unless set.
    ///
    /// A credential that is revoked stays good for that time. Refusals are remembered for 5 seconds, with or without this.
    pub fn cache_opaque(mut self, capacity: usize, time: Duration) -> Self {
        self.answers = Some((capacity, time));
        self
    }

    /// The authenticator.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config): a key that is none, or an empty list. Where it is the key, the
    /// source of the error is an [`AuthError`].
    pub fn build(self) -> Result<Authenticator, Error> {
        let accepted = self.accepted.unwrap_or_else(|| vec![TokenType::Session]);
        if accepted.is_empty() {
            return Err(Error::config("the list of accepted token types is empty: nobody could sign in"));
        }
        if let Some(key) = &self.publishable_key {
            forms::publishable_key(key, "the publishable key").map_err(Error::config)?;
        }
        let clerk = self.settings.clerk.clone();
        Ok(Authenticator(Arc::new(Parts {
            verifier: self.settings.build()?,
            clerk,
            accepted,
            accept_pending: self.accept_pending,
            cookie: self.publishable_key.as_deref().map(suffixed_cookie),
            answers: self.answers.map(|(capacity, time)| Answers::new(capacity, time)),
        })))
    }
}

impl<R> AuthenticateRequest<'_, R> {
    fn settings_mut(&mut self) -> &mut Settings {
        &mut self.builder.settings
    }

    token_settings!();

    /// Which credentials are accepted. Session tokens alone unless set.
    pub fn accepts(mut self, types: impl IntoIterator<Item = TokenType>) -> Self {
        self.builder = self.builder.accepts(types);
        self
    }

    /// Whether pending sessions count as signed in. They do not unless set.
    pub fn accept_pending(mut self, accept: bool) -> Self {
        self.builder = self.builder.accept_pending(accept);
        self
    }

    /// The publishable key of the instance, which its session cookie is named after. The client's unless set.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.builder = self.builder.publishable_key(key);
        self
    }
}

impl<R: RequestHeaders> IntoFuture for AuthenticateRequest<'_, R> {
    /// An error is one of the settings. That nobody is signed in is no error.
    type Output = Result<RequestState, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let checked = self.builder.build().map(|authenticator| {
            let carried = authenticator.0.find(self.request);
            (authenticator, carried)
        });
        Box::pin(async move {
            let (authenticator, carried) = checked?;
            Ok(authenticator.state(carried).await)
        })
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("verifier", &self.0.verifier)
            .field("accepts", &self.0.accepted)
            .field("accept_pending", &self.0.accept_pending)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AuthenticatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatorBuilder")
            .field("settings", &self.settings)
            .field("accepts", &self.accepted)
            .finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for AuthenticateRequest<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.builder, f)
    }
}
