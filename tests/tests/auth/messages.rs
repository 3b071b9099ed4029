//! The messages of errors, which name the value that was seen and the configured one.

use clerk_sdk::auth::{
    AuthError, Authenticator, AuthenticatorBuilder, Reason, TokenType, Verifier, VerifierBuilder,
};
use clerk_sdk::http::{HeaderMap, HeaderName, HeaderValue};
use clerk_tests::tokens::{Signer, jwks};
use serde_json::{Value, json};

use crate::common::{NOW, at, claims, merged, verifier};

const KEY: &str = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";
const COOKIE: &str = "__session_l2OS3d9k";

fn authenticator() -> AuthenticatorBuilder {
    Authenticator::with_pem(Signer::one().pem()).clock(at(NOW))
}

async fn error(builder: AuthenticatorBuilder, name: &str, value: &str) -> AuthError {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    builder.build().unwrap().authenticate(&headers).await.into_auth().unwrap_err()
}

#[tokio::test]
async fn a_request_without_a_token_is_described() {
    for (name, value, seen) in [
        ("x-other", "x", "there is no Authorization header, and there is no cookie"),
        ("authorization", "", "the Authorization header is empty"),
        ("authorization", "Token abc", "has the scheme `Token`, and `Bearer` is expected"),
        ("authorization", "Basic abc", "has the scheme `Basic`, and `Bearer` is expected"),
        ("authorization", "Bearer: abc", "has `Bearer:`, and `Bearer` without the colon is expected"),
        ("authorization", "bearer", "has `Bearer` and no token"),
        ("authorization", "Bearer:", "has `Bearer` and no token"),
        ("authorization", "abc", "has no scheme, and 3 bytes that do not have the form of a token"),
        ("authorization", "a1 b", "has an unknown scheme, and `Bearer` is expected"),
        ("cookie", "__session=", "the cookie `__session` is empty"),
        ("cookie", "a=b; c=d", "none of its cookies (2) is a session cookie"),
        (
            "cookie",
            "__session_AAAAAAAA=x",
            r#"its session cookies "__session_AAAAAAAA" need the publishable key"#,
        ),
    ] {
        let error = error(authenticator(), name, value).await;
        assert_eq!(error.reason(), Reason::SessionTokenMissing, "{name}: {value}");
        assert!(error.message().contains(seen), "{name}: {value}: {error}");
    }
    let other = error(authenticator().publishable_key(KEY), "cookie", "__session_AAAAAAAA=x").await;
    let expected = format!(
        r#"its session cookies "__session_AAAAAAAA" are those of other publishable keys; `{COOKIE}` is expected"#
    );
    assert!(other.message().contains(&expected), "{other}");
    let empty = error(authenticator().publishable_key(KEY), "cookie", &format!("{COOKIE}=")).await;
    assert!(empty.message().contains(&format!("the cookie `{COOKIE}` is empty")), "{empty}");
    let machines = error(authenticator().accepts([TokenType::M2m]), "cookie", "__session=x").await;
    assert!(machines.message().contains("session tokens are not accepted"), "{machines}");
}

#[tokio::test]
async fn a_message_about_a_request_shows_no_credential_in_it() {
    let long = "S".repeat(300);
    for (name, value) in [
        ("authorization", "SECRET"),
        ("authorization", "Basic SECRET"),
        ("authorization", "SECRET-SECRET x"),
        ("authorization", "SECRETSECRETSECRET x"),
        ("authorization", "SECRET: x"),
        ("authorization", "SECRET\t x"),
        ("authorization", "Bearer:SECRET"),
        ("authorization", "Bearer\tSECRET"),
        ("cookie", "__session_SECRETSECRET=x"),
        ("cookie", "__session_SECRET..=x"),
        ("cookie", "__session_AAAAAAAA=SECRET; a=SECRET; SECRET=; SECRET"),
        ("cookie", "__session_=SECRET"),
        ("cookie", &format!("__session_{long}=SECRET")),
    ] {
        for builder in
            [authenticator(), authenticator().publishable_key(KEY), authenticator().accepts([TokenType::M2m])]
        {
            let error = error(builder, name, value).await;
            assert_eq!(error.reason(), Reason::SessionTokenMissing, "{value}");
            assert!(!error.message().contains("SECRET") && error.message().len() < 400, "{value}: {error}");
        }
    }
}

fn rejected(set: fn(VerifierBuilder) -> VerifierBuilder, changes: Value) -> String {
    let token = Signer::one().session(&claims(changes));
    set(verifier()).build().unwrap().verify_now(token).unwrap_err().message().to_owned()
}

