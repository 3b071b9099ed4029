//! Unions: their variants, and what tells the values of one from those of another.

use super::{Def, Types, Use};
use crate::document::{Discriminator, Schema, SchemaKind};
use crate::finding::{Findings, parent};
use crate::model::{Type, TypeKind, Union, UnionVariant};

impl Types<'_> {
    pub(super) fn union(
        &mut self,
        at: Use<'_>,
        members: &[Schema],
        discriminator: Option<&Discriminator>,
        findings: &mut Findings,
    ) -> Type {
        let Use { schema, direction, .. } = at;
        let id = self.define(at.clone(), TypeKind::Enum(Vec::new()));
        self.lowered.insert((schema.pointer.clone(), direction), (Type::Named(id), schema.nullable));
        let mut variants = Vec::new();
        for member in members {
            let (ty, _) = self.lower(at.clone().part(member), findings);
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
}

/// What every match of an anchored pattern begins with, with a `*` behind.
fn beginning(pattern: &str) -> Option<String> {
    let literal: String =
        pattern.strip_prefix('^')?.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!literal.is_empty()).then(|| format!("{literal}*"))
}
