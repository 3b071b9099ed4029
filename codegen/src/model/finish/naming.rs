//! What the types are called, and the variants of unions.

use std::collections::HashMap;

use serde_json::json;

use crate::finding::Findings;
use crate::model::dedup::Merged;
use crate::model::types::{Def, Origin, Parent};
use crate::model::{Direction, TypeKind, Union, UnionVariant, names};

/// The names of all definitions, reached or not: what is inline is named after its parent.
pub(super) struct Names<'a> {
    defs: &'a [Def],
    merged: &'a Merged,
    given: HashMap<usize, String>,
}

impl<'a> Names<'a> {
    pub(super) fn of(
        defs: &'a [Def],
        merged: &'a Merged,
        reached: &[usize],
        findings: &mut Findings,
    ) -> Self {
        let mut names = Self { defs, merged, given: HashMap::new() };
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
    pub(super) fn of_def(&self, id: usize) -> String {
        let id = self.merged.of(id);
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
                let id = self.merged.of(*id);
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
        let mut parents: Vec<Vec<String>> = Vec::new();
        for place in self.merged.equal_to(id) {
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

    /// Names the variants of a union.
    pub(super) fn name_variants(&self, union: &mut Union, def: &Def, findings: &mut Findings) {
        let labels = self.variants(union);
        let place = |variant: &UnionVariant| self.defs.get(variant.ty).map_or("", |def| def.pointer.as_str());
        let places: Vec<&str> = union.variants.iter().map(place).collect();
        refuse_variants(&labels, &def.pointer, &places, findings);
        for variant in &union.variants {
            if let Some(Def { kind: TypeKind::Enum(_), pointer, .. }) = self.defs.get(variant.ty) {
                let advice = "replace the union by `{}` (any JSON) in an overlay action";
                findings
                    .add(pointer, "a member of a union that is no object", advice)
                    .settled_without(&def.pointer);
            }
        }
        for (variant, label) in union.variants.iter_mut().zip(labels) {
            variant.ident = label;
        }
    }

    /// What variants are called: as the document says, else their types' names without what these have in common.
    fn variants(&self, union: &Union) -> Vec<String> {
        let types: Vec<usize> = union.variants.iter().map(|variant| variant.ty).collect();
        let words: Vec<Vec<String>> = types.iter().map(|id| names::words(&self.of_def(*id))).collect();
        let shared = match words.as_slice() {
            [one, others @ ..] if !others.is_empty() => {
                common(one.iter(), others.iter().map(|words| words.iter())).len()
            }
            _ => 0,
        };
        let said =
            |id: &usize| self.defs.get(*id).and_then(|def| def.variant_name.as_deref()).map(names::type_name);
        let stripped = |words: &Vec<String>| {
            let rest = words.get(shared..).filter(|rest| !rest.is_empty()).unwrap_or(words);
            names::pascal_words(rest)
        };
        types.iter().zip(&words).map(|(id, words)| said(id).unwrap_or_else(|| stripped(words))).collect()
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
