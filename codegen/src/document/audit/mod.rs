//! The audit: every key of the document is read at its place, or listed there as without meaning for a client, or a
//! diagnostic. `openapiv3` drops keys that it has no field for, so the audit looks at the JSON itself.

mod tables;
mod whole;

pub(super) use tables::{EVENT, EVENT_ITEM, ROOT};
pub(super) use whole::everything;

use serde_json::json;

use self::tables::Table;
use super::Node;
use super::value::Value;
use crate::finding::{Findings, member};

/// The kind of value that a key may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Flag,
    /// A text.
    Text,
    /// A number.
    Number,
    /// A whole number that is not negative.
    Count,
    /// An array.
    List,
    /// An array of texts.
    Texts,
    /// An object.
    Object,
    /// An object of texts.
    TextMap,
    /// Any value: the reading reports the values that it does not understand.
    Any,
}

/// A key of a place: it is read there, or has no meaning for a client.
#[derive(Debug)]
pub(super) struct Key {
    name: &'static str,
    kind: Kind,
    /// The reason why the key has no meaning for a client; `None` if it is read.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "reasons are for people, and for the test that asks for them")
    )]
    ignored: Option<&'static str>,
}

const fn read(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, ignored: None }
}

const fn ignored(name: &'static str, kind: Kind, reason: &'static str) -> Key {
    Key { name, kind, ignored: Some(reason) }
}

impl Kind {
    fn wanted(self) -> &'static str {
        match self {
            Self::Flag => "`true` or `false`",
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Count => "a whole number that is not negative",
            Self::List => "a list",
            Self::Texts => "a list of texts",
            Self::Object => "an object",
            Self::TextMap => "an object of texts",
            Self::Any => "any value",
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Flag => value.as_bool().is_some(),
            Self::Text => value.as_str().is_some(),
            Self::Number => matches!(value, Value::Number(_)),
            Self::Count => matches!(value, Value::Number(number) if number.as_u64().is_some()),
            Self::List => matches!(value, Value::Array(_)),
            Self::Texts => match value {
                Value::Array(elements) => elements.iter().all(|element| element.as_str().is_some()),
                _ => false,
            },
            Self::Object => matches!(value, Value::Object(_)),
            Self::TextMap => {
                matches!(value, Value::Object(_))
                    && value.members().iter().all(|(_, value)| value.as_str().is_some())
            }
            Self::Any => true,
        }
    }
}

/// Keywords that say what values are made of.
const CONTENT: &[&str] = &[
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "allOf",
    "oneOf",
    "anyOf",
    "content",
    "schema",
];

/// Holds the keys of a place against its table.
pub(super) fn check(node: &Node<'_>, table: &Table, findings: &mut Findings) {
    if !matches!(node.value(), Value::Object(_)) {
        findings
            .add(
                node.pointer(),
                format!("{} must be an object", table.what),
                "replace it by an overlay action",
            )
            .settled_without(node.pointer());
        return;
    }
    for (name, value) in node.value().members() {
        let pointer = || member(node.pointer(), name);
        match table.key(name) {
            Some(key) if key.kind.fits(value) => {}
            Some(key) => {
                let message = format!("`{name}` may only be {}", key.kind.wanted());
                findings
                    .add(pointer(), message, "correct it by an overlay action")
                    .settled_without(&pointer());
            }
            None if !name.starts_with("x-") => {
                let message = format!("`{name}` in {} is not understood", table.what);
                let advice = if table.is_union() {
                    "move it into each member of the union by an overlay action"
                } else {
                    "remove it by an overlay action"
                };
                let finding = findings.add(pointer(), message, advice);
                // A proposal must not discard the types of values.
                if !CONTENT.contains(&name) {
                    finding.settled_without(&pointer());
                }
            }
            None if tables::is_own_extension(name) => {
                let message = format!("`{name}` has no effect in {}", table.what);
                let advice = "remove it, or move it to the place that it is meant for, by an overlay action";
                findings.add(pointer(), message, advice).settled_without(&pointer());
            }
            // An extension of another tool.
            None => {}
        }
    }
}

/// Audits a path item and its operations, without what references lead to.
pub(super) fn path_item(node: &Node<'_>, findings: &mut Findings) {
    check(node, &tables::PATH_ITEM, findings);
    each(node, "parameters", parameter, findings);
    for (_, operation) in node.operations() {
        self::operation(&operation, findings);
    }
}

/// Audits an operation.
fn operation(node: &Node<'_>, findings: &mut Findings) {
    check(node, &tables::OPERATION, findings);
    each(node, "parameters", parameter, findings);
    if let Some(body) = node.get("requestBody") {
        self::body(&body, findings);
    }
    let responses = node.get("responses");
    if let Some(responses) = responses.as_ref().filter(|responses| responses.is_object()) {
        for (status, response) in responses.members() {
            if is_status(status) {
                self::response(&response, findings);
            } else if !status.starts_with("x-") {
                let message = format!("`{status}` among the responses is not a status");
                let advice = "correct it by an overlay action: a status is `200`, `2XX` or `default`";
                findings.add(response.pointer(), message, advice);
            }
        }
    }
    refuse_unless_empty(node, "callbacks", findings);
}

