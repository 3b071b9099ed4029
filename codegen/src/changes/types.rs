//! Types: structs by their fields, enums and unions by their variants.

use super::pairs::Pairs;
use super::{Change, Effect, Kind, Subject, fields, owners};
use crate::model::{Api, TypeDef, TypeKind, Union, Variant};

/// The differences of all types.
pub(super) fn changes(pairs: &Pairs<'_>) -> Vec<Change> {
    let (old_owners, new_owners) = (owners(pairs.old), owners(pairs.new));
    let mut changes = Vec::new();
    for def in pairs.fresh() {
        changes.push(change(def, owner(pairs.new, &new_owners, def), Effect::Additive, Kind::Added));
    }
    for (old, new) in pairs.types() {
        let resource = owner(pairs.new, &new_owners, new);
        compare(pairs, old, new, resource, &mut changes);
    }
    for def in pairs.gone() {
        changes.push(change(def, owner(pairs.old, &old_owners, def), Effect::Breaking, Kind::Removed));
    }
    changes
}

fn owner(api: &Api, owners: &[Option<String>], def: &TypeDef) -> Option<String> {
    let position = api.types.iter().position(|other| std::ptr::eq(other, def))?;
    owners.get(position).cloned().flatten()
}

/// A change of a type itself.
fn change(def: &TypeDef, resource: Option<String>, effect: Effect, kind: Kind) -> Change {
    Change {
        effect,
        kind,
        subject: Subject::Type,
        resource,
        owner: def.name.clone(),
        member: None,
        old_wire: None,
        wire: String::new(),
        old: None,
        new: None,
        note: String::new(),
    }
}

fn compare(
    pairs: &Pairs<'_>,
    old: &TypeDef,
    new: &TypeDef,
    resource: Option<String>,
    changes: &mut Vec<Change>,
) {
    let about = |effect: Effect, kind: Kind| change(new, resource.clone(), effect, kind);
    if old.name != new.name {
        changes.push(Change {
            old: Some(old.name.clone()),
            new: Some(new.name.clone()),
            ..about(Effect::Breaking, Kind::Renamed)
        });
    }
    if new.deprecated && !old.deprecated {
        changes.push(about(Effect::Additive, Kind::Deprecated));
    }
    match (&old.kind, &new.kind) {
        (TypeKind::Object(before), TypeKind::Object(after)) => {
            if old.direction == new.direction {
                changes.extend(fields::changes(pairs, before, after, new.direction, &about));
            } else {
                changes.push(Change {
                    note: "it travels the other way, and what may be absent or null is said differently"
                        .to_owned(),
                    ..about(Effect::Breaking, Kind::Changed)
                });
            }
        }
        (TypeKind::Enum(before), TypeKind::Enum(after)) => changes.extend(values(before, after, &about)),
        (TypeKind::Union(before), TypeKind::Union(after)) => {
            changes.extend(variants(pairs, before, after, &about));
        }
        (before, after) => changes.push(Change {
            old: Some(word(before).to_owned()),
            new: Some(word(after).to_owned()),
            ..about(Effect::Breaking, Kind::Changed)
        }),
    }
}

fn word(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Object(_) => "a struct",
        TypeKind::Enum(_) => "an enum of texts",
        TypeKind::Union(_) => "an enum of objects",
    }
}

/// A list of values is open: one more breaks nobody.
fn values(old: &[Variant], new: &[Variant], about: &dyn Fn(Effect, Kind) -> Change) -> Vec<Change> {
    let one = |variant: &Variant, effect: Effect, kind: Kind| Change {
        subject: Subject::Variant,
        member: Some(variant.ident.clone()),
        wire: variant.wire.clone(),
        ..about(effect, kind)
    };
    let mut changes = Vec::new();
    for after in new {
        match old.iter().find(|before| before.wire == after.wire) {
            None => changes.push(one(after, Effect::Additive, Kind::Added)),
            Some(before) if before.ident != after.ident => changes.push(Change {
                old: Some(before.ident.clone()),
                new: Some(after.ident.clone()),
                ..one(after, Effect::Breaking, Kind::Renamed)
            }),
            Some(_) => {}
        }
    }
    for before in old.iter().filter(|before| !new.iter().any(|after| after.wire == before.wire)) {
        changes.push(one(before, Effect::Breaking, Kind::Removed));
    }
    changes
}

fn variants(
    pairs: &Pairs<'_>,
    old: &Union,
    new: &Union,
    about: &dyn Fn(Effect, Kind) -> Change,
) -> Vec<Change> {
    let named = |id: usize| crate::model::Type::Named(id);
    let one = |ident: &str, effect: Effect, kind: Kind| Change {
        subject: Subject::Variant,
        member: Some(ident.to_owned()),
        wire: ident.to_owned(),
        ..about(effect, kind)
    };
    let spelt = |api: &Api, id: usize| api.types.get(id).map(|def| def.name.clone());
    let mut changes = Vec::new();
    for after in &new.variants {
        match old.variants.iter().find(|before| before.ident == after.ident) {
            None => changes.push(Change {
                new: spelt(pairs.new, after.ty),
                ..one(&after.ident, Effect::Additive, Kind::Added)
            }),
            Some(before) if Some(pairs.respelt(&named(before.ty))) != spelt(pairs.new, after.ty) => {
                changes.push(Change {
                    old: spelt(pairs.old, before.ty),
                    new: spelt(pairs.new, after.ty),
                    ..one(&after.ident, Effect::Breaking, Kind::Changed)
                });
            }
            Some(_) => {}
        }
    }
    for before in &old.variants {
        if !new.variants.iter().any(|after| after.ident == before.ident) {
            changes.push(Change {
                old: spelt(pairs.old, before.ty),
                ..one(&before.ident, Effect::Breaking, Kind::Removed)
            });
        }
    }
    changes
}
