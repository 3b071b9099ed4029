//! How errors read: the call, what came of it, and what to do where that is known.

use std::error::Error as StdError;
use std::fmt::{self, Write};

use http::StatusCode;

use super::one_line::{OneLine, one_line};
use super::{ApiError, Error, Kind};
use crate::value::without_secrets;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = &self.0.call {
            let f = &mut OneLine(&mut *f);
            write!(f, "{}: {} {} → ", call.operation, call.method, call.path)?;
        }
        self.cause(f, Some(self.attempts()))
    }
}

/// Shows the error without the call and its attempts, for events that have these as fields.
pub(crate) struct Cause<'a>(pub(crate) &'a Error);

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.cause(f, None)
    }
}

impl Error {
    /// Writes what went wrong, with the number of attempts where it is given.
    fn cause(&self, f: &mut fmt::Formatter<'_>, attempts: Option<u32>) -> fmt::Result {
        let f = &mut OneLine(f);
        match &self.0.kind {
            Kind::Api(api) => api_text(api, attempts, f),
            Kind::Transport(error) => {
                write!(f, "{error}")?;
                if let Some(source) = StdError::source(error) {
                    write!(f, ": {}", Innermost(source))?;
                }
                if error.request_not_sent() {
                    f.write_str(" (the request was not sent")?;
                } else {
                    f.write_str(" (the request may have been sent")?;
                }
                match attempts {
                    None | Some(0 | 1) => f.write_str(")"),
                    Some(attempts) => write!(f, ", {attempts} attempts)"),
                }
            }
            Kind::Decode { path, source, status, body, .. } => {
                let place = if path.is_empty() { "its root" } else { path };
                write!(
                    f,
                    "{} but the answer ({} bytes) does not decode at {place}: {}",
                    status.as_u16(),
                    body.len(),
                    source
                )
            }
            Kind::InvalidRequest { message, source } => {
                f.write_str(if self.0.call.is_some() { "not sent: " } else { "" })?;
                with_source(f, message, source.as_deref())
            }
            Kind::Config { message, source } => with_source(f, message, source.as_deref()),
            #[cfg(feature = "auth")]
            Kind::Auth(error) => write!(f, "{error}"),
            Kind::Json(reason) => write!(f, "a value does not convert to or from JSON: {reason}"),
            Kind::RateLimited { waited, left } => {
                let waited = waited.as_secs_f64();
                write!(f, "not sent: the API limits the rate of calls, and after {waited:.1} s ")?;
                if left.is_zero() {
                    f.write_str("of waiting others were still before it")?;
                } else {
                    write!(f, "it asks to wait {:.1} s more, which the call may not", left.as_secs_f64())?;
                }
                f.write_str("; call less at once, or allow more time by a RetryPolicy or with_timeout")
            }
        }
    }
}

/// What serde says is wrong with an answer, without the value that is: what the server put where a number belongs
/// may be a secret.
#[derive(Debug)]
pub(super) struct DecodeReason(String);

impl DecodeReason {
    pub(super) fn new(error: &serde_json::Error) -> Self {
        Self(reason_without_values(error))
    }
}

/// What an error of serde says, without the value that is wrong, on one line.
pub(crate) fn reason_without_values(error: &serde_json::Error) -> String {
    let text = one_line(&error.to_string());
    let names_a_field = ["missing field", "duplicate field", "unknown field"];
    if !error.is_data() || names_a_field.iter().any(|start| text.starts_with(start)) {
        return text;
    }
    let Some(value) = text.find(['"', '`']) else { return text };
    // What was expected stands behind the value.
    let expected = text.rfind(", expected ").filter(|at| *at > value).map_or("", |at| &text[at..]);
    format!("{} […]{expected}", text[..value].trim_end())
}

impl fmt::Display for DecodeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for DecodeReason {}

fn with_source(
    f: &mut impl Write,
    message: &str,
    source: Option<&(dyn StdError + Send + Sync + 'static)>,
) -> fmt::Result {
    f.write_str(message)?;
    match source {
        Some(source) => write!(f, ": {}", Innermost(source)),
        None => Ok(()),
    }
}

fn api_text(api: &ApiError, attempts: Option<u32>, f: &mut impl Write) -> fmt::Result {
    write!(f, "{}", api.status().as_u16())?;
    for (i, item) in api.errors().iter().enumerate() {
        f.write_str(if i == 0 { " " } else { "; " })?;
        // The short message often says no more than "is invalid"; the long one says what of.
        let long = item.long_message().filter(|long| item.message() != Some(long));
        // A server may repeat what it was sent.
        let texts = [item.code(), item.message(), long].into_iter().flatten();
        let texts = texts.filter(|text| !text.trim().is_empty()).map(without_secrets);
        let texts: Vec<_> = texts.collect();
        if texts.is_empty() {
            f.write_str("an error without code or message")?;
        }
        f.write_str(&texts.join(": "))?;
        if let Some(parameter) = item.parameter().filter(|name| !name.is_empty()) {
            write!(f, " [{}]", without_secrets(parameter))?;
        }
    }
    if api.errors().is_empty() {
        let reason = api.status().canonical_reason().unwrap_or("unknown status");
        write!(f, " {reason}, with a body of {} bytes", api.body().len())?;
    }
    let trace = api.trace_id().map(|trace| format!("trace {}", without_secrets(trace)));
    let attempts =
        attempts.map(|attempts| format!("{attempts} attempt{}", if attempts == 1 { "" } else { "s" }));
    let facts: Vec<String> = [trace, attempts].into_iter().flatten().collect();
    if !facts.is_empty() {
        write!(f, " ({})", facts.join(", "))?;
    }
    if let Some(advice) = advice(api.status()) {
        write!(f, "; {advice}")?;
    }
    Ok(())
}

fn advice(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::UNAUTHORIZED => Some("check that the secret key is the one of this instance"),
        status if status.is_redirection() => {
            Some("redirects are not followed; check the server URL of the client")
        }
        _ => None,
    }
}

/// The last of a chain of sources, which is where libraries put the reason.
pub(crate) struct Innermost<'a>(pub(crate) &'a (dyn StdError + 'static));

impl fmt::Display for Innermost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut error = self.0;
        while let Some(source) = error.source() {
            error = source;
        }
        fmt::Display::fmt(error, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.kind());
        if let Some(call) = &self.0.call {
            out.field("operation", &call.operation)
                .field("method", &call.method)
                .field("path", &call.path)
                .field("attempts", &call.attempts);
        }
        match &self.0.kind {
            Kind::Api(api) => out.field("api", api),
            Kind::Transport(error) => out.field("transport", error),
            Kind::Decode { path, source, status, body, .. } => out
                .field("at", path)
                .field("reason", source)
                .field("status", status)
                .field("body", &format_args!("{} bytes", body.len())),
            Kind::RateLimited { waited, left } => out.field("waited", waited).field("left", left),
            #[cfg(feature = "auth")]
            Kind::Auth(error) => out.field("auth", error),
            Kind::Json(reason) => out.field("reason", reason),
            Kind::InvalidRequest { message, source } | Kind::Config { message, source } => {
                out.field("message", message).field("source", &source.as_ref().map(ToString::to_string))
            }
        };
        out.finish()
    }
}
