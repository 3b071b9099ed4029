//! Users: created, read, changed, banned, locked, deleted.

use serde_json::{Value, json};

use super::contacts::{self, Contact};
use super::expiry::{self, LOCKED_UNTIL};
use super::{
    Call, Handler, Object, State, deleted, fields, find, identifiers, metadata, passwords, second_factors,
};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("CreateUser", create),
    ("GetUser", |state, call| Ok(show(state.user(call)?, state.at()))),
    ("UpdateUser", update),
    ("DeleteUser", delete),
    ("BanUser", |state, call| ban(state, &[call.variable("user_id")], true).map(first)),
    ("UnbanUser", |state, call| ban(state, &[call.variable("user_id")], false).map(first)),
    ("UsersBan", |state, call| ban(state, &user_ids(call), true).map(Value::Array)),
    ("UsersUnban", |state, call| ban(state, &user_ids(call), false).map(Value::Array)),
    ("LockUser", |state, call| {
        let until = state.now().saturating_add(LOCKOUT);
        set(state, call, &[("locked", json!(true)), (LOCKED_UNTIL, json!(until))])
    }),
    ("UnlockUser", |state, call| set(state, call, &[("locked", json!(false)), (LOCKED_UNTIL, Value::Null)])),
    ("SetUserProfileImage", set_profile_image),
    ("DeleteUserProfileImage", |state, call| {
        let user = state.user(call)?;
        if user["has_image"] != true {
            return Err(no_image());
        }
        state.forget_image(call.variable("user_id"));
        let image = json!(DEFAULT_IMAGE);
        set(
            state,
            call,
            &[("has_image", json!(false)), ("image_url", image.clone()), ("profile_image_url", image)],
        )
    }),
    ("UpdateUserMetadata", |state, call| {
        metadata::check_merged(state.user(call)?, call)?;
        change(state, call, |user| metadata::merge(user, call))
    }),
    ("ReplaceUserMetadata", |state, call| {
        metadata::check(call)?;
        change(state, call, |user| metadata::replace(user, call))
    }),
    ("VerifyPassword", verify_password),
    ("RemoveUserPassword", remove_password),
];

/// How long a lock holds, in milliseconds.
const LOCKOUT: i64 = 60 * 60 * 1000;

/// The picture of a user who has set none.
const DEFAULT_IMAGE: &str = "https://img.example.com/default-user.png";

/// Body fields that go into the user as they are.
const PLAIN: &[&str] = &[
    "external_id",
    "username",
    "first_name",
    "last_name",
    "locale",
    "delete_self_enabled",
    "create_organization_enabled",
    "create_organizations_limit",
    "bypass_client_trust",
];

impl State {
    /// The id of the user of this id, e-mail address, username or external id.
    pub(in crate::mock) fn find_user(&self, name: &str) -> Option<String> {
        let address = Contact::Email.normal(name);
        let is = |user: &&Object| {
            ["id", "username", "external_id"].iter().any(|field| user[*field] == name)
                || find(&user["email_addresses"], "email_address", &address).is_some()
        };
        self.users.iter().find(is).map(|user| user.id().to_owned())
    }
}

