//! From the document's events to the model's. All of them come in one envelope, which the runtime knows; what differs
//! is `data`.

use super::types::{Origin, Parent, Types, Use};
use super::{Direction, Event, Type, TypeKind, names};
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
