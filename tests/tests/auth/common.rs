//! What these tests share: a time at which everything happens, and a token that is good then.

use std::time::{Duration, SystemTime};

use clerk_sdk::auth::{AuthError, Claims, Reason, Verifier, VerifierBuilder};
use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

/// Unix seconds.
pub const NOW: i64 = 1_700_000_000;

pub fn at(seconds: i64) -> impl Fn() -> SystemTime + Send + Sync + 'static {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap());
    move || time
}

/// The claims of a session token, changed: a key that is given as null is left out.
pub fn claims(changes: Value) -> Value {
    let claims = json!({"azp": "https://app.example.com", "exp": NOW + 60, "iat": NOW, "nbf": NOW - 10,
                        "iss": "https://clerk.example.com", "sid": "sess_1", "sub": "user_1", "v": 2});
    merged(claims, changes)
}

pub fn merged(mut object: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(object.as_object_mut().unwrap().remove(name)),
            value => object[name] = value.clone(),
        }
    }
    object
}

/// A verifier with the key `one`, at [`NOW`].
pub fn verifier() -> VerifierBuilder {
    Verifier::with_pem(Signer::one().pem()).clock(at(NOW))
}

/// The outcome of checking a session token with the default settings.
pub fn verify(token: &str) -> Result<Claims, AuthError> {
    verifier().build().unwrap().verify_now(token)
}

/// Why the default settings refuse a token.
#[track_caller]
pub fn refusal(token: &str) -> Reason {
    reason(verify(token))
}

#[track_caller]
pub fn reason(outcome: Result<Claims, AuthError>) -> Reason {
    outcome.expect_err("a refusal").reason()
}