/// What an answer shows of a user.
pub(super) fn show(user: &Object, now: i64) -> Value {
    let mut shown = Value::from(user);
    shown["lockout_expires_in_seconds"] = expiry::lockout(user, now);
    shown
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let emails = new_contacts(state, call, Contact::Email)?;
    let phones = new_contacts(state, call, Contact::Phone)?;
    let wallets = new_wallets(state, call)?;
    let username = call.text("username").filter(|u| !u.is_empty());
    let anonymous = emails.is_empty() && phones.is_empty() && wallets.is_empty() && username.is_none();
    if anonymous && call.flag("skip_user_requirement") != Some(true) {
        return Err(missing_identifier());
    }
    check_names(state, call, None)?;
    check_locale(call)?;
    metadata::check(call)?;
    let times = check_times(state, call)?;
    let password = passwords::check(state, call)?;
    second_factors::check(call)?;
    let now = state.now();
    let mut object = state.sample("User");
    // Users have their memberships in a list of their own.
    object.remove("organization_memberships");
    for field in ["web3_wallets", "passkeys", "external_accounts", "saml_accounts", "enterprise_accounts"] {
        object.insert(field.into(), json!([]));
    }
    fields!(object, {
        "external_id": null, "username": null, "first_name": null, "last_name": null, "locale": null,
        "profile_image_url": DEFAULT_IMAGE, "image_url": DEFAULT_IMAGE, "has_image": false,
        "public_metadata": {}, "private_metadata": {}, "unsafe_metadata": {},
        "primary_email_address_id": first_id(&emails), "email_addresses": emails,
        "primary_phone_number_id": first_id(&phones), "phone_numbers": phones,
        "primary_web3_wallet_id": first_id(&wallets), "web3_wallets": wallets,
        "password_enabled": false, "password_last_updated_at": null,
        "banned": call.flag("banned").unwrap_or(false), "locked": call.flag("locked").unwrap_or(false),
        "deprovisioned": false, "lockout_expires_in_seconds": null, "verification_attempts_remaining": 100,
        "last_sign_in_at": null, "last_active_at": null, "legal_accepted_at": null, "scim": null,
        "delete_self_enabled": true, "create_organization_enabled": true, "create_organizations_limit": null,
        "bypass_client_trust": false, "created_at": now, "updated_at": now,
        "totp_enabled": false, "backup_code_enabled": false, "two_factor_enabled": false,
        "mfa_enabled_at": null, "mfa_disabled_at": null,
    });
    set_fields(&mut object, call, times);
    second_factors::set(&mut object, call, now);
    metadata::replace(&mut object, call);
    let id = state.ids.object("user");
    object.insert("id".into(), json!(id));
    if let Some(password) = password {
        passwords::set(&mut object, password, now);
    }
    state.users.insert(object.clone());
    Ok(Value::from(object))
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = call.variable("user_id").to_owned();
    let user = state.user(call)?;
    for (field, list) in [
        ("primary_email_address_id", "email_addresses"),
        ("primary_phone_number_id", "phone_numbers"),
        ("primary_web3_wallet_id", "web3_wallets"),
    ] {
        if let Some(wanted) = call.text(field) {
            check_primary(user, list, field, wanted)?;
        }
    }
    if call.body.get("username").is_some_and(|u| u.is_null() || u == "") && user["username"].is_string() {
        contacts::check_not_last(user)?;
    }
    if let Some(image) = call.text("profile_image_id").filter(|id| !id.is_empty())
        && state.image(image).is_none()
    {
        return Err(not_found_by("profile_image_id"));
    }
    check_names(state, call, Some(&id))?;
    check_locale(call)?;
    metadata::check(call)?;
    let times = check_times(state, call)?;
    let password = passwords::check(state, call)?;
    second_factors::check(call)?;
    let sign_out = password.is_some() && call.flag("sign_out_of_other_sessions") == Some(true);
    let answer = change(state, call, |user| {
        let now = user["updated_at"].as_i64().unwrap_or_default();
        set_fields(user, call, times);
        second_factors::set(user, call, now);
        metadata::replace(user, call);
        for field in ["primary_email_address_id", "primary_phone_number_id", "primary_web3_wallet_id"] {
            if let Some(primary) = call.body.get(field).filter(|primary| !primary.is_null()) {
                user.insert(field.into(), primary.clone());
            }
        }
        if let Some(password) = password {
            passwords::set(user, password, now);
        }
    })?;
    if sign_out {
        state.revoke_sessions(&id);
    }
    Ok(answer)
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = call.variable("user_id");
    let user = state.users.remove(id).ok_or_else(|| ApiError::not_found("user", id))?;
    state.memberships.retain(|m| m["_user_id"] != id);
    state.sessions.retain(|s| s["user_id"] != id);
    state.forget_credentials_of(id);
    state.forget_image(id);
    let (devices, tokens) =
        (&super::trusted_devices::TRUSTED_DEVICE, &super::provider_tokens::PROVIDER_TOKEN);
    for own in [devices.tag, tokens.tag, super::enrollment::SUGGESTION] {
        state.table_mut(own).retain(|o| o["_user_id"] != id);
    }
    let mut answer = deleted("user", id);
    if let Some(external_id) = user.get("external_id").filter(|e| e.is_string()) {
        answer["external_id"] = external_id.clone();
    }
    Ok(answer)
}

