//! Errors as Clerk's Backend API answers them: a status, and one or more entries with a code, a short and a long
//! message, and the parameter that they are about.

use http::StatusCode;
use serde_json::{Map, Value, json};

/// An answer that is an error.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    entries: Vec<Value>,
    /// Sent as `Retry-After`, in seconds.
    pub(super) retry_after: Option<u64>,
}

impl ApiError {
    /// An error that is about no parameter.
    pub(super) fn new(status: StatusCode, code: &str, message: &str, long_message: &str) -> ApiError {
        let entry = json!({ "code": code, "message": message, "long_message": long_message, "meta": {} });
        ApiError { status, entries: vec![entry], retry_after: None }
    }

    /// A 422 about one parameter.
    pub(super) fn param(code: &str, name: &str, message: &str, long_message: &str) -> ApiError {
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, message, long_message).about(name)
    }

    /// The same error, with this beside it.
    pub(super) fn with_meta(mut self, meta: Value) -> ApiError {
        if let Some(entry) = self.entries.first_mut() {
            entry["meta"] = meta;
        }
        self
    }

    /// The same error, about a parameter.
    pub(super) fn about(mut self, name: &str) -> ApiError {
        if let Some(entry) = self.entries.first_mut() {
            entry["meta"] = json!({ "param_name": name });
        }
        self
    }

    pub(super) fn missing(name: &str) -> ApiError {
        ApiError::param("form_param_missing", name, "is missing", &format!("{name} must be included."))
    }

    pub(super) fn unknown(name: &str) -> ApiError {
        let long = format!("{name} is not a valid parameter for this request.");
        ApiError::param("form_param_unknown", name, "is unknown", &long)
    }

    /// A parameter of the wrong JSON type; `wanted` reads like `a string`.
    pub(super) fn wrong_type(name: &str, wanted: &str) -> ApiError {
        ApiError::param("form_param_type_invalid", name, "is invalid", &format!("{name} must be {wanted}."))
    }

    /// A parameter of the right type that is written wrongly.
    pub(super) fn format(name: &str, wanted: &str) -> ApiError {
        ApiError::param("form_param_format_invalid", name, "is invalid", &format!("{name} must be {wanted}."))
    }

    /// A parameter whose value is not among those that are possible.
    pub(super) fn value(name: &str, reason: &str) -> ApiError {
        ApiError::param("form_param_value_invalid", name, "is invalid", &format!("{name} {reason}."))
    }

    /// A parameter whose value is none of those that are allowed.
    pub(super) fn none_of(name: &str, value: &str, allowed: &str) -> ApiError {
        let long = format!(
            "{value} does not match the allowed values for parameter {name}. Allowed values: {allowed}"
        );
        ApiError::param("form_param_value_invalid", name, "is invalid", &long)
    }

    /// A parameter that another one needs.
    pub(super) fn needed(name: &str, other: &str) -> ApiError {
        let long = format!("`{name}` is required when `{other}` is present.");
        ApiError::param("form_conditional_param_missing", name, "is missing", &long)
    }

    /// A text that has too many characters.
    pub(super) fn too_long(name: &str, max: u64) -> ApiError {
        let long = format!("{name} should not exceed {max} characters.");
        ApiError::param("form_param_max_length_exceeded", name, "exceeds maximum length", &long)
    }

    /// An identifier that another object holds.
    pub(super) fn taken(name: &str, what: &str) -> ApiError {
        let long = format!("That {what} is taken. Please try another.");
        ApiError::param("form_identifier_exists", name, &long, &long)
    }

    pub(super) fn not_found(what: &str, id: &str) -> ApiError {
        let long = format!("No {what} was found with id {id}.");
        ApiError::new(StatusCode::NOT_FOUND, "resource_not_found", "not found", &long)
    }

    pub(super) fn bad_request(code: &str, message: &str) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, code, message, message)
    }

    /// Returns whether the first entry is about a parameter that is written wrongly.
    pub(super) fn is_of_format(&self) -> bool {
        self.entries.first().is_some_and(|entry| entry["code"] == "form_param_format_invalid")
    }

    /// What is wrong, for whoever writes a test.
    pub(super) fn told(&self) -> String {
        let entries = self.entries.iter().map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap_or_default();
            format!("{} ({})", text("long_message"), text("code"))
        });
        entries.collect::<Vec<_>>().join(" ")
    }

    /// The entries of several errors, under the status of the first.
    pub(super) fn all(errors: Vec<ApiError>) -> Option<ApiError> {
        let mut errors = errors.into_iter();
        let mut first = errors.next()?;
        first.entries.extend(errors.flat_map(|e| e.entries));
        Some(first)
    }

    /// The body that is sent.
    pub(super) fn body(&self, trace_id: &str) -> Value {
        let mut body = Map::new();
        body.insert("errors".into(), Value::Array(self.entries.clone()));
        body.insert("clerk_trace_id".into(), trace_id.into());
        Value::Object(body)
    }
}
