//! Keys, in all forms in which they come.

use std::error::Error as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use clerk_sdk::ErrorKind;
use clerk_sdk::auth::{AuthError, Reason, Verifier};
use clerk_tests::tokens::{Signer, jwks};
use serde_json::{Value, json};

use crate::common::{NOW, at, claims, merged, reason};

/// Whether a token of this key is accepted by a verifier with this PEM.
fn accepts(pem: &str, signer: &Signer) -> bool {
    let verifier = Verifier::with_pem(pem).clock(at(NOW)).build().unwrap();
    verifier.verify_now(signer.session(&claims(json!({})))).is_ok()
}

/// Why a builder's key is refused.
#[track_caller]
fn refusal(builder: clerk_sdk::auth::VerifierBuilder) -> Reason {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    error.source().unwrap().downcast_ref::<AuthError>().unwrap().reason()
}

#[test]
fn a_pem_key_is_read_however_it_is_written() {
    let (one, pem) = (Signer::one(), Signer::one().pem());
    let text: String = pem.lines().filter(|line| !line.starts_with("--")).collect();
    let pkcs1 = include_str!("../../keys/rsa_one.pkcs1.pem");
    for form in [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\\n"),
        pem.replace('\n', " "),
        pem.replace('\n', ""),
        format!("\n  {pem}\n\n"),
        format!("\"{}\"", pem.replace('\n', "\\n")),
        text.clone(),
        format!(" {text}\n"),
        text.trim_end_matches('=').to_owned(),
        pkcs1.to_owned(),
        pem.replace('\n', "\\\\n"),
        pem.replace('\n', "\\\\\\n"),
        pem.replace('\n', "\\r\\n"),
        pem.replace('\n', "\\\n"),
        STANDARD.encode(&pem),
        STANDARD.encode(pem.replace('\n', "\r\n")),
        format!("\"{}\"\n", STANDARD_NO_PAD.encode(&pem)),
        STANDARD
            .encode(&pem)
            .as_bytes()
            .chunks(76)
            .map(String::from_utf8_lossy)
            .collect::<Vec<_>>()
            .join("\n"),
    ] {
        assert!(accepts(&form, &one), "{form}");
        assert!(!accepts(&form, &Signer::two()), "{form}");
    }
}

#[test]
fn other_kinds_of_keys_work_too() {
    for signer in [Signer::p256(), Signer::ed25519()] {
        assert!(accepts(&signer.pem(), &signer));
        assert!(!accepts(&signer.pem(), &Signer::one()));
        let verifier = Verifier::with_jwks(jwks([&Signer::one(), &signer]).to_string()).clock(at(NOW));
        let verifier = verifier.build().unwrap();
        let good = signer.session(&claims(json!({})));
        assert!(verifier.verify_now(&good).is_ok());
        let mut edited = good.into_bytes();
        let at = edited.len() - 20;
        edited[at] = if edited[at] == b'A' { b'B' } else { b'A' };
        let edited = String::from_utf8(edited).unwrap();
        assert_eq!(reason(verifier.verify_now(edited)), Reason::TokenInvalidSignature);
    }
}

#[test]
fn a_pem_that_is_no_good_key_is_found_when_the_verifier_is_built() {
    let pem = Signer::one().pem();
    for bad in [
        "",
        "   ",
        "no key at all",
        "sk_test_x",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        &pem.replace("-----END PUBLIC KEY-----", ""),
        &pem.replace("END PUBLIC", "END PRIVATE"),
        &pem.replace("PUBLIC KEY", "CERTIFICATE"),
        &format!("{pem}{pem}"),
        &format!("x{pem}"),
        &pem.replace("MIIB", "MIIC"),
        &pem[..pem.len() / 2],
        include_str!("../../keys/rsa_one.pem"),
        include_str!("../../keys/p384.pub.pem"),
        include_str!("../../keys/rsa_pss.pub.pem"),
        include_str!("../../keys/rsa_weak.pub.pem"),
        &"A".repeat(100_000),
        &STANDARD.encode(include_str!("../../keys/rsa_one.pem")),
        &STANDARD.encode(STANDARD.encode(&pem)),
    ] {
        assert_eq!(refusal(Verifier::with_pem(bad)), Reason::JwkFailedToResolve, "{bad}");
    }
}

