//! The keywords that a schema may have.

use crate::document::Node;
use crate::finding::Findings;

/// Those from `default` on say nothing about the type.
const KEYWORDS: &[&str] = &[
    "$ref",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "allOf",
    "oneOf",
    "anyOf",
    "discriminator",
    "nullable",
    "deprecated",
    "format",
    "pattern",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minProperties",
    "maxProperties",
    "readOnly",
    "writeOnly",
    "title",
    "description",
    "example",
    "externalDocs",
    "xml",
];

/// Finds keywords that the generator does not know.
pub(super) fn check(node: &Node<'_>, findings: &mut Findings) {
    for (key, member) in node.members() {
        if !key.starts_with("x-") && !KEYWORDS.contains(&key) {
            let advice =
                "remove it by an overlay action, or teach codegen/src/document/schema/ what it means";
            findings
                .add(member.pointer(), format!("the schema keyword `{key}` is not understood"), advice)
                .settled_without(member.pointer());
        }
    }
}
