//! The last steps over all types together: merge equal ones, keep those that operations reach, name them, and box
//! those that contain themselves.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::types::{Def, Origin, Parent};
use super::{Direction, Event, Operation, Output, Type, TypeDef, TypeKind, dedup, names};
use crate::finding::Findings;

pub(super) fn finish(
    defs: Vec<Def>,
    mut operations: Vec<Operation>,
    mut events: Vec<Event>,
    findings: &mut Findings,
) -> (Vec<TypeDef>, Vec<Operation>, Vec<Event>) {
    let stands_for = dedup::representatives(&defs);
    let reached = reached(&defs, &operations, &events, &stands_for);
    let names = Names::of(&defs, &stands_for, &reached, findings);
    let position: HashMap<usize, usize> =
        reached.iter().enumerate().map(|(position, id)| (*id, position)).collect();
    let renumber = |id: usize| {
        let id = stands_for.get(id).copied().unwrap_or(id);
        position.get(&id).copied().unwrap_or(0)
    };
    for operation in &mut operations {
        for argument in operation.arguments.iter_mut().chain(&mut operation.setters) {
            argument.ty = argument.ty.map_ids(&renumber);
        }
        operation.output = match &operation.output {
            Output::Nothing => Output::Nothing,
            Output::Value(ty) => Output::Value(ty.map_ids(&renumber)),
            Output::Page(item) => Output::Page(item.map_ids(&renumber)),
        };
    }
    for event in &mut events {
        event.data = event.data.map_ids(&renumber);
    }
    // Where equal structures have become one type, the first one that is described speaks for all.
    let mut equal: HashMap<usize, Vec<&Def>> = HashMap::new();
    for (def, id) in defs.iter().zip(&stands_for) {
        equal.entry(*id).or_default().push(def);
    }
    let mut types: Vec<TypeDef> = Vec::new();
    for id in &reached {
        let Some(def) = defs.get(*id) else { continue };
        let equal = equal.get(id).map(Vec::as_slice).unwrap_or_default();
        let mut kind = def.kind.clone();
        match &mut kind {
            TypeKind::Object(fields) => {
                for (index, field) in fields.iter_mut().enumerate() {
                    field.ty = field.ty.map_ids(&renumber);
                    let same = equal.iter().filter_map(|other| other.field(index));
                    field.doc = field.doc.take().or_else(|| same.filter_map(|it| it.doc.clone()).next());
                }
            }
            TypeKind::Union(union) => {
                let labels = variant_names(union.variants.iter().map(|variant| variant.ty), &defs, &names);
                let places: Vec<&str> = union
                    .variants
                    .iter()
                    .map(|variant| defs.get(variant.ty).map_or("", |def| def.pointer.as_str()))
                    .collect();
                refuse_variants(&labels, &def.pointer, &places, findings);
                for variant in &union.variants {
                    if let Some(Def { kind: TypeKind::Enum(_), pointer, .. }) = defs.get(variant.ty) {
                        let advice = "replace the union by `{}` (any JSON) in an overlay action";
                        findings
                            .add(pointer, "a member of a union that is no object", advice)
                            .settled_without(&def.pointer);
                    }
                }
                for (variant, label) in union.variants.iter_mut().zip(labels) {
                    variant.ident = label;
                    variant.ty = renumber(variant.ty);
                }
            }
            TypeKind::Enum(variants) => {
                for variant in variants {
                    let same = equal.iter().filter_map(|other| other.variant(&variant.wire));
                    variant.doc = variant.doc.take().or_else(|| same.filter_map(|it| it.doc.clone()).next());
                }
            }
        }
        types.push(TypeDef {
            name: names.of_def(*id),
            pointer: def.pointer.clone(),
            direction: def.direction,
            doc: def.doc.clone().or_else(|| equal.iter().filter_map(|other| other.doc.clone()).next()),
            kind,
            deprecated: def.deprecated,
            defined_in: None,
        });
    }
    refuse_endless(&types, findings);
    box_circles(&mut types);
    (types, operations, events)
}

