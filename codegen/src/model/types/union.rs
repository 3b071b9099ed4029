//! Unions: their variants, and what tells the values of one from those of another.

use serde_json::json;

use super::{Def, Types, Use, component_key};
use crate::document::{Discriminator, Schema, SchemaKind};
use crate::finding::{Findings, member, parent};
use crate::model::{Direction, Type, TypeKind, Union, UnionVariant};

impl Types<'_> {
    pub(super) fn union(
        &mut self,
        at: Use<'_>,
        members: &[Schema],
        discriminator: Option<&Discriminator>,
        findings: &mut Findings,
    ) -> (Type, bool) {
        let Use { schema, direction, .. } = at;
        let mut may_be_null = false;
        let id = self.define(at.clone(), TypeKind::Enum(Vec::new()));
        self.lowered.insert((schema.pointer.clone(), direction), (Type::Named(id), schema.nullable));
        let mut variants = Vec::new();
        for member in members {
            let (ty, nullable) = self.lower(at.clone().part(member), findings);
            may_be_null |= nullable;
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
            let tags = discriminator.map(|it| self.mapped_tags(it, member)).unwrap_or_default();
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
        match discriminator {
            // Members that are refused have no variants.
            Some(discriminator) if variants.len() == members.len() => {
                self.check_tags(schema, members, discriminator, &mut variants, findings);
            }
            Some(_) => {}
            // A caller says which variant it sends.
            None if direction == Direction::Request => {}
            None => refuse_twins(schema, members, &variants, findings),
        }
        if let Some(def) = self.defs.get_mut(id) {
            def.kind = TypeKind::Union(Union { tag, variants });
        }
        (Type::Named(id), may_be_null)
    }

    /// The tags that a mapping has for a member.
    fn mapped_tags(&self, discriminator: &Discriminator, member: &Schema) -> Vec<String> {
        let target = target_of(member);
        let mapping = discriminator.mapping.iter();
        let mapped = mapping.filter(|(_, pointer)| self.document.resolved(pointer) == target);
        mapped.map(|(tag, _)| tag.clone()).collect()
    }

    /// Holds that each tag leads to one variant, and that one leads to each. A member without a tag of its own has the
    /// name of its schema.
    fn check_tags(
        &self,
        schema: &Schema,
        members: &[Schema],
        discriminator: &Discriminator,
        variants: &mut [UnionVariant],
        findings: &mut Findings,
    ) {
        let place = member(&schema.pointer, "discriminator");
        for (tag, pointer) in &discriminator.mapping {
            let target = self.document.resolved(pointer);
            if !members.iter().any(|member| target_of(member) == target) {
                let message =
                    format!("the tag {tag:?} leads to {pointer}, which is not a member of the union");
                let advice = "add the member, or correct the mapping, by an overlay action";
                let finding = findings.add(member(&member(&place, "mapping"), tag), message, advice);
                if let Some(key) = members.first().map(|first| parent(&first.pointer)) {
                    let key = key.rsplit_once('/').map_or("oneOf", |(_, key)| key);
                    match self.document.at(&target) {
                        Some(_) => finding
                            .settled_by(&schema.pointer, json!({key: [{"$ref": format!("#{target}")}]})),
                        None => finding.settled_without(&member(&member(&place, "mapping"), tag)),
                    }
                }
            }
        }
        for (variant, source) in variants.iter_mut().zip(members) {
            self.check_tag_type(variant, discriminator, source, findings);
            if variant.tags.is_empty() {
                match &source.kind {
                    SchemaKind::Reference(pointer) => variant.tags.push(component_key(pointer)),
                    _ => {
                        let message = "no tag leads to this member of the union";
                        let advice =
                            "list its tag in the property, or move it into components, by an overlay action";
                        findings.add(&source.pointer, message, advice);
                    }
                }
            }
        }
        for (index, variant) in variants.iter().enumerate() {
            let others = variants.iter().take(index);
            let twin = variant.tags.iter().find(|tag| others.clone().any(|other| other.tags.contains(tag)));
            if let Some(tag) = twin {
                let message = format!("the tag {tag:?} stands for two members of the union");
                let advice = "give each a tag of its own, by a `mapping` in an overlay action";
                findings.add(&place, message, advice);
            }
        }
    }

    /// Holds that the tag of a variant is a text.
    fn check_tag_type(
        &self,
        variant: &UnionVariant,
        discriminator: &Discriminator,
        source: &Schema,
        findings: &mut Findings,
    ) {
        let Some(Def { kind: TypeKind::Object(fields), .. }) = self.defs.get(variant.ty) else { return };
        let Some(field) = fields.iter().find(|field| field.wire == discriminator.property) else { return };
        let is_text = match &field.ty {
            Type::String | Type::DateTime | Type::Json => true,
            Type::Named(id) => match self.defs.get(*id).map(|def| &def.kind) {
                Some(TypeKind::Enum(values)) => values.iter().all(|value| value.number.is_none()),
                _ => false,
            },
            _ => false,
        };
        if !is_text {
            let message = format!("the tag `{}` is not a text", discriminator.property);
            let advice = "replace the union by `{}` (any JSON) in an overlay action";
            let whole = parent(&source.pointer);
            findings.add(&source.pointer, message, advice).settled_without(whole);
        }
    }

    /// Fills in what the values of a variant look like.
    fn describe(&self, variant: &mut UnionVariant, tag: Option<&str>) {
        let Some(Def { kind: TypeKind::Object(fields), .. }) = self.defs.get(variant.ty) else { return };
        for field in fields {
            let values = match (&field.constant, &field.ty) {
                (Some(value), _) => vec![value.clone()],
                (None, Type::Named(id)) => match self.defs.get(*id).map(|def| &def.kind) {
                    Some(TypeKind::Enum(variants)) if variants.iter().all(|it| it.number.is_none()) => {
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

/// The place that a member of a union is defined at.
fn target_of(member: &Schema) -> &str {
    match &member.kind {
        SchemaKind::Reference(pointer) => pointer,
        _ => &member.pointer,
    }
}

/// Reports variants of which no value can be, since another one looks the same.
fn refuse_twins(schema: &Schema, members: &[Schema], variants: &[UnionVariant], findings: &mut Findings) {
    let looks = |variant: &UnionVariant| {
        let mut keys = variant.keys.clone();
        keys.sort_unstable();
        let mut hints = variant.hints.clone();
        hints.iter_mut().for_each(|(_, values)| values.sort_unstable());
        hints.sort_unstable();
        (keys, hints)
    };
    for (index, variant) in variants.iter().enumerate() {
        if variants.iter().take(index).any(|other| looks(other) == looks(variant)) {
            let message = "nothing tells two members of the union from each other";
            let advice = "add a discriminator, or require a property of one of them, by an overlay action";
            let whole = members.first().map_or(schema.pointer.as_str(), |first| parent(&first.pointer));
            findings.add(&schema.pointer, message, advice).settled_without(whole);
        }
    }
}

/// What every match of an anchored pattern begins with, with a `*` behind.
fn beginning(pattern: &str) -> Option<String> {
    let literal: String =
        pattern.strip_prefix('^')?.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!literal.is_empty()).then(|| format!("{literal}*"))
}
