//! Deliveries that are signed as they should be, with bodies that are not as they should be.

use std::collections::BTreeSet;

use clerk_sdk::webhooks::Webhook;
use clerk_tests::random::{Random, runs};
use clerk_tests::reader::Document;
use clerk_tests::reader::answer::Make;
use serde_json::Value;

#[test]
fn a_signed_body_of_any_bytes_is_an_event_or_an_invalid_payload() {
    let document = Document::webhooks();
    let events = document.events();
    let webhook = Webhook::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let mut random = Random::new(6);
    let (mut kinds, mut refused, mut accepted) = (BTreeSet::new(), 0, 0);
    for round in 0..runs(6000) {
        let (kind, schema) = *random.one_of(&events);
        let make = Make { choice: round, nulls: round % 5 == 0, optional: round % 3 > 0, ..Make::FULL };
        let mut body = document.event(kind, schema, make).sent.to_string().into_bytes();
        random.mutate(&mut body);
        let headers = webhook.sign("msg_1", &body).unwrap();

        match webhook.verify(&headers, &body) {
            Ok(event) => {
                let json: Value = serde_json::from_slice(&body).unwrap();
                assert_eq!(json["type"], event.kind());
                kinds.insert(event.kind().to_owned());
                accepted += 1;
            }
            Err(error) => {
                assert_eq!(error.reason().as_str(), "invalid-payload", "{error}");
                refused += 1;
            }
        }
    }
    assert!(accepted > 100 && refused > 100 && kinds.len() > 30, "{accepted}, {refused}, {}", kinds.len());
}
