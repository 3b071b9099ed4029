//! Operations: what can be called, and what that answers.

use super::pairs::Pairs;
use super::{Change, Effect, Kind, Subject, arguments};
use crate::model::{Api, Operation, Output};
use crate::surface::{argument_type, call, output};

/// The differences of all operations.
pub(super) fn changes(pairs: &Pairs<'_>) -> Vec<Change> {
    let same = pairs.operations();
    let mut changes = Vec::new();
    for new in &pairs.new.operations {
        match same.iter().find(|(_, other)| std::ptr::eq(*other, new)) {
            Some((old, _)) => compare(pairs, old, new, &mut changes),
            None => changes.push(Change {
                new: Some(signature(pairs.new, new)),
                ..change(new, Effect::Additive, Kind::Added)
            }),
        }
    }
    for old in &pairs.old.operations {
        if !same.iter().any(|(other, _)| std::ptr::eq(*other, old)) {
            changes.push(Change {
                old: Some(signature(pairs.old, old)),
                ..change(old, Effect::Breaking, Kind::Removed)
            });
        }
    }
    changes
}

fn compare(pairs: &Pairs<'_>, old: &Operation, new: &Operation, changes: &mut Vec<Change>) {
    if call(old) != call(new) {
        changes.push(Change {
            old: Some(call(old)),
            new: Some(call(new)),
            ..change(new, Effect::Breaking, Kind::Renamed)
        });
    }
    if old.marker != new.marker {
        changes.push(Change {
            old: Some(format!("op::{}", old.marker)),
            new: Some(format!("op::{}", new.marker)),
            note: "the types `op::…` and `requests::…` have another name".to_owned(),
            ..change(new, Effect::Breaking, Kind::Renamed)
        });
    }
    if new.deprecated && !old.deprecated {
        changes.push(change(new, Effect::Additive, Kind::Deprecated));
    } else if old.deprecated && !new.deprecated {
        let note = "it is no longer deprecated".to_owned();
        changes.push(Change { note, ..change(new, Effect::Invisible, Kind::Changed) });
    }
    // What a parameter of the path is called is said below.
    let unnamed = |path: &str| {
        path.split('{').map(|part| part.split('}').next_back().unwrap_or(part)).collect::<String>()
    };
    let moved = (&old.method, unnamed(&old.path)) != (&new.method, unnamed(&new.path));
    let wire = |operation: &Operation| {
        if moved { format!("{} {}", operation.method, operation.path) } else { String::new() }
    };
    let invisible = [
        ("is asked for in another way", wire(old), wire(new)),
        ("wants another kind of key", format!("{:?}", old.key), format!("{:?}", new.key)),
        ("answers with another status", old.status.to_string(), new.status.to_string()),
        ("declares other failures", old.failures.join(", "), new.failures.join(", ")),
    ];
    for (note, before, after) in invisible.into_iter().filter(|(_, before, after)| before != after) {
        changes.push(Change {
            old: Some(before),
            new: Some(after),
            note: note.to_owned(),
            ..change(new, Effect::Invisible, Kind::Changed)
        });
    }
    changes.extend(arguments::changes(pairs, old, new));
    let (before, after) = (respelt(pairs, &old.output), output(pairs.new, &new.output));
    if before != after {
        changes.push(Change {
            subject: Subject::Answer,
            old: Some(output(pairs.old, &old.output)),
            new: Some(after),
            ..change(new, Effect::Breaking, Kind::Changed)
        });
    }
}

fn respelt(pairs: &Pairs<'_>, output: &Output) -> String {
    match output {
        Output::Nothing => "()".to_owned(),
        Output::Text => "String".to_owned(),
        Output::Bytes => "Bytes".to_owned(),
        Output::Value(ty) => pairs.respelt(ty),
        Output::Page(item) => format!("Page<{}>", pairs.respelt(item)),
    }
}

/// A change of an operation itself.
pub(super) fn change(operation: &Operation, effect: Effect, kind: Kind) -> Change {
    Change {
        effect,
        kind,
        subject: Subject::Operation,
        resource: Some(operation.resource.clone()),
        owner: call(operation),
        member: None,
        old_wire: None,
        wire: format!("{} {}", operation.method, operation.path),
        old: None,
        new: None,
        note: String::new(),
    }
}

/// An operation as it is called: `users().get(user_id: String) -> User`.
fn signature(api: &Api, operation: &Operation) -> String {
    let arguments: Vec<String> = operation
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.ident, argument_type(api, argument)))
        .collect();
    format!("{}({}) -> {}", call(operation), arguments.join(", "), output(api, &operation.output))
}
