//! Machine-to-machine tokens: made with a machine's key, opaque or as a JWT, verified, listed, revoked.

use serde_json::{Map, Value, json};

use super::machine_credential::{self, SECRET, expiration, has_expired};
use super::{Call, Handler, ISSUER, Object, State, fields, list};
use crate::mock::claims::MACHINE;
use crate::mock::error::ApiError;
use crate::mock::keys::Signer;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("createM2MToken", create),
    ("getM2MTokens", tokens),
    ("verifyM2MToken", |state, call| {
        let now = state.now();
        let caller = state.caller(call.key, now);
        // To a machine, tokens that are not for it do not exist.
        let is_for = |token: &Object| caller.as_ref().is_none_or(|caller| caller.may_verify(token));
        machine_credential::verify(&mut state.m2m_tokens, call.text("token"), now, "M2M token", is_for)
    }),
    ("revokeM2MToken", |state, call| {
        let now = state.now();
        let caller = state.caller(call.key, now);
        let id = call.variable("m2m_token_id");
        // A machine takes back its own tokens; what a JWT says holds until it ends.
        let found = state.m2m_tokens.get(id).filter(|token| !is_jwt(token));
        if found.is_none_or(|token| caller.is_some_and(|caller| token["subject"] != caller.id.as_str())) {
            return Err(ApiError::not_found("M2M token", id));
        }
        machine_credential::revoke(&mut state.m2m_tokens, call, id, now)
    }),
];

fn is_jwt(token: &Object) -> bool {
    token.text(SECRET).contains('.')
}

/// How long a token holds unless it says otherwise, in seconds.
const LIFETIME: f64 = 3600.0;

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let caller = state.caller(call.key, now).ok_or_else(|| ApiError::not_found("machine", "of this key"))?;
    let (machine, scopes, default) = (caller.id, caller.scopes, caller.lifetime.unwrap_or(LIFETIME));
    let claims = call.body.get("claims").cloned().unwrap_or_default();
    let reserved = ["iss", "sub", "exp", "iat", "nbf", "jti", "aud", "scopes"];
    let names = claims.as_object().into_iter().flatten().map(|(name, _)| name);
    if let Some(name) = names.into_iter().find(|name| reserved.contains(&name.as_str())) {
        let long = format!("You can't use the reserved claim: '{name}'");
        let status = http::StatusCode::BAD_REQUEST;
        let error = ApiError::new(status, "machine_token_reserved_claim", "reserved claim used", &long);
        return Err(error.about("claims"));
    }
    let lifetime = call.body["seconds_until_expiration"].as_f64().unwrap_or(default);
    let jwt = call.text("token_format") == Some("jwt");
    if let Some(remaining) = call.body["min_remaining_ttl_seconds"].as_i64().filter(|_| !jwt) {
        if remaining as f64 >= lifetime {
            let message = "min_remaining_ttl_seconds must be less than the lifetime of the token.";
            return Err(ApiError::bad_request("bad_request", message));
        }
        let usable = |object: &&Object| {
            let ends = object["expiration"].as_i64().unwrap_or(i64::MAX);
            object["subject"] == machine.as_str()
                && object["claims"] == claims
                && object["scopes"] == json!(scopes)
                && object["revoked"] == false
                && !is_jwt(object)
                && ends.saturating_sub(now) >= remaining.saturating_mul(1000)
        };
        if let Some(token) = state.m2m_tokens.iter().find(usable) {
            return Ok(machine_credential::show_new(token, "token"));
        }
    }
    let id = state.ids.object("machine_to_machine_token");
    let expires = expiration(now, lifetime);
    let token = if jwt {
        state.machine_token(&id, &machine, &claims, &scopes, now, expires)
    } else {
        state.ids.secret("mt")
    };
    let mut object = Object::default();
    fields!(object, {
        "object": "machine_to_machine_token", "id": id, "subject": machine, "claims": claims, "scopes": scopes,
        "revoked": false, "revocation_reason": null, "expired": false, "expiration": expires,
        "last_used_at": null, "created_at": now, "updated_at": now, SECRET: token,
    });
    let answer = machine_credential::show_new(&object, "token");
    state.m2m_tokens.insert(object);
    Ok(answer)
}

impl State {
    fn machine_token(
        &self,
        id: &str,
        machine: &str,
        claims: &Value,
        scopes: &[String],
        now: i64,
        expires: i64,
    ) -> String {
        let mut all: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
        let own = json!({
            "iss": ISSUER, "sub": machine, "jti": id, "iat": now / 1000, "nbf": now / 1000 - 10,
            "exp": expires / 1000,
        });
        if !scopes.is_empty() {
            all.insert("aud".to_owned(), json!(scopes));
        }
        all.extend(own.as_object().cloned().unwrap_or_default());
        let header = Map::from_iter([("cat".to_owned(), json!(MACHINE))]);
        self.keys.sign(header, &all, Signer::Current)
    }
}

fn tokens(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let subject = call.query.first("subject");
    if state.caller(call.key, now).is_some_and(|caller| subject != Some(caller.id.as_str())) {
        let message = "A machine can list its own tokens only.";
        return Err(ApiError::new(http::StatusCode::FORBIDDEN, "authorization_invalid", message, message));
    }
    let wanted = |flag: &str, is: bool| !is || call.query.flag(flag) == Some(true);
    let rows = state.m2m_tokens.iter().rev().filter(|token| {
        token["subject"].as_str() == subject
            && !is_jwt(token)
            && wanted("revoked", token["revoked"] == true)
            && wanted("expired", has_expired(token, now))
    });
    Ok(list::page(call, rows.collect(), |token| machine_credential::show(token, now)))
}
