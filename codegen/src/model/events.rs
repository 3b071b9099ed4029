//! From the document's events to the model's. All of them come in one envelope, which the runtime knows; what differs
//! is `data`.
//!
//! A consumer of an event can do without a detail, and cannot do without the event. So an object in the data of an event
//! requires what names it alone; every other field may be missing.

use std::collections::HashSet;

use super::types::{Def, Origin, Parent, Types, Use};
use super::{Direction, Event, Field, Operation, Type, TypeKind, names};
use crate::document::{self, Property};
use crate::finding::Findings;

/// What the envelope has beside `data`.
const ENVELOPE: &[&str] = &["object", "type", "timestamp", "instance_id", "event_attributes"];

pub(super) fn lower_all(
    documented: &[document::Event],
    types: &mut Types<'_>,
    findings: &mut Findings,
) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for event in documented {
        let Some(event_data) = data(event, types, findings) else { continue };
        let variant = event.rust_name.clone().unwrap_or_else(|| names::type_name(&event.kind));
        let twin = events.iter().any(|other| other.variant == variant);
        if twin || !names::is_ident(&variant) || ["Self", "Unknown"].contains(&variant.as_str()) {
            let message = format!("the event `{}` would be called `{variant}`", event.kind);
            findings.add(&event.pointer, message, "add `x-rust-name` to its `post` by an overlay action");
        }
        let (kind, doc, deprecated) = (event.kind.clone(), event.doc.clone(), event.deprecated);
        events.push(Event { kind, variant, doc, data: event_data, deprecated });
    }
    events
}

fn data(event: &document::Event, types: &mut Types<'_>, findings: &mut Findings) -> Option<Type> {
    let properties = types.flatten(&event.schema, Direction::Response, findings);
    for name in properties.iter().map(|property| property.name.as_str()) {
        if name != "data" && !ENVELOPE.contains(&name) {
            let message = format!("the envelope of the event has `{name}`, which the SDK does not know");
            let advice = "remove it by an overlay action, or teach clerk-sdk/src/webhooks/event.rs";
            findings.add(&event.schema.pointer, message, advice);
        }
    }
    let Some(Property { name, schema, .. }) = properties.iter().find(|property| property.name == "data")
    else {
        findings.add(&event.schema.pointer, "the event has no `data`", "add it by an overlay action");
        return None;
    };
    let parent = Parent::Operation(names::type_name(&event.kind));
    let origin = Origin::Property { parent, property: name.clone() };
    let (ty, nullable) = types.lower(Use::new(schema, Direction::Response, origin), findings);
    let is_object = ty.definition().and_then(|id| types.defs.get(id)).is_some_and(|def| {
        matches!(ty, Type::Named(_)) && matches!(def.kind, TypeKind::Object(_) | TypeKind::Union(_))
    });
    if nullable || !is_object {
        let message = "the `data` of an event is no object, or may be null";
        findings.add(&schema.pointer, message, "replace its schema by an overlay action");
    }
    Some(ty)
}

/// Makes every field optional that does not name its object, in the types that events alone reach.
pub(super) fn require_names_alone(defs: &mut [Def], operations: &[Operation], events: &[Event]) {
    let responses = operations.iter().filter_map(|operation| operation.output.definition());
    let shared = reached(defs, responses);
    let in_events = reached(defs, events.iter().filter_map(|event| event.data.definition()));
    for id in in_events.difference(&shared) {
        let Some(Def { kind: TypeKind::Object(fields), .. }) = defs.get_mut(*id) else { continue };
        let has_id = fields.iter().any(|field| field.wire == ID);
        for field in fields {
            field.required &= field.nullable || is_empty_if_missing(&field.ty) || is_name(field, has_id);
        }
    }
}

/// The property that names an object.
const ID: &str = "id";
/// The property that names an object without an id of its own: the public data of a user.
const USER_ID: &str = "user_id";

fn is_name(field: &Field, has_id: bool) -> bool {
    field.wire == ID || !has_id && field.wire == USER_ID
}

/// Returns whether a missing value is read as an empty one. Such a field needs no `Option`.
fn is_empty_if_missing(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Map(_) | Type::JsonObject | Type::Metadata)
}

/// Returns the definitions that these lead to, themselves included.
fn reached(defs: &[Def], from: impl Iterator<Item = usize>) -> HashSet<usize> {
    let mut open: Vec<usize> = from.collect();
    let mut seen = HashSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(defs.get(id).map(|def| def.kind.inner()).unwrap_or_default());
        }
    }
    seen
}