/// Audits a parameter, by the place that it goes to.
pub(super) fn parameter(node: &Node<'_>, findings: &mut Findings) {
    if node.get("$ref").is_some() {
        return check(node, &tables::REFERENCE, findings);
    }
    match node.get("in").as_ref().and_then(Node::str) {
        Some("path") => check(node, &tables::PATH_PARAMETER, findings),
        Some("query") => check(node, &tables::QUERY_PARAMETER, findings),
        Some("header") => check(node, &tables::HEADER_PARAMETER, findings),
        Some("cookie") => check(node, &tables::COOKIE_PARAMETER, findings),
        _ => check(node, &tables::PARAMETER_OF_NO_PLACE, findings),
    }
    let name = node.get("name").as_ref().and_then(Node::str).unwrap_or_default();
    if node.is_object() && node.get("schema").is_none() {
        findings
            .add(
                node.pointer(),
                format!("the parameter `{name}` has no schema"),
                "add one by an overlay action",
            )
            .settled_by(node.pointer(), json!({"schema": {"type": "string"}}));
    }
}

/// Audits a request body.
pub(super) fn body(node: &Node<'_>, findings: &mut Findings) {
    if node.get("$ref").is_some() {
        return check(node, &tables::REFERENCE, findings);
    }
    check(node, &tables::BODY, findings);
    media_types(node, findings);
}

/// Audits a response. The bodies of failures are decoded by the runtime, whatever the document says about them.
pub(super) fn response(node: &Node<'_>, findings: &mut Findings) {
    if node.get("$ref").is_some() {
        return check(node, &tables::REFERENCE, findings);
    }
    check(node, &tables::RESPONSE, findings);
    media_types(node, findings);
}

fn media_types(node: &Node<'_>, findings: &mut Findings) {
    let content = node.get("content").filter(Node::is_object);
    for (name, media) in content.map(|content| content.members()).unwrap_or_default() {
        check(&media, &tables::MEDIA_TYPE, findings);
        // Each part of a form may have an encoding of its own; other bodies have no parts.
        if name.starts_with("multipart/") || name.starts_with("application/x-www-form-urlencoded") {
            refuse_unless_empty(&media, "encoding", findings);
        }
    }
}

/// Audits a schema, without those in it.
pub(super) fn schema(node: &Node<'_>, findings: &mut Findings) {
    if !node.is_object() {
        findings
            .add(node.pointer(), "a schema must be an object", "replace it by an overlay action")
            .settled_without(node.pointer());
        return;
    }
    check(node, tables::of_schema(node), findings);
    let Some(discriminator) = node.get("discriminator").filter(Node::is_object) else { return };
    check(&discriminator, &tables::DISCRIMINATOR, findings);
    if tables::of_schema(node).is_union() {
        if discriminator.get("propertyName").is_none() {
            findings
                .add(
                    discriminator.pointer(),
                    "a discriminator without `propertyName`",
                    "add it by an overlay action",
                )
                .settled_without(discriminator.pointer());
        }
    } else {
        let message = "a discriminator on a base: the schemas that are made of it would be lost";
        let advice = "refer to a `oneOf` of these schemas, which has the discriminator, by an overlay action";
        findings.add(discriminator.pointer(), message, advice);
    }
}

fn each(node: &Node<'_>, key: &str, audit: impl Fn(&Node<'_>, &mut Findings), findings: &mut Findings) {
    let list = node.get(key).map(|list| list.elements()).unwrap_or_default();
    list.iter().for_each(|element| audit(element, findings));
}

/// Refuses a key that says something which the client cannot do.
fn refuse_unless_empty(node: &Node<'_>, key: &str, findings: &mut Findings) {
    let Some(found) = node.get(key) else { return };
    let is_empty = match found.value() {
        Value::Array(elements) => elements.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    };
    if !is_empty {
        let message = match key {
            "callbacks" => "the client cannot receive `callbacks`",
            _ => "the client has no setting for the `encoding` of a part",
        };
        findings
            .add(found.pointer(), message, "remove it by an overlay action")
            .settled_without(found.pointer());
    }
}

/// Returns whether a key of `responses` stands for a status.
fn is_status(key: &str) -> bool {
    let begins = |rest: &[u8]| rest.iter().all(u8::is_ascii_digit) || rest == b"XX" || rest == b"xx";
    match key.as_bytes() {
        [b'1'..=b'5', rest @ ..] => rest.len() == 2 && begins(rest),
        other => other == b"default",
    }
}

#[cfg(test)]
mod tests {
    use super::tables;

    #[test]
    fn every_key_that_is_not_read_has_a_reason_and_stands_once_in_its_table() {
        for table in tables::ALL {
            let keys: Vec<_> = table.all().collect();
            for (index, key) in keys.iter().enumerate() {
                assert!(key.ignored.is_none_or(|reason| reason.len() > 10), "{} in {}", key.name, table.what);
                assert!(
                    keys.iter().take(index).all(|other| other.name != key.name),
                    "{} twice in {}",
                    key.name,
                    table.what
                );
            }
        }
    }
}
