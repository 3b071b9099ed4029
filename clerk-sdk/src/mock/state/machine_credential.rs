//! What the credentials of programs have in common, API keys, machine-to-machine tokens and OAuth access tokens:
//! a secret that is shown once, an end, a revocation.

use serde_json::{Value, json};

use super::table::Table;
use super::{Call, Object, State, fields};
use crate::mock::error::ApiError;

/// The field that holds the secret.
pub(super) const SECRET: &str = "_secret";

impl State {
    /// A user or an organization that is gone leaves no credentials behind.
    pub(super) fn forget_credentials_of(&mut self, id: &str) {
        self.api_keys.retain(|key| key["subject"] != id);
        self.oauth_tokens.retain(|token| token["subject"] != id);
    }
}

pub(super) fn has_expired(credential: &Object, now: i64) -> bool {
    credential["expiration"].as_i64().is_some_and(|end| end <= now)
}

/// The credential as an answer shows it: without the secret.
pub(super) fn show(credential: &Object, now: i64) -> Value {
    let mut shown = Value::from(credential);
    shown["expired"] = json!(has_expired(credential, now));
    shown
}

/// What is answered to who made a credential: the only time that the secret is told.
pub(super) fn show_new(credential: &Object, field: &str) -> Value {
    let mut shown = Value::from(credential);
    shown[field] = credential[SECRET].clone();
    shown
}

/// Unix milliseconds, so many seconds from now.
pub(super) fn expiration(now: i64, seconds: f64) -> i64 {
    // Where the number is larger than any time, the cast stays at the largest one.
    now.saturating_add((seconds * 1000.0) as i64)
}

/// Returns the credential with this secret if the caller may see it, and records its use.
pub(super) fn verify(
    table: &mut Table,
    secret: Option<&str>,
    now: i64,
    what: &str,
    may_know: impl Fn(&Object) -> bool,
) -> Result<Value, ApiError> {
    let found = table.find_mut(|c| c[SECRET].as_str() == secret && secret.is_some() && may_know(c));
    let Some(credential) = found else {
        let long = format!("There is no {what} of this value.");
        let status = http::StatusCode::NOT_FOUND;
        return Err(ApiError::new(status, "resource_not_found", "not found", &long));
    };
    if credential.contains_key("last_used_at") {
        fields!(credential, { "last_used_at": now });
    }
    Ok(show(credential, now))
}

pub(super) fn revoke(table: &mut Table, call: &Call<'_>, id: &str, now: i64) -> Result<Value, ApiError> {
    let credential = table.get_mut(id).ok_or_else(|| ApiError::not_found("credential", id))?;
    let reason = call.body.get("revocation_reason").cloned().unwrap_or_default();
    fields!(credential, { "revoked": true, "revocation_reason": reason, "updated_at": now });
    Ok(show(credential, now))
}
