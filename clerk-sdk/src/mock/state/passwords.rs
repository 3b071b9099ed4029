//! Passwords: how strong they have to be, how they are kept, and how one is checked, digests that were brought
//! along from elsewhere included.

use serde_json::json;

use super::{Call, Object, State, digests, fields};
use crate::mock::error::ApiError;

/// The fields that keep a password's digest, and what it was made with.
const DIGEST: &str = "_password_digest";
const HASHER: &str = "_password_hasher";

/// Low, as bcrypt's costs go: a test makes many users, and the passwords are worth nothing.
const COST: u32 = 4;

/// In characters and, since bcrypt reads no more, in bytes.
const LONGEST: usize = 72;

/// Long enough, and still among those that are tried first everywhere.
const PWNED: &[&str] = &[
    "password",
    "password1",
    "password123",
    "12345678",
    "123456789",
    "1234567890",
    "qwertyuiop",
    "iloveyou",
    "11111111",
    "12341234",
    "123123123",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "87654321",
    "987654321",
    "abcd1234",
    "abcdefgh",
    "access14",
    "admin123",
    "asdfghjkl",
    "changeme",
    "charlie1",
    "computer",
    "corvette",
    "dragon123",
    "iloveyou1",
    "letmein1",
    "letmein123",
    "liverpool",
    "michelle",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "password!",
    "password12",
    "password1234",
    "qazwsxedc",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "qwer1234",
    "qwerty12",
    "qwerty123",
    "qwerty1234",
    "secret123",
    "starwars",
    "test1234",
    "testtest",
    "welcome1",
    "welcome123",
    "whatever",
    "zaq12wsx",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "trustno1",
    "superman",
];

/// A password as a request brings it: a text or a digest.
pub(super) enum NewPassword {
    Text(String),
    Digest(String, String),
}

/// The password that a request brings, if it does.
pub(super) fn check(state: &State, call: &Call<'_>) -> Result<Option<NewPassword>, ApiError> {
    if let Some(digest) = call.text("password_digest") {
        let hasher = call
            .text("password_hasher")
            .ok_or_else(|| ApiError::needed("password_hasher", "password_digest"))?;
        if !digests::HASHERS.contains(&hasher) {
            return Err(ApiError::none_of("password_hasher", hasher, &digests::HASHERS.join(", ")));
        }
        if !digests::readable(hasher, digest) {
            let long = format!("The password digest does not have the form of {hasher}.");
            return Err(ApiError::param(
                "form_password_digest_invalid_code",
                "password_digest",
                &long,
                &long,
            ));
        }
        return Ok(Some(NewPassword::Digest(hasher.to_owned(), digest.to_owned())));
    }
    let Some(password) = call.text("password") else { return Ok(None) };
    let refused = |code: &str, long: &str| Err(ApiError::param(code, "password", long, long));
    let checked = call.flag("skip_password_checks") != Some(true);
    if checked && password.chars().count() > LONGEST {
        return refused("form_password_length_too_long", "Passwords must be less than 73 characters.");
    }
    if password.len() > LONGEST {
        let long = "Your password is too long. Please use a shorter one.";
        return refused("form_password_size_in_bytes_exceeded", long);
    }
    if checked {
        if password.chars().count() < 8 {
            return refused("form_password_length_too_short", "Passwords must be 8 characters or more.");
        }
        if state.checks_breaches() && PWNED.contains(&password.to_lowercase().as_str()) {
            let long = "Password has been found in an online data breach. For account safety, please use a \
                        different password.";
            return refused("form_password_pwned", long);
        }
    }
    Ok(Some(NewPassword::Text(password.to_owned())))
}

/// Keeps a password in the user that it belongs to.
pub(super) fn set(user: &mut Object, password: NewPassword, now: i64) {
    let (hasher, digest) = match password {
        NewPassword::Digest(hasher, digest) => (hasher, digest),
        // The only failures are costs out of range and passwords that were refused before.
        NewPassword::Text(text) => ("bcrypt".to_owned(), bcrypt::hash(text, COST).unwrap_or_default()),
    };
    fields!(user, {
        DIGEST: digest, HASHER: hasher, "password_enabled": true, "password_last_updated_at": now,
    });
}

pub(super) fn remove(user: &mut Object) {
    user.remove(DIGEST);
    user.remove(HASHER);
    user.insert("password_enabled".into(), json!(false));
}

/// Whether this is the user's password.
pub(super) fn verify(user: &Object, password: &str) -> Result<(), ApiError> {
    let (hasher, digest) = (user.text(HASHER), user.text(DIGEST));
    if digest.is_empty() {
        return Err(none_set());
    }
    let Some(matches) = digests::matches(hasher, password, digest) else {
        let reason = format!("cannot be checked by the embedded Clerk, whose user has a digest of {hasher}");
        return Err(ApiError::value("password", &reason));
    };
    if matches {
        return Ok(());
    }
    let long = "The provided password is not the one the user has set";
    let status = http::StatusCode::UNPROCESSABLE_ENTITY;
    Err(ApiError::new(status, "incorrect_password", "incorrect password", long))
}

pub(super) fn none_set() -> ApiError {
    let long = "This user does not have a password set for their account";
    let status = http::StatusCode::BAD_REQUEST;
    ApiError::new(status, "no_password_set", "no password set", long)
}
