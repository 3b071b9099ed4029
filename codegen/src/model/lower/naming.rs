//! What an operation is called: the names that overlays and the document give, and what to propose where they give
//! none.

use serde_json::json;

use crate::document::Operation;
use crate::finding::Findings;
use crate::model::names;

/// The method for an operation, and the other names to find it by.
pub(super) fn method(operation: &Operation, findings: &mut Findings) -> (String, Vec<String>) {
    let upstream = operation.name.as_deref().map(names::ident);
    let given = operation.rust_name.clone().or_else(|| upstream.clone());
    let name = given.unwrap_or_else(|| {
        let derived = derived_method(operation);
        propose(operation, "the operation has no name", "x-rust-name", "method", derived, findings)
    });
    let mut aliases = operation.aliases.clone();
    aliases.extend(upstream.filter(|upstream| *upstream != name));
    (name, aliases)
}

/// The resource that an operation belongs to.
pub(super) fn resource(operation: &Operation, findings: &mut Findings) -> String {
    group(operation).unwrap_or_else(|| {
        let derived = derived_resource(operation);
        propose(operation, "the operation belongs to no group", "x-rust-group", "resource", derived, findings)
    })
}

/// Says what an operation lacks, and that a key of an overlay would give it; answers what to propose.
fn propose(
    operation: &Operation,
    lack: &str,
    key: &str,
    gives: &str,
    proposal: String,
    findings: &mut Findings,
) -> String {
    let id = &operation.id;
    let advice = format!("add `{key}` (the {gives}) to the operation `{id}` in openapi/overlays/names.yaml");
    findings
        .add(&operation.pointer, lack, advice)
        .settled_by(&operation.pointer, json!({key: proposal.as_str()}));
    proposal
}

fn group(operation: &Operation) -> Option<String> {
    operation.rust_group.clone().or_else(|| operation.group.as_deref().map(names::ident))
}

/// A method for an operation that nobody has named: its id without the words that its resource says already.
fn derived_method(operation: &Operation) -> String {
    let said = names::words(&group(operation).unwrap_or_else(|| derived_resource(operation)));
    let is_said = |word: &String| {
        said.iter().any(|other| other == word || names::singular(other) == names::singular(word))
    };
    let words = names::words(&operation.id);
    let rest: Vec<&str> = words.iter().filter(|word| !is_said(word)).map(String::as_str).collect();
    names::ident(&if rest.is_empty() { words.join("_") } else { rest.join("_") })
}

/// A resource for an operation that nobody has put into one: what its tag says, else where its path begins.
pub(super) fn derived_resource(operation: &Operation) -> String {
    let begins = operation.path.split('/').find(|part| !part.is_empty()).unwrap_or("operations");
    names::ident(operation.tag.as_deref().unwrap_or(begins))
}
