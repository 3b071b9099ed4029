//! Passwords: how strong they have to be, how they are kept, and how one is checked, digests that were brought
//! along from elsewhere included.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ring::{digest, pbkdf2};
use serde_json::json;

use super::{Call, Object, fields};
use crate::mock::error::ApiError;

/// The fields that keep a password's digest, and what it was made with.
const DIGEST: &str = "_password_digest";
const HASHER: &str = "_password_hasher";

/// Low, as bcrypt's costs go: a test makes many users, and the passwords are worth nothing.
const COST: u32 = 4;

type Pbkdf2 = (pbkdf2::Algorithm, Written, Written);

/// What Clerk's documentation lists. Of these, the first seven can be checked here.
const HASHERS: &[&str] = &[
    "bcrypt",
    "pbkdf2_sha1",
    "pbkdf2_sha256",
    "pbkdf2_sha256_django",
    "pbkdf2_sha512",
    "pbkdf2_sha512_hex",
    "sha256",
    "argon2i",
    "argon2id",
    "awscognito",
    "bcrypt_peppered",
    "bcrypt_sha256_django",
    "hmac_sha256_utf16_b64",
    "ldap_ssha",
    "md5",
    "md5_phpass",
    "phpass",
    "md5_salted",
    "scrypt_firebase",
    "scrypt_werkzeug",
    "sha256_salted",
    "sha512_symfony",
];

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
pub(super) fn check(call: &Call<'_>) -> Result<Option<NewPassword>, ApiError> {
    if let Some(digest) = call.text("password_digest") {
        let hasher = call.text("password_hasher").ok_or_else(|| ApiError::missing("password_hasher"))?;
        if !HASHERS.contains(&hasher) {
            let reason = format!("must be one of {}", HASHERS.join(", "));
            return Err(ApiError::value("password_hasher", &reason));
        }
        let readable = hasher != "bcrypt" || bcrypt::verify("", digest).is_ok();
        if !readable {
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
    if password.len() > 72 {
        let long = "Your password has exceeded the maximum number of bytes allowed, please shorten it or remove some \
                    special characters.";
        return refused("form_password_size_in_bytes_exceeded", long);
    }
    if call.flag("skip_password_checks") != Some(true) {
        if password.chars().count() < 8 {
            return refused("form_password_length_too_short", "Passwords must be 8 characters or more.");
        }
        if PWNED.contains(&password.to_lowercase().as_str()) {
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
    let matches = match hasher {
        "bcrypt" => bcrypt::verify(password, digest).unwrap_or(false),
        "sha256" => sha256(password, digest),
        "pbkdf2_sha1" => {
            pbkdf2((pbkdf2::PBKDF2_HMAC_SHA1, Written::HexOrAsIs, Written::Hex), password, digest)
        }
        "pbkdf2_sha256" => {
            pbkdf2((pbkdf2::PBKDF2_HMAC_SHA256, Written::Base64, Written::Base64), password, digest)
        }
        "pbkdf2_sha256_django" => {
            pbkdf2((pbkdf2::PBKDF2_HMAC_SHA256, Written::AsIs, Written::Base64), password, digest)
        }
        "pbkdf2_sha512" => {
            pbkdf2((pbkdf2::PBKDF2_HMAC_SHA512, Written::AsIs, Written::Hex), password, digest)
        }
        "pbkdf2_sha512_hex" => {
            pbkdf2((pbkdf2::PBKDF2_HMAC_SHA512, Written::Hex, Written::Hex), password, digest)
        }
        other => {
            let reason =
                format!("cannot be checked by the embedded Clerk, whose user has a digest of {other}");
            return Err(ApiError::value("password", &reason));
        }
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

/// How a part of a digest is written.
#[derive(Clone, Copy)]
enum Written {
    AsIs,
    Base64,
    Hex,
    /// Hexadecimal, or as it is where it is not that.
    HexOrAsIs,
}

impl Written {
    fn read(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Written::AsIs => Some(text.as_bytes().to_vec()),
            Written::Base64 => STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok(),
            Written::Hex => hexadecimal(text),
            Written::HexOrAsIs => hexadecimal(text).or_else(|| Written::AsIs.read(text)),
        }
    }
}

/// A digest of the form `<name>$<rounds>$<salt>$<hash>`; salt and hash are written as each kind has it.
fn pbkdf2(kind: Pbkdf2, password: &str, stored: &str) -> bool {
    let (algorithm, salt_written, hash_written) = kind;
    let mut parts = stored.split('$').skip(1);
    let (Some(rounds), Some(salt), Some(hash)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let rounds = rounds.parse().ok().and_then(NonZeroU32::new);
    let (Some(rounds), Some(salt), Some(hash)) = (rounds, salt_written.read(salt), hash_written.read(hash))
    else {
        return false;
    };
    pbkdf2::verify(algorithm, rounds, &salt, password.as_bytes(), &hash).is_ok()
}

fn sha256(password: &str, stored: &str) -> bool {
    let hash = digest::digest(&digest::SHA256, password.as_bytes());
    hexadecimal(stored).is_some_and(|stored| stored == hash.as_ref())
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let digits = digits.filter(|d| d.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
