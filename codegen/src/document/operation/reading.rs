//! From a path item to its operations.

use serde_json::json;

use super::{Body, BodyContent, Operation, Parameter, Place, Success};
use crate::document::node::Kind;
use crate::document::value::Value;
use crate::document::{Node, Schema};
use crate::finding::Findings;

const METHODS: &[&str] = &["get", "put", "post", "delete", "patch", "options", "head", "trace"];

pub(in crate::document) fn read_all(root: &Node<'_>, findings: &mut Findings) -> Vec<Operation> {
    let mut operations: Vec<Operation> = Vec::new();
    let Some(paths) = root.get("paths") else {
        // A document of webhooks need not have any.
        if root.get("x-webhooks").is_some() {
            return operations;
        }
        findings.add("", "`paths` is missing", "a document without operations needs an empty `paths`");
        return operations;
    };
    for (path, item) in paths.members() {
        item.check(&[("parameters", Kind::List)], findings);
        let shared = item.get("parameters").map(|list| list.elements()).unwrap_or_default();
        for (method, node) in item.members() {
            if METHODS.contains(&method) {
                let operation = read(path, method, &node, &shared, findings);
                if let Some(twin) = operations.iter().find(|other| other.id == operation.id) {
                    let message = format!("the operation id `{}` is also at {}", operation.id, twin.pointer);
                    let advice = "give one of them another operationId by an overlay action";
                    findings
                        .add(node.pointer(), message, advice)
                        .settled_by(node.pointer(), json!({"operationId": made_up_id(path, method)}));
                }
                operations.push(operation);
            } else if method != "parameters" && !method.starts_with("x-") && !PROSE.contains(&method) {
                findings
                    .add(
                        node.pointer(),
                        format!("`{method}` in a path item is not understood"),
                        "remove it by an overlay action",
                    )
                    .settled_without(node.pointer());
            }
        }
    }
    operations
}

/// What is read of an operation, and what it may be.
pub(in crate::document) const OPERATION: &[(&str, Kind)] = &[
    ("operationId", Kind::Text),
    ("tags", Kind::List),
    ("deprecated", Kind::Flag),
    ("security", Kind::List),
    ("parameters", Kind::List),
    ("requestBody", Kind::Object),
    ("responses", Kind::Object),
    ("x-doc", Kind::Text),
    ("x-speakeasy-group", Kind::Text),
    ("x-speakeasy-name-override", Kind::Text),
    ("x-rust-group", Kind::Text),
    ("x-rust-name", Kind::Text),
    ("x-rust-alias", Kind::List),
    ("x-clerk-key", Kind::Text),
    ("x-error-codes", Kind::List),
];

/// The same of a parameter.
const PARAMETER: &[(&str, Kind)] = &[
    ("name", Kind::Text),
    ("required", Kind::Flag),
    ("explode", Kind::Flag),
    ("deprecated", Kind::Flag),
    ("x-doc", Kind::Text),
    ("x-rust-name", Kind::Text),
    ("x-sensitive", Kind::Flag),
];

/// The same of a body.
const BODY: &[(&str, Kind)] = &[("required", Kind::Flag), ("content", Kind::Object)];

const PROSE: &[&str] = &["summary", "description"];

fn read(
    path: &str,
    method: &str,
    node: &Node<'_>,
    shared: &[Node<'_>],
    findings: &mut Findings,
) -> Operation {
    node.check(OPERATION, findings);
    let id = node.text("operationId").unwrap_or_else(|| {
        findings
            .add(node.pointer(), "`operationId` is missing", "add one by an overlay action")
            .settled_by(node.pointer(), json!({"operationId": made_up_id(path, method)}));
        String::new()
    });
    let mut parameters: Vec<Parameter> = Vec::new();
    let own = node.get("parameters").map(|list| list.elements()).unwrap_or_default();
    for parameter in shared.iter().chain(&own) {
        let Some(parameter) = resolved(parameter, findings) else { continue };
        let Some(parameter) = read_parameter(&parameter, findings) else { continue };
        // An operation's own parameter replaces the path item's.
        parameters.retain(|other| other.name != parameter.name || other.place != parameter.place);
        parameters.push(parameter);
    }
    let pagination = node.get("x-pagination");
    if let Some(pagination) = pagination.as_ref().filter(|it| !is_pagination(it)) {
        findings
            .add(
                pagination.pointer(),
                "`x-pagination` may only be `false` or `{ cursor: <parameter> }`",
                "correct it by an overlay action",
            )
            .settled_without(pagination.pointer());
    }
    let security = node.get("security");
    Operation {
        pointer: node.pointer().to_owned(),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        doc: node.text("x-doc"),
        tag: node.strings("tags").into_iter().next(),
        deprecated: node.flag("deprecated"),
        public: security.is_some_and(|security| security.elements().is_empty()),
        group: node.text("x-speakeasy-group"),
        name: node.text("x-speakeasy-name-override"),
        rust_group: node.text("x-rust-group"),
        rust_name: node.text("x-rust-name"),
        aliases: node.strings("x-rust-alias"),
        key: node.text("x-clerk-key"),
        cursor: pagination.as_ref().and_then(|pagination| pagination.text("cursor")),
        pagination: pagination.and_then(|pagination| pagination.value().as_bool()),
        body: node.get("requestBody").and_then(|body| read_body(&resolved(&body, findings)?, findings)),
        success: read_success(node, findings),
        failures: failures(node),
        error_codes: node.strings("x-error-codes"),
        parameters,
        id,
    }
}

fn is_pagination(node: &Node<'_>) -> bool {
    matches!(node.value(), Value::Bool(false)) || node.text("cursor").is_some()
}

/// An id for an operation that has none of its own: `get /users/{user_id}` is `GetUsersUserId`.
fn made_up_id(path: &str, method: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    std::iter::once(method).chain(words).map(capital).collect()
}

pub(in crate::document) fn resolved<'a>(node: &Node<'a>, findings: &mut Findings) -> Option<Node<'a>> {
    match node.resolve() {
        Ok(target) => Some(target),
        Err(reason) => {
            findings
                .add(node.pointer(), reason, "correct the reference by an overlay action")
                .settled_without(node.pointer());
            None
        }
    }
}

