//! What of the old model is what of the new one: operations by id or by method and path, types by name, by where they
//! are used or by their structure.

use std::collections::{BTreeSet, HashMap};

use crate::emit::{field_type, rust_type};
use crate::model::{Api, Operation, Type, TypeDef, TypeKind};

/// Two models, and what belongs together.
#[derive(Debug)]
pub(super) struct Pairs<'a> {
    pub(super) old: &'a Api,
    pub(super) new: &'a Api,
    /// The new type of each old one.
    types: HashMap<usize, usize>,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(old: &'a Api, new: &'a Api) -> Self {
        let mut pairs = Self { old, new, types: HashMap::new() };
        for (id, def) in old.types.iter().enumerate() {
            if let Some(twin) = new.types.iter().position(|other| other.name == def.name) {
                pairs.types.insert(id, twin);
            }
        }
        while pairs.pair_by_use() {}
        pairs.pair_by_structure();
        pairs
    }

    /// The operations of both models that are one, in the order of the new document.
    pub(super) fn operations(&self) -> Vec<(&'a Operation, &'a Operation)> {
        let news = self.new.operations.iter();
        news.filter_map(|new| Some((self.old.operations.iter().find(|old| is_same(self, old, new))?, new)))
            .collect()
    }

    /// The types that are one, in the order of the new model.
    pub(super) fn types(&self) -> Vec<(&'a TypeDef, &'a TypeDef)> {
        let mut pairs: Vec<(&usize, &usize)> = self.types.iter().collect();
        pairs.sort_by_key(|(_, new)| **new);
        pairs
            .into_iter()
            .filter_map(|(old, new)| Some((self.old.types.get(*old)?, self.new.types.get(*new)?)))
            .collect()
    }

    /// Old types that are gone.
    pub(super) fn gone(&self) -> Vec<&'a TypeDef> {
        let types = self.old.types.iter().enumerate();
        types.filter(|(id, _)| !self.types.contains_key(id)).map(|(_, def)| def).collect()
    }

    /// Types that are new.
    pub(super) fn fresh(&self) -> Vec<&'a TypeDef> {
        let types = self.new.types.iter().enumerate();
        types.filter(|(id, _)| !self.is_taken(*id)).map(|(_, def)| def).collect()
    }

    /// How an old type is spelt with the names that the new model has for what is in it.
    pub(super) fn respelt(&self, ty: &Type) -> String {
        let unknown = self.new.types.len();
        let renamed = ty.map_ids(&|id| self.types.get(&id).copied().unwrap_or(unknown + id));
        match renamed.definition() {
            // What is gone keeps its old name, which nothing new has.
            Some(id) if id >= unknown => rust_type(self.old, ty, ""),
            _ => rust_type(self.new, &renamed, ""),
        }
    }

    fn is_taken(&self, new: usize) -> bool {
        self.types.values().any(|taken| *taken == new)
    }

    /// Types that have changed their name but stand in the same places. Whether any were found.
    fn pair_by_use(&mut self) -> bool {
        let mut votes: HashMap<usize, BTreeSet<usize>> = HashMap::new();
        let mut vote = |old: &Type, new: &Type| {
            if let (Some(old), Some(new)) = (old.definition(), new.definition()) {
                votes.entry(old).or_default().insert(new);
            }
        };
        for (old, new) in self.operations() {
            if let (Some(old), Some(new)) = (old.output.ty(), new.output.ty()) {
                vote(old, new);
            }
            for argument in old.all_arguments() {
                if let Some(twin) = new.all_arguments().find(|other| other.wire == argument.wire) {
                    vote(&argument.ty, &twin.ty);
                }
            }
        }
        for (old, new) in self.types() {
            if let (TypeKind::Object(old), TypeKind::Object(new)) = (&old.kind, &new.kind) {
                for field in old {
                    if let Some(twin) = new.iter().find(|other| other.wire == field.wire) {
                        vote(&field.ty, &twin.ty);
                    }
                }
            }
        }
        let mut found: Vec<(usize, usize)> = votes
            .into_iter()
            .filter(|(old, _)| !self.types.contains_key(old))
            .filter_map(|(old, news)| {
                let mut news = news.into_iter().filter(|new| !self.is_taken(*new) && self.alike(old, *new));
                let only = news.next()?;
                news.next().is_none().then_some((old, only))
            })
            .collect();
        let all = found.clone();
        found.retain(|(_, new)| all.iter().filter(|(_, other)| other == new).count() == 1);
        self.types.extend(found.iter().copied());
        !found.is_empty()
    }

    /// Types that have changed their name and nothing else.
    fn pair_by_structure(&mut self) {
        let candidates = |api: &Api, is_open: &dyn Fn(usize) -> bool| -> Vec<(usize, String)> {
            let open = api.types.iter().enumerate().filter(|(id, _)| is_open(*id));
            open.filter_map(|(id, def)| Some((id, structure(api, def)?))).collect()
        };
        let olds = candidates(self.old, &|id| !self.types.contains_key(&id));
        let news = candidates(self.new, &|id| !self.is_taken(id));
        for (old, key) in &olds {
            let twins: Vec<usize> =
                news.iter().filter(|(_, other)| other == key).map(|(id, _)| *id).collect();
            if let ([twin], 1) = (twins.as_slice(), olds.iter().filter(|(_, other)| other == key).count()) {
                self.types.insert(*old, *twin);
            }
        }
    }

    /// Whether at least half of what is in either of two types is in both.
    fn alike(&self, old: usize, new: usize) -> bool {
        let (Some(old), Some(new)) = (self.old.types.get(old), self.new.types.get(new)) else { return false };
        if std::mem::discriminant(&old.kind) != std::mem::discriminant(&new.kind) {
            return false;
        }
        let (old, new) = (members(old), members(new));
        let both = old.intersection(&new).count();
        both > 0 && both * 2 >= old.union(&new).count()
    }
}

/// Whether an operation is the one of the other model: by its id, else by its method and path.
fn is_same(pairs: &Pairs<'_>, old: &Operation, new: &Operation) -> bool {
    if old.id == new.id {
        return true;
    }
    (&old.method, &old.path) == (&new.method, &new.path)
        && !pairs.old.operations.iter().any(|other| other.id == new.id)
        && !pairs.new.operations.iter().any(|other| other.id == old.id)
}

fn members(def: &TypeDef) -> BTreeSet<&str> {
    match &def.kind {
        TypeKind::Object(fields) => fields.iter().map(|field| field.wire.as_str()).collect(),
        TypeKind::Enum(variants) => variants.iter().map(|variant| variant.wire.as_str()).collect(),
        TypeKind::Union(union) => union.variants.iter().map(|variant| variant.ident.as_str()).collect(),
    }
}

/// What a type is made of; `None` where that is too little to know it by.
fn structure(api: &Api, def: &TypeDef) -> Option<String> {
    let parts: Vec<String> = match &def.kind {
        TypeKind::Object(fields) => fields
            .iter()
            .map(|field| format!("{}: {}", field.ident, field_type(api, field, def.direction)))
            .collect(),
        TypeKind::Enum(variants) => variants.iter().map(|variant| variant.wire.clone()).collect(),
        TypeKind::Union(_) => return None,
    };
    (parts.len() > 1).then(|| format!("{:?} {}", def.direction, parts.join(", ")))
}
