//! From a path item to its operations.

use openapiv3::{self as oas, PathItem, ReferenceOr};
use serde_core::de::DeserializeOwned;
use serde_json::json;

use super::{Body, BodyContent, Operation, parameters, path, responses};
use crate::document::{Document, Node, Schema, audit, security, text, texts};
use crate::finding::Findings;

pub(in crate::document) fn read_all(document: &Document, findings: &mut Findings) -> Vec<Operation> {
    let mut operations: Vec<Operation> = Vec::new();
    let Some(paths) = document.root().get("paths") else { return operations };
    for (path, item) in paths.members() {
        let Some(typed) = document.openapi.paths.paths.get(path) else {
            if !path.starts_with("x-") {
                let message = format!("the path `{path}` does not begin with a slash");
                findings.add(item.pointer(), message, "correct it by an overlay action");
            }
            continue;
        };
        let Some((item, typed)) = resolved(document, typed, &item, findings) else { continue };
        let typed = typed.as_ref();
        audit::path_item(&item, findings);
        path::check(path, item.pointer(), findings);
        path::check_servers(document, &item, findings);
        for (method, node) in item.operations() {
            path::check_servers(document, &node, findings);
            let Some(operation) = operation_of(typed, method) else { continue };
            let operation = Reading { document, path, method, typed: operation, node: &node, item: typed };
            let operation = operation.read(&item, findings);
            if let Some(twin) = operations.iter().find(|other| other.id == operation.id) {
                let message = format!("the operation id `{}` is also at {}", operation.id, twin.pointer);
                let advice = "give one of them another operationId by an overlay action";
                findings
                    .add(node.pointer(), message, advice)
                    .settled_by(node.pointer(), json!({"operationId": made_up_id(path, method)}));
            }
            operations.push(operation);
        }
    }
    operations
}

/// The operation of a method. `openapiv3` keeps them as fields, in an order of its own.
fn operation_of<'t>(item: &'t PathItem, method: &str) -> Option<&'t oas::Operation> {
    match method {
        "get" => item.get.as_ref(),
        "put" => item.put.as_ref(),
        "post" => item.post.as_ref(),
        "delete" => item.delete.as_ref(),
        "patch" => item.patch.as_ref(),
        "options" => item.options.as_ref(),
        "head" => item.head.as_ref(),
        "trace" => item.trace.as_ref(),
        _ => None,
    }
}

/// An operation while it is read.
pub(super) struct Reading<'d, 't> {
    pub(super) document: &'d Document,
    pub(super) path: &'t str,
    pub(super) method: &'t str,
    pub(super) typed: &'t oas::Operation,
    pub(super) node: &'t Node<'d>,
    pub(super) item: &'t PathItem,
}

impl<'d> Reading<'d, '_> {
    fn read(&self, item: &Node<'d>, findings: &mut Findings) -> Operation {
        let Self { document, path, method, typed, node, .. } = self;
        let extensions = &typed.extensions;
        let id = typed.operation_id.clone().unwrap_or_else(|| {
            findings
                .add(node.pointer(), "`operationId` is missing", "add one by an overlay action")
                .settled_by(node.pointer(), json!({"operationId": made_up_id(path, method)}));
            String::new()
        });
        let pagination = extensions.get("x-pagination");
        let place = node.get("x-pagination");
        if let Some(place) = place.filter(|_| pagination.is_some_and(|it| !is_pagination(it))) {
            findings
                .add(
                    place.pointer(),
                    "`x-pagination` may only be `false` or `{ cursor: <parameter> }`",
                    "correct it by an overlay action",
                )
                .settled_without(place.pointer());
        }
        if *method == "trace" {
            findings.add(node.pointer(), "the client does not send TRACE", "remove it by an overlay action");
        }
        let cursor = pagination.and_then(|it| it.get("cursor")).and_then(serde_json::Value::as_str);
        let body = typed.request_body.as_ref().zip(node.get("requestBody"));
        let success = responses::success(self, findings);
        Operation {
            pointer: node.pointer().to_owned(),
            method: method.to_ascii_uppercase(),
            path: (*path).to_owned(),
            doc: text(extensions, "x-doc"),
            tag: typed.tags.first().cloned(),
            deprecated: typed.deprecated,
            public: security::is_public(document, typed.security.as_ref(), node, findings),
            group: text(extensions, "x-speakeasy-group"),
            name: text(extensions, "x-speakeasy-name-override"),
            rust_group: text(extensions, "x-rust-group"),
            rust_name: text(extensions, "x-rust-name"),
            aliases: texts(extensions, "x-rust-alias"),
            key: text(extensions, "x-clerk-key"),
            cursor: cursor.map(str::to_owned),
            pagination: pagination.and_then(serde_json::Value::as_bool),
            parameters: parameters::read_all(self, item, findings),
            body: body.and_then(|(body, place)| read_body(document, body, &place, findings)),
            failures: responses::failures(typed, &success),
            success,
            error_codes: texts(extensions, "x-error-codes"),
            id,
        }
    }
}

