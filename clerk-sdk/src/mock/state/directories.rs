//! Directories that identity providers keep up to date, and the roles that their groups give. Their older name is SCIM
//! directories: the same objects under other paths.

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Parent, Resource};
use super::{Call, Handler, ISSUER, Object, State, fields, list};
use crate::mock::error::ApiError;

pub(super) const DIRECTORY: Resource = Resource {
    tag: "directory",
    variable: "directory_id",
    operations: &[
        ("ListDirectories", Action::List),
        ("CreateDirectory", Action::Create),
        ("GetDirectory", Action::Get),
        ("UpdateDirectory", Action::Update),
        ("DeleteDirectory", Action::Delete),
    ],
    ..COMMON
};

pub(super) const SCIM_DIRECTORY: Resource = Resource {
    tag: "scim_directory",
    variable: "scim_directory_id",
    operations: &[
        ("ListSCIMDirectories", Action::List),
        ("CreateSCIMDirectory", Action::Create),
        ("GetSCIMDirectory", Action::Get),
        ("UpdateSCIMDirectory", Action::Update),
        ("DeleteSCIMDirectory", Action::Delete),
    ],
    ..COMMON
};

const COMMON: Resource = Resource {
    table: DIRECTORIES,
    words: "directory",
    parts: &[(MAPPINGS, "directory_id")],
    defaults: |_| json!({ "enabled": true, "attribute_mapping": {}, "custom_attributes": [] }),
    prepare,
    show: |state, directory| {
        let mut shown = Value::from(directory);
        let connections = state.table("enterprise_connection");
        if connections.is_none_or(|c| c.get(directory.text("enterprise_connection_id")).is_none()) {
            shown["enterprise_connection_id"] = Value::Null;
        }
        shown
    },
    once: |directory| json!({ "api_key": directory[SECRET] }),
    ..PLAIN
};

pub(super) const MAPPING: Resource = Resource {
    tag: "directory_group_role_mapping",
    operations: &[("ListDirectoryGroupRoleMappings", Action::List)],
    parent: Some(Parent { field: "directory_id", id: |state, call| of(&DIRECTORY, state, call) }),
    ..COMMON_MAPPING
};

pub(super) const SCIM_MAPPING: Resource = Resource {
    tag: "scim_group_role_mapping",
    operations: &[("ListSCIMGroupRoleMappings", Action::List)],
    parent: Some(Parent { field: "directory_id", id: |state, call| of(&SCIM_DIRECTORY, state, call) }),
    ..COMMON_MAPPING
};

const COMMON_MAPPING: Resource = Resource {
    table: MAPPINGS,
    words: "group role mapping",
    variable: "mapping_id",
    ranked: "precedence",
    show: |state, mapping| {
        let mut shown = Value::from(mapping);
        // A role that was deleted leaves the mapping without one.
        if let Some(role) = state.role(mapping.text(ROLE)) {
            shown["role"] = super::roles::ROLE.show(state, role);
        }
        shown
    },
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("RotateDirectoryAPIKey", |state, call| rotate(&DIRECTORY, state, call)),
    ("RotateSCIMDirectoryAPIKey", |state, call| rotate(&SCIM_DIRECTORY, state, call)),
    ("CreateDirectoryGroupRoleMapping", |state, call| create_mapping(&MAPPING, state, call)),
    ("CreateSCIMGroupRoleMapping", |state, call| create_mapping(&SCIM_MAPPING, state, call)),
    ("ReplaceDirectoryGroupRoleMappings", |state, call| replace_mappings(&MAPPING, state, call)),
    ("ReplaceSCIMGroupRoleMappings", |state, call| replace_mappings(&SCIM_MAPPING, state, call)),
    ("DeleteDirectoryGroupRoleMapping", |state, call| delete_mapping(&MAPPING, state, call)),
    ("DeleteSCIMGroupRoleMapping", |state, call| delete_mapping(&SCIM_MAPPING, state, call)),
];

const DIRECTORIES: &str = "directory";
const MAPPINGS: &str = "directory_group_role_mapping";
/// A directory's key.
const SECRET: &str = "_secret";
/// The id of a mapping's role.
const ROLE: &str = "_role_id";

