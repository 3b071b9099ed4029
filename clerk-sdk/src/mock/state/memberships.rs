//! Memberships: a user in an organization, with a role and metadata. What an answer shows of the two is as they are
//! now, not as they were when the membership began.

use http::StatusCode;
use serde_json::{Value, json};

use super::list::{among, order, page, within};
use super::users_list::{matches, sort_key};
use super::{Call, Handler, Object, State, fields, metadata};
use crate::mock::error::ApiError;

/// A membership; its object lacks what is taken from the organization and the user.
#[derive(Debug)]
pub(super) struct Membership {
    pub(super) organization_id: String,
    pub(super) user_id: String,
    pub(super) object: Object,
}

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("CreateOrganizationMembership", create),
    ("ListOrganizationMemberships", |state, call| {
        let id = state.organization_id(call)?;
        memberships(state, call, |m| m.organization_id == id, true)
    }),
    ("InstanceGetOrganizationMemberships", |state, call| memberships(state, call, |_| true, false)),
    ("UsersGetOrganizationMemberships", |state, call| {
        state.user(call)?;
        memberships(state, call, |m| m.user_id == call.variable("user_id"), false)
    }),
    ("UpdateOrganizationMembership", |state, call| {
        let role = check_role(call)?.to_owned();
        change(state, call, |m| set_role(&mut m.object, &role))
    }),
    ("UpdateOrganizationMembershipMetadata", |state, call| {
        change(state, call, |m| metadata::merge(&mut m.object, call))
    }),
    ("DeleteOrganizationMembership", delete),
];

/// The permissions of the two roles that every instance has; a role of another name has those of a member.
const MEMBER: &[&str] = &["org:sys_memberships:read", "org:sys_domains:read", "org:sys_billing:read"];
const ADMIN: &[&str] = &[
    "org:sys_profile:manage",
    "org:sys_profile:delete",
    "org:sys_memberships:read",
    "org:sys_memberships:manage",
    "org:sys_domains:read",
    "org:sys_domains:manage",
    "org:sys_billing:read",
    "org:sys_billing:manage",
];

/// What members can be ordered by.
const ORDERS: &[&str] =
    &["created_at", "phone_number", "email_address", "first_name", "last_name", "username"];

impl State {
    pub(super) fn is_member(&self, organization_id: &str, user_id: &str) -> bool {
        self.memberships.iter().any(|m| m.organization_id == organization_id && m.user_id == user_id)
    }

