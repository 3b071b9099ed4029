//! What identifiers, slugs and times look like, and what is said where one does not.

use crate::mock::error::ApiError;
use crate::mock::time;

pub(in crate::mock) fn check_email(address: &str, param: &str) -> Result<(), ApiError> {
    let well_formed = address.split_once('@').is_some_and(|(local, domain)| {
        let labels = domain
            .split('.')
            .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
        !local.is_empty() && domain.contains('.') && labels
    });
    if well_formed && !address.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Ok(());
    }
    Err(ApiError::format(param, "a valid email address"))
}

pub(super) fn check_phone(number: &str, param: &str) -> Result<(), ApiError> {
    let digits = number.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit()) {
        return Ok(());
    }
    Err(ApiError::format(param, "a valid phone number according to the international standard E.164"))
}

pub(super) fn check_username(username: &str) -> Result<(), ApiError> {
    let (code, long) = if check_phone(username, "username").is_ok() {
        let long = "username cannot be a phone number. Please choose a different username.";
        ("form_username_cannot_be_phone_number", long)
    } else if username.chars().count() > 64 {
        ("form_username_invalid_length", "Usernames must be no longer than 64 characters.")
    } else if !username.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        ("form_username_invalid_character", "Usernames can only contain letters, digits, '_' and '-'.")
    } else if username.chars().all(|c| c.is_ascii_digit()) {
        ("form_username_needs_non_number_char", "Usernames must contain a character that is no digit.")
    } else {
        return Ok(());
    };
    Err(ApiError::param(code, "username", long, long))
}

pub(super) fn check_slug(slug: &str) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !slug.is_empty() && slug.chars().all(allowed) {
        return Ok(());
    }
    Err(ApiError::format("slug", "lowercase letters, digits and '-' only"))
}

/// Unix milliseconds of an RFC 3339 time that is not in the future.
pub(super) fn check_time(text: &str, param: &str, now: i64) -> Result<i64, ApiError> {
    let Some(time) = time::parse_rfc3339(text) else {
        let long = format!(
            "{param} must contain a datetime specified in RFC3339 format (e.g. `2022-10-20T10:00:27.645Z`)."
        );
        return Err(ApiError::param("form_param_invalid_time", param, "invalid format", &long));
    };
    if time > now {
        let long = "Date values must not be in the future.";
        return Err(ApiError::param("form_disallow_future_date", param, long, long));
    }
    Ok(time)
}
