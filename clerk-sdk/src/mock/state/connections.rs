//! Connections to the identity providers of enterprises, in two forms: those by SAML alone, and those by SAML or
//! OpenID Connect that came after them.

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Resource};
use super::resources::check_url;
use super::table::Table;
use super::{Call, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const SAML: Resource = Resource {
    tag: "saml_connection",
    words: "SAML connection",
    variable: "saml_connection_id",
    operations: &[
        ("ListSAMLConnections", Action::List),
        ("CreateSAMLConnection", Action::Create),
        ("GetSAMLConnection", Action::Get),
        ("UpdateSAMLConnection", Action::Update),
        ("DeleteSAMLConnection", Action::Delete),
    ],
    order: &["name", "provider"],
    searched: &["name"],
    defaults: |_| {
        json!({
            "sync_user_attributes": true, "user_count": 0, "login_hint": { "mode": "email_address" },
            "organization_id": null,
            "attribute_mapping": {
                "user_id": "id", "email_address": "mail", "first_name": "firstName", "last_name": "lastName",
            },
        })
    },
    prepare: saml_connection,
    ..PLAIN
};

pub(super) const ENTERPRISE: Resource = Resource {
    tag: "enterprise_connection",
    words: "enterprise connection",
    variable: "enterprise_connection_id",
    operations: &[
        ("ListEnterpriseConnections", Action::List),
        ("CreateEnterpriseConnection", Action::Create),
        ("GetEnterpriseConnection", Action::Get),
        ("UpdateEnterpriseConnection", Action::Update),
        ("DeleteEnterpriseConnection", Action::Delete),
    ],
    parts: &[(super::test_runs::TEST_RUN.tag, super::test_runs::CONNECTION)],
    defaults: |_| {
        json!({
            "sync_user_attributes": true, "organization_id": null, "authenticatable": true,
            "disable_jit_provisioning": false,
        })
    },
    prepare: enterprise_connection,
    ..PLAIN
};

fn saml_connection(
    state: &mut State,
    call: &Call<'_>,
    object: &mut Object,
    change: Change,
) -> Result<(), ApiError> {
    check_url(call, "idp_sso_url")?;
    check_url(call, "idp_metadata_url")?;
    // One domain and several are two spellings of one thing.
    if let Some(domain) = call.text("domain") {
        fields!(object, { "domains": [domain] });
    }
    check_connection(state, call, object)?;
    if object["active"] == true {
        check_metadata(object)?;
    }
    if change == Change::Create {
        let id = object.id().to_owned();
        fields!(object, {
            "acs_url": format!("{}/v1/saml/acs/{id}", super::ISSUER),
            "sp_entity_id": format!("{}/saml/{id}", super::ISSUER),
            "sp_metadata_url": format!("{}/v1/saml/metadata/{id}.xml", super::ISSUER),
        });
    }
    if let Some(first) = object["domains"].as_array().and_then(|d| d.first()).cloned() {
        fields!(object, { "domain": first });
    }
    Ok(())
}

/// What is the same for all connections to an identity provider: domains, and the organization that has one.
fn check_connection(state: &State, call: &Call<'_>, object: &mut Object) -> Result<(), ApiError> {
    let domains = object["domains"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let domains: Vec<String> = domains.map(|domain| domain.trim().to_lowercase()).collect();
    let is_domain =
        |text: &String| text.contains('.') && !text.contains(['@', '/', ' ', ':']) && !text.starts_with('.');
    if !domains.iter().all(is_domain) {
        return Err(ApiError::format("domains", "fully qualified domain names"));
    }
    if object.contains_key("domains") {
        fields!(object, { "domains": domains });
    }
    let Some(organization) = call.text("organization_id") else {
        // An enterprise connection keeps its organization: the API cannot take it away.
        let unlinks = call.body.get("organization_id").is_some_and(Value::is_null);
        if unlinks && object["object"] == "enterprise_connection" {
            let kept = state.table("enterprise_connection").and_then(|kept| kept.get(object.id()));
            let before = kept.map(|kept| kept["organization_id"].clone());
            fields!(object, { "organization_id": before.unwrap_or_default() });
        }
        return Ok(());
    };
    if state.organizations.get(organization).is_none() {
        return Err(ApiError::not_found("organization", organization));
    }
    let others = state.table(object.text("object")).into_iter().flat_map(Table::iter);
    let mut others = others.filter(|other| other.id() != object.id());
    if others.any(|other| other["organization_id"] == organization) {
        let long = "This organization already has an SSO connection.";
        let short = "this organization already has an SSO connection";
        let code = "organization_already_has_sso_connection";
        return Err(ApiError::param(code, "organization_id", short, long));
    }
    Ok(())
}

/// A connection by SAML works only once the identity provider is known.
fn check_metadata(saml: &serde_json::Map<String, Value>) -> Result<(), ApiError> {
    let has = |name: &str| saml.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let missing = ["idp_entity_id", "idp_sso_url", "idp_certificate"].into_iter().filter(|name| !has(name));
    let missing: Vec<&str> = missing.collect();
    if missing.is_empty() || has("idp_metadata_url") || has("idp_metadata") || has("_idp_metadata") {
        return Ok(());
    }
    let long = format!(
        "You have to provide the {} before you are able to activate this connection.",
        missing.join(", ")
    );
    let status = http::StatusCode::UNPROCESSABLE_ENTITY;
    let short = "SAML Connection can't be activated";
    Err(ApiError::new(status, "saml_connection_cant_be_activated", short, &long))
}

fn enterprise_connection(
    state: &mut State,
    call: &Call<'_>,
    object: &mut Object,
    change: Change,
) -> Result<(), ApiError> {
    let given = call.body.get("domains").and_then(Value::as_array);
    if given.is_some_and(Vec::is_empty) {
        if change == Change::Create {
            return Err(ApiError::value("domains", "must have at least 1 item"));
        }
        // An empty list changes nothing.
        let kept = state.table("enterprise_connection").and_then(|kept| kept.get(object.id()));
        let domains = kept.map(|kept| kept["domains"].clone()).unwrap_or_default();
        fields!(object, { "domains": domains });
    }
    check_connection(state, call, object)?;
    for (name, value) in call.body["saml"].as_object().into_iter().flatten() {
        // Kept to know that it is there; no answer shows it.
        if ["idp_certificate", "idp_metadata"].contains(&name.as_str()) {
            object.insert(format!("_{name}"), value.clone());
        }
    }
    let none = serde_json::Map::new();
    for (given, shown, prefix) in [("saml", "saml_connection", "samlc"), ("oidc", "oauth_config", "oauthc")] {
        let parts = call.body.get(given).and_then(Value::as_object);
        // A connection has the settings of its protocol even where nothing was said of them.
        let own = change == Change::Create && object.text("provider").starts_with(given);
        let Some(parts) = parts.or(own.then_some(&none)) else { continue };
        let mut nested = match object.get(shown).and_then(Value::as_object) {
            Some(nested) => nested.clone(),
            None => nested_connection(&state.ids.prefixed(prefix), given, object),
        };
        let public = ["idp_certificate", "idp_metadata", "attribute_mapping", "client_secret"];
        nested.extend(
            parts
                .iter()
                .filter(|(name, value)| !public.contains(&name.as_str()) && !value.is_null())
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        object.insert(shown.to_owned(), Value::Object(nested));
    }
    let active = object["active"].clone();
    if let Some(nested) = object.get_mut("saml_connection").and_then(Value::as_object_mut) {
        nested.insert("active".to_owned(), active);
    }
    if object["active"] == true && object.text("provider").starts_with("saml") {
        let mut known = object["saml_connection"].as_object().cloned().unwrap_or_default();
        known.extend(
            ["idp_certificate", "idp_metadata"].map(|n| (n.to_owned(), object[&*format!("_{n}")].clone())),
        );
        check_metadata(&known)?;
    }
    Ok(())
}

/// The settings of one protocol in a connection, as they are before anything is set.
fn nested_connection(id: &str, protocol: &str, connection: &Object) -> serde_json::Map<String, Value> {
    let mut nested = Object::default();
    fields!(nested, { "id": id, "name": connection["name"] });
    if protocol == "saml" {
        fields!(nested, {
            "idp_entity_id": null, "idp_sso_url": null, "idp_metadata_url": null,
            "acs_url": format!("{}/v1/saml/acs/{id}", super::ISSUER),
            "sp_entity_id": format!("{}/saml/{id}", super::ISSUER),
            "sp_metadata_url": format!("{}/v1/saml/metadata/{id}.xml", super::ISSUER),
            "active": false, "allow_idp_initiated": false, "allow_subdomains": false, "force_authn": false,
            "login_hint": { "mode": "email_address" },
        });
    }
    (*nested).clone()
}
