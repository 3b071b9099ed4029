//! The request that leaves for every operation, held against a reading of the document that the generator has no part
//! in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clerk_sdk::{Clerk, ErrorKind, RetryPolicy};
use clerk_tests::dispatch::{self, Args};
use clerk_tests::reader::bound;
use clerk_tests::reader::call::Call;
use clerk_tests::reader::{Argument, Document, Flavour, Kind, Operation, Place, Style};
use clerk_tests::server::{Reply, Server};
use serde_json::{Value, json};

/// A server that refuses everything, and a client of it.
struct Wire {
    server: Server,
    clerk: Clerk,
    wrong: Vec<String>,
    calls: usize,
}

impl Wire {
    fn new() -> Self {
        let server = Server::scripted([Reply::json(400, "{}")]);
        let builder = Clerk::builder("sk_test_wire").server_url(server.url());
        let clerk = builder.retry(RetryPolicy::none()).build().unwrap();
        Self { server, clerk, wrong: Vec::new(), calls: 0 }
    }

    /// Makes a call and notes what is wrong with its request.
    async fn sends(&mut self, operation: &Operation<'_>, call: &Call<'_>) {
        self.calls += 1;
        let outcome = outcome(&self.clerk, operation, call.args(operation)).await;
        let sent = self.server.take();
        let wrong = match (outcome, sent.as_slice()) {
            (Outcome::Answered, [sent]) => call.expected(operation).check(sent),
            (outcome, sent) => vec![format!("{outcome:?}, {} requests", sent.len())],
        };
        self.note(operation, call, wrong);
    }

    /// Makes a call that has to be refused because of `name`, with nothing sent.
    async fn refuses(&mut self, operation: &Operation<'_>, args: Args, name: &str) {
        self.calls += 1;
        let shown = format!("{args:?}");
        let outcome = outcome(&self.clerk, operation, args).await;
        let sent = self.server.take();
        let refused = matches!(&outcome, Outcome::Refused(message) if message.contains(name));
        if !refused || !sent.is_empty() {
            let problem = format!("{name}: {outcome:?}, {} requests", sent.len());
            self.note(operation, &shown, vec![problem]);
        }
    }

    fn note(&mut self, operation: &Operation<'_>, call: &dyn std::fmt::Debug, wrong: Vec<String>) {
        for wrong in wrong {
            self.wrong.push(format!("{}: {wrong:.600}\n    in {call:.300?}", operation.id));
        }
    }

    #[track_caller]
    fn finish(self, document: &Document, at_least: usize) {
        let at_least = document.at_least(at_least);
        let shown: Vec<&String> = self.wrong.iter().take(20).collect();
        assert!(self.wrong.is_empty(), "{} of {}: {shown:#?}", self.wrong.len(), self.calls);
        assert!(self.calls >= at_least, "only {} calls", self.calls);
    }
}

#[derive(Debug)]
enum Outcome {
    /// The server's answer came back.
    Answered,
    /// Refused before anything was sent.
    Refused(String),
    Other(#[allow(dead_code, reason = "shown where a test fails")] String),
}

async fn outcome(clerk: &Clerk, operation: &Operation<'_>, args: Args) -> Outcome {
    let prepared = dispatch::prepare(operation.version, clerk, operation.id, args).expect("an operation");
    let pending = match prepared {
        Ok(pending) => pending,
        Err(invalid) => return Outcome::Refused(invalid.0),
    };
    match pending.await {
        Err(error) if error.status().is_some_and(|status| status == 400) => Outcome::Answered,
        Err(error) if error.kind() == ErrorKind::InvalidRequest && error.attempts() == 0 => {
            Outcome::Refused(error.to_string())
        }
        other => Outcome::Other(format!("{other:?}")),
    }
}

#[test]
fn every_operation_of_the_document_can_be_called() {
    for document in &Document::versions() {
        let mut declared: Vec<&str> = document.operations().iter().map(|operation| operation.id).collect();
        let mut callable = dispatch::operations(document.version()).unwrap().to_vec();

        declared.sort_unstable();
        callable.sort_unstable();

        assert!(declared.len() >= document.at_least(249));
        assert_eq!(callable, declared);
    }
}

#[test]
fn our_corrections_change_nothing_on_the_wire_that_is_not_listed_here() {
    let facts = |operation: &Operation<'_>| {
        let argument =
            |argument: &Argument<'_>| (argument.name.to_owned(), argument.place, argument.required);
        let arguments: Vec<_> = operation.arguments.iter().map(argument).collect();
        (
            operation.id.to_owned(),
            operation.method.clone(),
            operation.path.to_owned(),
            arguments,
            operation.body,
        )
    };
    for effective in Document::versions() {
        let published = Document::published(effective.version());
        let before: Vec<_> = published.operations().iter().map(facts).collect();
        let after: Vec<_> = effective.operations().iter().map(facts).collect();

        let changed: Vec<&str> =
            after.iter().filter(|after| !before.contains(after)).map(|after| after.0.as_str()).collect();

        assert!(before.iter().all(|before| after.iter().any(|after| after.0 == before.0)));
        // A session cannot be verified without its token, nor a picture set without one; an operation was brought back.
        let expected = match effective.version() {
            "2024-10-01" => &["VerifySession", "SetUserProfileImage", "CreateUserTOTP"][..],
            _ => &["SetUserProfileImage"],
        };
        assert_eq!(changed, expected, "{}", effective.version());
    }
}

