//! Where in a request the token is.

use std::sync::LazyLock;

use clerk_sdk::auth::{Authenticator, TokenType};
use clerk_sdk::http::HeaderMap;
use serde_json::json;

use super::tokens::{NOW, now};
use super::{Outcome, contains, header_lines, replaced, wait};
use crate::canned::Canned;
use crate::tokens::Signer;

/// A good token, the same in each run.
static TOKEN: LazyLock<String> = LazyLock::new(|| {
    let claims = json!({"azp": "https://app.example.com", "exp": NOW + 60, "iat": NOW, "nbf": NOW,
                        "sid": "sess_1", "sub": "user_1", "v": 2});
    Signer::ed25519().session(&claims)
});

/// Accepts everything, and is told of everything opaque that it does not exist.
static AUTHENTICATOR: LazyLock<Authenticator> = LazyLock::new(|| {
    let canned = Canned::default();
    canned.answer(404, "{}");
    let clerk = canned.client().expect("a client");
    let builder = clerk.authenticator().jwt_key(Signer::ed25519().pem()).accepts(TokenType::ALL);
    let builder = builder.publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k").clock(now);
    builder.cache_tokens(50).build().expect("an authenticator")
});

pub(super) fn headers(input: &[u8]) -> Outcome {
    let Some(headers) = header_lines(&replaced(input, "{token}", &TOKEN)) else { return Outcome::Impossible };

    let state = wait(AUTHENTICATOR.authenticate(&headers));

    let printed = format!("{state:?}");
    assert!(!printed.contains(&TOKEN[..40]), "{printed}");
    let expected = carries_the_token(&headers);
    assert_eq!(state.is_signed_in(), expected, "{headers:?}: {printed}");
    if expected { Outcome::Accepted } else { Outcome::Refused }
}

/// Returns whether the credential of a request is the token, by a reading that shares nothing with the SDK's: the only
/// `Authorization`, if it is of the scheme Bearer or looks like a token; then the cookie with the suffix, then the one
/// without, of each the first.
fn carries_the_token(headers: &HeaderMap) -> bool {
    let token = TOKEN.as_bytes();
    if headers.get_all("authorization").iter().count() > 1 {
        return false;
    }
    if let Some(value) = headers.get("authorization") {
        let value = value.as_bytes().trim_ascii();
        let words: Vec<&[u8]> = value.splitn(2, |byte| *byte == b' ').collect();
        match words[..] {
            [scheme, rest] if scheme.eq_ignore_ascii_case(b"bearer") => return rest.trim_ascii() == token,
            [alone] if ["mt_", "ak_", "oat_"].iter().any(|prefix| alone.starts_with(prefix.as_bytes())) => {
                return false;
            }
            [alone] if is_jwt(alone) => return alone == token,
            _ => {}
        }
    }
    let cookies =
        headers.get_all("cookie").iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    let cookies: Vec<(&[u8], &[u8])> = cookies
        .filter(|cookie| contains(cookie, b"="))
        .map(|cookie| super::split(cookie, b"="))
        .map(|(name, value)| (name.trim_ascii(), unquoted(value.trim_ascii())))
        .collect();
    let first = |name: &[u8]| cookies.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let found = ["__session_l2OS3d9k", "__session"].into_iter().filter_map(|name| first(name.as_bytes()));
    found.filter(|value| !value.is_empty()).map(|value| value == token).next().unwrap_or(false)
}

fn is_jwt(value: &[u8]) -> bool {
    let segments: Vec<&[u8]> = value.split(|byte| *byte == b'.').collect();
    let good = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    segments.len() == 3 && segments.iter().all(|segment| !segment.is_empty() && segment.iter().all(good))
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        other => other,
    }
}
