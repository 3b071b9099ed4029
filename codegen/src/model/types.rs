//! From schemas to types: every schema is lowered once for each direction into a list of definitions, which are named
//! and merged afterwards.

use std::collections::HashMap;

use serde_json::json;

use super::{Direction, Field, Type, TypeKind, Union, UnionVariant, Variant, names, sensitive};
use crate::document::{AdditionalProperties, Discriminator, Document, Property, Schema, SchemaKind};
use crate::finding::{Findings, member, parent};

/// A definition on its way to become a type of the model.
#[derive(Debug)]
pub(super) struct Def {
    pub(super) origin: Origin,
    /// A name that an overlay has given.
    pub(super) explicit_name: Option<String>,
    /// What it is called as a variant of a union, if the document says so.
    pub(super) variant_name: Option<String>,
    pub(super) pointer: String,
    pub(super) direction: Direction,
    pub(super) deprecated: bool,
    pub(super) doc: Option<String>,
    pub(super) kind: TypeKind,
}

impl Def {
    /// A field by its position.
    pub(super) fn field(&self, index: usize) -> Option<&Field> {
        match &self.kind {
            TypeKind::Object(fields) => fields.get(index),
            _ => None,
        }
    }

    /// A value by its JSON string.
    pub(super) fn variant(&self, wire: &str) -> Option<&Variant> {
        match &self.kind {
            TypeKind::Enum(variants) => variants.iter().find(|variant| variant.wire == wire),
            _ => None,
        }
    }
}

/// Where a definition was met first, which is what it is named after.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A component, by its key.
    Component(String),
    /// The inline answer or array item of an operation.
    Answer { operation: String, suffix: &'static str },
    /// A property, or an item of it.
    Property { parent: Parent, property: String },
    /// A type that the generator makes up for many places.
    Shared(&'static str),
}

/// What a property belongs to.
#[derive(Clone, Debug)]
pub(super) enum Parent {
    Def(usize),
    Operation(String),
}

/// How deep schemas may refer to each other without an object between them.
const LONGEST_CHAIN: usize = 32;

/// How deep they may with objects: more would not fit on the stack of a build script.
const DEEPEST: usize = 200;

/// The definitions so far.
#[derive(Debug)]
pub(super) struct Types<'a> {
    document: &'a Document,
    pub(super) defs: Vec<Def>,
    lowered: HashMap<(String, Direction), (Type, bool)>,
    /// What references among the members of an `allOf` lead to; none while that is being found out.
    flattened: HashMap<(String, Direction), Option<Vec<Property>>>,
    object_type: Option<usize>,
    /// Schemas that lead to each other with no object in between, on the way to the one at hand.
    depth: usize,
    /// The same, objects or not.
    total_depth: usize,
}

