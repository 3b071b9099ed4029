//! Schema objects: what a value may be.

use serde_json::json;

use super::Node;
use super::value::Value;
use crate::finding::{Findings, member};

/// A schema, with the facts around its type.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Where it stands.
    pub pointer: String,
    /// What it describes.
    pub kind: SchemaKind,
    /// Whether null is allowed here.
    pub nullable: bool,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// Limits, defaults and formats, for the documentation.
    pub facts: Facts,
    /// `x-doc`: what the value means, in a sentence.
    pub doc: Option<String>,
    /// `x-doc-type`: what the type that is made of it, or of its items, is.
    pub type_doc: Option<String>,
    /// `x-doc-values`: what listed values mean, each by its value.
    pub value_docs: Vec<(String, String)>,
    /// `x-rust-name`: the name of the type or field, given by an overlay.
    pub rust_name: Option<String>,
    /// `x-speakeasy-name-override`: what this is called as a member of a union.
    pub variant_name: Option<String>,
    /// `x-sensitive`: whether the value is a secret; `None` where nobody has said.
    pub sensitive: Option<bool>,
    /// `x-timestamp`: whether the number is a time in Unix milliseconds; `None` leaves it to the name.
    pub timestamp: Option<bool>,
}

/// What a schema describes.
#[derive(Clone, Debug)]
pub enum SchemaKind {
    /// `$ref`, as the pointer that it leads to.
    Reference(String),
    /// A string; listed values, if any.
    String(Vec<String>),
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A boolean, also where only one value is listed.
    Boolean,
    /// An array.
    Array(Box<Schema>),
    /// An object.
    Object {
        /// The declared properties, in document order.
        properties: Vec<Property>,
        /// What the document says about other keys.
        additional: AdditionalProperties,
    },
    /// All of these at once.
    AllOf(Vec<Schema>, Vec<String>),
    /// One of these.
    Union(Vec<Schema>, Option<Discriminator>),
    /// Anything.
    Any,
}

/// A property of an object.
#[derive(Clone, Debug)]
pub struct Property {
    /// The JSON name.
    pub name: String,
    /// Whether the object must have it.
    pub required: bool,
    /// Its schema.
    pub schema: Schema,
}

/// What an object says about keys that it does not declare.
#[derive(Clone, Debug)]
pub enum AdditionalProperties {
    /// Nothing.
    Unsaid,
    /// None are sent.
    Closed,
    /// Any are.
    Open,
    /// Any, with values of this schema.
    Typed(Box<Schema>),
}

/// How the members of a union are told apart.
#[derive(Clone, Debug)]
pub struct Discriminator {
    /// The property that holds the tag.
    pub property: String,
    /// Tag and pointer of the member, where the document lists them.
    pub mapping: Vec<(String, String)>,
}

/// What the documentation of a value says beside its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Such as `default: 10` or `at most 500`, each ready to be printed.
    pub lines: Vec<String>,
    /// `format`.
    pub format: Option<String>,
    /// `pattern`.
    pub pattern: Option<String>,
}

/// The keywords that a schema may have. Those in the second half say nothing about the type.
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

const DEEPEST: usize = 64;

impl Schema {
    /// Reads the schema at `node`.
    pub fn read(node: &Node<'_>, findings: &mut Findings) -> Self {
        Self::read_at(node, findings, 0)
    }

