//! The audit of a whole document, for one that is not valid OpenAPI: it says where.

use super::{body, check, parameter, path_item, response, schema, tables};
use crate::document::Node;
use crate::finding::Findings;

/// Audits everything, whether operations lead there or not.
pub(in crate::document) fn everything(root: &Node<'_>, findings: &mut Findings) {
    check(root, &tables::ROOT, findings);
    for (_, item) in members(root, "paths") {
        if item.get("$ref").is_none() {
            path_item(&item, findings);
            bodies(&item, findings);
        }
    }
    let Some(components) = root.get("components") else { return };
    for (_, found) in members(&components, "parameters") {
        parameter(&found, findings);
        schema_of(&found, findings);
    }
    for (_, found) in members(&components, "requestBodies") {
        body(&found, findings);
        contents(&found, findings);
    }
    for (_, found) in members(&components, "responses") {
        response(&found, findings);
        contents(&found, findings);
    }
    for (_, found) in members(&components, "schemas") {
        schemas(&found, findings);
    }
}

/// Audits the schemas of a path item.
fn bodies(item: &Node<'_>, findings: &mut Findings) {
    let operations = item.operations();
    for owner in operations.iter().map(|(_, operation)| operation).chain([item]) {
        for parameter in owner.get("parameters").map(|list| list.elements()).unwrap_or_default() {
            schema_of(&parameter, findings);
        }
        if let Some(body) = owner.get("requestBody") {
            contents(&body, findings);
        }
        for (_, response) in members(owner, "responses") {
            contents(&response, findings);
        }
    }
}

fn contents(node: &Node<'_>, findings: &mut Findings) {
    for (_, media) in members(node, "content") {
        schema_of(&media, findings);
    }
}

fn schema_of(node: &Node<'_>, findings: &mut Findings) {
    if let Some(found) = node.get("schema") {
        schemas(&found, findings);
    }
}

/// Audits a schema and all in it.
fn schemas(node: &Node<'_>, findings: &mut Findings) {
    schema(node, findings);
    for key in ["allOf", "oneOf", "anyOf"] {
        for member in node.get(key).map(|list| list.elements()).unwrap_or_default() {
            schemas(&member, findings);
        }
    }
    for (_, property) in members(node, "properties") {
        schemas(&property, findings);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = node.get(key).filter(Node::is_object) {
            schemas(&inner, findings);
        }
    }
}

fn members<'a>(node: &Node<'a>, key: &str) -> Vec<(&'a str, Node<'a>)> {
    node.get(key).map(|found| found.members()).unwrap_or_default()
}
