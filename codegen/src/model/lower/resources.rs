//! The resources that operations belong to.

use serde_json::json;

use super::naming::derived_resource;
use crate::document::{self, Contents};
use crate::finding::Findings;
use crate::model::{Operation, Resource, names};

/// The resources, in the order of their first operations.
pub(super) fn resources(
    contents: &Contents,
    operations: &[Operation],
    findings: &mut Findings,
) -> Vec<Resource> {
    let documented = &contents.operations;
    let mut resources: Vec<Resource> = Vec::new();
    for (index, (source, operation)) in documented.iter().zip(operations).enumerate() {
        check_names(source, operation, findings);
        let position = resources.iter().position(|resource| resource.accessor == operation.resource);
        let position = position.unwrap_or_else(|| {
            resources.push(Resource {
                accessor: operation.resource.clone(),
                type_name: names::type_name(&operation.resource),
                doc: contents.resource_docs.get(&operation.resource).cloned(),
                aliases: Vec::new(),
                operations: Vec::new(),
            });
            resources.len() - 1
        });
        let Some(resource) = resources.get_mut(position) else { continue };
        let mut others = resource.operations.iter().filter_map(|index| operations.get(*index));
        if let Some(twin) = others.find(|other| other.method_name == operation.method_name) {
            refuse_method(twin, operation, &source.pointer, findings);
        }
        let alias = source.group.as_deref().map(names::ident).filter(|alias| *alias != resource.accessor);
        if let Some(alias) = alias.filter(|alias| !resource.aliases.contains(alias)) {
            resource.aliases.push(alias);
        }
        resource.operations.push(index);
    }
    // Where a group is still a resource of its own, only some operations have moved away from it.
    let accessors: Vec<String> = resources.iter().map(|resource| resource.accessor.clone()).collect();
    for resource in &mut resources {
        resource.aliases.retain(|alias| !accessors.contains(alias));
    }
    for (index, (source, operation)) in documented.iter().zip(operations).enumerate() {
        if let Some(twin) = operations.iter().take(index).find(|other| other.marker == operation.marker) {
            let message = format!("{} and {} both become `{}` in Rust", twin.id, operation.id, twin.marker);
            findings
                .add(&source.pointer, message, "give one of them another operationId by an overlay action")
                .settled_by(&source.pointer, json!({"operationId": format!("{}Again", operation.id)}));
        }
    }
    resources
}

/// What an operation makes names of can be names.
fn check_names(source: &document::Operation, operation: &Operation, findings: &mut Findings) {
    let Operation { id, resource, method_name, marker, .. } = operation;
    let advice = "correct `x-rust-group` or `x-rust-name` in openapi/overlays/names.yaml";
    let (group, method) = (derived_resource(source), names::ident(id));
    for (name, key, better) in [(resource, "x-rust-group", group), (method_name, "x-rust-name", method)] {
        if !names::is_ident(name) {
            findings
                .add(&source.pointer, format!("`{name}` cannot be a name in Rust"), advice)
                .settled_by(&source.pointer, json!({key: better}));
        }
    }
    if names::CLIENT_FUNCTIONS.contains(&resource.as_str()) {
        let message = format!("the client has a function `{resource}`, so a resource cannot be called so");
        findings
            .add(&source.pointer, message, advice)
            .settled_by(&source.pointer, json!({"x-rust-group": format!("{resource}_resource")}));
    }
    for (text, name) in [(id, marker), (resource, &names::type_name(resource))] {
        if !names::is_type(name) {
            let message = format!("`{text}` cannot become the name of a type");
            findings.add(&source.pointer, message, "give it another name by an overlay action");
        }
    }
}

/// Two operations that would be one method.
fn refuse_method(twin: &Operation, operation: &Operation, pointer: &str, findings: &mut Findings) {
    let Operation { id, resource, method_name, method, .. } = operation;
    let message = format!("{} and {id} are both `{resource}().{method_name}`", twin.id);
    let whole = names::ident(id);
    let better = if whole == *method_name { format!("{whole}_{}", method.to_lowercase()) } else { whole };
    findings
        .add(pointer, message, format!("add `x-rust-name` to {id} in openapi/overlays/names.yaml"))
        .settled_by(pointer, json!({"x-rust-name": better}));
}
