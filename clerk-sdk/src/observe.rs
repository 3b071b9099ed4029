//! Spans and events for `tracing`, by OpenTelemetry's names for HTTP; nothing in them is secret.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use tracing::field::Empty;
use tracing::{Level, Span};

use crate::error::{Cause, Error};
use crate::operation::Meta;
use crate::prepare::Payload;
use crate::response::Response;
use crate::transport::HttpRequest;
use crate::value::redact;

const TARGET: &str = "clerk_sdk";

/// The span of a call, retries included. Its name for OpenTelemetry is the operation's.
pub(crate) fn span(meta: &Meta) -> Span {
    tracing::info_span!(
        target: TARGET,
        "clerk",
        "otel.name" = meta.id.as_ref(),
        "otel.kind" = "client",
        "clerk.operation" = meta.id.as_ref(),
        "http.request.method" = meta.method.as_str(),
        "url.template" = meta.path.as_ref(),
        "http.response.status_code" = Empty,
        "http.request.resend_count" = Empty,
        "error.type" = Empty,
    )
}

/// Notes on the current span what came of the call.
pub(crate) fn finished(result: &Result<Response<Bytes>, Error>, attempts: u32) {
    let span = Span::current();
    span.record("http.request.resend_count", attempts.saturating_sub(1));
    match result {
        Ok(response) => {
            span.record("http.response.status_code", response.status().as_u16());
        }
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("http.response.status_code", status.as_u16());
                span.record("error.type", status.as_str());
            } else {
                let kind = error.transport_kind().map_or(error.kind().as_str(), |kind| kind.as_str());
                span.record("error.type", kind);
            }
            tracing::debug!(target: TARGET, attempts, "failed: {}", Cause(error));
        }
    }
}

pub(crate) fn sending(request: &HttpRequest, payload: &Payload, attempt: u32) {
    if !tracing::enabled!(target: TARGET, Level::DEBUG) {
        return;
    }
    let body = match payload {
        Payload::None => "none".to_owned(),
        Payload::Json(json) => printable(json),
        Payload::Form(_) | Payload::UrlEncoded(_) => "[form]".to_owned(),
        Payload::File(_) => "[file]".to_owned(),
    };
    tracing::debug!(
        target: TARGET,
        attempt,
        "url.path" = request.uri().path(),
        "url.query" = query_keys(request.uri().query()),
        body,
        "sending"
    );
}

pub(crate) fn answered(status: StatusCode, body: &Bytes, attempt: u32) {
    if !tracing::enabled!(target: TARGET, Level::DEBUG) {
        return;
    }
    tracing::debug!(
        target: TARGET,
        attempt,
        "http.response.status_code" = status.as_u16(),
        body = printable(body),
        "answered"
    );
}

pub(crate) fn waiting() {
    tracing::debug!(target: TARGET, "waiting for its turn");
}

pub(crate) fn retrying(error: &Error, attempt: u32, wait: Duration) {
    tracing::info!(target: TARGET, attempt, wait_ms = wait.as_millis() as u64, "retrying after {}", Cause(error));
}

/// The names of a query's parameters; their values are what somebody searched for.
fn query_keys(query: Option<&str>) -> String {
    let keys = query.unwrap_or_default().split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    keys.collect::<Vec<_>>().join("&")
}

/// Bodies above this many bytes are not looked into.
const PRINTED: usize = 16 * 1024;

/// JSON without what is secret in it; anything else is its length.
pub(crate) fn printable(body: &[u8]) -> String {
    if body.len() <= PRINTED
        && let Ok(mut value) = serde_json::from_slice::<Value>(body)
        && matches!(value, Value::Object(_) | Value::Array(_))
    {
        redact(&mut value);
        return value.to_string();
    }
    format!("[{} bytes]", body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_gone_and_the_rest_is_readable() {
        let body =
            br#"{"id":"user_1","password":"hunter2","password_enabled":true,"nested":[{"secret_key":"x1",
            "url":"https://a.example/?__clerk_ticket=x2","note":"sk_test_x3","jwk":{"d":"x4","n":"public"}}],
            "backup_codes":["x5","x6"],"code":424242,"private_metadata":{"a":"x7"},"total_count":3}"#;
        let printed = printable(body);
        for gone in ["hunter2", "x1", "x2", "x3", "x4", "x5", "x6", "424242", "x7"] {
            assert!(!printed.contains(gone), "{gone} in {printed}");
        }
        for kept in ["user_1", "\"password_enabled\":true", "public", "\"total_count\":3"] {
            assert!(printed.contains(kept), "{kept} not in {printed}");
        }
    }

    #[test]
    fn the_code_of_an_error_can_be_read() {
        let printed = printable(br#"{"errors":[{"code":"resource_not_found","message":"gone"}]}"#);
        assert!(printed.contains("resource_not_found"), "{printed}");
    }

    #[test]
    fn what_is_no_json_is_its_length() {
        assert_eq!(printable(b"<html>sk_test_x</html>"), "[22 bytes]");
        assert_eq!(printable(b"\"sk_test_x\""), "[11 bytes]");
    }
}
