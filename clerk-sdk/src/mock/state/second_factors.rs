//! Second factors: time-based codes and backup codes, checked and taken away.

use ring::hmac;
use serde_json::{Value, json};

use super::{Call, Handler, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("VerifyTOTP", verify),
    ("DisableMFA", |state, call| {
        remove(state, call, |user| {
            remove_totp(user);
            remove_backup_codes(user);
            let phones = user.get_mut("phone_numbers").and_then(Value::as_array_mut);
            for phone in phones.into_iter().flatten() {
                phone["reserved_for_second_factor"] = json!(false);
                phone["default_second_factor"] = json!(false);
            }
        })
    }),
    ("DeleteTOTP", |state, call| remove(state, call, remove_totp)),
    ("DeleteBackupCode", |state, call| remove(state, call, remove_backup_codes)),
];

/// The fields that keep the secrets.
const TOTP: &str = "_totp_secret";
const CODES: &str = "_backup_codes";
/// How long a time-based code holds, in milliseconds.
const PERIOD: i64 = 30_000;

/// Sets what a request brings of second factors.
pub(super) fn set(user: &mut Object, call: &Call<'_>, now: i64) {
    if let Some(secret) = call.text("totp_secret") {
        fields!(user, { TOTP: secret, "totp_enabled": true });
    }
    if let Some(codes) = call.body["backup_codes"].as_array() {
        fields!(user, { CODES: codes, "backup_code_enabled": !codes.is_empty() });
    }
    note(user, now);
}

/// A secret that a request brings is base32.
pub(super) fn check(call: &Call<'_>) -> Result<(), ApiError> {
    match call.text("totp_secret").map(base32) {
        Some(None) => {
            let long = "The TOTP secret is invalid, please provide a valid one base32 encoded";
            Err(ApiError::param("invalid_totp_secret_code", "totp_secret", "invalid TOTP secret", long))
        }
        _ => Ok(()),
    }
}

/// Notes whether there are second factors, and since when.
pub(super) fn note(user: &mut Object, now: i64) {
    let phones = user["phone_numbers"].as_array();
    let phone = phones.into_iter().flatten().any(|p| p["reserved_for_second_factor"] == true);
    let enabled = phone || user["totp_enabled"] == true || user["backup_code_enabled"] == true;
    if enabled && user["two_factor_enabled"] != true {
        fields!(user, { "mfa_enabled_at": now });
    }
    if !enabled && user["two_factor_enabled"] == true {
        fields!(user, { "mfa_disabled_at": now });
    }
    fields!(user, { "two_factor_enabled": enabled });
}

fn remove(state: &mut State, call: &Call<'_>, remove: impl FnOnce(&mut Object)) -> Result<Value, ApiError> {
    let now = state.now();
    let id = call.variable("user_id");
    let user = state.users.get_mut(id).ok_or_else(|| ApiError::not_found("user", id))?;
    remove(user);
    note(user, now);
    fields!(user, { "updated_at": now });
    Ok(json!({ "user_id": id }))
}

fn remove_totp(user: &mut Object) {
    user.remove(TOTP);
    user.insert("totp_enabled".into(), json!(false));
}

fn remove_backup_codes(user: &mut Object) {
    user.remove(CODES);
    user.insert("backup_code_enabled".into(), json!(false));
}

/// A backup code is used up by being right.
fn verify(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let id = call.variable("user_id");
    let user = state.users.get_mut(id).ok_or_else(|| ApiError::not_found("user", id))?;
    if user["totp_enabled"] != true && user["backup_code_enabled"] != true {
        let long = "This user does not have TOTP enabled in their account";
        let status = http::StatusCode::BAD_REQUEST;
        return Err(ApiError::new(status, "totp_disabled", "TOTP is disabled", long));
    }
    let code = call.text("code").unwrap_or_default();
    if let Some(secret) = base32(user.text(TOTP)).filter(|secret| !secret.is_empty()) {
        // The clock of the user's device may be a step behind or ahead.
        if [-1, 0, 1].iter().any(|step| totp(&secret, now / PERIOD + step) == code) {
            return Ok(json!({ "verified": true, "code_type": "totp" }));
        }
    }
    if let Some(codes) = user.get_mut(CODES).and_then(Value::as_array_mut)
        && let Some(position) = codes.iter().position(|c| c == code)
    {
        codes.remove(position);
        return Ok(json!({ "verified": true, "code_type": "backup_code" }));
    }
    let status = http::StatusCode::UNPROCESSABLE_ENTITY;
    if user["backup_code_enabled"] != true && code.chars().count() != 6 {
        let long = "The provided TOTP code must be 6 characters long.";
        return Err(ApiError::new(status, "totp_invalid_length", "invalid length", long));
    }
    let long = "The provided TOTP code is incorrect";
    Err(ApiError::new(status, "totp_incorrect_code", "incorrect TOTP", long))
}

/// The six digits of RFC 6238 with SHA-1, for a step of time.
fn totp(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes[bytes.len() - 1] & 0xf);
    let word = bytes[offset..offset + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The bytes of a text in base32, with or without padding and spaces.
fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for c in text.chars().filter(|c| !matches!(c, ' ' | '=' | '-')) {
        let value = match c.to_ascii_uppercase() {
            c @ 'A'..='Z' => c as u32 - 'A' as u32,
            c @ '2'..='7' => c as u32 - '2' as u32 + 26,
            _ => return None,
        };
        buffer = (buffer << 5 | value) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = base32("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ").unwrap();

        assert_eq!(secret, b"12345678901234567890");
        // RFC 6238, appendix B, without the first two of eight digits.
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp(&secret, seconds / 30), code, "{seconds}");
        }
        assert_eq!(base32("0189"), None);
    }
}
