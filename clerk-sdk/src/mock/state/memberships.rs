//! Memberships: a user in an organization, with a role and metadata. What an answer shows of the two is as they are
//! now, not as they were when the membership began.

use http::StatusCode;
use serde_json::{Value, json};

use super::list::{among, order, page, within};
use super::users_list::{matches, sort_key};
use super::{Call, Handler, Object, State, fields, metadata};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("CreateOrganizationMembership", create),
    ("ListOrganizationMemberships", |state, call| {
        let id = state.organization_id(call)?;
        memberships(state, call, |m| m["_organization_id"] == id, true)
    }),
    ("InstanceGetOrganizationMemberships", |state, call| memberships(state, call, |_| true, false)),
    ("UsersGetOrganizationMemberships", |state, call| {
        state.user(call)?;
        memberships(state, call, |m| m["_user_id"] == call.variable("user_id"), false)
    }),
    ("UpdateOrganizationMembership", |state, call| {
        let role = check_role(state, &state.organization_id(call)?, call)?;
        change(state, call, |m| fields!(m, { "role": role }))
    }),
    ("UpdateOrganizationMembershipMetadata", |state, call| {
        let id = membership_id(state, call)?;
        state.memberships.get(&id).map_or(Ok(()), |m| metadata::check_merged(m, call))?;
        change(state, call, |m| metadata::merge(m, call))
    }),
    ("DeleteOrganizationMembership", delete),
];

pub(super) const MANAGE_MEMBERS: &str = "org:sys_memberships:manage";

/// What members can be ordered by.
const ORDERS: &[&str] =
    &["created_at", "phone_number", "email_address", "first_name", "last_name", "username"];

impl State {
    pub(super) fn is_member(&self, organization_id: &str, user_id: &str) -> bool {
        self.memberships.iter().any(|m| m["_organization_id"] == organization_id && m["_user_id"] == user_id)
    }

    /// Refuses more members or invitations than an organization has places for; open invitations take places.
    pub(super) fn check_places(&self, organization_id: &str, more: usize) -> Result<(), ApiError> {
        let organization = self.organizations.get(organization_id);
        let limit = organization.and_then(|o| o["max_allowed_memberships"].as_u64()).unwrap_or(0);
        let invitations = self.organization_invitations.iter();
        let invitations = invitations
            .filter(|i| i["organization_id"] == organization_id && i["status"] == "pending")
            .count();
        if limit == 0 || (self.members(organization_id) + invitations + more) as u64 <= limit {
            return Ok(());
        }
        let long = format!(
            "You have reached your limit of {limit} organization memberships, including outstanding invitations."
        );
        let (status, code) = (StatusCode::FORBIDDEN, "organization_membership_quota_exceeded");
        Err(ApiError::new(status, code, "organization membership quota exceeded", &long))
    }

    /// How many members an organization has.
    pub(super) fn members(&self, organization_id: &str) -> usize {
        self.memberships.iter().filter(|m| m["_organization_id"] == organization_id).count()
    }

    /// Makes a user a member and gives the membership's id. The caller has checked that both are there.
    pub(super) fn add_member(
        &mut self,
        organization_id: &str,
        user_id: &str,
        role: &str,
        mut extra: Object,
    ) -> String {
        let now = self.now();
        let id = self.ids.object("organization_membership");
        let mut object = Object::default();
        fields!(object, {
            "id": id, "_organization_id": organization_id, "_user_id": user_id, "object": "organization_membership", "public_metadata": {}, "private_metadata": {},
            "created_at": now, "updated_at": now,
        });
        fields!(object, { "role": role });
        object.append(&mut extra);
        self.memberships.insert(object);
        id
    }

    /// Gives a user a role in an organization, as a member that may be new.
    pub(in crate::mock) fn set_role(&mut self, organization_id: &str, user_id: &str, role: &str) {
        self.ensure_role(role);
        self.add_to_role_set_of(organization_id, role);
        let is = |m: &Object| m["_organization_id"] == organization_id && m["_user_id"] == user_id;
        if let Some(membership) = self.memberships.find_mut(is) {
            fields!(membership, { "role": role });
            return;
        }
        self.add_member(organization_id, user_id, role, Object::default());
    }

    pub(super) fn show_membership(&self, membership: &Object) -> Value {
        let mut object = membership.clone();
        let role = membership.text("role");
        fields!(object, {
            "role_name": self.role(role).map(|r| &r["name"]), "permissions": self.permissions_of(role),
        });
        let user = self.users.get(membership.text("_user_id")).map(public_user_data);
        fields!(object, {
            "organization": self.organizations.get(membership.text("_organization_id")).map(Value::from),
            "public_user_data": user,
        });
        Value::from(object)
    }
}

