//! Answers of the API.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use clerk_sdk::http::HeaderMap;
use clerk_sdk::{Clerk, Error, ErrorKind, Response};
use serde_json::Value;

use super::kept::{lost, made_up};
use super::{Outcome, header_lines, split, wait};
use crate::canned::Canned;
use crate::dispatch::{self, Args};
use crate::reader::Document;
use crate::reader::call::Call;

/// An operation of the newest version, and what it is called with.
struct Called {
    version: &'static str,
    id: String,
    status: u16,
    /// The schema of what it answers, if it answers something.
    answer: Option<&'static Value>,
    args: Args,
}

struct Api {
    canned: Canned,
    clerk: Clerk,
    operations: Vec<Called>,
    by_id: HashMap<Vec<u8>, usize>,
}

static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(Document::versions);

thread_local! {
    static API: Api = Api::new();
}

impl Api {
    fn new() -> Self {
        let canned = Canned::default();
        let clerk = canned.client().expect("a client");
        let document = &DOCUMENTS[0];
        let operations: Vec<Called> = document
            .operations()
            .iter()
            .map(|operation| Called {
                version: operation.version,
                id: operation.id.to_owned(),
                status: operation.status,
                answer: operation.answer,
                args: Call::required(document, operation).args(operation),
            })
            .collect();
        let by_id = operations.iter().enumerate().map(|(at, it)| (it.id.clone().into_bytes(), at)).collect();
        Self { canned, clerk, operations, by_id }
    }

    /// The operation of this id; for any other text one of them.
    fn operation(&self, id: &[u8]) -> &Called {
        let any = id.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        let at = self.by_id.get(id).copied().unwrap_or(any % self.operations.len());
        &self.operations[at]
    }

    fn call(&self, called: &Called) -> Result<Response<Value>, Error> {
        let call = dispatch::prepare(called.version, &self.clerk, &called.id, called.args.clone());
        wait(call.expect("an operation").expect("its arguments"))
    }

    fn answer(&self, input: &[u8]) -> Outcome {
        let (id, body) = split(input, b"\n");
        let called = self.operation(id);
        let answered = |body: &[u8]| {
            self.canned.answer(called.status, body);
            self.call(called)
        };
        match answered(body) {
            Ok(response) => {
                let once = response.into_inner();
                assert_eq!(called.answer.is_some(), !once.is_null(), "{}", called.id);
                if let Some(schema) = called.answer {
                    // What nobody looks at may be no JSON that can be read: a number without a size, say.
                    if let Ok(sent) = serde_json::from_slice(body) {
                        assert_eq!(made_up(&sent, &once), None, "made up of {sent}");
                        assert_eq!(lost(&DOCUMENTS[0], schema, &sent, &once), None, "lost of {sent}");
                    }
                    let again = answered(once.to_string().as_bytes());
                    assert_eq!(again.expect("what was decoded once").into_inner(), once, "{}", called.id);
                }
                Outcome::Accepted
            }
            Err(error) => {
                assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1), "{error}");
                assert_eq!(error.body().map(AsRef::as_ref), Some(body));
                assert_eq!(error.operation(), Some(called.id.as_str()));
                Outcome::Refused
            }
        }
    }

    fn error(&self, input: &[u8]) -> Outcome {
        let (head, body) = split(input, b"\n\n");
        let (id, head) = split(head, b"\n");
        let (status, lines) = split(head, b"\n");
        let number = status
            .iter()
            .fold(0_usize, |sum, byte| sum.wrapping_mul(10).wrapping_add(usize::from(byte & 15)));
        let status = u16::try_from(300 + number.wrapping_sub(300) % 300).expect("below 600");
        let Some(headers) = header_lines(lines) else { return Outcome::Impossible };
        let seconds = asked_to_wait(&headers);
        let called = self.operation(id);
        self.canned.answer_with(status, headers, body);

        let error = self.call(called).expect_err("an error");

        let answered = error.api().expect("an answer");
        assert_eq!((error.kind(), answered.status().as_u16()), (ErrorKind::Api, status), "{error}");
        assert_eq!(error.body().map(AsRef::as_ref), Some(body));
        let text = error.to_string();
        assert!(text.starts_with(called.id.as_str()) && text.contains(&status.to_string()), "{text}");
        // What the server repeats of the key is not repeated.
        assert!(
            !text.contains("sk_test_canned") && !format!("{error:?}").contains("sk_test_canned"),
            "{text}"
        );
        let codes: Vec<_> = answered.errors().iter().map(|one| one.code().map(str::to_owned)).collect();
        assert_eq!(codes, listed_codes(body), "{error:?}");
        assert!(codes.iter().flatten().all(|code| error.has_code(code)), "{error:?}");
        if let Some(seconds) = seconds {
            assert_eq!(answered.retry_after(), Some(Duration::from_secs(seconds)));
        }
        let _ = (answered.retry_after(), answered.trace_id());
        if answered.errors().is_empty() { Outcome::Refused } else { Outcome::Accepted }
    }
}

/// The codes in a body of Clerk's shape, by a reading apart from the SDK's: of each object that is listed its own.
fn listed_codes(body: &[u8]) -> Vec<Option<String>> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let items = body["errors"].as_array().into_iter().flatten().filter(|item| item.is_object());
    items.map(|item| item["code"].as_str().map(str::to_owned)).collect()
}

/// The seconds in `Retry-After`, where it is a plain number and the only header that says so.
fn asked_to_wait(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key("retry-after-ms") {
        return None;
    }
    let text = headers.get("retry-after")?.to_str().ok()?;
    (text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

pub(super) fn answer(input: &[u8]) -> Outcome {
    API.with(|api| api.answer(input))
}

pub(super) fn error(input: &[u8]) -> Outcome {
    API.with(|api| api.error(input))
}
