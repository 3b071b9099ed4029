//! Tasks of software agents: each is for a user, and open until it is revoked.

use serde_json::{Value, json};

use super::{Call, Handler, ISSUER, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[("CreateAgentTask", create), ("RevokeAgentTask", revoke)];

pub(super) const TAG: &str = "agent_task";
const AGENT: &str = "_agent_name";
const STATUS: &str = "_status";

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let on_behalf_of = &call.body["on_behalf_of"];
    let named = ["user_id", "identifier"].map(|name| on_behalf_of[name].as_str());
    let found = match named {
        [Some(id), None] => state.users.get(id).map(Object::id).map(str::to_owned).ok_or(id),
        [None, Some(identifier)] => state.find_user(identifier).ok_or(identifier),
        _ => return Err(ApiError::value("on_behalf_of", "must have either user_id or identifier")),
    };
    let user = found.map_err(|name| ApiError::not_found("user", name))?;
    if call.text("redirect_url").is_some_and(|url| url::Url::parse(url).is_err()) {
        return Err(ApiError::format("redirect_url", "a valid URL"));
    }
    let agent = call.text("agent_name").unwrap_or_default();
    let known = state.table(TAG).and_then(|tasks| tasks.iter().find(|task| task[AGENT] == agent));
    let known = known.map(|task| task["agent_id"].clone());
    let agent_id = known.unwrap_or_else(|| json!(state.ids.prefixed("agent")));
    let (id, ticket) = (state.ids.object(TAG), state.ids.trace());
    let mut task = Object::default();
    fields!(task, {
        "object": TAG, "id": id, "agent_id": agent_id, "agent_task_id": id, "task_id": id, "_user_id": user,
        AGENT: agent, STATUS: "pending",
    });
    let mut shown = show(&task);
    shown["url"] = json!(format!("{ISSUER}/v1/tickets/accept?ticket={ticket}"));
    state.table_mut(TAG).insert(task);
    Ok(shown)
}

fn revoke(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let Some(task) = state.table_mut(TAG).get_mut(call.variable("agent_task_id")) else {
        let long = "The requested agent task could not be found.";
        let status = http::StatusCode::NOT_FOUND;
        return Err(ApiError::new(status, "agent_task_not_found", "agent task not found", long));
    };
    if task[STATUS] != "pending" {
        return Err(ApiError::bad_request("agent_task_cannot_be_revoked", "cannot revoke agent task"));
    }
    fields!(task, { STATUS: "revoked" });
    Ok(show(task))
}

/// Answers call the id by longer names.
fn show(task: &Object) -> Value {
    let mut shown = task.clone();
    shown.remove("id");
    Value::from(shown)
}
