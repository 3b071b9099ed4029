//! Invitations into organizations: one by one or in bulk, pending until they are revoked.

use serde_json::{Value, json};

use super::list::{contains, envelope, order, page};
use super::memberships::{MANAGE_MEMBERS, check_role, public_user_data};
use super::{Call, Handler, Object, State, fields, identifiers, metadata};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("CreateOrganizationInvitation", create),
    ("CreateOrganizationInvitationBulk", create_bulk),
    ("ListOrganizationInvitations", |state, call| of_organization(state, call, None)),
    ("ListPendingOrganizationInvitations", |state, call| of_organization(state, call, Some("pending"))),
    ("GetOrganizationInvitation", |state, call| Ok(Value::from(find(state, call)?))),
    ("RevokeOrganizationInvitation", revoke),
    ("ListInstanceOrganizationInvitations", |state, call| {
        let rows = state.organization_invitations.iter();
        let rows = rows.filter(|i| contains(call, "query", i["email_address"].as_str()));
        with_organization(state, call, rows.collect())
    }),
    ("UsersGetOrganizationInvitations", |state, call| {
        let user = state.user(call)?;
        let rows = state.organization_invitations.iter();
        let rows = rows.filter(|i| {
            let address = i["email_address"].as_str().unwrap_or_default();
            super::find(&user["email_addresses"], "email_address", address).is_some()
        });
        with_organization(state, call, rows.collect())
    }),
];

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long an invitation holds unless it says otherwise.
const DAYS: i64 = 30;

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = state.organization_id(call)?;
    check(state, &id, call)?;
    state.check_places(&id, 1)?;
    Ok(Value::from(insert(state, &id, call)))
}

/// All of the invitations, or none where one of them is not possible.
fn create_bulk(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = state.organization_id(call)?;
    let items = call.items();
    state.check_places(&id, items.len())?;
    for (index, item) in items.iter().enumerate() {
        check(state, &id, item)?;
        if items[..index].iter().any(|other| address(other) == address(item)) {
            return Err(not_unique());
        }
    }
    let invitations: Vec<Value> = items.iter().map(|item| Value::from(insert(state, &id, item))).collect();
    let total = invitations.len();
    Ok(envelope(call, invitations, total))
}

fn check(state: &State, organization_id: &str, call: &Call<'_>) -> Result<(), ApiError> {
    let address = address(call);
    identifiers::check_email(&address, "email_address")?;
    check_role(state, organization_id, call)?;
    metadata::check(call)?;
    if let Some(inviter) = call.text("inviter_user_id") {
        if state.users.get(inviter).is_none() {
            return Err(ApiError::not_found("user", inviter));
        }
        check_may_invite(state, organization_id, inviter)?;
    }
    if state.is_invited(organization_id, &address) {
        return Err(not_unique());
    }
    let member =
        state.users.iter().find(|u| super::find(&u["email_addresses"], "email_address", &address).is_some());
    match member.and_then(|u| u["id"].as_str()) {
        Some(user) if state.is_member(organization_id, user) => {
            let message = "The user is already a member of the organization.";
            Err(ApiError::bad_request("already_a_member_in_organization", message))
        }
        _ => Ok(()),
    }
}

/// Invitations are made and taken back by members who may manage the members.
fn check_may_invite(state: &State, organization_id: &str, user_id: &str) -> Result<(), ApiError> {
    let status = http::StatusCode::FORBIDDEN;
    let is = |m: &&Object| m["_organization_id"] == organization_id && m["_user_id"] == user_id;
    let Some(membership) = state.memberships.iter().find(is) else {
        let long = "Current user is not a member of the organization. Only organization members can perform this \
                    action.";
        return Err(ApiError::new(status, "not_a_member_in_organization", "not a member", long));
    };
    let permissions = state.permissions_of(membership.text("role"));
    if permissions.iter().any(|permission| permission == MANAGE_MEMBERS) {
        return Ok(());
    }
    let long = "Current user is missing an organization permission.";
    let error = ApiError::new(status, "missing_organization_permission", "missing permission", long);
    Err(error.with_meta(json!({ "permissions": [MANAGE_MEMBERS] })))
}

/// What is told of an invitation that is about to be made.
#[derive(Default)]
pub(super) struct NewInvitation<'a> {
    pub(super) organization: &'a str,
    pub(super) address: &'a str,
    pub(super) role: &'a str,
    pub(super) inviter: Option<&'a str>,
    pub(super) url: Option<&'a str>,
    pub(super) days: Option<i64>,
}

impl State {
    /// Whether an address has an open invitation into an organization.
    pub(super) fn is_invited(&self, organization_id: &str, address: &str) -> bool {
        self.organization_invitations.iter().any(|i| {
            i["organization_id"] == organization_id
                && i["email_address"] == address
                && i["status"] == "pending"
        })
    }