#[tokio::test]
async fn required_arguments_alone_are_a_request_with_nothing_else_in_it() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            let call = Call::required(document, &operation);
            wire.sends(&operation, &call).await;
        }
        wire.finish(document, 249);
    }
}

#[tokio::test]
async fn every_argument_arrives_where_the_document_puts_it() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            for items in 0..3 {
                let call = Call::of(document, &operation, Style { items, ..Style::FULL }, |_| true);
                wire.sends(&operation, &call).await;
            }
        }
        wire.finish(document, 3 * 249);
    }
}

#[tokio::test]
async fn an_optional_argument_can_be_set_alone() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            for argument in operation.arguments.iter().filter(|argument| !argument.required) {
                let mut call = Call::required(document, &operation);
                call.set(argument, document.sample(argument.name, argument.schema, Style::FULL));
                if argument.place != Place::File {
                    wire.sends(&operation, &call).await;
                }
            }
        }
        wire.finish(document, 500);
    }
}

#[tokio::test]
async fn null_is_sent_for_each_field_that_may_be_null() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            let all = Call::of(document, &operation, Style::NULLS, |argument| {
                argument.required || matches!(argument.place, Place::Field | Place::Whole)
            });
            wire.sends(&operation, &all).await;
            for argument in nullable_fields(document, &operation) {
                let mut call = Call::required(document, &operation);
                call.set(argument, Value::Null);
                wire.sends(&operation, &call).await;
            }
        }
        wire.finish(document, 400);
    }
}

fn nullable_fields<'a>(
    document: &'a Document,
    operation: &'a Operation<'a>,
) -> impl Iterator<Item = &'a Argument<'a>> {
    operation
        .arguments
        .iter()
        .filter(|argument| argument.place == Place::Field && document.schema(argument.schema).nullable)
}

#[tokio::test]
async fn false_zero_and_the_empty_string_are_sent() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            let call =
                Call::of(document, &operation, Style { flavour: Flavour::Falsy, ..Style::FULL }, |_| true);
            wire.sends(&operation, &call).await;
        }
        wire.finish(document, 249);
    }
}

#[tokio::test]
async fn a_value_out_of_the_bounds_of_the_document_is_rejected_and_the_bound_itself_is_sent() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            for argument in &operation.arguments {
                for (value, fits) in ends(document.resolve(argument.schema), argument.name) {
                    let mut call = Call::required(document, &operation);
                    call.set(argument, value);
                    if fits {
                        wire.sends(&operation, &call).await;
                    } else {
                        wire.refuses(&operation, call.args(&operation), argument.name).await;
                    }
                }
            }
        }
        wire.finish(document, 300);
    }
}

/// The values at the ends of the bounds that a schema states, and those beyond them; whether they are allowed.
fn ends(schema: &Value, name: &str) -> Vec<(Value, bool)> {
    let list = |count: i64| {
        // A list of objects has other tests.
        (schema["items"]["type"] == "string").then(|| (0..count).map(|_| json!(name)).collect::<Value>())
    };
    let text = |count: i64| Some(json!("é".repeat(count as usize)));
    let number = |number: i64| Some(json!(number));
    let above = i64::from(schema["exclusiveMinimum"] == true);
    let mut all = Vec::new();
    let mut add = |keyword: &str, inside: i64, outside: i64, value: &dyn Fn(i64) -> Option<Value>| {
        if let Some(bound) = bound(schema, keyword) {
            all.extend(value(bound + inside).map(|value| (value, true)));
            all.extend(
                Some(bound + outside)
                    .filter(|it| keyword == "minimum" || *it >= 0)
                    .and_then(value)
                    .map(|it| (it, false)),
            );
        }
    };
    add("minimum", above, above - 1, &number);
    add("maximum", 0, 1, &number);
    add("minLength", 0, -1, &text);
    add("maxLength", 0, 1, &text);
    add("minItems", 0, -1, &list);
    add("maxItems", 0, 1, &list);
    all
}

