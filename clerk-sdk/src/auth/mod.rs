//! Who is calling: session tokens, machine tokens, API keys and OAuth tokens, in requests and by themselves.
//!
//! ```no_run
//! use clerk_sdk::auth::{RequestState, Role, TokenType};
//!
//! # async fn example(clerk: clerk_sdk::Clerk, request: http::Request<()>) -> Result<(), clerk_sdk::Error> {
//! match clerk.authenticate(&request).authorized_parties(["https://app.example.com"]).await? {
//!     RequestState::SignedIn(caller) if caller.has(Role("org:admin")) => println!("an admin: {}", caller.subject()),
//!     RequestState::SignedIn(caller) => println!("{}", caller.subject()),
//!     RequestState::SignedOut { reason, .. } => println!("signed out: {reason}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! * [`Clerk::authenticate`](crate::Clerk::authenticate) looks at one request; an [`Authenticator`] is built once and
//!   looks at many. Both return a [`RequestState`]: a [`Caller`], or the [`Reason`] why there is none.
//! * A [`Caller`] is an [`Auth`], a user by a session, or a [`MachineAuth`], a program by a credential of its own.
//! * A [`Verifier`] checks tokens that came by other ways, and answers [`Claims`].
//! * [`Role`], [`Permission`], [`Feature`], [`Plan`] and [`Reverification`] are what may be asked of both, and
//!   [`Scope`] of machines.
//!
//! # What to know
//!
//! * **Set the authorized parties**: the origins of your own frontends. Without them a token that another site under
//!   the same parent domain got hold of is good for you, too.
//! * **Signing out takes up to a minute**: a session token is good until it expires, 60 seconds after it was made by
//!   default, and a cookie that is left over carries one. Nothing is asked of Clerk in between.
//! * **Session tokens have no audience** (`aud`) unless it is added to them in the dashboard. With an
//!   [`audience`](AuthenticatorBuilder::audience) configured, those without are refused.
//! * **No redirects**: the handshake, by which a browser with an expired token gets a new one through a redirect, and
//!   satellite domains, which need it, are not part of this crate. A frontend with Clerk's JavaScript renews its token
//!   by itself and sends it in the `Authorization` header; pages that the server renders can answer 401 with a page
//!   that loads it.

mod authenticate;
mod cache;
mod carrier;
mod claims;
mod der;
mod error;
mod has;
mod header;
mod identity;
mod jwks;
mod jwks_endpoint;
mod key;
mod machine;
mod opaque;
mod organization;
mod pem;
mod provider;
pub(crate) mod published_key;
mod rules;
mod seen;
mod settings;
mod token;
mod verifier;

use std::sync::OnceLock;

pub use self::authenticate::{AuthenticateRequest, Authenticator, AuthenticatorBuilder, RequestState};
pub use self::carrier::RequestHeaders;
pub use self::claims::{Claims, FactorAges};
pub use self::error::{AuthError, Reason};
pub use self::has::{Factor, Feature, Permission, Plan, Requirement, Reverification, Role, Scope};
pub use self::identity::{Auth, Caller, MachineAuth, Subject, TokenType};
pub use self::verifier::{Verifier, VerifierBuilder};

use self::jwks::{JwksCache, Keys};
use self::key::KeySet;
use self::opaque::OpaqueLimits;
use crate::client::Clerk;
use crate::clock::Clock;

/// What all clones of a client share for checking tokens.
#[derive(Default)]
pub(crate) struct Shared {
    jwks: JwksCache,
    opaque: OpaqueLimits,
    local: OnceLock<Option<Result<Keys, AuthError>>>,
    /// The clock of verifiers that have none of their own.
    clock: OnceLock<Clock>,
}

impl Clerk {
    /// Forgets the instance's keys, the tokens that were verified with them, and the responses about opaque credentials,
    /// for this client, its clones, and the verifiers
    /// and authenticators made from it. For a key of the instance that has leaked: remove it in the dashboard, then call
    /// this. The next check fetches the keys again.
    ///
    /// A public key that was given ([`ClerkBuilder::jwt_key`](crate::ClerkBuilder::jwt_key)) stays in use.
    pub fn forget_keys(&self) {
        self.0.auth.jwks.forget();
        self.0.auth.opaque.forget();
    }
}

impl Shared {
    /// Checks tokens by this clock from now on: that of the embedded Clerk, for its own client.
    #[cfg(feature = "mock")]
    pub(crate) fn follow(&self, clock: Clock) {
        // A clock that is set already is the same one.
        let _ = self.clock.set(clock);
    }

    /// The client's own public key, where it has one.
    fn local(&self, clerk: &Clerk) -> Option<Result<Keys, AuthError>> {
        let read = |pem: &String| pem::public_key(pem).map(|key| Keys::fixed(KeySet::Single(key)));
        self.local.get_or_init(|| clerk.0.jwt_key.as_ref().map(read)).clone()
    }
}
