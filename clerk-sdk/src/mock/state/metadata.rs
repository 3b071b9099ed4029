//! Metadata: merged deeply or replaced whole.

use serde_json::{Map, Value};

use super::{Call, Object};

/// The metadata fields that users have; organizations and memberships have the first two.
const FIELDS: [&str; 3] = ["public_metadata", "private_metadata", "unsafe_metadata"];

/// Merges what the request says into an object's metadata: objects inside are merged too, null deletes a key.
pub(super) fn merge(object: &mut Object, call: &Call<'_>) {
    for field in FIELDS {
        if let Some(change) = call.body.get(field).filter(|c| c.is_object()) {
            merge_value(object.entry(field).or_insert(Value::Null), change);
        }
    }
}

/// Replaces the metadata fields that the request has; the others stay.
pub(super) fn replace(object: &mut Object, call: &Call<'_>) {
    for field in FIELDS {
        if let Some(value) = call.body.get(field).filter(|c| c.is_object()) {
            object.insert(field.to_owned(), value.clone());
        }
    }
}

fn merge_value(target: &mut Value, change: &Value) {
    let Value::Object(change) = change else {
        *target = change.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in change {
            if value.is_null() {
                target.remove(key);
            } else {
                merge_value(target.entry(key).or_insert(Value::Null), value);
            }
        }
    }
}
