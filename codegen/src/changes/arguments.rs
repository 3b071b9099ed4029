//! What callers pass: required arguments by position, optional ones by the name of their setter.

use super::operations::change;
use super::pairs::Pairs;
use super::{Change, Effect, Kind, Subject};
use crate::model::{Argument, Operation, Type, TypeKind};
use crate::surface::argument_type;

/// The differences of the arguments of an operation.
pub(super) fn changes(pairs: &Pairs<'_>, old: &Operation, new: &Operation) -> Vec<Change> {
    let about = |argument: &Argument, effect: Effect, kind: Kind| Change {
        subject: Subject::Argument,
        member: Some(argument.ident.clone()),
        wire: argument.wire.clone(),
        ..change(new, effect, kind)
    };
    let spelt = |argument: &Argument| Some(argument_type(pairs.new, argument));
    let spelt_before = |argument: &Argument| Some(argument_type(pairs.old, argument));
    let mut changes = Vec::new();
    let (olds, news) = (all(old), all(new));
    let renamed = renamed(pairs, &olds, &news);
    let twin = |before: &Entry<'_>| {
        let renamed = renamed.iter().find(|(wire, _)| *wire == before.argument.wire);
        let name = renamed.map_or(before.argument.wire.as_str(), |(_, new)| new);
        news.iter().find(|after| after.argument.wire == name)
    };
    for after in &news {
        let Some(before) = olds.iter().find(|before| twin(before).is_some_and(|it| it.is(after))) else {
            let note = if after.required { "every call has to pass it" } else { "" };
            let effect = if after.required { Effect::Breaking } else { Effect::Additive };
            changes.push(Change {
                new: spelt(after.argument),
                note: note.to_owned(),
                ..about(after.argument, effect, Kind::Added)
            });
            continue;
        };
        compare(pairs, before, after, &about, &mut changes);
    }
    for before in olds.iter().filter(|before| twin(before).is_none()) {
        changes.push(Change {
            old: spelt_before(before.argument),
            ..about(before.argument, Effect::Breaking, Kind::Removed)
        });
    }
    changes.extend(reordered(new, &olds, &news));
    changes
}

/// An argument, and how it is passed.
struct Entry<'a> {
    argument: &'a Argument,
    required: bool,
    position: usize,
}

impl Entry<'_> {
    fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.argument, other.argument)
    }
}

fn all(operation: &Operation) -> Vec<Entry<'_>> {
    let required = operation.arguments.iter().map(|argument| (argument, true));
    let setters = operation.setters.iter().map(|argument| (argument, false));
    let all = required.chain(setters).enumerate();
    all.map(|(position, (argument, required))| Entry { argument, required, position }).collect()
}

fn compare(
    pairs: &Pairs<'_>,
    before: &Entry<'_>,
    after: &Entry<'_>,
    about: &dyn Fn(&Argument, Effect, Kind) -> Change,
    changes: &mut Vec<Change>,
) {
    let (old, new) = (before.argument, after.argument);
    if old.wire != new.wire || old.ident != new.ident {
        // The name of a positional argument is not seen by the compiler; that of a setter is.
        let setter = !before.required || !after.required;
        let effect = if old.ident != new.ident && setter { Effect::Breaking } else { Effect::Invisible };
        changes.push(Change {
            old_wire: (old.wire != new.wire).then(|| old.wire.clone()),
            old: Some(old.ident.clone()),
            new: Some(new.ident.clone()),
            ..about(new, effect, Kind::Renamed)
        });
    }
    if before.required != after.required {
        let note = if after.required {
            "it was optional, and every call has to pass it now"
        } else {
            "it was an argument of the call, and has a setter now"
        };
        changes.push(Change { note: note.to_owned(), ..about(new, Effect::Breaking, Kind::Changed) });
    }
    let spelt = |ty: String, nullable: bool| if nullable { format!("Nullable<{ty}>") } else { ty };
    let was = spelt(pairs.respelt(&old.ty), old.nullable);
    if was != argument_type(pairs.new, new) {
        let (effect, note) = accepted(pairs, old, new);
        changes.push(Change {
            old: Some(argument_type(pairs.old, old)),
            new: Some(argument_type(pairs.new, new)),
            note: note.to_owned(),
            ..about(new, effect, Kind::Changed)
        });
    }
    if new.deprecated && !old.deprecated {
        changes.push(about(new, Effect::Additive, Kind::Deprecated));
    }
    let invisible = [
        (old.place != new.place, "goes to another place of the request"),
        (old.sensitive != new.sensitive, "is shown differently by `Debug`"),
        (old.facts != new.facts, "is documented differently"),
        (old.deprecated && !new.deprecated, "is no longer deprecated"),
    ];
    for (_, note) in invisible.into_iter().filter(|(differs, _)| *differs) {
        changes.push(Change { note: note.to_owned(), ..about(new, Effect::Invisible, Kind::Changed) });
    }
}

