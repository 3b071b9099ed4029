//! Answers of an API that moved on: a field more in each object, a value that nobody knows in each enum. Programs
//! that are to outlive the API's next version are tested with them.

use serde_json::{Value, json};

use super::document::Document;

/// Makes an answer of this schema one of a later version.
pub(super) fn age(document: &Document, schema: &Value, value: &mut Value) {
    let schema = document.flatten(schema);
    for union in ["oneOf", "anyOf"] {
        // Which variant it is, is not looked into: what is said of the first that declares a field counts.
        for variant in schema[union].as_array().into_iter().flatten() {
            let variant = document.flatten(variant);
            let tag = &variant["properties"]["object"]["enum"][0];
            if value.is_object()
                && (tag.is_null() || *tag == value["object"])
                && variant.get("properties").is_some()
            {
                return age(document, &variant, value);
            }
        }
    }
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                // Who an object is stays: a kind that nobody knows is another matter.
                if name != "object" {
                    let property = &schema["properties"][name.as_str()];
                    age(document, property, field);
                }
            }
            if schema.get("properties").is_some() {
                fields.insert("new_in_a_later_version".to_owned(), json!({ "is": ["unknown"] }));
            }
        }
        Value::Array(items) => {
            for item in items {
                age(document, &schema["items"], item);
            }
        }
        Value::String(text) if schema["enum"].as_array().is_some_and(|values| values.len() > 1) => {
            "value_of_a_later_version".clone_into(text);
        }
        _ => {}
    }
}