    /// How many members an organization has.
    pub(super) fn members(&self, organization_id: &str) -> usize {
        self.memberships.iter().filter(|m| m.organization_id == organization_id).count()
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
            "id": id, "object": "organization_membership", "public_metadata": {}, "private_metadata": {},
            "created_at": now, "updated_at": now,
        });
        set_role(&mut object, role);
        object.append(&mut extra);
        let (organization_id, user_id) = (organization_id.to_owned(), user_id.to_owned());
        self.memberships.insert(&id, Membership { organization_id, user_id, object });
        id
    }

    /// Gives a user a role in an organization, as a member that may be new.
    pub(in crate::mock) fn set_role(&mut self, organization_id: &str, user_id: &str, role: &str) {
        let is = |m: &&mut Membership| m.organization_id == organization_id && m.user_id == user_id;
        if let Some(membership) = self.memberships.iter_mut().find(is) {
            set_role(&mut membership.object, role);
            return;
        }
        self.add_member(organization_id, user_id, role, Object::default());
    }

    fn show_membership(&self, membership: &Membership) -> Value {
        let mut object = membership.object.clone();
        let user = self.users.get(&membership.user_id).map(|u| public_user_data(&u.object));
        fields!(object, {
            "organization": self.organizations.get(&membership.organization_id).map(Value::from),
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
    let role = check_role(call)?;
    let user_id = call.text("user_id").unwrap_or_default();
    if state.users.get(user_id).is_none() {
        return Err(ApiError::not_found("user", user_id));
    }
    if state.is_member(&id, user_id) {
        let long = "The user is already a member of the organization.";
        let (status, code) = (StatusCode::BAD_REQUEST, "already_a_member_in_organization");
        return Err(ApiError::new(status, code, "already a member", long));
    }
    let limit = state.organizations.get(&id).and_then(|o| o["max_allowed_memberships"].as_u64()).unwrap_or(0);
    if limit > 0 && state.members(&id) as u64 >= limit {
        let long = format!("The organization has reached its limit of {limit} members.");
        let (status, code) = (StatusCode::FORBIDDEN, "organization_membership_quota_exceeded");
        return Err(ApiError::new(status, code, "organization membership quota exceeded", &long));
    }
    let mut extra = Object::default();
    metadata::replace(&mut extra, call);
    let membership = state.add_member(&id, user_id, role, extra);
    Ok(state.memberships.get(&membership).map(|m| state.show_membership(m)).unwrap_or_default())
}

/// A list of memberships; `filtered` where the operation takes filters about the members.
fn memberships(
    state: &State,
    call: &Call<'_>,
    belongs: impl Fn(&Membership) -> bool,
    filtered: bool,
) -> Result<Value, ApiError> {
    let nobody = Object::default();
    let user = |m: &Membership| state.users.get(&m.user_id).map_or(&nobody, |u| &u.object);
    let passes = |m: &Membership| {
        !filtered
            || (matches(call, user(m))
                && among(call, "role", |role| m.object["role"] == role)
                && within(call, user(m), "last_active_at")
                && within(call, &m.object, "created_at"))
    };
    let mut rows: Vec<&Membership> = state.memberships.iter().filter(|m| belongs(m) && passes(m)).collect();
    order(call, &mut rows, ORDERS, |m, name| match name {
        "created_at" => m.object["created_at"].clone(),
        _ => sort_key(user(m), name),
    })?;
    Ok(page(call, rows, |m| state.show_membership(m)))
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let membership = state.memberships.get(&membership_id(state, call)?);
    let answer = membership.map(|m| state.show_membership(m)).unwrap_or_default();
    let (organization, user) = (state.organization_id(call)?, call.variable("user_id"));
    state.memberships.retain(|m| m.organization_id != organization || m.user_id != user);
    Ok(answer)
}

/// Changes the membership that the path names by organization and user, and answers it.
fn change(
    state: &mut State,
    call: &Call<'_>,
    change: impl FnOnce(&mut Membership),
) -> Result<Value, ApiError> {
    let id = membership_id(state, call)?;
    let now = state.now();
    if let Some(membership) = state.memberships.get_mut(&id) {
        membership.object.insert("updated_at".into(), json!(now));
        change(membership);
    }
    Ok(state.memberships.get(&id).map(|m| state.show_membership(m)).unwrap_or_default())
}

fn membership_id(state: &State, call: &Call<'_>) -> Result<String, ApiError> {
    let (organization, user) = (state.organization_id(call)?, call.variable("user_id"));
    let found = state.memberships.iter().find(|m| m.organization_id == organization && m.user_id == user);
    let id = found.and_then(|m| m.object["id"].as_str()).map(str::to_owned);
    id.ok_or_else(|| ApiError::not_found("organization membership", user))
}

/// Any role that is no empty text: instances name their own.
pub(super) fn check_role<'a>(call: &'a Call<'_>) -> Result<&'a str, ApiError> {
    let role = call.text("role").filter(|role| !role.trim().is_empty());
    role.ok_or_else(|| ApiError::value("role", "must be the key of a role"))
}

fn set_role(object: &mut Object, role: &str) {
    let permissions = if role == "org:admin" { ADMIN } else { MEMBER };
    fields!(object, { "role": role, "role_name": role_name(role), "permissions": permissions });
}

/// `org:billing_manager` is called `Billing manager`.
pub(super) fn role_name(role: &str) -> String {
    let words = role.strip_prefix("org:").unwrap_or(role).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