impl<'a> Types<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Self {
            document,
            defs: Vec::new(),
            lowered: HashMap::new(),
            flattened: HashMap::new(),
            object_type: None,
            depth: 0,
            total_depth: 0,
        }
    }

    /// The type of a schema, and whether it may be null.
    pub(super) fn lower(
        &mut self,
        schema: &Schema,
        direction: Direction,
        origin: Origin,
        findings: &mut Findings,
    ) -> (Type, bool) {
        let key = (schema.pointer.clone(), direction);
        if let Some((ty, nullable)) = self.lowered.get(&key) {
            return (ty.clone(), *nullable);
        }
        if self.depth > LONGEST_CHAIN || self.total_depth > DEEPEST {
            let advice = "break the circle by an overlay action";
            findings
                .add(
                    &schema.pointer,
                    "schemas refer to each other in a circle, or are nested too deeply",
                    advice,
                )
                .settled_without(&schema.pointer);
            return (Type::Json, true);
        }
        self.depth += 1;
        self.total_depth += 1;
        let (ty, nullable) = self.lower_kind(schema, direction, origin, findings);
        self.total_depth -= 1;
        self.depth -= 1;
        let result = (ty, nullable || schema.nullable);
        self.lowered.insert(key, result.clone());
        result
    }

    fn lower_kind(
        &mut self,
        schema: &Schema,
        direction: Direction,
        origin: Origin,
        findings: &mut Findings,
    ) -> (Type, bool) {
        match &schema.kind {
            SchemaKind::Reference(pointer) => self.component(pointer, direction, findings),
            SchemaKind::String(values) if !values.is_empty() => {
                let variants = self.variants(schema, values, findings);
                (Type::Named(self.define(schema, direction, origin, TypeKind::Enum(variants))), false)
            }
            SchemaKind::String(_) if schema.facts.format.as_deref() == Some("binary") => (Type::File, false),
            SchemaKind::String(_) => (Type::String, false),
            SchemaKind::Integer => (Type::Integer, false),
            SchemaKind::Number => (Type::Number, false),
            SchemaKind::Boolean => (Type::Bool, false),
            SchemaKind::Any => (Type::Json, false),
            SchemaKind::Array(items) => {
                let (item, nullable) = self.lower(items, direction, origin, findings);
                (Type::List(Box::new(or_null(item, nullable))), false)
            }
            SchemaKind::Object { properties, additional } if properties.is_empty() => match additional {
                AdditionalProperties::Typed(values) => {
                    let (value, nullable) = self.lower(values, direction, origin, findings);
                    (Type::Map(Box::new(or_null(value, nullable))), false)
                }
                _ => (Type::JsonObject, false),
            },
            // A caller's object with keys of its own is sent as given.
            SchemaKind::Object { additional: AdditionalProperties::Open, .. }
                if direction == Direction::Request =>
            {
                (Type::JsonObject, false)
            }
            SchemaKind::Object { properties, .. } => {
                (self.object(schema, properties, direction, origin, findings), false)
            }
            SchemaKind::AllOf(members, required) => match members.as_slice() {
                [only] if required.is_empty() => self.lower(only, direction, origin, findings),
                _ => {
                    let properties = self.flatten(schema, direction, findings);
                    (self.object(schema, &properties, direction, origin, findings), false)
                }
            },
            SchemaKind::Union(members, discriminator) => match (members.as_slice(), discriminator) {
                ([only], None) => self.lower(only, direction, origin, findings),
                _ => {
                    (self.union(schema, members, discriminator.as_ref(), direction, origin, findings), false)
                }
            },
        }
    }

    fn define(&mut self, schema: &Schema, direction: Direction, origin: Origin, kind: TypeKind) -> usize {
        self.defs.push(Def {
            origin,
            explicit_name: schema.rust_name.clone(),
            variant_name: schema.variant_name.clone(),
            pointer: schema.pointer.clone(),
            direction,
            deprecated: schema.deprecated,
            doc: schema.type_doc.clone().or_else(|| schema.doc.clone()),
            kind,
        });
        self.defs.len() - 1
    }

    /// The schema at a place.
    pub(super) fn schema_at(&self, pointer: &str, findings: &mut Findings) -> Option<Schema> {
        self.document.at(pointer).map(|node| Schema::read(&node, findings))
    }

    /// Where a schema leads if it is a reference, and what is named after that component.
    pub(super) fn follow(
        &self,
        schema: &Schema,
        origin: Origin,
        findings: &mut Findings,
    ) -> (Schema, Origin) {
        match &schema.kind {
            SchemaKind::Reference(pointer) => match self.schema_at(pointer, findings) {
                Some(target) => (target, Origin::Component(component_key(pointer))),
                None => (schema.clone(), origin),
            },
            _ => (schema.clone(), origin),
        }
    }

    fn component(&mut self, pointer: &str, direction: Direction, findings: &mut Findings) -> (Type, bool) {
        let Some(schema) = self.schema_at(pointer, findings) else { return (Type::Json, true) };
        self.lower(&schema, direction, Origin::Component(component_key(pointer)), findings)
    }

    fn object(
        &mut self,
        schema: &Schema,
        properties: &[Property],
        direction: Direction,
        origin: Origin,
        findings: &mut Findings,
    ) -> Type {
        let id = self.define(schema, direction, origin, TypeKind::Object(Vec::new()));
        // Known before its fields are, so that it may contain itself.
        self.lowered.insert((schema.pointer.clone(), direction), (Type::Named(id), schema.nullable));
        // What a chain of references may be long is counted from the nearest object.
        let depth = std::mem::take(&mut self.depth);
        let fields: Vec<Field> =
            properties.iter().map(|property| self.field(property, direction, id, findings)).collect();
        self.depth = depth;
        for (index, field) in fields.iter().enumerate() {
            let advice = format!("add `x-rust-name` to the property `{}` by an overlay action", field.wire);
            if fields.iter().take(index).any(|other| other.ident == field.ident) {
                let message = format!("two fields become `{}` in Rust", field.ident);
                findings
                    .add(&schema.pointer, message, &advice)
                    .settled_without(&property_pointer(&schema.pointer, &field.wire));
            }
            // What a caller sends has a setter for each field, beside `new`; what is answered has them in tests, beside
            // `sample`.
            let reserved = match direction {
                Direction::Request => !field.required && field.ident == "new",
                Direction::Response => field.ident == "sample",
            };
            if reserved || !names::is_ident(&field.ident) {
                let message = format!("`{}` cannot be the name of a field", field.ident);
                findings
                    .add(&schema.pointer, message, &advice)
                    .settled_without(&property_pointer(&schema.pointer, &field.wire));
            }
        }
        if let Some(def) = self.defs.get_mut(id) {
            def.kind = TypeKind::Object(fields);
        }
        Type::Named(id)
    }

    fn field(
        &mut self,
        property: &Property,
        direction: Direction,
        parent: usize,
        findings: &mut Findings,
    ) -> Field {
        let Property { name, required, schema } = property;
        let constant = match &schema.kind {
            SchemaKind::String(values) if name == "object" => match values.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
            _ => None,
        };
        let (ty, nullable) = match &constant {
            Some(value) => (Type::Named(self.object_type(value, schema, findings)), schema.nullable),
            None => {
                let origin = Origin::Property { parent: Parent::Def(parent), property: name.clone() };
                let (ty, nullable) = self.lower(schema, direction, origin, findings);
                (by_name(name, ty, schema), nullable)
            }
        };
        Field {
            wire: name.clone(),
            ident: field_ident(name, schema, &ty),
            ty,
            required: *required,
            nullable,
            sensitive: is_sensitive(name, schema.sensitive, &schema.pointer, findings),
            deprecated: schema.deprecated,
            constant,
            doc: schema.doc.clone(),
            facts: schema.facts.clone(),
        }
    }

    /// The enum of all values that a tag called `object` has where it has just one.
    fn object_type(&mut self, value: &str, schema: &Schema, findings: &mut Findings) -> usize {
        let id = *self.object_type.get_or_insert_with(|| {
            self.defs.push(Def {
                origin: Origin::Shared(names::OBJECT_TYPE),
                explicit_name: None,
                variant_name: None,
                pointer: String::new(),
                direction: Direction::Response,
                deprecated: false,
                doc: Some("The tags of objects that say by `object` what they are.".to_owned()),
                kind: TypeKind::Enum(Vec::new()),
            });
            self.defs.len() - 1
        });
        if let Some(Def { kind: TypeKind::Enum(variants), .. }) = self.defs.get_mut(id)
            && !variants.iter().any(|variant| variant.wire == value)
        {
            let ident = names::variant(value);
            if !names::is_ident(&ident) || variants.iter().any(|variant| variant.ident == ident) {
                let message = format!("`{ident}` cannot be the name of the object type {value:?}");
                let advice = "remove the list of values by an overlay action";
                findings
                    .add(&schema.pointer, message, advice)
                    .settled_without(&member(&schema.pointer, "enum"));
            }
            variants.push(Variant { wire: value.to_owned(), ident, doc: None });
        }
        id
    }

    fn variants(&mut self, schema: &Schema, values: &[String], findings: &mut Findings) -> Vec<Variant> {
        let mut variants: Vec<Variant> = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let place = format!("{}/enum/{index}", schema.pointer);
            let ident = names::variant(value);
            if let Some(twin) = variants.iter().find(|variant| variant.ident == ident) {
                let message =
                    format!("the values {:?} and {value:?} both become `{ident}` in Rust", twin.wire);
                findings
                    .add(
                        &schema.pointer,
                        message,
                        "remove one of the values by an overlay action: enums stay open",
                    )
                    .settled_without(&place);
            } else if !names::is_ident(&ident) {
                let message = format!("the value {value:?} has no name in Rust");
                findings
                    .add(&schema.pointer, message, "remove the value by an overlay action: enums stay open")
                    .settled_without(&place);
            }
            let doc = schema.value_docs.iter().find(|(other, _)| other == value).map(|(_, doc)| doc.clone());
            variants.push(Variant { wire: value.clone(), ident, doc });
        }
        for (value, _) in schema.value_docs.iter().filter(|(value, _)| !values.contains(value)) {
            let message = format!("`x-doc-values` speaks of {value:?}, which is not listed");
            findings
                .add(&schema.pointer, message, "correct it in openapi/overlays/docs-values.yaml")
                .settled_without(&member(&member(&schema.pointer, "x-doc-values"), value));
        }
        variants
    }

    fn union(
        &mut self,
        schema: &Schema,
        members: &[Schema],
        discriminator: Option<&Discriminator>,
        direction: Direction,
        origin: Origin,
        findings: &mut Findings,
    ) -> Type {
        let id = self.define(schema, direction, origin.clone(), TypeKind::Enum(Vec::new()));
        self.lowered.insert((schema.pointer.clone(), direction), (Type::Named(id), schema.nullable));
        let mut variants = Vec::new();
        for member in members {
            let (ty, _) = self.lower(member, direction, origin.clone(), findings);
            let Type::Named(ty) = ty else {
                let message = "a member of a union that is no object";
                findings
                    .add(
                        &member.pointer,
                        message,
                        "replace the union by `{}` (any JSON) in an overlay action",
                    )
                    .settled_without(parent(&member.pointer));
                continue;
            };
            let mapped = discriminator.into_iter().flat_map(|discriminator| &discriminator.mapping);
            let target = match &member.kind {
                SchemaKind::Reference(pointer) => pointer.as_str(),
                _ => member.pointer.as_str(),
            };
            let tags = mapped.filter(|(_, pointer)| pointer == target).map(|(tag, _)| tag.clone()).collect();
            variants.push(UnionVariant {
                ident: String::new(),
                ty,
                tags,
                keys: Vec::new(),
                hints: Vec::new(),
            });
        }
        let tag = discriminator.map(|discriminator| discriminator.property.clone());
        for variant in &mut variants {
            self.describe(variant, tag.as_deref());
        }
        if let Some(def) = self.defs.get_mut(id) {
            def.kind = TypeKind::Union(Union { tag, variants });
        }
        Type::Named(id)
    }

    /// Fills in what the values of a variant look like.
    fn describe(&self, variant: &mut UnionVariant, tag: Option<&str>) {
        let Some(Def { kind: TypeKind::Object(fields), .. }) = self.defs.get(variant.ty) else { return };
        for field in fields {
            let values = match (&field.constant, &field.ty) {
                (Some(value), _) => vec![value.clone()],
                (None, Type::Named(id)) => match self.defs.get(*id).map(|def| &def.kind) {
                    Some(TypeKind::Enum(variants)) => {
                        variants.iter().map(|variant| variant.wire.clone()).collect()
                    }
                    _ => Vec::new(),
                },
                (None, Type::String) => {
                    field.facts.pattern.as_deref().and_then(beginning).into_iter().collect()
                }
                _ => Vec::new(),
            };
            if Some(field.wire.as_str()) == tag {
                if variant.tags.is_empty() {
                    variant.tags = values;
                }
                continue;
            }
            if field.required {
                variant.keys.push(field.wire.clone());
            }
            if !values.is_empty() {
                variant.hints.push((field.wire.clone(), values));
            }
        }
    }

    /// The properties of an object, those of its `allOf` members among them.
    pub(super) fn flatten(
        &mut self,
        schema: &Schema,
        direction: Direction,
        findings: &mut Findings,
    ) -> Vec<Property> {
        match &schema.kind {
            SchemaKind::Object { properties, .. } => properties.clone(),
            SchemaKind::Reference(pointer) => {
                let key = (pointer.clone(), direction);
                match self.flattened.get(&key) {
                    Some(Some(properties)) => return properties.clone(),
                    Some(None) => {
                        let advice = "break the circle by an overlay action";
                        findings
                            .add(&schema.pointer, "`allOf` refers to itself", advice)
                            .settled_without(&schema.pointer);
                        return Vec::new();
                    }
                    None => self.flattened.insert(key.clone(), None),
                };
                // Lowered on its own first, so that its inline parts are named after it.
                self.component(pointer, direction, findings);
                let target = self.schema_at(pointer, findings);
                let properties = target.map(|target| self.flatten(&target, direction, findings));
                let properties = properties.unwrap_or_default();
                self.flattened.insert(key, Some(properties.clone()));
                properties
            }
            SchemaKind::AllOf(members, required) => {
                let mut merged: Vec<Property> = Vec::new();
                for member in members {
                    for property in self.flatten(member, direction, findings) {
                        match merged.iter_mut().find(|other| other.name == property.name) {
                            // The first mention counts; a later one may only narrow it.
                            Some(first) => first.required |= property.required,
                            None => merged.push(property),
                        }
                    }
                }
                for property in &mut merged {
                    property.required |= required.contains(&property.name);
                }
                merged
            }
            _ => {
                let advice = "replace the `allOf` by what it means, in an overlay action";
                findings
                    .add(&schema.pointer, "a member of `allOf` that is no object", advice)
                    .settled_without(&schema.pointer);
                Vec::new()
            }
        }
    }
}

