//! Names that usually hold a secret. The document marks nothing, so a property of such a name stops the generator
//! until an overlay says with `x-sensitive` whether it is one.

/// Property names that want a decision.
const SUSPICIOUS: &[&str] = &[
    "token",
    "jwt",
    "secret",
    "secret_key",
    "client_secret",
    "api_key",
    "backup_codes",
    "password",
    "password_digest",
    "totp_secret",
    "access_token",
    "id_token",
    "refresh_token",
    "expired_token",
    "token_secret",
    "bearer_token",
    "custom_signing_key",
    "signing_key",
    "ticket",
    "cookies",
    "code",
    "d",
    "p",
    "q",
    "dp",
    "dq",
    "qi",
    "k",
];

/// Whether an overlay has to say if a property of this name is a secret.
pub(super) fn wants_decision(name: &str) -> bool {
    SUSPICIOUS.contains(&name)
}