#[test]
fn a_claim_that_does_not_match_is_shown_with_the_configuration() {
    let parties =
        |builder: VerifierBuilder| builder.authorized_parties(["https://a.example", "https://b.example"]);
    let issuer = |builder: VerifierBuilder| builder.issuer("https://clerk.a.example");
    let audience = |builder: VerifierBuilder| builder.audience(["api", "jobs"]);
    let many = |builder: VerifierBuilder| builder.audience(('a'..='h').map(String::from));
    let both = r#""https://a.example", "https://b.example""#;
    for (message, shown) in [
        (rejected(parties, json!({"azp": "https://c.example"})), vec![r#""https://c.example""#, both]),
        (rejected(parties, json!({"azp": 1})), vec!["not a text", both]),
        (rejected(parties, json!({"azp": null})), vec!["no `azp`", both]),
        (rejected(parties, json!({"azp": "a\nb"})), vec![r#""a\nb""#, both]),
        (rejected(parties, json!({"azp": "x".repeat(2000)})), vec!["xxx", "\"…", both]),
        (rejected(issuer, json!({})), vec![r#""https://clerk.example.com""#, r#""https://clerk.a.example""#]),
        (rejected(issuer, json!({"iss": null})), vec!["no issuer", r#""https://clerk.a.example""#]),
        (rejected(audience, json!({"aud": "web"})), vec![r#""web""#, r#""api", "jobs""#]),
        (rejected(audience, json!({"aud": ["web", "x"]})), vec![r#""web", "x""#, r#""api", "jobs""#]),
        (rejected(audience, json!({})), vec![r#""api", "jobs""#]),
        (rejected(many, json!({"aud": "web"})), vec![r#""a", "b", "c", "d", "e" and 3 more"#]),
    ] {
        assert!(message.len() < 500, "{message}");
        for part in shown {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
}

fn rejected_header(changes: Value) -> AuthError {
    let signer = Signer::one();
    let token = signer.sign(&merged(signer.header(), changes), &claims(json!({})));
    let keys = jwks([&Signer::one().named("ins_1"), &Signer::two().named("ins_2")]).to_string();
    Verifier::with_jwks(keys).clock(at(NOW)).build().unwrap().verify_now(token).unwrap_err()
}

#[test]
fn a_header_that_is_rejected_is_shown_if_it_looks_like_a_name() {
    let known = r#""ins_1", "ins_2""#;
    for (changes, reason, shown) in [
        (json!({"kid": "ins_3"}), Reason::JwkKidMismatch, vec![r#""ins_3""#, known]),
        (json!({"kid": null}), Reason::JwkKidMismatch, vec!["names no key", known]),
        (json!({"kid": "a.b.c"}), Reason::JwkKidMismatch, vec!["a text of 5 bytes", known]),
        (json!({"kid": "x".repeat(999)}), Reason::JwkKidMismatch, vec!["a text of 999 bytes", known]),
        (json!({"kid": ""}), Reason::JwkKidMismatch, vec!["a text of 0 bytes", known]),
        (json!({"alg": "HS256"}), Reason::TokenInvalidAlgorithm, vec![r#""HS256""#, "RS256"]),
        (json!({"alg": "no\nne"}), Reason::TokenInvalidAlgorithm, vec!["a text of 5 bytes", "RS256"]),
        (json!({"alg": null}), Reason::TokenInvalidAlgorithm, vec!["missing"]),
        (json!({"typ": "JWS"}), Reason::TokenInvalid, vec![r#""JWS""#, "JWT is expected"]),
        (json!({"typ": 1}), Reason::TokenInvalid, vec!["not a text"]),
    ] {
        let error = rejected_header(changes);
        assert_eq!(error.reason(), reason, "{error}");
        for part in shown {
            assert!(error.message().contains(part), "{part}: {error}");
        }
    }
}

#[tokio::test]
async fn a_kind_of_credential_that_is_rejected_is_shown_with_the_accepted_ones() {
    let session = Signer::one().session(&claims(json!({})));
    let accepts = |types: &[TokenType]| authenticator().accepts(types.iter().copied());
    for (builder, value, shown) in [
        (authenticator(), "Bearer ak_SECRET".to_owned(), r#"api_key is not accepted, but "session_token""#),
        (
            accepts(&[TokenType::M2m, TokenType::OAuth]),
            format!("Bearer {session}"),
            r#"session_token is not accepted, but "m2m_token", "oauth_token""#,
        ),
    ] {
        let error = error(builder, "authorization", &value).await;
        assert_eq!(error.reason(), Reason::TokenTypeNotSupported);
        assert!(error.message().contains(shown) && !error.message().contains("SECRET"), "{error}");
    }
}