#[test]
fn the_kid_of_a_token_does_not_matter_where_there_is_one_key() {
    let one = Signer::one();
    let verifier = Verifier::with_pem(one.pem()).clock(at(NOW)).build().unwrap();
    for kid in [json!("two"), json!(null), json!(1)] {
        let token = one.sign(&merged(one.header(), json!({ "kid": kid })), &claims(json!({})));
        assert!(verifier.verify_now(token).is_ok(), "{kid}");
    }
}

#[test]
fn the_kid_of_a_token_chooses_the_key_where_there_are_several() {
    let (one, two) = (Signer::one(), Signer::two());
    let verifier = Verifier::with_jwks(jwks([&one, &two]).to_string()).clock(at(NOW)).build().unwrap();
    let token = |signer: &Signer, kid: Value| {
        signer.sign(&merged(signer.header(), json!({ "kid": kid })), &claims(json!({})))
    };
    assert!(verifier.verify_now(token(&two, json!("two"))).is_ok());
    assert_eq!(reason(verifier.verify_now(token(&two, json!("one")))), Reason::TokenInvalidSignature);
    for kid in [json!("three"), json!(""), json!(null), json!(1)] {
        assert_eq!(reason(verifier.verify_now(token(&one, kid.clone()))), Reason::JwkKidMismatch, "{kid}");
    }
}

#[test]
fn one_odd_key_does_not_spoil_the_others() {
    let one = Signer::one();
    let token = |kid: &str| one.sign(&merged(one.header(), json!({ "kid": kid })), &claims(json!({})));
    let jwk = |changes| merged(one.jwk(), changes);
    let keys = json!({"keys": [
        7, {}, {"kid": "no kind"}, jwk(json!({"kid": 7})), one.jwk(),
        jwk(json!({"kid": "encrypts", "use": "enc"})), jwk(json!({"kid": "signs", "key_ops": ["sign"]})),
        jwk(json!({"kid": "oaep", "alg": "RSA-OAEP"})), jwk(json!({"kid": "oct", "kty": "oct", "k": "AAAA"})),
        jwk(json!({"kid": "even", "n": "AAAA"})), jwk(json!({"kid": "broken", "n": "!"})),
        jwk(json!({"kid": "any", "alg": null, "use": null})), jwk(json!({"kid": "e1", "e": "AQ"})),
    ]});
    let verifier = Verifier::with_jwks(keys.to_string()).clock(at(NOW)).build().unwrap();

    for good in ["one", "any"] {
        assert!(verifier.verify_now(token(good)).is_ok(), "{good}");
    }
    for unusable in ["oaep", "oct", "even", "broken", "e1", "no kind"] {
        let error = verifier.verify_now(token(unusable)).unwrap_err();
        assert_eq!(error.reason(), Reason::JwkKidMismatch, "{unusable}");
        assert!(!error.reason().is_unavailable() && error.message().contains("cannot be used"), "{error}");
    }
    for not_there in ["encrypts", "signs"] {
        assert_eq!(reason(verifier.verify_now(token(not_there))), Reason::JwkKidMismatch, "{not_there}");
    }
}

#[test]
fn a_weak_key_is_refused_although_its_signature_is_good() {
    // Made by `openssl dgst -sha256 -sign rsa_weak.pem`: ring does not even sign with it.
    let token = include_str!("../../keys/rsa_weak.token").trim();
    let modulus = include_str!("../../keys/rsa_weak.modulus").trim();
    let keys = json!({"keys": [{"kty": "RSA", "kid": "weak", "n": modulus, "e": "AQAB"}]});
    let verifier = Verifier::with_jwks(keys.to_string()).clock(at(NOW)).build().unwrap();

    assert_eq!(reason(verifier.verify_now(token)), Reason::JwkKidMismatch);
}

#[test]
fn a_set_of_keys_must_be_one() {
    assert_eq!(refusal(Verifier::with_jwks(r#"{"keys": []}"#)), Reason::JwkLocalMissing);
    for bad in ["", "[]", "{}", r#"{"keys": {}}"#, "null", "\u{0}"] {
        assert_eq!(refusal(Verifier::with_jwks(bad)), Reason::JwkFailedToResolve, "{bad}");
    }
}
