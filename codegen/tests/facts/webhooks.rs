//! The events of the webhooks' document.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use clerk_codegen::model::{Api, TypeDef, share};
use serde_json::Value;

use crate::snapshot::{Snapshot, list, members, newest};

static WEBHOOKS: LazyLock<Snapshot> = LazyLock::new(|| {
    let document = clerk_openapi::newest(clerk_openapi::Api::Webhooks).unwrap();
    Snapshot::read("webhooks", document.version, document.json)
});

/// The schema of an event's data in the snapshot.
fn data(event: &'static Value) -> &'static Value {
    let parts = list(&event["post"]["requestBody"]["content"]["application/json"]["schema"]["allOf"]);
    parts.filter_map(|it| it["properties"].get("data")).next().unwrap()
}

fn def(event: &clerk_codegen::model::Event) -> &'static TypeDef {
    &WEBHOOKS.api.types[event.data.definition().unwrap()]
}

#[test]
fn every_event_of_the_document_is_in_the_model_with_its_data() {
    let documented: BTreeSet<(&str, &str)> = members(&WEBHOOKS.root["x-webhooks"])
        .map(|(kind, it)| (kind.as_str(), data(it)["$ref"].as_str().unwrap_or("#inline")))
        .collect();

    let modelled: BTreeSet<(&str, String)> = WEBHOOKS
        .api
        .events
        .iter()
        .map(|it| {
            let pointer = &def(it).pointer;
            let inline = !pointer.starts_with("/components");
            (it.kind.as_str(), if inline { "#inline".to_owned() } else { format!("#{pointer}") })
        })
        .collect();

    assert_eq!(modelled, documented.into_iter().map(|(kind, it)| (kind, it.to_owned())).collect());
    assert_eq!(WEBHOOKS.api.events.len(), 45);
    assert_eq!(WEBHOOKS.api.version, WEBHOOKS.version);
}

#[test]
fn events_are_about_the_clients_types_where_these_are_equal() {
    let mut apis: Vec<Api> = vec![newest().api.clone(), WEBHOOKS.api.clone()];
    share(&mut apis);
    let [client, events] = apis.as_slice() else { panic!("two") };

    let own: BTreeSet<&str> =
        events.types.iter().filter(|it| it.defined_in.is_none()).map(|it| it.name.as_str()).collect();

    for name in ["User", "Organization", "OrganizationMembership", "Role", "DeletedObject", "WaitlistEntry"] {
        assert!(!own.contains(name), "{name}");
    }
    // Components that both documents write down equally and that no event flattens into another.
    for (name, schema) in members(&WEBHOOKS.root["components"]["schemas"]) {
        let same = newest().root["components"]["schemas"].get(name) == Some(schema);
        let pointer = format!("/components/schemas/{name}");
        let reached = events.types.iter().find(|it| it.pointer == pointer);
        if let Some(def) = reached.filter(|_| same) {
            assert!(def.defined_in.is_some(), "{name} is the same, but two types");
            assert!(client.types.iter().any(|it| it.name == def.name), "{name}");
        }
    }
}
