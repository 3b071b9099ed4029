//! Roles in organizations and their permissions: those of the system from the beginning, and those that the
//! application adds.

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Resource, copy};
use super::table::Table;
use super::{Call, Handler, Object, State, deleted, fields};
use crate::mock::error::ApiError;

pub(super) const PERMISSION: Resource = Resource {
    tag: "permission",
    words: "organization permission",
    variable: "permission_id",
    key: "key",
    operations: &[
        ("ListOrganizationPermissions", Action::List),
        ("CreateOrganizationPermission", Action::Create),
        ("GetOrganizationPermission", Action::Get),
        ("UpdateOrganizationPermission", Action::Update),
        ("DeleteOrganizationPermission", Action::Delete),
    ],
    unique: &["key"],
    order: &["name", "key"],
    searched: &["name", "key"],
    defaults: |_| json!({ "type": "user", "description": "" }),
    prepare: |state, _, object, change| {
        if object["type"] == "system" {
            return Err(of_the_system());
        }
        if change == Change::Create {
            state.check_room("permission", |p| p["type"] != "system", "max_allowed_permissions")?;
        }
        let parts: Vec<&str> = object.text("key").split(':').collect();
        let [organization, feature, permission] = parts.as_slice() else { return Err(permission_key()) };
        if *organization != "org" || feature.starts_with("sys_") || !word(feature) || !word(permission) {
            return Err(permission_key());
        }
        Ok(())
    },
    keep: |_, object| {
        if object["type"] == "system" { Err(of_the_system()) } else { Ok(()) }
    },
    ..PLAIN
};

pub(super) const ROLE: Resource = Resource {
    tag: "role",
    words: "organization role",
    variable: "organization_role_id",
    key: "key",
    operations: &[
        ("ListOrganizationRoles", Action::List),
        ("CreateOrganizationRole", Action::Create),
        ("GetOrganizationRole", Action::Get),
    ],
    unique: &["key"],
    order: &["name", "key"],
    searched: &["name", "key"],
    prepare: prepare_role,
    show: |state, role| {
        let mut shown = Value::from(role);
        let permissions = ids(role).filter_map(|id| state.table("permission")?.get(id));
        shown["permissions"] = permissions.map(Value::from).collect();
        shown["is_creator_eligible"] = json!(lacks(state, role).is_none());
        shown
    },
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("UpdateOrganizationRole", |state, call| {
        let before = RESOURCE.find(state, call)?.text("key").to_owned();
        let shown = RESOURCE.update(state, call, |_, role| copy(call, role))?;
        state.check_creators(shown["id"].as_str().unwrap_or_default())?;
        state.rename_role(&before, shown["key"].as_str().unwrap_or_default());
        Ok(shown)
    }),
    ("DeleteOrganizationRole", |state, call| {
        let role = RESOURCE.find(state, call)?;
        keep_role(state, role)?;
        let (id, key) = (role.id().to_owned(), role.text("key").to_owned());
        state.take_from_role_sets(&key);
        state.table_mut("role").remove(&id);
        Ok(deleted("role", &id))
    }),
    ("AssignPermissionToOrganizationRole", |state, call| {
        let id = permission(state, call)?;
        RESOURCE.update(state, call, |_, role| {
            if ids(role).any(|held| held == id) {
                let long = "This organization permission is already associated to this organization role.";
                let (status, code) =
                    (http::StatusCode::CONFLICT, "organization_role_permission_association_exists");
                return Err(ApiError::new(status, code, "permission already assigned to role", long));
            }
            if let Some(list) = role.get_mut(PERMISSIONS).and_then(Value::as_array_mut) {
                list.push(json!(id));
            }
            Ok(())
        })
    }),
    ("RemovePermissionFromOrganizationRole", |state, call| {
        let id = permission(state, call)?;
        let shown = RESOURCE.update(state, call, |_, role| {
            if !ids(role).any(|held| held == id) {
                return Err(ApiError::not_found("permission of the role", &id));
            }
            if let Some(list) = role.get_mut(PERMISSIONS).and_then(Value::as_array_mut) {
                list.retain(|held| *held != id);
            }
            Ok(())
        })?;
        state.check_creators(shown["id"].as_str().unwrap_or_default())?;
        Ok(shown)
    }),
];

static RESOURCE: Resource = ROLE;
/// The ids of a role's permissions.
const PERMISSIONS: &str = "_permissions";

