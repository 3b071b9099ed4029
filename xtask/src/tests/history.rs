//! Reports on what Clerk has really changed, against a count of our own, which walks the published documents as plain
//! JSON and uses nothing of the generator.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clerk_codegen::changes::{self, Kind, Report, Subject};
use clerk_codegen::model::Api;
use serde_json::Value;

use super::published::published;
use crate::documents::{fetch, intake};
use crate::reading::{self, Assume, Reading};
use crate::tree::Tree;

/// What is added and what is removed, each as a place and a name in it.
type Difference = (BTreeSet<(String, String)>, BTreeSet<(String, String)>);

struct Pair {
    published: [Value; 2],
    readings: [Reading; 2],
    report: Report,
}

impl Pair {
    fn read(paths: [PathBuf; 2]) -> Self {
        let tree = Tree::of_workspace();
        let paths = paths.map(|path| tree.root().join(path).to_str().unwrap().to_owned());
        let published = paths.each_ref().map(|path| intake::read(&fetch::fetch(path).unwrap()).unwrap());
        let readings = paths.each_ref().map(|path| reading::read(&tree, path, Assume::Anything).unwrap());
        let [old, new] = readings.each_ref().map(|reading| reading.model.as_ref().unwrap());
        let report = changes::between(old, new);
        Self { published, readings, report }
    }

    fn models(&self) -> [&Api; 2] {
        self.readings.each_ref().map(|reading| reading.model.as_ref().unwrap())
    }

    /// What the report has added and removed of a kind; `place` says where a change is.
    fn reported(&self, subject: Subject, place: impl Fn(&changes::Change) -> Option<String>) -> Difference {
        let (mut added, mut removed) = Difference::default();
        for change in self.report.changes.iter().filter(|change| change.subject == subject) {
            let Some(place) = place(change) else { continue };
            match (change.kind, &change.old_wire) {
                (Kind::Added, _) => {
                    added.insert((place, change.wire.clone()));
                }
                (Kind::Removed, _) => {
                    removed.insert((place, change.wire.clone()));
                }
                (Kind::Renamed, Some(old)) => {
                    added.insert((place.clone(), change.wire.clone()));
                    removed.insert((place, old.clone()));
                }
                _ => {}
            }
        }
        (added, removed)
    }

    /// The operations are those that were added and removed, but for those that an overlay brings back.
    fn operations_agree(&self, brought_back: &[&str]) -> (usize, usize) {
        let [old, new] = self.published.each_ref().map(operations);
        let gone =
            |a: &BTreeMap<String, &Value>, b: &BTreeMap<String, &Value>| -> BTreeSet<(String, String)> {
                a.keys().filter(|key| !b.contains_key(*key)).map(|key| (String::new(), key.clone())).collect()
            };
        let mut counted = (gone(&new, &old), gone(&old, &new));
        counted.1.retain(|(_, name)| !brought_back.contains(&name.as_str()));

        agree(&self.reported(Subject::Operation, |_| Some(String::new())), &counted);
        (counted.0.len(), counted.1.len())
    }

    /// So are the parameters and the fields of bodies, of operations that are in both documents.
    fn arguments_agree(&self) -> (usize, usize) {
        let [old, new] = self.published.each_ref().map(operations);
        let mut counted = Difference::default();
        for (key, operation) in &new {
            let Some(before) = old.get(key) else { continue };
            let (before, after) =
                (arguments(&self.published[0], key, before), arguments(&self.published[1], key, operation));
            counted.0.extend(after.difference(&before).map(|name| (key.clone(), name.clone())));
            counted.1.extend(before.difference(&after).map(|name| (key.clone(), name.clone())));
        }
        let [_, model] = self.models();
        let of_operation = |change: &changes::Change| {
            let mut all = model.operations.iter();
            let operation = all.find(|it| format!("{}().{}", it.resource, it.method_name) == change.owner)?;
            Some(format!("{} {}", operation.method, operation.path))
        };

        agree(&self.reported(Subject::Argument, of_operation), &counted);
        (counted.0.len(), counted.1.len())
    }

