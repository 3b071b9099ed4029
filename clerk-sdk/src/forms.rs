//! Known forms of settings. A value that cannot work is rejected when it is set; the message names the setting and what the
//! value looks like, and does not repeat secrets.

#[cfg(feature = "auth")]
use base64::Engine as _;
#[cfg(feature = "auth")]
use base64::engine::DecodePaddingMode;
#[cfg(feature = "auth")]
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
#[cfg(feature = "auth")]
use url::{Host, Url};

#[cfg(feature = "auth")]
use crate::config::is_loopback;

/// Publishable keys come with and without padding.
#[cfg(feature = "auth")]
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Returns what a value looks like if it is unusable for any setting: empty, in quotes, or a placeholder.
fn unusable(value: &str) -> Option<&'static str> {
    if value.trim().is_empty() {
        return Some("is empty");
    }
    if value.trim().starts_with(['"', '\'', '`']) {
        return Some("is in quotes, which are not part of it; remove them");
    }
    if value.contains("${") || value.contains("{{") || value.starts_with(['$', '<']) {
        return Some("is a placeholder that was not replaced");
    }
    if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("contains spaces, line breaks or control characters");
    }
    None
}

/// Returns what a text is if it is a credential of a known form.
fn credential(value: &str) -> Option<&'static str> {
    let forms = [
        ("pk_test_", "a publishable key (pk_…)"),
        ("pk_live_", "a publishable key (pk_…)"),
        ("sk_test_", "the secret key of an instance (sk_…)"),
        ("sk_live_", "the secret key of an instance (sk_…)"),
        ("whsec_", "the signing secret of a webhook (whsec_…)"),
        ("mch_", "the id of a machine (mch_…)"),
        ("ins_", "the id of an instance (ins_…)"),
    ];
    let form = forms.into_iter().find(|(prefix, _)| value.starts_with(prefix)).map(|(_, form)| form);
    let is_token = || value.starts_with("eyJ") && value.matches('.').count() == 2;
    form.or_else(|| is_token().then_some("a token (JWT)"))
}

/// Checks a key that requests are sent with: that of an instance or of a machine. `what` names it.
pub(crate) fn secret_key(key: &str, what: &str) -> Result<(), String> {
    if let Some(problem) = unusable(key) {
        return Err(format!("{what} {problem}"));
    }
    match credential(key) {
        Some(form) if !key.starts_with("sk_") => Err(format!(
            "{what} is {form}; the Backend API needs the secret key of the instance (sk_…), or of a machine (ak_…)"
        )),
        _ if key.starts_with("pk_") => Err(format!(
            "{what} is a publishable key (pk_…); the Backend API needs the secret key of the instance (sk_…)"
        )),
        _ if ["sk_test_", "sk_live_"].contains(&key) => Err(format!("{what} is cut off after {key}")),
        _ if !key.is_ascii() => Err(format!("{what} contains characters that no key has")),
        _ => Ok(()),
    }
}

/// Checks the secret key of a machine.
pub(crate) fn machine_key(key: &str, what: &str) -> Result<(), String> {
    secret_key(key, what)?;
    match credential(key) {
        Some(form) => Err(format!("{what} is {form}; the secret key of a machine (ak_…) is needed")),
        None => Ok(()),
    }
}

/// Checks a publishable key: `pk_test_` or `pk_live_`, and a host with `$` at its end in base64.
#[cfg(feature = "auth")]
pub(crate) fn publishable_key(key: &str, what: &str) -> Result<(), String> {
    frontend_api(key, what).map(drop)
}

