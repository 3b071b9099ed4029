//! What is a secret by the look of it, or by its name: keys, tokens, tickets. For what nobody has marked, such as what a
//! server says about a call.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

/// Does not compile where a type has `==`: how long that takes tells how much of a guess is right. Secrets are compared
/// with `subtle`.
macro_rules! never_compared {
    ($type:ty) => {
        const _: fn() = || {
            trait Ambiguous<Marker> {
                fn one() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            struct Comparable;
            impl<T: ?Sized + PartialEq> Ambiguous<Comparable> for T {}
            let _ = <$type as Ambiguous<_>>::one;
        };
    };
}
pub(crate) use never_compared;

/// Stands where a secret would be.
pub(crate) const REDACTED: &str = "[redacted]";

/// Whether a text is, or carries, a key or a token, whatever its field is called.
fn holds_secret(text: &str) -> bool {
    text.contains("-----BEGIN ") || text.split(separates).any(is_secret)
}

/// A text with each word that is, or carries, a key or a token replaced.
pub(crate) fn without_secrets(text: &str) -> Cow<'_, str> {
    if !holds_secret(text) {
        return text.into();
    }
    if text.contains("-----BEGIN ") {
        return REDACTED.into();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(separates) {
        let end = word.trim_end_matches(separates).len();
        let (word, separator) = word.split_at(end);
        out.push_str(if is_secret(word) { REDACTED } else { word });
        out.push_str(separator);
    }
    out.into()
}

fn separates(c: char) -> bool {
    c.is_whitespace() || "\"'`<>()[]{},;&?".contains(c)
}

fn is_secret(word: &str) -> bool {
    // Whatever stands before it, nothing else looks like this.
    const ANYWHERE: [&str; 5] = ["sk_test_", "sk_live_", "whsec_", "ticket=", "token="];
    // In the middle of a name these are none: `break_time`.
    const BEGINNINGS: [&str; 4] = ["ak_", "mt_", "oat_", "eyJ"];
    let begins = |mark: &&str| {
        word.match_indices(mark)
            .any(|(at, _)| !word[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
    };
    ANYWHERE.iter().any(|mark| word.contains(mark)) || BEGINNINGS.iter().any(begins)
}

/// An object of which `Debug` shows nothing that is secret by its name or by the look of it.
#[cfg(feature = "mock")]
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Redacted(pub(crate) Map<String, Value>);

#[cfg(feature = "mock")]
impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_redacted(&self.0, f)
    }
}

/// What `Debug` shows of an object without its secrets.
pub(crate) fn show_redacted(object: &Map<String, Value>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = Value::Object(object.clone());
    redact(&mut shown);
    match shown {
        Value::Object(shown) => fmt::Debug::fmt(&shown, f),
        other => fmt::Debug::fmt(&other, f),
    }
}

/// Replaces what is secret in JSON by its name or by the look of it.
pub(crate) fn redact(value: &mut Value) {
    redact_in(value, false);
}

fn redact_in(value: &mut Value, secret: bool) {
    match value {
        // Whether there is a password is no secret.
        Value::Null | Value::Bool(_) => {}
        Value::Object(object) if !secret => {
            let is_error = object.contains_key("message");
            for (key, value) in object.iter_mut() {
                redact_in(value, is_sensitive(key) && !(is_error && key == "code"));
            }
        }
        Value::Array(items) if !secret => items.iter_mut().for_each(|item| redact_in(item, false)),
        Value::String(text) if !secret && !holds_secret(text) => {}
        Value::Number(_) if !secret => {}
        secret => *secret = REDACTED.into(),
    }
}

/// Whether a field of this name may hold what grants access to something, or what somebody entrusted to Clerk.
fn is_sensitive(key: &str) -> bool {
    const PARTS: [&str; 14] = [
        "token",
        "secret",
        "password",
        "jwt",
        "backup_code",
        "signing_key",
        "private",
        "ticket",
        "authorization",
        "cookie",
        "credential",
        "digest",
        "totp",
        "metadata",
    ];
    const WHOLE: [&str; 14] =
        ["code", "codes", "key", "pem", "d", "p", "q", "dp", "dq", "qi", "k", "oth", "otp", "nonce"];
    let key = key.to_ascii_lowercase();
    WHOLE.contains(&key.as_str()) || PARTS.iter().any(|part| key.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tokens_and_tickets_are_gone_and_the_rest_of_the_text_stays() {
        for (text, expected) in [
            ("The key sk_test_abc, is wrong.", "The key [redacted], is wrong."),
            ("`ak_x`/whsec_a+b/c=", "`[redacted]`[redacted]"),
            ("at https://a.example/v1?__clerk_ticket=x&a=b", "at https://a.example/v1?[redacted]&a=b"),
            ("Bearer eyJh.eyJi.c", "Bearer [redacted]"),
            ("key:sk_live_x", "[redacted]"),
            ("The keysk_test_abc is wrong.", "The [redacted] is wrong."),
            ("a\n-----BEGIN PRIVATE KEY-----\nx", "[redacted]"),
        ] {
            assert!(holds_secret(text), "{text}");
            assert_eq!(without_secrets(text), expected);
        }
    }

    #[test]
    fn ordinary_words_are_no_secrets() {
        for text in ["", "form_break_time, the weak_password", "GeyJ", "user_1 is é", "a token, a ticket"] {
            assert!(!holds_secret(text), "{text}");
            assert_eq!(without_secrets(text), text);
        }
    }
}
