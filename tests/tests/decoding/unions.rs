//! Objects that can be one of several.

use clerk_tests::reader::answer::{Make, Spot, Step};
use clerk_tests::reader::{Document, Kind};
use serde_json::{Value, json};

use crate::{Decoding, answered, at_each_spot, called};

#[tokio::test]
async fn a_union_keeps_what_it_does_not_know() {
    for document in &Document::versions() {
        let answered = answered(document);
        let mut decoding = Decoding::new();
        let union = |spot: &Spot<'_>| matches!(spot.kind, Kind::Choice(_)) && !spot.within_choice;
        at_each_spot(&answered, union, async |operation, answer, spot| {
            for unknown in [
                json!({"object": "something_new", "strategy": "something_new", "left": [1, null]}),
                json!({"object": 7}),
                json!({}),
                json!("text"),
                json!([1]),
            ] {
                let again = spot.with(&answer.again, unknown.clone());
                let sent = spot.with(&answer.sent, unknown);
                decoding.decodes(operation, &sent, |decoded| *decoded == again).await;
            }
            if spot.required && !spot.nullable && !spot.steps.is_empty() {
                decoding.fails(operation, &spot.with(&answer.sent, Value::Null), &spot.path()).await;
            }
        })
        .await;
        decoding.finish(document, 40);
    }
}

#[tokio::test]
async fn a_union_is_one_of_its_members_where_it_can_be_told() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for operation in called(document) {
            for choice in 0..7 {
                let make = Make { extra: true, choice, ..Make::FULL };
                let Some(answer) = document.answer(&operation.operation, make) else { continue };
                // Only a value of an unknown kind would keep what nobody knows.
                decoding.decodes(&operation, &answer.sent, |decoded| *decoded == answer.again).await;
            }
        }
        decoding.finish(document, 1600);
    }
}

#[tokio::test]
async fn a_union_without_its_tag_loses_nothing() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for operation in called(document) {
            for choice in 0..7 {
                let Some(answer) = document.answer(&operation.operation, Make { choice, ..Make::FULL })
                else {
                    continue;
                };
                let unions = answer.spots.iter().filter(|spot| matches!(spot.kind, Kind::Choice(_)));
                for union in unions {
                    let mut tag = union.clone();
                    tag.steps.push(Step::Key("object".to_owned()));
                    let again = tag.without(&answer.again);
                    decoding
                        .decodes(&operation, &tag.without(&answer.sent), |decoded| *decoded == again)
                        .await;
                }
            }
        }
        decoding.finish(document, 200);
    }
}
