//! The kinds of objects that [`super::resource`] looks after, and what is special about each.

use serde_json::{Value, json};
use url::Url;

use super::resource::{Action, Change, PLAIN, Parent, Resource};
use super::{Call, Object, State, fields, identifiers};
use crate::mock::error::ApiError;

/// What tokens of a template can be signed with, by a key of its own.
const ALGORITHMS: &[&str] = &["HS256", "HS384", "HS512", "RS256", "RS384", "RS512"];
const HOUR: i64 = 60 * 60 * 1000;

pub(super) static RESOURCES: &[Resource] = &[
    Resource {
        tag: "allowlist_identifier",
        words: "allow-list identifier",
        operations: &[
            ("ListAllowlistIdentifiers", Action::List),
            ("CreateAllowlistIdentifier", Action::Create),
            ("DeleteAllowlistIdentifier", Action::Delete),
        ],
        ..RESTRICTION
    },
    Resource {
        tag: "blocklist_identifier",
        words: "block-list identifier",
        operations: &[
            ("ListBlocklistIdentifiers", Action::List),
            ("CreateBlocklistIdentifier", Action::Create),
            ("DeleteBlocklistIdentifier", Action::Delete),
        ],
        ..RESTRICTION
    },
    Resource {
        tag: "redirect_url",
        words: "redirect URL",
        variable: "id",
        operations: &[
            ("ListRedirectURLs", Action::List),
            ("CreateRedirectURL", Action::Create),
            ("GetRedirectURL", Action::Get),
            ("DeleteRedirectURL", Action::Delete),
        ],
        unique: &["url"],
        prepare: |_, call, _, _| {
            check_url(call, "url")?;
            let url = call.text("url").and_then(|url| Url::parse(url).ok());
            let local = |url: &Url| {
                url.host_str().is_some_and(|host| host == "localhost" || host.ends_with(".localhost"))
                    || matches!(url.host(), Some(url::Host::Ipv4(ip)) if ip.is_loopback())
            };
            if url.is_some_and(|url| url.scheme() == "http" && !local(&url)) {
                let long = "Please provide a secure URL (https)";
                return Err(ApiError::param("insecure_url", "url", "Insecure URL", long));
            }
            Ok(())
        },
        ..PLAIN
    },
    super::waitlist::ENTRY,
    Resource {
        tag: "actor_token",
        words: "actor token",
        variable: "actor_token_id",
        operations: &[
            ("CreateActorToken", Action::Create),
            ("RevokeActorToken", Action::Settle("revoked", "actor_token_cannot_be_revoked_code")),
        ],
        defaults: |_| json!({ "status": "pending" }),
        prepare: |state, call, object, change| ticket(state, call, object, change, HOUR),
        ..PLAIN
    },
    Resource {
        tag: "sign_in_token",
        words: "sign-in token",
        variable: "sign_in_token_id",
        operations: &[
            ("CreateSignInToken", Action::Create),
            ("RevokeSignInToken", Action::Settle("revoked", "sign_in_token_cannot_be_revoked_code")),
        ],
        defaults: |_| json!({ "status": "pending" }),
        prepare: |state, call, object, change| {
            ticket(state, call, object, change, 30 * 24 * HOUR)?;
            if change == Change::Create
                && let Some(organization) = call.text("org_id")
            {
                check_activation(state, organization, object.text("user_id"))?;
            }
            Ok(())
        },
        ..PLAIN
    },
    Resource {
        tag: "jwt_template",
        words: "JWT template",
        variable: "template_id",
        operations: &[
            ("ListJWTTemplates", Action::List),
            ("CreateJWTTemplate", Action::Create),
            ("GetJWTTemplate", Action::Get),
            ("UpdateJWTTemplate", Action::Update),
            ("DeleteJWTTemplate", Action::Delete),
        ],
        unique: &["name"],
        defaults: |_| json!({ "lifetime": 60, "allowed_clock_skew": 5, "signing_algorithm": "RS256" }),
        prepare: jwt_template,
        ..PLAIN
    },
    super::connections::SAML,
    super::connections::ENTERPRISE,
    Resource {
        tag: "organization_domain",
        words: "organization domain",
        variable: "domain_id",
        parent: Some(Parent { field: "organization_id", id: State::organization_id }),
        operations: &[
            ("CreateOrganizationDomain", Action::Create),
            ("UpdateOrganizationDomain", Action::Update),
            ("DeleteOrganizationDomain", Action::Delete),
        ],
        parts: &[(super::enrollment::SUGGESTION, super::enrollment::DOMAIN)],
        unique: &["name"],
        taken: |field, _| {
            let long = "This domain is already used by another organization.";
            let short = "organizaton domain already exists";
            ApiError::param("organization_domain_already_exists", field, short, long)
        },
        defaults: |_| json!({ "enrollment_mode": "manual_invitation" }),
        prepare: organization_domain,
        show: |state, object| {
            let mut shown = Value::from(object);
            if let Some(data) = state.public_organization_data(object.text("organization_id")) {
                shown["public_organization_data"] = data;
            }
            if let (Some(shown), Value::Object(pending)) =
                (shown.as_object_mut(), state.pending_enrollments(object))
            {
                shown.extend(pending);
            }
            shown
        },
        ..PLAIN
    },
    super::domains::DOMAIN,
    super::domains::PROXY_CHECK,
    super::machines::MACHINE,
    super::oauth_applications::APPLICATION,
    super::roles::PERMISSION,
    super::roles::ROLE,
    super::role_sets::ROLE_SET,
    super::directories::DIRECTORY,
    super::directories::SCIM_DIRECTORY,
    super::directories::MAPPING,
    super::directories::SCIM_MAPPING,
    super::sign_ups::SIGN_UP,
    super::trusted_devices::TRUSTED_DEVICE,
    super::provider_tokens::PROVIDER_TOKEN,
    super::admin_portal::LINK_TOKEN,
    super::agent_tasks::AGENT_TASK,
    super::test_runs::TEST_RUN,
    super::templates::TEMPLATE,
    super::billing::PRICE,
    super::billing::STATEMENT,
];

