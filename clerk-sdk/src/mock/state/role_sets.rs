//! Role sets: which roles the members of an organization can have.

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Resource};
use super::{Call, Handler, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const ROLE_SET: Resource = Resource {
    tag: "role_set",
    words: "role set",
    variable: "role_set_key_or_id",
    key: "key",
    operations: &[
        ("ListRoleSets", Action::List),
        ("CreateRoleSet", Action::Create),
        ("GetRoleSet", Action::Get),
        ("UpdateRoleSet", Action::Update),
    ],
    unique: &["key"],
    order: &["name", "key"],
    searched: &["name", "key"],
    defaults: |_| json!({ "type": "custom" }),
    prepare,
    show,
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("AddRolesToRoleSet", |state, call| {
        let keys = role_keys(state, call, "role_keys")?;
        RESOURCE.update(state, call, |_, set| {
            let mut roles: Vec<String> = roles(set).map(str::to_owned).collect();
            roles.extend(keys.into_iter().filter(|key| !set_has(set, key)));
            fields!(set, { ROLES: roles });
            Ok(())
        })
    }),
    ("ReplaceRoleInRoleSet", replace_role),
    ("ReplaceRoleSet", replace),
];

static RESOURCE: Resource = ROLE_SET;
/// The keys of a set's roles, of the role of new members and of that of who creates an organization.
const ROLES: &str = "_roles";
const DEFAULT: &str = "_default_role";
const CREATOR: &str = "_creator_role";

impl State {
    /// A role has another key from now on.
    pub(super) fn rename_role_in_sets(&mut self, from: &str, to: &str) {
        self.table_mut(ROLE_SET.tag).change(
            |set| set_has(set, from),
            |set| {
                let keys: Vec<String> =
                    roles(set).map(|key| if key == from { to } else { key }.to_owned()).collect();
                for kept in [DEFAULT, CREATOR] {
                    if set[kept] == from {
                        fields!(set, { kept: to });
                    }
                }
                fields!(set, { ROLES: keys });
            },
        );
    }

    /// The role set of a new instance.
    pub(super) fn furnish_role_sets(&mut self) {
        let now = self.now();
        let mut set = Object::default();
        fields!(set, {
            "object": "role_set", "id": self.ids.object("role_set"), "name": "Default", "key": "role_set:default",
            "description": null, "type": "initial", ROLES: ["org:admin", "org:member"], DEFAULT: "org:member",
            CREATOR: "org:admin", "created_at": now, "updated_at": now,
        });
        self.table_mut("role_set").insert(set);
    }
}

fn roles(set: &Object) -> impl Iterator<Item = &str> {
    set[ROLES].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn set_has(set: &Object, key: &str) -> bool {
    roles(set).any(|role| role == key)
}

fn prepare(state: &mut State, call: &Call<'_>, set: &mut Object, change: Change) -> Result<(), ApiError> {
    if change == Change::Create {
        if call.text("key").is_none() {
            let words = set.text("name").to_lowercase();
            let words: Vec<&str> =
                words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
            let key = format!("role_set:{}", words.join("_"));
            fields!(set, { "key": key });
        }
        let keys = role_keys(state, call, "roles")?;
        if keys.is_empty() {
            return Err(ApiError::value("roles", "must have at least 1 item"));
        }
        fields!(set, { ROLES: keys });
    }
    if set.text("key").strip_prefix("role_set:").is_none_or(str::is_empty) {
        let wanted = "role_set: followed by lowercase letters, digits and underscores";
        return Err(ApiError::format("key", wanted));
    }
    for (field, kept) in [("default_role_key", DEFAULT), ("creator_role_key", CREATOR)] {
        let Some(key) = call.text(field) else { continue };
        if !set_has(set, key) {
            return Err(ApiError::value(field, "must be the key of a role of the set"));
        }
        fields!(set, { kept: key });
    }
    Ok(())
}

fn show(state: &State, set: &Object) -> Value {
    let item = |key: &str| -> Option<Value> {
        let role = state.role(key)?;
        let members = state.memberships.iter().filter(|m| m["role"] == key);
        let members = members.filter(|m| state.role_set_of(m.text("_organization_id")) == set["key"]).count();
        Some(json!({
            "object": "role_set_item", "id": role["id"], "name": role["name"], "key": key,
            "description": role["description"], "members_count": members, "has_members": members > 0,
            "created_at": role["created_at"], "updated_at": role["updated_at"],
        }))
    };
    let mut shown = Value::from(set);
    shown["roles"] = roles(set).filter_map(item).collect();
    for (field, kept) in [("default_role", DEFAULT), ("creator_role", CREATOR)] {
        if let Some(role) = item(set.text(kept)) {
            shown[field] = role;
        }
    }
    shown
}

/// Roles that a request names, each of which there is.
fn role_keys(state: &State, call: &Call<'_>, field: &str) -> Result<Vec<String>, ApiError> {
    let mut keys = Vec::new();
    for name in call.texts(field) {
        let role = state.role(name).ok_or_else(|| ApiError::not_found("organization role", name))?;
        keys.push(role.text("key").to_owned());
    }
    Ok(keys)
}

/// The members who had the role have the other one afterwards.
fn replace_role(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let (from, to) =
        (call.text("role_key").unwrap_or_default(), call.text("to_role_key").unwrap_or_default());
    let set = RESOURCE.find(state, call)?;
    if !set_has(set, from) {
        return Err(ApiError::not_found("role of the role set", from));
    }
    if state.role(to).is_none() {
        return Err(ApiError::not_found("organization role", to));
    }
    let key = set.text("key").to_owned();
    let moved: Vec<(String, String)> = state
        .memberships
        .iter()
        .filter(|m| m["role"] == from && state.role_set_of(m.text("_organization_id")) == key.as_str())
        .map(|m| (m.text("_organization_id").to_owned(), m.text("_user_id").to_owned()))
        .collect();
    for (organization, user) in moved {
        state.set_role(&organization, &user, to);
    }
    RESOURCE.update(state, call, |_, set| {
        let mut keys: Vec<String> = roles(set).filter(|role| *role != from).map(str::to_owned).collect();
        if !keys.iter().any(|key| key == to) {
            keys.push(to.to_owned());
        }
        for kept in [DEFAULT, CREATOR] {
            if set[kept] == from {
                fields!(set, { kept: to });
            }
        }
        fields!(set, { ROLES: keys });
        Ok(())
    })
}

/// The organizations that used the set use the other one afterwards.
fn replace(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let set = RESOURCE.find(state, call)?.clone();
    let destination = call.text("dest_role_set_key").unwrap_or_default();
    let to = RESOURCE.by_name(state, destination);
    let to = to.ok_or_else(|| ApiError::not_found("role set", destination))?.clone();
    if to.id() == set.id() {
        return Err(ApiError::value("dest_role_set_key", "must be another role set"));
    }
    state.organizations.change(
        |o| o["role_set_key"] == set["key"],
        |organization| fields!(organization, { "role_set_key": to["key"] }),
    );
    let mappings =
        call.body.get("reassignment_mappings").and_then(Value::as_object).cloned().unwrap_or_default();
    let moved: Vec<(String, String, String)> = state
        .memberships
        .iter()
        .filter(|m| state.role_set_of(m.text("_organization_id")) == to["key"])
        .filter_map(|m| {
            let role = m.text("role");
            let mapped = mappings.get(role).and_then(Value::as_str);
            let role = mapped.or_else(|| (!set_has(&to, role)).then(|| to.text(DEFAULT)))?;
            Some((m.text("_organization_id").to_owned(), m.text("_user_id").to_owned(), role.to_owned()))
        })
        .collect();
    for (organization, user, role) in moved {
        state.set_role(&organization, &user, &role);
    }
    state.table_mut("role_set").remove(set.id());
    Ok(super::deleted("role_set", set.id()))
}
