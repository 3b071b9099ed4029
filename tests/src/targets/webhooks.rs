//! Deliveries of webhooks.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clerk_sdk::http::HeaderMap;
use clerk_sdk::webhooks::{Webhook, WebhookErrorReason};
use ring::hmac;
use serde_json::Value;

use super::tokens::{NOW, now};
use super::{Outcome, header_lines, replaced, split};

const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

static WEBHOOK: LazyLock<Webhook> =
    LazyLock::new(|| Webhook::new(format!("whsec_{SECRET}")).expect("a secret").clock(now));

pub(super) fn webhook(input: &[u8]) -> Outcome {
    let (lines, body) = match input {
        [b'\n', body @ ..] => (&b""[..], body),
        _ => split(input, b"\n\n"),
    };
    let headers = if lines.is_empty() {
        WEBHOOK.sign("msg_1", body).ok()
    } else {
        header_lines(lines).and_then(|headers| {
            let right =
                ["svix", "webhook"].iter().find_map(|set| Some(signature(&signed(&headers, set)?, body)));
            header_lines(&replaced(lines, "{signature}", &right.unwrap_or_default()))
        })
    };
    let Some(headers) = headers else { return Outcome::Impossible };

    let outcome = WEBHOOK.verify_delivery(&headers, body);

    let is_event = serde_json::from_slice::<Value>(body).ok().filter(|body| body["type"].is_string());
    match (outcome, is_clerks(&headers, body)) {
        (Ok(delivery), true) => {
            assert_eq!(is_event.expect("an event")["type"], delivery.event.kind());
            assert!(!delivery.id.is_empty() && delivery.sent_at.as_millis().abs_diff(NOW * 1000) <= 300_000);
            Outcome::Accepted
        }
        (Err(error), true) => {
            assert_eq!(error.reason(), WebhookErrorReason::InvalidPayload, "{error}");
            Outcome::Refused
        }
        (Ok(delivery), false) => panic!("{delivery:?} of {headers:?}"),
        (Err(error), false) => {
            assert_ne!(error.reason(), WebhookErrorReason::InvalidPayload, "{error}");
            Outcome::Refused
        }
    }
}

/// Id and time as they are signed, where a set of headers has each of the three once.
fn signed(headers: &HeaderMap, set: &str) -> Option<(String, String)> {
    let only = |name: &str| {
        let all: Vec<_> = headers.get_all(format!("{set}-{name}")).iter().collect();
        let [one] = all[..] else { return None };
        one.to_str().ok().filter(|value| !value.is_empty()).map(str::to_owned)
    };
    only("signature")?;
    Some((only("id")?, only("timestamp")?))
}

fn signature((id, time): &(String, String), body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(SECRET).expect("base64"));
    let mac = hmac::sign(&key, &[format!("{id}.{time}.").as_bytes(), body].concat());
    format!("v1,{}", STANDARD.encode(mac))
}

/// Whether a delivery is Clerk's, by a reading that shares nothing with the SDK's.
fn is_clerks(headers: &HeaderMap, body: &[u8]) -> bool {
    let there = |name: &str| headers.contains_key(format!("svix-{name}"));
    let set = if ["id", "timestamp", "signature"].into_iter().any(there) { "svix" } else { "webhook" };
    let Some(signed) = signed(headers, set) else { return false };
    let digits = signed.1.bytes().all(|byte| byte.is_ascii_digit());
    let in_time = signed.1.parse::<i64>().is_ok_and(|at| at.abs_diff(NOW) <= 300);
    let right = signature(&signed, body);
    let given =
        headers.get(format!("{set}-signature")).and_then(|value| value.to_str().ok()).unwrap_or_default();
    digits && in_time && given.split(' ').any(|one| one == right)
}
