//! Equal structure, one type: inline objects that are written out in several places, and enums that list the same
//! values for a property of the same name, become one.

use std::collections::HashMap;

use super::types::{Def, Origin};
use super::{Field, Type, TypeKind, Variant};

/// For each definition the one that stands for it.
#[derive(Debug)]
pub(super) struct Merged(Vec<usize>);

impl Merged {
    pub(super) fn new(defs: &[Def]) -> Self {
        let mut merged = Self((0..defs.len()).collect());
        // What somebody has named comes first, so that unnamed ones of equal structure join it.
        let (mut order, unnamed): (Vec<usize>, Vec<usize>) =
            (0..defs.len()).partition(|id| defs.get(*id).is_some_and(|def| def.explicit_name.is_some()));
        order.extend(unnamed);
        // Merging the parts of two objects can make the objects equal, so it goes on until nothing changes.
        while merged.merge(defs, &order) {}
        merged
    }

    /// Merges what is equal by now, and says whether that has changed anything.
    fn merge(&mut self, defs: &[Def], order: &[usize]) -> bool {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut changed = false;
        for id in order.iter().copied() {
            let Some(def) = defs.get(id) else { continue };
            let structure = structure(def, self);
            let key = match (&def.explicit_name, &def.kind) {
                // Enums of one given name are one, whatever the properties are called.
                (Some(name), TypeKind::Enum(variants)) => format!("explicit {name} {:?}", values(variants)),
                _ => format!("{} {structure}", identity(def)),
            };
            let first = *seen.entry(key).or_insert(id);
            if def.explicit_name.is_some() {
                seen.entry(format!("inline {structure}")).or_insert(first);
            }
            if let Some(slot) = self.0.get_mut(id).filter(|slot| **slot != first) {
                *slot = first;
                changed = true;
            }
        }
        changed
    }

    /// The definition that stands for one.
    pub(super) fn of(&self, id: usize) -> usize {
        self.0.get(id).copied().unwrap_or(id)
    }

    /// All that one stands for, itself among them.
    pub(super) fn equal_to(&self, id: usize) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter(move |(_, stands_for)| **stands_for == id).map(|(id, _)| id)
    }
}

/// A component keeps its own name and so its own type, unless it is a copy that the document numbered.
fn identity(def: &Def) -> String {
    match (&def.explicit_name, &def.origin) {
        (Some(name), _) => format!("explicit {name}"),
        (None, Origin::Component(name)) => format!("component {}", without_number(name)),
        (None, Origin::Property { .. } | Origin::Answer { .. } | Origin::Shared(_)) => "inline".to_owned(),
    }
}

fn structure(def: &Def, merged: &Merged) -> String {
    match &def.kind {
        TypeKind::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|field| field_key(field, merged)).collect();
            format!("{:?} object {}", def.direction, fields.join(","))
        }
        TypeKind::Enum(variants) => {
            let property = match &def.origin {
                Origin::Property { property, .. } => property.as_str(),
                _ => "",
            };
            format!("enum {property} {:?}", values(variants))
        }
        TypeKind::Union(union) => {
            let variants: Vec<String> = union
                .variants
                .iter()
                .map(|variant| format!("{}:{:?}", merged.of(variant.ty), variant.tags))
                .collect();
            format!("{:?} union {:?} {}", def.direction, union.tag, variants.join(","))
        }
    }
}

fn values(variants: &[Variant]) -> Vec<(&str, Option<i64>)> {
    let mut values: Vec<_> = variants.iter().map(|variant| (variant.wire.as_str(), variant.number)).collect();
    values.sort_unstable();
    values
}

fn without_number(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((stem, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => stem,
        _ => name,
    }
}

fn field_key(field: &Field, merged: &Merged) -> String {
    let Field { wire, ident, ty, required, nullable, sensitive, deprecated, constant, facts, doc: _ } = field;
    let ty = ty.map_ids(&|id| merged.of(id));
    format!("{wire}/{ident}/{ty:?}/{required}/{nullable}/{sensitive}/{deprecated}/{constant:?}/{facts:?}")
}

impl Type {
    /// The same type with every reference to a definition replaced.
    pub(crate) fn map_ids(&self, map: &impl Fn(usize) -> usize) -> Self {
        match self {
            Self::List(inner) => Self::List(Box::new(inner.map_ids(map))),
            Self::Map(inner) => Self::Map(Box::new(inner.map_ids(map))),
            Self::Nullable(inner) => Self::Nullable(Box::new(inner.map_ids(map))),
            Self::Named(id) => Self::Named(map(*id)),
            Self::Boxed(id) => Self::Boxed(map(*id)),
            plain => plain.clone(),
        }
    }

    /// Returns whether a file is in it, outside of definitions.
    pub(crate) fn has_file(&self) -> bool {
        match self {
            Self::File => true,
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.has_file(),
            _ => false,
        }
    }

    /// The definition that this type leads to, through lists, maps and boxes.
    pub fn definition(&self) -> Option<usize> {
        match self {
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.definition(),
            Self::Named(id) | Self::Boxed(id) => Some(*id),
            _ => None,
        }
    }
}
