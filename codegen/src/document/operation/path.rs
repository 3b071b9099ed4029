//! Path templates, and where requests go.

use crate::document::{Document, Node};
use crate::finding::Findings;

/// Holds that a path template is one: segments behind slashes, with named parameters in braces.
pub(super) fn check(path: &str, pointer: &str, findings: &mut Findings) {
    let problem = if !path.starts_with('/') {
        "does not begin with a slash"
    } else if path.contains(['?', '#']) {
        "has a query or a fragment"
    } else if path.contains(|c: char| c.is_whitespace() || c.is_control() || !c.is_ascii()) {
        "has a character that must be percent-encoded"
    } else if path.split('/').any(|segment| segment == "." || segment == "..") {
        "has a dot segment"
    } else if !has_balanced_braces(path) {
        "has braces that do not enclose the name of a parameter"
    } else if has_twins(path) {
        "has one parameter twice"
    } else {
        return;
    };
    findings.add(pointer, format!("the path `{path}` {problem}"), "correct it by an overlay action");
}

/// The names in braces.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest))
}

fn has_balanced_braces(path: &str) -> bool {
    let mut pieces = path.split('{');
    let begins_well = pieces.next().is_none_or(|literal| !literal.contains('}'));
    begins_well
        && pieces.all(|piece| match piece.split_once('}') {
            Some((name, literal)) => !name.is_empty() && !name.contains('/') && !literal.contains('}'),
            None => false,
        })
}

fn has_twins(path: &str) -> bool {
    let names: Vec<&str> = names(path).collect();
    names.iter().enumerate().any(|(index, name)| names.iter().take(index).any(|other| other == name))
}

/// Reports servers of a path item or an operation: the client sends everything to its own server URL.
pub(super) fn check_servers(document: &Document, item: &Node<'_>, findings: &mut Findings) {
    let servers = item.get("servers").filter(|servers| !servers.elements().is_empty());
    let all = document.root().get("servers").map(|all| all.value().to_string());
    if let Some(servers) = servers.filter(|servers| Some(servers.value().to_string()) != all) {
        let message = "the client sends every operation to its own server URL, not to other `servers`";
        findings
            .add(servers.pointer(), message, "remove it by an overlay action")
            .settled_without(servers.pointer());
    }
}
