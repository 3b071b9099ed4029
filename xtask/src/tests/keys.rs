//! The keys that overlays add: one that is misspelt would mean nothing, and nobody would be told.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::tree::Tree;

/// The keys of ours in a value, at any depth.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.keys().filter(|key| key.starts_with("x-")).cloned());
            fields.values().for_each(|field| keys(field, found));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| keys(entry, found)),
        _ => {}
    }
}

#[test]
fn every_key_of_ours_in_an_overlay_is_one_that_means_something() {
    let tree = Tree::of_workspace();
    let page = tree.text("openapi/README.md").unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `x-"));
    let cells = rows.filter_map(|row| row.split_once('|')).map(|(cell, _)| format!("`x-{cell}"));
    let known: BTreeSet<String> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut used = BTreeSet::new();
    for path in tree.files("openapi/overlays") {
        let overlay = clerk_codegen::overlay::read(&tree.text(&path).unwrap()).unwrap();
        let actions = overlay["actions"].as_array().unwrap();
        actions.iter().for_each(|action| keys(&action["update"], &mut used));
    }

    let unknown: Vec<&String> = used.difference(&known).collect();

    assert!(unknown.is_empty(), "not in openapi/README.md: {unknown:?}");
    assert!(used.len() > 8 && known.len() > 10, "{used:?} {known:?}");
}
