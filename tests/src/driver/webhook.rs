//! `$verify_webhook`: is a webhook Clerk's, and what does it say?

use std::time::{Duration, UNIX_EPOCH};

use clerk_sdk::http::{HeaderMap, HeaderName, HeaderValue};
use clerk_sdk::webhooks::{Event, Webhook};
use serde_json::{Map, Value, json};

use super::{line, report};

pub(super) fn verify(mut keys: Map<String, Value>) -> Result<Value, Value> {
    let read = |keys: &mut Map<String, Value>| {
        let headers = line::object(keys, "headers")?.map(line::headers).transpose()?.unwrap_or_default();
        let body = line::text(keys, "body")?.unwrap_or_default();
        let secret = line::text(keys, "secret")?.ok_or("the line has no `secret`")?;
        Ok((headers, body, secret, now(keys)?))
    };
    let (headers, body, secret, now) = read(&mut keys).map_err(|message: String| report::driver(&message))?;
    let headers = header_map(headers).map_err(|message| refusal("invalid-header", &message))?;
    let outcome = Webhook::new(secret).and_then(|webhook| match now {
        Some(now) => webhook.with_clock(move || UNIX_EPOCH + now).verify(&headers, body),
        None => webhook.verify(&headers, body),
    });
    match outcome {
        Ok(event) => Ok(json!({
            "type": event.kind(), "known": !matches!(event, Event::Unknown(_)), "event": event,
        })),
        Err(error) => Err(refusal(error.reason().as_str(), &error.to_string())),
    }
}

fn refusal(reason: &str, message: &str) -> Value {
    json!({"kind": "webhook", "reason": reason, "message": message})
}

/// What no HTTP library lets through is an error, as it would be on the way.
fn header_map(pairs: Vec<(String, String)>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let refused = || format!("`{name}` cannot be a header with this value");
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| refused())?;
        headers.append(HeaderName::try_from(&name).map_err(|_| refused())?, value);
    }
    Ok(headers)
}

/// `now`, which fixes the clock, in seconds since the beginning of 1970.
fn now(keys: &mut Map<String, Value>) -> Result<Option<Duration>, String> {
    match keys.remove("now") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64().map(Duration::try_from_secs_f64) {
            Some(Ok(now)) => Ok(Some(now)),
            _ => Err("`now` is no number of seconds".to_owned()),
        },
    }
}
