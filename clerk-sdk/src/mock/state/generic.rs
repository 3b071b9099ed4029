//! Answers of operations that have no state behind them: a value made from the schema, into which goes what the
//! request said, so that a thing "created" carries the name it was given.

use serde_json::{Value, json};

use super::resource::accept;
use super::{Call, State, list};

/// A well-formed answer to a request of which only the document is known.
pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Value {
    let Some(schema) = &call.operation.answer else { return Value::Null };
    let document = state.document;
    let mut value = state.sampler().value(schema);
    if call.operation.method == http::Method::GET && call.operation.takes("limit") {
        return list_of_one(call, value);
    }
    let flat = document.flatten(schema);
    if let Some(object) = value.as_object_mut() {
        let kind = call.path.last().map(|(name, _)| name.trim_end_matches("_id"));
        if object.contains_key("deleted") {
            for name in ["slug", "external_id"] {
                object.remove(name);
            }
        }
        if object.get("object").is_some_and(|tag| tag == "") {
            object.insert("object".into(), json!(kind.unwrap_or("object")));
        }
        // The id at the end of the path is the answer's: that in `/users/{user_id}/billing/credits` is not.
        let own =
            call.operation.names_one() || kind.is_some_and(|kind| object.get("object") == Some(&json!(kind)));
        let own = call.path.last().filter(|_| own).map(|(_, id)| ("id", json!(id)));
        let path = call.path.iter().map(|(name, value)| (name.as_str(), json!(value)));
        let body =
            call.body.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value.clone()));
        for (name, given) in path.chain(own).chain(body) {
            accept(call, &flat, object, name, &given);
        }
    }
    value
}

/// A list with the sampled item on its first page and nothing after it, so that whoever walks it comes to an end.
fn list_of_one(call: &Call<'_>, value: Value) -> Value {
    let items = match value {
        Value::Array(items) => items,
        Value::Object(object) => {
            object.into_iter().find_map(|(_, v)| v.as_array().cloned()).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    list::page(call, items, |item| item)
}
