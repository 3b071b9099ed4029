//! Examples of published documents, checked against the schemas beside them.

use std::fs;

use serde_json::{Value, json};

use super::published::published;
use crate::documents::{examples, intake};
use crate::lint;
use crate::proposal;
use crate::reading::{self, Assume};
use crate::tree::Tree;

/// A document with one operation that returns this schema, and an example of its response.
fn document(schema: &Value, example: &Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"version": "1"},
        "paths": {"/a": {"get": {
            "operationId": "GetA", "tags": ["As"],
            "responses": {"200": {"content": {"application/json": {"schema": schema, "example": example}}}},
        }}},
        "components": {"schemas": {"Part": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}, "kind": {"type": "string", "enum": ["a", "b"]},
        }}}},
    })
}

/// The contradictions, and the overlay actions that are proposed for them.
fn found(document: &Value) -> Vec<(String, String)> {
    let findings = examples::contradictions(document, document);
    findings
        .iter()
        .map(|finding| {
            let what = finding.message.split(", says").next().unwrap().to_owned();
            (what, proposal::action(document, finding, None).unwrap())
        })
        .collect()
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["id", "name", "list", "map", "note", "part"],
        "properties": {
            "id": {"type": "string"},
            "name": {"type": "string"},
            "count": {"type": "integer"},
            "list": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
            "map": {"type": "object"},
            "note": {"type": "string", "nullable": true},
            "part": {"allOf": [{"$ref": "#/components/schemas/Part"}], "nullable": true},
            "example": {"type": "string"},
        },
    })
}

#[test]
fn an_example_that_decodes_contradicts_nothing() {
    for example in [
        json!({"id": "1", "name": "a", "list": [{"id": "2", "kind": "a"}], "map": {}, "note": null, "part": null}),
        json!({"id": "1", "name": "a", "count": 2.0, "list": null, "undeclared": 7}),
    ] {
        assert_eq!(found(&document(&schema(), &example)), [], "{example}");
    }
}

#[test]
fn a_contradiction_comes_with_the_action_that_settles_it() {
    let example = json!({"id": null, "count": "1", "list": [{"kind": "c"}, {"kind": "c"}]});

    let found = found(&document(&schema(), &example));

    let whats: Vec<&str> = found.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(
        whats,
        [
            "`name` may be missing",
            "`id` may be null",
            "`count` is string",
            "`list[0].id` may be missing",
            "`list[0].kind` may be \"c\"",
        ]
    );
    let actions: Vec<&str> = found.iter().map(|(_, action)| action.as_str()).collect();
    for (action, expected) in actions.iter().zip([
        "schema.required[?@ == 'name']\"\n      x-reason: ",
        "schema.properties.id\"\n      x-reason: ",
        "schema.properties.count\"\n      x-reason: ",
        "$.components.schemas.Part.required[?@ == 'id']\"\n      x-reason: ",
        "$.components.schemas.Part.properties.kind.enum\"\n      x-reason: ",
    ]) {
        assert!(action.contains(expected), "{action}");
    }
    assert!(actions[0].ends_with("remove: true"), "{}", actions[0]);
    assert!(actions[1].ends_with("update: {\"nullable\":true}"), "{}", actions[1]);
    assert!(actions[4].ends_with("update: \"c\""), "{}", actions[4]);
}

#[test]
fn a_value_of_a_union_contradicts_nothing_if_one_member_fits() {
    let union = json!({"oneOf": [{"$ref": "#/components/schemas/Part"}, {"type": "object", "required": ["x"],
        "properties": {"x": {"type": "integer"}}}]});

    assert_eq!(found(&document(&union, &json!({"x": 1}))), []);
    assert_eq!(found(&document(&union, &json!({"x": "1"}))).len(), 1);
}

#[test]
fn lint_reports_contradictions_as_errors_with_their_place() {
    let tree = Tree::of_workspace();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.json");
    fs::write(&path, document(&schema(), &json!({"id": "1", "name": null})).to_string()).unwrap();
    let reading = reading::read(&tree, path.to_str().unwrap(), Assume::Names).unwrap();

    let (report, ok) = lint::report("document.json", &reading, true);

    assert!(!ok, "{report}");
    assert!(report.contains("document.json:1:"), "{report}");
    assert!(
        report.contains("error: `name` may be null, says the example at /paths/~1a/get/responses"),
        "{report}"
    );
    assert!(report.contains("update: {\"nullable\":true}"), "{report}");
    assert!(report.contains("1 errors"), "{report}");
}

#[test]
fn published_examples_fit_the_corrected_documents() {
    for (name, least) in [
        ("bapi/2024-10-01", 300),
        ("bapi/2025-11-10", 300),
        ("bapi/2026-05-12", 300),
        ("webhooks/2025-04-15", 50),
    ] {
        let Some(path) = published(name) else { continue };
        let document = intake::read(&fs::read(&path).unwrap()).unwrap();
        let reading = reading::read(&Tree::of_workspace(), path.to_str().unwrap(), Assume::Names).unwrap();

        let count = examples::of(&document).len();
        assert!(count >= least, "{name}: {count} examples");
        let (report, _) = lint::report(name, &reading, true);
        assert!(reading.examples.is_empty(), "{report}");
    }
}