fn is_pagination(value: &serde_json::Value) -> bool {
    value.as_bool() == Some(false) || value.get("cursor").is_some_and(serde_json::Value::is_string)
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

/// A value that stands in the document, or that a reference leads to.
pub(super) enum Found<'t, T> {
    Here(&'t T),
    There(Box<T>),
}

impl<T> AsRef<T> for Found<'_, T> {
    fn as_ref(&self) -> &T {
        match self {
            Self::Here(typed) => typed,
            Self::There(typed) => typed,
        }
    }
}

/// Follows a reference, if it is one.
pub(super) fn resolved<'d, 't, T: DeserializeOwned>(
    document: &'d Document,
    typed: &'t ReferenceOr<T>,
    node: &Node<'d>,
    findings: &mut Findings,
) -> Option<(Node<'d>, Found<'t, T>)> {
    let reference = match typed {
        ReferenceOr::Item(typed) => return Some((node.clone(), Found::Here(typed))),
        ReferenceOr::Reference { reference } => reference,
    };
    match document.root().resolve(reference) {
        Ok(target) => {
            let typed = Document::typed(&target, findings)?;
            Some((target, Found::There(Box::new(typed))))
        }
        Err(reason) => {
            findings
                .add(node.pointer(), reason, "correct the reference by an overlay action")
                .settled_without(node.pointer());
            None
        }
    }
}

pub(in crate::document) fn read_body(
    document: &Document,
    typed: &ReferenceOr<oas::RequestBody>,
    node: &Node<'_>,
    findings: &mut Findings,
) -> Option<Body> {
    let node = document.at(node.pointer())?;
    let (node, typed) = resolved(document, typed, &node, findings)?;
    audit::body(&node, findings);
    let typed = typed.as_ref();
    let content = node.get("content")?;
    let known = [
        ("application/json", BodyContent::Json),
        ("multipart/form-data", BodyContent::Multipart),
        ("application/x-www-form-urlencoded", BodyContent::UrlEncoded),
        ("application/octet-stream", BodyContent::Binary),
    ];
    for (name, kind) in known {
        let Some((written, media)) = typed.content.iter().find(|(written, _)| is_media_type(written, name))
        else {
            continue;
        };
        if kind == BodyContent::Binary {
            // Bytes are bytes, whatever the schema says about them.
            let schema = Schema::bytes(content.get(written).unwrap_or(content).pointer());
            return Some(Body { required: typed.required, content: kind, schema });
        }
        let media = content.get(written).zip(media.schema.as_ref());
        let Some((place, schema)) = media.and_then(|(place, schema)| Some((place.get("schema")?, schema)))
        else {
            let place = content.get(written).unwrap_or(content);
            findings
                .add(place.pointer(), "a body without a schema", "add one by an overlay action")
                .settled_by(place.pointer(), json!({"schema": {}}));
            return None;
        };
        let schema = Schema::read(document, schema, &place, findings);
        return Some(Body { required: typed.required, content: kind, schema });
    }
    let message = "a body that is neither JSON, a form nor application/octet-stream";
    findings.add(
        content.pointer(),
        message,
        "remove it, or add a media type that is understood, by an overlay action",
    );
    None
}

/// Returns whether a media type is a certain one, whatever its parameters.
pub(super) fn is_media_type(written: &str, name: &str) -> bool {
    written.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(name))
}