/// What members of an organization see of a user.
pub(super) fn public_user_data(user: &Object) -> Value {
    let primary = sort_key(user, "email_address");
    let identifier = [primary, sort_key(user, "phone_number"), user["username"].clone()];
    json!({
        "user_id": user["id"], "first_name": user["first_name"], "last_name": user["last_name"],
        "profile_image_url": user["profile_image_url"], "image_url": user["image_url"],
        "has_image": user["has_image"], "username": user["username"], "banned": user["banned"],
        "deprovisioned": false,
        "identifier": identifier.into_iter().find(Value::is_string).unwrap_or_else(|| json!("")),
    })
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = state.organization_id(call)?;
    let role = check_role(state, &id, call)?;
    let user_id = call.text("user_id").unwrap_or_default();
    if state.users.get(user_id).is_none() {
        return Err(ApiError::not_found("user", user_id));
    }
    if state.is_member(&id, user_id) {
        let long = format!("{user_id} is already a member of the organization.");
        let (status, code) = (StatusCode::BAD_REQUEST, "already_a_member_in_organization");
        return Err(ApiError::new(status, code, "already a member", &long));
    }
    state.check_places(&id, 1)?;
    metadata::check(call)?;
    let mut extra = Object::default();
    metadata::replace(&mut extra, call);
    let membership = state.add_member(&id, user_id, &role, extra);
    Ok(state.memberships.get(&membership).map(|m| state.show_membership(m)).unwrap_or_default())
}

/// A list of memberships; `filtered` where the operation takes filters about the members.
fn memberships(
    state: &State,
    call: &Call<'_>,
    belongs: impl Fn(&Object) -> bool,
    filtered: bool,
) -> Result<Value, ApiError> {
    let nobody = Object::default();
    let user = |m: &Object| state.users.get(m.text("_user_id")).map_or(&nobody, |u| u);
    let passes = |m: &Object| {
        !filtered
            || (matches(call, user(m))
                && among(call, "role", |role| m["role"] == role)
                && within(call, user(m), "last_active_at")
                && within(call, m, "created_at"))
    };
    let mut rows: Vec<&Object> = state.memberships.iter().filter(|m| belongs(m) && passes(m)).collect();
    order(call, &mut rows, ORDERS, |m, name| match name {
        "created_at" => m["created_at"].clone(),
        _ => sort_key(user(m), name),
    })?;
    Ok(page(call, rows, |m| state.show_membership(m)))
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let membership = state.memberships.get(&membership_id(state, call)?);
    let answer = membership.map(|m| state.show_membership(m)).unwrap_or_default();
    let (organization, user) = (state.organization_id(call)?, call.variable("user_id"));
    state.memberships.retain(|m| m["_organization_id"] != organization || m["_user_id"] != user);
    Ok(answer)
}

/// Changes the membership that the path names by organization and user, and answers it.
fn change(state: &mut State, call: &Call<'_>, change: impl FnOnce(&mut Object)) -> Result<Value, ApiError> {
    let id = membership_id(state, call)?;
    let now = state.now();
    if let Some(membership) = state.memberships.get_mut(&id) {
        membership.insert("updated_at".into(), json!(now));
        change(membership);
    }
    Ok(state.memberships.get(&id).map(|m| state.show_membership(m)).unwrap_or_default())
}

fn membership_id(state: &State, call: &Call<'_>) -> Result<String, ApiError> {
    let (organization, user) = (state.organization_id(call)?, call.variable("user_id"));
    let found =
        state.memberships.iter().find(|m| m["_organization_id"] == organization && m["_user_id"] == user);
    let id = found.and_then(|m| m["id"].as_str()).map(str::to_owned);
    id.ok_or_else(|| ApiError::not_found("organization membership", user))
}

/// The key of the role that a request names. It has to be one that members of the organization can have.
pub(super) fn check_role(state: &State, organization_id: &str, call: &Call<'_>) -> Result<String, ApiError> {
    let name = call.text("role").unwrap_or_default();
    let role =
        state.role(name).ok_or_else(|| ApiError::not_found("organization role", name).about("role"))?;
    let key = role.text("key").to_owned();
    state.check_role_in(organization_id, &key, "role")?;
    Ok(key)
}
