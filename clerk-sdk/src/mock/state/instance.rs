//! The instance's own settings: read, changed, and some of them heeded.

use serde_json::{Value, json};

use super::{Call, Handler, State};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetInstance", |state, _| {
        Ok(json!({
            "object": "instance", "id": state.instance_id, "environment_type": "development", "workspace_id": null,
            "allowed_origins": state.settings["instance"]["allowed_origins"],
        }))
    }),
    ("UpdateInstance", |state, call| Ok(update(state, call, "instance"))),
    ("UpdateInstanceRestrictions", |state, call| Ok(update(state, call, "restrictions"))),
    ("GetInstanceProtect", |state, _| Ok(state.settings["protect"].clone())),
    ("UpdateInstanceProtect", |state, call| Ok(update(state, call, "protect"))),
    ("GetInstanceCommunication", |state, _| Ok(state.settings["communication"].clone())),
    ("UpdateInstanceCommunication", |state, call| Ok(update(state, call, "communication"))),
    ("GetInstanceOAuthApplicationSettings", |state, _| Ok(state.settings["oauth"].clone())),
    ("UpdateInstanceOAuthApplicationSettings", |state, call| Ok(update(state, call, "oauth"))),
    ("GetInstanceOrganizationSettings", |state, _| Ok(state.shown_organization_settings())),
    ("UpdateInstanceOrganizationSettings", update_organization_settings),
    ("UpdateInstanceAuthConfig", |state, call| {
        if let Some(restricted) = call.flag("restricted_to_allowlist") {
            state.settings["restrictions"]["allowlist"] = json!(restricted);
        }
        let answer = update(state, call, "auth_config");
        Ok(answer)
    }),
];

/// Domains whose addresses are thrown away after use: a few of those that everyone knows.
const DISPOSABLE: &[&str] = &[
    "10minutemail.com",
    "guerrillamail.com",
    "maildrop.cc",
    "mailinator.com",
    "sharklasers.com",
    "temp-mail.org",
    "throwawaymail.com",
    "trashmail.com",
    "yopmail.com",
];

/// The settings of a new instance.
pub(super) fn defaults(instance_id: &str) -> Value {
    json!({
        "instance": { "allowed_origins": [] },
        "restrictions": {
            "object": "instance_restrictions", "allowlist": false, "blocklist": false,
            "allowlist_blocklist_disabled_on_sign_in": false, "block_email_subaddresses": false,
            "block_disposable_email_domains": false,
        },
        "protect": {
            "object": "instance_protect", "rules_enabled": false, "specter_enabled": false, "checks_bypassed": false,
        },
        "communication": { "object": "instance_communication", "blocked_country_codes": [] },
        "oauth": {
            "object": "oauth_application_settings", "dynamic_oauth_client_registration": false,
            "default_scopes": ["profile", "email"], "oauth_jwt_access_tokens": false,
            "client_id_metadata_documents_advertised": false,
            "client_id_metadata_documents_only_allow_pre_registered_clients": false,
            "client_id_metadata_documents_block_implicitly_allowed_clients": false,
        },
        "organizations": {
            "object": "organization_settings", "enabled": true, "max_allowed_memberships": 5,
            "max_allowed_roles": 10, "max_role_sets_allowed": 10, "max_allowed_domains": 10,
            "max_allowed_permissions": 50, "admin_delete_enabled": true,
            "domains_enabled": true, "slug_disabled": false,
            "domains_enrollment_modes": ["manual_invitation", "automatic_invitation", "automatic_suggestion"],
        },
        "auth_config": {
            "object": "instance_settings", "id": instance_id, "restricted_to_allowlist": false,
            "from_email_address": "noreply", "progressive_sign_up": true, "enhanced_email_deliverability": false,
        },
    })
}

impl State {
    pub(super) fn organization_settings(&self) -> &Value {
        &self.settings["organizations"]
    }

    /// The same, as answers show them: with what the initial role set decides.
    pub(super) fn shown_organization_settings(&self) -> Value {
        let mut shown = self.organization_settings().clone();
        if let (Value::Object(shown), Value::Object(roles)) = (&mut shown, self.role_settings()) {
            shown.extend(roles);
        }
        shown
    }