/// Returns the URL of the Frontend API that a publishable key names: `https`, or `http` on this machine.
#[cfg(feature = "auth")]
pub(crate) fn frontend_api(key: &str, what: &str) -> Result<String, String> {
    if let Some(problem) = unusable(key) {
        return Err(format!("{what} {problem}"));
    }
    let Some(encoded) = key.strip_prefix("pk_test_").or_else(|| key.strip_prefix("pk_live_")) else {
        let found = credential(key).map(|form| format!("is {form}, and ")).unwrap_or_default();
        return Err(format!("{what} {found}does not begin with pk_test_ or pk_live_"));
    };
    let decoded = BASE64.decode(encoded).ok().and_then(|host| String::from_utf8(host).ok());
    let host = decoded.as_deref().and_then(|host| host.strip_suffix('$'));
    match host {
        Some(host) if is_host(host) => {
            let local = Url::parse(&format!("https://{host}"))
                .is_ok_and(|url| url.host_str().is_some_and(is_loopback));
            Ok(format!("{}://{host}", if local { "http" } else { "https" }))
        }
        _ => Err(format!(
            "{what} is not complete: after its prefix it has no host in base64; copy it from the API keys page of Clerk's \
             dashboard"
        )),
    }
}

/// Returns whether a text is a host, with or without a port.
#[cfg(feature = "auth")]
fn is_host(text: &str) -> bool {
    Url::parse(&format!("https://{text}")).is_ok_and(|url| {
        let authority = url.as_str().strip_prefix("https://").and_then(|rest| rest.strip_suffix('/'));
        authority == Some(text) && url.username().is_empty()
    })
}

/// Checks an origin that `azp` may be: scheme, host and port.
#[cfg(feature = "auth")]
pub(crate) fn authorized_party(party: &str) -> Result<(), String> {
    let rejected = |reason: &str| {
        Err(format!(
            "the authorized party {party:?} {reason}; an authorized party is an origin, such as https://app.example.com"
        ))
    };
    if let Some(problem) = unusable(party) {
        return rejected(problem);
    }
    if party.contains(',') {
        return rejected("is a list; pass one text for each origin");
    }
    if party.contains('*') {
        return rejected("has a wildcard; list each origin");
    }
    let Ok(url) = Url::parse(party) else { return rejected("is not a URL with a scheme") };
    if !party.contains("://") || url.host().is_none() {
        return rejected("has no host");
    }
    if party.ends_with('/') {
        return rejected("ends in a slash, which no origin has");
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return rejected("has a user name, a query or a fragment");
    }
    if !matches!(url.path(), "" | "/") {
        return rejected("has a path");
    }
    // Browsers write origins in lower case and without the scheme's own port.
    let written = origin(&url);
    if written != party {
        return rejected(&format!("is not how browsers write it: {written}"));
    }
    Ok(())
}

#[cfg(feature = "auth")]
fn origin(url: &Url) -> String {
    let host = match url.host() {
        Some(Host::Domain(domain)) => domain.to_ascii_lowercase(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => format!("[{address}]"),
        None => String::new(),
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}", url.scheme())
}

/// Checks an issuer: the URL of the instance's Frontend API, which may have a path behind a proxy.
#[cfg(feature = "auth")]
pub(crate) fn issuer(issuer: &str) -> Result<(), String> {
    let rejected = |reason: &str| {
        Err(format!("the issuer {issuer:?} {reason}; an issuer is a URL, such as https://clerk.example.com"))
    };
    if let Some(problem) = unusable(issuer) {
        return rejected(problem);
    }
    if issuer.ends_with('/') {
        return rejected("ends in a slash, which no token's `iss` does");
    }
    if issuer.contains(',') || issuer.contains('*') {
        return rejected("is a list or has a wildcard; call `issuer` once for each");
    }
    match Url::parse(issuer) {
        Ok(url) if url.host().is_some() => Ok(()),
        _ => rejected("is not a URL with a scheme and a host"),
    }
}

/// Returns the URL of an issuer's JWKS.
#[cfg(feature = "auth")]
pub(crate) fn issuer_jwks(text: &str) -> Result<Url, String> {
    issuer(text)?;
    if text.contains(['?', '#']) {
        return Err(
            "the issuer has a query or a fragment; an issuer is a URL, such as https://clerk.example.com"
                .into(),
        );
    }
    jwks_url(&format!("{text}/.well-known/jwks.json"), "the issuer")
}

/// Checks a URL that keys are fetched from without a credential. The message does not repeat it.
#[cfg(feature = "auth")]
pub(crate) fn jwks_url(text: &str, what: &str) -> Result<Url, String> {
    if let Some(problem) = unusable(text) {
        return Err(format!("{what} {problem}"));
    }
    let url = Url::parse(text).map_err(|error| format!("{what} is not an absolute URL: {error}"))?;
    match url.scheme() {
        "https" => {}
        "http" if url.host_str().is_some_and(is_loopback) => {}
        "http" => {
            return Err(format!("{what} is plain http, by which keys can be replaced on the way; use https"));
        }
        _ => return Err(format!("the scheme of {what} is not https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{what} contains a user name or password; keys are fetched without credentials"));
    }
    if url.fragment().is_some() {
        return Err(format!("{what} contains a fragment"));
    }
    Ok(url)
}

/// Checks a URL that clients of OAuth are told: of a resource, or of an authorization server.
#[cfg(feature = "tower")]
pub(crate) fn resource_url(text: &str, what: &str) -> Result<Url, String> {
    if let Some(problem) = unusable(text) {
        return Err(format!("{what} {problem}"));
    }
    let url = Url::parse(text).map_err(|error| format!("{what} is not an absolute URL: {error}"))?;
    let local = url.host_str().is_some_and(is_loopback);
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        _ => return Err(format!("the scheme of {what} is not https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{what} contains a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{what} contains a query or a fragment"));
    }
    Ok(url)
}

