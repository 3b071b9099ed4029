//! What the credentials of programs have in common, API keys, machine-to-machine tokens and OAuth access tokens:
//! a secret that is shown once, an end, a revocation.

use serde_json::Value;

use super::table::Table;
use super::{Call, Object, fields};
use crate::mock::error::ApiError;

/// A credential; its object lacks the secret.
#[derive(Debug)]
pub(in crate::mock) struct Credential {
    pub(super) object: Object,
    pub(super) secret: Secret,
}

/// A secret text; `Debug` keeps it to itself.
#[derive(Clone)]
pub(in crate::mock) struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl std::ops::Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl Credential {
    pub(super) fn has_expired(&self, now: i64) -> bool {
        self.object["expiration"].as_i64().is_some_and(|end| end <= now)
    }

    /// The credential as an answer shows it: without the secret.
    pub(super) fn show(&self, now: i64) -> Value {
        let mut object = self.object.clone();
        fields!(object, { "expired": self.has_expired(now) });
        Value::from(object)
    }
}

/// Unix milliseconds, so many seconds from now.
pub(super) fn expiration(now: i64, seconds: f64) -> i64 {
    // Where the number is larger than any time, the cast stays at the largest one.
    now.saturating_add((seconds * 1000.0) as i64)
}

/// Keeps a new credential under its id.
pub(super) fn keep(table: &mut Table<Credential>, object: Object, secret: &str) {
    let id = object["id"].as_str().unwrap_or_default().to_owned();
    table.insert(&id, Credential { object, secret: secret.to_owned().into() });
}

/// What is answered to who made a credential: the only time that the secret is told.
pub(super) fn show_new(object: &Object, field: &str, secret: &str) -> Value {
    let mut object = object.clone();
    object.insert(field.to_owned(), Value::from(secret));
    Value::from(object)
}

/// What is known of the credential that has this secret. Its use is noted.
pub(super) fn verify(
    table: &mut Table<Credential>,
    secret: Option<&str>,
    now: i64,
    what: &str,
) -> Result<Value, ApiError> {
    let found = table.iter_mut().find(|c| Some(&*c.secret) == secret);
    let Some(credential) = found else {
        let long = format!("There is no {what} of this value.");
        let status = http::StatusCode::NOT_FOUND;
        return Err(ApiError::new(status, "resource_not_found", "not found", &long));
    };
    if credential.object.contains_key("last_used_at") {
        fields!(credential.object, { "last_used_at": now });
    }
    Ok(credential.show(now))
}

pub(super) fn revoke(
    table: &mut Table<Credential>,
    call: &Call<'_>,
    id: &str,
    now: i64,
) -> Result<Value, ApiError> {
    let credential = table.get_mut(id).ok_or_else(|| ApiError::not_found("credential", id))?;
    let reason = call.body.get("revocation_reason").cloned().unwrap_or_default();
    fields!(credential.object, { "revoked": true, "revocation_reason": reason, "updated_at": now });
    Ok(credential.show(now))
}
