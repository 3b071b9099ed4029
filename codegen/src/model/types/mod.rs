//! From schemas to types: every schema is lowered once for each direction into a list of definitions, which are named
//! and merged afterwards.

mod all_of;
mod def;
mod object;
mod union;
mod values;

use std::collections::HashMap;

use super::{Direction, Type, TypeKind};
use crate::document::{AdditionalProperties, Document, Property, Schema, SchemaKind};
use crate::finding::Findings;

pub(super) use self::def::{Def, Origin, Parent};
pub(super) use self::object::{by_name, field_ident, is_sensitive, refuse_file};

/// A schema where it is used: what becomes of it hangs on the direction, its name on where it was met first.
#[derive(Clone, Debug)]
pub(super) struct Use<'s> {
    pub(super) schema: &'s Schema,
    pub(super) direction: Direction,
    pub(super) origin: Origin,
}

impl<'s> Use<'s> {
    pub(super) fn new(schema: &'s Schema, direction: Direction, origin: Origin) -> Self {
        Self { schema, direction, origin }
    }

    /// A part that is named like the whole.
    fn part<'p>(self, schema: &'p Schema) -> Use<'p> {
        Use { schema, ..self }
    }
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
    /// The pointers that references among the members of an `allOf` lead to.
    flattened: HashMap<(String, Direction), Vec<Property>>,
    /// Those for which that is being found out, with no object in between.
    flattening: Vec<(String, Direction)>,
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
            flattening: Vec::new(),
            object_type: None,
            depth: 0,
            total_depth: 0,
        }
    }

    /// The type of a schema, and whether it may be null.
    pub(super) fn lower(&mut self, at: Use<'_>, findings: &mut Findings) -> (Type, bool) {
        let Use { schema, direction, .. } = at;
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
        let (ty, nullable) = self.lower_kind(at, findings);
        self.total_depth -= 1;
        self.depth -= 1;
        let result = (ty, nullable || schema.nullable);
        self.lowered.insert(key, result.clone());
        result
    }

    fn lower_kind(&mut self, at: Use<'_>, findings: &mut Findings) -> (Type, bool) {
        let Use { schema, direction, .. } = at;
        match &schema.kind {
            SchemaKind::Reference(pointer) => self.component(pointer, direction, findings),
            SchemaKind::String(values) if !values.is_empty() => {
                let variants = self.variants(schema, values, findings);
                (Type::Named(self.define(at, TypeKind::Enum(variants))), false)
            }
            SchemaKind::String(_) if schema.facts.format.as_deref() == Some("binary") => (Type::File, false),
            SchemaKind::String(_) => (Type::String, false),
            SchemaKind::Integer(values) if !values.is_empty() => {
                let variants = self.integer_variants(schema, values, findings);
                (Type::Named(self.define(at, TypeKind::Enum(variants))), false)
            }
            SchemaKind::Integer(_) => (Type::Integer, false),
            SchemaKind::Number => (Type::Number, false),
            SchemaKind::Boolean => (Type::Bool, false),
            SchemaKind::Any => (Type::Json, false),
            SchemaKind::Array(items) => {
                let (item, nullable) = self.lower(at.part(items), findings);
                (Type::List(Box::new(or_null(item, nullable))), false)
            }
            SchemaKind::Object { properties, additional } if properties.is_empty() => match additional {
                AdditionalProperties::Typed(values) => {
                    let (value, nullable) = self.lower(at.part(values), findings);
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
                let properties = self.in_direction(properties, direction);
                (self.object(at, &properties, findings), false)
            }
            SchemaKind::AllOf(members, _) => self.all_of(at, members, findings),
            SchemaKind::Union(members, discriminator) => match (members.as_slice(), discriminator) {
                ([only], None) => self.lower(at.part(only), findings),
                _ => self.union(at, members, discriminator.as_ref(), findings),
            },
        }
    }

    fn all_of(&mut self, at: Use<'_>, members: &[Schema], findings: &mut Findings) -> (Type, bool) {
        let Use { schema, direction, .. } = at;
        if let Some(only) = only_member(schema) {
            return self.lower(at.part(&only), findings);
        }
        if members.iter().all(|member| matches!(member.kind, SchemaKind::Any)) {
            return (Type::Json, false);
        }
        let properties = self.flatten(schema, direction, findings);
        // A member may have led back here, and then this is lowered already.
        let key = (schema.pointer.clone(), direction);
        match self.lowered.get(&key) {
            Some((ty, nullable)) => (ty.clone(), *nullable),
            None => (self.object(at, &properties, findings), false),
        }
    }

    fn define(&mut self, at: Use<'_>, kind: TypeKind) -> usize {
        let Use { schema, direction, origin } = at;
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
        self.document.schema(pointer, findings)
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
        if let Some((ty, nullable)) = self.lowered.get(&(pointer.to_owned(), direction)) {
            return (ty.clone(), *nullable);
        }
        let Some(schema) = self.schema_at(pointer, findings) else { return (Type::Json, true) };
        let origin = Origin::Component(component_key(pointer));
        self.lower(Use::new(&schema, direction, origin), findings)
    }
}

/// The key of a component: `User` for `/components/schemas/User`. A place in one is named after both: `User.status`.
fn component_key(pointer: &str) -> String {
    let names = pointer.strip_prefix("/components/schemas/").unwrap_or(pointer).split('/');
    let names = names.filter(|name| !["properties", "items", "additionalProperties"].contains(name));
    names.collect::<Vec<_>>().join(".").replace("~1", "/").replace("~0", "~")
}

/// The only member of an `allOf` that says something.
pub(super) fn only_member(schema: &Schema) -> Option<Schema> {
    let SchemaKind::AllOf(members, required) = &schema.kind else { return None };
    let mut saying = members.iter().filter(|member| !matches!(member.kind, SchemaKind::Any));
    let only = saying.next()?;
    (required.is_empty() && saying.next().is_none()).then(|| only.clone())
}

pub(super) fn or_null(ty: Type, nullable: bool) -> Type {
    if nullable { Type::Nullable(Box::new(ty)) } else { ty }
}
