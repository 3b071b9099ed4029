//! A user as one would write it down by hand: every field, with derived serde.
#![allow(dead_code, reason = "decoding them is what is measured")]

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub struct User {
    pub id: String,
    pub object: String,
    pub external_id: Option<String>,
    pub primary_email_address_id: Option<String>,
    pub primary_phone_number_id: Option<String>,
    pub primary_web3_wallet_id: Option<String>,
    pub username: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub locale: Option<String>,
    pub profile_image_url: Option<String>,
    pub image_url: Option<String>,
    pub has_image: bool,
    pub public_metadata: Map<String, Value>,
    pub private_metadata: Option<Map<String, Value>>,
    pub unsafe_metadata: Option<Map<String, Value>>,
    pub email_addresses: Vec<EmailAddress>,
    pub phone_numbers: Vec<PhoneNumber>,
    pub web3_wallets: Vec<Value>,
    pub passkeys: Vec<Value>,
    pub password_enabled: bool,
    pub two_factor_enabled: bool,
    pub totp_enabled: bool,
    pub backup_code_enabled: bool,
    pub mfa_enabled_at: Option<i64>,
    pub mfa_disabled_at: Option<i64>,
    pub password_last_updated_at: Option<i64>,
    pub external_accounts: Vec<Value>,
    pub saml_accounts: Vec<Value>,
    pub enterprise_accounts: Vec<Value>,
    pub organization_memberships: Option<Vec<Value>>,
    pub last_sign_in_at: Option<i64>,
    pub banned: bool,
    pub locked: bool,
    pub deprovisioned: Option<bool>,
    pub lockout_expires_in_seconds: Option<i64>,
    pub verification_attempts_remaining: Option<i64>,
    pub updated_at: i64,
    pub created_at: i64,
    pub delete_self_enabled: bool,
    pub create_organization_enabled: bool,
    pub create_organizations_limit: Option<i64>,
    pub last_active_at: Option<i64>,
    pub legal_accepted_at: Option<i64>,
    pub bypass_client_trust: Option<bool>,
    pub scim: Option<Value>,
}

#[derive(Deserialize)]
pub struct EmailAddress {
    pub id: Option<String>,
    pub object: String,
    pub email_address: String,
    pub reserved: bool,
    pub verification: Option<Verification>,
    pub linked_to: Vec<Value>,
    pub matches_sso_connection: Option<bool>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Deserialize)]
pub struct PhoneNumber {
    pub id: Option<String>,
    pub object: String,
    pub phone_number: String,
    pub reserved_for_second_factor: Option<bool>,
    pub default_second_factor: Option<bool>,
    pub reserved: bool,
    pub verification: Option<Verification>,
    pub linked_to: Vec<Value>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Deserialize)]
pub struct Verification {
    pub object: Option<String>,
    pub status: String,
    pub strategy: String,
    pub attempts: Option<i64>,
    pub expire_at: Option<i64>,
    pub verified_at_client: Option<String>,
}
