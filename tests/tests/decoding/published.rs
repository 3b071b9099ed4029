//! The examples that Clerk has published: each decodes where the document has it.

use clerk_sdk::webhooks::Event;
use clerk_tests::published::published;
use clerk_tests::reader::Document;
use serde_json::Value;

use crate::{Decoding, answered};

#[tokio::test]
async fn published_examples_decode_into_the_types_of_responses() {
    for mut document in Document::versions() {
        let Some(published) = published(&format!("bapi/{}", document.version())) else { continue };
        let placed = document.with_examples(&published);
        let mut decoding = Decoding::new();
        let mut examples = 0;
        for (operation, answer) in answered(&document) {
            for spot in &answer.spots {
                let Some(example) = document.resolve(spot.schema).get("example") else { continue };
                let sent = spot.with(&answer.sent, example.clone());
                decoding.decodes(&operation, &sent, |_| true).await;
                examples += 1;
            }
        }
        assert!(placed >= 300 && examples >= 100, "{placed} placed, {examples} in responses");
        decoding.finish(&document, 100);
    }
}

/// The examples of the body of an event.
fn examples<'a>(published: &'a Value, event: &'a Value) -> Vec<&'a Value> {
    let media = &event["post"]["requestBody"]["content"]["application/json"];
    let named = media["examples"].as_object().into_iter().flat_map(|examples| examples.values());
    let values = named.map(|example| match example["$ref"].as_str() {
        Some(reference) => &published.pointer(reference.trim_start_matches('#')).unwrap()["value"],
        None => &example["value"],
    });
    media.get("example").into_iter().chain(values).collect()
}

#[test]
fn published_events_are_known() {
    let Some(published) = published("webhooks/2025-04-15") else { return };
    let mut known = 0;
    for (kind, event) in published["x-webhooks"].as_object().unwrap() {
        for example in examples(&published, event) {
            let event = Event::from_slice(example.to_string().as_bytes()).unwrap();

            assert_eq!(event.error(), None, "{kind}");
            assert!(!matches!(event, Event::Unknown(_)), "{kind}: {example}");
            assert_eq!(event.kind(), example["type"], "{kind}");
            known += 1;
        }
    }
    assert!(known >= 45, "{known}");
}