/// What an entry of the allow-list and one of the block-list have in common.
const RESTRICTION: Resource = Resource {
    variable: "identifier_id",
    unique: &["identifier"],
    taken: |_, object| {
        let long = format!("the identifier {} already exists", object.text("identifier"));
        ApiError::bad_request("duplicate_record", &long)
    },
    prepare: restricted_identifier,
    ..PLAIN
};

/// The kind of this tag.
pub(super) fn of_tag(tag: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.tag == tag)
}

/// The kind that an operation is about, and what it does.
pub(super) fn of_operation(id: &str) -> Option<(&'static Resource, Action)> {
    RESOURCES.iter().find_map(|resource| {
        let (_, action) = resource.operations.iter().find(|(operation, _)| *operation == id)?;
        Some((resource, *action))
    })
}

/// An e-mail address, a phone number or a wallet, with `*` for any text.
fn restricted_identifier(
    state: &mut State,
    call: &Call<'_>,
    object: &mut Object,
    _: Change,
) -> Result<(), ApiError> {
    let identifier = object.text("identifier").trim().to_lowercase();
    let kind = if identifier.starts_with("0x") {
        "web3_wallet"
    } else if identifier.starts_with('+') {
        identifiers::check_phone(&identifier.replace('*', "00000000"), "identifier")?;
        "phone_number"
    } else {
        identifiers::check_email(&identifier.replace('*', "any"), "identifier")?;
        "email_address"
    };
    if call.flag("notify") == Some(true) && kind == "email_address" && !identifier.contains('*') {
        let invitation = super::invitations::invite(state, &identifier);
        fields!(object, { "invitation_id": invitation["id"] });
    }
    fields!(object, { "identifier": identifier, "identifier_type": kind });
    Ok(())
}

/// A user who signs in can be put into an organization that the user is a member of.
fn check_activation(state: &State, organization: &str, user: &str) -> Result<(), ApiError> {
    state.check_organization_setting("enabled", "organization_not_enabled_in_instance")?;
    if state.organizations.get(organization).is_none() {
        return Err(ApiError::not_found("organization", organization));
    }
    if state.is_member(organization, user) {
        return Ok(());
    }
    let long =
        "The user is not a member of the organization. Only organization members can perform this action.";
    let (status, code) = (http::StatusCode::FORBIDDEN, "not_a_member_in_organization");
    Err(ApiError::new(status, code, "not a member", long))
}

/// A token that a user signs in with, and the address that takes it.
pub(super) fn ticket(
    state: &mut State,
    call: &Call<'_>,
    object: &mut Object,
    change: Change,
    lifetime: i64,
) -> Result<(), ApiError> {
    if change == Change::Update {
        return Ok(());
    }
    let user = object.text("user_id");
    if state.users.get(user).is_none() {
        return Err(ApiError::not_found("user", user));
    }
    let lifetime = call.body["expires_in_seconds"].as_i64().map_or(lifetime, |s| s.saturating_mul(1000));
    let claims = json!({
        "iss": super::ISSUER, "sid": object.id(), "sub": user,
        "exp": state.now().saturating_add(lifetime) / 1000,
    });
    let claims = claims.as_object().cloned().unwrap_or_default();
    let token = state.keys.sign(serde_json::Map::new(), &claims, crate::mock::keys::Signer::Current);
    let url = format!("{}/v1/tickets/accept?ticket={token}", super::ISSUER);
    fields!(object, { "token": token, "url": url });
    Ok(())
}

