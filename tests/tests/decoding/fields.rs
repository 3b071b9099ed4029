//! What is in an answer: there or not, null, new, of another type.

use clerk_tests::reader::answer::{Make, Spot};
use clerk_tests::reader::{Document, Kind};
use serde_json::{Value, json};

use crate::{Decoding, answered, at_each_spot, come_back, has_to_be_there};

#[tokio::test]
async fn a_full_answer_is_written_again_as_it_came() {
    // No choice has more than seven members.
    come_back(|choice| Make { choice, ..Make::FULL }, 7).await;
}

#[tokio::test]
async fn lists_may_be_of_any_length() {
    come_back(|round| Make { items: 2 * round, ..Make::FULL }, 2).await;
}

#[tokio::test]
async fn only_what_is_required_is_enough() {
    come_back(|choice| Make { optional: false, choice, ..Make::FULL }, 7).await;
}

#[tokio::test]
async fn null_is_none_where_null_may_be() {
    come_back(|choice| Make { nulls: true, choice, ..Make::FULL }, 7).await;
}

#[tokio::test]
async fn fields_that_nobody_knows_are_ignored() {
    come_back(|choice| Make { extra: true, choice, ..Make::FULL }, 7).await;
}

#[tokio::test]
async fn enum_values_that_nobody_knows_are_kept() {
    come_back(|choice| Make { unknown_values: true, choice, ..Make::FULL }, 7).await;
}

#[tokio::test]
async fn null_and_absence_are_the_same_for_what_is_optional() {
    for document in &Document::versions() {
        let answered = answered(document);
        let mut decoding = Decoding::new();
        let optional = |spot: &Spot<'_>| spot.is_property() && !spot.required && !spot.within_choice;
        at_each_spot(&answered, optional, async |operation, answer, spot| {
            let without = spot.without(&answer.again);
            for sent in [spot.with(&answer.sent, Value::Null), spot.without(&answer.sent)] {
                decoding.decodes(operation, &sent, |decoded| *decoded == without).await;
            }
        })
        .await;
        decoding.finish(document, 300);
    }
}

#[tokio::test]
async fn what_has_to_be_there_is_never_made_up() {
    for document in &Document::versions() {
        let answered = answered(document);
        let mut decoding = Decoding::new();
        at_each_spot(&answered, has_to_be_there, async |operation, answer, spot| {
            decoding.fails(operation, &spot.with(&answer.sent, Value::Null), &spot.path()).await;
            if spot.is_property() {
                decoding.fails(operation, &spot.without(&answer.sent), &spot.path()).await;
            }
        })
        .await;
        decoding.finish(document, 1000);
    }
}

#[tokio::test]
async fn required_lists_and_maps_that_are_not_there_are_empty() {
    for document in &Document::versions() {
        let answered = answered(document);
        let mut decoding = Decoding::new();
        let list = |spot: &Spot<'_>| {
            let kind = matches!(spot.kind, Kind::List(_) | Kind::Map(_));
            kind && spot.is_property() && spot.required && !spot.nullable && !spot.within_choice
        };
        at_each_spot(&answered, list, async |operation, answer, spot| {
            let empty = if matches!(spot.kind, Kind::List(_)) { json!([]) } else { json!({}) };
            let again = spot.with(&answer.again, empty);
            for sent in [spot.with(&answer.sent, Value::Null), spot.without(&answer.sent)] {
                decoding.decodes(operation, &sent, |decoded| *decoded == again).await;
            }
        })
        .await;
        decoding.finish(document, 50);
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_an_error_that_names_its_place() {
    for document in &Document::versions() {
        let answered = answered(document);
        let mut decoding = Decoding::new();
        let typed = |spot: &Spot<'_>| {
            !spot.within_choice
                && !spot.steps.is_empty()
                && !matches!(spot.kind, Kind::Choice(_) | Kind::Anything)
        };
        at_each_spot(&answered, typed, async |operation, answer, spot| {
            let wrong = match spot.kind {
                Kind::Text | Kind::Binary | Kind::Enum(_) => [json!(1), json!({})],
                Kind::Whole | Kind::Number => [json!("1"), json!(true)],
                Kind::Flag => [json!("true"), json!(1)],
                Kind::List(_) => [json!({}), json!("a")],
                _ => [json!([]), json!("a")],
            };
            for value in wrong {
                decoding.fails(operation, &spot.with(&answer.sent, value), &spot.path()).await;
            }
        })
        .await;
        decoding.finish(document, 2000);
    }
}

#[tokio::test]
async fn whole_numbers_are_exact_and_never_cut() {
    for document in &Document::versions() {
        let answered = answered(document);
        let mut decoding = Decoding::new();
        let whole = |spot: &Spot<'_>| {
            (spot.kind == Kind::Whole || spot.kind == Kind::Number && spot.whole) && !spot.within_choice
        };
        at_each_spot(&answered, whole, async |operation, answer, spot| {
            for (sent, again) in [
                (json!(10.0), json!(10)),
                (json!(0), json!(0)),
                (json!(-1), json!(-1)),
                (json!(4_102_444_800_001_i64), json!(4_102_444_800_001_i64)),
                (json!(i64::MAX), json!(i64::MAX)),
                (json!(i64::MIN), json!(i64::MIN)),
            ] {
                let again = spot.with(&answer.again, again);
                decoding
                    .decodes(operation, &spot.with(&answer.sent, sent), |decoded| *decoded == again)
                    .await;
            }
            for wrong in [json!(10.5), json!(9_223_372_036_854_775_808_u64), json!(1e300)] {
                decoding.fails(operation, &spot.with(&answer.sent, wrong), &spot.path()).await;
            }
        })
        .await;
        decoding.finish(document, 1000);
    }
}
