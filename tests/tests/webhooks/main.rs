//! Webhooks: which are taken for Clerk's and which are not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod events;
mod headers;
mod mutations;
mod secrets;
mod sending;
mod signatures;
mod times;

use std::time::{Duration, UNIX_EPOCH};

use clerk_sdk::http::{HeaderMap, HeaderName, HeaderValue};
use clerk_sdk::webhooks::{Delivery, Webhook, WebhookError, WebhookErrorReason};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: u64 = 1_614_265_330;
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY: &[u8] = br#"{"type":"user.created","data":{"id":"user_1"}}"#;
/// Made with Python's `hmac`, as are all signatures here that are written out.
const SIGNATURE: &str = "v1,Fq4cjkv/SB1cUuGPWp6jobdxiJ5BQqbP9b/B0TO00CY=";

/// An endpoint whose clock stands still.
fn webhook_at(secret: &str, now: u64) -> Webhook {
    Webhook::new(secret).unwrap().clock(move || UNIX_EPOCH + Duration::from_secs(now))
}

fn headers_of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> HeaderMap {
    let pair = |(name, value): (&str, &str)| {
        (HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap())
    };
    let mut headers = HeaderMap::new();
    for (name, value) in pairs.into_iter().map(pair) {
        headers.append(name, value);
    }
    headers
}

/// The headers that belong to `BODY`.
fn good() -> HeaderMap {
    headers_of([("svix-id", ID), ("svix-timestamp", "1614265330"), ("svix-signature", SIGNATURE)])
}

fn verify(headers: &HeaderMap, body: impl AsRef<[u8]>) -> Result<Delivery, WebhookError> {
    webhook_at(SECRET, NOW).verify_delivery(headers, body)
}

/// Why it was not accepted.
#[track_caller]
fn refused(outcome: Result<Delivery, WebhookError>) -> WebhookErrorReason {
    outcome.expect_err("it was accepted").reason()
}

#[test]
fn an_event_that_clerk_sent_is_handed_over_with_its_id_and_time() {
    let delivery = verify(&good(), BODY).unwrap();

    assert_eq!(delivery.event.kind(), "user.created");
    assert_eq!(delivery.id, ID);
    assert_eq!(delivery.sent_at.as_millis(), 1_614_265_330_000);
    assert_eq!(webhook_at(SECRET, NOW).verify(&good(), BODY).unwrap().kind(), "user.created");
}

#[test]
fn a_signed_body_that_is_no_object_with_a_type_is_an_invalid_payload() {
    let webhook = webhook_at(SECRET, NOW);
    for body in [
        "",
        "null",
        "[]",
        r#""user.created""#,
        "{}",
        r#"{"data":{}}"#,
        r#"{"type":null}"#,
        r#"{"type":5}"#,
        r#"{"type":"user.created""#,
        r#"{"type":"user.created"} x"#,
        "\u{feff}{\"type\":\"user.created\"}",
    ] {
        let headers = webhook.sign(ID, body).unwrap();
        assert_eq!(refused(verify(&headers, body)).as_str(), "invalid-payload", "{body}");
    }
    let not_utf8 = b"{\"type\":\"\xff\"}";
    let headers = webhook.sign(ID, not_utf8).unwrap();
    assert_eq!(refused(verify(&headers, not_utf8)).as_str(), "invalid-payload");
}

#[test]
fn an_error_says_what_to_do_and_nothing_of_the_body_or_the_secret() {
    let body = br#"{"type":"SECRET-TYPE","data":"SECRET-DATA""#;
    let signed = webhook_at(SECRET, NOW).sign(ID, body).unwrap();
    let mut unsigned = good();
    unsigned.remove("svix-signature");

    let payload = verify(&signed, body).unwrap_err();
    let signature = verify(&good(), body).unwrap_err();
    let missing = verify(&unsigned, body).unwrap_err();

    for error in [&payload, &signature, &missing] {
        let text = format!("{error} {error:?}");
        assert!(!text.contains("SECRET") && !text.contains(&SECRET[6..]) && !text.contains("Fq4c"), "{text}");
    }
    assert!(payload.to_string().contains("invalid-payload"), "{payload}");
    assert!(signature.to_string().contains("before they are parsed"), "{signature}");
    assert!(missing.to_string().contains("svix-signature"), "{missing}");
}

#[test]
fn what_is_new_prints_its_kind_but_not_its_data() {
    let body = br#"{"type":"brand.new","data":{"token":"SECRET"}}"#;
    let delivery = verify(&webhook_at(SECRET, NOW).sign(ID, body).unwrap(), body).unwrap();

    let text = format!("{delivery:?}");

    assert!(text.contains("brand.new") && !text.contains("SECRET"), "{text}");
}
