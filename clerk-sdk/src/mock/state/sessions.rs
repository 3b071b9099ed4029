//! Sessions: started for a user, looked at, revoked. A ban revokes them, the end of the user removes them.

use serde_json::{Map, Value};

use super::{Call, Handler, State, fields, list};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetSessionList", sessions),
    ("createSession", create),
    ("GetSession", get),
    ("RevokeSession", revoke),
];

const DAY: i64 = 24 * 60 * 60 * 1000;

impl State {
    /// Revokes a user's sessions that can still be used.
    pub(super) fn revoke_sessions(&mut self, user_id: &str) {
        let now = self.now();
        let alive = |s: &super::Object| s["status"] == "active" || s["status"] == "pending";
        self.sessions.change(
            |s| s["user_id"] == user_id && alive(s),
            |session| fields!(session, { "status": "revoked", "updated_at": now }),
        );
    }

    /// Sets when a session ends, and gives it; `None` where there is no such session.
    pub(in crate::mock) fn end_session_at(&mut self, id: &str, ends: Map<String, Value>) -> Option<Value> {
        let session = self.sessions.get_mut(id)?;
        session.extend(ends);
        Some(Value::from(&*session))
    }
}

fn sessions(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let passes = |field: &str, value: &Value| call.query.first(field).is_none_or(|wanted| value == wanted);
    let rows = state.sessions.iter().rev();
    let rows =
        rows.filter(|s| ["client_id", "user_id", "status"].iter().all(|field| passes(field, &s[*field])));
    Ok(list::page(call, rows.collect(), Value::from))
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let user_id = call.text("user_id").unwrap_or_default();
    let Some(user) = state.users.get(user_id) else { return Err(ApiError::not_found("user", user_id)) };
    if user["banned"] == true {
        let long = "You have been banned. If you think this was by mistake, please contact support.";
        return Err(ApiError::new(http::StatusCode::FORBIDDEN, "user_banned", "User banned", long));
    }
    if user["locked"] == true {
        let long = "Your account is locked. You will be able to try again when the lock has expired.";
        return Err(ApiError::new(http::StatusCode::FORBIDDEN, "user_locked", "User locked", long));
    }
    // Where none is named, it is the one that the user was last made a member of.
    let organization = match call.text("active_organization_id") {
        Some(id) => Some(id.to_owned()).filter(|id| !id.is_empty()),
        None => {
            let mut own = state.memberships.iter().rev().filter(|m| m["_user_id"] == user_id);
            own.next().map(|m| m.text("_organization_id").to_owned())
        }
    };
    if let Some(organization) = &organization
        && !state.is_member(organization, user_id)
    {
        return Err(ApiError::not_found("organization", organization));
    }
    let now = state.now();
    let (id, client_id) = (state.ids.object("session"), state.ids.object("client"));
    let activity = state.ids.object("session_activity");
    let mut session = state.sample("Session");
    fields!(session, {
        "latest_activity": {
            "object": "session_activity", "id": activity, "is_mobile": false, "device_type": "Macintosh",
            "browser_name": "Firefox", "browser_version": "1.0", "ip_address": "203.0.113.7",
            "city": "London", "country": "GB",
        },
        "id": id, "user_id": user_id, "client_id": client_id, "status": "active", "actor": null, "tasks": null,
        "last_active_organization_id": organization, "last_active_at": now, "expire_at": now + 7 * DAY,
        "abandon_at": now + 30 * DAY, "created_at": now, "updated_at": now,
    });
    state.sessions.insert(session.clone());
    if let Some(user) = state.users.get_mut(user_id) {
        fields!(user, { "last_sign_in_at": now, "last_active_at": now });
    }
    Ok(Value::from(session))
}

fn get(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = call.variable("session_id");
    state.sessions.get(id).map(Value::from).ok_or_else(|| ApiError::not_found("session", id))
}

fn revoke(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let id = call.variable("session_id");
    let session = state.sessions.get_mut(id).ok_or_else(|| ApiError::not_found("session", id))?;
    fields!(session, { "status": "revoked", "updated_at": now });
    Ok(Value::from(&*session))
}

/// Only sessions that are alive have tokens; a pending one is.
pub(super) fn check_active(state: &State, id: &str) -> Result<(), ApiError> {
    let session = state.sessions.get(id).ok_or_else(|| ApiError::not_found("session", id))?;
    if session["status"] == "active" || session["status"] == "pending" {
        return Ok(());
    }
    let message = "The provided session is not active";
    let status = http::StatusCode::UNAUTHORIZED;
    Err(ApiError::new(status, "session_refresh_inactive_session", "session inactive", message))
}
