//! Role sets: which roles the members of an organization can have. Each organization has one, a new one that of the
//! type `initial`; what changes in a set changes in all organizations that have it.

mod replacement;

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Resource, copy};
use super::table::Table;
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
    ("UpdateRoleSet", |state, call| {
        let before = RESOURCE.find(state, call)?.text("key").to_owned();
        let shown = RESOURCE.update(state, call, |_, set| copy(call, set))?;
        state.organizations.change(
            |o| o["role_set_key"] == before.as_str(),
            |organization| fields!(organization, { "role_set_key": shown["key"] }),
        );
        Ok(shown)
    }),
    ("AddRolesToRoleSet", |state, call| {
        let keys = role_keys(state, call, "role_keys")?;
        for field in ["default_role_key", "creator_role_key"] {
            if call.text(field).is_some_and(|key| !keys.iter().any(|added| added == key)) {
                return Err(ApiError::value(field, "must be one of the roles that are added"));
            }
        }
        RESOURCE.update(state, call, |_, set| {
            let mut roles: Vec<String> = roles(set).map(str::to_owned).collect();
            roles.extend(keys.into_iter().filter(|key| !set_has(set, key)));
            if roles.len() > MOST_ROLES {
                let reason = format!("must not bring the roles of the set to more than {MOST_ROLES}");
                return Err(ApiError::value("role_keys", &reason));
            }
            fields!(set, { ROLES: roles });
            Ok(())
        })
    }),
    ("ReplaceRoleInRoleSet", replacement::replace_role),
    ("ReplaceRoleSet", replacement::replace_set),
];

static RESOURCE: Resource = ROLE_SET;
/// The keys of a set's roles, of the role of new members and of that of who creates an organization.
const ROLES: &str = "_roles";
const DEFAULT: &str = "_default_role";
const CREATOR: &str = "_creator_role";
/// So many roles a request can name, and a set can have.
const MOST_ROLES: usize = 10;

impl State {
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

    /// The settings of organizations that the initial role set decides.
    pub(super) fn role_settings(&self) -> Value {
        let nothing = Object::default();
        let set = self.initial_role_set().unwrap_or(&nothing);
        json!({
            "initial_role_set_key": set["key"], "creator_role": set[CREATOR], "domains_default_role": set[DEFAULT],
        })
    }

    /// Changes those settings. The set has to have the roles.
    pub(super) fn set_role_settings(
        &mut self,
        creator: Option<&str>,
        default: Option<&str>,
    ) -> Result<(), ApiError> {
        let given = [("creator_role_id", CREATOR, creator), ("domains_default_role_id", DEFAULT, default)];
        for (field, kept, name) in given {
            let Some(name) = name else { continue };
            let role = self.role(name).ok_or_else(|| ApiError::not_found("organization role", name))?;
            let key = role.text("key").to_owned();
            if !self.initial_role_set().is_some_and(|set| set_has(set, &key)) {
                return Err(ApiError::value(field, "must be a role of the initial role set"));
            }
            if kept == CREATOR {
                self.check_creator_role(&key)?;
            }
            if let Some(set) = self.table_mut("role_set").find_mut(|set| set["type"] == "initial") {
                fields!(set, { kept: key });
            }
        }
        Ok(())
    }

    pub(super) fn add_to_initial_role_set(&mut self, role: &str) {
        if let Some(set) = self.table_mut("role_set").find_mut(|set| set["type"] == "initial") {
            add(set, role);
        }
    }

    /// An organization's set has this role from now on.
    pub(super) fn add_to_role_set_of(&mut self, organization_id: &str, role: &str) {
        let key = self.role_set_of(organization_id).to_owned();
        if let Some(set) = self.table_mut("role_set").find_mut(|set| set["key"] == key.as_str()) {
            add(set, role);
        }
    }

    pub(super) fn is_creator_role(&self, role: &str) -> bool {
        self.role_sets().any(|set| set[CREATOR] == role)
    }

    pub(super) fn is_default_role(&self, role: &str) -> bool {
        self.role_sets().any(|set| set[DEFAULT] == role)
    }

    /// The role of who joins an organization by its domain.
    pub(super) fn default_role(&self, organization_id: &str) -> String {
        let set = RESOURCE.by_name(self, self.role_set_of(organization_id));
        let role = set.map_or("", |set| set.text(DEFAULT));
        if role.is_empty() { "org:member" } else { role }.to_owned()
    }

    /// The role of who creates an organization with this set.
    pub(super) fn creator_role(&self, set: &str) -> String {
        let set = RESOURCE.by_name(self, set).map_or("", |set| set.text(CREATOR));
        if set.is_empty() { "org:admin" } else { set }.to_owned()
    }

    /// The key of the set that a request names for an organization, or of that of new ones.
    pub(super) fn check_role_set(&self, call: &Call<'_>) -> Result<Option<String>, ApiError> {
        let Some(name) = call.text("role_set_key") else { return Ok(None) };
        let found = self.role_sets().find(|set| set["key"] == name);
        let found = found.ok_or_else(|| ApiError::not_found("role set", name).about("role_set_key"))?;
        Ok(Some(found.text("key").to_owned()))
    }

