//! Takes a line apart.

use std::time::Duration;

use clerk_sdk::RetryPolicy;
use clerk_sdk::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::dispatch::{Args, Options};

/// What a line asks for.
pub(super) enum Line {
    Operation(Box<Operation>),
    /// A check that is no call of the API, such as `$verify_webhook`, and the other keys of the line.
    Check(String, Map<String, Value>),
}

/// A call of the API.
pub(super) struct Operation {
    pub(super) call: String,
    pub(super) api: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) args: Args,
}

/// The `id` of a line, and the rest of it or what is wrong with it.
///
/// # Errors
/// Where the line is no request at all.
pub(super) fn read(line: &[u8]) -> Result<(Value, Result<Line, String>), String> {
    let value = serde_json::from_slice(line).map_err(|error| format!("the line is no JSON: {error}"))?;
    let Value::Object(mut keys) = value else { return Err("the line is no JSON object".to_owned()) };
    let id = keys.remove("id").ok_or("the line has no `id`")?;
    let Some(Value::String(call)) = keys.remove("call") else {
        return Err("the line has no `call` that is a string".to_owned());
    };
    let rest = if call.starts_with('$') {
        Ok(Line::Check(call, keys))
    } else {
        operation(call, keys).map(|operation| Line::Operation(Box::new(operation)))
    };
    Ok((id, rest))
}

/// A variable of the environment that is set to something.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn operation(call: String, mut keys: Map<String, Value>) -> Result<Operation, String> {
    let options = Options {
        secret_key: text(&mut keys, "secret_key")?,
        retry: object(&mut keys, "retry")?.map(retry).transpose()?,
        timeout: milliseconds(&mut keys, "timeout_ms")?,
        headers: object(&mut keys, "headers")?.map(headers).transpose()?.unwrap_or_default(),
        shown: None,
    };
    Ok(Operation {
        call,
        api: text(&mut keys, "api")?,
        base_url: text(&mut keys, "base_url")?,
        args: Args {
            path: object(&mut keys, "path")?.unwrap_or_default(),
            query: object(&mut keys, "query")?.unwrap_or_default(),
            body: keys.remove("body").filter(|body| !body.is_null()),
            files: object(&mut keys, "files")?.unwrap_or_default(),
            options,
        },
    })
}

fn retry(mut keys: Map<String, Value>) -> Result<RetryPolicy, String> {
    let policy = RetryPolicy::exponential();
    Ok(match milliseconds(&mut keys, "max_elapsed_ms")? {
        Some(Duration::ZERO) => RetryPolicy::none(),
        Some(max_elapsed) => policy.max_elapsed(max_elapsed),
        None => policy,
    })
}

pub(super) fn headers(keys: Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    keys.into_iter()
        .map(|(name, value)| match value {
            Value::String(value) => Ok((name, value)),
            _ => Err(format!("the header `{name}` is no string")),
        })
        .collect()
}

pub(super) fn text(keys: &mut Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match keys.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{key}` is no string")),
    }
}

pub(super) fn object(keys: &mut Map<String, Value>, key: &str) -> Result<Option<Map<String, Value>>, String> {
    match keys.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(format!("`{key}` is no object")),
    }
}

pub(super) fn milliseconds(keys: &mut Map<String, Value>, key: &str) -> Result<Option<Duration>, String> {
    match keys.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64().map(|ms| Duration::try_from_secs_f64(ms / 1000.0)) {
            Some(Ok(duration)) => Ok(Some(duration)),
            _ => Err(format!("`{key}` is no number of milliseconds")),
        },
    }
}

/// A list of strings, or one of them.
pub(super) fn texts(keys: &mut Map<String, Value>, key: &str) -> Result<Option<Vec<String>>, String> {
    let refused = || format!("`{key}` is no list of strings");
    let text = |value| match value {
        Value::String(text) => Ok(text),
        _ => Err(refused()),
    };
    match keys.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(all)) => all.into_iter().map(text).collect::<Result<_, _>>().map(Some),
        Some(value) => Ok(Some(vec![text(value)?])),
    }
}

/// A list of names and values.
pub(super) fn header_pairs(
    keys: &mut Map<String, Value>,
    key: &str,
) -> Result<Vec<(String, String)>, String> {
    match keys.remove(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(pairs) => {
            serde_json::from_value(pairs).map_err(|_| format!("`{key}` is no list of names and values"))
        }
    }
}

/// What no HTTP library lets through is an error, as it would be on the way.
pub(super) fn header_map(pairs: Vec<(String, String)>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let refused = || format!("`{name}` cannot be a header with this value");
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| refused())?;
        headers.append(HeaderName::try_from(&name).map_err(|_| refused())?, value);
    }
    Ok(headers)
}

/// `now`, which fixes the clock, in seconds since the beginning of 1970.
pub(super) fn now(keys: &mut Map<String, Value>) -> Result<Option<Duration>, String> {
    match keys.remove("now") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64().map(Duration::try_from_secs_f64) {
            Some(Ok(now)) => Ok(Some(now)),
            _ => Err("`now` is no number of seconds".to_owned()),
        },
    }
}