    /// Refuses with this code where organizations do not have what the setting turns on.
    pub(super) fn check_organization_setting(&self, setting: &str, code: &str) -> Result<(), ApiError> {
        if self.organization_settings()[setting] == true {
            return Ok(());
        }
        let message = "This is not enabled in the settings of the instance.";
        Err(ApiError::new(http::StatusCode::FORBIDDEN, code, message, message))
    }

    /// Whether passwords that were found in a breach are refused.
    pub(super) fn checks_breaches(&self) -> bool {
        self.settings["instance"]["hibp"] != false
    }

    /// Refuses an identifier that nobody may sign up with: one that the allow-list lacks or the block-list has.
    pub(super) fn check_restrictions(&self, identifier: &str) -> Result<(), ApiError> {
        let restrictions = &self.settings["restrictions"];
        let listed = |tag: &str| {
            let rows = self.rows(tag);
            let mut patterns = rows.map(|row| row.text("identifier"));
            patterns.any(|pattern| matches(pattern, identifier))
        };
        let allowed = restrictions["allowlist"] != true || listed("allowlist_identifier");
        let blocked = restrictions["blocklist"] == true && listed("blocklist_identifier");
        if !allowed || blocked {
            let long = format!("{identifier} is not allowed to access this application.");
            let status = http::StatusCode::FORBIDDEN;
            return Err(ApiError::new(status, "not_allowed_access", "Access not allowed.", &long));
        }
        let Some((local, domain)) = identifier.split_once('@') else { return Ok(()) };
        if restrictions["block_email_subaddresses"] == true && local.contains(['+', '=', '#']) {
            let long = "Email address must not contain the characters '+', '=', or '#'.";
            let (status, code) = (http::StatusCode::FORBIDDEN, "not_allowed_access");
            let error = ApiError::new(status, code, "Email subaddress not allowed.", long);
            return Err(error.about("email_address"));
        }
        if restrictions["block_disposable_email_domains"] == true && DISPOSABLE.contains(&domain) {
            let long = "Disposable email services are not supported, please use your regular email address to \
                        create an account.";
            return Err(ApiError::param("form_email_address_blocked", "email_address", long, long));
        }
        Ok(())
    }
}

/// An entry of a list: the identifier itself, `*@example.com`, `example.com`, or the beginning of a number.
fn matches(pattern: &str, identifier: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix('*') {
        return identifier.ends_with(rest);
    }
    if let Some(start) = pattern.strip_suffix('*') {
        return identifier.starts_with(start);
    }
    pattern == identifier || identifier.split_once('@').is_some_and(|(_, domain)| domain == pattern)
}

/// Takes over what the request has and the settings know; null leaves a setting as it is.
fn update(state: &mut State, call: &Call<'_>, group: &str) -> Value {
    let settings = &mut state.settings[group];
    for (name, value) in call.body.as_object().into_iter().flatten() {
        if !value.is_null() && (group == "instance" || settings.get(name).is_some()) {
            settings[name] = once_each(value);
        }
    }
    settings.clone()
}

/// A list without what was in it before; the lists of settings are sets.
fn once_each(value: &Value) -> Value {
    let Value::Array(items) = value else { return value.clone() };
    let first = |(index, item): &(usize, &Value)| !items[..*index].contains(item);
    items.iter().enumerate().filter(first).map(|(_, item)| item.clone()).collect()
}

fn update_organization_settings(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let modes = ["manual_invitation", "automatic_invitation", "automatic_suggestion"];
    if let Some(mode) = call.texts("domains_enrollment_modes").find(|mode| !modes.contains(mode)) {
        return Err(ApiError::none_of("domains_enrollment_modes", mode, &modes.join(", ")));
    }
    state.set_role_settings(call.text("creator_role_id"), call.text("domains_default_role_id"))?;
    update(state, call, "organizations");
    Ok(state.shown_organization_settings())
}
