//! What is a secret by the look of it: keys, tokens, tickets. For texts that nobody has marked, such as what a server
//! says about a call.

use std::borrow::Cow;

/// Stands where a secret would be.
pub(crate) const REDACTED: &str = "[redacted]";

/// Whether a text is, or carries, a key or a token, whatever its field is called.
pub(crate) fn holds_secret(text: &str) -> bool {
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
    const BEGINNINGS: [&str; 7] = ["sk_test_", "sk_live_", "ak_", "mt_", "oat_", "whsec_", "eyJ"];
    // In the middle of a name they are none: `break_time`.
    let begins = |mark: &&str| {
        word.match_indices(mark)
            .any(|(at, _)| !word[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
    };
    BEGINNINGS.iter().any(begins) || word.contains("ticket=") || word.contains("token=")
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
