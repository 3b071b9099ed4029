//! Types that lead back to themselves.

use std::collections::HashSet;

use crate::finding::Findings;
use crate::model::{Type, TypeDef, TypeKind};

/// Types without a value: what must hold another of itself, or is one of several that lead back to it.
pub(super) fn refuse(types: &[TypeDef], findings: &mut Findings) {
    let needs: Vec<Vec<usize>> = types
        .iter()
        .map(|def| match &def.kind {
            TypeKind::Object(fields) => {
                let needed = fields.iter().filter(|field| field.required && !field.nullable);
                needed.filter_map(|field| named(&field.ty)).collect()
            }
            // A variant is no field that could be boxed.
            TypeKind::Union(union) => {
                let is_union =
                    |id: &usize| types.get(*id).is_some_and(|def| matches!(def.kind, TypeKind::Union(_)));
                union.variants.iter().map(|variant| variant.ty).filter(is_union).collect()
            }
            TypeKind::Enum(_) => Vec::new(),
        })
        .collect();
    for (id, def) in types.iter().enumerate() {
        let inner = needs.get(id).into_iter().flatten();
        if inner.into_iter().any(|inner| reaches(&needs, *inner, id)) {
            let message = format!("a `{}` always holds another one", def.name);
            findings.add(&def.pointer, message, "make a property on the way optional by an overlay action");
        }
    }
}

/// Whether one definition leads to another.
fn reaches(direct: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut open = vec![from];
    let mut seen = HashSet::new();
    while let Some(id) = open.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            open.extend(direct.get(id).into_iter().flatten());
        }
    }
    false
}

/// Boxes the fields that close a circle of types without a list or map in between.
pub(super) fn box_fields(types: &mut [TypeDef]) {
    let direct: Vec<Vec<usize>> = types
        .iter()
        .map(|def| match &def.kind {
            TypeKind::Object(fields) => fields.iter().filter_map(|field| named(&field.ty)).collect(),
            TypeKind::Union(union) => union.variants.iter().map(|variant| variant.ty).collect(),
            TypeKind::Enum(_) => Vec::new(),
        })
        .collect();
    for (owner, def) in types.iter_mut().enumerate() {
        if let TypeKind::Object(fields) = &mut def.kind {
            for field in fields {
                if let Some(id) = named(&field.ty).filter(|id| reaches(&direct, *id, owner)) {
                    field.ty = Type::Boxed(id);
                }
            }
        }
    }
}

fn named(ty: &Type) -> Option<usize> {
    match ty {
        Type::Named(id) => Some(*id),
        _ => None,
    }
}
