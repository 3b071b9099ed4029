//! Why a token or a request is refused: one enum of reasons with stable codes, and a sentence for people.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// Declares the reasons with their codes, so that none can be without one.
macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// Why a token or a request is refused. The codes of [`as_str`](Self::as_str) are stable; they are those of
        /// Clerk's other SDKs, where these have one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Reason {
            /// The stable code, such as `token-expired`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// All reasons that this version of the SDK knows.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

reasons! {
    /// The request carries no token.
    SessionTokenMissing = "session-token-missing",
    /// The session waits for its user to finish a task, such as choosing an organization.
    SessionPending = "session-pending",
    /// The token, or the machine's credential, has expired.
    TokenExpired = "token-expired",
    /// The token is good only later (`nbf`).
    TokenNotActiveYet = "token-not-active-yet",
    /// The token was issued in the future (`iat`): a clock is wrong.
    TokenIatInTheFuture = "token-iat-in-the-future",
    /// It is no token, or one that lacks what a token must have; a machine's credential that Clerk does not know or
    /// that was revoked.
    TokenInvalid = "token-invalid",
    /// The signature is not that of the key.
    TokenInvalidSignature = "token-invalid-signature",
    /// The token names an algorithm that is not supported, or that its key is not for.
    TokenInvalidAlgorithm = "token-invalid-algorithm",
    /// The token was made for an origin (`azp`) that is none of the authorized parties.
    TokenInvalidAuthorizedParties = "token-invalid-authorized-parties",
    /// The token is for another audience (`aud`), or for none.
    TokenInvalidAudience = "token-invalid-audience",
    /// The token comes from another issuer (`iss`).
    TokenInvalidIssuer = "token-invalid-issuer",
    /// It is a token of a kind that is not accepted here.
    TokenTypeNotSupported = "token-type-not-supported",
    /// None of the keys is the one that the token names (`kid`), or that key cannot be used: it is too weak, or of a
    /// kind that is not supported.
    JwkKidMismatch = "jwk-kid-mismatch",
    /// The keys are not available, or an opaque credential was not verified: Clerk failed or could not be reached in
    /// time, such a failure is remembered, or too many opaque credentials are being verified.
    JwkRemoteFailedToLoad = "jwk-remote-failed-to-load",
    /// What Clerk answered is no set of keys, or has no key in it.
    JwkRemoteInvalid = "jwk-remote-invalid",
    /// The set of keys that was handed over is empty.
    JwkLocalMissing = "jwk-local-missing",
    /// The configured key cannot be used: it is not a key, too weak, or of an unsupported kind.
    JwkFailedToResolve = "jwk-failed-to-resolve",
    /// What is asked for needs Clerk, and there is no secret key to ask it with.
    SecretKeyMissing = "secret-key-missing",
    /// Clerk refused the secret key.
    SecretKeyInvalid = "secret-key-invalid",
}

impl Reason {
    /// Whether this service or Clerk is at fault instead of the caller: keys that cannot be had, a secret key that is
    /// missing or wrong. The caller may be who it says it is, so 503 is a better answer than 401.
    pub fn is_unavailable(self) -> bool {
        matches!(
            self,
            Self::JwkRemoteFailedToLoad
                | Self::JwkRemoteInvalid
                | Self::JwkLocalMissing
                | Self::JwkFailedToResolve
                | Self::SecretKeyMissing
                | Self::SecretKeyInvalid
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A token or a key that is refused: the [`Reason`], and what it means here. It never contains the token.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthError {
    reason: Reason,
    message: Cow<'static, str>,
}

impl AuthError {
    pub(crate) fn new(reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, message: message.into() }
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns what went wrong and what to do, for the log: what was seen, and what is configured. Do not put it into a
    /// response.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn into_message(self) -> String {
        self.message.into_owned()
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.message)
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthError").field("reason", &self.reason).field("message", &self.message).finish()
    }
}

impl StdError for AuthError {}
