//! What becomes of the answer of every operation: answers that a reading of the document has made, which the generator
//! has no part in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fields;
mod private;
mod published;
mod unions;
mod wholes;

use std::collections::HashSet;

use clerk_sdk::{Clerk, Error, ErrorKind, Response};
use clerk_tests::canned::Canned;
use clerk_tests::dispatch;
use clerk_tests::dispatch::Args;
use clerk_tests::reader::answer::{Answer, Make, Spot};
use clerk_tests::reader::call::Call;
use clerk_tests::reader::{Document, Kind, Operation};
use serde_json::Value;

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