    /// Refuses a role that the members of an organization cannot have.
    pub(super) fn check_role_in(
        &self,
        organization_id: &str,
        role: &str,
        field: &str,
    ) -> Result<(), ApiError> {
        match RESOURCE.by_name(self, self.role_set_of(organization_id)) {
            Some(set) if !set_has(set, role) => {
                let there: Vec<&str> = roles(set).collect();
                let reason = format!(
                    "must be a role of the organization's role set {}, which has {}",
                    set.text("key"),
                    there.join(", ")
                );
                Err(ApiError::value(field, &reason))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a set for an organization that has members, or has invited some, with roles that it lacks.
    pub(super) fn check_roles_kept(&self, organization_id: &str, key: &str) -> Result<(), ApiError> {
        let Some(set) = RESOURCE.by_name(self, key) else { return Ok(()) };
        match self.roles_in_use(&[organization_id.to_owned()]).find(|role| !set_has(set, role)) {
            Some(role) => {
                let reason =
                    format!("must be a role set with {role}, which members of the organization have");
                Err(ApiError::value("role_set_key", &reason))
            }
            None => Ok(()),
        }
    }

    /// What had a role by its key has it by the new one.
    pub(super) fn rename_role(&mut self, before: &str, key: &str) {
        if before == key {
            return;
        }
        self.memberships.change(|m| m["role"] == before, |m| fields!(m, { "role": key }));
        self.organization_invitations.change(|i| i["role"] == before, |i| fields!(i, { "role": key }));
        self.table_mut("role_set").change(|set| set_has(set, before), |set| swap(set, before, key));
    }

    pub(super) fn take_from_role_sets(&mut self, role: &str) {
        let without = |set: &Object| -> Vec<String> {
            roles(set).filter(|key| *key != role).map(str::to_owned).collect()
        };
        self.table_mut("role_set")
            .change(|set| set_has(set, role), |set| fields!(set, { ROLES: without(set) }));
    }

    fn role_sets(&self) -> impl Iterator<Item = &Object> {
        self.table("role_set").into_iter().flat_map(Table::iter)
    }

    fn initial_role_set(&self) -> Option<&Object> {
        self.role_sets().find(|set| set["type"] == "initial")
    }
}

fn roles(set: &Object) -> impl Iterator<Item = &str> {
    set[ROLES].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn set_has(set: &Object, key: &str) -> bool {
    roles(set).any(|role| role == key)
}

fn add(set: &mut Object, role: &str) {
    if !set_has(set, role) {
        let keys: Vec<&str> = roles(set).chain([role]).collect();
        fields!(set, { ROLES: keys });
    }
}

/// One role takes the place of another, also as that of new members and of creators.
fn swap(set: &mut Object, from: &str, to: &str) {
    let mut keys: Vec<String> = Vec::new();
    for key in roles(set).map(|key| if key == from { to } else { key }) {
        if !keys.iter().any(|there| there == key) {
            keys.push(key.to_owned());
        }
    }
    for kept in [DEFAULT, CREATOR] {
        if set[kept] == from {
            fields!(set, { kept: to });
        }
    }
    fields!(set, { ROLES: keys });
}

fn prepare(state: &mut State, call: &Call<'_>, set: &mut Object, change: Change) -> Result<(), ApiError> {
    if change == Change::Create {
        state.check_room("role_set", |_| true, "max_role_sets_allowed")?;
        if call.text("key").is_none() {
            let words = set.text("name").to_lowercase();
            let words: Vec<&str> =
                words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
            let key = format!("role_set:{}", words.join("_"));
            fields!(set, { "key": key });
        }
        let keys = role_keys(state, call, "roles")?;
        fields!(set, { ROLES: keys });
    }
    if !set.text("key").strip_prefix("role_set:").is_some_and(super::roles::word) {
        let wanted = "role_set: followed by lowercase letters, digits and underscores";
        return Err(ApiError::format("key", wanted));
    }
    for (field, kept) in [("default_role_key", DEFAULT), ("creator_role_key", CREATOR)] {
        let Some(key) = call.text(field) else { continue };
        if !set_has(set, key) {
            return Err(ApiError::value(field, "must be the key of a role of the set"));
        }
        if kept == CREATOR {
            state.check_creator_role(key)?;
        }
        fields!(set, { kept: key });
    }
    if set["type"] == "initial" {
        let id = set.id().to_owned();
        state.table_mut("role_set").change(
            |other| other["type"] == "initial" && other["id"] != id.as_str(),
            |other| fields!(other, { "type": "custom" }),
        );
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
    let mut keys: Vec<String> = Vec::new();
    for name in call.texts(field) {
        let found = state.role(name).ok_or_else(|| ApiError::not_found("organization role", name))?;
        let key = found.text("key");
        if !keys.iter().any(|there| there == key) {
            keys.push(key.to_owned());
        }
    }
    if keys.is_empty() || keys.len() > MOST_ROLES {
        return Err(ApiError::value(field, &format!("must have between 1 and {MOST_ROLES} items")));
    }
    Ok(keys)
}
