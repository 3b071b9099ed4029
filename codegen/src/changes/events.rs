//! Events: the variants of the enum of all events, which is open.

use super::pairs::Pairs;
use super::{Change, Effect, Kind, Subject};
use crate::emit::rust_type;
use crate::model::Event;

/// The differences of all events.
pub(super) fn changes(pairs: &Pairs<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for new in &pairs.new.events {
        let spelt = rust_type(pairs.new, &new.data, "");
        let Some(old) = pairs.old.events.iter().find(|old| old.kind == new.kind) else {
            changes.push(Change { new: Some(spelt), ..change(new, Effect::Additive, Kind::Added) });
            continue;
        };
        if old.variant != new.variant {
            changes.push(Change {
                old: Some(old.variant.clone()),
                new: Some(new.variant.clone()),
                ..change(new, Effect::Breaking, Kind::Renamed)
            });
        }
        if pairs.respelt(&old.data) != spelt {
            changes.push(Change {
                old: Some(rust_type(pairs.old, &old.data, "")),
                new: Some(spelt),
                ..change(new, Effect::Breaking, Kind::Changed)
            });
        }
        if new.deprecated && !old.deprecated {
            changes.push(change(new, Effect::Additive, Kind::Deprecated));
        }
    }
    for old in &pairs.old.events {
        if !pairs.new.events.iter().any(|new| new.kind == old.kind) {
            changes.push(Change {
                old: Some(rust_type(pairs.old, &old.data, "")),
                ..change(old, Effect::Breaking, Kind::Removed)
            });
        }
    }
    changes
}

fn change(event: &Event, effect: Effect, kind: Kind) -> Change {
    Change {
        effect,
        kind,
        subject: Subject::Variant,
        resource: None,
        owner: "Event".to_owned(),
        member: Some(event.variant.clone()),
        wire: event.kind.clone(),
        old_wire: None,
        old: None,
        new: None,
        note: String::new(),
    }
}
