//! Several documents of one client: types that are equal in two of them are one type, which the newer one defines.

use std::collections::HashMap;

use super::{Api, Field, Type, TypeDef, TypeKind, UnionVariant, Variant, names};

/// Lets each of the APIs, the newest first, take from newer ones what these define equally.
///
/// Equal means: of one name and direction, with the same fields, values or variants, and so on through all types in
/// them. Resources of the first API are methods of the client itself.
pub fn share(apis: &mut [Api]) {
    gather_object_types(apis);
    for index in 0..apis.len() {
        let (newer, rest) = apis.split_at_mut(index);
        let Some(api) = rest.first_mut() else { continue };
        api.is_root = index == 0;
        let mut taken: HashMap<usize, String> = HashMap::new();
        for newer in newer.iter().filter(|newer| !newer.is_webhooks()) {
            for (id, theirs) in equal_types(api, newer) {
                // What the newer one has taken itself comes from where that is defined.
                let module = newer.types.get(theirs).and_then(|def| def.defined_in.clone());
                taken.entry(id).or_insert_with(|| module.unwrap_or_else(|| newer.module()));
            }
        }
        for (id, module) in taken {
            if let Some(def) = api.types.get_mut(id) {
                def.defined_in = Some(module);
            }
        }
    }
}

/// The type of all tags called `object` is the generator's own. The newest version's has the tags of all, so that an
/// object need not be two types for the sake of the tags of others.
fn gather_object_types(apis: &mut [Api]) {
    let mut all: Vec<Variant> = Vec::new();
    for variant in apis.iter().flat_map(|api| object_type(api).into_iter().flatten()) {
        if !all.iter().any(|other| is_equal_value(other, variant)) {
            all.push(variant.clone());
        }
    }
    let newest = apis.iter_mut().next().into_iter().flat_map(|api| &mut api.types);
    for def in newest.filter(|def| is_object_type(def)) {
        def.kind = TypeKind::Enum(all.clone());
    }
}

fn object_type(api: &Api) -> Option<&[Variant]> {
    api.types.iter().filter(|def| is_object_type(def)).find_map(|def| match &def.kind {
        TypeKind::Enum(variants) => Some(variants.as_slice()),
        _ => None,
    })
}

fn is_object_type(def: &TypeDef) -> bool {
    def.name == names::OBJECT_TYPE && def.pointer.is_empty()
}

/// Pairs of equal types: the index here and there.
fn equal_types(api: &Api, newer: &Api) -> HashMap<usize, usize> {
    let theirs: HashMap<_, usize> =
        newer.types.iter().enumerate().map(|(id, def)| ((def.name.as_str(), def.direction), id)).collect();
    let mut pairs: HashMap<usize, usize> = HashMap::new();
    for (id, def) in api.types.iter().enumerate() {
        // Enums travel both ways.
        let same = [super::Direction::Request, super::Direction::Response]
            .into_iter()
            .filter(|direction| *direction == def.direction || matches!(def.kind, TypeKind::Enum(_)));
        let twin = same.filter_map(|direction| theirs.get(&(def.name.as_str(), direction))).next();
        pairs.extend(twin.map(|twin| (id, *twin)));
    }
    // All that could be equal counts as such until something in it turns out not to be.
    loop {
        let before = pairs.len();
        let same = |ours: &Type, theirs: &Type| -> bool {
            let renamed = ours.map_ids(&|id| pairs.get(&id).copied().unwrap_or(usize::MAX));
            renamed == *theirs
        };
        let equal = |id: &usize, twin: &usize| match (api.types.get(*id), newer.types.get(*twin)) {
            (Some(ours), Some(theirs)) => is_object_type(ours) || is_equal(ours, theirs, &same),
            _ => false,
        };
        let kept: HashMap<usize, usize> =
            pairs.iter().filter(|(id, twin)| equal(id, twin)).map(|(id, twin)| (*id, *twin)).collect();
        pairs = kept;
        if pairs.len() == before {
            return pairs;
        }
    }
}

fn is_equal(ours: &TypeDef, theirs: &TypeDef, same: &impl Fn(&Type, &Type) -> bool) -> bool {
    ours.deprecated == theirs.deprecated
        && match (&ours.kind, &theirs.kind) {
            (TypeKind::Object(ours), TypeKind::Object(theirs)) => {
                ours.len() == theirs.len()
                    && ours.iter().all(|ours| theirs.iter().any(|theirs| is_equal_field(ours, theirs, same)))
            }
            (TypeKind::Enum(ours), TypeKind::Enum(theirs)) => {
                ours.len() == theirs.len()
                    && ours.iter().all(|ours| theirs.iter().any(|theirs| is_equal_value(ours, theirs)))
            }
            (TypeKind::Union(ours), TypeKind::Union(theirs)) => {
                ours.tag == theirs.tag
                    && ours.variants.len() == theirs.variants.len()
                    && ours
                        .variants
                        .iter()
                        .zip(&theirs.variants)
                        .all(|(ours, theirs)| is_equal_variant(ours, theirs, same))
            }
            _ => false,
        }
}

fn is_equal_field(ours: &Field, theirs: &Field, same: &impl Fn(&Type, &Type) -> bool) -> bool {
    let Field { wire, ident, ty, required, nullable, sensitive, deprecated, constant, facts, doc: _ } = ours;
    *wire == theirs.wire
        && *ident == theirs.ident
        && same(ty, &theirs.ty)
        && *required == theirs.required
        && *nullable == theirs.nullable
        && *sensitive == theirs.sensitive
        && *deprecated == theirs.deprecated
        && *constant == theirs.constant
        && *facts == theirs.facts
}

fn is_equal_value(ours: &Variant, theirs: &Variant) -> bool {
    ours.wire == theirs.wire && ours.ident == theirs.ident && ours.number == theirs.number
}

fn is_equal_variant(
    ours: &UnionVariant,
    theirs: &UnionVariant,
    same: &impl Fn(&Type, &Type) -> bool,
) -> bool {
    let UnionVariant { ident, ty, tags, keys, hints } = ours;
    *ident == theirs.ident
        && same(&Type::Named(*ty), &Type::Named(theirs.ty))
        && *tags == theirs.tags
        && *keys == theirs.keys
        && *hints == theirs.hints
}