    /// And the fields of the objects that both models have at the same place.
    fn fields_agree(&self) -> (usize, usize, usize) {
        let [old, new] = self.models();
        // What an overlay brings back is in the model and was not published.
        let is_published = |pointer: &str| self.published.iter().all(|it| it.pointer(pointer).is_some());
        let places = |api: &Api| -> BTreeMap<String, String> {
            let types = api.types.iter().filter(|def| def.pointer.starts_with("/components/schemas/"));
            let types = types.filter(|def| is_published(&def.pointer));
            types.map(|def| (def.pointer.clone(), def.name.clone())).collect()
        };
        let (old, new) = (places(old), places(new));
        let (mut counted, mut compared) = (Difference::default(), 0);
        for pointer in new.keys().filter(|pointer| old.contains_key(*pointer)) {
            let [before, after] = self
                .published
                .each_ref()
                .map(|published| properties(published, published.pointer(pointer).unwrap()));
            counted.0.extend(after.difference(&before).map(|name| (pointer.clone(), name.clone())));
            counted.1.extend(before.difference(&after).map(|name| (pointer.clone(), name.clone())));
            compared += after.len();
        }
        let by_name: BTreeMap<&String, &String> = new.iter().map(|(pointer, name)| (name, pointer)).collect();
        let of_type = |change: &changes::Change| {
            let pointer = by_name.get(&change.owner)?;
            old.contains_key(*pointer).then(|| (*pointer).clone())
        };

        agree(&self.reported(Subject::Field, of_type), &counted);
        (counted.0.len(), counted.1.len(), compared)
    }
}

fn agree(reported: &Difference, counted: &Difference) {
    let only = |a: &Difference, b: &Difference| -> Vec<String> {
        let added = a.0.difference(&b.0).map(|(place, name)| format!("+ {place} {name}"));
        added.chain(a.1.difference(&b.1).map(|(place, name)| format!("- {place} {name}"))).collect()
    };
    let (too_much, missing) = (only(reported, counted), only(counted, reported));
    assert!(
        too_much.is_empty() && missing.is_empty(),
        "reported alone: {too_much:#?}, counted alone: {missing:#?}"
    );
}

/// All operations, by method and path.
fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let mut all = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                all.insert(format!("{} {path}", method.to_uppercase()), operation);
            }
        }
    }
    all
}

/// What a reference leads to.
fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => follow(document, document.pointer(reference.strip_prefix('#').unwrap()).unwrap()),
        None => value,
    }
}

/// The names of the parameters in path and query, and of the fields of the body.
fn arguments(document: &Value, key: &str, operation: &Value) -> BTreeSet<String> {
    let path = key.split_once(' ').unwrap().1;
    let lists = [&document["paths"][path]["parameters"], &operation["parameters"]];
    let mut names: BTreeSet<String> = lists
        .into_iter()
        .filter_map(Value::as_array)
        .flatten()
        .map(|parameter| follow(document, parameter)["name"].as_str().unwrap().to_owned())
        .collect();
    let body = follow(document, &operation["requestBody"]);
    let content = body["content"].as_object().into_iter().flatten();
    let known =
        content.filter(|(kind, _)| ["application/json", "multipart/form-data"].contains(&kind.as_str()));
    for (_, media) in known {
        names.extend(properties(document, &media["schema"]));
    }
    names
}

/// The names of the properties of an object, those that it is composed of among them.
fn properties(document: &Value, schema: &Value) -> BTreeSet<String> {
    let schema = follow(document, schema);
    let own = schema["properties"].as_object().into_iter().flat_map(|properties| properties.keys().cloned());
    let members = schema["allOf"].as_array().into_iter().flatten();
    own.chain(members.flat_map(|member| properties(document, member))).collect()
}

#[test]
fn the_report_on_2026_05_12_is_complete() {
    let snapshots = ["openapi/bapi/2025-11-10.json", "openapi/bapi/2026-05-12.json"];
    let pair = Pair::read(snapshots.map(PathBuf::from));

    assert_eq!(pair.operations_agree(&[]), (10, 0));
    assert_eq!(pair.arguments_agree(), (0, 5));
    let (added, removed, compared) = pair.fields_agree();
    assert_eq!((added, removed), (0, 0));
    assert!(compared > 1000, "only {compared} fields were compared");
}

#[test]
fn the_report_on_two_years_of_2024_10_01_is_complete() {
    let [Some(old), Some(new)] = ["bapi/2024-10-01.at-c6c5800", "bapi/2024-10-01"].map(published) else {
        return;
    };
    let pair = Pair::read([old, new]);

    assert_eq!(pair.operations_agree(&["POST /users/{user_id}/totp"]), (97, 0));
    assert_eq!(pair.arguments_agree(), (122, 4));
    assert_eq!(pair.fields_agree(), (83, 7, 446));
}