/// Checks the signing secret of a webhook, apart from its base64.
#[cfg(feature = "webhooks")]
pub(crate) fn webhook_secret(secret: &str) -> Result<(), String> {
    if let Some(problem) = unusable(secret) {
        return Err(problem.to_owned());
    }
    match credential(secret) {
        Some(form) if !secret.starts_with("whsec_") => Err(format!("is {form}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2lnbmF0dXJl";

    fn message(result: Result<(), String>) -> String {
        result.err().unwrap_or_else(|| "accepted".to_owned())
    }

    #[test]
    fn a_secret_key_of_a_wrong_form_is_rejected_by_name_and_not_repeated() {
        for (key, seen) in [
            ("", "empty"),
            ("\"sk_test_SECRET\"", "quotes"),
            ("'sk_test_SECRET'", "quotes"),
            ("${CLERK_SECRET_KEY}", "placeholder"),
            ("$CLERK_SECRET_KEY", "placeholder"),
            ("sk_test_${SECRET}", "placeholder"),
            ("{{SECRET}}", "placeholder"),
            ("<your-SECRET-key>", "placeholder"),
            ("sk_test_SECRET\n", "line breaks"),
            ("sk_test_SEC RET", "spaces"),
            ("pk_test_SECRET", "publishable key"),
            ("pk_SECRET", "publishable key"),
            ("whsec_SECRET", "signing secret"),
            ("mch_SECRET", "id of a machine"),
            (TOKEN, "token (JWT)"),
            ("sk_test_", "cut off"),
            ("sk_SECRÉT", "characters"),
        ] {
            for check in [secret_key, machine_key] {
                let message = message(check(key, "CLERK_KEY"));
                assert!(message.starts_with("CLERK_KEY ") && message.contains(seen), "{key}: {message}");
                assert!(!message.contains("SECR") && !message.contains("eyJ"), "{message}");
            }
        }
        for key in ["sk_test_x", "sk_live_x", "ak_x", "anything"] {
            assert_eq!(secret_key(key, "the key"), Ok(()), "{key}");
        }
    }

    #[test]
    fn a_machine_key_is_not_the_key_of_an_instance() {
        assert_eq!(machine_key("ak_x", "the key"), Ok(()));
        for key in ["sk_test_x", "sk_live_x"] {
            let message = message(machine_key(key, "the key"));
            assert!(message.contains("secret key of an instance") && message.contains("ak_"), "{message}");
        }
    }

    #[cfg(feature = "auth")]
    #[test]
    fn a_publishable_key_has_a_host_with_a_dollar_sign_in_base64() {
        for key in [
            "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
            "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
            // `a.bc$`, with and without padding.
            "pk_test_YS5iYyQ=",
            "pk_test_YS5iYyQ",
            // `localhost:3000$`
            "pk_test_bG9jYWxob3N0OjMwMDAk",
        ] {
            assert_eq!(publishable_key(key, "the key"), Ok(()), "{key}");
        }
        for (key, seen) in [
            ("", "empty"),
            ("\"pk_test_Y2xlcmsuZXhhbXBsZS5jb20k\"", "quotes"),
            ("${PUBLISHABLE}", "placeholder"),
            ("sk_test_x", "secret key of an instance"),
            ("Y2xlcmsuZXhhbXBsZS5jb20k", "does not begin with pk_test_"),
            ("pk_prod_Y2xlcmsuZXhhbXBsZS5jb20k", "does not begin with pk_test_"),
            ("pk_test_", "not complete"),
            ("pk_test_x", "not complete"),
            ("pk_test_!!!!", "not complete"),
            // `clerk.example.com`, without the `$`.
            ("pk_test_Y2xlcmsuZXhhbXBsZS5jb20=", "not complete"),
            ("pk_test_Y2xlcmsuZXhhbXBsZS5jb", "not complete"),
            // `a/b$`, `u@h$` and `$`.
            ("pk_test_YS9iJA==", "not complete"),
            ("pk_test_dUBoJA==", "not complete"),
            ("pk_test_JA==", "not complete"),
        ] {
            let message = message(publishable_key(key, "the key"));
            assert!(message.starts_with("the key ") && message.contains(seen), "{key}: {message}");
        }
    }

    #[cfg(feature = "auth")]
    #[test]
    fn an_authorized_party_is_an_origin_as_browsers_write_it() {
        for party in [
            "https://app.example.com",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "https://xn--bcher-kva.example",
            "chrome-extension://abcdefghijklmnop",
            "capacitor://localhost",
        ] {
            assert_eq!(authorized_party(party), Ok(()), "{party}");
        }
        for (party, seen) in [
            ("", "is empty"),
            (" ", "is empty"),
            ("https://app.example.com/", "ends in a slash"),
            ("https://app.example.com/app", "has a path"),
            ("https://app.example.com?x", "a query"),
            ("https://app.example.com#x", "a fragment"),
            ("https://u@app.example.com", "user name"),
            ("https://*.example.com", "wildcard"),
            ("*", "wildcard"),
            ("https://a.example,https://b.example", "is a list"),
            ("https://a.example https://b.example", "spaces"),
            ("https://a.example\n", "line breaks"),
            ("'https://a.example'", "quotes"),
            ("${ORIGIN}", "placeholder"),
            ("app.example.com", "not a URL"),
            ("localhost:3000", "has no host"),
            ("HTTPS://App.example.com", "browsers write it: https://app.example.com"),
            ("https://app.example.com:443", "browsers write it: https://app.example.com"),
        ] {
            let message = message(authorized_party(party));
            assert!(message.contains("authorized party") && message.contains(seen), "{party}: {message}");
        }
    }

    #[cfg(feature = "auth")]
    #[test]
    fn an_issuer_is_a_url_without_a_slash_at_its_end() {
        for text in ["https://clerk.example.com", "https://example.com/__clerk", "http://127.0.0.1:4010"] {
            assert_eq!(issuer(text), Ok(()), "{text}");
        }
        for (text, seen) in [
            ("", "is empty"),
            ("https://clerk.example.com/", "ends in a slash"),
            ("https://example.com/__clerk/", "ends in a slash"),
            ("clerk.example.com", "not a URL"),
            ("https://a.example,https://b.example", "is a list"),
            ("https://*.example.com", "wildcard"),
            ("\"https://clerk.example.com\"", "quotes"),
            ("${ISSUER}", "placeholder"),
        ] {
            let message = message(issuer(text));
            assert!(message.contains("the issuer") && message.contains(seen), "{text}: {message}");
        }
    }
}
