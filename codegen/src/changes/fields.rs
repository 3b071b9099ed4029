//! Fields of structs. Those of an answer are read, so their types count; those of what callers send are also set, so
//! it counts as well what `new` takes.

use super::pairs::Pairs;
use super::{Change, Effect, Kind, Subject};
use crate::emit::field_type;
use crate::model::{Direction, Field};

/// The differences of the fields of a struct.
pub(super) fn changes(
    pairs: &Pairs<'_>,
    old: &[Field],
    new: &[Field],
    direction: Direction,
    about: &dyn Fn(Effect, Kind) -> Change,
) -> Vec<Change> {
    let one = |field: &Field, effect: Effect, kind: Kind| Change {
        subject: Subject::Field,
        member: Some(field.ident.clone()),
        wire: field.wire.clone(),
        ..about(effect, kind)
    };
    let renamed = renamed(pairs, old, new, direction);
    let twin = |before: &Field| {
        let renamed = renamed.iter().find(|(wire, _)| *wire == before.wire);
        let name = renamed.map_or(before.wire.as_str(), |(_, new)| new);
        new.iter().find(|after| after.wire == name)
    };
    let mut changes = Vec::new();
    for after in new {
        let before = old.iter().find(|it| twin(it).is_some_and(|other| std::ptr::eq(other, after)));
        let Some(before) = before else {
            let wanted = direction == Direction::Request && after.required;
            changes.push(Change {
                new: Some(field_type(pairs.new, after, direction)),
                note: if wanted { "`new` takes it" } else { "" }.to_owned(),
                ..one(after, if wanted { Effect::Breaking } else { Effect::Additive }, Kind::Added)
            });
            continue;
        };
        compare(pairs, before, after, direction, &one, &mut changes);
    }
    for before in old.iter().filter(|before| twin(before).is_none()) {
        changes.push(Change {
            old: Some(field_type(pairs.old, before, direction)),
            ..one(before, Effect::Breaking, Kind::Removed)
        });
    }
    if direction == Direction::Request {
        changes.extend(reordered(old, new, about));
    }
    changes
}

/// The differences of a field that is in both.
fn compare(
    pairs: &Pairs<'_>,
    before: &Field,
    after: &Field,
    direction: Direction,
    one: &dyn Fn(&Field, Effect, Kind) -> Change,
    changes: &mut Vec<Change>,
) {
    if before.wire != after.wire || before.ident != after.ident {
        let effect = if before.ident == after.ident { Effect::Invisible } else { Effect::Breaking };
        changes.push(Change {
            old_wire: (before.wire != after.wire).then(|| before.wire.clone()),
            old: Some(before.ident.clone()),
            new: Some(after.ident.clone()),
            ..one(after, effect, Kind::Renamed)
        });
    }
    let spelt = field_type(pairs.new, after, direction);
    let moved = direction == Direction::Request && before.required != after.required;
    if respelt(pairs, before, direction) != spelt || moved {
        changes.push(Change {
            old: Some(field_type(pairs.old, before, direction)),
            new: Some(spelt),
            note: reason(before, after).to_owned(),
            ..one(after, Effect::Breaking, Kind::Changed)
        });
    } else if (before.required, before.nullable) != (after.required, after.nullable) {
        let note = reason(before, after).to_owned();
        changes.push(Change { note, ..one(after, Effect::Invisible, Kind::Changed) });
    }
    if after.deprecated && !before.deprecated {
        changes.push(one(after, Effect::Additive, Kind::Deprecated));
    }
    let invisible = [
        (before.sensitive != after.sensitive, "is shown differently by `Debug`"),
        (before.constant != after.constant, "has another known value"),
        (before.facts != after.facts, "is documented differently"),
        (before.deprecated && !after.deprecated, "is no longer deprecated"),
    ];
    for (_, note) in invisible.into_iter().filter(|(differs, _)| *differs) {
        changes.push(Change { note: note.to_owned(), ..one(after, Effect::Invisible, Kind::Changed) });
    }
}

/// How an old field is spelt with the new names of types.
fn respelt(pairs: &Pairs<'_>, field: &Field, direction: Direction) -> String {
    // Spelt with a plain type first, to learn what is around it.
    let plain = Field { ty: crate::model::Type::Json, ..field.clone() };
    field_type(pairs.old, &plain, direction).replace("serde_json::Value", &pairs.respelt(&field.ty))
}

fn reason(before: &Field, after: &Field) -> &'static str {
    match ((before.required, after.required), (before.nullable, after.nullable)) {
        ((true, false), _) => "it may be absent now",
        ((false, true), (same, still)) if same == still => "it is always there now",
        (_, (false, true)) => "it may be null now",
        (_, (true, false)) => "it is never null now",
        _ => "",
    }
}

/// Old and new names of fields that are one: of the same type, behind the same field and the only ones of their kind.
fn renamed(pairs: &Pairs<'_>, old: &[Field], new: &[Field], direction: Direction) -> Vec<(String, String)> {
    let lacks = |list: &[Field], wire: &str| !list.iter().any(|other| other.wire == wire);
    let gone = |field: &&Field| lacks(new, &field.wire);
    let fresh = |field: &&Field| lacks(old, &field.wire);
    let same_type = |before: &Field, after: &Field| {
        respelt(pairs, before, direction) == field_type(pairs.new, after, direction)
            && before.required == after.required
    };
    let previous = |list: &[Field], field: &Field| -> Option<String> {
        let position = list.iter().position(|other| other.wire == field.wire)?;
        position.checked_sub(1).and_then(|position| list.get(position)).map(|field| field.wire.clone())
    };
    let mut renamed = Vec::new();
    for before in old.iter().filter(gone) {
        let twins: Vec<&Field> = new.iter().filter(fresh).filter(|after| same_type(before, after)).collect();
        let [twin] = twins.as_slice() else { continue };
        let rivals = old.iter().filter(gone).filter(|other| same_type(other, twin)).count();
        if rivals == 1 && previous(old, before) == previous(new, twin) {
            renamed.push((before.wire.clone(), twin.wire.clone()));
        }
    }
    renamed
}

/// What `new` takes, where that is the same in another order.
fn reordered(old: &[Field], new: &[Field], about: &dyn Fn(Effect, Kind) -> Change) -> Option<Change> {
    let order = |list: &[Field], others: &[Field]| -> Vec<String> {
        let both = list.iter().filter(|it| it.required);
        both.filter(|it| others.iter().any(|other| other.required && other.wire == it.wire))
            .map(|it| it.ident.clone())
            .collect()
    };
    let (before, after) = (order(old, new), order(new, old));
    (before != after).then(|| Change {
        old: Some(format!("new({})", before.join(", "))),
        new: Some(format!("new({})", after.join(", "))),
        note: "the arguments stand in another order".to_owned(),
        ..about(Effect::Breaking, Kind::Changed)
    })
}
