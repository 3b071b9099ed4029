//! What the server says about a failed call, read as far as it can be read.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use crate::retry::server_delay;
use crate::value::without_secrets;

/// An answer with a status other than 2xx.
///
/// Whatever its body is: one that is no JSON, or not of Clerk's shape, leaves [`errors`](Self::errors) empty.
pub struct ApiError {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    errors: Vec<ApiErrorItem>,
    trace_id: Option<String>,
}

/// One of the errors that the server lists.
///
/// Its `Debug` leaves out the texts and `meta`, which may repeat what the caller sent.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiErrorItem {
    code: Option<String>,
    message: Option<String>,
    long_message: Option<String>,
    meta: Option<Value>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let root = match serde_json::from_slice(&body) {
            Ok(Value::Object(root)) => root,
            _ => Map::new(),
        };
        let errors = match root.get("errors") {
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_object).map(ApiErrorItem::read).collect()
            }
            _ => Vec::new(),
        };
        let trace_id = text(&root, "clerk_trace_id")
            .filter(|id| !id.is_empty())
            .or_else(|| headers.get("cf-ray").and_then(|ray| ray.to_str().ok()).map(str::to_owned));
        Self { status, headers, body, errors, trace_id }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as it came.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The errors that the body lists, in its order; empty where it is not of Clerk's shape.
    pub fn errors(&self) -> &[ApiErrorItem] {
        &self.errors
    }

    /// Clerk's identifier of the request: `clerk_trace_id` of the body, else the header `cf-ray`.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// How long the server asks to wait: `retry-after-ms`, else `Retry-After` in seconds or as an HTTP date.
    pub fn retry_after(&self) -> Option<Duration> {
        server_delay(&self.headers)
    }
}

impl ApiErrorItem {
    fn read(item: &Map<String, Value>) -> Self {
        Self {
            code: text(item, "code"),
            message: text(item, "message"),
            long_message: text(item, "long_message"),
            meta: item.get("meta").filter(|meta| !meta.is_null()).cloned(),
        }
    }

    /// What programs compare, such as `resource_not_found`.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// A short text for developers.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// A longer text, which can be shown to a user.
    pub fn long_message(&self) -> Option<&str> {
        self.long_message.as_deref()
    }

    /// The parameter that the error is about, from `meta.param_name`.
    pub fn parameter(&self) -> Option<&str> {
        self.meta()?.get("param_name")?.as_str()
    }

    /// More about the error, such as `param_name`, the parameter that was wrong.
    pub fn meta(&self) -> Option<&Value> {
        self.meta.as_ref()
    }
}

fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::to_owned)
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status)
            .field("errors", &self.errors)
            .field("trace_id", &self.trace_id().map(without_secrets))
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ApiErrorItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiErrorItem")
            .field("code", &self.code().map(without_secrets))
            .field("message", &self.long_message().or(self.message()).map(without_secrets))
            .field("parameter", &self.parameter().map(without_secrets))
            .finish_non_exhaustive()
    }
}
