//! How old a delivery may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use clerk_sdk::webhooks::Webhook;
use clerk_sdk::webhooks::WebhookErrorReason::{InvalidHeader, TimestampTooNew, TimestampTooOld};

use crate::{BODY, NOW, SECRET, good, refused, verify, webhook_at};

/// What becomes of a delivery that was signed at `NOW` and arrives then.
fn arriving(now: u64) -> Result<clerk_sdk::webhooks::Delivery, clerk_sdk::webhooks::WebhookError> {
    webhook_at(SECRET, now).verify_delivery(&good(), BODY)
}

#[test]
fn five_minutes_both_ways_are_accepted_and_not_a_second_more() {
    for accepted in [NOW - 300, NOW - 299, NOW, NOW + 299, NOW + 300] {
        assert!(arriving(accepted).is_ok(), "{accepted}");
    }
    for old in [NOW + 301, NOW + 3600, u64::from(u32::MAX)] {
        assert_eq!(refused(arriving(old)), TimestampTooOld, "{old}");
    }
    for new in [NOW - 301, NOW - 3600, 0] {
        assert_eq!(refused(arriving(new)), TimestampTooNew, "{new}");
    }
}

#[test]
fn a_time_that_is_not_made_of_digits_alone_is_refused() {
    for time in [
        "+1614265330",
        "-1614265330",
        "1614265330.0",
        "1614265330,0",
        "1614265330 ",
        " 1614265330",
        "1_614_265_330",
        "1.614265330e9",
        "0x6037b8b2",
        "161426533O",
        "NaN",
        "now",
        "2021-02-25T15:02:10Z",
    ] {
        let mut headers = good();
        headers.insert("svix-timestamp", time.parse().unwrap());
        assert_eq!(refused(verify(&headers, BODY)), InvalidHeader, "{time:?}");
    }
}

#[test]
fn times_that_no_integer_holds_lie_in_the_future() {
    for time in ["18446744073709551615", "18446744073709551616", &"9".repeat(4000)] {
        let mut headers = good();
        headers.insert("svix-timestamp", time.parse().unwrap());
        assert_eq!(refused(verify(&headers, BODY)), TimestampTooNew, "{time}");
    }
}

#[test]
fn the_age_of_a_replay_is_in_the_error() {
    let error = arriving(NOW + 4000).unwrap_err();

    assert!(error.to_string().contains("4000 seconds ago"), "{error}");
}

#[test]
fn the_clock_of_the_system_is_the_default() {
    let webhook = clerk_sdk::webhooks::Webhook::new(SECRET).unwrap();
    let headers = webhook.sign("msg_1", BODY).unwrap();

    assert!(webhook.verify(&headers, BODY).is_ok());
    assert_eq!(refused(webhook.verify_delivery(&good(), BODY)), TimestampTooOld);
}

#[test]
fn headers_that_were_checked_expire_with_their_time() {
    let now = Arc::new(AtomicU64::new(NOW));
    let clock = now.clone();
    let webhook = Webhook::new(SECRET)
        .unwrap()
        .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)));
    let headers = good();
    let checked = webhook.check_headers(&headers).unwrap();

    now.fetch_add(300, Ordering::Relaxed);
    checked.verify_delivery(BODY).unwrap();
    now.fetch_add(1, Ordering::Relaxed);

    assert_eq!(refused(checked.verify_delivery(BODY)), TimestampTooOld);
}
