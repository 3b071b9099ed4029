//! What attackers send.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use clerk_sdk::auth::{Reason, Verifier};
use clerk_tests::random::Random;
use clerk_tests::tokens::{Signer, jwks};
use ring::hmac;
use serde_json::{Value, json};

use crate::common::{NOW, at, claims, merged, reason, refusal, verify};

fn segment(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A token of these texts, with a signature of our own.
fn token(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let message = format!("{}.{}", segment(&header.to_string()), segment(&claims.to_string()));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_token_of_another_key_is_refused() {
    assert_eq!(refusal(&Signer::two().session(&claims(json!({})))), Reason::TokenInvalidSignature);
    let pretending = Signer::two().named("one").session(&claims(json!({})));
    assert_eq!(refusal(&pretending), Reason::TokenInvalidSignature);
}

#[test]
fn a_token_without_a_signature_is_refused() {
    for algorithm in ["none", "None", "NONE", ""] {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": "one"});
        assert_eq!(refusal(&token(&header, &claims(json!({})), b"")), Reason::TokenInvalidAlgorithm);
    }
    let header = Signer::one().header();
    assert_eq!(refusal(&token(&header, &claims(json!({})), b"")), Reason::TokenInvalidSignature);
    let no_algorithm = merged(header, json!({"alg": null}));
    assert_eq!(refusal(&token(&no_algorithm, &claims(json!({})), b"")), Reason::TokenInvalidAlgorithm);
}

#[test]
fn a_token_signed_with_the_public_key_as_a_secret_is_refused() {
    let signer = Signer::one();
    let header = merged(signer.header(), json!({"alg": "HS256"}));
    let message = format!("{}.{}", segment(&header.to_string()), segment(&claims(json!({})).to_string()));
    for secret in [signer.pem().into_bytes(), signer.public_der().to_vec()] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
        let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
        assert_eq!(refusal(&forged), Reason::TokenInvalidAlgorithm);
    }
}

#[test]
fn the_key_decides_the_algorithm() {
    let one = Signer::one();
    let with =
        |algorithm: &str| one.sign(&merged(one.header(), json!({"alg": algorithm})), &claims(json!({})));
    // A PEM key does not say for which of the three it is; a JWK does.
    for algorithm in ["RS256", "RS384", "RS512"] {
        assert!(verify(&with(algorithm)).is_ok(), "{algorithm}");
    }
    let verifier = Verifier::with_jwks(jwks([&one]).to_string()).clock(at(NOW)).build().unwrap();
    assert!(verifier.verify_now(with("RS256")).is_ok());
    for algorithm in ["RS384", "RS512", "ES256", "EdDSA"] {
        assert_eq!(
            reason(verifier.verify_now(with(algorithm))),
            Reason::TokenInvalidAlgorithm,
            "{algorithm}"
        );
    }
    // The right key, and a signature by another of its algorithms.
    let message =
        format!("{}.{}", segment(&one.header().to_string()), segment(&claims(json!({})).to_string()));
    let signature = one.signature(message.as_bytes(), "RS512");
    let mixed = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    assert_eq!(reason(verifier.verify_now(mixed)), Reason::TokenInvalidSignature);
    for algorithm in ["PS256", "HS256", "ES384", "RS1", "rs256", "RS256 "] {
        assert_eq!(refusal(&with(algorithm)), Reason::TokenInvalidAlgorithm, "{algorithm}");
    }
}

#[test]
fn a_token_that_was_edited_is_refused() {
    let good = Signer::one().session(&claims(json!({})));
    let parts: Vec<&str> = good.split('.').collect();
    let edited = segment(&claims(json!({"sub": "user_2"})).to_string());

    assert_eq!(refusal(&format!("{}.{edited}.{}", parts[0], parts[2])), Reason::TokenInvalidSignature);

    let header = segment(&merged(Signer::one().header(), json!({"cat": "cl_I7d4PD111III"})).to_string());
    assert_eq!(refusal(&format!("{header}.{}.{}", parts[1], parts[2])), Reason::TokenInvalidSignature);
}

#[test]
fn what_is_no_token_is_invalid() {
    let good = Signer::one().session(&claims(json!({})));
    let parts: Vec<&str> = good.split('.').collect();
    let (header, body, signature) = (parts[0], parts[1], parts[2]);
    let texts = [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        "a.b".into(),
        "a.b.c".into(),
        "🙂.🙂.🙂".into(),
        "\0".into(),
        format!("{header}.{body}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}="),
        format!("{header}..{signature}"),
        format!(".{body}.{signature}"),
        format!("{}.{body}.{signature}", segment("[]")),
        format!("{}.{body}.{signature}", segment("null")),
        format!("{header}.{}.{signature}", segment("\"user_1\"")),
        format!("{header}.{}.{signature}", segment("{\"sub\":\"user_1\"")),
        format!("{header}.{}.{signature}", segment("{\"sub\":\"user_1\"}{}")),
        format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(b"{\"sub\":\"\xff\"}")),
        format!("{header}.{}.{signature}", segment(&"[".repeat(10_000))),
        format!("{header}.{}.{signature}", segment(&format!("{{\"a\":{}}}", "[".repeat(10_000)))),
    ];
    for text in texts {
        assert_eq!(refusal(&text), Reason::TokenInvalid, "{text}");
    }
}

