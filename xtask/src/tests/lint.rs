//! Documents as they were, and as they may become: each gives a client, or findings with overlay actions that settle them.

use std::fs;

use serde_json::{Value, json};

use super::published::published;
use crate::proposal;
use crate::reading::{self, Assume};
use crate::tree::Tree;

/// How many times what was proposed leads to something more.
const ROUNDS: usize = 4;

/// Reads a document and does what the findings propose, until there are none. How many actions that took.
fn settled(document: &Value) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.json");
    fs::write(&path, document.to_string()).unwrap();
    settled_file(path.to_str().unwrap())
}

fn settled_file(path: &str) -> usize {
    let mut tree = Tree::of_workspace();
    let mut actions: Vec<String> = Vec::new();
    for _ in 0..ROUNDS {
        let reading = reading::read(&tree, path, Assume::Names).unwrap();
        let Err(findings) = &reading.model else { return actions.len() };
        for finding in findings.iter() {
            let action = proposal::action(&reading.document, finding, None);
            actions.push(action.unwrap_or_else(|| panic!("nothing is proposed for {finding}")));
        }
        let overlay = format!("overlay: 1.0.0\nactions:\n{}\n", actions.join("\n"));
        tree.put("openapi/overlays/zz.yaml", overlay);
    }
    panic!("not settled by\n{}", actions.join("\n"));
}

fn snapshot() -> Value {
    serde_json::from_str(&Tree::of_workspace().text("openapi/bapi/2025-11-10.json").unwrap()).unwrap()
}

/// Does something to every object of a document.
fn everywhere(value: &mut Value, change: &dyn Fn(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            change(fields);
            fields.values_mut().for_each(|field| everywhere(field, change));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| everywhere(entry, change)),
        _ => {}
    }
}

#[test]
fn documents_of_the_last_two_years_need_no_more_than_a_line_here_and_there() {
    for (name, most) in [
        ("bapi/2024-10-01.at-c6c5800", 3),
        ("bapi/2024-10-01", 0),
        ("bapi/2025-11-10", 0),
        ("bapi/2026-05-12", 0),
        ("webhooks/2025-04-15", 0),
    ] {
        let Some(path) = published(name) else { continue };
        let actions = settled_file(path.to_str().unwrap());
        assert!(actions <= most, "{name} took {actions} actions");
    }
}

#[test]
fn a_document_without_any_names_of_ours_or_speakeasys_has_those_of_the_newest() {
    let mut document = snapshot();
    everywhere(&mut document, &|fields| fields.retain(|key, _| !key.starts_with("x-speakeasy-")));

    let actions = settled(&document);

    assert!(actions <= 5, "{actions} actions");
}

#[test]
fn a_document_with_other_operation_ids_has_names_made_of_them() {
    let mut document = snapshot();
    everywhere(&mut document, &|fields| {
        fields.retain(|key, _| !key.starts_with("x-speakeasy-"));
        if let Some(Value::String(id)) = fields.get_mut("operationId") {
            id.push_str("Anew");
        }
    });

    settled(&document);
}

#[test]
fn a_document_without_some_operations_is_understood() {
    for kept in [2, 7] {
        let mut document = snapshot();
        let paths = document["paths"].as_object_mut().unwrap();
        let mut number = 0;
        paths.retain(|_, _| {
            number += 1;
            number % kept == 0
        });

        assert_eq!(settled(&document), 0, "every {kept}th path");
    }
}

#[test]
fn a_document_with_its_components_written_out_in_place_is_settled_by_what_is_proposed() {
    let mut document = snapshot();
    let schemas = document["components"]["schemas"].clone();
    let plain = |schema: &Value| !schema.to_string().contains("$ref");
    everywhere(&mut document["paths"], &|fields| {
        let name = fields
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|it| it.strip_prefix("#/components/schemas/"));
        let inline = name.and_then(|name| schemas.get(name)).filter(|schema| plain(schema)).cloned();
        if let Some(Value::Object(inline)) = inline {
            *fields = inline;
        }
    });

    settled(&document);
}

#[test]
fn what_a_document_may_never_have_is_settled_by_what_is_proposed() {
    let odd: [fn(&mut Value); 9] = [
        |it| it["paths"]["/users"]["get"]["parameters"][0] = json!({"name": "q", "in": "query"}),
        |it| it["paths"]["/users"]["get"]["operationId"] = json!("CreateUser"),
        |it| it["paths"]["/invitations"]["get"]["responses"] = json!({}),
        |it| it["components"]["schemas"]["User"]["properties"]["api_key"] = json!({"type": "string"}),
        |it| {
            it["components"]["schemas"]["Box"] =
                json!({"type": "object", "properties": {"a": {"type": "string"}}});
            it["components"]["schemas"]["User"]["properties"]["odd_a"] =
                json!({"$ref": "#/components/schemas/Box"});
        },
        |it| it["components"]["schemas"]["User"]["properties"]["odd_b"] = json!({"type": "array"}),
        |it| it["components"]["schemas"]["User"]["properties"]["odd_c"] = json!({"not": {}}),
        |it| it["components"]["schemas"]["User"]["properties"]["odd_d"] = json!({"$ref": "#/gone"}),
        |it| {
            it["components"]["schemas"]["User"]["properties"]["odd_e"] =
                json!({"type": "string", "enum": ["b-c", "b_c"]})
        },
    ];
    let mut document = snapshot();
    odd.into_iter().for_each(|change| change(&mut document));

    let actions = settled(&document);

    assert!((10..=20).contains(&actions), "{actions} actions");
}

#[test]
fn findings_have_the_line_and_column_of_the_text() {
    let tree = Tree::of_workspace();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.yml");
    let text = "openapi: 3.0.3\ninfo: { version: '1' }\npaths:\n  /a:\n    get:\n      operationId: GetA\n      tags: [As]\n      \
                responses:\n        '200':\n          content:\n            application/json:\n              schema:\n                \
                type: object\n                not: {}\n";
    fs::write(&path, text).unwrap();
    let reading = reading::read(&tree, path.to_str().unwrap(), Assume::Names).unwrap();

    let (report, ok) = crate::lint::report("document.yml", &reading, false);

    assert!(!ok);
    assert!(
        report.contains("document.yml:14:17: error: `not` in a schema of type object is not understood"),
        "{report}"
    );
    assert!(report.contains("remove: true"), "{report}");
}

#[test]
fn places_of_untyped_json_are_listed_with_the_reason() {
    let tree = Tree::of_workspace();
    let path = tree.root().join("openapi/bapi/2026-05-12.json");
    let reading = reading::read(&tree, path.to_str().unwrap(), Assume::Names).unwrap();

    let (report, ok) = crate::lint::report("2026-05-12.json", &reading, false);

    assert!(ok, "{report}");
    assert!(report.contains(": untyped: User.public_metadata: metadata, whose keys"), "{report}");
    assert!(report.contains("249 operations"), "{report}");
}
