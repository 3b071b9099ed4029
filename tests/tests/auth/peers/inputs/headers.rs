//! Tokens with odd headers, and those of JWT templates.

use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

use super::{Input, Token, anything, shown, verify, with};
use crate::common::claims;

/// Session tokens, tokens of templates, machines' tokens, and what says nothing.
pub const CATEGORIES: [&str; 4] =
    ["cl_B7d4PD111AAA", "cl_B7d4PD222AAA", "cl_B7d4PD333AAA", "cl_I7d4PD111III"];

pub fn inputs() -> Vec<Input> {
    [each_key(), kinds(), sessions(), templates(), algorithms()].into_iter().flatten().collect()
}

/// What else a key of the header may be, besides anything.
fn values(name: &str) -> Value {
    match name {
        "typ" => json!(["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "JWE", ["JWT"]]),
        "alg" => {
            json!(["none", "None", "RS256", "RS384", "RS512", "rs256", "PS256", "HS256", "ES256", ["RS256"]])
        }
        "kid" => json!(["one", "two", "../one", "one\u{0}"]),
        "cat" => json!([
            CATEGORIES[0],
            CATEGORIES[1],
            CATEGORIES[2],
            CATEGORIES[3],
            "cl_b7d4pd111aaa",
            "cl_B7d4PD444AAA"
        ]),
        "crit" => json!([["exp"], ["b64"], ["x", 1], "exp"]),
        "jku" => json!(["https://evil.example.com/jwks"]),
        "jwk" => json!([Signer::two().jwk()]),
        "cty" => json!(["JWT"]),
        _ => json!([]),
    }
}

fn each_key() -> Vec<Input> {
    let mut inputs = Vec::new();
    for name in ["typ", "alg", "kid", "cat", "crit", "b64", "jku", "jwk", "x5c", "cty"] {
        let values = values(name).as_array().unwrap().clone();
        for value in anything().into_iter().chain(values.into_iter().map(Some)) {
            let header = with(Signer::one().header(), name, value.as_ref());
            let about = format!("header {name} = {}", shown(value.as_ref()));
            inputs.push(verify(about, &Token::new(header, claims(json!({}))), json!({})));
        }
    }
    inputs
}

/// What can say of what kind a token is: type, category, subject.
fn kinds() -> Vec<Input> {
    let mut inputs = Vec::new();
    for typ in [json!(null), json!("JWT"), json!("at+jwt"), json!("x")] {
        for category in CATEGORIES.iter().map(|one| json!(one)).chain([json!(null), json!("x")]) {
            for subject in ["user_1", "mch_1", "org_1", "mch_", "x"] {
                let absent = |value: &Value| (!value.is_null()).then(|| value.clone());
                let header = with(Signer::one().header(), "typ", absent(&typ).as_ref());
                let header = with(header, "cat", absent(&category).as_ref());
                let token = Token::new(header, claims(json!({"sub": subject, "jti": "x", "client_id": "x"})));
                inputs.push(verify(format!("typ {typ}, cat {category}, sub {subject}"), &token, json!({})));
            }
        }
    }
    inputs
}

/// Sessions that are named in some way, by tokens of each category.
fn sessions() -> Vec<Input> {
    let mut inputs = Vec::new();
    for category in CATEGORIES.iter().map(|one| Some(json!(one))).chain([None]) {
        let header = with(Signer::one().header(), "cat", category.as_ref());
        for session in anything().into_iter().chain([Some(json!("sess_9")), Some(json!("Sess_9"))]) {
            let token = Token::new(header.clone(), with(claims(json!({})), "sid", session.as_ref()));
            let about = format!("cat {}, sid {}", shown(category.as_ref()), shown(session.as_ref()));
            inputs.push(verify(about, &token, json!({})));
        }
    }
    inputs
}

fn templates() -> Vec<Input> {
    let mut inputs = Vec::new();
    for category in CATEGORIES.iter().map(|one| Some(json!(one))).chain(anything()) {
        let token = Token::new(with(Signer::one().header(), "cat", category.as_ref()), claims(json!({})));
        let mut input = verify(format!("template, cat {}", shown(category.as_ref())), &token, json!({}));
        input.line["template"] = true.into();
        inputs.push(input);
    }
    inputs
}

/// Signed by keys of each kind, each of which says which algorithm it wants.
fn algorithms() -> Vec<Input> {
    let mut inputs = Vec::new();
    for (name, signer) in [
        ("one", Signer::one()),
        ("two", Signer::two()),
        ("p256", Signer::p256()),
        ("ed25519", Signer::ed25519()),
    ] {
        for algorithm in ["RS256", "RS384", "RS512", "ES256", "EdDSA", "HS256", "none", "PS256"] {
            let header = with(signer.header(), "alg", Some(&json!(algorithm)));
            let claims = claims(json!({}));
            let text = signer.sign(&header, &claims);
            let token = Token { header, claims, text };
            for (key, pem) in [("own", signer.pem()), ("one's", Signer::one().pem())] {
                let about = format!("signed by {name} as {algorithm}, checked with {key} key");
                inputs.push(verify(about, &token, json!({"jwt_key": pem})));
            }
        }
    }
    inputs
}
