//! Which secrets there are.

use clerk_sdk::webhooks::{Webhook, WebhookErrorReason};

use crate::{BODY, NOW, SECRET, good, refused, verify, webhook_at};

#[test]
fn the_prefix_may_be_missing() {
    let bare = SECRET.strip_prefix("whsec_").unwrap();

    assert!(webhook_at(bare, NOW).verify(&good(), BODY).is_ok());
}

#[test]
fn what_cannot_be_a_secret_is_found_at_once_and_not_repeated() {
    for secret in [
        "",
        "whsec_",
        " ",
        "whsec_SECRET!",
        "whsec_ SECRETSECRETSECRETSECRETSECRETSE",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS_",
        "sk_test_SECRET",
        "whsec_SECRÉT",
    ] {
        let error = Webhook::new(secret).unwrap_err();
        assert_eq!(error.reason(), WebhookErrorReason::InvalidSecret, "{secret:?}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("SECR") && !text.contains("MfKQ"), "{text}");
    }
}

#[test]
fn a_secret_of_another_form_is_named_for_what_it_is() {
    for (secret, seen) in [
        ("", "is empty"),
        ("\"whsec_SECRET\"", "in quotes"),
        ("${SECRET}", "placeholder"),
        ("whsec_SECRET\n", "line breaks"),
        ("sk_test_SECRET", "the secret key of an instance"),
        ("pk_test_SECRET", "a publishable key"),
        ("whsec_SECRET!", "not base64 after its prefix"),
    ] {
        let text = Webhook::new(secret).unwrap_err().to_string();

        assert!(text.contains("the signing secret") && text.contains(seen), "{text}");
        assert!(!text.contains("SECRET"), "{text}");
    }
}

#[test]
fn another_secret_accepts_nothing() {
    // One bit of the last byte is another.
    let other = webhook_at("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", NOW);

    let reason = refused(other.verify_delivery(&good(), BODY));

    assert_eq!(reason, WebhookErrorReason::NoMatchingSignature);
    assert!(verify(&other.sign("msg_1", BODY).unwrap(), BODY).is_err());
}

#[test]
fn a_secret_is_never_printed() {
    let text = format!("{:?} {:#?}", webhook_at(SECRET, NOW), Webhook::new(SECRET).unwrap());

    assert!(text.contains("[redacted]"), "{text}");
    assert!(!text.contains("MfKQ"), "{text}");
}
