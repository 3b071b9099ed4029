//! What becomes of the answer of every operation: answers that a reading of the document has made, which the generator
//! has no part in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;

use clerk_sdk::{Clerk, Error, ErrorKind, Response};
use clerk_tests::canned::Canned;
use clerk_tests::dispatch::{self, Args};
use clerk_tests::reader::answer::{Answer, Make, Spot, Step};
use clerk_tests::reader::call::Call;
use clerk_tests::reader::{Document, Kind, Operation};
use serde_json::{Value, json};

/// A client whose answers a test lays ready, and what was wrong with what became of them.
struct Decoding {
    canned: Canned,
    clerk: Clerk,
    wrong: Vec<String>,
    answers: usize,
}

type Outcome = Result<Response<Value>, Error>;

impl Decoding {
    fn new() -> Self {
        let canned = Canned::default();
        let clerk = canned.client().unwrap();
        Self { canned, clerk, wrong: Vec::new(), answers: 0 }
    }

    async fn answer(&mut self, operation: &Called<'_>, body: impl Into<Vec<u8>>) -> Outcome {
        self.answers += 1;
        self.canned.answer(operation.status, body);
        let prepared =
            dispatch::prepare(operation.operation.version, &self.clerk, operation.id, operation.args.clone());
        prepared.unwrap().unwrap().await
    }

    /// An answer that decodes to something, which `is` looks at when it is written again.
    async fn decodes(&mut self, operation: &Called<'_>, body: &Value, is: impl Fn(&Value) -> bool) {
        match self.answer(operation, body.to_string()).await {
            Ok(response) if is(response.value()) => {}
            Ok(response) => self.note(operation, body, format!("became {}", response.value())),
            Err(error) => self.note(operation, body, error.to_string()),
        }
    }

    /// An answer that does not decode because of what is at a place.
    async fn fails(&mut self, operation: &Called<'_>, body: &Value, path: &str) {
        let text = body.to_string();
        match self.answer(operation, text.clone()).await {
            Err(error) if is_decode_error(&error, operation, path, &text) => {}
            other => self.note(operation, body, format!("at {path}: {other:?}")),
        }
    }

    fn note(&mut self, operation: &Called<'_>, body: &Value, problem: String) {
        self.wrong.push(format!("{}: {problem:.600}\n    from {:.600}", operation.id, body.to_string()));
    }

    #[track_caller]
    fn finish(self, document: &Document, at_least: usize) {
        let at_least = document.at_least(at_least);
        let shown: Vec<&String> = self.wrong.iter().take(8).collect();
        assert!(self.wrong.is_empty(), "{} of {}: {shown:#?}", self.wrong.len(), self.answers);
        assert!(self.answers >= at_least, "only {} answers", self.answers);
    }
}

fn is_decode_error(error: &Error, operation: &Called<'_>, path: &str, body: &str) -> bool {
    error.kind() == ErrorKind::Decode
        && error.decode_path() == Some(path)
        && error.operation() == Some(operation.id)
        && error.status().is_some_and(|status| status == operation.status)
        && error.headers().is_some_and(|headers| headers.contains_key("x-canned"))
        && error.body().is_some_and(|kept| kept == body.as_bytes())
        && error.attempts() == 1
        && error.to_string().contains(if path.is_empty() { "root" } else { path })
}

/// An operation with the arguments to call it.
struct Called<'a> {
    id: &'a str,
    status: u16,
    args: Args,
    operation: Operation<'a>,
}

fn called(document: &Document) -> Vec<Called<'_>> {
    let operations = document.operations().into_iter();
    operations
        .map(|operation| {
            let args = Call::required(document, &operation).args(&operation);
            Called { id: operation.id, status: operation.status, args, operation }
        })
        .collect()
}

/// All operations that answer something, with a full answer each.
fn answered(document: &Document) -> Vec<(Called<'_>, Answer<'_>)> {
    let called = called(document).into_iter();
    called.filter_map(|one| document.answer(&one.operation, Make::FULL).map(|answer| (one, answer))).collect()
}