/// The definitions that operations and events reach, in the order they are met.
fn reached(defs: &[Def], operations: &[Operation], events: &[Event], stands_for: &[usize]) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    let mut visit = |start: Option<usize>| {
        let mut open: Vec<usize> = start.into_iter().collect();
        while let Some(id) = open.pop() {
            let id = stands_for.get(id).copied().unwrap_or(id);
            if !seen.insert(id) {
                continue;
            }
            order.push(id);
            let mut inner: Vec<usize> = match defs.get(id).map(|def| &def.kind) {
                Some(TypeKind::Object(fields)) => {
                    fields.iter().filter_map(|field| field.ty.definition()).collect()
                }
                Some(TypeKind::Union(union)) => union.variants.iter().map(|variant| variant.ty).collect(),
                _ => Vec::new(),
            };
            inner.reverse();
            open.extend(inner);
        }
    };
    for operation in operations {
        match &operation.output {
            Output::Nothing => {}
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

/// The names of all definitions, reached or not: what is inline is named after its parent.
struct Names<'a> {
    defs: &'a [Def],
    stands_for: &'a [usize],
    given: HashMap<usize, String>,
}

impl<'a> Names<'a> {
    fn of(defs: &'a [Def], stands_for: &'a [usize], reached: &[usize], findings: &mut Findings) -> Self {
        let mut names = Self { defs, stands_for, given: HashMap::new() };
        let mut taken: HashMap<String, usize> = HashMap::new();
        // Names that somebody chose come first, then the document's, then those that are made up.
        let (fixed, inline): (Vec<usize>, Vec<usize>) =
            reached.iter().copied().partition(|id| names.fixed(*id).is_some());
        for id in fixed {
            let Some(name) = names.fixed(id) else { continue };
            names.claim(id, vec![name], &mut taken, findings);
        }
        for id in inline {
            let candidates = names.candidates(id);
            names.claim(id, candidates, &mut taken, findings);
        }
        names
    }

    fn claim(
        &mut self,
        id: usize,
        candidates: Vec<String>,
        taken: &mut HashMap<String, usize>,
        findings: &mut Findings,
    ) {
        let free = candidates.iter().find(|name| !taken.contains_key(*name)).cloned();
        let name = free.unwrap_or_else(|| {
            let name = candidates.into_iter().next_back().unwrap_or_default();
            let pointer = |id: usize| self.defs.get(id).map_or("", |def| def.pointer.as_str());
            let twin = taken.get(&name).map_or("", |twin| pointer(*twin));
            let message = format!("the type would be called `{name}`, as the one at {twin} is");
            findings
                .add(pointer(id), message, "add `x-rust-name` to one of them in openapi/overlays/names.yaml")
                .settled_by(pointer(id), json!({"x-rust-name": format!("{name}2")}));
            name
        });
        if !names::is_type(&name) {
            let pointer = self.defs.get(id).map_or("", |def| def.pointer.as_str());
            let advice = "add `x-rust-name` in openapi/overlays/names.yaml";
            findings
                .add(pointer, format!("`{name}` cannot be the name of a type"), advice)
                .settled_by(pointer, json!({"x-rust-name": format!("Clerk{name}")}));
        }
        taken.insert(name.clone(), id);
        self.given.insert(id, name);
    }

    /// The name of a definition.
    fn of_def(&self, id: usize) -> String {
        let id = self.stands_for.get(id).copied().unwrap_or(id);
        self.given.get(&id).cloned().or_else(|| self.fixed(id)).unwrap_or_else(|| self.after_parent(id, 0))
    }

    fn fixed(&self, id: usize) -> Option<String> {
        let def = self.defs.get(id)?;
        match (&def.explicit_name, &def.origin) {
            (Some(name), _) => Some(name.clone()),
            (None, Origin::Shared(name)) => Some((*name).to_owned()),
            (None, Origin::Component(key)) => {
                // A component that travels both ways is two types.
                let both = def.direction == Direction::Request
                    && !matches!(def.kind, TypeKind::Enum(_))
                    && self
                        .defs
                        .iter()
                        .any(|other| other.pointer == def.pointer && other.direction != def.direction);
                Some(format!("{}{}", names::type_name(key), if both { "Input" } else { "" }))
            }
            (None, _) => None,
        }
    }

    /// Parent and property: `UserStatus` for `User.status`.
    fn after_parent(&self, id: usize, depth: usize) -> String {
        let Some(def) = self.defs.get(id).filter(|_| depth < 32) else { return String::new() };
        match &def.origin {
            Origin::Component(key) => names::type_name(key),
            Origin::Shared(name) => (*name).to_owned(),
            Origin::Answer { operation, suffix } => format!("{operation}{suffix}"),
            Origin::Property { parent, property } => {
                format!("{}{}", self.parent(parent, depth), self.property(def, property))
            }
        }
    }

    fn parent(&self, parent: &Parent, depth: usize) -> String {
        match parent {
            Parent::Operation(name) => name.clone(),
            Parent::Def(id) => {
                let id = self.stands_for.get(*id).copied().unwrap_or(*id);
                self.given
                    .get(&id)
                    .cloned()
                    .or_else(|| self.fixed(id))
                    .unwrap_or_else(|| self.after_parent(id, depth + 1))
            }
        }
    }

    /// The property in the singular where the definition is an item of it.
    fn property(&self, def: &Def, property: &str) -> String {
        let item = def.pointer.ends_with("/items") || def.pointer.ends_with("/additionalProperties");
        names::pascal(&if item { names::singular(property) } else { property.to_owned() })
    }

    /// Names for something inline, the best first: what all places have in common and the property, the property
    /// alone where it says enough, the first parent and the property.
    fn candidates(&self, id: usize) -> Vec<String> {
        let Some(def) = self.defs.get(id) else { return Vec::new() };
        let first = self.after_parent(id, 0);
        let Origin::Property { property, .. } = &def.origin else { return vec![first] };
        let property = self.property(def, property);
        let places = self.stands_for.iter().enumerate().filter(|(_, stands_for)| **stands_for == id);
        let mut parents: Vec<Vec<String>> = Vec::new();
        for (place, _) in places {
            if let Some(Def { origin: Origin::Property { parent, .. }, .. }) = self.defs.get(place) {
                let words = names::words(&self.parent(parent, 0));
                if !parents.contains(&words) {
                    parents.push(words);
                }
            }
        }
        let [one, others @ ..] = parents.as_slice() else { return vec![first] };
        if others.is_empty() {
            return vec![first];
        }
        let begins = common(one.iter(), others.iter().map(|words| words.iter()));
        let mut ends = common(one.iter().rev(), others.iter().map(|words| words.iter().rev()));
        ends.reverse();
        let mut candidates = Vec::new();
        for shared in [begins, ends] {
            let shared = names::pascal_words(&shared);
            if !shared.is_empty() && property.starts_with(&shared) {
                candidates.push(property.clone());
            } else if !shared.is_empty() && !is_verb(&shared) {
                candidates.push(format!("{shared}{property}"));
            }
        }
        if names::words(&property).len() > 1 {
            candidates.push(property);
        }
        candidates.push(first);
        candidates
    }
}

fn is_verb(word: &str) -> bool {
    ["Get", "List", "Create", "Update", "Delete", "Replace", "Verify"].contains(&word)
}

/// The words that all sequences begin with.
fn common<'a, I: Iterator<Item = &'a String>>(one: I, others: impl Iterator<Item = I>) -> Vec<String> {
    let mut shared: Vec<String> = one.cloned().collect();
    for other in others {
        let same = shared.iter().zip(other).take_while(|(a, b)| a == b).count();
        shared.truncate(same);
    }
    shared
}

/// What variants are called: as the document says, else their types' names without what these have in common.
fn variant_names(types: impl Iterator<Item = usize>, defs: &[Def], names: &Names<'_>) -> Vec<String> {
    let types: Vec<usize> = types.collect();
    let words: Vec<Vec<String>> = types.iter().map(|id| names::words(&names.of_def(*id))).collect();
    let shared = match words.as_slice() {
        [one, others @ ..] if !others.is_empty() => {
            common(one.iter(), others.iter().map(|words| words.iter())).len()
        }
        _ => 0,
    };
    let said = |id: &usize| defs.get(*id).and_then(|def| def.variant_name.as_deref()).map(names::type_name);
    let stripped = |words: &Vec<String>| {
        let rest = words.get(shared..).filter(|rest| !rest.is_empty()).unwrap_or(words);
        names::pascal_words(rest)
    };
    types.iter().zip(&words).map(|(id, words)| said(id).unwrap_or_else(|| stripped(words))).collect()
}

/// Names of variants that are no names, or not of one variant alone.
fn refuse_variants(labels: &[String], pointer: &str, places: &[&str], findings: &mut Findings) {
    for (index, (label, place)) in labels.iter().zip(places).enumerate() {
        let twin = labels.iter().take(index).any(|other| other == label);
        if twin || !names::is_ident(label) || ["Self", "Unknown"].contains(&label.as_str()) {
            let message = format!("a variant of the union would be called `{label}`");
            let advice = "add `x-speakeasy-name-override` to the member by an overlay action";
            let name = if names::is_ident(label) { label.as_str() } else { "Variant" };
            findings
                .add(pointer, message, advice)
                .settled_by(place, json!({"x-speakeasy-name-override": format!("{name}{}", index + 1)}));
        }
    }
}

/// Types without a value: what must hold another of itself, or is one of several that lead back to it.
fn refuse_endless(types: &[TypeDef], findings: &mut Findings) {
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
fn box_circles(types: &mut [TypeDef]) {
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