fn prepare(
    state: &mut State,
    call: &Call<'_>,
    directory: &mut Object,
    change: Change,
) -> Result<(), ApiError> {
    let id = directory.id().to_owned();
    if change == Change::Update {
        let kept = state.table(DIRECTORIES).and_then(|table| table.get(&id));
        let mut attributes =
            kept.and_then(|kept| kept["attribute_mapping"].as_object().cloned()).unwrap_or_default();
        for (name, path) in call.body["attribute_mapping"].as_object().into_iter().flatten() {
            match path {
                Value::Null => drop(attributes.remove(name)),
                path => drop(attributes.insert(name.clone(), path.clone())),
            }
        }
        fields!(directory, { "attribute_mapping": attributes });
        return Ok(());
    }
    let connection = directory.text("enterprise_connection_id");
    let Some(connection) = state.table("enterprise_connection").and_then(|table| table.get(connection))
    else {
        return Err(ApiError::value(
            "enterprise_connection_id",
            "must be the id of an enterprise connection",
        ));
    };
    let name = call.text("name").unwrap_or(connection.text("name")).to_owned();
    let organization = connection.text("organization_id").to_owned();
    let mappings = call.body["group_role_mappings"].as_array().cloned().unwrap_or_default();
    fields!(directory, {
        "name": name, "endpoint_url": format!("{ISSUER}/scim/v2/{id}"), SECRET: state.ids.secret("ak"),
        "group_role_mapping_enabled": !mappings.is_empty(),
    });
    for mapping in &mappings {
        add_mapping(state, &id, &organization, mapping, "")?;
    }
    Ok(())
}

fn rotate(resource: &'static Resource, state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let secret = state.ids.secret("ak");
    let mut shown = resource.update(state, call, |_, directory| {
        fields!(directory, { SECRET: secret });
        Ok(())
    })?;
    shown["api_key"] = json!(secret);
    Ok(shown)
}

/// The id of the directory that the path names.
fn of(directories: &Resource, state: &State, call: &Call<'_>) -> Result<String, ApiError> {
    directories.find(state, call).map(|directory| directory.id().to_owned())
}

/// The id of the directory that the path of a mapping names, whose groups can be given roles.
fn of_enabled(mappings: &Resource, state: &State, call: &Call<'_>) -> Result<String, ApiError> {
    let id = mappings.parent_id(state, call)?.unwrap_or_default();
    let directory = state.table(DIRECTORIES).and_then(|table| table.get(&id));
    if directory.is_some_and(|directory| directory["group_role_mapping_enabled"] == true) {
        return Ok(id);
    }
    let message = "Group role mapping is not enabled on this directory.";
    Err(ApiError::new(http::StatusCode::FORBIDDEN, "feature_not_enabled", "not enabled", message))
}

fn mappings<'a>(state: &'a State, directory: &'a str) -> impl Iterator<Item = &'a Object> {
    let rows = state.rows(MAPPINGS);
    rows.filter(move |mapping| mapping["directory_id"] == directory)
}

fn create_mapping(resource: &Resource, state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let directory = of_enabled(resource, state, call)?;
    let organization = state.organization_of_directory(&directory);
    let mapping = add_mapping(state, &directory, &organization, &call.body, "")?;
    Ok(resource.show(state, &mapping))
}

/// The place of each in the list is its rank.
fn replace_mappings(resource: &Resource, state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let directory = of_enabled(resource, state, call)?;
    // What a group is called was said by its provider, and stays.
    let known = |mapping: &Object| {
        (mapping["directory_group_id"].clone(), mapping["directory_group_display_name"].clone())
    };
    let names: Vec<(Value, Value)> = mappings(state, &directory).map(known).collect();
    state.table_mut(MAPPINGS).retain(|mapping| mapping["directory_id"] != directory.as_str());
    let organization = state.organization_of_directory(&directory);
    let mut made = Vec::new();
    for given in call.body["mappings"].as_array().into_iter().flatten() {
        let name = names
            .iter()
            .find(|(group, _)| group == &given["directory_group_id"] || group == &given["scim_group_id"]);
        let name = name.and_then(|(_, name)| name.as_str()).unwrap_or_default();
        made.push(add_mapping(state, &directory, &organization, given, name)?);
    }
    let shown: Vec<Value> = made.iter().map(|mapping| resource.show(state, mapping)).collect();
    let total = shown.len();
    Ok(list::envelope(call, shown, total))
}

