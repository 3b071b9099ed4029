//! `$verify_webhook`: is a webhook Clerk's, and what does it say?

use std::time::UNIX_EPOCH;

use clerk_sdk::webhooks::{Event, Webhook};
use serde_json::{Map, Value, json};

use super::{line, report};

pub(super) fn verify(mut keys: Map<String, Value>) -> Result<Value, Value> {
    let read = |keys: &mut Map<String, Value>| {
        let headers = line::object(keys, "headers")?.map(line::headers).transpose()?.unwrap_or_default();
        let body = line::text(keys, "body")?.unwrap_or_default();
        let secret = line::text(keys, "secret")?.ok_or("the line has no `secret`")?;
        Ok((headers, body, secret, line::now(keys)?))
    };
    let (headers, body, secret, now) = read(&mut keys).map_err(|message: String| report::driver(&message))?;
    let headers = line::header_map(headers).map_err(|message| refusal("invalid-header", &message))?;
    let outcome = Webhook::new(secret).and_then(|webhook| match now {
        Some(now) => webhook.clock(move || UNIX_EPOCH + now).verify(&headers, body),
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
