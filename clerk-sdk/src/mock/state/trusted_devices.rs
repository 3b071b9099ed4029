//! Devices that a user's applications have enrolled as trusted: seeded, listed, revoked.

use serde_json::{Value, json};

use super::resource::{Action, PLAIN, Parent, Resource};
use super::{Call, Handler, State};
use crate::mock::error::ApiError;

pub(super) const TRUSTED_DEVICE: Resource = Resource {
    tag: "trusted_device",
    words: "trusted device",
    variable: "trusted_device_id",
    schema: "/components/schemas/TrustedDevice",
    parent: Some(Parent { field: "_user_id", id: State::user_id }),
    operations: &[("ListUserTrustedDevices", Action::List)],
    defaults: |_| {
        json!({
            "platform": "ios", "app_identifier": "com.example.app", "name": null, "algorithm": "ES256",
            "status": "active", "last_used_at": null, "revoked_at": null,
        })
    },
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[("RevokeUserTrustedDevice", revoke)];

static RESOURCE: Resource = TRUSTED_DEVICE;

/// Lists have the active ones alone, and only such can be revoked: a revoked one need not be kept.
fn revoke(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let mut shown = Value::from(RESOURCE.find(state, call)?);
    RESOURCE.answer(Action::Delete, state, call)?;
    let now = state.at();
    shown["status"] = json!("revoked");
    shown["revoked_at"] = json!(now);
    shown["updated_at"] = json!(now);
    Ok(shown)
}