#[tokio::test]
async fn text_arrives_whatever_characters_it_has() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            let style = Style { flavour: Flavour::Awkward, items: 2, ..Style::FULL };
            let mut call = Call::of(document, &operation, style, |_| true);
            wire.sends(&operation, &call).await;
            for argument in operation.arguments.iter().filter(|argument| argument.place == Place::Path) {
                for text in clerk_tests::reader::AWKWARD {
                    call.set(argument, json!(text));
                    wire.sends(&operation, &call).await;
                }
            }
        }
        wire.finish(document, 2000);
    }
}

#[tokio::test]
async fn a_path_segment_that_would_name_another_path_is_refused() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            for argument in operation.arguments.iter().filter(|argument| argument.place == Place::Path) {
                for text in ["", ".", ".."] {
                    let mut call = Call::required(document, &operation);
                    call.set(argument, json!(text));
                    wire.refuses(&operation, call.args(&operation), argument.name).await;
                }
            }
        }
        wire.finish(document, 3 * 187);
    }
}

#[tokio::test]
async fn what_an_operation_does_not_have_is_refused() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            let args = Call::required(document, &operation).args(&operation);
            let mut path = args.clone();
            path.path.insert("x_nothing".into(), json!("a"));
            wire.refuses(&operation, path, "x_nothing").await;
            let mut query = args.clone();
            query.query.insert("x_nothing".into(), json!("a"));
            wire.refuses(&operation, query, "x_nothing").await;
            let mut files = args.clone();
            files.files.insert("x_nothing".into(), json!({"base64": ""}));
            wire.refuses(&operation, files, "x_nothing").await;
            if !args.body.as_ref().is_some_and(Value::is_array) {
                let mut body = args;
                body.body.get_or_insert_with(|| json!({}))["x_nothing"] = json!(null);
                wire.refuses(&operation, body, "x_nothing").await;
            }
        }
        wire.finish(document, 4 * 249 - 3);
    }
}

#[tokio::test]
async fn a_required_argument_that_is_missing_is_refused() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            for argument in operation.arguments.iter().filter(|argument| argument.required) {
                let mut call = Call::of(document, &operation, Style::FULL, |_| true);
                call.unset(argument);
                wire.refuses(&operation, call.args(&operation), argument.name).await;
            }
        }
        wire.finish(document, 187);
    }
}

#[tokio::test]
async fn null_and_values_of_another_type_are_refused() {
    for document in &Document::versions() {
        let mut wire = Wire::new();
        for operation in document.operations() {
            for argument in &operation.arguments {
                let schema = document.schema(argument.schema);
                let wrong: &[Value] = match schema.kind {
                    Kind::Anything | Kind::Choice(_) => continue,
                    Kind::Text | Kind::Enum(_) | Kind::Binary => {
                        &[json!(1), json!({}), json!(["a"]), json!(true)]
                    }
                    Kind::Whole => {
                        &[json!("1"), json!(1.5), json!(9_223_372_036_854_775_808_u64), json!(true)]
                    }
                    Kind::Number => &[json!("1"), json!(true), json!([])],
                    Kind::Flag => &[json!("true"), json!(1)],
                    Kind::List(_) => &[json!("a"), json!({}), json!([null]), json!(1)],
                    Kind::Object(_) | Kind::Map(_) => &[json!("a"), json!([]), json!(1)],
                };
                let null = json!(null);
                let nullable = schema.nullable && argument.place == Place::Field;
                for value in
                    wrong.iter().chain((!nullable && argument.place != Place::Whole).then_some(&null))
                {
                    let mut call = Call::required(document, &operation);
                    call.set(argument, value.clone());
                    wire.refuses(&operation, call.args(&operation), argument.name).await;
                }
            }
        }
        wire.finish(document, 2000);
    }
}