fn delete_mapping(
    resource: &'static Resource,
    state: &mut State,
    call: &Call<'_>,
) -> Result<Value, ApiError> {
    of_enabled(resource, state, call)?;
    resource.answer(Action::Delete, state, call)
}

impl State {
    /// The organization whose users a directory has; empty for none.
    fn organization_of_directory(&self, id: &str) -> String {
        let connection = self.table(DIRECTORIES).and_then(|table| table.get(id));
        let connection = connection.map_or("", |directory| directory.text("enterprise_connection_id"));
        let connection = self.table("enterprise_connection").and_then(|table| table.get(connection));
        connection.map_or("", |connection| connection.text("organization_id")).to_owned()
    }

    /// Groups of these organizations give the role that theirs becomes.
    pub(super) fn reassign_mappings(
        &mut self,
        organizations: &[String],
        becomes: impl Fn(&str) -> Option<String>,
    ) {
        let next = |mapping: &Object| {
            let organization = self.organization_of_directory(mapping.text("directory_id"));
            let role = self.role(mapping.text(ROLE)).filter(|_| organizations.contains(&organization))?;
            Some((mapping.id().to_owned(), self.role(&becomes(role.text("key"))?)?.id().to_owned()))
        };
        let changes: Vec<(String, String)> = self.rows(MAPPINGS).filter_map(next).collect();
        for (id, role) in changes {
            if let Some(mapping) = self.table_mut(MAPPINGS).get_mut(&id) {
                fields!(mapping, { ROLE: role });
            }
        }
    }
}

/// Adds a role for a group of a directory of an organization, and gives it.
fn add_mapping(
    state: &mut State,
    directory: &str,
    organization: &str,
    given: &Value,
    name: &str,
) -> Result<Object, ApiError> {
    let group = either(given, "directory_group_id", "scim_group_id")?;
    let group = group.ok_or_else(|| ApiError::missing("directory_group_id"))?;
    let name = either(given, "directory_group_display_name", "scim_group_display_name")?.unwrap_or(name);
    if mappings(state, directory).any(|mapping| mapping["directory_group_id"] == group) {
        let param =
            if given["directory_group_id"].is_string() { "directory_group_id" } else { "scim_group_id" };
        return Err(ApiError::taken(param, "group"));
    }
    let role = state.role(given["role_id"].as_str().unwrap_or_default());
    let role = role.ok_or_else(|| ApiError::value("role_id", "must be the id of an organization role"))?;
    state.check_role_in(organization, role.text("key"), "role_id")?;
    let role = role.id().to_owned();
    let last = mappings(state, directory).filter_map(|mapping| mapping["precedence"].as_i64()).max();
    let precedence = given["precedence"].as_i64().unwrap_or(last.unwrap_or(0).saturating_add(1));
    let (id, now) = (state.ids.object(MAPPINGS), state.now());
    let mut mapping = Object::default();
    fields!(mapping, {
        "object": MAPPINGS, "id": id, "directory_id": directory, "scim_directory_id": directory,
        "directory_group_id": group, "scim_group_id": group,
        "directory_group_display_name": name, "scim_group_display_name": name,
        "precedence": precedence, "created_at": now, "updated_at": now, ROLE: role,
    });
    state.table_mut(MAPPINGS).insert(mapping.clone());
    Ok(mapping)
}

/// A text that has two names; `None` where it has neither. Both names with different values are refused.
fn either<'a>(given: &'a Value, name: &str, older: &str) -> Result<Option<&'a str>, ApiError> {
    match (given[name].as_str(), given[older].as_str()) {
        (Some(one), Some(other)) if one != other => {
            Err(ApiError::value(older, &format!("must be the same as {name}")))
        }
        (one, other) => Ok(one.or(other)),
    }
}