    /// An open invitation, checked by the caller and not kept yet.
    pub(super) fn new_organization_invitation(&mut self, new: &NewInvitation<'_>) -> Object {
        let now = self.now();
        let id = self.ids.object("organization_invitation");
        let lifetime = new.days.unwrap_or(DAYS).saturating_mul(DAY);
        let mut object = Object::default();
        fields!(object, {
            "object": "organization_invitation", "id": id, "email_address": new.address, "role": new.role,
            "role_name": self.role(new.role).map(|r| r["name"].clone()), "organization_id": new.organization,
            "inviter_id": new.inviter,
            "public_inviter_data": new.inviter.and_then(|i| self.users.get(i)).map(inviter_data),
            "status": "pending", "public_metadata": {}, "private_metadata": {},
            "url": new.url.unwrap_or("https://accounts.example.com/sign-up"),
            "expires_at": now.saturating_add(lifetime), "created_at": now, "updated_at": now,
        });
        object
    }
}

fn insert(state: &mut State, organization_id: &str, call: &Call<'_>) -> Object {
    let address = address(call);
    let mut object = state.new_organization_invitation(&NewInvitation {
        organization: organization_id,
        address: &address,
        role: call.text("role").unwrap_or_default(),
        inviter: call.text("inviter_user_id"),
        url: call.text("redirect_url"),
        days: call.body["expires_in_days"].as_i64(),
    });
    metadata::replace(&mut object, call);
    state.organization_invitations.insert(object.clone());
    object
}

/// The document shows less of an inviter than of a member.
fn inviter_data(user: &Object) -> Value {
    let mut data = public_user_data(user);
    if let Some(data) = data.as_object_mut() {
        for name in ["profile_image_url", "username", "banned", "deprovisioned"] {
            data.remove(name);
        }
    }
    data
}

fn of_organization(state: &State, call: &Call<'_>, status: Option<&str>) -> Result<Value, ApiError> {
    let id = state.organization_id(call)?;
    let rows = state.organization_invitations.iter().filter(|i| {
        i["organization_id"] == id.as_str()
            && status.is_none_or(|status| i["status"] == status)
            && call
                .query
                .first("email_address")
                .is_none_or(|a| i["email_address"] == a.to_lowercase().as_str())
    });
    list(call, rows.collect(), |invitation| Value::from(invitation))
}

fn with_organization(state: &State, call: &Call<'_>, rows: Vec<&Object>) -> Result<Value, ApiError> {
    list(call, rows, |invitation| {
        let mut shown = invitation.clone();
        if let Some(data) = state.public_organization_data(invitation.text("organization_id")) {
            shown.insert("public_organization_data".into(), data);
        }
        Value::from(shown)
    })
}

fn list(call: &Call<'_>, rows: Vec<&Object>, show: impl Fn(&Object) -> Value) -> Result<Value, ApiError> {
    let statuses: Vec<&str> = call.query.all("status").collect();
    let wanted = |i: &&Object| statuses.is_empty() || statuses.iter().any(|status| i["status"] == *status);
    let mut rows: Vec<&Object> = rows.into_iter().filter(wanted).collect();
    order(call, &mut rows, &["created_at", "email_address"], |i, name| i[name].clone())?;
    Ok(page(call, rows, show))
}

fn revoke(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    if find(state, call)?["status"] != "pending" {
        let message = "Only pending invitations can be revoked.";
        return Err(ApiError::bad_request("organization_invitation_not_pending", message));
    }
    if let Some(user) = call.text("requesting_user_id") {
        check_may_invite(state, &state.organization_id(call)?, user)?;
    }
    let now = state.now();
    let invitation = state.organization_invitations.get_mut(call.variable("invitation_id"));
    Ok(invitation.map_or(Value::Null, |invitation| {
        fields!(invitation, { "status": "revoked", "updated_at": now });
        Value::from(&*invitation)
    }))
}

/// The invitation that the path names; it has to be one of the organization's.
fn find<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Object, ApiError> {
    let organization = state.organization_id(call)?;
    let id = call.variable("invitation_id");
    let found =
        state.organization_invitations.get(id).filter(|i| i["organization_id"] == organization.as_str());
    found.ok_or_else(|| ApiError::not_found("organization invitation", id))
}

fn address(call: &Call<'_>) -> String {
    call.text("email_address").unwrap_or_default().trim().to_lowercase()
}

fn not_unique() -> ApiError {
    let message = "Organizations cannot have duplicate pending invitations for an email address.";
    ApiError::bad_request("organization_invitation_not_unique", message)
}
