//! Where in a request the token is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use http::HeaderMap;

use super::provider::sha1;
use super::seen;

/// A request, as far as its headers go: `http::HeaderMap`, `http::Request`, `http::request::Parts`.
///
/// Implement it for the requests of other frameworks.
pub trait RequestHeaders {
    /// The values of a header in their order. `name` is in lower case.
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]>;
}

impl RequestHeaders for HeaderMap {
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.get_all(name).into_iter().map(http::HeaderValue::as_bytes)
    }
}

impl<B> RequestHeaders for http::Request<B> {
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers().header_values(name)
    }
}

impl RequestHeaders for http::request::Parts {
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.header_values(name)
    }
}

impl<R: RequestHeaders + ?Sized> RequestHeaders for &R {
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        (**self).header_values(name)
    }
}

/// What a request carries.
pub(super) enum Carried {
    /// No token, and why.
    Nothing(String),
    /// A bare token without characters.
    Empty,
    /// More than one `Authorization` header: proxies and frameworks disagree on which of them counts.
    Ambiguous,
    /// In the `Authorization` header.
    InHeader(String),
    InCookie(String),
}

impl Carried {
    /// Takes a token that came without headers for one from the `Authorization` header.
    pub(super) fn bare(token: &str) -> Self {
        match token.trim_ascii() {
            "" => Self::Empty,
            token => Self::InHeader(token.to_owned()),
        }
    }
}

/// The prefixes of opaque credentials, and of nothing else.
pub(super) const MACHINE_TO_MACHINE: &str = "mt_";
pub(super) const API_KEY: &str = "ak_";
pub(super) const OAUTH: &str = "oat_";

pub(super) const SESSION: &str = "__session";

/// What the session cookie of an instance is called: Clerk adds a suffix made from the publishable key, so that two
/// instances under one domain do not disturb each other.
pub(super) fn suffixed_cookie(publishable_key: &str) -> String {
    let mut name = URL_SAFE.encode(sha1(publishable_key.as_bytes()));
    name.truncate(8);
    format!("{SESSION}_{name}")
}

/// The header goes before the cookies, the cookie with the suffix before the one without.
pub(super) fn find(request: &impl RequestHeaders, suffixed: Option<&str>, cookies: bool) -> Carried {
    let mut headers = request.header_values("authorization");
    let first = headers.next();
    if headers.next().is_some() {
        return Carried::Ambiguous;
    }
    if let Some(token) = first.and_then(authorization) {
        return Carried::InHeader(text(token));
    }
    let cookie = |name| cookie(request, name).filter(|value| cookies && !value.is_empty());
    match suffixed.and_then(cookie).or_else(|| cookie(SESSION)) {
        Some(token) => Carried::InCookie(text(token)),
        None => Carried::Nothing(seen::no_token(request, first, suffixed, cookies)),
    }
}

/// No token has characters that are not ASCII; what has some stays recognizable as no token.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The token in the value of an `Authorization` header: after `Bearer`, or alone if it looks like one.
fn authorization(value: &[u8]) -> Option<&[u8]> {
    let value = value.trim_ascii();
    match value.iter().position(|byte| *byte == b' ') {
        Some(space) => {
            let (scheme, token) = value.split_at(space);
            scheme.eq_ignore_ascii_case(b"bearer").then(|| token.trim_ascii())
        }
        None => looks_like_token(value).then_some(value),
    }
}

fn looks_like_token(value: &[u8]) -> bool {
    let prefixes = [MACHINE_TO_MACHINE, API_KEY, OAUTH];
    prefixes.iter().any(|prefix| value.starts_with(prefix.as_bytes())) || has_jwt_shape(value)
}

fn has_jwt_shape(value: &[u8]) -> bool {
    let base64url = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut segments = value.split(|byte| *byte == b'.');
    segments.clone().count() == 3 && segments.all(|part| !part.is_empty() && part.iter().all(base64url))
}

/// The first cookie of this name.
fn cookie<'a>(request: &'a impl RequestHeaders, name: &str) -> Option<&'a [u8]> {
    let (_, value) = cookies(request).find(|(own, _)| *own == name.as_bytes())?;
    let unquoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
    Some(unquoted.unwrap_or(value))
}

/// Returns the names and values of all cookies.
pub(super) fn cookies(request: &impl RequestHeaders) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pairs = request.header_values("cookie").flat_map(|value| value.split(|byte| *byte == b';'));
    pairs.filter_map(|pair| {
        let (name, value) = pair.split_at(pair.iter().position(|byte| *byte == b'=')?);
        Some((name.trim_ascii(), value[1..].trim_ascii()))
    })
}