/// The permissions that every instance has; the second says whether members have it, too.
const SYSTEM: &[(&str, &str, bool)] = &[
    ("org:sys_profile:manage", "Manage organization", false),
    ("org:sys_profile:delete", "Delete organization", false),
    ("org:sys_memberships:read", "Read members", true),
    ("org:sys_memberships:manage", "Manage members", false),
    ("org:sys_domains:read", "Read domains", true),
    ("org:sys_domains:manage", "Manage domains", false),
    ("org:sys_billing:read", "Read billing", true),
    ("org:sys_billing:manage", "Manage billing", false),
];

/// What the role of those who create organizations has to have.
const OF_CREATORS: &[&str] =
    &["org:sys_profile:delete", "org:sys_memberships:read", "org:sys_memberships:manage"];

impl State {
    /// The permissions and roles of a new instance.
    pub(super) fn furnish_roles(&mut self) {
        let now = self.now();
        let (mut all, mut of_members) = (Vec::new(), Vec::new());
        for (key, name, member) in SYSTEM {
            let id = self.ids.object("permission");
            all.push(id.clone());
            if *member {
                of_members.push(id.clone());
            }
            let mut permission = Object::default();
            fields!(permission, {
                "object": "permission", "id": id, "name": name, "key": key, "description": "", "type": "system",
                "created_at": now, "updated_at": now,
            });
            self.table_mut("permission").insert(permission);
        }
        for (key, name, permissions) in [("org:admin", "Admin", all), ("org:member", "Member", of_members)] {
            self.insert_role(key, name, &permissions);
        }
    }

    fn insert_role(&mut self, key: &str, name: &str, permissions: &[String]) {
        let now = self.now();
        let mut role = Object::default();
        fields!(role, {
            "object": "role", "id": self.ids.object("role"), "name": name, "key": key, "description": null,
            PERMISSIONS: permissions, "created_at": now, "updated_at": now,
        });
        self.table_mut("role").insert(role);
    }

    /// Checks that a test names a role that exists.
    ///
    /// # Errors
    /// A sentence with the nearest key.
    pub(in crate::mock) fn check_role_exists(&self, key: &str) -> Result<(), String> {
        if self.role(key).is_some() {
            return Ok(());
        }
        let known = self.rows("role").map(|role| role.text("key"));
        let nearest = crate::mock::nearest::nearest(key, known).unwrap_or("org:admin");
        Err(format!("there is no role {key}; is {nearest} meant? `seed().role(…)` creates a role"))
    }

    /// A role of this key, made where there is none.
    pub(super) fn ensure_role(&mut self, key: &str) {
        if self.role(key).is_none() {
            self.insert_role(key, &role_name(key), &[]);
        }
    }

    /// Permissions of these keys, made where there are none.
    pub(in crate::mock) fn ensure_permissions(&mut self, keys: &[String]) {
        for key in keys {
            if PERMISSION.by_name(self, key).is_some() {
                continue;
            }
            let now = self.now();
            let mut permission = Object::default();
            fields!(permission, {
                "object": "permission", "id": self.ids.object("permission"), "name": key, "key": key,
                "description": "", "type": "user", "created_at": now, "updated_at": now,
            });
            self.table_mut("permission").insert(permission);
        }
    }

    /// Refuses a role as that of creators where it cannot do what they have to.
    pub(super) fn check_creator_role(&self, role: &str) -> Result<(), ApiError> {
        let Some(lacks) = self.role(role).and_then(|role| lacks(self, role)) else { return Ok(()) };
        let short = "missing permissions for creator role";
        let long = format!("The creator role must contain the following permissions: {lacks}");
        let status = http::StatusCode::UNPROCESSABLE_ENTITY;
        Err(ApiError::new(status, "organization_missing_creator_role_permissions", short, &long))
    }

    /// The same for a role that has changed and may be that of creators somewhere.
    fn check_creators(&self, id: &str) -> Result<(), ApiError> {
        match self.role(id) {
            Some(role) if self.is_creator_role(role.text("key")) => self.check_creator_role(id),
            _ => Ok(()),
        }
    }

    /// Refuses one more of a kind than the settings allow.
    pub(super) fn check_room(
        &self,
        tag: &str,
        counts: impl Fn(&Object) -> bool,
        setting: &str,
    ) -> Result<(), ApiError> {
        let there = self.table(tag).into_iter().flat_map(Table::iter).filter(|object| counts(object)).count();
        match self.organization_settings()[setting].as_u64() {
            Some(most) if there as u64 >= most => {
                let long = format!("You have reached your limit of {most}.");
                let code = if tag == "role" {
                    "organization_instance_roles_quota_exceeded"
                } else {
                    "quota_exceeded"
                };
                Err(ApiError::new(http::StatusCode::FORBIDDEN, code, "Quota exceeded", &long))
            }
            _ => Ok(()),
        }
    }

