//! From a place in the document to a schema.

use openapiv3::{self as oas, ReferenceOr};
use serde_json::json;

use super::keywords::{Keywords, Listed};
use super::{AdditionalProperties, Discriminator, Facts, Property, Schema, SchemaKind, bounds};
use crate::document::node::pointer_of;
use crate::document::{Document, Extensions, Node, audit, text};
use crate::finding::{Findings, member};

/// Something that `openapiv3` has for a schema.
#[derive(Clone, Copy, Debug)]
enum Typed<'t> {
    Reference(&'t str),
    Item(&'t oas::Schema),
}

impl<'t> Typed<'t> {
    fn of(typed: &'t ReferenceOr<oas::Schema>) -> Self {
        match typed {
            ReferenceOr::Reference { reference } => Self::Reference(reference),
            ReferenceOr::Item(schema) => Self::Item(schema),
        }
    }

    fn of_boxed(typed: &'t ReferenceOr<Box<oas::Schema>>) -> Self {
        match typed {
            ReferenceOr::Reference { reference } => Self::Reference(reference),
            ReferenceOr::Item(schema) => Self::Item(schema),
        }
    }
}

impl Schema {
    /// Reads the schema at `node`.
    pub(in crate::document) fn read(
        document: &Document,
        typed: &ReferenceOr<oas::Schema>,
        node: &Node<'_>,
        findings: &mut Findings,
    ) -> Self {
        read(document, Typed::of(typed), node, findings)
    }
}

impl Document {
    /// Reads the schema that a JSON pointer names.
    pub(crate) fn schema(&self, pointer: &str, findings: &mut Findings) -> Option<Schema> {
        let node = self.at(pointer)?;
        let components = self.openapi.components.as_ref();
        let name = pointer.strip_prefix("/components/schemas/").filter(|name| !name.contains(['/', '~']));
        let component = name.and_then(|name| components?.schemas.get(name));
        Some(match component {
            Some(typed) => Schema::read(self, typed, &node, findings),
            // A reference may lead to any place.
            None => Schema::read(self, &Self::typed(&node, findings)?, &node, findings),
        })
    }
}

fn read(document: &Document, typed: Typed<'_>, node: &Node<'_>, findings: &mut Findings) -> Schema {
    audit::schema(node, findings);
    match typed {
        Typed::Reference(reference) => {
            let mut schema = beside_reference(node);
            match node.resolve(reference) {
                Ok(target) => schema.kind = SchemaKind::Reference(target.pointer().to_owned()),
                Err(reason) => findings
                    .add(node.pointer(), reason, "correct the reference by an overlay action")
                    .settled_without(&member(node.pointer(), "$ref")),
            }
            schema
        }
        Typed::Item(typed) => {
            let keywords = Keywords::of(typed);
            let data = &typed.schema_data;
            let kind = Reading { document, keywords: &keywords, data, node }.kind(findings);
            let mut facts = Facts::of(&keywords, data);
            if let SchemaKind::Array(items) = &kind {
                facts.item_bounds.clone_from(&items.facts.bounds);
            }
            Schema {
                kind,
                facts,
                nullable: data.nullable,
                deprecated: data.deprecated,
                read_only: data.read_only,
                write_only: data.write_only,
                ..extended(node.pointer(), &data.extensions)
            }
        }
    }
}

/// A schema with what its extensions say.
fn extended(pointer: &str, extensions: &Extensions) -> Schema {
    let flag = |key: &str| extensions.get(key).and_then(serde_json::Value::as_bool);
    let docs = extensions.get("x-doc-values").and_then(serde_json::Value::as_object);
    let doc_of =
        |(value, doc): (&String, &serde_json::Value)| Some((value.clone(), doc.as_str()?.to_owned()));
    Schema {
        pointer: pointer.to_owned(),
        kind: SchemaKind::Any,
        nullable: false,
        deprecated: false,
        read_only: false,
        write_only: false,
        facts: Facts::default(),
        doc: text(extensions, "x-doc"),
        type_doc: text(extensions, "x-doc-type"),
        value_docs: docs.into_iter().flatten().filter_map(doc_of).collect(),
        rust_name: text(extensions, "x-rust-name"),
        variant_name: text(extensions, "x-speakeasy-name-override"),
        sensitive: flag("x-sensitive"),
        timestamp: flag("x-timestamp"),
    }
}

impl Schema {
    /// A schema of bytes, where a document need not have one.
    pub(in crate::document) fn bytes(pointer: &str) -> Self {
        let facts = Facts { format: Some("binary".to_owned()), ..Facts::default() };
        let kind = SchemaKind::String(Vec::new());
        Self { kind, facts, ..extended(pointer, &Extensions::default()) }
    }
}

/// The keywords beside a reference. `openapiv3` has no fields for that, and Clerk's documents mean it.
fn beside_reference(node: &Node<'_>) -> Schema {
    let flag = |key: &str| node.get(key).and_then(|value| value.value().as_bool());
    let text = |key: &str| node.get(key).and_then(|value| value.str().map(str::to_owned));
    Schema {
        nullable: flag("nullable").unwrap_or(false),
        deprecated: flag("deprecated").unwrap_or(false),
        read_only: flag("readOnly").unwrap_or(false),
        write_only: flag("writeOnly").unwrap_or(false),
        doc: text("x-doc"),
        type_doc: text("x-doc-type"),
        rust_name: text("x-rust-name"),
        variant_name: text("x-speakeasy-name-override"),
        sensitive: flag("x-sensitive"),
        timestamp: flag("x-timestamp"),
        ..extended(node.pointer(), &Extensions::default())
    }
}

/// A schema while it is read.
struct Reading<'d, 't> {
    document: &'d Document,
    keywords: &'t Keywords<'t>,
    data: &'t oas::SchemaData,
    node: &'t Node<'d>,
}

impl Reading<'_, '_> {
    fn kind(&self, findings: &mut Findings) -> SchemaKind {
        let Self { keywords, node, .. } = self;
        if node.get("allOf").is_some() {
            return self.all_of(findings);
        }
        let has_members = !keywords.one_of.is_empty() || !keywords.any_of.is_empty();
        if has_members && !node.has_rules_alone() {
            return self.union(findings);
        }
        match keywords.typ {
            Some("string") => SchemaKind::String(self.texts(findings)),
            Some("integer") => SchemaKind::Integer(self.integers(findings)),
            Some("number") => {
                self.refuse_list(findings);
                SchemaKind::Number
            }
            Some("boolean") => SchemaKind::Boolean,
            Some("array") => self.array(findings),
            Some("object") => self.object(findings),
            Some(other) => {
                let place = member(node.pointer(), "type");
                let advice = "replace it by an overlay action with one of string, integer, number, boolean, array, object";
                findings
                    .add(&place, format!("the type {other:?} is not understood"), advice)
                    .settled_without(&place);
                SchemaKind::Any
            }
            None if keywords.properties.is_some() => self.object(findings),
            None if node.get("enum").is_some() => SchemaKind::String(self.texts(findings)),
            // A member of an `allOf` may say what is required of the others.
            None if !keywords.required.is_empty() => {
                SchemaKind::AllOf(Vec::new(), keywords.required.to_vec())
            }
            None => {
                self.refuse_shape_without_type(findings);
                SchemaKind::Any
            }
        }
    }

    /// Reports what would be lost: a schema without a type is any JSON.
    fn refuse_shape_without_type(&self, findings: &mut Findings) {
        let Self { node, .. } = self;
        let typed =
            self.keywords.additional.is_some_and(|it| matches!(it, oas::AdditionalProperties::Schema(_)));
        if typed {
            findings
                .add(
                    node.pointer(),
                    "`additionalProperties` without a type",
                    "add the type by an overlay action",
                )
                .settled_by(node.pointer(), json!({"type": "object"}));
        }
    }

    fn members(&self, key: &str, typed: &[ReferenceOr<oas::Schema>], findings: &mut Findings) -> Vec<Schema> {
        let places = self.node.get(key).map(|list| list.elements()).unwrap_or_default();
        let members = typed.iter().zip(places);
        members.map(|(typed, place)| Schema::read(self.document, typed, &place, findings)).collect()
    }

    fn all_of(&self, findings: &mut Findings) -> SchemaKind {
        let Self { keywords, node, .. } = self;
        if let Some(typ) = keywords.typ.filter(|typ| *typ != "object") {
            let message = format!("`allOf` beside the type {typ:?}");
            let advice = "replace both by what they mean, in an overlay action";
            findings.add(node.pointer(), message, advice);
        }
        let mut members = self.members("allOf", keywords.all_of, findings);
        if keywords.properties.is_some() {
            let kind = self.object(findings);
            members.push(Schema { kind, ..extended(node.pointer(), &Extensions::default()) });
        } else if matches!(keywords.additional, Some(oas::AdditionalProperties::Schema(_))) {
            self.refuse_typed_rest(findings);
        }
        SchemaKind::AllOf(members, keywords.required.to_vec())
    }

    fn union(&self, findings: &mut Findings) -> SchemaKind {
        let Self { keywords, node, .. } = self;
        if !keywords.one_of.is_empty() && !keywords.any_of.is_empty() {
            let advice = "replace both by what they mean, in an overlay action";
            findings.add(node.pointer(), "`oneOf` beside `anyOf`", advice);
        }
        let (key, members) =
            if keywords.one_of.is_empty() { ("anyOf", keywords.any_of) } else { ("oneOf", keywords.one_of) };
        let members = self.members(key, members, findings);
        SchemaKind::Union(members, self.discriminator())
    }

    fn discriminator(&self) -> Option<Discriminator> {
        let discriminator = self.data.discriminator.as_ref()?;
        let mapping = discriminator.mapping.iter().map(|(tag, target)| {
            // The target is a reference, or the name of a schema.
            let pointer = pointer_of(target).unwrap_or_else(|| member("/components/schemas", target));
            (tag.clone(), pointer)
        });
        Some(Discriminator { property: discriminator.property_name.clone(), mapping: mapping.collect() })
    }

    fn array(&self, findings: &mut Findings) -> SchemaKind {
        let Self { document, keywords, node, data } = self;
        let Some((items, place)) = keywords.items.zip(node.get("items")) else {
            findings
                .add(node.pointer(), "an array without `items`", "add `items` by an overlay action")
                .settled_by(node.pointer(), json!({"items": {}}));
            return SchemaKind::Any;
        };
        let mut items = read(document, Typed::of_boxed(items), &place, findings);
        items.type_doc = items.type_doc.or_else(|| text(&data.extensions, "x-doc-type"));
        SchemaKind::Array(Box::new(items))
    }

    fn object(&self, findings: &mut Findings) -> SchemaKind {
        let Self { document, keywords, node, .. } = self;
        let places = node.get("properties");
        let mut properties = Vec::new();
        for (name, typed) in keywords.properties.into_iter().flatten() {
            let Some(place) = places.as_ref().and_then(|places| places.get(name)) else { continue };
            properties.push(Property {
                name: name.clone(),
                required: keywords.required.contains(name),
                schema: read(document, Typed::of_boxed(typed), &place, findings),
            });
        }
        let additional = match keywords.additional {
            None => AdditionalProperties::Unsaid,
            Some(oas::AdditionalProperties::Any(false)) => AdditionalProperties::Closed,
            Some(oas::AdditionalProperties::Any(true)) => AdditionalProperties::Open,
            Some(oas::AdditionalProperties::Schema(typed)) => {
                let place = node.get("additionalProperties").filter(|place| !place.members().is_empty());
                match place {
                    None => AdditionalProperties::Open,
                    Some(place) => {
                        if !properties.is_empty() {
                            self.refuse_typed_rest(findings);
                        }
                        let values = Schema::read(document, typed, &place, findings);
                        AdditionalProperties::Typed(Box::new(values))
                    }
                }
            }
        };
        SchemaKind::Object { properties, additional }
    }

    fn refuse_typed_rest(&self, findings: &mut Findings) {
        let place = member(self.node.pointer(), "additionalProperties");
        let message = "`additionalProperties` of a type beside `properties`: a struct has no field for them";
        let advice = "replace the object by a map or by any JSON, in an overlay action";
        findings.add(place, message, advice);
    }

    /// The listed texts.
    fn texts(&self, findings: &mut Findings) -> Vec<String> {
        let mut listed: Vec<String> = Vec::new();
        let mut add = |index: usize, value: Option<&str>, is_null: bool| match value {
            Some(text) if listed.iter().any(|seen| seen == text) => {
                self.refuse_value(index, format!("the value {text:?} is listed twice"), findings);
            }
            Some(text) => listed.push(text.to_owned()),
            // `null` among the values of a nullable enum adds nothing to `nullable`.
            None if is_null && self.data.nullable => {}
            None if is_null => {
                let message = "`null` is listed, but the schema is not nullable";
                let place = self.node.pointer();
                findings
                    .add(place, message, "say `nullable: true` by an overlay action")
                    .settled_by(place, json!({"nullable": true}));
            }
            None => self.refuse_value(index, "a listed value that is not a string".to_owned(), findings),
        };
        match self.keywords.listed {
            Listed::Texts(texts) => {
                for (index, text) in texts.iter().enumerate() {
                    add(index, text.as_deref(), text.is_none());
                }
            }
            Listed::Any(values) => {
                for (index, value) in values.iter().enumerate() {
                    add(index, value.as_str(), value.is_null());
                }
            }
            _ => {}
        }
        listed
    }

    /// The listed integers.
    fn integers(&self, findings: &mut Findings) -> Vec<i64> {
        let values: Vec<Option<i64>> = match self.keywords.listed {
            Listed::Integers(values) => values.to_vec(),
            Listed::Any(values) => values.iter().map(serde_json::Value::as_i64).collect(),
            _ => Vec::new(),
        };
        let mut listed: Vec<i64> = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            match value {
                Some(value) if listed.contains(&value) => {
                    self.refuse_value(index, format!("the value {value} is listed twice"), findings);
                }
                Some(value) => listed.push(value),
                None if self.data.nullable && self.is_null(index) => {}
                None => {
                    self.refuse_value(index, "a listed value that is not an integer".to_owned(), findings)
                }
            }
        }
        listed
    }

    fn is_null(&self, index: usize) -> bool {
        self.node.get("enum").is_some_and(|list| {
            list.elements().get(index).is_some_and(|value| value.value().to_string() == "null")
        })
    }

    fn refuse_list(&self, findings: &mut Findings) {
        if !matches!(self.keywords.listed, Listed::Nothing) {
            let place = member(self.node.pointer(), "enum");
            let message = "a list of numbers with fractions: an enum has texts or integers";
            let advice = "say `type: integer`, or remove the list by an overlay action";
            findings.add(&place, message, advice).settled_without(&place);
        }
    }

    fn refuse_value(&self, index: usize, message: String, findings: &mut Findings) {
        let place = format!("{}/enum/{index}", self.node.pointer());
        findings
            .add(&place, message, "remove the value by an overlay action: enums stay open")
            .settled_without(&place);
    }
}

impl Facts {
    fn of(keywords: &Keywords<'_>, data: &oas::SchemaData) -> Self {
        use serde_json::Value::{Array, Null, Object};
        let mut lines = Vec::new();
        let mut add = |phrase: &str, value: Option<String>| {
            lines.extend(value.map(|value| format!("{phrase}`{value}`.")));
        };
        let default = data.default.as_ref().filter(|value| !matches!(value, Null | Array(_) | Object(_)));
        let count = |count: Option<usize>| count.map(|count| count.to_string());
        add("Default: ", default.map(ToString::to_string));
        add("At least ", keywords.minimum.map(|limit| limit.to_string()));
        add("At most ", keywords.maximum.map(|limit| limit.to_string()));
        add("Shortest length: ", count(keywords.min_length));
        add("Longest length: ", count(keywords.max_length));
        add("Fewest items: ", count(keywords.min_items));
        add("Most items: ", count(keywords.max_items));
        Self {
            lines,
            format: keywords.format.map(str::to_owned),
            pattern: keywords.pattern.map(str::to_owned),
            bounds: bounds::read(keywords),
            item_bounds: Vec::new(),
        }
    }
}