/// Bans or unbans all of these users, or none where one of them is not there.
fn ban(state: &mut State, ids: &[&str], banned: bool) -> Result<Vec<Value>, ApiError> {
    if let Some(unknown) = ids.iter().find(|id| state.users.get(id).is_none()) {
        return Err(ApiError::not_found("user", unknown));
    }
    let now = state.now();
    let mut answers = Vec::new();
    for id in ids {
        if let Some(user) = state.users.get_mut(id) {
            fields!(user, { "banned": banned, "updated_at": now });
            answers.push(show(user, now));
        }
        if banned {
            state.revoke_sessions(id);
        }
    }
    Ok(answers)
}

fn user_ids<'a>(call: &'a Call<'_>) -> Vec<&'a str> {
    call.body["user_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn first(values: Vec<Value>) -> Value {
    values.into_iter().next().unwrap_or_default()
}

fn set(state: &mut State, call: &Call<'_>, values: &[(&str, Value)]) -> Result<Value, ApiError> {
    change(state, call, |user| {
        user.extend(values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    })
}

/// Changes the user that the path names, and answers it.
fn change(state: &mut State, call: &Call<'_>, change: impl FnOnce(&mut Object)) -> Result<Value, ApiError> {
    let now = state.now();
    let id = call.variable("user_id");
    let user = state.users.get_mut(id).ok_or_else(|| ApiError::not_found("user", id))?;
    user.insert("updated_at".into(), json!(now));
    change(user);
    Ok(show(user, now))
}

/// Without a password nothing happens.
fn remove_password(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    if state.user(call)?["password_enabled"] != true {
        return Ok(show(state.user(call)?, state.at()));
    }
    if call.flag("sign_out_of_other_sessions") == Some(true) {
        state.revoke_sessions(call.variable("user_id"));
    }
    change(state, call, passwords::remove)
}

pub(super) fn no_image() -> ApiError {
    let long = "Image not found";
    ApiError::new(http::StatusCode::NOT_FOUND, "image_not_found", long, long)
}

fn set_profile_image(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = state.user(call)?.id().to_owned();
    let url = json!(state.keep_image(call, &id));
    set(state, call, &[("has_image", json!(true)), ("image_url", url.clone()), ("profile_image_url", url)])
}

fn verify_password(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    passwords::verify(state.user(call)?, call.text("password").unwrap_or_default())?;
    Ok(json!({ "verified": true }))
}

fn set_fields(object: &mut Object, call: &Call<'_>, times: Vec<(&'static str, Value)>) {
    for name in PLAIN {
        if let Some(value) = call.body.get(*name) {
            // A username is taken away by null or by the empty text.
            let cleared = *name == "username" && value == "";
            object.insert((*name).to_owned(), if cleared { Value::Null } else { value.clone() });
        }
    }
    object.extend(times.into_iter().map(|(name, value)| (name.to_owned(), value)));
}

/// The e-mail addresses or phone numbers that a new user comes with.
fn new_contacts(state: &mut State, call: &Call<'_>, kind: Contact) -> Result<Vec<Value>, ApiError> {
    let name = kind.field();
    let given: Vec<String> = call.texts(name).map(|text| kind.normal(text)).collect();
    let statuses: Vec<&str> = call.texts(kind.status_field()).collect();
    if !statuses.is_empty() && statuses.len() != given.len() {
        let reason = format!("must have one item for each {name}");
        return Err(ApiError::value(kind.status_field(), &reason));
    }
    for (index, value) in given.iter().enumerate() {
        kind.check(value, name)?;
        state.check_restrictions(value)?;
        if given[..index].contains(value) || state.contact_taken(kind, value, None) {
            return Err(kind.taken());
        }
    }
    let contacts = given.iter().enumerate().map(|(index, value)| {
        contacts::make(state, kind, value, statuses.get(index).copied().unwrap_or("verified"))
    });
    Ok(contacts.collect())
}

fn new_wallets(state: &mut State, call: &Call<'_>) -> Result<Vec<Value>, ApiError> {
    let mut wallets = Vec::new();
    for address in call.texts("web3_wallet") {
        let hexadecimal = address.strip_prefix("0x").filter(|a| a.len() == 40);
        if !hexadecimal.is_some_and(|a| a.chars().all(|c| c.is_ascii_hexdigit())) {
            return Err(ApiError::format("web3_wallet", "0x and 40 hexadecimal digits"));
        }
        let held = |list: &Value| find(list, "web3_wallet", address).is_some();
        if state.users.iter().any(|u| held(&u["web3_wallets"])) {
            return Err(ApiError::taken("web3_wallet", "web3 wallet"));
        }
        let mut wallet = state.sample("Web3Wallet");
        fields!(wallet, { "web3_wallet": address, "verification": contacts::verified_by_admin() });
        wallets.push(Value::from(wallet));
    }
    Ok(wallets)
}

fn first_id(contacts: &[Value]) -> Value {
    contacts.first().map_or(Value::Null, |c| c["id"].clone())
}

fn missing_identifier() -> ApiError {
    let long = "A user needs an e-mail address, a phone number, a web3 wallet or a username.";
    let status = http::StatusCode::UNPROCESSABLE_ENTITY;
    ApiError::new(status, "form_data_missing", "missing data", long)
}

/// Usernames and external ids are unique among users.
fn check_names(state: &State, call: &Call<'_>, own: Option<&str>) -> Result<(), ApiError> {
    let taken = |field: &str, value: &str| {
        state.users.iter().any(|user| {
            let other = user["id"].as_str() != own;
            other && user[field].as_str().is_some_and(|held| held.eq_ignore_ascii_case(value))
        })
    };
    if let Some(username) = call.text("username").filter(|u| !u.is_empty()) {
        identifiers::check_username(username)?;
        if taken("username", username) {
            return Err(ApiError::taken("username", "username"));
        }
    }
    match call.text("external_id") {
        Some(external_id) if taken("external_id", external_id) => {
            Err(ApiError::taken("external_id", "external id"))
        }
        _ => Ok(()),
    }
}

/// The times that requests give as text.
fn check_times(state: &mut State, call: &Call<'_>) -> Result<Vec<(&'static str, Value)>, ApiError> {
    let mut times = Vec::new();
    for name in ["created_at", "legal_accepted_at"] {
        match call.body.get(name) {
            Some(Value::String(text)) => {
                times.push((name, json!(identifiers::check_time(text, name, state.now())?)));
            }
            Some(Value::Null) if name == "legal_accepted_at" => times.push((name, Value::Null)),
            _ => {}
        }
    }
    Ok(times)
}

fn not_found_by(field: &str) -> ApiError {
    let long = format!("The resource associated with the supplied {field} was not found.");
    ApiError::param("form_resource_not_found", field, "is missing", &long)
}

/// A primary identifier is one of the user's own, and verified.
fn check_primary(user: &Object, list: &str, field: &str, wanted: &str) -> Result<(), ApiError> {
    let Some(contact) = find(&user[list], "id", wanted) else {
        return Err(not_found_by(field));
    };
    if contact["verification"]["status"] == "verified" {
        return Ok(());
    }
    let long = "This identification needs to be verified before you can perform this action.";
    Err(ApiError::param("form_verification_needed", field, "is unverified", long))
}

/// A locale is a language tag such as `en-US`.
fn check_locale(call: &Call<'_>) -> Result<(), ApiError> {
    let mut parts = call.text("locale").unwrap_or_default().split('-');
    let language = parts.next().unwrap_or_default();
    let letters = |text: &str| text.chars().all(|c| c.is_ascii_alphabetic());
    let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()));
    if (language.is_empty() || (2..=8).contains(&language.len())) && letters(language) && rest {
        return Ok(());
    }
    Err(ApiError::format("locale", "a valid BCP-47 language tag"))
}
