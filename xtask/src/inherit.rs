//! What our newest document says about a strange one: names, secrets, pages. Decisions stand in the same place, or at the
//! operation of the same id.

use serde_json::Value;

/// Keys that hold a decision of ours.
fn is_decision(key: &str) -> bool {
    key.starts_with("x-rust-")
        || key.starts_with("x-speakeasy-")
        || ["x-sensitive", "x-timestamp", "x-pagination", "x-clerk-key"].contains(&key)
}

/// Copies decisions that `document` lacks. Returns how many.
pub(crate) fn inherit(document: &mut Value, ours: &Value) -> usize {
    let mut count = 0;
    if let (Some(components), Some(ours)) = (document.get_mut("components"), ours.get("components")) {
        count += copy(components, ours);
    }
    let known = operations(ours);
    for item in
        document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(|it| it.values_mut())
    {
        for operation in item.as_object_mut().into_iter().flat_map(|it| it.values_mut()) {
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
            if let Some((_, twin)) = known.iter().find(|(other, _)| *other == id) {
                count += copy(operation, twin);
            }
        }
    }
    count
}

/// The operations of a document with their ids.
pub(crate) fn operations(document: &Value) -> Vec<(&str, &Value)> {
    let items = document.get("paths").and_then(Value::as_object).into_iter().flat_map(|paths| paths.values());
    let operations = items.filter_map(Value::as_object).flat_map(|item| item.values());
    operations.filter_map(|it| Some((it.get("operationId")?.as_str()?, it))).collect()
}

fn copy(place: &mut Value, ours: &Value) -> usize {
    let mut count = 0;
    match (place, ours) {
        (Value::Object(fields), Value::Object(ours)) => {
            for (key, value) in ours {
                match fields.get_mut(key) {
                    Some(field) => count += copy(field, value),
                    // A cursor is a parameter, which may not be there.
                    None if key == "x-pagination" && !value.is_boolean() => {}
                    None if is_decision(key) => {
                        fields.insert(key.clone(), value.clone());
                        count += 1;
                    }
                    None => {}
                }
            }
        }
        // Parameters stand in another order, or there are others.
        (Value::Array(entries), Value::Array(ours)) => {
            let name = |entry: &Value| Some((entry.get("name")?.clone(), entry.get("in")?.clone()));
            for entry in entries {
                let twin = ours.iter().find(|other| name(entry).is_some() && name(entry) == name(other));
                count += twin.map_or(0, |twin| copy(entry, twin));
            }
        }
        _ => {}
    }
    count
}
