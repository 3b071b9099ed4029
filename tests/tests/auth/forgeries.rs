//! What attackers send.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use clerk_sdk::auth::{Reason, Verifier};
use clerk_tests::random::Random;
use clerk_tests::tokens::{Signer, jwks};
use ring::hmac;
use serde_json::{Value, json};

use crate::common::{NOW, at, claims, merged, reason, refusal, verifier, verify};

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
        format!("{header}.{}.{signature}", segment(&"[".repeat(10_000))),
    ];
    for text in texts {
        assert_eq!(refusal(&text), Reason::TokenInvalid, "{text}");
    }
}

#[test]
fn claims_are_parsed_after_the_signature_is_good() {
    let signer = Signer::one();
    let header = segment(&signer.header().to_string());
    let nested = format!("{{\"a\":{}}}", "[".repeat(9_000));
    for claims in [
        &b"{\"sub\":\"user_1\"}{}"[..],
        b"{\"sub\":\"\xff\"}",
        b"{\"sub\":user_1}",
        b"{\"a\":1e999}",
        b"{\"a\":\"\\ud800\"}",
        b"{}}",
        nested.as_bytes(),
    ] {
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
        let with = |signature: &[u8]| format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        let shown = String::from_utf8_lossy(claims);
        assert_eq!(refusal(&with(&[0; 256])), Reason::TokenInvalidSignature, "{shown}");
        let own = signer.signature(message.as_bytes(), "RS256");
        assert_eq!(refusal(&with(&own)), Reason::TokenInvalid, "{shown}");
    }
}

/// Headers with all that JSON allows, or nearly allows, beside the members that are read.
#[test]
fn odd_headers_are_read_strictly() {
    let signer = Signer::one();
    let check = |header: &str| verify(&signer.sign_text(header, &claims(json!({})).to_string(), "RS256"));
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let good = r#""alg":"RS256","cat":"cl_B7d4PD111AAA","kid":"one","typ":"JWT""#;
    for odd in [
        "{GOOD}".into(),
        " {GOOD} \n".into(),
        r#"{"alg":"none","typ":"x","cat":"x","kid":1,GOOD}"#.into(),
        r#"{"\u0061lg":"none",GOOD}"#.into(),
        r#"{GOOD,"x":[1,-2,1.5,1e9,true,null,"",{"a":{"b":["\n\ud83d\ude00"]}}]}"#.into(),
        r#"{GOOD,"":"","x":18446744073709551616,"y":1e-999}"#.into(),
        format!(r#"{{GOOD,"x":{}}}"#, deep(120)),
    ] {
        assert!(check(&odd.replace("GOOD", good)).is_ok(), "{odd}");
    }
    for (odd, expected) in [
        (r#"{GOOD,"alg":"none"}"#.into(), Reason::TokenInvalidAlgorithm),
        (r#"{GOOD,"\u0061lg":null}"#.into(), Reason::TokenInvalidAlgorithm),
        (r#"{GOOD,"typ":"x"}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"cat":"cl_B7d4PD222AAA"}"#.into(), Reason::TokenTypeNotSupported),
        (r#"{GOOD,"crit":null}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":1e999}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":[{"y":-1e999}]}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":"\ud800"}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":["\ud800"]}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":{"\udc00":1}}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"\ud800":1}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":"\q"}"#.into(), Reason::TokenInvalid),
        ("{GOOD,\"x\":\"\n\"}".into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":NaN}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":01}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,"x":[1,]}"#.into(), Reason::TokenInvalid),
        (r#"{GOOD,1:2}"#.into(), Reason::TokenInvalid),
        ("{GOOD,}".into(), Reason::TokenInvalid),
        ("{GOOD}x".into(), Reason::TokenInvalid),
        ("{GOOD}{}".into(), Reason::TokenInvalid),
        ("{GOOD".into(), Reason::TokenInvalid),
        ("[{GOOD}]".into(), Reason::TokenInvalid),
        ("\u{feff}{GOOD}".into(), Reason::TokenInvalid),
        (format!(r#"{{GOOD,"x":{}}}"#, deep(200)), Reason::TokenInvalid),
    ] {
        assert_eq!(reason(check(&odd.replace("GOOD", good))), expected, "{odd}");
    }
    let message = |header: &[u8]| {
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), segment(&claims(json!({})).to_string()));
        let signature = URL_SAFE_NO_PAD.encode(signer.signature(message.as_bytes(), "RS256"));
        format!("{message}.{signature}")
    };
    let bytes = [b"{", good.as_bytes(), b",\"x\":\"\xff\"}"].concat();
    assert_eq!(refusal(&message(&bytes)), Reason::TokenInvalid);
    assert!(verify(&message(format!("{{{good}}}").as_bytes())).is_ok());
}

#[test]
fn a_header_has_at_most_4_kib() {
    let signer = Signer::one();
    let of_size = |size: usize| {
        let header = merged(signer.header(), json!({"x": ""}));
        let filling = "x".repeat(size - header.to_string().len());
        signer.sign(&merged(header, json!({ "x": filling })), &claims(json!({})))
    };
    assert!(verify(&of_size(4096)).is_ok());
    assert_eq!(refusal(&of_size(4097)), Reason::TokenInvalid);
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
fn a_token_has_at_most_16_kib() {
    let of_filling = |filling: usize| Signer::one().session(&claims(json!({"x": "x".repeat(filling)})));
    let tokens: Vec<String> = (11_500..12_000).map(of_filling).collect();
    let (fit, too_long): (Vec<_>, Vec<_>) = tokens.iter().partition(|token| token.len() <= 16_384);
    let (longest, shortest) = (fit.last().unwrap(), too_long[0]);
    assert!(longest.len() >= 16_382 && shortest.len() <= 16_386);

    assert!(verify(longest).is_ok());
    assert_eq!(refusal(shortest), Reason::TokenInvalid);
}

#[test]
fn an_oversized_token_is_not_even_read() {
    let plain = verifier().build().unwrap();
    let remembering = verifier().cache_tokens(10).build().unwrap();
    let oversized = "a.".repeat(32 << 20);
    for verifier in [plain, remembering] {
        let times = (0..5).map(|_| {
            let start = Instant::now();
            assert_eq!(reason(verifier.verify_now(&oversized)), Reason::TokenInvalid);
            start.elapsed()
        });
        // A hash of 64 MiB takes some tens of milliseconds at least.
        let fastest = times.min().unwrap();
        assert!(fastest < Duration::from_millis(2), "{fastest:?}");
    }
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
        assert!(mutated == good || verifier.verify_now(&mutated).is_err(), "round {round}: {mutated}");
    }
}
