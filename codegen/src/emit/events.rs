//! `events.rs`: the enum of all events.

use super::types::invocation;
use super::{doc, docs, line, literal, rust_type};
use crate::model::Api;

pub(super) fn file(api: &Api) -> String {
    let mut out = String::new();
    doc(&mut out, "", &docs::events(api));
    line(&mut out, "", "#[derive(Clone, PartialEq)]");
    line(&mut out, "", "#[non_exhaustive]");
    line(&mut out, "", "pub enum Event {");
    for event in &api.events {
        doc(&mut out, "    ", &docs::event(event));
        if event.deprecated {
            line(&mut out, "    ", "#[deprecated = \"Clerk's document marks it so\"]");
        }
        let data = rust_type(api, &event.data, "types::");
        line(&mut out, "    ", &format!("{}(EventOf<{data}>),", event.variant));
    }
    let unknown =
        "An event that this version of the SDK does not know, or whose data it does not understand.";
    doc(&mut out, "    ", &[unknown.to_owned()]);
    line(&mut out, "    ", "Unknown(UnknownEvent),");
    line(&mut out, "", "}");
    let entries: Vec<String> =
        api.events.iter().map(|event| format!("{} = {}", event.variant, literal(&event.kind))).collect();
    invocation(&mut out, "events", "Event", &entries);
    out
}
