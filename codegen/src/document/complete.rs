//! Adds what OpenAPI requires and a client has no use for: `openapiv3` does not read documents without it.

use super::value::{Object, Value};

/// Adds empty titles and descriptions, and empty `paths` to a document of events.
pub(super) fn complete(root: &mut Value) {
    let has_events = root.get("x-webhooks").is_some();
    if let Value::Object(root) = root {
        root.complete("info", Value::Object(Object::default()));
        if has_events {
            root.complete("paths", Value::Object(Object::default()));
        }
    }
    if let Some(info) = root.get_mut("info") {
        add_text(info, "title");
    }
    for key in ["paths", "x-webhooks"] {
        for (_, item) in root.get_mut(key).into_iter().flat_map(Value::values_mut) {
            path_item(item);
        }
    }
    let components = root.get_mut("components");
    for (_, response) in
        components.and_then(|it| it.get_mut("responses")).into_iter().flat_map(Value::values_mut)
    {
        describe(response);
    }
}

fn path_item(item: &mut Value) {
    for (_, operation) in item.values_mut() {
        let has_responses = operation.get("responses").is_some();
        if let (false, Value::Object(operation)) = (has_responses, &mut *operation) {
            operation.complete("responses", Value::Object(Object::default()));
        }
        for (_, response) in operation.get_mut("responses").into_iter().flat_map(Value::values_mut) {
            describe(response);
        }
        let callbacks = operation.get_mut("callbacks").into_iter().flat_map(Value::values_mut);
        for (_, item) in callbacks.flat_map(|(_, callback)| callback.values_mut()) {
            path_item(item);
        }
    }
}

fn describe(response: &mut Value) {
    if response.get("$ref").is_none() {
        add_text(response, "description");
    }
}

fn add_text(value: &mut Value, key: &str) {
    if let Value::Object(object) = value {
        object.complete(key, Value::String(String::new()));
    }
}