    fn read_at(node: &Node<'_>, findings: &mut Findings, depth: usize) -> Self {
        let mut schema = Self {
            pointer: node.pointer().to_owned(),
            kind: SchemaKind::Any,
            nullable: node.flag("nullable"),
            deprecated: node.flag("deprecated"),
            facts: Facts::read(node),
            doc: node.text("x-doc"),
            type_doc: node.text("x-doc-type"),
            value_docs: value_docs(node),
            rust_name: node.text("x-rust-name"),
            variant_name: node.text("x-speakeasy-name-override"),
            sensitive: node.get("x-sensitive").and_then(|x| x.value().as_bool()),
            timestamp: node.get("x-timestamp").and_then(|x| x.value().as_bool()),
        };
        if !matches!(node.value(), Value::Object(_)) {
            findings
                .add(node.pointer(), "a schema must be an object", "replace it by an overlay action")
                .settled_without(node.pointer());
            return schema;
        }
        if depth > DEEPEST {
            findings.add(
                node.pointer(),
                "schemas are nested too deeply",
                "move a part into components and refer to it",
            );
            return schema;
        }
        for (key, member) in node.members() {
            if !key.starts_with("x-") && !KEYWORDS.contains(&key) {
                let advice =
                    "remove it by an overlay action, or teach codegen/src/document/schema.rs what it means";
                findings
                    .add(member.pointer(), format!("the schema keyword `{key}` is not understood"), advice)
                    .settled_without(member.pointer());
            }
        }
        schema.kind = kind(node, findings, depth);
        schema
    }
}

fn kind(node: &Node<'_>, findings: &mut Findings, depth: usize) -> SchemaKind {
    if node.get("$ref").is_some() {
        return match node.resolve() {
            Ok(target) => SchemaKind::Reference(target.pointer().to_owned()),
            Err(reason) => {
                findings
                    .add(node.pointer(), reason, "correct the reference by an overlay action")
                    .settled_without(&member(node.pointer(), "$ref"));
                SchemaKind::Any
            }
        };
    }
    let list = |key: &str, findings: &mut Findings| -> Option<Vec<Schema>> {
        let members = node.get(key)?.elements();
        Some(members.iter().map(|member| Schema::read_at(member, findings, depth + 1)).collect())
    };
    if let Some(mut members) = list("allOf", findings) {
        if node.get("properties").is_some() {
            members.push(object(node, findings, depth));
        }
        return SchemaKind::AllOf(members, node.strings("required"));
    }
    for key in ["oneOf", "anyOf"] {
        let Some(group) = node.get(key) else { continue };
        let only_required = |member: &Node<'_>| {
            matches!(member.value(), Value::Object(_))
                && member.members().iter().all(|(key, _)| *key == "required")
        };
        // Members that hold nothing but `required` say which properties go together: a constraint, no union.
        if group.elements().iter().all(only_required) && node.get("properties").is_some() {
            continue;
        }
        let members = list(key, findings).unwrap_or_default();
        return SchemaKind::Union(members, discriminator(node, findings));
    }
    let Some(name) = node.get("type") else {
        return if node.get("properties").is_some() {
            object(node, findings, depth).kind
        } else if node.get("enum").is_some() {
            SchemaKind::String(listed(node, findings))
        } else {
            SchemaKind::Any
        };
    };
    match name.str() {
        Some("string") => SchemaKind::String(listed(node, findings)),
        Some("integer") => SchemaKind::Integer,
        Some("number") => SchemaKind::Number,
        Some("boolean") => SchemaKind::Boolean,
        Some("array") => match node.get("items") {
            Some(items) => {
                let mut items = Schema::read_at(&items, findings, depth + 1);
                items.type_doc = items.type_doc.or_else(|| node.text("x-doc-type"));
                SchemaKind::Array(Box::new(items))
            }
            None => {
                findings
                    .add(node.pointer(), "an array without `items`", "add `items` by an overlay action")
                    .settled_by(node.pointer(), json!({"items": {}}));
                SchemaKind::Any
            }
        },
        Some("object") => object(node, findings, depth).kind,
        _ => {
            findings.add(
                name.pointer(),
                format!("the type {} is not understood", name.value()),
                "replace it by an overlay action with one of string, integer, number, boolean, array, object",
            )
            .settled_without(name.pointer());
            SchemaKind::Any
        }
    }
}