fn property_pointer(object: &str, property: &str) -> String {
    member(&member(object, "properties"), property)
}

/// The key of a component: `User` for `/components/schemas/User`.
fn component_key(pointer: &str) -> String {
    pointer.split('/').nth(3).unwrap_or(pointer).replace("~1", "/").replace("~0", "~")
}

/// The type that a name stands for: times and metadata.
pub(super) fn by_name(name: &str, ty: Type, schema: &Schema) -> Type {
    match ty {
        Type::Integer | Type::Number if schema.timestamp.unwrap_or_else(|| name.ends_with("_at")) => {
            Type::Timestamp
        }
        Type::JsonObject if name == "metadata" || name.ends_with("_metadata") => Type::Metadata,
        other => other,
    }
}

/// Whether a value is a secret; a finding where its name suggests so and nobody has said.
pub(super) fn is_sensitive(name: &str, said: Option<bool>, pointer: &str, findings: &mut Findings) -> bool {
    if said.is_none() && sensitive::wants_decision(name) {
        let message = format!("`{name}` may be a secret");
        findings
            .add(
                pointer,
                message,
                "say so or not with `x-sensitive: true` or `false` in openapi/overlays/sensitive.yaml",
            )
            .settled_by(pointer, json!({"x-sensitive": true}));
    }
    said.unwrap_or(false)
}

/// The Rust name of a field or argument.
pub(super) fn field_ident(name: &str, schema: &Schema, ty: &Type) -> String {
    match &schema.rust_name {
        // On a schema with a type of its own the name is the type's.
        Some(given) if ty.definition().is_none() => given.clone(),
        _ => names::ident(name),
    }
}

fn or_null(ty: Type, nullable: bool) -> Type {
    if nullable { Type::Nullable(Box::new(ty)) } else { ty }
}

/// What every match of an anchored pattern begins with, with a `*` behind.
fn beginning(pattern: &str) -> Option<String> {
    let literal: String =
        pattern.strip_prefix('^')?.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!literal.is_empty()).then(|| format!("{literal}*"))
}
