//! Metadata: merged deeply or replaced whole.

use serde_json::{Map, Value};

use super::{Call, Object};
use crate::mock::error::ApiError;

/// The metadata fields that users have; organizations and memberships have the first two.
const FIELDS: [&str; 3] = ["public_metadata", "private_metadata", "unsafe_metadata"];

/// So many bytes of JSON each of them may have.
const LARGEST: usize = 8 << 10;

/// Refuses what a request says where it is too large.
pub(super) fn check(call: &Call<'_>) -> Result<(), ApiError> {
    check_merged(&Object::default(), call)
}

/// Refuses what an object's metadata would be after [`merge`] where it is too large.
pub(super) fn check_merged(object: &Object, call: &Call<'_>) -> Result<(), ApiError> {
    let mut object: Object = FIELDS
        .iter()
        .filter_map(|f| Some(((*f).to_owned(), object.get(*f)?.clone())))
        .collect::<Map<_, _>>()
        .into();
    merge(&mut object, call);
    let large =
        |field: &&&str| object[**field].to_string().len() > LARGEST && call.body.get(**field).is_some();
    let Some(field) = FIELDS.iter().find(large) else { return Ok(()) };
    let long = format!("{field} exceeds the maximum allowed size of 8 KB.");
    Err(ApiError::param("form_param_exceeds_allowed_size", field, "exceeds allowed size", &long))
}

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
