//! The layer that authenticates: its settings, and what it leaves for those behind it.

use crate::auth::{
    Auth, Authenticator, AuthenticatorBuilder, Caller, MachineAuth, RequestHeaders, RequestState, TokenType,
};
use crate::client::Clerk;
use crate::error::Error;
use crate::frameworks::Rejection;

/// Authenticates each request, and leaves what it found for extractors and for [`require`](super::require).
///
/// It is a layer of tower, so of axum and all that is built on it, a middleware of actix-web and of poem, and a
/// fairing of Rocket. It rejects no request by itself: that is for guards and extractors, or for
/// [`guarded_by`](Self::guarded_by), which puts a guard into the layer.
///
/// Session tokens are accepted unless told otherwise. For settings that have no method here, make it from an
/// [`AuthenticatorBuilder`]: `ClerkLayer::from(clerk.authenticator().issuer("…"))`.
///
/// ```
/// use clerk_sdk::Clerk;
/// use clerk_sdk::frameworks::ClerkLayer;
///
/// # fn main() -> Result<(), clerk_sdk::Error> {
/// # let clerk = Clerk::new("sk_test_example")?;
/// let layer = ClerkLayer::new(&clerk).authorized_parties(["https://app.example.com"]).checked()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClerkLayer {
    builder: AuthenticatorBuilder,
    pub(super) checker: Checker,
}

impl ClerkLayer {
    /// With the keys of this client's instance.
    pub fn new(clerk: &Clerk) -> Self {
        Self::from(clerk.authenticator())
    }

    /// The origins that may use session tokens, such as `https://app.example.com`.
    ///
    /// Set it. Without it a token that another site under the same parent domain got hold of is good here, too.
    pub fn authorized_parties<S: Into<String>>(self, parties: impl IntoIterator<Item = S>) -> Self {
        Self::from(self.builder.authorized_parties(parties))
    }

    /// Which credentials are accepted. Session tokens alone unless set.
    pub fn accepts(self, types: impl IntoIterator<Item = TokenType>) -> Self {
        Self::from(self.builder.accepts(types))
    }

    /// The same layer, if its settings are right.
    ///
    /// Settings that cannot be used are found here, when the program starts. Without this call they are found by the
    /// first who asks who is calling, and answered with 500.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config): a key that is none, or an empty list.
    pub fn checked(self) -> Result<Self, Error> {
        self.builder.clone().build()?;
        Ok(self)
    }
}

impl From<AuthenticatorBuilder> for ClerkLayer {
    fn from(builder: AuthenticatorBuilder) -> Self {
        let built = builder.clone().build();
        let checker = Checker(built.map_err(|error| Rejection::misconfigured(&error)));
        Self { builder, checker }
    }
}

/// What came of a request: who sent it, or why nobody can tell.
pub(super) type Outcome = Result<RequestState, Rejection>;

/// What a layer leaves in each of its services: cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Checker(Result<Authenticator, Rejection>);

impl Checker {
    /// Authenticates a request, without borrowing it for longer than this call.
    pub(super) fn check<R: RequestHeaders>(
        &self,
        request: &R,
    ) -> impl Future<Output = Outcome> + Send + 'static + use<R> {
        let checking = match &self.0 {
            Ok(authenticator) => Ok(authenticator.authenticate(request)),
            Err(rejection) => {
                rejection.log_misconfigured();
                Err(rejection.clone())
            }
        };
        async move { Ok(checking?.await) }
    }
}

/// Inserts an outcome into the extensions of a request, and removes that of another layer.
#[cfg(any(feature = "tower", feature = "poem"))]
pub(super) fn leave(outcome: Outcome, extensions: &mut http::Extensions) {
    extensions.remove::<Caller>();
    extensions.remove::<Auth>();
    extensions.remove::<MachineAuth>();
    match outcome {
        Ok(state) => {
            if let RequestState::SignedIn(caller) = &state {
                extensions.insert(caller.clone());
                match caller {
                    Caller::User(auth) => extensions.insert(auth.clone()).map(drop),
                    Caller::Machine(machine) => extensions.insert(machine.clone()).map(drop),
                };
            }
            extensions.remove::<Rejection>();
            extensions.insert(state);
        }
        Err(rejection) => {
            extensions.remove::<RequestState>();
            extensions.insert(rejection);
        }
    }
}

/// What a layer has left.
#[cfg(any(feature = "tower", feature = "poem"))]
pub(super) fn found(extensions: &http::Extensions) -> Outcome {
    match (extensions.get::<RequestState>(), extensions.get::<Rejection>()) {
        (_, Some(rejection)) => Err(rejection.clone()),
        (Some(state), None) => Ok(state.clone()),
        (None, None) => Err(Rejection::layer_missing()),
    }
}

/// Returns the caller of a request, or the rejection of a request that is signed out or has a caller of another type.
pub(super) fn signed_in<T>(outcome: Outcome) -> Result<T, Rejection>
where
    T: TryFrom<Caller>,
    Rejection: From<T::Error>,
{
    match outcome? {
        RequestState::SignedIn(caller) => Ok(T::try_from(caller)?),
        RequestState::SignedOut { reason, message, .. } => Err(Rejection::signed_out(reason, message)),
    }
}

/// The caller of a request, or `None` if the request is signed out: an argument of handlers for everybody.
///
/// `Maybe<Auth>` is a user, `Maybe<MachineAuth>` a program, `Maybe<Caller>` either. A caller of the other type is `None`.
///
/// A credential that cannot be verified, because Clerk is away or refuses the secret key, is neither: the request is
/// rejected with 503. Without a layer it is rejected with 500. `Option<Auth>` is the same in axum alone. In actix-web,
/// Rocket and poem the framework makes `None` of every rejection, so an outage signs all callers out.
///
/// ```
/// use clerk_sdk::auth::Auth;
/// use clerk_sdk::frameworks::Maybe;
///
/// async fn home(Maybe(auth): Maybe<Auth>) -> String {
///     auth.map_or("hello".to_owned(), |auth| format!("hello {}", auth.user_id()))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Maybe<T>(pub Option<T>);

/// Returns the caller, `None` for a request that is signed out, or a rejection if that cannot be known.
#[cfg(any(feature = "axum", feature = "actix", feature = "rocket", feature = "poem"))]
pub(super) fn maybe_signed_in<T: TryFrom<Caller>>(outcome: Outcome) -> Result<Maybe<T>, Rejection> {
    match outcome? {
        RequestState::SignedIn(caller) => Ok(Maybe(T::try_from(caller).ok())),
        RequestState::SignedOut { reason, message, .. } if reason.is_unavailable() => {
            Err(Rejection::signed_out(reason, message))
        }
        RequestState::SignedOut { .. } => Ok(Maybe(None)),
    }
}
