//! Objects: their fields, each with its name in Rust and what its name in JSON says about it.

use serde_json::json;

use super::{Origin, Parent, Types, Use};
use crate::document::{Property, Schema, SchemaKind};
use crate::finding::{Added, Findings, member};
use crate::model::{Direction, Field, Type, TypeKind, names, sensitive};

impl Types<'_> {
    pub(super) fn object(&mut self, at: Use<'_>, properties: &[Property], findings: &mut Findings) -> Type {
        let Use { schema, direction, .. } = at;
        let id = self.define(at, TypeKind::Object(Vec::new()));
        // Known before its fields are, so that it may contain itself.
        self.lowered.insert((schema.pointer.clone(), direction), (Type::Named(id), schema.nullable));
        // What a chain of references may be long is counted from the nearest object.
        let depth = std::mem::take(&mut self.depth);
        let flattening = std::mem::take(&mut self.flattening);
        let fields: Vec<Field> =
            properties.iter().map(|property| self.field(property, direction, id, findings)).collect();
        self.depth = depth;
        self.flattening = flattening;
        for (index, (field, property)) in fields.iter().zip(properties).enumerate() {
            let advice = format!("add `x-rust-name` to the property `{}` by an overlay action", field.wire);
            if fields.iter().take(index).any(|other| other.ident == field.ident) {
                let message = format!("two fields become `{}` in Rust", field.ident);
                rename(findings.add(&schema.pointer, message, &advice), property, field, index);
            }
            // What a caller sends has a setter for each field, beside `new`; what is answered has them in tests, beside
            // `sample`.
            let reserved = match direction {
                Direction::Request => {
                    !field.required && field.ident == "new"
                        || names::FUNCTIONS.contains(&field.ident.as_str())
                }
                Direction::Response => field.ident == "sample",
            };
            if reserved || !names::is_ident(&field.ident) {
                let message = format!("`{}` cannot be the name of a field", field.ident);
                rename(findings.add(&schema.pointer, message, &advice), property, field, index);
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
                let (ty, nullable) = self.lower(Use::new(schema, direction, origin), findings);
                (by_name(name, ty, schema), nullable)
            }
        };
        refuse_file(&ty, schema, findings);
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
}

/// Proposes another name for a field, or to do without the property if its name is that of its type.
fn rename(finding: Added<'_>, property: &Property, field: &Field, index: usize) {
    let pointer = &property.schema.pointer;
    if takes_name(&property.schema, &field.ty) {
        let stem = if names::is_ident(&field.ident) { field.ident.as_str() } else { "field" };
        finding.settled_by(pointer, json!({"x-rust-name": format!("{stem}_{}", index + 1)}));
    } else {
        finding.settled_without(pointer);
    }
}

/// Reports a file that is not a part of a form.
pub(in crate::model) fn refuse_file(ty: &Type, schema: &Schema, findings: &mut Findings) {
    if ty.has_file() {
        let message = "binary inside of JSON: a file can only be a part of a form";
        let advice = "remove `format: binary` by an overlay action if it is a text";
        let finding = findings.add(&schema.pointer, message, advice);
        if matches!(schema.kind, SchemaKind::String(_)) {
            finding.settled_without(&member(&schema.pointer, "format"));
        }
    }
}

/// The type that a name stands for: times and metadata.
pub(in crate::model) fn by_name(name: &str, ty: Type, schema: &Schema) -> Type {
    match ty {
        Type::Integer | Type::Number if schema.timestamp.unwrap_or_else(|| name.ends_with("_at")) => {
            Type::Timestamp
        }
        Type::String if schema.timestamp == Some(true) => Type::DateTime,
        Type::JsonObject if name == "metadata" || name.ends_with("_metadata") => Type::Metadata,
        other => other,
    }
}

/// Whether a value is a secret; a finding where its name suggests so and nobody has said.
pub(in crate::model) fn is_sensitive(
    name: &str,
    said: Option<bool>,
    pointer: &str,
    findings: &mut Findings,
) -> bool {
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
pub(in crate::model) fn field_ident(name: &str, schema: &Schema, ty: &Type) -> String {
    match &schema.rust_name {
        // On a schema with a type of its own the name is the type's.
        Some(given) if takes_name(schema, ty) => given.clone(),
        _ => names::ident(name),
    }
}

/// Returns whether `x-rust-name` of a schema names the field; on a schema with a type of its own it names the type.
fn takes_name(schema: &Schema, ty: &Type) -> bool {
    ty.definition().is_none() || matches!(schema.kind, SchemaKind::Reference(_))
}
