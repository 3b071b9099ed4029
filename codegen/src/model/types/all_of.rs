//! `allOf`: the objects that are made of others.

use super::Types;
use crate::document::{Property, Schema, SchemaKind};
use crate::finding::Findings;
use crate::model::Direction;

impl Types<'_> {
    /// The properties of an object, those of its `allOf` members among them.
    pub(in crate::model) fn flatten(
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
