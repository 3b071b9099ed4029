//! Session tokens, and the keys that they are checked with.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clerk_sdk::ErrorKind;
use clerk_sdk::auth::{Claims, Feature, Permission, Plan, Role, Verifier};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};

use super::Outcome;
use crate::tokens::Signer;

/// When all of it happens, in Unix seconds.
pub(super) const NOW: i64 = 1_700_000_000;
const SKEW: f64 = 5.0;

pub(super) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs())
}

static SIGNER: LazyLock<Signer> = LazyLock::new(Signer::ed25519);
static VERIFIER: LazyLock<Verifier> =
    LazyLock::new(|| Verifier::with_pem(SIGNER.pem()).clock(now).build().expect("a verifier"));

pub(super) fn token(input: &[u8]) -> Outcome {
    let input = String::from_utf8_lossy(input);
    let token = match input.split_once('\n') {
        Some((header, claims)) => SIGNER.sign_text(header, claims, "EdDSA"),
        None => input.into_owned(),
    };
    match VERIFIER.verify_now(&token) {
        Ok(claims) => {
            assert_eq!(why_not(&token), None, "{token}");
            whatever_is_asked_it_answers(&claims);
            let (_, signature) = token.rsplit_once('.').expect("three parts");
            assert!(!format!("{claims:?}").contains(signature), "{claims:?}");
            Outcome::Accepted
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.reason().as_str().is_empty());
            Outcome::Refused
        }
    }
}

/// A reading of a token that shares nothing with the SDK's: what is wrong with it at all events.
fn why_not(token: &str) -> Option<&'static str> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { return Some("three parts") };
    if token.len() > 16 << 10 {
        return Some("16 KiB");
    }
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)?).ok();
    let (Some(header), Some(claims), Some(signature)) = (json(header), json(claims), decoded(signature))
    else {
        return Some("base64url of JSON");
    };
    let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed).as_bytes();
    let public = SIGNER.public_der();
    let key = UnparsedPublicKey::new(&ED25519, &public[public.len() - 32..]);
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let at_most = |value: &Value, most: f64| value.as_f64().is_none_or(|at| at < most + 1.0);
    let now = NOW as f64;
    // A session token's category; or none, or one that says nothing, and a session of a user.
    let begins = |name: &str, with: &str| claims[name].as_str().is_some_and(|id| id.starts_with(with));
    let session = begins("sid", "sess_") && begins("sub", "user_");
    let category = match header.get("cat") {
        Some(cat) if cat == "cl_B7d4PD111AAA" => true,
        Some(cat) => cat == "cl_I7d4PD111III" && session,
        None => session,
    };
    let rules = [
        (key.verify(signed, &signature).is_ok(), "signed by the key"),
        (header["alg"] == "EdDSA", "the key's algorithm"),
        (header.get("typ").is_none_or(|typ| typ == "JWT"), "a JWT"),
        (category, "a session token"),
        (header.get("crit").is_none(), "nothing critical"),
        (text(&claims["sub"]), "a subject"),
        (!claims["sub"].as_str().unwrap_or_default().starts_with("mch_"), "no machine"),
        (claims["exp"].as_f64().is_some_and(|at| at > now - SKEW), "not expired"),
        (at_most(&claims["nbf"], now + SKEW), "begun"),
        (at_most(&claims["iat"], now + SKEW), "issued"),
    ];
    rules.into_iter().find_map(|(holds, rule)| (!holds).then_some(rule))
}

fn whatever_is_asked_it_answers(claims: &Claims) {
    assert!(!claims.subject().is_empty());
    assert_eq!(claims.raw().get("sub").and_then(Value::as_str), Some(claims.subject()));
    assert!(claims.custom::<Value>().is_ok());
    let _ = (claims.session_id(), claims.org_id(), claims.org_slug(), claims.factor_ages(), claims.actor());
    let _ = (claims.issued_at(), claims.expires_at(), claims.not_before(), claims.token_id());
    let features = claims.features().count() + claims.plans().count();
    // A name without a letter is granted to nobody.
    let names = claims.org_permissions().iter().filter(|right| !right.is_empty());
    let mut rights = names.map(|right| claims.has(Permission(right)));
    let all = rights.all(|has| has);
    // Rights are those of the organization that is active, and a session that is pending has none.
    assert!(all || claims.is_pending(), "{claims:?}");
    if claims.is_pending() {
        let nothing = [claims.has(Role("org:admin")), claims.has(Feature("a")), claims.has(Plan("free"))];
        assert_eq!(nothing, [false; 3], "{features}");
    }
}

pub(super) fn key(input: &[u8]) -> Outcome {
    let pem = Verifier::with_pem(String::from_utf8_lossy(input)).clock(now).build();
    let jwks = Verifier::with_jwks(input).clock(now).build();
    let mut outcome = Outcome::Refused;
    for built in [pem, jwks] {
        match built {
            // Whatever key it is now, what another one has signed is refused.
            Ok(verifier) => {
                assert!(verifier.verify_now(GOOD.as_str()).is_err() || has_the_key(input));
                outcome = Outcome::Accepted;
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Config),
        }
    }
    outcome
}

/// A good token.
static GOOD: LazyLock<String> =
    LazyLock::new(|| SIGNER.session(&json!({"exp": NOW + 60, "iat": NOW, "sub": "user_1"})));

/// Whether the key of [`GOOD`] is in a text, in any way of writing base64.
fn has_the_key(text: &[u8]) -> bool {
    let key = STANDARD.encode(&SIGNER.public_der()[SIGNER.public_der().len() - 32..]);
    let text = String::from_utf8_lossy(text).replace("\\n", "").replace('-', "+").replace('_', "/");
    let base64 = text.replace(|char: char| !char.is_ascii_alphanumeric() && char != '+' && char != '/', "");
    base64.contains(&key[..42]) || text.contains("\\u")
}