fn jwt_template(_: &mut State, call: &Call<'_>, object: &mut Object, _: Change) -> Result<(), ApiError> {
    let reserved = ["iss", "sub", "exp", "iat", "nbf", "jti", "azp", "sid"];
    let claims = object["claims"].as_object().into_iter().flatten();
    if let Some((name, _)) = claims.into_iter().find(|(name, _)| reserved.contains(&name.as_str())) {
        let long = format!("You can't use the reserved claim: '{name}'");
        let status = http::StatusCode::BAD_REQUEST;
        let code = "jwt_template_reserved_claim";
        return Err(ApiError::new(status, code, "reserved claim used", &long).about("claims"));
    }
    if object.text("name").trim().is_empty() {
        return Err(ApiError::value("name", "must not be empty"));
    }
    if call.text("signing_key").is_some() != (object["custom_signing_key"] == true)
        && call.body.get("custom_signing_key").is_some()
    {
        let long = "`signing_key` is required when `custom_signing_key` is `true`.";
        return Err(ApiError::param("form_conditional_param_missing", "signing_key", "is missing", long));
    }
    let algorithm = object.text("signing_algorithm");
    if object["custom_signing_key"] == true {
        if call.text("signing_algorithm").is_none() && call.body.get("custom_signing_key").is_some() {
            let long = "`signing_algorithm` is required when `custom_signing_key` is `true`.";
            let code = "form_conditional_param_missing";
            return Err(ApiError::param(code, "signing_algorithm", "is missing", long));
        }
        if !ALGORITHMS.contains(&algorithm) {
            return Err(ApiError::none_of("signing_algorithm", algorithm, &ALGORITHMS.join(", ")));
        }
    }
    if let Some(key) = call.text("signing_key") {
        if crate::mock::keys::sign_with(algorithm, key, b"").is_none() {
            return Err(ApiError::format("signing_key", &format!("a key for {algorithm}")));
        }
        fields!(object, { "_signing_key": key });
    } else if object["custom_signing_key"] == false {
        object.remove("_signing_key");
    }
    Ok(())
}

fn organization_domain(
    state: &mut State,
    call: &Call<'_>,
    object: &mut Object,
    change: Change,
) -> Result<(), ApiError> {
    if change == Change::Create {
        state.check_organization_setting("domains_enabled", "organization_domains_not_enabled")?;
        let name = call.text("name").unwrap_or_default().trim().to_lowercase();
        if !name.contains('.') || name.contains(['@', '/', ' ']) {
            return Err(ApiError::format("name", "the name of a domain"));
        }
        if ["gmail.com", "outlook.com", "yahoo.com", "hotmail.com", "icloud.com"].contains(&name.as_str()) {
            let long = "This is a common email provider domain. Please use a different one.";
            return Err(ApiError::param("organization_domain_common", "name", "common email domain", long));
        }
        let settings = state.organization_settings();
        let most = settings["max_allowed_domains"].as_u64().unwrap_or(0);
        let own = state.table("organization_domain").into_iter().flat_map(super::table::Table::iter);
        let own = own.filter(|d| d["organization_id"] == object["organization_id"]).count() as u64;
        if own >= most {
            let long = format!("You have reached your limit of {most} domains per organization.");
            let (status, code) = (http::StatusCode::FORBIDDEN, "organization_domain_quota_exceeded");
            return Err(ApiError::new(status, code, "organization domains quota exceeded", &long));
        }
        fields!(object, { "name": name });
    }
    let modes = ["manual_invitation", "automatic_invitation", "automatic_suggestion", "enterprise_sso"];
    if let Some(mode) = call.text("enrollment_mode")
        && !modes.contains(&mode)
    {
        return Err(ApiError::none_of("enrollment_mode", mode, &modes.join(", ")));
    }
    check_mode(state, call)?;
    let verified = call.flag("verified").or((change == Change::Create).then_some(true));
    if let Some(verified) = verified {
        let now = state.now();
        let verification = |status: &str, at: Value| json!({ "status": status, "strategy": "admin", "attempts": null, "expire_at": null, "verified_at": at });
        let verification = if verified {
            verification("verified", json!(now))
        } else {
            verification("unverified", Value::Null)
        };
        fields!(object, {
            "verification": verification, "affiliation_verification": verification,
            "ownership_verification": verification,
        });
    }
    Ok(())
}

/// The ways to join by a domain are those that the settings allow.
fn check_mode(state: &State, call: &Call<'_>) -> Result<(), ApiError> {
    let Some(mode) = call.text("enrollment_mode") else { return Ok(()) };
    let enabled = state.organization_settings()["domains_enrollment_modes"].as_array().into_iter().flatten();
    if ["manual_invitation", "enterprise_sso"].contains(&mode) || { enabled }.any(|known| known == mode) {
        return Ok(());
    }
    let long = format!("Enrollment mode {mode} is not enabled for this instances's organizations.");
    let short = "organization enrollment mode not enabled";
    let (status, code) = (http::StatusCode::FORBIDDEN, "organization_domain_enrollment_mode_not_enabled");
    Err(ApiError::new(status, code, short, &long))
}

/// A URL of the body is one.
pub(super) fn check_url(call: &Call<'_>, name: &str) -> Result<(), ApiError> {
    match call.text(name).map(Url::parse) {
        Some(Err(_)) => Err(ApiError::format(name, "a valid URL")),
        _ => Ok(()),
    }
}
