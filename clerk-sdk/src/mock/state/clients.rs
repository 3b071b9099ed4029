//! Clients, the browsers and devices that sessions are in: each is there for as long as one of its sessions is.

use serde_json::{Value, json};

use super::{Call, Handler, Object, State, list};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetClientList", |state, call| {
        let mut ids: Vec<&str> = Vec::new();
        for session in state.sessions.iter().rev() {
            let id = session.text("client_id");
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(list::page(call, ids, |id| client(state, id).unwrap_or_default()))
    }),
    ("GetClient", |state, call| {
        let id = call.variable("client_id");
        client(state, id).ok_or_else(|| not_found(id))
    }),
    ("VerifyClient", verify),
];

/// The client of the session whose token this is.
fn verify(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let Some(claims) = state.keys.read(call.text("token").unwrap_or_default()) else {
        let long = "The token provided could not be successfully verified";
        let status = http::StatusCode::BAD_REQUEST;
        return Err(ApiError::new(status, "invalid_session_token", "Invalid session token", long));
    };
    let session = state.sessions.get(claims["sid"].as_str().unwrap_or_default());
    let id = session.map(|session| session.text("client_id")).unwrap_or_default();
    client(state, id).ok_or_else(|| not_found(id))
}

fn client(state: &State, id: &str) -> Option<Value> {
    let sessions: Vec<&Object> = state.sessions.iter().filter(|s| s["client_id"] == id).collect();
    let (first, last) = (sessions.first()?, sessions.last()?);
    let active = sessions.iter().rev().find(|s| s["status"] == "active");
    Some(json!({
        "object": "client", "id": id, "sign_in_id": null, "sign_up_id": null,
        "session_ids": sessions.iter().map(|s| s["id"].clone()).collect::<Vec<_>>(),
        "sessions": sessions.iter().map(|s| Value::from(*s)).collect::<Vec<_>>(),
        "last_active_session_id": active.map(|s| &s["id"]), "last_authentication_strategy": null,
        "created_at": first["created_at"], "updated_at": last["updated_at"],
    }))
}

fn not_found(id: &str) -> ApiError {
    let long = format!("No client was found with id {id}");
    ApiError::new(http::StatusCode::NOT_FOUND, "resource_not_found", "Client not found", &long)
}
