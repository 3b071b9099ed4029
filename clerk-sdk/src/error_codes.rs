//! Codes of the errors that Clerk's Backend API lists, for [`Error::has_code`](crate::Error::has_code).
//!
//! The codes and their statuses are those of Clerk's page "Backend API errors". The API may send codes that are not
//! listed here, and one code with several statuses.
//!
//! ```
//! use clerk_sdk::{Error, error_codes};
//!
//! fn is_address_taken(error: &Error) -> bool {
//!     error.has_code(error_codes::FORM_IDENTIFIER_EXISTS)
//! }
//! ```

/// Declares a constant for each code, named in capitals as the code is, and the list of all codes.
macro_rules! error_codes {
    ($($name:ident $code:literal $statuses:literal;)*) => {
        $(
            #[doc = concat!("HTTP ", $statuses, ".")]
            pub const $name: &str = $code;
        )*

        #[cfg(test)]
        const ALL: &[(&str, &str)] = &[$((stringify!($name), $code)),*];
    };
}

error_codes! {
    ACTOR_TOKEN_CANNOT_BE_REVOKED_CODE "actor_token_cannot_be_revoked_code" "400";
    AUTHENTICATION_INVALID "authentication_invalid" "401";
    AUTHORIZATION_HEADER_FORMAT_INVALID "authorization_header_format_invalid" "401";
    AUTHORIZATION_INVALID "authorization_invalid" "403";
    BAD_REQUEST "bad_request" "400";
    BREAKS_INSTANCE_INVARIANT "breaks_instance_invariant" "400";
    BULK_SIZE_EXCEEDED "bulk_size_exceeded" "400";
    CLERK_KEY_INVALID "clerk_key_invalid" "401";
    CLIENT_NOT_FOUND "client_not_found" "400";
    COOKIE_INVALID "cookie_invalid" "400";
    COULD_NOT_AUTHENTICATE_REQUEST "could_not_authenticate_request" "401";
    DEPROVISIONED "deprovisioned" "400 or 401";
    DOMAIN_UPDATE_FORBIDDEN "domain_update_forbidden" "400";
    DUPLICATE_LIST_ITEMS_NOT_ALLOWED "duplicate_list_items_not_allowed" "422";
    DUPLICATE_RECORD "duplicate_record" "400";
    ENHANCED_EMAIL_DELIVERABILITY_PROHIBITED "enhanced_email_deliverability_prohibited" "422";
    EXPIRED_SESSION_TOKEN_INVALID "expired_session_token_invalid" "401";
    EXPIRED_SESSION_TOKEN_MISSING_AZP "expired_session_token_missing_azp" "401";
    EXPIRED_SESSION_TOKEN_MISSING_SID "expired_session_token_missing_sid" "401";
    FAILED_TO_VERIFY_INTERNAL_MIGRATION_JWT "failed_to_verify_internal_migration_jwt" "401";
    FEATURE_NOT_ENABLED "feature_not_enabled" "401 or 403";
    FEATURE_REQUIRES_OIDC_PROVIDER "feature_requires_oidc_provider" "422";
    FEATURE_REQUIRES_PROGRESSIVE_SIGN_UP "feature_requires_progressive_sign_up" "422";
    FORM_ALREADY_EXISTS "form_already_exists" "422";
    FORM_CONDITIONAL_PARAM_DISALLOWED "form_conditional_param_disallowed" "422";
    FORM_CONDITIONAL_PARAM_MISSING "form_conditional_param_missing" "422";
    FORM_DATA_MISSING "form_data_missing" "422";
    FORM_DISABLE_DEFAULT_SECOND_FACTOR_NOT_ALLOWED "form_disable_default_second_factor_not_allowed" "422";
    FORM_DISALLOW_FUTURE_DATE "form_disallow_future_date" "422";
    FORM_IDENTIFIER_EXISTS "form_identifier_exists" "422";
    FORM_INVALID_ORIGIN "form_invalid_origin" "422";
    FORM_PARAM_ARRAY_SIZE_EXCEEDED "form_param_array_size_exceeded" "422";
    FORM_PARAM_DUPLICATE "form_param_duplicate" "422";
    FORM_PARAM_EXCEEDS_ALLOWED_SIZE "form_param_exceeds_allowed_size" "422";
    FORM_PARAM_FORMAT_INVALID "form_param_format_invalid" "422";
    FORM_PARAM_INVALID_DATE "form_param_invalid_date" "422";
    FORM_PARAM_INVALID_TIME "form_param_invalid_time" "422";
    FORM_PARAM_MAX_LENGTH_EXCEEDED "form_param_max_length_exceeded" "422";
    FORM_PARAM_MIN_LENGTH_EXCEEDED "form_param_min_length_exceeded" "422";
    FORM_PARAM_MISSING "form_param_missing" "400 or 422";
    FORM_PARAM_NIL "form_param_nil" "422";
    FORM_PARAM_TYPE_INVALID "form_param_type_invalid" "422";
    FORM_PARAM_UNKNOWN "form_param_unknown" "422";
    FORM_PARAM_VALUE_INVALID "form_param_value_invalid" "422";
    FORM_PARAM_VALUE_TOO_LARGE "form_param_value_too_large" "422";
    FORM_PASSWORD_DIGEST_INVALID_CODE "form_password_digest_invalid_code" "422";
    FORM_PASSWORD_LENGTH_TOO_LONG "form_password_length_too_long" "422";
    FORM_PASSWORD_LENGTH_TOO_SHORT "form_password_length_too_short" "422";
    FORM_PASSWORD_NO_LOWERCASE "form_password_no_lowercase" "422";
    FORM_PASSWORD_NO_NUMBER "form_password_no_number" "422";
    FORM_PASSWORD_NO_SPECIAL_CHAR "form_password_no_special_char" "422";
    FORM_PASSWORD_NO_UPPERCASE "form_password_no_uppercase" "422";
    FORM_PASSWORD_NOT_STRONG_ENOUGH "form_password_not_strong_enough" "422";
    FORM_PASSWORD_PWNED "form_password_pwned" "422";
    FORM_PASSWORD_SIZE_IN_BYTES_EXCEEDED "form_password_size_in_bytes_exceeded" "422";
    FORM_PASSWORD_VALIDATION_FAILED "form_password_validation_failed" "422";
    FORM_RESOURCE_NOT_FOUND "form_resource_not_found" "422";
    FORM_USERNAME_INVALID_CHARACTER "form_username_invalid_character" "422";
    FORM_USERNAME_INVALID_LENGTH "form_username_invalid_length" "422";
    FORM_USERNAME_NEEDS_NON_NUMBER_CHAR "form_username_needs_non_number_char" "422";
    HOME_URL_TAKEN "home_url_taken" "422";
    IDENTIFICATION_CLAIMED "identification_claimed" "400";
    IDENTIFICATION_CREATE_SECOND_FACTOR_UNVERIFIED "identification_create_second_factor_unverified" "400";
    IDENTIFICATION_UPDATE_FAILED "identification_update_failed" "400";
    IDENTIFICATION_UPDATE_SECOND_FACTOR_UNVERIFIED "identification_update_second_factor_unverified" "400";
    IMAGE_NOT_FOUND "image_not_found" "404";
    INCORRECT_PASSWORD "incorrect_password" "422";
    INTERNAL_CLERK_ERROR "internal_clerk_error" "500";
    INTERNAL_MIGRATION_JWT_MISSING_INSTANCE_ID "internal_migration_jwt_missing_instance_id" "401";
    INVALID_ENVIRONMENT_TYPE "invalid_environment_type" "400";
    INVALID_PROXY_CONFIGURATION "invalid_proxy_configuration" "422";
    INVALID_QUERY_PARAMETER_VALUE "invalid_query_parameter_value" "400";
    INVALID_SESSION_TOKEN "invalid_session_token" "400";
    INVALID_TEMPLATE_BODY "invalid_template_body" "422";
    INVALID_TOTP_SECRET_CODE "invalid_totp_secret_code" "422";
    INVITATION_ALREADY_ACCEPTED "invitation_already_accepted" "400";
    INVITATION_ALREADY_REVOKED "invitation_already_revoked" "400";
    INVITATIONS_NOT_SUPPORTED "invitations_not_supported" "400";
    JWT_TEMPLATE_RESERVED_CLAIM "jwt_template_reserved_claim" "400";
    KNOWN_HOSTING_DOMAIN "known_hosting_domain" "422";
    MACHINE_TOKEN_RESERVED_CLAIM "machine_token_reserved_claim" "400";
    MAINTENANCE_MODE "maintenance_mode" "503";
    MALFORMED_PUBLISHABLE_KEY "malformed_publishable_key" "400";
    MALFORMED_REQUEST_PARAMETERS "malformed_request_parameters" "400";
    MISSING_ORGANIZATION_PERMISSION "missing_organization_permission" "403";
    MISSING_QUERY_PARAMETER "missing_query_parameter" "400";
    NO_PASSWORD_SET "no_password_set" "400";
    NOT_A_MEMBER_IN_ORGANIZATION "not_a_member_in_organization" "403";
    OAUTH_APPLICATION_CONSENT_SCREEN_CANNOT_BE_DISABLED "oauth_application_consent_screen_cannot_be_disabled" "422";
    OAUTH_MISSING_ACCESS_TOKEN "oauth_missing_access_token" "422";
    OAUTH_MISSING_REFRESH_TOKEN "oauth_missing_refresh_token" "422";
    OAUTH_TOKEN_PROVIDER_NOT_ENABLED "oauth_token_provider_not_enabled" "404";
    OAUTH_TOKEN_RETRIEVAL_ERROR "oauth_token_retrieval_error" "400";
    OAUTH_UNSUPPORTED_PROVIDER "oauth_unsupported_provider" "400";
    OPERATION_DEPRECATED "operation_deprecated" "410";
    OPERATION_NOT_ALLOWED_ON_PRIMARY_DOMAIN "operation_not_allowed_on_primary_domain" "403";
    ORGANIZATION_ALREADY_HAS_SSO_CONNECTION "organization_already_has_sso_connection" "422";
    ORGANIZATION_CREATOR_NOT_FOUND "organization_creator_not_found" "400";
    ORGANIZATION_DOMAIN_ALREADY_EXISTS "organization_domain_already_exists" "422";
    ORGANIZATION_DOMAIN_BLOCKED "organization_domain_blocked" "422";
    ORGANIZATION_DOMAIN_COMMON "organization_domain_common" "422";
    ORGANIZATION_DOMAIN_ENROLLMENT_MODE_NOT_ENABLED "organization_domain_enrollment_mode_not_enabled" "403";
    ORGANIZATION_DOMAIN_QUOTA_EXCEEDED "organization_domain_quota_exceeded" "403";
    ORGANIZATION_INVITATION_NOT_UNIQUE "organization_invitation_not_unique" "400";
    ORGANIZATION_MISSING_CREATOR_ROLE_PERMISSIONS "organization_missing_creator_role_permissions" "422";
    ORGANIZATION_NOT_ENABLED_IN_INSTANCE "organization_not_enabled_in_instance" "403";
    ORGANIZATION_NOT_FOUND_OR_UNAUTHORIZED "organization_not_found_or_unauthorized" "404";
    ORGANIZATIONS_DISABLE_NOT_ALLOWED "organizations_disable_not_allowed" "400";
    PRIMARY_DOMAIN_ALREADY_EXISTS "primary_domain_already_exists" "422";
    PRODUCT_NOT_SUPPORTED_BY_SUBSCRIPTION_PLAN "product_not_supported_by_subscription_plan" "400";
    QUOTA_EXCEEDED "quota_exceeded" "403";
    REFRESH_REQUEST_ORIGIN_AZP_MISMATCH "refresh_request_origin_azp_mismatch" "401";
    REFRESH_REQUEST_ORIGIN_INVALID "refresh_request_origin_invalid" "401";
    REFRESH_SID_MISMATCH "refresh_sid_mismatch" "401";
    REFRESH_TOKEN_NOT_FOUND "refresh_token_not_found" "401";
    REQUEST_BODY_INVALID "request_body_invalid" "400";
    REQUEST_INVALID_FOR_ENVIRONMENT "request_invalid_for_environment" "400";
    REQUEST_INVALID_FOR_INSTANCE "request_invalid_for_instance" "400";
    REQUIRED_VARIABLE_MISSING "required_variable_missing" "422";
    RESERVED_DOMAIN "reserved_domain" "422";
    RESERVED_SUBDOMAIN "reserved_subdomain" "422";
    RESOURCE_FORBIDDEN "resource_forbidden" "403";
    RESOURCE_NOT_FOUND "resource_not_found" "404";
    SAML_CONNECTION_CANT_BE_ACTIVATED "saml_connection_cant_be_activated" "422";
    SAML_FAILED_TO_FETCH_IDP_METADATA "saml_failed_to_fetch_idp_metadata" "400";
    SAML_FAILED_TO_PARSE_IDP_METADATA "saml_failed_to_parse_idp_metadata" "422";
    SESSION_REFRESH_EXPIRED_SESSION_TOKEN_CONSUMED "session_refresh_expired_session_token_consumed" "401";
    SESSION_REFRESH_EXPIRED_SESSION_TOKEN_MISSING_IAT "session_refresh_expired_session_token_missing_iat" "401";
    SESSION_REFRESH_EXPIRED_SESSION_TOKEN_TOO_OLD "session_refresh_expired_session_token_too_old" "401";
    SESSION_REFRESH_INACTIVE_SESSION "session_refresh_inactive_session" "401";
    SESSION_REFRESH_SESSION_NOT_FOUND "session_refresh_session_not_found" "401";
    SESSION_REFRESH_SESSION_TOKEN_INELIGIBLE "session_refresh_session_token_ineligible" "401";
    SESSION_REFRESH_USER_NOT_FOUND "session_refresh_user_not_found" "401";
    SESSION_TOKEN_JWT_TEMPLATE "session_token_jwt_template" "403";
    SIGN_IN_TOKEN_CANNOT_BE_REVOKED_CODE "sign_in_token_cannot_be_revoked_code" "400";
    SIGN_UP_CANNOT_BE_UPDATED "sign_up_cannot_be_updated" "403";
    SIGN_UP_MODE_RESTRICTED_INVALID_VALUE "sign_up_mode_restricted_invalid_value" "422";
    SVIX_APP_MISSING "svix_app_missing" "400";
    TEMPLATE_BODY_MODIFICATION_RESTRICTED "template_body_modification_restricted" "400";
    TEMPLATE_DELETION_RESTRICTED "template_deletion_restricted" "400";
    TEMPLATE_REVERT_ERROR "template_revert_error" "400";
    TEMPLATE_TYPE_UNSUPPORTED "template_type_unsupported" "400";
    TOTP_DISABLED "totp_disabled" "400";
    TOTP_INCORRECT_CODE "totp_incorrect_code" "422";
    TOTP_INVALID_LENGTH "totp_invalid_length" "422";
    UNSUPPORTED_CONTENT_TYPE "unsupported_content_type" "415";
    UNSUPPORTED_COUNTRY_CODE "unsupported_country_code" "403";
    UNSUPPORTED_SUBSCRIPTION_PLAN_FEATURES "unsupported_subscription_plan_features" "402";
    USER_BANNED "user_banned" "403";
    USER_QUOTA_EXCEEDED "user_quota_exceeded" "403";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn each_constant_is_named_after_its_code() {
        assert!(ALL.is_sorted_by_key(|(_, code)| code));
        for (name, code) in ALL {
            assert_eq!(*name, code.to_ascii_uppercase());
        }
    }

    #[test]
    fn each_code_of_the_documents_has_a_constant() {
        let known: BTreeSet<&str> = ALL.iter().map(|(_, code)| *code).collect();
        let mut found = BTreeSet::new();
        for document in clerk_openapi::DOCUMENTS {
            let document: serde_json::Value = serde_json::from_slice(document.json).unwrap();
            collect(&document, &mut found);
        }
        assert!(found.len() > 50, "only {} codes in the documents", found.len());
        let unknown: Vec<&String> = found.iter().filter(|code| !known.contains(code.as_str())).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    fn collect(value: &serde_json::Value, found: &mut BTreeSet<String>) {
        if let Some(codes) = value.get("x-error-codes").and_then(serde_json::Value::as_array) {
            found.extend(codes.iter().filter_map(|code| code.as_str().map(str::to_owned)));
        }
        match value {
            serde_json::Value::Object(members) => members.values().for_each(|it| collect(it, found)),
            serde_json::Value::Array(items) => items.iter().for_each(|it| collect(it, found)),
            _ => {}
        }
    }
}