fn read_parameter(node: &Node<'_>, findings: &mut Findings) -> Option<Parameter> {
    node.check(PARAMETER, findings);
    let name = node.text("name").unwrap_or_default();
    let place = match node.get("in").as_ref().and_then(Node::str) {
        Some("path") => Place::Path,
        Some("query") => Place::Query,
        other => {
            let message =
                format!("the parameter `{name}` is in {other:?}, and only path and query are understood");
            findings
                .add(node.pointer(), message, "remove it by an overlay action")
                .settled_without(node.pointer());
            return None;
        }
    };
    let Some(schema) = node.get("schema") else {
        findings
            .add(
                node.pointer(),
                format!("the parameter `{name}` has no schema"),
                "add one by an overlay action",
            )
            .settled_by(node.pointer(), json!({"schema": {"type": "string"}}));
        return None;
    };
    if let Some(style) = node.get("style").filter(|style| !matches!(style.str(), Some("form" | "simple"))) {
        let message = format!("the parameter style {} is not understood", style.value());
        findings
            .add(style.pointer(), message, "replace it by `form` in an overlay action")
            .settled_by(node.pointer(), json!({"style": "form"}));
    }
    let mut schema = Schema::read(&schema, findings);
    schema.doc = node.text("x-doc").or(schema.doc);
    Some(Parameter {
        place,
        required: place == Place::Path || node.flag("required"),
        explode: node.get("explode").is_none_or(|explode| explode.value().as_bool() != Some(false)),
        deprecated: node.flag("deprecated") || schema.deprecated,
        rust_name: node.text("x-rust-name"),
        sensitive: node.get("x-sensitive").and_then(|x| x.value().as_bool()).or(schema.sensitive),
        name,
        schema,
    })
}

pub(in crate::document) fn read_body(node: &Node<'_>, findings: &mut Findings) -> Option<Body> {
    node.check(BODY, findings);
    let content = node.get("content")?;
    let known = [("application/json", BodyContent::Json), ("multipart/form-data", BodyContent::Multipart)];
    for (media_type, kind) in known {
        let Some(media) = content.get(media_type) else { continue };
        let Some(schema) = media.get("schema") else {
            findings
                .add(media.pointer(), "a body without a schema", "add one by an overlay action")
                .settled_by(media.pointer(), json!({"schema": {}}));
            return None;
        };
        let schema = Schema::read(&schema, findings);
        return Some(Body { required: node.flag("required"), content: kind, schema });
    }
    let message = "a body that is neither application/json nor multipart/form-data";
    findings
        .add(
            content.pointer(),
            message,
            "remove it, or add a media type that is understood, by an overlay action",
        )
        .settled_without(node.pointer());
    None
}

fn read_success(node: &Node<'_>, findings: &mut Findings) -> Success {
    let responses = node.get("responses").map(|responses| responses.members()).unwrap_or_default();
    let mut successes = responses.iter().filter_map(|(status, answer)| {
        Some((status.parse().ok().filter(|s| (200..300).contains(s))?, answer))
    });
    let Some((status, answer)) = successes.next() else {
        findings
            .add(node.pointer(), "no success among the responses", "add one by an overlay action")
            .settled_by(node.pointer(), json!({"responses": {"204": {}}}));
        return Success { status: 200, schema: None };
    };
    if let Some((_, second)) = successes.next() {
        findings
            .add(second.pointer(), "a second success among the responses", "remove one by an overlay action")
            .settled_without(second.pointer());
    }
    let Some(answer) = resolved(answer, findings) else { return Success { status, schema: None } };
    let content = answer.get("content").filter(|content| !content.members().is_empty());
    let schema = match &content {
        Some(content) if content.get("application/json").is_none() => {
            let advice = "remove `content` by an overlay action: the operation then answers nothing";
            findings
                .add(content.pointer(), "an answer that is not application/json", advice)
                .settled_without(content.pointer());
            None
        }
        Some(content) => content.get("application/json").and_then(|media| media.get("schema")),
        None => None,
    };
    Success { status, schema: schema.map(|schema| Schema::read(&schema, findings)) }
}

fn failures(node: &Node<'_>) -> Vec<String> {
    let responses = node.get("responses").map(|responses| responses.members()).unwrap_or_default();
    let mut statuses: Vec<String> = responses
        .iter()
        .filter(|(status, _)| !status.starts_with('2'))
        .map(|(status, _)| (*status).to_owned())
        .collect();
    statuses.sort();
    statuses
}
