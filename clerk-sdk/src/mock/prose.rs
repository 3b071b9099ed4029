//! Rules that the document states in the descriptions of its operations, not in their schemas. Those that depend on
//! what is stored are with their resource, in [`state`](super::state).

use http::StatusCode;
use serde_json::Value;
use url::Url;

use super::error::ApiError;
use super::query::Query;

/// A rule about the body of a request, or each item of a body that is an array. A field that is absent or null breaks
/// none. Names of nested fields have dots.
enum Rule {
    /// The text has more than white space.
    NotBlank(&'static str),
    /// The number is at least this.
    AtLeast(&'static str, i64),
    /// The second field is present if the first one is true.
    Needs(&'static str, &'static str),
    /// Both fields are not present.
    Excludes(&'static str, &'static str),
    /// No item of the list is there twice; of objects, none with this field.
    Unique(&'static str, &'static str),
    /// The list has at least one item.
    Filled(&'static str),
    /// The list has at most so many items.
    AtMost(&'static str, usize),
    Email(&'static str),
    Url(&'static str),
    /// The text, or each item of the list, has this form.
    Form(&'static str, fn(&str) -> bool, &'static str),
    /// The same, with a code and a sentence of its own.
    Coded(&'static str, fn(&str) -> bool, &'static str, &'static str),
    /// The value is an object.
    Object(&'static str),
    /// The field is for instances in production.
    Production(&'static str),
    /// In production, the text is a fully qualified domain name.
    Domain(&'static str),
    /// In production, the URL is one of `https`.
    Https(&'static str),
    /// The operation is not for instances in production.
    Development,
    /// With the mode `custom_attribute` a login hint has a source.
    LoginHint(&'static str),
    /// A client of OpenID Connect without a secret requires PKCE.
    PublicClient(&'static str),
    /// In each item of the list, two names of one field have the same value.
    Same(&'static str, &'static str, &'static str),
    /// The parameter of the query is one of these, or one with `-` before it where the last is `-`.
    Among(&'static str, &'static [&'static str]),
}

use Rule::{
    Among, AtLeast, AtMost, Coded, Development, Domain, Email, Excludes, Filled, Form, Https, LoginHint,
    Needs, NotBlank, Object, Production, PublicClient, Same, Unique,
};

const MODES: &[&str] =
    &["automatic_invitation", "automatic_suggestion", "manual_invitation", "enterprise_sso", "-"];
/// The scopes of OAuth applications.
pub(super) const SCOPES: &[&str] =
    &["profile", "email", "public_metadata", "private_metadata", "openid", "offline_access", "user:org:read"];
/// Services below whose domains anybody can put a page: a few of those that everyone knows.
const HOSTING: &[&str] = &[
    "azurewebsites.net",
    "fly.dev",
    "github.io",
    "herokuapp.com",
    "netlify.app",
    "onrender.com",
    "pages.dev",
    "vercel.app",
    "web.app",
    "workers.dev",
];

const NO_METADATA: (&str, &str) = (
    "saml_failed_to_parse_idp_metadata",
    "The IdP metadata is not XML. Send its values in their own fields instead.",
);

#[rustfmt::skip]
const RULES: &[(&[&str], &[Rule])] = &[
    (&["createM2MToken", "createApiKey", "updateApiKey"], &[Object("claims")]),
    (&["CreateMachine"], &[Unique("scoped_machines", "")]),
    (&["CreateUser"], &[
        AtLeast("create_organizations_limit", 0), Excludes("password", "password_digest"),
    ]),
    (&["UpdateUser"], &[
        AtLeast("create_organizations_limit", 0), Excludes("password", "password_digest"),
        Needs("skip_password_checks", "password"), Needs("sign_out_of_other_sessions", "password"),
    ]),
    (&["AdjustUserBillingCreditBalance", "AdjustOrganizationBillingCreditBalance", "CreateBillingPrice"], &[
        Form("currency", is_currency, "a currency code such as USD"),
    ]),
    (&["createSession"], &[Development]),
    (&["CreateActorToken"], &[
        AtLeast("expires_in_seconds", 1), AtLeast("session_max_duration_in_seconds", 1),
    ]),
    (&["CreateAgentTask"], &[AtLeast("session_max_duration_in_seconds", 1), Https("redirect_url")]),
    (&["CreateOrganizationInvitation", "CreateOrganizationInvitationBulk", "CreateBulkInvitations"], &[
        Rule::Url("redirect_url"),
    ]),
    (&["CreateRedirectURL"], &[Form("url", |url| url.contains("://"), "a full URL")]),
    (&["UpdateInstanceAuthConfig"], &[
        Form("from_email_address", is_alphanumeric, "the local part of an email address, of letters and digits"),
    ]),
    (&["UpdateInstance"], &[
        Email("support_email"), Rule::Url("development_origin"),
        Coded("allowed_origins", is_app_origin, "form_invalid_origin", "Each item is the origin of an app or a browser extension: a scheme of its own and a host."),
    ]),
    (&["UpdateInstanceOrganizationSettings"], &[AtLeast("max_allowed_memberships", 0)]),
    (&["UpdateInstanceOAuthApplicationSettings"], &[
        Form("default_scopes", |scope| SCOPES.contains(&scope), "scopes that applications can have"),
    ]),
    (&["ChangeProductionInstanceDomain", "UpdateProductionInstanceDomain"], &[
        Coded("home_url", is_no_hosting, "known_hosting_domain", "A production instance needs a domain of its own, not one below a hosting service."),
    ]),
    (&["AddDomain", "UpdateDomain"], &[Production("proxy_url"), Domain("name")]),
    (&["CreateJWTTemplate", "UpdateJWTTemplate"], &[
        Form("name", is_template_name, "letters, digits, '-' and '_' only"),
    ]),
    (&[
        "UpdateOAuthApplication", "UpdateOrganizationRole", "UpdateOrganizationPermission", "UpdateRoleSet",
        "UpdateSAMLConnection", "UpdateEnterpriseConnection", "CreateDirectory", "UpdateDirectory",
        "CreateSCIMDirectory", "UpdateSCIMDirectory",
    ], &[NotBlank("name")]),
    (&["ListOrganizationDomains"], &[Among("verified", &["true", "false"]), Among("enrollment_mode", MODES)]),
    (&["CreateRoleSet"], &[Unique("roles", ""), AtMost("roles", 10)]),
    (&["AddRolesToRoleSet"], &[Unique("role_keys", ""), AtMost("role_keys", 10)]),
    (&["CreateSAMLConnection", "UpdateSAMLConnection"], &[
        Unique("domains", ""), LoginHint("login_hint"),
        Coded("idp_metadata", is_xml, NO_METADATA.0, NO_METADATA.1),
    ]),
    (&["CreateSAMLConnection"], &[Filled("domains"), Excludes("domain", "domains")]),
    (&["CreateEnterpriseConnection", "UpdateEnterpriseConnection"], &[
        Unique("domains", ""), LoginHint("saml.login_hint"), PublicClient("oidc"),
        Rule::Url("saml.idp_sso_url"), Rule::Url("saml.idp_metadata_url"), Rule::Url("oidc.discovery_url"),
        Rule::Url("oidc.auth_url"), Rule::Url("oidc.token_url"), Rule::Url("oidc.user_info_url"),
        Coded("saml.idp_metadata", is_xml, NO_METADATA.0, NO_METADATA.1),
        Unique("custom_attributes", "key"), Same("custom_attributes", "scim_path", "directory_path"),
    ]),
];

/// Checks a request, whose parameters and body have the types that the document wants.
///
/// # Errors
/// All rules that it breaks, under the status of the first.
pub(super) fn check(operation: &str, key: &str, query: &Query, body: &Value) -> Result<(), ApiError> {
    let production = key.starts_with("sk_live_");
    let rules = RULES.iter().filter(|(operations, _)| operations.contains(&operation));
    let rules = rules.flat_map(|(_, rules)| *rules);
    let bodies = body.as_array().map_or(std::slice::from_ref(body), Vec::as_slice);
    let errors = rules.flat_map(|rule| {
        let of_query = rule.check_query(query);
        of_query.into_iter().chain(bodies.iter().filter_map(move |body| rule.check(body, production)))
    });
    ApiError::all(errors.collect()).map_or(Ok(()), Err)
}

impl Rule {
    fn check_query(&self, query: &Query) -> Option<ApiError> {
        match self {
            Among(name, allowed) => {
                let excludes = allowed.contains(&"-");
                let is = |value: &str| {
                    let plain = if excludes { value.strip_prefix('-').unwrap_or(value) } else { value };
                    plain != "-" && allowed.contains(&plain)
                };
                let wrong = query.all(name).find(|value| !is(value))?;
                let allowed: Vec<&str> = allowed.iter().copied().filter(|value| *value != "-").collect();
                Some(ApiError::none_of(name, wrong, &allowed.join(", ")))
            }
            _ => None,
        }
    }

    fn check(&self, body: &Value, production: bool) -> Option<ApiError> {
        let at = |name: &str| {
            body.pointer(&format!("/{}", name.replace('.', "/"))).filter(|value| !value.is_null())
        };
        let text = |name: &str| at(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let list = |name: &str| at(name).and_then(Value::as_array);
        match self {
            NotBlank(name) if at(name)?.as_str()?.trim().is_empty() => {
                Some(ApiError::value(name, "must not be empty"))
            }
            AtLeast(name, least) if at(name)?.as_i64()? < *least => {
                Some(ApiError::value(name, &format!("must be at least {least}")))
            }
            Needs(flag, other) if at(flag)? == true && at(other).is_none() => {
                Some(ApiError::needed(other, flag))
            }
            Excludes(one, other) if at(one).is_some() && at(other).is_some() => {
                let long = format!("`{other}` isn't allowed when `{one}` is present.");
                Some(ApiError::param("form_conditional_param_disallowed", other, "is not allowed", &long))
            }
            Unique(name, field) => {
                let value = |item: &Value| if field.is_empty() { item.clone() } else { item[*field].clone() };
                let values: Vec<Value> = list(name)?.iter().map(value).collect();
                let twice = values.iter().enumerate().any(|(index, value)| values[..index].contains(value));
                let long = format!("duplicate list items not allowed: {name}");
                let short = "duplicate list items not allowed";
                twice.then(|| ApiError::param("duplicate_list_items_not_allowed", name, short, &long))
            }
            Filled(name) if list(name)?.is_empty() => {
                Some(ApiError::value(name, "must have at least 1 item"))
            }
            AtMost(name, most) if list(name)?.len() > *most => {
                Some(ApiError::value(name, &format!("must have at most {most} items")))
            }
            Email(name) => super::state::check_email(text(name)?, name).err(),
            Rule::Url(name) => Url::parse(text(name)?).err().map(|_| ApiError::format(name, "a valid URL")),
            Form(name, is, form) => breaks(at(name)?, *is).then(|| ApiError::format(name, form)),
            Coded(name, is, code, long) => {
                breaks(at(name)?, *is).then(|| ApiError::param(code, name, "is invalid", long))
            }
            Object(name) if !at(name)?.is_object() => Some(ApiError::wrong_type(name, "an object")),
            Production(name) if !production => {
                at(name)?;
                Some(wrong_environment("production").about(name))
            }
            Development if production => Some(wrong_environment("development")),
            Domain(name) if production => {
                let name_of = text(name)?.trim();
                let qualified = name_of.contains('.') && !name_of.contains(':');
                (!qualified).then(|| ApiError::format(name, "a fully qualified domain name"))
            }
            Https(name) if production && !text(name)?.starts_with("https://") => {
                Some(ApiError::format(name, "a URL of https, in production"))
            }
            LoginHint(name) if at(name)?["mode"] == "custom_attribute" && at(name)?["source"].is_null() => {
                let long = format!("`{name}.source` is required when `{name}.mode` is `custom_attribute`.");
                let (code, param) = ("form_conditional_param_missing", format!("{name}.source"));
                Some(ApiError::param(code, &param, "is missing", &long))
            }
            PublicClient(name) => {
                let client = at(name)?;
                let public = client["client_id"].is_string() && client["client_secret"].is_null();
                let wrong = public && client["requires_pkce"] == false;
                let reason = "must be true for a client without a secret";
                wrong.then(|| ApiError::value(&format!("{name}.requires_pkce"), reason))
            }
            Same(name, one, other) => {
                let differ = |item: &&Value| {
                    item[*one].is_string() && item[*other].is_string() && item[*one] != item[*other]
                };
                list(name)?.iter().find(differ)?;
                Some(ApiError::value(other, &format!("must be the same as {one}")))
            }
            _ => None,
        }
    }
}

/// Returns whether a text, or an item of a list, does not have a form. An empty text clears a setting.
fn breaks(value: &Value, is: fn(&str) -> bool) -> bool {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().filter_map(Value::as_str).any(|text| !text.is_empty() && !is(text))
}

fn wrong_environment(wanted: &str) -> ApiError {
    let long = format!("Request only valid for {wanted} instances.");
    let (status, code) = (StatusCode::BAD_REQUEST, "request_invalid_for_environment");
    ApiError::new(status, code, "Invalid request for environment", &long)
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.chars().all(|c| c.is_ascii_alphabetic())
}

fn is_alphanumeric(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_template_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_xml(text: &str) -> bool {
    text.trim_start().starts_with('<') && text.contains("EntityDescriptor")
}

/// An origin of an application other than a web page; pages have the instance's own domains.
fn is_app_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let local =
        || authority.parse::<http::uri::Authority>().is_ok_and(|a| crate::config::is_loopback(a.host()));
    !scheme.is_empty() && !authority.is_empty() && (!scheme.starts_with("http") || local())
}

fn is_no_hosting(text: &str) -> bool {
    let url = Url::parse(text).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    !HOSTING.iter().any(|service| host == *service || host.ends_with(&format!(".{service}")))
}
