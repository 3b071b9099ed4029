//! Finds the places that keep a document from being valid OpenAPI 3.0.

use openapiv3::{Operation, Parameter, PathItem, ReferenceOr, RequestBody, Response, Schema, SecurityScheme};
use serde_core::de::DeserializeOwned;

use super::{Node, audit};
use crate::finding::Findings;

/// Returns the diagnostics for a document that `openapiv3` does not read.
pub(super) fn blame(root: &Node<'_>, error: &serde_json::Error) -> Findings {
    let mut findings = Findings::default();
    audit::everything(root, &mut findings);
    let missing = [("info", "version"), ("", "paths")];
    for (owner, key) in missing {
        let owner = if owner.is_empty() { Some(root.clone()) } else { root.get(owner) };
        if let Some(owner) = owner.filter(|owner| owner.get(key).is_none()) {
            match key {
                "paths" => findings.add(
                    "",
                    "`paths` is missing",
                    "a document without operations needs an empty `paths`",
                ),
                _ => findings.add("/info/version", "the API version is missing", "set info.version"),
            };
            let _ = owner;
        }
    }
    if findings.is_empty() {
        for (_, item) in members(root, "paths") {
            path_item(&item, &mut findings);
        }
        if let Some(components) = root.get("components") {
            each::<ReferenceOr<Schema>>(&components, "schemas", &mut findings);
            each::<ReferenceOr<Parameter>>(&components, "parameters", &mut findings);
            each::<ReferenceOr<RequestBody>>(&components, "requestBodies", &mut findings);
            each::<ReferenceOr<Response>>(&components, "responses", &mut findings);
            each::<ReferenceOr<SecurityScheme>>(&components, "securitySchemes", &mut findings);
        }
    }
    if findings.is_empty() {
        add("", error, &mut findings);
    }
    findings
}

/// Adds the diagnostic for a place that `openapiv3` does not read.
pub(super) fn add(pointer: &str, error: &serde_json::Error, findings: &mut Findings) {
    findings.add(pointer, format!("not valid OpenAPI 3.0: {error}"), "correct it by an overlay action");
}

fn path_item(item: &Node<'_>, findings: &mut Findings) {
    let before = findings.len();
    for parameter in item.get("parameters").map(|list| list.elements()).unwrap_or_default() {
        one::<ReferenceOr<Parameter>>(&parameter, findings);
    }
    for (_, operation) in item.operations() {
        let before = findings.len();
        for parameter in operation.get("parameters").map(|list| list.elements()).unwrap_or_default() {
            one::<ReferenceOr<Parameter>>(&parameter, findings);
        }
        if let Some(body) = operation.get("requestBody") {
            one::<ReferenceOr<RequestBody>>(&body, findings);
        }
        each::<ReferenceOr<Response>>(&operation, "responses", findings);
        if findings.len() == before {
            one::<Operation>(&operation, findings);
        }
    }
    if findings.len() == before {
        one::<ReferenceOr<PathItem>>(item, findings);
    }
}

fn each<T: DeserializeOwned>(node: &Node<'_>, key: &str, findings: &mut Findings) {
    for (_, member) in members(node, key).into_iter().filter(|(key, _)| !key.starts_with("x-")) {
        one::<T>(&member, findings);
    }
}

fn one<T: DeserializeOwned>(node: &Node<'_>, findings: &mut Findings) {
    if let Err(error) = T::deserialize(node.value()) {
        add(node.pointer(), &error, findings);
    }
}

fn members<'a>(node: &Node<'a>, key: &str) -> Vec<(&'a str, Node<'a>)> {
    node.get(key).map(|found| found.members()).unwrap_or_default()
}
