//! Machines: who they may talk to, and the secret keys that they have.

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Resource};
use super::{Call, Handler, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const MACHINE: Resource = Resource {
    tag: "machine",
    words: "machine",
    variable: "machine_id",
    operations: &[
        ("ListMachines", Action::List),
        ("CreateMachine", Action::Create),
        ("GetMachine", Action::Get),
        ("UpdateMachine", Action::Update),
    ],
    order: &["name"],
    searched: &["name"],
    defaults: |_| json!({ "default_token_ttl": 3600 }),
    prepare: |state, call, object, change| {
        if change == Change::Create {
            let scopes = call.body.get("scoped_machines").cloned().unwrap_or_else(|| json!([]));
            for id in scopes.as_array().into_iter().flatten().filter_map(Value::as_str) {
                state.machine(id)?;
            }
            fields!(object, { SCOPES: scopes, SECRET: state.ids.secret("ak"), FORMER: [] });
        }
        Ok(())
    },
    show: |state, machine| {
        let mut shown = Value::from(machine);
        let scopes = scopes(machine).filter_map(|id| state.table("machine")?.get(id));
        shown["scoped_machines"] = scopes.map(without_scopes).collect();
        shown
    },
    once: |machine| json!({ "secret_key": machine[SECRET] }),
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("DeleteMachine", delete),
    ("GetMachineSecretKey", |state, call| Ok(secret(state.machine(call.variable("machine_id"))?))),
    ("RotateMachineSecretKey", rotate),
    ("CreateMachineScope", create_scope),
    ("DeleteMachineScope", delete_scope),
];

/// The ids of the machines that this one may talk to.
const SCOPES: &str = "_scopes";
const SECRET: &str = "_secret";
/// Keys from before a rotation, each with the time until which it is good.
const FORMER: &str = "_former_secrets";
/// So many machines one may talk to.
const MOST_SCOPES: usize = 150;

/// A machine that sent a request.
pub(super) struct Caller {
    pub(super) id: String,
    pub(super) scopes: Vec<String>,
    /// Returns whether it is the built-in machine, which no other machine can talk to.
    built_in: bool,
    /// In seconds.
    pub(super) lifetime: Option<f64>,
}

impl Caller {
    /// Returns whether a token is for this machine. Without a scope on the built-in one, its own tokens are.
    pub(super) fn may_verify(&self, token: &Object) -> bool {
        let mut scopes = token["scopes"].as_array().into_iter().flatten();
        scopes.any(|scope| scope == self.id.as_str())
            || (self.built_in && token["subject"] == self.id.as_str())
    }
}

impl State {
    fn machine(&self, id: &str) -> Result<&Object, ApiError> {
        let found = self.table("machine").and_then(|machines| machines.get(id));
        found.ok_or_else(|| ApiError::not_found("machine", id))
    }

    fn machine_mut(&mut self, id: &str) -> Result<&mut Object, ApiError> {
        self.table_mut("machine").get_mut(id).ok_or_else(|| ApiError::not_found("machine", id))
    }

    /// Whether a machine has this secret key.
    pub(in crate::mock) fn is_machine_key(&mut self, key: &str) -> bool {
        let now = self.now();
        self.caller(key, now).is_some()
    }

    /// Returns the machine whose secret key this is; `None` for the instance's key.
    pub(super) fn caller(&self, key: &str, now: i64) -> Option<Caller> {
        if key == crate::mock::MACHINE_KEY {
            let id = self.machine.clone();
            return Some(Caller { id, scopes: Vec::new(), built_in: true, lifetime: None });
        }
        let machine = self.machine_of_key(key, now)?;
        Some(Caller {
            id: machine.id().to_owned(),
            scopes: scopes(machine).map(str::to_owned).collect(),
            built_in: false,
            lifetime: machine["default_token_ttl"].as_f64(),
        })
    }

    fn machine_of_key(&self, key: &str, now: i64) -> Option<&Object> {
        let former = |machine: &Object| {
            let keys = machine[FORMER].as_array().into_iter().flatten();
            keys.into_iter().any(|f| f["secret"] == key && f["until"].as_i64() > Some(now))
        };
        self.table("machine")?.iter().find(|m| m[SECRET] == key || former(m))
    }
}

/// The ids of the machines that this one may talk to.
fn scopes(machine: &Object) -> impl Iterator<Item = &str> {
    machine[SCOPES].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn without_scopes(machine: &Object) -> Value {
    let mut shown = Value::from(machine);
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("scoped_machines");
    }
    shown
}

fn secret(machine: &Object) -> Value {
    json!({ "object": "machine_secret_key", "secret": machine[SECRET] })
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = call.variable("machine_id").to_owned();
    state.machine(&id)?;
    state.table_mut("machine").remove(&id);
    state.m2m_tokens.retain(|token| token["subject"] != id.as_str());
    state.forget_credentials_of(&id);
    state.table_mut("machine").change(|m| scopes(m).any(|s| s == id), |m| remove_scope(m, &id));
    Ok(super::deleted("machine", &id))
}

fn rotate(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let new = state.ids.secret("ak");
    let seconds = call.body["previous_token_ttl"].as_i64().unwrap_or(0);
    let machine = state.machine_mut(call.variable("machine_id"))?;
    let former = json!({ "secret": machine[SECRET], "until": now + seconds * 1000 });
    if let Some(list) = machine.get_mut(FORMER).and_then(Value::as_array_mut) {
        list.push(former);
    }
    fields!(machine, { SECRET: new, "updated_at": now });
    Ok(secret(machine))
}

fn create_scope(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let (from, to) = (call.variable("machine_id"), call.text("to_machine_id").unwrap_or_default());
    state.machine(to)?;
    let machine = state.machine_mut(from)?;
    if from == to {
        return Err(ApiError::value("to_machine_id", "must be another machine"));
    }
    if scopes(machine).any(|scope| scope == to) {
        let message = "The machine has this scope already.";
        let status = http::StatusCode::CONFLICT;
        return Err(ApiError::new(status, "machine_scope_already_exists", message, message));
    }
    if scopes(machine).count() >= MOST_SCOPES {
        let message = "A machine can have 150 scopes at most.";
        return Err(ApiError::bad_request("machine_scope_limit_exceeded", message));
    }
    if let Some(scopes) = machine.get_mut(SCOPES).and_then(Value::as_array_mut) {
        scopes.push(json!(to));
    }
    Ok(json!({ "object": "machine_scope", "from_machine_id": from, "to_machine_id": to, "created_at": now }))
}

fn delete_scope(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let (from, to) = (call.variable("machine_id"), call.variable("other_machine_id"));
    let machine = state.machine_mut(from)?;
    if !scopes(machine).any(|scope| scope == to) {
        return Err(ApiError::not_found("machine scope", to));
    }
    remove_scope(machine, to);
    Ok(json!({ "object": "machine_scope", "from_machine_id": from, "to_machine_id": to, "deleted": true }))
}

fn remove_scope(machine: &mut Object, id: &str) {
    if let Some(scopes) = machine.get_mut(SCOPES).and_then(Value::as_array_mut) {
        scopes.retain(|scope| scope != id);
    }
}