fn object(node: &Node<'_>, findings: &mut Findings, depth: usize) -> Schema {
    let required = node.strings("required");
    let declared = node.get("properties").map(|properties| properties.members()).unwrap_or_default();
    let properties = declared
        .iter()
        .map(|(name, property)| Property {
            name: (*name).to_owned(),
            required: required.iter().any(|key| key == name),
            schema: Schema::read_at(property, findings, depth + 1),
        })
        .collect();
    let additional = match node.get("additionalProperties") {
        None => AdditionalProperties::Unsaid,
        Some(additional) => match additional.value() {
            Value::Bool(false) => AdditionalProperties::Closed,
            Value::Bool(true) => AdditionalProperties::Open,
            Value::Object(keys) if keys.is_empty() => AdditionalProperties::Open,
            _ => AdditionalProperties::Typed(Box::new(Schema::read_at(&additional, findings, depth + 1))),
        },
    };
    Schema {
        pointer: node.pointer().to_owned(),
        kind: SchemaKind::Object { properties, additional },
        nullable: false,
        deprecated: false,
        facts: Facts::default(),
        doc: None,
        type_doc: None,
        value_docs: Vec::new(),
        rust_name: None,
        variant_name: None,
        sensitive: None,
        timestamp: None,
    }
}

fn value_docs(node: &Node<'_>) -> Vec<(String, String)> {
    let docs = node.get("x-doc-values").map(|docs| docs.members()).unwrap_or_default();
    docs.into_iter().filter_map(|(value, doc)| Some((value.to_owned(), doc.str()?.to_owned()))).collect()
}

fn listed(node: &Node<'_>, findings: &mut Findings) -> Vec<String> {
    let Some(values) = node.get("enum") else { return Vec::new() };
    let mut listed = Vec::new();
    for value in values.elements() {
        match value.str() {
            Some(text) if listed.iter().any(|seen| seen == text) => {
                findings
                    .add(
                        value.pointer(),
                        format!("the value {text:?} is listed twice"),
                        "remove one by an overlay action",
                    )
                    .settled_without(value.pointer());
            }
            Some(text) => listed.push(text.to_owned()),
            // `null` among the values of a nullable enum adds nothing to `nullable`.
            None if matches!(value.value(), Value::Null) => {}
            None => findings
                .add(
                    value.pointer(),
                    "a listed value that is no string",
                    "remove the list by an overlay action, or quote the value",
                )
                .settled_without(values.pointer()),
        }
    }
    listed
}

fn discriminator(node: &Node<'_>, findings: &mut Findings) -> Option<Discriminator> {
    let discriminator = node.get("discriminator")?;
    let Some(property) = discriminator.text("propertyName") else {
        findings
            .add(
                discriminator.pointer(),
                "a discriminator without `propertyName`",
                "add it by an overlay action",
            )
            .settled_without(discriminator.pointer());
        return None;
    };
    let mapping = discriminator.get("mapping").map(|mapping| mapping.members()).unwrap_or_default();
    let mapping = mapping
        .into_iter()
        .filter_map(|(tag, target)| {
            let target = target.str()?;
            let pointer = target.strip_prefix('#').map(str::to_owned);
            Some((tag.to_owned(), pointer.unwrap_or_else(|| format!("/components/schemas/{target}"))))
        })
        .collect();
    Some(Discriminator { property, mapping })
}

impl Facts {
    fn read(node: &Node<'_>) -> Self {
        let mut lines = Vec::new();
        let phrases = [
            ("default", "Default: "),
            ("minimum", "At least "),
            ("maximum", "At most "),
            ("minLength", "Shortest length: "),
            ("maxLength", "Longest length: "),
            ("minItems", "Fewest items: "),
            ("maxItems", "Most items: "),
        ];
        for (key, phrase) in phrases {
            match node.get(key).map(|value| value.value()) {
                Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => {}
                Some(value) => lines.push(format!("{phrase}`{value}`.")),
            }
        }
        Self { lines, format: node.text("format"), pattern: node.text("pattern") }
    }
}