    /// The role of this key or id.
    pub(super) fn role(&self, name: &str) -> Option<&Object> {
        RESOURCE.by_name(self, name)
    }

    /// The keys of a role's permissions.
    pub(super) fn permissions_of(&self, role: &str) -> Vec<String> {
        let role = self.role(role);
        role.into_iter().flat_map(|role| keys(self, role)).map(str::to_owned).collect()
    }
}

/// `org:billing_manager` is called `Billing manager` where nobody named it.
fn role_name(key: &str) -> String {
    let words = key.strip_prefix("org:").unwrap_or(key).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn ids(role: &Object) -> impl Iterator<Item = &str> {
    role[PERMISSIONS].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn permission(state: &State, call: &Call<'_>) -> Result<String, ApiError> {
    let name = call.variable("permission_id");
    let found = PERMISSION.by_name(state, name);
    found.map(|p| p.id().to_owned()).ok_or_else(|| ApiError::not_found("organization permission", name))
}

fn prepare_role(
    state: &mut State,
    call: &Call<'_>,
    role: &mut Object,
    change: Change,
) -> Result<(), ApiError> {
    if !role.text("key").strip_prefix("org:").is_some_and(word) {
        let wanted = "org: followed by lowercase letters, digits and underscores";
        return Err(ApiError::format("key", wanted));
    }
    if call.body.get("permissions").is_some_and(Value::is_array) {
        let mut permissions = Vec::new();
        for name in call.texts("permissions") {
            let found = PERMISSION.by_name(state, name);
            let found = found.ok_or_else(|| ApiError::not_found("organization permission", name))?;
            permissions.push(found.id().to_owned());
        }
        fields!(role, { PERMISSIONS: permissions });
    } else if change == Change::Create {
        fields!(role, { PERMISSIONS: [] });
    }
    if change == Change::Create {
        // The two of the system do not count.
        let own = |role: &Object| !matches!(role.text("key"), "org:admin" | "org:member");
        state.check_room("role", own, "max_allowed_roles")?;
        if call.flag("include_in_initial_role_set") == Some(true) {
            state.add_to_initial_role_set(role.text("key"));
        }
    }
    Ok(())
}

/// A role that somebody has, or is to have, stays.
fn keep_role(state: &State, role: &Object) -> Result<(), ApiError> {
    let key = role.text("key");
    let refused = |code: &str, short: &str, long: &str| {
        Err(ApiError::new(http::StatusCode::UNPROCESSABLE_ENTITY, code, short, long))
    };
    if state.is_creator_role(key) {
        let long = "The organization role cannot be deleted as it is currently used as the creator role.";
        return refused("organization_role_default_creator_role", "role is used as the creator role", long);
    }
    if state.is_default_role(key) {
        let short = "role is used as the domain default role";
        let long =
            "The organization role cannot be deleted as it is currently used as the default domain role.";
        return refused("organization_role_domain_default_role", short, long);
    }
    if state.memberships.iter().any(|m| m["role"] == key) {
        let long = "The organization role is currently assigned to one or more organization members.";
        return refused(
            "organization_role_assigned_members",
            "role is assigned to organization members",
            long,
        );
    }
    if state.organization_invitations.iter().any(|i| i["role"] == key && i["status"] == "pending") {
        let long = "The organization role exists in one or more pending organization invitations. Please revoke these \
                    invitations to proceed.";
        let short = "role exists in pending organization invitations";
        return refused("organization_role_exists_in_invitations", short, long);
    }
    Ok(())
}

/// The permissions of creators that a role lacks, as an error says them; `None` where it has all.
fn lacks(state: &State, role: &Object) -> Option<String> {
    let held: Vec<&str> = keys(state, role).collect();
    let lacking: Vec<&str> = OF_CREATORS.iter().copied().filter(|wanted| !held.contains(wanted)).collect();
    (!lacking.is_empty()).then(|| lacking.join(", "))
}

/// The keys of a role's permissions.
fn keys<'a>(state: &'a State, role: &'a Object) -> impl Iterator<Item = &'a str> {
    ids(role).filter_map(|id| state.table("permission")?.get(id)?["key"].as_str())
}

fn of_the_system() -> ApiError {
    let long = "This organization permission cannot be modified because it is a system permission.";
    let short = "organization system permission cannot be modified";
    let (status, code) = (http::StatusCode::FORBIDDEN, "organization_system_permission_not_modifiable");
    ApiError::new(status, code, short, long)
}

pub(super) fn word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn permission_key() -> ApiError {
    ApiError::format("key", "org:<feature>:<permission>, in lowercase letters, digits and underscores")
}
