//! Links into the admin portal, where an organization's own people set up their sign-on.

use serde_json::json;

use super::machine_credential::{self, SECRET};
use super::resource::{Action, Change, PLAIN, Resource};
use super::{Call, Handler, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const LINK_TOKEN: Resource = Resource {
    tag: "admin_portal_link_token",
    words: "admin portal link token",
    operations: &[("createAdminPortalLinkToken", Action::Create)],
    defaults: |_| json!({ "revoked": false, "revocation_reason": null }),
    prepare,
    show: |state, token| machine_credential::show(token, state.at()),
    once: |token| json!({ "token": token[SECRET] }),
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[("revokeAdminPortalLinkToken", |state, call| {
    let (id, now) = (call.variable("adminPortalLinkTokenID"), state.at());
    machine_credential::revoke(state.table_mut(LINK_TOKEN.tag), call, id, now)
})];

/// So many seconds a link is good unless the request says otherwise.
const LIFETIME: f64 = 3600.0;

fn prepare(state: &mut State, call: &Call<'_>, token: &mut Object, _: Change) -> Result<(), ApiError> {
    let organization = token.text("organization_id");
    if !organization.is_empty() && state.organizations.get(organization).is_none() {
        let message = format!("There is no organization {organization}.");
        return Err(ApiError::bad_request("bad_request", &message));
    }
    let seconds = call.body["seconds_until_expiration"].as_f64().unwrap_or(LIFETIME);
    token.remove("token");
    fields!(token, {
        SECRET: state.ids.secret("apl"), "admin_portal_link_id": state.ids.prefixed("apl"),
        "expiration": machine_credential::expiration(state.at(), seconds),
    });
    Ok(())
}