/// What it means that an argument has another type: whether all that was accepted still is, and means the same; and
/// what there is to know.
fn accepted(pairs: &Pairs<'_>, old: &Argument, new: &Argument) -> (Effect, &'static str) {
    let is_object = |ty: &Type| matches!(ty, Type::JsonObject | Type::Metadata);
    let was_object = is_object(&old.ty);
    match &new.ty {
        // Whatever can be serialized, be it null or not.
        Type::Json if old.ty == Type::Json => return (Effect::Additive, ""),
        Type::Json if was_object => {
            let note = "what is passed is no longer made an object: pairs are sent as a list";
            return (Effect::Breaking, note);
        }
        // Metadata is another name for an object.
        ty if is_object(ty) && was_object && old.nullable == new.nullable => return (Effect::Additive, ""),
        _ => {}
    }
    let is_enum =
        |id: usize| pairs.new.types.get(id).is_some_and(|def| matches!(def.kind, TypeKind::Enum(_)));
    // What is passed as it is can be passed where null can be, too. What is converted on the way cannot: there is one
    // conversion for everything that becomes a text, a list or an object, and another for what becomes one of these or
    // null.
    let as_it_is = match &new.ty {
        Type::Bool | Type::Integer => true,
        Type::Named(id) => !is_enum(*id),
        _ => false,
    };
    let same = pairs.respelt(&old.ty) == crate::emit::rust_type(pairs.new, &new.ty, "");
    let wider = same && as_it_is && new.nullable && !old.nullable;
    (if wider { Effect::Additive } else { Effect::Breaking }, "")
}

/// Old and new names of arguments that are one: of the same type, in the same position and the only ones of their kind.
fn renamed(pairs: &Pairs<'_>, olds: &[Entry<'_>], news: &[Entry<'_>]) -> Vec<(String, String)> {
    let lacks = |list: &[Entry<'_>], wire: &str| !list.iter().any(|other| other.argument.wire == wire);
    let gone: Vec<&Entry<'_>> = olds.iter().filter(|it| lacks(news, &it.argument.wire)).collect();
    let fresh: Vec<&Entry<'_>> = news.iter().filter(|it| lacks(olds, &it.argument.wire)).collect();
    let same_type = |before: &Entry<'_>, after: &Entry<'_>| {
        pairs.respelt(&before.argument.ty) == crate::emit::rust_type(pairs.new, &after.argument.ty, "")
            && before.argument.place == after.argument.place
            && before.required == after.required
            && before.argument.nullable == after.argument.nullable
    };
    let mut renamed = Vec::new();
    for before in &gone {
        let twins: Vec<_> = fresh.iter().filter(|after| same_type(before, after)).collect();
        let [twin] = twins.as_slice() else { continue };
        let rivals = gone.iter().filter(|other| same_type(other, twin)).count();
        if rivals == 1 && before.position == twin.position {
            renamed.push((before.argument.wire.clone(), twin.argument.wire.clone()));
        }
    }
    renamed
}

/// Arguments that stand in another order: a call would pass one for the other.
fn reordered(operation: &Operation, olds: &[Entry<'_>], news: &[Entry<'_>]) -> Option<Change> {
    let order = |list: &[Entry<'_>], others: &[Entry<'_>]| -> Vec<String> {
        let both = list.iter().filter(|it| it.required).filter(|it| {
            others.iter().any(|other| other.required && other.argument.wire == it.argument.wire)
        });
        both.map(|it| it.argument.ident.clone()).collect()
    };
    let (before, after) = (order(olds, news), order(news, olds));
    (before != after).then(|| Change {
        subject: Subject::Argument,
        old: Some(before.join(", ")),
        new: Some(after.join(", ")),
        note: "the arguments stand in another order".to_owned(),
        ..change(operation, Effect::Breaking, Kind::Changed)
    })
}
