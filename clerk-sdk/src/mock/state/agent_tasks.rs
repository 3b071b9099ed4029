//! Tasks that a software agent does for a user, each with a URL that signs it in.

use serde_json::{Value, json};
use url::Url;

use super::resource::{Action, Change, PLAIN, Resource};
use super::{Call, Object, State, fields, find, resources};
use crate::mock::error::ApiError;

pub(super) const AGENT_TASK: Resource = Resource {
    tag: "agent_task",
    words: "agent task",
    variable: "agent_task_id",
    operations: &[
        ("CreateAgentTask", Action::Create),
        ("RevokeAgentTask", Action::Settle("revoked", "agent_task_cannot_be_revoked")),
    ],
    defaults: |_| json!({ "status": "pending" }),
    prepare,
    show: |_, task| {
        json!({
            "object": "agent_task", "agent_id": task["agent_id"], "agent_task_id": task["id"],
            "task_id": task["id"],
        })
    },
    once: |task| json!({ "url": task["url"] }),
    ..PLAIN
};

/// So long the URL can be visited, in milliseconds.
const LIFETIME: i64 = 60 * 60 * 1000;

fn prepare(state: &mut State, call: &Call<'_>, task: &mut Object, change: Change) -> Result<(), ApiError> {
    if change == Change::Update {
        return Ok(());
    }
    let user = user(state, call)?;
    let url = call.text("redirect_url").and_then(|url| Url::parse(url).ok());
    if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(ApiError::format("redirect_url", "a valid URL"));
    }
    let name = call.text("agent_name").unwrap_or_default().trim();
    if name.is_empty() {
        return Err(ApiError::value("agent_name", "must not be empty"));
    }
    // An agent is known by its name.
    let known = state.rows(AGENT_TASK.tag).find(|other| other["agent_name"] == name);
    let agent = match known {
        Some(other) => other["agent_id"].clone(),
        None => json!(state.ids.object("agent")),
    };
    fields!(task, { "user_id": user, "agent_name": name, "agent_id": agent });
    resources::ticket(state, call, task, change, LIFETIME)
}

/// The id of the user whom a task is for.
fn user(state: &State, call: &Call<'_>) -> Result<String, ApiError> {
    let whom = &call.body["on_behalf_of"];
    let found = match (whom["user_id"].as_str(), whom["identifier"].as_str()) {
        (Some(id), None) => state.users.get(id).ok_or_else(|| ApiError::not_found("user", id))?,
        (None, Some(identifier)) => {
            let mut users = state.users.iter();
            let found = users.find(|user| is_verified(user, identifier));
            found.ok_or_else(|| ApiError::not_found("user", identifier))?
        }
        _ => return Err(ApiError::value("on_behalf_of", "must have exactly one of user_id and identifier")),
    };
    Ok(found.id().to_owned())
}

/// Whether an identifier is the user's, and verified.
fn is_verified(user: &Object, identifier: &str) -> bool {
    let verified = |list: &str, field: &str, value: &str| {
        find(&user[list], field, value).is_some_and(|c: &Value| c["verification"]["status"] == "verified")
    };
    user["username"] == identifier
        || verified("email_addresses", "email_address", &identifier.to_lowercase())
        || verified("phone_numbers", "phone_number", identifier)
}
