//! A role of a set, or a whole set, gives way to another: what becomes of the roles that people have.

use serde_json::{Map, Value};

use super::{CREATOR, RESOURCE, set_has, swap};
use crate::mock::error::ApiError;
use crate::mock::state::{Call, State, deleted, fields};

/// The members who had the role have the other one afterwards.
pub(super) fn replace_role(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let (from, to) =
        (call.text("role_key").unwrap_or_default(), call.text("to_role_key").unwrap_or_default());
    let set = RESOURCE.find(state, call)?;
    if !set_has(set, from) {
        return Err(ApiError::not_found("role of the role set", from).about("role_key"));
    }
    if !state.role(to).is_some_and(|role| role["key"] == to) {
        return Err(ApiError::not_found("organization role", to).about("to_role_key"));
    }
    if from == to {
        return Err(ApiError::value("to_role_key", "must be another role"));
    }
    if set[CREATOR] == from {
        state.check_creator_role(to)?;
    }
    let organizations = state.organizations_with(set.text("key"));
    state.reassign(&organizations, |role| (role == from).then(|| to.to_owned()));
    RESOURCE.update(state, call, |_, set| {
        swap(set, from, to);
        Ok(())
    })
}

/// The organizations that used the set use the other one afterwards.
pub(super) fn replace_set(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let set = RESOURCE.find(state, call)?.clone();
    let destination = call.text("dest_role_set_key").unwrap_or_default();
    let to = state.role_sets().find(|set| set["key"] == destination);
    let to =
        to.ok_or_else(|| ApiError::not_found("role set", destination).about("dest_role_set_key"))?.clone();
    if to.id() == set.id() {
        return Err(ApiError::value("dest_role_set_key", "must be another role set"));
    }
    let none = Map::new();
    let mappings = call.body.get("reassignment_mappings").and_then(Value::as_object).unwrap_or(&none);
    let becomes = |role: &str| mappings.get(role).and_then(Value::as_str).map(str::to_owned);
    if let Some(to) = mappings.values().filter_map(Value::as_str).find(|role| !set_has(&to, role)) {
        let reason = format!("must lead to roles of {destination}, which has no {to}");
        return Err(ApiError::value("reassignment_mappings", &reason));
    }
    let organizations = state.organizations_with(set.text("key"));
    let lost = state.roles_in_use(&organizations).find(|r| !set_has(&to, r) && becomes(r).is_none());
    if let Some(role) = lost {
        let long = format!("reassignment_mappings must say what {role} becomes, which {destination} lacks.");
        return Err(ApiError::param("form_param_missing", "reassignment_mappings", "is missing", &long));
    }
    state.reassign(&organizations, becomes);
    state.organizations.change(
        |o| o["role_set_key"] == set["key"],
        |organization| fields!(organization, { "role_set_key": to["key"] }),
    );
    if set["type"] == "initial"
        && let Some(to) = state.table_mut("role_set").get_mut(to.id())
    {
        fields!(to, { "type": "initial" });
    }
    state.table_mut("role_set").remove(set.id());
    Ok(deleted("role_set", set.id()))
}

impl State {
    fn organizations_with(&self, role_set: &str) -> Vec<String> {
        let with = self.organizations.iter().filter(|o| o["role_set_key"] == role_set);
        with.map(|o| o.id().to_owned()).collect()
    }

    /// The roles that members of these organizations have, or are invited with.
    pub(super) fn roles_in_use<'a>(&'a self, organizations: &'a [String]) -> impl Iterator<Item = &'a str> {
        let of = |id: &str| organizations.iter().any(|organization| organization == id);
        let held = self.memberships.iter().filter(move |m| of(m.text("_organization_id")));
        let invited = self.organization_invitations.iter();
        let invited = invited.filter(move |i| i["status"] == "pending" && of(i.text("organization_id")));
        held.chain(invited).map(|object| object.text("role"))
    }

    /// Members of these organizations, those who are invited and groups of their directories have the role that theirs
    /// becomes.
    fn reassign(&mut self, organizations: &[String], becomes: impl Fn(&str) -> Option<String>) {
        self.reassign_mappings(organizations, &becomes);
        let now = self.now();
        let of = |id: &str| organizations.iter().any(|organization| organization == id);
        self.memberships.change(
            |m| of(m.text("_organization_id")) && becomes(m.text("role")).is_some(),
            |m| fields!(m, { "role": becomes(m.text("role")), "updated_at": now }),
        );
        self.organization_invitations.change(
            |i| {
                i["status"] == "pending" && of(i.text("organization_id")) && becomes(i.text("role")).is_some()
            },
            |i| fields!(i, { "role": becomes(i.text("role")), "updated_at": now }),
        );
    }
}