#[test]
fn base64_is_read_strictly() {
    let signer = Signer::one();
    // Claims of which the padded form has padding, and the plain one differs between the alphabets.
    let mut padding = String::new();
    let (text, good) = loop {
        let text = claims(json!({ "p": padding, "q": "???>>>" })).to_string();
        if STANDARD.encode(&text).ends_with('=') && STANDARD.encode(&text).contains(['+', '/']) {
            let good = signer.sign_text(&signer.header().to_string(), &text, "RS256");
            break (text, good);
        }
        padding.push('?');
    };
    assert!(verify(&good).is_ok());
    let (header, signature) = (good.split('.').next().unwrap(), good.rsplit('.').next().unwrap());
    let encodings = [URL_SAFE.encode(&text), STANDARD.encode(&text), segment(&text) + "\n"];
    for body in encodings {
        // Even with a signature over what is sent.
        let message = format!("{header}.{body}");
        let own = URL_SAFE_NO_PAD.encode(signer.signature(message.as_bytes(), "RS256"));
        assert_eq!(refusal(&format!("{message}.{own}")), Reason::TokenInvalid, "{body}");
        assert_ne!(own, signature);
    }
}

#[test]
fn bits_that_mean_nothing_must_be_zero() {
    let good = Signer::one().session(&claims(json!({})));
    // 256 bytes end with a character of which four bits do not count.
    let (rest, last) = good.split_at(good.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let value = alphabet.find(last).unwrap();
    let same = alphabet.as_bytes()[value + 1] as char;

    assert_eq!(refusal(&format!("{rest}{same}")), Reason::TokenInvalid);
}

#[test]
fn an_oversized_token_is_not_even_read() {
    let fits = Signer::one().session(&claims(json!({"x": "x".repeat(40_000)})));
    assert!(verify(&fits).is_ok());
    let too_long = Signer::one().session(&claims(json!({"x": "x".repeat(60_000)})));
    assert_eq!(refusal(&too_long), Reason::TokenInvalid);
    assert_eq!(refusal(&"a.".repeat(10_000_000)), Reason::TokenInvalid);
}

#[test]
fn ten_thousand_mutations_of_a_good_token_are_refused() {
    let good = Signer::one().session(&claims(json!({})));
    let verifier = Verifier::with_pem(Signer::one().pem()).clock(at(NOW)).cache_tokens(100).build().unwrap();
    verifier.verify_now(&good).unwrap();
    let characters: Vec<char> = "ABCXYZabcxyz0189-_.=+/ \"{}\0é".chars().collect();
    let mut random = Random::new(1);
    for round in 0..10_000 {
        let mut text: Vec<char> = good.chars().collect();
        for _ in 0..=random.below(3) {
            let at = random.below(text.len());
            match random.below(4) {
                0 => text[at] = characters[random.below(characters.len())],
                1 => drop(text.remove(at)),
                2 => text.insert(at, characters[random.below(characters.len())]),
                _ => {
                    let other = random.below(text.len());
                    text.swap(at, other);
                }
            }
        }
        let mutated: String = text.into_iter().collect();
        if mutated != good {
            assert!(verifier.verify_now(&mutated).is_err(), "round {round}: {mutated}");
        }
    }
}
