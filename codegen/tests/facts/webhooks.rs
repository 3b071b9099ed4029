//! The events of the webhooks' document.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use clerk_codegen::model::{Api, Type, TypeDef, TypeKind, share};
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
fn no_type_of_an_event_requires_more_than_the_names_of_objects() {
    let mut named = 0;
    for def in &WEBHOOKS.api.types {
        let TypeKind::Object(fields) = &def.kind else { continue };
        let has_id = fields.iter().any(|field| field.wire == "id");
        for field in fields.iter().filter(|field| !field.is_option()) {
            let is_name = field.wire == "id" || field.wire == "user_id" && !has_id;
            let is_collection =
                matches!(field.ty, Type::List(_) | Type::Map(_) | Type::JsonObject | Type::Metadata);
            assert!(is_name || is_collection, "{}.{}", def.name, field.wire);
            named += usize::from(is_name);
        }
    }
    assert!(named > 25, "{named}");
}

#[test]
fn events_and_the_client_share_the_types_that_are_equal() {
    let mut apis: Vec<Api> = vec![newest().api.clone(), WEBHOOKS.api.clone()];
    share(&mut apis);
    let [client, events] = apis.as_slice() else { panic!("two") };

    let shared: BTreeSet<&str> =
        events.types.iter().filter(|it| it.defined_in.is_some()).map(|it| it.name.as_str()).collect();

    for name in &shared {
        assert!(client.types.iter().any(|it| it.name == *name), "{name}");
    }
    for name in ["User", "Organization", "DeletedObject"] {
        assert!(!shared.contains(name), "{name} requires more in a response than in an event");
    }
    assert!(shared.contains("ObjectType"), "{shared:?}");
}
