//! From a place in the document to a schema.

use serde_json::json;

use super::{AdditionalProperties, Discriminator, Facts, Property, Schema, SchemaKind, bounds, keywords};
use crate::document::Node;
use crate::document::value::Value;
use crate::finding::{Findings, member};

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
        keywords::check(node, findings);
        schema.kind = kind(node, findings, depth);
        schema
    }
}

fn kind(node: &Node<'_>, findings: &mut Findings, depth: usize) -> SchemaKind {
    if node.get("$ref").is_some() {
        return reference(node, findings);
    }
    if let Some(members) = node.get("allOf") {
        let mut members = schemas(&members, findings, depth);
        if node.get("properties").is_some() {
            members.push(object(node, findings, depth));
        }
        return SchemaKind::AllOf(members, node.strings("required"));
    }
    let union = ["oneOf", "anyOf"].into_iter().find_map(|key| node.get(key).filter(|it| is_union(node, it)));
    if let Some(members) = union {
        return SchemaKind::Union(schemas(&members, findings, depth), discriminator(node, findings));
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
        Some("array") => array(node, findings, depth),
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

fn reference(node: &Node<'_>, findings: &mut Findings) -> SchemaKind {
    match node.resolve() {
        Ok(target) => SchemaKind::Reference(target.pointer().to_owned()),
        Err(reason) => {
            findings
                .add(node.pointer(), reason, "correct the reference by an overlay action")
                .settled_without(&member(node.pointer(), "$ref"));
            SchemaKind::Any
        }
    }
}

fn schemas(list: &Node<'_>, findings: &mut Findings, depth: usize) -> Vec<Schema> {
    list.elements().iter().map(|member| Schema::read_at(member, findings, depth + 1)).collect()
}

/// Whether the members are alternatives. Where they hold nothing but `required`, they say which properties of an object
/// go together: a constraint, no union.
fn is_union(node: &Node<'_>, members: &Node<'_>) -> bool {
    let only_required = |member: &Node<'_>| {
        matches!(member.value(), Value::Object(_))
            && member.members().iter().all(|(key, _)| *key == "required")
    };
    node.get("properties").is_none() || !members.elements().iter().all(only_required)
}

fn array(node: &Node<'_>, findings: &mut Findings, depth: usize) -> SchemaKind {
    let Some(items) = node.get("items") else {
        findings
            .add(node.pointer(), "an array without `items`", "add `items` by an overlay action")
            .settled_by(node.pointer(), json!({"items": {}}));
        return SchemaKind::Any;
    };
    let mut items = Schema::read_at(&items, findings, depth + 1);
    items.type_doc = items.type_doc.or_else(|| node.text("x-doc-type"));
    SchemaKind::Array(Box::new(items))
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
        Self { lines, format: node.text("format"), pattern: node.text("pattern"), bounds: bounds::read(node) }
    }
}
