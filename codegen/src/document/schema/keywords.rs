//! The keywords that a schema may have.

use crate::document::Node;
use crate::document::node::Kind::{self, Any, Flag, List, Object, Text};
use crate::finding::Findings;

/// Each with what its value is. Those from `default` to `xml` say nothing about the type.
const KEYWORDS: &[(&str, Kind)] = &[
    ("$ref", Any),
    ("type", Any),
    ("properties", Object),
    ("required", List),
    ("additionalProperties", Any),
    ("items", Any),
    ("enum", List),
    ("allOf", List),
    ("oneOf", List),
    ("anyOf", List),
    ("discriminator", Object),
    ("nullable", Flag),
    ("deprecated", Flag),
    ("format", Text),
    ("pattern", Text),
    ("default", Any),
    ("minimum", Any),
    ("maximum", Any),
    ("minLength", Any),
    ("maxLength", Any),
    ("minItems", Any),
    ("maxItems", Any),
    ("uniqueItems", Any),
    ("exclusiveMinimum", Any),
    ("exclusiveMaximum", Any),
    ("multipleOf", Any),
    ("minProperties", Any),
    ("maxProperties", Any),
    ("readOnly", Any),
    ("writeOnly", Any),
    ("title", Any),
    ("description", Any),
    ("example", Any),
    ("externalDocs", Any),
    ("xml", Any),
    ("x-doc", Text),
    ("x-doc-type", Text),
    ("x-doc-values", Object),
    ("x-rust-name", Text),
    ("x-speakeasy-name-override", Text),
    ("x-sensitive", Flag),
    ("x-timestamp", Flag),
];

/// Finds keywords that the generator does not know, and those that are something else than they may be.
pub(super) fn check(node: &Node<'_>, findings: &mut Findings) {
    for (key, member) in node.members() {
        if !key.starts_with("x-") && !KEYWORDS.iter().any(|(known, _)| *known == key) {
            let advice =
                "remove it by an overlay action, or teach codegen/src/document/schema/ what it means";
            findings
                .add(member.pointer(), format!("the schema keyword `{key}` is not understood"), advice)
                .settled_without(member.pointer());
        }
    }
    node.check(KEYWORDS, findings);
}
