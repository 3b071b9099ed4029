//! The last steps over all types together: merge equal ones, keep those that operations reach, name them, and box
//! those that contain themselves.

mod circles;
mod naming;

use std::collections::{HashMap, HashSet};

use self::naming::Names;
use super::dedup::Merged;
use super::types::Def;
use super::{Event, Operation, Output, TypeDef, TypeKind};
use crate::finding::Findings;

pub(super) fn finish(
    defs: Vec<Def>,
    mut operations: Vec<Operation>,
    mut events: Vec<Event>,
    findings: &mut Findings,
) -> (Vec<TypeDef>, Vec<Operation>, Vec<Event>) {
    let merged = Merged::new(&defs);
    let reached = reached(&defs, &operations, &events, &merged);
    let names = Names::of(&defs, &merged, &reached, findings);
    let position: HashMap<usize, usize> =
        reached.iter().enumerate().map(|(position, id)| (*id, position)).collect();
    let renumber = |id: usize| position.get(&merged.of(id)).copied().unwrap_or(0);
    for operation in &mut operations {
        for argument in operation.arguments.iter_mut().chain(&mut operation.setters) {
            argument.ty = argument.ty.map_ids(&renumber);
        }
        operation.output = match &operation.output {
            plain @ (Output::Nothing | Output::Text | Output::Bytes) => plain.clone(),
            Output::Value(ty) => Output::Value(ty.map_ids(&renumber)),
            Output::Page(item) => Output::Page(item.map_ids(&renumber)),
        };
    }
    for event in &mut events {
        event.data = event.data.map_ids(&renumber);
    }
    let mut types: Vec<TypeDef> = Vec::new();
    for id in &reached {
        let Some(def) = defs.get(*id) else { continue };
        let mut kind = def.kind.clone();
        match &mut kind {
            TypeKind::Object(fields) => {
                for field in fields {
                    field.ty = field.ty.map_ids(&renumber);
                }
            }
            TypeKind::Union(union) => {
                names.name_variants(union, def, findings);
                for variant in &mut union.variants {
                    variant.ty = renumber(variant.ty);
                }
            }
            TypeKind::Enum(_) => {}
        }
        let equal: Vec<&Def> = merged.equal_to(*id).filter_map(|id| defs.get(id)).collect();
        describe(&mut kind, &equal);
        types.push(TypeDef {
            name: names.of_def(*id),
            pointer: def.pointer.clone(),
            direction: def.direction,
            doc: def.doc.clone().or_else(|| equal.iter().find_map(|other| other.doc.clone())),
            kind,
            deprecated: def.deprecated,
            defined_in: None,
        });
    }
    circles::refuse(&types, findings);
    circles::box_fields(&mut types);
    (types, operations, events)
}

/// Where equal structures have become one type, the first one that is described speaks for all.
fn describe(kind: &mut TypeKind, equal: &[&Def]) {
    match kind {
        TypeKind::Object(fields) => {
            for (index, field) in fields.iter_mut().enumerate() {
                let mut same = equal.iter().filter_map(|other| other.field(index));
                field.doc = field.doc.take().or_else(|| same.find_map(|it| it.doc.clone()));
            }
        }
        TypeKind::Enum(variants) => {
            for variant in variants {
                let mut same = equal.iter().filter_map(|other| other.variant(&variant.wire));
                variant.doc = variant.doc.take().or_else(|| same.find_map(|it| it.doc.clone()));
            }
        }
        TypeKind::Union(_) => {}
    }
}

/// The definitions that operations and events reach, in the order they are met.
fn reached(defs: &[Def], operations: &[Operation], events: &[Event], merged: &Merged) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    let mut visit = |start: Option<usize>| {
        let mut open: Vec<usize> = start.into_iter().collect();
        while let Some(id) = open.pop() {
            let id = merged.of(id);
            if !seen.insert(id) {
                continue;
            }
            order.push(id);
            let mut inner = defs.get(id).map(|def| def.kind.inner()).unwrap_or_default();
            inner.reverse();
            open.extend(inner);
        }
    };
    for operation in operations {
        match &operation.output {
            Output::Nothing | Output::Text | Output::Bytes => {}
            Output::Value(ty) | Output::Page(ty) => visit(ty.definition()),
        }
        for argument in operation.all_arguments() {
            visit(argument.ty.definition());
        }
    }
    for event in events {
        visit(event.data.definition());
    }
    order
}