/// Each place of the document's answers once, with the operation and the full answer it is in.
async fn at_each_spot<'a>(
    answered: &'a [(Called<'a>, Answer<'a>)],
    choose: impl Fn(&Spot<'_>) -> bool,
    mut visit: impl AsyncFnMut(&Called<'a>, &Answer<'a>, &Spot<'a>),
) {
    let mut seen = HashSet::new();
    for (operation, answer) in answered {
        for spot in &answer.spots {
            // The same schema in two operations is one place of the document.
            if choose(spot) && seen.insert(std::ptr::from_ref(spot.schema)) {
                visit(operation, answer, spot).await;
            }
        }
    }
}

fn has_to_be_there(spot: &Spot<'_>) -> bool {
    let empty_if_absent = matches!(spot.kind, Kind::List(_) | Kind::Map(_));
    let anything = spot.kind == Kind::Anything || spot.steps.is_empty();
    spot.required && !spot.nullable && !spot.within_choice && !empty_if_absent && !anything
}

async fn come_back(make: impl Fn(usize) -> Make, rounds: usize) {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for operation in called(document) {
            for round in 0..rounds {
                if let Some(answer) = document.answer(&operation.operation, make(round)) {
                    decoding.decodes(&operation, &answer.sent, |decoded| answer.is(decoded)).await;
                }
            }
        }
        decoding.finish(document, 240 * rounds);
    }
}

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

#[tokio::test]
async fn an_answer_of_another_type_is_an_error() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for (operation, answer) in answered(document) {
            let root = &answer.spots[0].kind;
            if matches!(root, Kind::Object(_) | Kind::List(_)) {
                decoding.fails(&operation, &json!("text"), "").await;
                decoding.fails(&operation, &json!(7), "").await;
            }
            match root {
                Kind::Object(_) if !operation.operation.paged => {
                    decoding.fails(&operation, &json!([]), "").await
                }
                Kind::Object(_) => {}
                Kind::List(_) if !operation.operation.paged => {
                    decoding.fails(&operation, &json!({}), "").await
                }
                Kind::List(_) => decoding.fails(&operation, &json!({"data": []}), "total_count").await,
                _ => {}
            }
        }
        decoding.finish(document, 690);
    }
}

#[tokio::test]
async fn a_success_without_json_is_an_error_that_keeps_the_body() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for (operation, _) in answered(document) {
            for body in ["", "<html>", "{", "{}]", "\u{feff}{}"] {
                match decoding.answer(&operation, body).await {
                    Err(error) if error.kind() == ErrorKind::Decode && error.body().unwrap() == body => {}
                    other => decoding.note(&operation, &json!(body), format!("{other:?}")),
                }
            }
        }
        decoding.finish(document, 1000);
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_an_error_that_names_their_place() {
    let decoding = Decoding::new();
    decoding.canned.answer(200, b"[{\"id\": \"user_1\", \"first_name\": \"\xff\"}]");

    let error = decoding.clerk.users().list().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.decode_path(), Some("[0].first_name"));
}

#[tokio::test]
async fn an_operation_without_an_answer_takes_whatever_comes() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for operation in called(document).into_iter().filter(|called| called.operation.answer.is_none()) {
            for body in ["", "<html>", "{\"a\":1}", "[", "null"] {
                match decoding.answer(&operation, body).await {
                    Ok(response) if response.value().is_null() => {}
                    other => decoding.note(&operation, &json!(body), format!("{other:?}")),
                }
            }
        }
        decoding.finish(document, 30);
    }
}

#[tokio::test]
async fn a_list_comes_bare_or_with_its_total() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        let mut lists = 0;
        for (operation, answer) in answered(document) {
            if !operation.operation.paged {
                continue;
            }
            lists += 1;
            let declared =
                answer.again.as_object().and_then(|object| object.iter().find(|(_, of)| of.is_array()));
            let key = declared.map_or("data", |(key, _)| key.as_str());
            let items = declared.map_or(&answer.again, |(_, items)| items).clone();
            let total = json!({key: items.clone(), "total_count": 7});
            for sent in [items, total, json!([]), json!({key: [], "total_count": 0})] {
                decoding.decodes(&operation, &sent, |decoded| *decoded == sent).await;
            }
            let more = json!({"a": ["x", 1], key: [], "total_count": 2.0, "x": null, "z": [{"id": 1}], "zz": {"a": 1}});
            let known = json!({key: [], "total_count": 2});
            decoding.decodes(&operation, &more, |decoded| *decoded == known).await;
            for total in [json!({key: []}), json!({key: [], "total_count": null})] {
                decoding.fails(&operation, &total, "total_count").await;
            }
            decoding.fails(&operation, &json!({key: [], "total_count": 1.5}), "total_count").await;
            decoding.fails(&operation, &json!({key: {}, "total_count": 1}), key).await;
        }
        assert!(lists >= document.at_least(37));
        decoding.finish(document, 9 * 37);
    }
}
