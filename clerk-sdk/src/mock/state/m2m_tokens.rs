//! Machine-to-machine tokens: made with a machine's key, opaque or as a JWT, verified, listed, revoked.

use serde_json::{Map, Value, json};

use super::machine_credential::{self, expiration};
use super::{Call, Handler, ISSUER, Object, State, fields, list};
use crate::mock::claims::MACHINE;
use crate::mock::error::ApiError;
use crate::mock::keys::Signer;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("createM2MToken", create),
    ("getM2MTokens", tokens),
    ("verifyM2MToken", |state, call| {
        let now = state.now();
        machine_credential::verify(&mut state.m2m_tokens, call.text("token"), now, "M2M token")
    }),
    ("revokeM2MToken", |state, call| {
        let now = state.now();
        machine_credential::revoke(&mut state.m2m_tokens, call, call.variable("m2m_token_id"), now)
    }),
];

/// How long a token holds unless it says otherwise, in seconds.
const LIFETIME: i64 = 60 * 60;

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let machine = state.machine.clone();
    let claims = call.body.get("claims").cloned().unwrap_or_default();
    let lifetime = call.body["seconds_until_expiration"].as_f64().unwrap_or(LIFETIME as f64);
    let jwt = call.text("token_format") == Some("jwt");
    if let Some(remaining) = call.body["min_remaining_ttl_seconds"].as_i64().filter(|_| !jwt) {
        if remaining as f64 >= lifetime {
            let message = "min_remaining_ttl_seconds must be less than the lifetime of the token.";
            return Err(ApiError::bad_request("bad_request", message));
        }
        let usable = |token: &&machine_credential::Credential| {
            let object = &token.object;
            let ends = object["expiration"].as_i64().unwrap_or(i64::MAX);
            object["subject"] == machine.as_str()
                && object["claims"] == claims
                && object["revoked"] == false
                && !token.secret.contains('.')
                && ends.saturating_sub(now) >= remaining.saturating_mul(1000)
        };
        if let Some(token) = state.m2m_tokens.iter().find(usable) {
            return Ok(machine_credential::show_new(&token.object, "token", &token.secret));
        }
    }
    let id = state.ids.object("machine_to_machine_token");
    let expires = expiration(now, lifetime);
    let token =
        if jwt { state.machine_token(&id, &machine, &claims, now, expires) } else { state.ids.secret("mt") };
    let mut object = Object::default();
    fields!(object, {
        "object": "machine_to_machine_token", "id": id, "subject": machine, "claims": claims, "scopes": [],
        "revoked": false, "revocation_reason": null, "expired": false, "expiration": expires,
        "last_used_at": null, "created_at": now, "updated_at": now,
    });
    let answer = machine_credential::show_new(&object, "token", &token);
    machine_credential::keep(&mut state.m2m_tokens, object, &token);
    Ok(answer)
}

impl State {
    fn machine_token(&self, id: &str, machine: &str, claims: &Value, now: i64, expires: i64) -> String {
        let mut all: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
        let own = json!({
            "iss": ISSUER, "sub": machine, "jti": id, "iat": now / 1000, "nbf": now / 1000 - 10,
            "exp": expires / 1000, "scopes": "",
        });
        all.extend(own.as_object().cloned().unwrap_or_default());
        let header = Map::from_iter([("cat".to_owned(), json!(MACHINE))]);
        self.keys.sign(header, &all, Signer::Current)
    }
}

fn tokens(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let subject = call.query.first("subject");
    let wanted = |flag: &str, is: bool| !is || call.query.flag(flag) == Some(true);
    let rows = state.m2m_tokens.iter().rev().filter(|token| {
        token.object["subject"].as_str() == subject
            && wanted("revoked", token.object["revoked"] == true)
            && wanted("expired", token.has_expired(now))
    });
    Ok(list::page(call, rows.collect(), |token| token.show(now)))
}
