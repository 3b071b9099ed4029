//! Invitations into the application: one by one or in bulk, pending until they are revoked.

use serde_json::{Value, json};

use super::contacts::Contact;
use super::list::{contains, envelope, order, page};
use super::{Call, Handler, Object, State, fields, identifiers, metadata};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("CreateInvitation", |state, call| {
        check(state, call, call.flag("ignore_existing") == Some(true))?;
        Ok(Value::from(insert(state, call)))
    }),
    ("CreateBulkInvitations", create_bulk),
    ("ListInvitations", invitations),
    ("RevokeInvitation", revoke),
];

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long an invitation holds unless it says otherwise.
const DAYS: i64 = 30;

/// All of the invitations, or none where one of them is not possible.
fn create_bulk(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let items = call.items();
    for (index, item) in items.iter().enumerate() {
        check(state, item, false)?;
        let again = items[..index].iter().any(|other| address(other) == address(item));
        if again && item.flag("ignore_existing") != Some(true) {
            return Err(duplicate(&address(item)));
        }
    }
    let invitations: Vec<Value> = items.iter().map(|item| Value::from(insert(state, item))).collect();
    let total = invitations.len();
    Ok(envelope(call, invitations, total))
}

/// `even_users` lets an invitation be for somebody who is a user already.
fn check(state: &State, call: &Call<'_>, even_users: bool) -> Result<(), ApiError> {
    let address = address(call);
    identifiers::check_email(&address, "email_address")?;
    metadata::check(call)?;
    if let Some(url) = call.text("redirect_url").filter(|url| url::Url::parse(url).is_err()) {
        return Err(ApiError::format("redirect_url", &format!("a valid URL, which {url} is not")));
    }
    if !even_users && state.contact_taken(Contact::Email, &address, None) {
        return Err(Contact::Email.taken());
    }
    let pending = |i: &Object| i["email_address"] == address.as_str() && i["status"] == "pending";
    if call.flag("ignore_existing") != Some(true) && state.invitations.iter().any(pending) {
        return Err(duplicate(&address));
    }
    Ok(())
}

/// An invitation by way of the waitlist, which is not made where one is there or the address is a user's, unless
/// existing ones are to be ignored.
pub(super) fn invite_once(
    state: &mut State,
    address: &str,
    ignore_existing: bool,
) -> Result<Value, ApiError> {
    let pending = |i: &Object| i["email_address"] == address && i["status"] == "pending";
    if !ignore_existing && state.contact_taken(Contact::Email, address, None) {
        return Err(Contact::Email.taken());
    }
    if !ignore_existing && state.invitations.iter().any(pending) {
        return Err(duplicate(address));
    }
    Ok(invite(state, address))
}

/// An invitation that nobody asked for by itself: lists of identifiers make those.
pub(super) fn invite(state: &mut State, address: &str) -> Value {
    let invitation = make(state, address, None, DAYS);
    state.invitations.insert(invitation.clone());
    Value::from(invitation)
}

fn make(state: &mut State, address: &str, url: Option<&str>, days: i64) -> Object {
    let now = state.now();
    let id = state.ids.object("invitation");
    let mut object = Object::default();
    fields!(object, {
        "object": "invitation", "id": id, "email_address": address, "public_metadata": {}, "revoked": false,
        "status": "pending", "url": url.unwrap_or("https://accounts.example.com/sign-up"),
        "expires_at": now + days.saturating_mul(DAY), "created_at": now, "updated_at": now,
    });
    object
}

fn insert(state: &mut State, call: &Call<'_>) -> Object {
    let days = call.body["expires_in_days"].as_i64().unwrap_or(DAYS);
    let mut object = make(state, &address(call), call.text("redirect_url"), days);
    metadata::replace(&mut object, call);
    state.invitations.insert(object.clone());
    object
}

/// Revoked invitations are listed only where they are asked for.
fn invitations(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let status = call.query.first("status");
    let wanted = |i: &&Object| match status {
        Some(status) => i["status"] == status,
        None => i["status"] != "revoked",
    };
    let rows = state.invitations.iter().filter(wanted);
    let found = |i: &&Object| {
        contains(call, "query", [&i["email_address"], &i["id"]].iter().filter_map(|v| v.as_str()))
    };
    let mut rows: Vec<&Object> = rows.filter(found).collect();
    order(call, &mut rows, &["created_at", "email_address", "expires_at"], |i, name| i[name].clone())?;
    Ok(page(call, rows, Value::from))
}

fn revoke(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let id = call.variable("invitation_id");
    let invitation = state.invitations.get_mut(id).ok_or_else(|| ApiError::not_found("invitation", id))?;
    if invitation["status"] == "accepted" {
        let message = "Invitation is already accepted, try signing in instead.";
        return Err(ApiError::bad_request("invitation_already_accepted", message));
    }
    if invitation["status"] == "revoked" {
        let message = "Invitation is already revoked.";
        return Err(ApiError::bad_request("invitation_already_revoked", message));
    }
    fields!(invitation, { "status": "revoked", "revoked": true, "updated_at": now });
    Ok(Value::from(&*invitation))
}

fn address(call: &Call<'_>) -> String {
    call.text("email_address").unwrap_or_default().trim().to_lowercase()
}

fn duplicate(address: &str) -> ApiError {
    let message =
        format!("There are already pending invitations for the following email addresses: {address}");
    ApiError::bad_request("duplicate_record", &message).with_meta(json!({ "email_addresses": [address] }))
}
