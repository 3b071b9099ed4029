//! What came of a call, as JSON.

use clerk_sdk::{Error, ErrorKind, Response};
use serde_json::{Value, json};

/// A success.
pub(super) fn answer(response: Response<Value>) -> Value {
    let (status, attempts) = (response.status().as_u16(), response.attempts());
    json!({"status": status, "value": response.into_inner(), "attempts": attempts})
}

/// What is wrong with the line itself.
pub(super) fn driver(message: &str) -> Value {
    json!({"kind": "driver", "message": message})
}

/// A failure of which there is nothing more to say.
pub(super) fn failure(kind: ErrorKind, operation: &str, attempts: u32, message: &str) -> Value {
    json!({"kind": kind.as_str(), "operation": operation, "attempts": attempts, "message": message})
}

/// A failure of the SDK.
pub(super) fn error(operation: &str, error: &Error) -> Value {
    let operation = error.operation().unwrap_or(operation);
    let mut report = failure(error.kind(), operation, error.attempts(), &error.to_string());
    if let Some(status) = error.status() {
        report["status"] = status.as_u16().into();
    }
    if let Some(body) = error.body() {
        report["body"] = String::from_utf8_lossy(body).into();
    }
    if let Some(api) = error.api() {
        let codes: Vec<&str> = api.errors().iter().filter_map(|item| item.code()).collect();
        report["codes"] = codes.into();
        report["trace_id"] = api.trace_id().into();
        let retry_after = api.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        report["retry_after_ms"] = retry_after.into();
    }
    if let Some(path) = error.decode_path() {
        report["path"] = path.into();
    }
    if let Some(reason) = error.transport_kind() {
        report["reason"] = reason.as_str().into();
        report["maybe_sent"] = error.maybe_sent().into();
    }
    report
}
