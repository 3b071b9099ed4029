//! The sentences of responses to requests that are signed out.

use crate::auth::Reason;

/// Returns the sentence that a caller gets with the code of a reason.
///
/// It depends on the reason alone. The message of an [`AuthError`](crate::auth::AuthError) is for the log: it has what is
/// configured, such as the authorized parties.
pub(super) fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::SessionTokenMissing => "the request has no token",
        Reason::SessionPending => "the user has a task to finish before the session is active",
        Reason::TokenExpired => "the token has expired",
        Reason::TokenNotActiveYet => "the token is not valid yet",
        Reason::TokenIatInTheFuture => "the token was issued in the future",
        Reason::TokenInvalid => "the token is invalid",
        Reason::TokenInvalidSignature => "the signature of the token is invalid",
        Reason::TokenInvalidAlgorithm => "the algorithm of the token is not accepted",
        Reason::TokenInvalidAuthorizedParties => "the token was made for another origin",
        Reason::TokenInvalidAudience => "the token is for another audience",
        Reason::TokenInvalidIssuer => "the token comes from another issuer",
        Reason::TokenTypeNotSupported => "the kind of the token is not accepted",
        Reason::JwkKidMismatch => "the key of the token is unknown",
        Reason::JwkRemoteFailedToLoad
        | Reason::JwkRemoteInvalid
        | Reason::JwkLocalMissing
        | Reason::JwkFailedToResolve
        | Reason::SecretKeyMissing
        | Reason::SecretKeyInvalid => "the credential cannot be verified at the moment; retry later",
    }
}
