//! API keys: made for a user, an organization or a machine, verified, changed, revoked, deleted.

use serde_json::{Value, json};

use super::machine_credential::{self, SECRET, expiration, has_expired, show};
use super::{Call, Handler, Object, State, deleted, fields, list};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("createApiKey", create),
    ("getApiKeys", keys),
    ("getApiKey", |state, call| {
        let now = state.now();
        Ok(show(find(state, call)?, now))
    }),
    ("getApiKeySecret", |state, call| Ok(json!({ "secret": find(state, call)?[SECRET] }))),
    ("updateApiKey", update),
    ("revokeApiKey", |state, call| {
        let now = state.now();
        machine_credential::revoke(&mut state.api_keys, call, call.variable("apiKeyID"), now)
    }),
    ("deleteApiKey", |state, call| {
        let id = call.variable("apiKeyID");
        state.api_keys.remove(id).ok_or_else(|| ApiError::not_found("API key", id))?;
        Ok(deleted("api_key", id))
    }),
    ("verifyApiKey", |state, call| {
        let now = state.now();
        machine_credential::verify(&mut state.api_keys, call.text("secret"), now, "API key", |_| true)
    }),
];

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let subject = check_subject(call)?.unwrap_or_default();
    let name = call.text("name").unwrap_or_default();
    if name.trim() != name {
        return Err(ApiError::bad_request("bad_request", "Invalid 'name': it has spaces around it."));
    }
    let seconds = call.body["seconds_until_expiration"].as_f64();
    let (id, secret) = (state.ids.object("api_key"), state.ids.secret("ak"));
    let mut object = Object::default();
    fields!(object, {
        "object": "api_key", "id": id, "type": call.text("type").unwrap_or("api_key"), "subject": subject,
        "name": name, "claims": call.body.get("claims"), "scopes": call.texts("scopes").collect::<Vec<_>>(),
        "revoked": false, "revocation_reason": null, "expired": false,
        "expiration": seconds.map(|seconds| expiration(now, seconds)),
        "created_by": call.text("created_by"), "last_used_at": null, "created_at": now, "updated_at": now,
        SECRET: secret,
    });
    if let Some(description) = call.body.get("description") {
        object.insert("description".into(), description.clone());
    }
    let answer = machine_credential::show_new(&object, "secret");
    state.api_keys.insert(object);
    Ok(answer)
}

fn keys(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let all = call.query.flag("include_invalid") == Some(true);
    let subject = call.query.first("subject");
    let kind = call.query.first("type").unwrap_or("api_key");
    let rows = state.api_keys.iter().rev().filter(|key| {
        let found = [&key["name"], &key["id"]];
        key["subject"].as_str() == subject
            && key["type"] == kind
            && (all || (key["revoked"] == false && !has_expired(key, now)))
            && list::contains(call, "query", found.iter().filter_map(|v| v.as_str()))
    });
    Ok(list::page(call, rows.collect(), |key| show(key, now)))
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    find(state, call)?;
    check_subject(call)?;
    let id = call.variable("apiKeyID");
    let key = state.api_keys.get_mut(id).ok_or_else(|| ApiError::not_found("API key", id))?;
    for field in ["claims", "scopes", "description", "subject"] {
        if let Some(value) = call.body.get(field) {
            key.insert(field.into(), value.clone());
        }
    }
    if let Some(seconds) = call.body.get("seconds_until_expiration") {
        let end = seconds.as_f64().map(|seconds| expiration(now, seconds));
        fields!(key, { "expiration": end });
    }
    fields!(key, { "updated_at": now });
    Ok(show(key, now))
}

fn find<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Object, ApiError> {
    let id = call.variable("apiKeyID");
    state.api_keys.get(id).ok_or_else(|| ApiError::not_found("API key", id))
}

/// Whom a key is for, by an id of one of the kinds that can have keys.
fn check_subject<'a>(call: &'a Call<'_>) -> Result<Option<&'a str>, ApiError> {
    let Some(subject) = call.text("subject") else { return Ok(None) };
    let known = ["user_", "org_", "mch_"].iter().any(|prefix| {
        let rest = subject.strip_prefix(prefix).unwrap_or_default();
        rest.len() == 27 && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    if known {
        return Ok(Some(subject));
    }
    let message = "Invalid 'subject': it is no id of a user, an organization or a machine.";
    Err(ApiError::bad_request("bad_request", message))
}
