//! Requests that carry something like a token.

use std::time::{Duration, SystemTime};

use clerk_sdk::Clerk;
use clerk_sdk::auth::{TokenType, Verifier};
use clerk_sdk::http::{HeaderMap, HeaderValue};
use clerk_tests::canned::Canned;
use clerk_tests::random::{Random, runs};
use clerk_tests::tokens::Signer;
use serde_json::json;

const NOW: u64 = 1_700_000_000;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

fn good() -> String {
    let claims = json!({"azp": "https://app.example.com", "exp": NOW + 60, "iat": NOW, "nbf": NOW, "sid": "sess_1",
                        "sub": "user_1", "v": 2, "fea": "o:a,u:b", "o": {"id": "org_1", "rol": "admin", "per": "x,y", "fpm": "3"}});
    Signer::one().session(&claims)
}

/// Headers as they come, with a good token in one of them.
fn seeds(token: &str) -> Vec<(&'static str, String)> {
    vec![
        ("authorization", format!("Bearer {token}")),
        ("authorization", token.to_owned()),
        ("authorization", "Basic dXNlcjpwYXNz".to_owned()),
        ("authorization", "Bearer ak_0123456789".to_owned()),
        ("authorization", "mt_0123456789".to_owned()),
        ("cookie", format!("__session={token}")),
        ("cookie", format!("a=b; __session={token}; __client_uat=1")),
        ("cookie", format!("__session_GxTUgI0N={token}; __session=x")),
        ("cookie", format!("__session=\"{token}\"; ; =; a; __session={token}")),
    ]
}

#[tokio::test]
async fn nobody_is_signed_in_by_a_header_without_a_good_token_in_it() {
    let token = good();
    let canned = Canned::default();
    canned.answer(404, "{}");
    let clerk: Clerk = canned.client().unwrap();
    let authenticator = clerk
        .authenticator()
        .jwt_key(Signer::one().pem())
        .accepts(TokenType::ALL)
        .publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k")
        .clock(now)
        .cache_tokens(50)
        .build()
        .unwrap();
    let seeds = seeds(&token);
    let mut random = Random::new(1);
    let (mut signed_in, mut signed_out) = (0, 0);
    for round in 0..runs(20_000) {
        let (name, value) = random.one_of(&seeds);
        let mut bytes = value.clone().into_bytes();
        if random.below(8) > 0 {
            random.mutate(&mut bytes);
        }
        // What cannot be a header does not arrive.
        let Ok(value) = HeaderValue::from_bytes(&bytes) else { continue };
        let mut headers = HeaderMap::new();
        headers.insert(*name, value);

        let state = authenticator.authenticate(&headers).await;

        if state.is_signed_in() {
            assert!(String::from_utf8_lossy(&bytes).contains(&token), "round {round}: {headers:?}");
            signed_in += 1;
        } else {
            signed_out += 1;
        }
        assert!(!format!("{state:?}").contains(&token[..40]), "{state:?}");
    }
    assert!(signed_in > 100 && signed_out > 100, "{signed_in} signed in, {signed_out} signed out");
}

#[test]
fn a_token_of_any_signed_text_is_claims_or_a_refusal() {
    let verifier = Verifier::with_pem(Signer::p256().pem()).clock(now).build().unwrap();
    let header = Signer::p256().header().to_string();
    let claims = json!({"exp": NOW + 60, "iat": NOW, "nbf": NOW, "sub": "user_1", "sts": "active", "v": 2, "fva": [1, -1],
                        "aud": ["a"], "fea": "o:a,u:b", "pla": "u:free", "act": {"sub": "user_2"},
                        "o": {"id": "org_1", "slg": "s", "rol": "admin", "per": "x,y", "fpm": "3,1"}})
    .to_string();
    let mut random = Random::new(2);
    let (mut good, mut refused) = (0, 0);
    for round in 0..runs(3000) {
        let mut texts = [header.clone().into_bytes(), claims.clone().into_bytes()];
        random.mutate(&mut texts[round % 2]);
        let [header, claims] = texts.map(|text| String::from_utf8_lossy(&text).into_owned());
        let token = Signer::p256().sign_text(&header, &claims, "ES256");

        match verifier.verify_now(&token) {
            Ok(verified) => {
                // Whatever is asked of it, it answers.
                assert!(!verified.user_id().is_empty(), "{claims}");
                let _ = (verified.org_permissions(), verified.factor_ages(), verified.features().count());
                good += 1;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.reason().as_str().is_empty());
                refused += 1;
            }
        }
    }
    assert!(good > 50 && refused > 50, "{good} good, {refused} refused");
}

#[test]
fn a_key_of_any_text_is_a_key_or_an_error() {
    let seeds = [Signer::one().pem(), Signer::p256().pem(), Signer::ed25519().pem()];
    let keys = clerk_tests::tokens::jwks([&Signer::one(), &Signer::p256(), &Signer::ed25519()]).to_string();
    let mut random = Random::new(3);
    let mut errors = 0;
    for _ in 0..runs(5000) {
        let mut pem = random.one_of(&seeds).clone().into_bytes();
        let mut jwks = keys.clone().into_bytes();
        random.mutate(&mut pem);
        random.mutate(&mut jwks);

        let pem = Verifier::with_pem(String::from_utf8_lossy(&pem)).clock(now).build();
        let jwks = Verifier::with_jwks(jwks).clock(now).build();

        for built in [pem, jwks] {
            match built {
                // Whatever key it is now, nothing verifies by it that it has not signed; and nothing panics.
                Ok(verifier) => drop(verifier.verify_now(good_by_ed25519())),
                Err(error) => {
                    assert_eq!(error.kind(), clerk_sdk::ErrorKind::Config);
                    errors += 1;
                }
            }
        }
    }
    assert!(errors > 100, "{errors}");
}

fn good_by_ed25519() -> String {
    Signer::ed25519().session(&json!({"exp": NOW + 60, "iat": NOW, "sub": "user_1"}))
}
