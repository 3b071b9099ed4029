//! The snapshots of all versions, walked as plain JSON, beside their models.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clerk_codegen::model::{Api, Operation};
use serde_json::Value;

/// A document as it was published, and the model of it with our corrections.
pub(crate) struct Snapshot {
    pub(crate) version: &'static str,
    pub(crate) root: Value,
    pub(crate) api: Api,
}

/// The Backend API's versions, the newest last.
pub(crate) fn snapshots() -> &'static [Snapshot] {
    static SNAPSHOTS: LazyLock<Vec<Snapshot>> = LazyLock::new(|| {
        let backend = clerk_openapi::DOCUMENTS.iter().filter(|it| it.api == clerk_openapi::Api::Backend);
        backend.map(|it| Snapshot::read("bapi", it.version, it.json)).collect()
    });
    &SNAPSHOTS
}

/// The newest version.
pub(crate) fn newest() -> &'static Snapshot {
    snapshots().last().unwrap()
}

impl Snapshot {
    pub(crate) fn read(folder: &str, version: &'static str, effective: &[u8]) -> Self {
        let path = format!("{}/../openapi/{folder}/{version}.json", env!("CARGO_MANIFEST_DIR"));
        let root = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        Self { version, root, api: clerk_codegen::read(effective).unwrap() }
    }

    /// Holds against what was counted in the newest document.
    #[track_caller]
    pub(crate) fn counted<T: PartialEq + std::fmt::Debug>(&self, found: T, in_newest: T) {
        if std::ptr::eq(self, newest()) {
            assert_eq!(found, in_newest);
        }
    }

    /// The operations of the snapshot by method and path, with what `$ref` leads to among parameters.
    pub(crate) fn operations(&'static self) -> BTreeMap<String, &'static Value> {
        let mut operations = BTreeMap::new();
        for (path, item) in self.root["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                operations.insert(format!("{} {path}", method.to_uppercase()), operation);
            }
        }
        operations
    }

    pub(crate) fn modelled(&'static self, key: &str) -> &'static Operation {
        self.api.operations.iter().find(|it| format!("{} {}", it.method, it.path) == key).unwrap()
    }

    pub(crate) fn follow(&'static self, value: &'static Value) -> &'static Value {
        match value["$ref"].as_str() {
            Some(reference) => self.follow(self.root.pointer(reference.strip_prefix('#').unwrap()).unwrap()),
            None => value,
        }
    }

    pub(crate) fn parameters(
        &'static self,
        operation: &'static Value,
    ) -> impl Iterator<Item = &'static Value> {
        list(&operation["parameters"]).map(|it| self.follow(it))
    }

    pub(crate) fn takes(&'static self, operation: &'static Value, name: &str) -> bool {
        self.parameters(operation).any(|it| it["name"] == name)
    }

    pub(crate) fn body(&'static self, operation: &'static Value, media_type: &str) -> Option<&'static Value> {
        self.follow(operation.get("requestBody")?)["content"].get(media_type).map(|it| &it["schema"])
    }

    pub(crate) fn success(&'static self, operation: &'static Value) -> (u16, Option<&'static Value>) {
        let mut successes = members(&operation["responses"]).filter(|(status, _)| status.starts_with('2'));
        let (status, answer) = successes.next().unwrap();
        let content = self.follow(answer)["content"].get("application/json");
        (status.parse().unwrap(), content.map(|it| &it["schema"]))
    }

    /// The names of an object's properties and whether they are required, `allOf` taken together.
    pub(crate) fn properties(&'static self, schema: &'static Value) -> BTreeMap<&'static str, bool> {
        let schema = self.follow(schema);
        let mut found = BTreeMap::new();
        for part in list(&schema["allOf"]) {
            for (name, required) in self.properties(part) {
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
    pub(crate) fn reached(&'static self) -> Vec<(Option<&'static str>, &'static Value)> {
        let mut open: Vec<(Option<&'static str>, &'static Value)> = Vec::new();
        for operation in self.operations().into_values() {
            open.extend(self.parameters(operation).map(|it| (None, &it["schema"])));
            open.extend(self.body(operation, "application/json").map(|it| (None, it)));
            open.extend(self.body(operation, "multipart/form-data").map(|it| (None, it)));
            open.extend(self.success(operation).1.map(|it| (None, it)));
        }
        let mut seen: Vec<*const Value> = Vec::new();
        let mut found = Vec::new();
        while let Some((property, schema)) = open.pop() {
            let schema = self.follow(schema);
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
}

pub(crate) fn list(value: &'static Value) -> impl Iterator<Item = &'static Value> {
    value.as_array().into_iter().flatten()
}

pub(crate) fn members(value: &'static Value) -> impl Iterator<Item = (&'static String, &'static Value)> {
    value.as_object().into_iter().flatten()
}
