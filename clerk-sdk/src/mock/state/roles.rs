//! Roles in organizations and their permissions: those of the system from the beginning, and those that the
//! application adds.

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Resource};
use super::table::Table;
use super::{Call, Handler, Object, State, fields};
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
    prepare: |_, _, object, _| {
        system_permissions_stay(object)?;
        let parts: Vec<&str> = object.text("key").split(':').collect();
        let [organization, feature, permission] = parts.as_slice() else { return Err(permission_key()) };
        if *organization != "org" || feature.starts_with("sys_") || !word(feature) || !word(permission) {
            return Err(permission_key());
        }
        Ok(())
    },
    keep: |_, object| system_permissions_stay(object),
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
        ("UpdateOrganizationRole", Action::Update),
        ("DeleteOrganizationRole", Action::Delete),
    ],
    unique: &["key"],
    order: &["name", "key"],
    searched: &["name", "key"],
    prepare: prepare_role,
    show: |state, role| {
        let mut shown = Value::from(role);
        let permissions = ids(role).filter_map(|id| state.table("permission")?.get(id));
        shown["permissions"] = permissions.map(Value::from).collect();
        shown
    },
    keep: keep_role,
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
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
        RESOURCE.update(state, call, |_, role| {
            if !ids(role).any(|held| held == id) {
                return Err(ApiError::not_found("permission of the role", &id));
            }
            if let Some(list) = role.get_mut(PERMISSIONS).and_then(Value::as_array_mut) {
                list.retain(|held| *held != id);
            }
            Ok(())
        })
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
            "is_creator_eligible": key == "org:admin", PERMISSIONS: permissions,
            "created_at": now, "updated_at": now,
        });
        self.table_mut("role").insert(role);
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

    /// A role has another key from now on, wherever it is named by its key.
    fn rename_role(&mut self, from: &str, to: &str) {
        self.memberships.change(|m| m["role"] == from, |m| fields!(m, { "role": to }));
        self.organization_invitations.change(|i| i["role"] == from, |i| fields!(i, { "role": to }));
        self.rename_role_in_sets(from, to);
        for name in ["creator_role", "domains_default_role"] {
            let setting = &mut self.settings["organizations"][name];
            if setting == from {
                *setting = json!(to);
            }
        }
    }

    /// The role of this key or id.
    pub(super) fn role(&self, name: &str) -> Option<&Object> {
        RESOURCE.by_name(self, name)
    }

    /// The keys of a role's permissions.
    pub(super) fn permissions_of(&self, role: &str) -> Vec<String> {
        let ids = self.role(role).into_iter().flat_map(ids);
        let keys = ids.filter_map(|id| self.table("permission")?.get(id)?["key"].as_str());
        keys.map(str::to_owned).collect()
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

fn system_permissions_stay(permission: &Object) -> Result<(), ApiError> {
    if permission["type"] != "system" {
        return Ok(());
    }
    let long = "This organization permission cannot be modified because it is a system permission.";
    let short = "organization system permission cannot be modified";
    let (status, code) = (http::StatusCode::FORBIDDEN, "organization_system_permission_not_modifiable");
    Err(ApiError::new(status, code, short, long))
}

fn prepare_role(
    state: &mut State,
    call: &Call<'_>,
    role: &mut Object,
    change: Change,
) -> Result<(), ApiError> {
    let most = state.organization_settings()["max_allowed_roles"].as_u64().unwrap_or(0);
    if change == Change::Create && state.table("role").map_or(0, Table::len) as u64 >= most {
        let long = format!("You have reached your limit of {most} organization roles per instance.");
        let short = "organization roles for instance quota exceeded";
        let (status, code) = (http::StatusCode::FORBIDDEN, "organization_instance_roles_quota_exceeded");
        return Err(ApiError::new(status, code, short, &long));
    }
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
    let former = state.table("role").and_then(|roles| roles.get(role.id())).map(|r| r.text("key").to_owned());
    if let Some(former) = former.filter(|former| former != role.text("key")) {
        state.rename_role(&former, role.text("key"));
    }
    Ok(())
}

/// A role that somebody has, or is to have, stays.
fn keep_role(state: &State, role: &Object) -> Result<(), ApiError> {
    let key = role.text("key");
    let refused = |code: &str, short: &str, long: &str| {
        Err(ApiError::new(http::StatusCode::UNPROCESSABLE_ENTITY, code, short, long))
    };
    if state.organization_settings()["creator_role"] == key {
        let long = "The organization role cannot be deleted as it is currently used as the creator role.";
        return refused("organization_role_default_creator_role", "role is used as the creator role", long);
    }
    if state.organization_settings()["domains_default_role"] == key {
        let long =
            "The organization role cannot be deleted as it is currently used as the default domain role.";
        return refused(
            "organization_role_domain_default_role",
            "role is used as the domain default role",
            long,
        );
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

fn word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn permission_key() -> ApiError {
    ApiError::format("key", "org:<feature>:<permission>, in lowercase letters, digits and underscores")
}
