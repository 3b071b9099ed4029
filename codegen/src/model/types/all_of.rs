//! `allOf`: the objects that are made of others.

use super::Types;
use crate::document::{AdditionalProperties, Property, Schema, SchemaKind};
use crate::finding::Findings;
use crate::model::Direction;

impl Types<'_> {
    /// The properties of an object in one direction, those of its `allOf` members among them.
    pub(in crate::model) fn flatten(
        &mut self,
        schema: &Schema,
        direction: Direction,
        findings: &mut Findings,
    ) -> Vec<Property> {
        match &schema.kind {
            SchemaKind::Object { properties, additional } => {
                if properties.is_empty() && matches!(additional, AdditionalProperties::Typed(_)) {
                    let advice = "replace the `allOf` by what it means, in an overlay action";
                    findings.add(&schema.pointer, "a member of `allOf` that is a map", advice);
                }
                self.in_direction(properties, direction)
            }
            SchemaKind::Reference(pointer) => {
                let key = (pointer.clone(), direction);
                if let Some(properties) = self.flattened.get(&key) {
                    return properties.clone();
                }
                if self.flattening.contains(&key) {
                    let advice = "break the circle by an overlay action";
                    findings
                        .add(&schema.pointer, "`allOf` refers to itself", advice)
                        .settled_without(&schema.pointer);
                    return Vec::new();
                }
                self.flattening.push(key.clone());
                // Lowered on its own first, so that its inline parts are named after it.
                self.component(pointer, direction, findings);
                let target = self.schema_at(pointer, findings);
                let properties = target.map(|target| self.flatten(&target, direction, findings));
                let properties = properties.unwrap_or_default();
                self.flattening.retain(|other| *other != key);
                self.flattened.insert(key, properties.clone());
                properties
            }
            SchemaKind::AllOf(members, required) => {
                let mut merged: Vec<Property> = Vec::new();
                let mut required = required.clone();
                for member in members {
                    for property in self.flatten(member, direction, findings) {
                        self.merge(&mut merged, property, findings);
                    }
                    // A member without properties may require those of others.
                    if let SchemaKind::AllOf(_, more) = &member.kind {
                        required.extend(more.iter().cloned());
                    }
                }
                for property in &mut merged {
                    property.required |= required.contains(&property.name);
                }
                merged
            }
            // No constraint.
            SchemaKind::Any => Vec::new(),
            _ => {
                let advice = "replace the `allOf` by what it means, in an overlay action";
                findings.add(&schema.pointer, "a member of `allOf` that is not an object", advice);
                Vec::new()
            }
        }
    }

    /// The properties that travel in a direction: `readOnly` is for responses alone, `writeOnly` for requests.
    pub(in crate::model) fn in_direction(
        &self,
        properties: &[Property],
        direction: Direction,
    ) -> Vec<Property> {
        let is_left_out = |property: &&Property| {
            let schema = &property.schema;
            let (said, key) = match direction {
                Direction::Request => (schema.read_only, "readOnly"),
                Direction::Response => (schema.write_only, "writeOnly"),
            };
            let by_component = match &schema.kind {
                SchemaKind::Reference(pointer) => self.document.flag(pointer, key),
                _ => false,
            };
            said || by_component
        };
        properties.iter().filter(|property| !is_left_out(property)).cloned().collect()
    }

    /// Adds a property to those of other members. The first mention counts; a later one may only narrow it.
    fn merge(&self, merged: &mut Vec<Property>, property: Property, findings: &mut Findings) {
        let Some(first) = merged.iter_mut().find(|other| other.name == property.name) else {
            merged.push(property);
            return;
        };
        first.required |= property.required;
        match (self.kind_of(&first.schema, 0), self.kind_of(&property.schema, 0)) {
            (None, _) => first.schema = property.schema,
            (Some(one), Some(other)) if one != other => {
                let message =
                    format!("`{}` is {other} here, and {one} in another member of `allOf`", property.name);
                let advice = "correct one of them by an overlay action";
                findings.add(&property.schema.pointer, message, advice);
            }
            _ => {}
        }
    }

    /// The kind of value that a schema describes; `None` if it may be anything.
    fn kind_of(&self, schema: &Schema, depth: usize) -> Option<&'static str> {
        Some(match &schema.kind {
            SchemaKind::String(_) => "a text",
            SchemaKind::Integer(_) | SchemaKind::Number => "a number",
            SchemaKind::Boolean => "true or false",
            SchemaKind::Array(_) => "a list",
            SchemaKind::Object { .. } | SchemaKind::AllOf(..) => "an object",
            SchemaKind::Reference(pointer) if depth < 8 => {
                let target = self.document.schema(pointer, &mut Findings::default())?;
                return self.kind_of(&target, depth + 1);
            }
            SchemaKind::Union(members, _) if depth < 8 => {
                let mut kinds = members.iter().map(|member| self.kind_of(member, depth + 1));
                let first = kinds.next()??;
                return kinds.all(|kind| kind == Some(first)).then_some(first);
            }
            SchemaKind::Reference(_) | SchemaKind::Union(..) | SchemaKind::Any => return None,
        })
    }
}
