//! Parts of messages: what a token or a request was seen to have, and what is configured. They are for logs.
//!
//! No part contains a token or another secret. Texts that are not verified are shown only if they are short and made of
//! the characters that names have.

use super::carrier::{RequestHeaders, SESSION, cookies};

/// The most elements of a list that are shown.
const SHOWN: usize = 5;
/// The longest verified text that is shown whole, in characters.
const LONGEST: usize = 128;

/// Returns a list in quotes, up to the number that is shown.
pub(super) fn list<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let mut texts = texts.into_iter();
    let shown: Vec<String> = texts.by_ref().take(SHOWN).map(|text| quoted(text.as_ref())).collect();
    match texts.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns a verified or configured text in quotes, cut off if it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Returns a text of an unverified header in quotes if it looks like a name, else its length.
pub(super) fn unverified(text: &str) -> String {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/');
    if (1..=64).contains(&text.len()) && text.bytes().all(name) {
        format!("{text:?}")
    } else {
        format!("a text of {} bytes", text.len())
    }
}

/// Returns why no token was found in a request: the scheme of its header, names and numbers of its cookies.
pub(super) fn no_token(
    request: &impl RequestHeaders,
    authorization: Option<&[u8]>,
    suffixed: Option<&str>,
    reads_cookies: bool,
) -> String {
    let header = authorization.map_or("there is no Authorization header".into(), authorization_header);
    format!("the request has no token: {header}, and {}", session_cookies(request, suffixed, reads_cookies))
}

/// Describes an `Authorization` header that has no token.
fn authorization_header(value: &[u8]) -> String {
    let value = value.trim_ascii();
    if value.is_empty() {
        return "the Authorization header is empty".into();
    }
    let is_bearer = |word: &[u8]| word.eq_ignore_ascii_case(b"bearer");
    let Some(space) = value.iter().position(|byte| *byte == b' ') else {
        return match value.strip_suffix(b":").unwrap_or(value) {
            word if is_bearer(word) => "the Authorization header has `Bearer` and no token".into(),
            _ => format!(
                "the Authorization header has no scheme, and {} bytes that do not have the form of a token",
                value.len()
            ),
        };
    };
    let scheme = &value[..space];
    if scheme.strip_suffix(b":").is_some_and(is_bearer) {
        return "the Authorization header has `Bearer:`, and `Bearer` without the colon is expected".into();
    }
    match std::str::from_utf8(scheme) {
        Ok(word) if word.len() <= 12 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            format!("the Authorization header has the scheme `{word}`, and `Bearer` is expected")
        }
        _ => "the Authorization header has an unknown scheme, and `Bearer` is expected".into(),
    }
}

/// Describes the cookies of a request that has no session cookie.
fn session_cookies(request: &impl RequestHeaders, suffixed: Option<&str>, are_read: bool) -> String {
    let own = |name: &[u8]| name == SESSION.as_bytes() || Some(name) == suffixed.map(str::as_bytes);
    let (mut number, mut empty, mut others) = (0_usize, None, Vec::new());
    for (name, _) in cookies(request) {
        number += 1;
        match std::str::from_utf8(name) {
            Ok(name) if own(name.as_bytes()) => empty = Some(name),
            Ok(name) if is_of_an_instance(name) => others.push(name),
            _ => {}
        }
    }
    if !are_read {
        return "cookies are not read, since session tokens are not accepted".into();
    }
    match (empty, others.is_empty(), suffixed) {
        (Some(name), ..) => format!("the cookie `{name}` is empty"),
        (None, true, _) if number == 0 => "there is no cookie".into(),
        (None, true, _) => format!("none of its cookies ({number}) is a session cookie"),
        (None, false, Some(expected)) => format!(
            "its session cookies {} are those of other publishable keys; `{expected}` is expected",
            list(others)
        ),
        (None, false, None) => format!(
            "its session cookies {} need the publishable key of their instance, which is not configured",
            list(others)
        ),
    }
}

/// Returns whether a cookie is named like the session cookie of some instance.
fn is_of_an_instance(name: &str) -> bool {
    let suffix = name.strip_prefix(SESSION).and_then(|rest| rest.strip_prefix('_'));
    suffix.is_some_and(|suffix| {
        suffix.len() == 8
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}
