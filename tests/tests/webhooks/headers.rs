//! Under which names the headers are looked for, and how often each may be there.

use clerk_sdk::http::{HeaderMap, HeaderValue};
use clerk_sdk::webhooks::WebhookErrorReason::{InvalidHeader, MissingHeader, NoMatchingSignature};

use crate::{BODY, ID, NOW, SECRET, SIGNATURE, good, headers_of, refused, verify, webhook_at};

const TIME: &str = "1614265330";

/// The headers under these names; an empty name leaves one out.
fn named(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
    headers_of(
        [(id, ID), (timestamp, TIME), (signature, SIGNATURE)]
            .into_iter()
            .filter(|(name, _)| !name.is_empty()),
    )
}

#[test]
fn both_sets_of_names_are_read_whatever_their_case() {
    for headers in [
        named("svix-id", "svix-timestamp", "svix-signature"),
        named("webhook-id", "webhook-timestamp", "webhook-signature"),
        named("Svix-Id", "SVIX-TIMESTAMP", "sViX-sIgNaTuRe"),
    ] {
        assert_eq!(verify(&headers, BODY).unwrap().id, ID);
    }
}

#[test]
fn svix_wins_where_both_sets_are_there() {
    let mut right = named("svix-id", "svix-timestamp", "svix-signature");
    right.extend(headers_of([
        ("webhook-id", "other"),
        ("webhook-timestamp", "1"),
        ("webhook-signature", "v1,"),
    ]));
    let mut wrong = named("webhook-id", "webhook-timestamp", "webhook-signature");
    wrong.extend(headers_of([("svix-id", "other"), ("svix-timestamp", TIME), ("svix-signature", SIGNATURE)]));

    assert_eq!(verify(&right, BODY).unwrap().id, ID);
    assert_eq!(refused(verify(&wrong, BODY)), NoMatchingSignature);
}

#[test]
fn a_mix_of_the_two_sets_is_refused() {
    for [id, timestamp, signature] in [
        ["svix-id", "svix-timestamp", "webhook-signature"],
        ["svix-id", "webhook-timestamp", "svix-signature"],
        ["svix-id", "webhook-timestamp", "webhook-signature"],
        ["webhook-id", "svix-timestamp", "svix-signature"],
        ["webhook-id", "svix-timestamp", "webhook-signature"],
        ["webhook-id", "webhook-timestamp", "svix-signature"],
    ] {
        assert_eq!(
            refused(verify(&named(id, timestamp, signature), BODY)),
            MissingHeader,
            "{id} {timestamp}"
        );
    }
    // All of one set, and a part of the other that would win.
    for (name, value) in
        [("svix-id", ID), ("svix-timestamp", TIME), ("svix-signature", SIGNATURE), ("svix-id", "")]
    {
        let mut headers = named("webhook-id", "webhook-timestamp", "webhook-signature");
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        assert_eq!(refused(verify(&headers, BODY)), MissingHeader, "{name}");
    }
}

#[test]
fn a_request_without_any_header_misses_the_ones_that_clerk_sends() {
    let text = verify(&HeaderMap::new(), BODY).unwrap_err().to_string();

    assert!(text.contains("the header svix-id is missing"), "{text}");
}

#[test]
fn each_header_has_to_be_there() {
    for set in ["svix", "webhook"] {
        let all = named(&format!("{set}-id"), &format!("{set}-timestamp"), &format!("{set}-signature"));
        for name in ["id", "timestamp", "signature"].map(|name| format!("{set}-{name}")) {
            let mut without = all.clone();
            without.remove(name.as_str());
            let mut empty = all.clone();
            empty.insert(clerk_sdk::http::HeaderName::try_from(&name).unwrap(), HeaderValue::from_static(""));

            for headers in [without, empty] {
                let error = verify(&headers, BODY).unwrap_err();
                assert_eq!(error.reason(), MissingHeader);
                assert!(error.to_string().contains(&name), "{error}");
            }
        }
    }
    assert_eq!(refused(verify(&HeaderMap::new(), BODY)), MissingHeader);
}

#[test]
fn a_header_that_is_there_twice_is_refused() {
    for (name, value) in [("svix-id", ID), ("svix-timestamp", TIME), ("svix-signature", SIGNATURE)] {
        let mut headers = good();
        headers.append(name, HeaderValue::from_static(value));
        assert_eq!(refused(verify(&headers, BODY)), InvalidHeader, "{name}");
    }
}

#[test]
fn a_header_that_is_no_ascii_is_refused() {
    for name in ["svix-id", "svix-timestamp", "svix-signature"] {
        let mut headers = good();
        headers.insert(name, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        assert_eq!(refused(verify(&headers, BODY)), InvalidHeader, "{name}");
    }
}

#[test]
fn headers_and_time_are_verified_without_the_body() {
    let with = |name: &'static str, value: &str| {
        let mut headers = good();
        headers.insert(name, value.parse().unwrap());
        headers
    };
    let mut twice = good();
    twice.append("svix-id", "msg_2".parse().unwrap());
    for (headers, reason) in [
        (HeaderMap::new(), "missing-header"),
        (twice, "invalid-header"),
        (with("svix-timestamp", "x"), "invalid-header"),
        (with("svix-timestamp", &(NOW - 301).to_string()), "timestamp-too-old"),
        (with("svix-timestamp", &(NOW + 301).to_string()), "timestamp-too-new"),
    ] {
        let error = webhook_at(SECRET, NOW).check_headers(&headers).unwrap_err();
        assert_eq!(error.reason().as_str(), reason);
        assert_eq!(refused(verify(&headers, BODY)), error.reason());
    }
}

#[test]
fn two_steps_accept_and_reject_the_same_bodies_as_one() {
    let (webhook, headers) = (webhook_at(SECRET, NOW), good());
    let checked = webhook.check_headers(&headers).unwrap();

    assert_eq!(checked.verify_delivery(BODY).unwrap().id, ID);
    assert_eq!(checked.verify(BODY).unwrap().kind(), "user.created");
    assert_eq!(checked.verify(b"{}").unwrap_err().reason().as_str(), "no-matching-signature");
}
