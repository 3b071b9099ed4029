//! A document's facts without its prose.
//!
//! Words such as `description` are prose as keywords alone: a property, parameter, header, response
//! or schema that is called so is a fact. So this walks along OpenAPI's structure, which says where a
//! key is a keyword and where it is a name. Order is the document's.

use serde_json::{Map, Value};

/// The document's facts.
pub(crate) fn facts(document: &Value) -> Value {
    object(document, &|key, value| match key {
        "info" => Some(info(value)),
        "tags" => Some(list(value, &|tag| only(tag, &["name"]))),
        "servers" => Some(list(value, &server)),
        "paths" | "x-webhooks" | "webhooks" => Some(map(value, &path_item)),
        "components" => Some(components(value)),
        _ => keep(key, value),
    })
}

/// Keywords that only people read, wherever a keyword can be.
const PROSE: [&str; 15] = [
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "externalDocs",
    "contact",
    "logo",
    "termsOfService",
    "x-logo",
    "x-codeSamples",
    "x-code-samples",
    "x-enum-descriptions",
    "x-speakeasy-example",
    "x-speakeasy-usage-example",
];

fn info(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "license" => Some(only(value, &["name"])),
        _ => keep(key, value),
    })
}

fn server(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "variables" => Some(map(value, &plain)),
        _ => keep(key, value),
    })
}

fn components(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "schemas" => Some(map(value, &schema)),
        "responses" => Some(map(value, &response)),
        "parameters" | "headers" => Some(map(value, &parameter)),
        "requestBodies" => Some(map(value, &content_holder)),
        "securitySchemes" | "links" => Some(map(value, &plain)),
        "callbacks" => Some(map(value, &callback)),
        _ => keep(key, value),
    })
}

fn callback(value: &Value) -> Value {
    map(value, &path_item)
}

fn path_item(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" => Some(operation(value)),
        "parameters" => Some(list(value, &parameter)),
        "servers" => Some(list(value, &server)),
        _ => keep(key, value),
    })
}

fn operation(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "parameters" => Some(list(value, &parameter)),
        "requestBody" => Some(content_holder(value)),
        "responses" => Some(map(value, &response)),
        "callbacks" => Some(map(value, &callback)),
        "servers" => Some(list(value, &server)),
        _ => keep(key, value),
    })
}

/// A parameter or a header.
fn parameter(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "schema" => Some(schema(value)),
        "content" => Some(map(value, &media_type)),
        _ => keep(key, value),
    })
}

fn response(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "headers" => Some(map(value, &parameter)),
        "content" => Some(map(value, &media_type)),
        "links" => Some(map(value, &plain)),
        _ => keep(key, value),
    })
}

/// A request body.
fn content_holder(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "content" => Some(map(value, &media_type)),
        _ => keep(key, value),
    })
}

fn media_type(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "schema" => Some(schema(value)),
        "encoding" => Some(map(value, &encoding)),
        _ => keep(key, value),
    })
}

fn encoding(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "headers" => Some(map(value, &parameter)),
        _ => keep(key, value),
    })
}

fn schema(value: &Value) -> Value {
    object(value, &|key, value| match key {
        "properties" | "patternProperties" => Some(map(value, &schema)),
        "items" | "not" | "additionalProperties" => Some(schema(value)),
        "allOf" | "anyOf" | "oneOf" => Some(list(value, &schema)),
        // Values and names, in which nothing is a keyword.
        "enum" | "required" | "default" | "discriminator" => Some(value.clone()),
        _ => keep(key, value),
    })
}

/// An object without any structure below that has prose of its own.
fn plain(value: &Value) -> Value {
    object(value, &keep)
}

/// A keyword that nothing above knows more about stays as it is, unless it is prose.
fn keep(key: &str, value: &Value) -> Option<Value> {
    (!PROSE.contains(&key)).then(|| value.clone())
}

fn only(value: &Value, keys: &[&str]) -> Value {
    object(value, &|key, value| keys.contains(&key).then(|| value.clone()))
}

/// An object whose keys are keywords. What is no object (a boolean schema, a mistake) stays.
fn object(value: &Value, keyword: &dyn Fn(&str, &Value) -> Option<Value>) -> Value {
    let Value::Object(fields) = value else {
        return value.clone();
    };
    let mut kept = Map::new();
    for (key, field) in fields {
        if let Some(field) = keyword(key, field) {
            kept.insert(key.clone(), field);
        }
    }
    Value::Object(kept)
}

/// An object whose keys are names.
fn map(value: &Value, each: &dyn Fn(&Value) -> Value) -> Value {
    let Value::Object(fields) = value else {
        return value.clone();
    };
    Value::Object(fields.iter().map(|(name, field)| (name.clone(), each(field))).collect())
}

fn list(value: &Value, each: &dyn Fn(&Value) -> Value) -> Value {
    let Value::Array(entries) = value else {
        return value.clone();
    };
    Value::Array(entries.iter().map(each).collect())
}
