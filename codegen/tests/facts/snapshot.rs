//! The snapshot, walked as plain JSON.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clerk_codegen::model::{Api, Operation};
use serde_json::Value;

pub(crate) static API: LazyLock<Api> =
    LazyLock::new(|| clerk_codegen::read(clerk_openapi::bapi("2026-05-12").unwrap().json).unwrap());

pub(crate) static SNAPSHOT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/bapi/2026-05-12.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
});

/// The operations of the snapshot by method and path, with what `$ref` leads to among parameters.
pub(crate) fn operations() -> BTreeMap<String, &'static Value> {
    let mut operations = BTreeMap::new();
    for (path, item) in SNAPSHOT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.insert(format!("{} {path}", method.to_uppercase()), operation);
        }
    }
    operations
}

pub(crate) fn modelled(key: &str) -> &'static Operation {
    API.operations.iter().find(|it| format!("{} {}", it.method, it.path) == key).unwrap()
}

pub(crate) fn follow(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => follow(SNAPSHOT.pointer(reference.strip_prefix('#').unwrap()).unwrap()),
        None => value,
    }
}

pub(crate) fn list(value: &'static Value) -> impl Iterator<Item = &'static Value> {
    value.as_array().into_iter().flatten()
}

pub(crate) fn members(value: &'static Value) -> impl Iterator<Item = (&'static String, &'static Value)> {
    value.as_object().into_iter().flatten()
}

pub(crate) fn parameters(operation: &'static Value) -> impl Iterator<Item = &'static Value> {
    list(&operation["parameters"]).map(follow)
}

pub(crate) fn takes(operation: &'static Value, name: &str) -> bool {
    parameters(operation).any(|it| it["name"] == name)
}

pub(crate) fn body(operation: &'static Value, media_type: &str) -> Option<&'static Value> {
    follow(operation.get("requestBody")?)["content"].get(media_type).map(|it| &it["schema"])
}

pub(crate) fn success(operation: &'static Value) -> (u16, Option<&'static Value>) {
    let mut successes = members(&operation["responses"]).filter(|(status, _)| status.starts_with('2'));
    let (status, answer) = successes.next().unwrap();
    let content = follow(answer)["content"].get("application/json");
    (status.parse().unwrap(), content.map(|it| &it["schema"]))
}

/// The names of an object's properties and whether they are required, `allOf` taken together.
pub(crate) fn properties(schema: &'static Value) -> BTreeMap<&'static str, bool> {
    let schema = follow(schema);
    let mut found = BTreeMap::new();
    for part in list(&schema["allOf"]) {
        for (name, required) in properties(part) {
            *found.entry(name).or_insert(false) |= required;
        }
    }
    for (name, _) in members(&schema["properties"]) {
        found.entry(name.as_str()).or_insert(false);
    }
    for name in list(&schema["required"]).filter_map(Value::as_str) {
        if let Some(required) = found.get_mut(name) {
            *required = true;
        }
    }
    found
}

/// Every schema that is not a reference, reached from a request or from an answer in case of success, with the property
/// that it is the value of.
pub(crate) fn reached() -> Vec<(Option<&'static str>, &'static Value)> {
    let mut open: Vec<(Option<&'static str>, &'static Value)> = Vec::new();
    for operation in operations().into_values() {
        open.extend(parameters(operation).map(|it| (None, &it["schema"])));
        open.extend(body(operation, "application/json").map(|it| (None, it)));
        open.extend(body(operation, "multipart/form-data").map(|it| (None, it)));
        open.extend(success(operation).1.map(|it| (None, it)));
    }
    let mut seen: Vec<*const Value> = Vec::new();
    let mut found = Vec::new();
    while let Some((property, schema)) = open.pop() {
        let schema = follow(schema);
        if seen.contains(&std::ptr::from_ref(schema)) {
            continue;
        }
        seen.push(schema);
        found.push((property, schema));
        open.extend(members(&schema["properties"]).map(|(name, it)| (Some(name.as_str()), it)));
        for group in ["allOf", "oneOf", "anyOf"] {
            open.extend(list(&schema[group]).map(|it| (property, it)));
        }
        for inner in ["items", "additionalProperties"] {
            open.extend(schema.get(inner).filter(|it| it.is_object()).map(|it| (property, it)));
        }
    }
    found
}
