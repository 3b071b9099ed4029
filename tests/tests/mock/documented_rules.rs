//! What Clerk refuses by the descriptions of its document, and the embedded Clerk with it: credentials, limits, states
//! and rules between fields. One line each.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Api, send, text};

/// Method, path and body, then status, code and parameter. Names such as `$USER` stand for what is there.
type Case = (&'static str, &'static str, Value, u16, &'static str, Option<&'static str>);

/// Two users, of whom the first has an organization; a machine; connections of both kinds; a role set.
async fn world(api: &Api) -> Vec<(&'static str, String)> {
    let (user, other) = (api.user("ada@example.com").await, api.user("eve@example.com").await);
    let made = async |path: &str, body: Value| {
        let answer = api.post(path, body).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
        text(&answer.body["id"])
    };
    let organization = made("/organizations", json!({ "name": "Acme", "created_by": user })).await;
    let machine = made("/machines", json!({ "name": "Exports" })).await;
    let saml = json!({ "name": "Saml", "domain": "saml.example.org", "provider": "saml_custom" });
    let connection = json!({ "name": "One", "domains": ["one.example.org"], "provider": "saml_custom" });
    let roles = ["org:member", "org:admin"];
    let set = json!({
        "name": "Set", "roles": roles, "default_role_key": "org:member", "creator_role_key": "org:admin",
    });
    vec![
        ("$USER", user),
        ("$OTHER", other),
        ("$ORGANIZATION", organization),
        ("$MACHINE", machine),
        ("$SAML", made("/saml_connections", saml).await),
        ("$CONNECTION", made("/enterprise_connections", connection).await),
        ("$SET", made("/role_sets", set).await),
        ("$DOMAIN", made("/domains", json!({ "name": "app.example.net", "is_satellite": true })).await),
    ]
}

fn filled(text: &str, world: &[(&'static str, String)]) -> String {
    world.iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
}

async fn assert_refused(production: bool, cases: &[Case]) {
    let api = Api::start().await;
    let world = world(&api).await;
    let mut findings = Vec::new();

    for (method, path, body, status, code, param) in cases {
        let (path, sent) = (filled(path, &world), filled(&body.to_string(), &world));
        let sent: Value = serde_json::from_str(&sent).expect("JSON");
        let method: Method = method.parse().expect("a method");
        let answer = match production {
            _ if sent.is_null() => send(api.request(method.clone(), &path)).await,
            true => api.in_production(method.clone(), &path, sent.clone()).await,
            false => api.with_json(method.clone(), &path, sent.clone()).await,
        };
        if answer.refusal() != (*status, *code, *param) {
            findings.push(format!("{method} {path} {sent}: {:?}", answer.refusal()));
        }
    }

    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// An enterprise connection by SAML with these fields besides.
fn saml(more: Value) -> Value {
    merged(json!({ "name": "Two", "provider": "saml_custom", "domains": ["two.example.org"] }), more)
}

fn oidc(oidc: Value) -> Value {
    json!({ "name": "Two", "provider": "oidc_custom", "domains": ["two.example.org"], "oidc": oidc })
}

/// An agent task with these fields besides.
fn task(more: Value) -> Value {
    let task = json!({
        "on_behalf_of": { "user_id": "$USER" }, "permissions": "*", "agent_name": "Clerk", "task_description": "All",
        "redirect_url": "https://example.com/done",
    });
    merged(task, more)
}

fn user(more: Value) -> Value {
    merged(json!({ "email_address": ["bob@example.com"] }), more)
}

fn role_set(more: Value) -> Value {
    let set = json!({
        "name": "Other", "roles": ["org:member", "org:admin"], "default_role_key": "org:member",
        "creator_role_key": "org:admin",
    });
    merged(set, more)
}

fn merged(mut value: Value, more: Value) -> Value {
    value.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
    value
}

const VALUE: &str = "form_param_value_invalid";
const FORMAT: &str = "form_param_format_invalid";
const TYPE: &str = "form_param_type_invalid";
const CONDITION: &str = "form_conditional_param_missing";
const DISALLOWED: &str = "form_conditional_param_disallowed";
const TWICE: &str = "duplicate_list_items_not_allowed";
const ENVIRONMENT: &str = "request_invalid_for_environment";

#[tokio::test]
async fn only_a_machine_creates_machine_tokens() {
    let api = Api::start().await;
    let with = async |key: &str, body: Value| {
        let request =
            api.bare(Method::POST, "/v1/m2m_tokens").header("authorization", format!("Bearer {key}"));
        send(request.header("content-type", "application/json").body(body.to_string())).await
    };

    for body in [json!({}), json!({ "token_format": "jwt" })] {
        for key in ["sk_test_embedded", "sk_live_embedded"] {
            assert_eq!(with(key, body.clone()).await.refusal(), (401, "authentication_invalid", None));
        }
        assert_eq!(with("ak_test_embedded", body).await.status, 201);
    }
}

#[tokio::test]
async fn values_have_the_patterns_of_the_document() {
    let key = |more: Value| merged(json!({ "name": "Exports", "subject": "$USER" }), more);
    let custom = |key: &str| saml(json!({ "custom_attributes": [{ "name": "Team", "key": key }] }));
    let communication = |codes: Value| json!({ "blocked_country_codes": codes });
    assert_refused(
        false,
        &[
            ("GET", "/m2m_tokens?subject=$USER", Value::Null, 400, FORMAT, Some("subject")),
            ("GET", "/m2m_tokens?subject=mch_1", Value::Null, 400, FORMAT, Some("subject")),
            ("GET", "/api_keys?subject=ada", Value::Null, 400, FORMAT, Some("subject")),
            ("POST", "/api_keys", key(json!({ "subject": "user_1" })), 400, FORMAT, Some("subject")),
            ("POST", "/api_keys", key(json!({ "name": " Exports" })), 400, FORMAT, Some("name")),
            ("POST", "/api_keys", key(json!({ "created_by": "ada" })), 400, FORMAT, Some("created_by")),
            ("POST", "/api_keys", key(json!({ "created_by": "$MACHINE" })), 400, FORMAT, Some("created_by")),
            (
                "POST",
                "/admin_portal_link_tokens",
                json!({ "organization_id": "org_1" }),
                400,
                FORMAT,
                Some("organization_id"),
            ),
            (
                "PATCH",
                "/instance/communication",
                communication(json!(["us"])),
                422,
                FORMAT,
                Some("blocked_country_codes"),
            ),
            (
                "PATCH",
                "/instance/communication",
                communication(json!(["USA"])),
                422,
                FORMAT,
                Some("blocked_country_codes"),
            ),
            (
                "POST",
                "/enterprise_connections",
                custom("_team"),
                422,
                FORMAT,
                Some("custom_attributes[0].key"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn required_texts_are_not_empty() {
    let actor = json!({ "user_id": "$USER", "actor": { "sub": "" } });
    let saml = json!({ "name": "", "domain": "two.example.org", "provider": "saml_custom" });
    let role = json!({ "name": " ", "key": "org:writer" });
    let permission = json!({ "name": "", "key": "org:texts:write" });
    assert_refused(
        false,
        &[
            ("POST", "/actor_tokens", actor, 422, VALUE, Some("actor.sub")),
            (
                "POST",
                "/agents/tasks",
                task(json!({ "task_description": "" })),
                422,
                VALUE,
                Some("task_description"),
            ),
            ("POST", "/oauth_applications", json!({ "name": "" }), 422, VALUE, Some("name")),
            ("POST", "/saml_connections", saml, 422, VALUE, Some("name")),
            ("POST", "/organization_roles", role, 422, VALUE, Some("name")),
            ("POST", "/organization_permissions", permission, 422, VALUE, Some("name")),
            ("POST", "/m2m_tokens/verify", json!({ "token": "" }), 422, VALUE, Some("token")),
            ("POST", "/role_sets", role_set(json!({ "name": "" })), 422, VALUE, Some("name")),
            ("PATCH", "/role_sets/$SET", json!({ "name": " " }), 422, VALUE, Some("name")),
            ("PATCH", "/saml_connections/$SAML", json!({ "name": "" }), 422, VALUE, Some("name")),
            ("PATCH", "/enterprise_connections/$CONNECTION", json!({ "name": "" }), 422, VALUE, Some("name")),
        ],
    )
    .await;
}

#[tokio::test]
async fn texts_and_numbers_have_the_forms_that_the_descriptions_want() {
    let credit = |currency: &str| json!({ "amount": 5, "action": "increase", "idempotency_key": "1", "currency": currency });
    let actor = |more: Value| merged(json!({ "user_id": "$USER", "actor": { "sub": "$OTHER" } }), more);
    let invitation =
        json!({ "email_address": "bob@example.com", "role": "org:member", "redirect_url": "back" });
    let template = json!({ "name": "a b", "claims": {} });
    let limit = "create_organizations_limit";
    let duration = "session_max_duration_in_seconds";
    assert_refused(
        false,
        &[
            ("POST", "/users", user(json!({ limit: -1 })), 422, VALUE, Some(limit)),
            ("PATCH", "/users/$USER", json!({ limit: -1 }), 422, VALUE, Some(limit)),
            ("POST", "/users/$USER/billing/credits", credit("US dollars"), 422, FORMAT, Some("currency")),
            (
                "POST",
                "/actor_tokens",
                actor(json!({ "expires_in_seconds": 0 })),
                422,
                VALUE,
                Some("expires_in_seconds"),
            ),
            ("POST", "/actor_tokens", actor(json!({ duration: -1 })), 422, VALUE, Some(duration)),
            ("POST", "/agents/tasks", task(json!({ duration: 0 })), 422, VALUE, Some(duration)),
            (
                "POST",
                "/organizations/$ORGANIZATION/invitations",
                invitation.clone(),
                422,
                FORMAT,
                Some("redirect_url"),
            ),
            (
                "POST",
                "/organizations/$ORGANIZATION/invitations/bulk",
                json!([invitation]),
                422,
                FORMAT,
                Some("redirect_url"),
            ),
            ("POST", "/redirect_urls", json!({ "url": "javascript:alert(1)" }), 422, FORMAT, Some("url")),
            ("POST", "/jwt_templates", template, 422, FORMAT, Some("name")),
            (
                "PATCH",
                "/beta_features/instance_settings",
                json!({ "from_email_address": "a@example.com" }),
                422,
                FORMAT,
                Some("from_email_address"),
            ),
            (
                "PATCH",
                "/beta_features/instance_settings",
                json!({ "from_email_address": "no.reply" }),
                422,
                FORMAT,
                Some("from_email_address"),
            ),
            ("PATCH", "/instance", json!({ "support_email": "ada" }), 422, FORMAT, Some("support_email")),
            (
                "PATCH",
                "/instance",
                json!({ "development_origin": "ada" }),
                422,
                FORMAT,
                Some("development_origin"),
            ),
            (
                "PATCH",
                "/instance",
                json!({ "allowed_origins": ["https://example.com"] }),
                422,
                "form_invalid_origin",
                Some("allowed_origins"),
            ),
            (
                "PATCH",
                "/instance/organization_settings",
                json!({ "max_allowed_memberships": -1 }),
                422,
                VALUE,
                Some("max_allowed_memberships"),
            ),
            (
                "PATCH",
                "/instance/oauth_application_settings",
                json!({ "default_scopes": ["everything"] }),
                422,
                FORMAT,
                Some("default_scopes"),
            ),
            (
                "POST",
                "/saml_connections",
                json!({ "name": "Two", "provider": "saml_custom", "domain": "two" }),
                422,
                FORMAT,
                Some("domains"),
            ),
            ("PATCH", "/saml_connections/$SAML", json!({ "domain": "two" }), 422, FORMAT, Some("domains")),
            (
                "PATCH",
                "/saml_connections/$SAML",
                json!({ "idp_metadata": "none" }),
                422,
                "saml_failed_to_parse_idp_metadata",
                Some("idp_metadata"),
            ),
            (
                "POST",
                "/enterprise_connections",
                saml(json!({ "saml": { "idp_sso_url": "sso" } })),
                422,
                FORMAT,
                Some("saml.idp_sso_url"),
            ),
            (
                "POST",
                "/enterprise_connections",
                oidc(json!({ "discovery_url": "sso" })),
                422,
                FORMAT,
                Some("oidc.discovery_url"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn claims_of_machine_credentials_are_objects() {
    let key = json!({ "name": "Exports", "subject": "$USER", "claims": "team" });
    assert_refused(false, &[("POST", "/api_keys", key, 422, TYPE, Some("claims"))]).await;
}

#[tokio::test]
async fn lists_hold_no_item_twice_and_not_too_many() {
    let many: Vec<String> = (0..11).map(|n| format!("org:role_{n}")).collect();
    let machine = json!({ "name": "Imports", "scoped_machines": ["$MACHINE", "$MACHINE"] });
    let attributes = json!([{ "name": "One", "key": "team" }, { "name": "Two", "key": "team" }]);
    let roles = json!(["org:member", "org:admin", "org:member"]);
    assert_refused(
        false,
        &[
            ("POST", "/machines", machine, 422, TWICE, Some("scoped_machines")),
            ("POST", "/role_sets", role_set(json!({ "roles": roles })), 422, TWICE, Some("roles")),
            ("POST", "/role_sets", role_set(json!({ "roles": many })), 422, VALUE, Some("roles")),
            (
                "POST",
                "/role_sets/$SET/roles",
                json!({ "role_keys": ["org:a", "org:a"] }),
                422,
                TWICE,
                Some("role_keys"),
            ),
            ("POST", "/role_sets/$SET/roles", json!({ "role_keys": many }), 422, VALUE, Some("role_keys")),
            (
                "POST",
                "/enterprise_connections",
                saml(json!({ "domains": ["two.example.org", "two.example.org"] })),
                422,
                TWICE,
                Some("domains"),
            ),
            (
                "POST",
                "/enterprise_connections",
                saml(json!({ "custom_attributes": attributes })),
                422,
                TWICE,
                Some("custom_attributes"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn fields_that_belong_together_come_together() {
    let digest =
        json!({ "password": "correct horse battery", "password_digest": "5f4d", "password_hasher": "md5" });
    let none = json!({ "name": "Two", "provider": "saml_custom" });
    let empty = json!({ "name": "Two", "provider": "saml_custom", "domains": [] });
    let both = json!({
        "name": "Two", "provider": "saml_custom", "domain": "two.example.org", "domains": ["three.example.org"],
    });
    let hint = json!({ "mode": "custom_attribute" });
    let paths = json!([{ "name": "Team", "key": "team", "scim_path": "a", "directory_path": "b" }]);
    assert_refused(
        false,
        &[
            (
                "PATCH",
                "/users/$USER",
                json!({ "skip_password_checks": true }),
                422,
                CONDITION,
                Some("password"),
            ),
            (
                "PATCH",
                "/users/$USER",
                json!({ "sign_out_of_other_sessions": true }),
                422,
                CONDITION,
                Some("password"),
            ),
            ("POST", "/users", user(digest.clone()), 422, DISALLOWED, Some("password_digest")),
            ("PATCH", "/users/$USER", digest, 422, DISALLOWED, Some("password_digest")),
            ("POST", "/saml_connections", none, 422, "form_param_missing", Some("domain")),
            ("POST", "/saml_connections", empty, 422, VALUE, Some("domains")),
            ("POST", "/saml_connections", both, 422, DISALLOWED, Some("domains")),
            (
                "PATCH",
                "/saml_connections/$SAML",
                json!({ "login_hint": hint }),
                422,
                CONDITION,
                Some("login_hint.source"),
            ),
            (
                "POST",
                "/enterprise_connections",
                saml(json!({ "saml": { "login_hint": hint } })),
                422,
                CONDITION,
                Some("saml.login_hint.source"),
            ),
            (
                "POST",
                "/enterprise_connections",
                saml(json!({ "custom_attributes": paths })),
                422,
                VALUE,
                Some("directory_path"),
            ),
            (
                "POST",
                "/enterprise_connections",
                oidc(json!({ "client_id": "1", "requires_pkce": false })),
                422,
                VALUE,
                Some("oidc.requires_pkce"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn lists_take_only_the_filters_that_are_described() {
    let domains = "/organizations/$ORGANIZATION/domains";
    let verified = format!("{domains}?verified=maybe").leak() as &str;
    let mode = format!("{domains}?enrollment_mode=-none").leak() as &str;
    assert_refused(
        false,
        &[
            ("GET", verified, Value::Null, 422, VALUE, Some("verified")),
            ("GET", mode, Value::Null, 422, VALUE, Some("enrollment_mode")),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_a_request_names_exists_and_belongs_together() {
    let token = |user: &str, organization: &str| json!({ "user_id": user, "org_id": organization });
    let member = "not_a_member_in_organization";
    let missing = "form_resource_not_found";
    assert_refused(
        false,
        &[
            ("POST", "/sign_in_tokens", token("$USER", "org_1"), 404, "resource_not_found", None),
            ("POST", "/sign_in_tokens", token("$OTHER", "$ORGANIZATION"), 403, member, None),
            (
                "PATCH",
                "/users/$USER",
                json!({ "profile_image_id": "img_1" }),
                422,
                missing,
                Some("profile_image_id"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_for_production_is_refused_in_development() {
    let proxy = json!({ "proxy_url": "https://app.example.net/__clerk" });
    let added = merged(json!({ "name": "two.example.net", "is_satellite": true }), proxy.clone());
    assert_refused(
        false,
        &[
            ("POST", "/domains", added, 400, ENVIRONMENT, Some("proxy_url")),
            ("PATCH", "/domains/$DOMAIN", proxy, 400, ENVIRONMENT, Some("proxy_url")),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_for_development_is_refused_in_production() {
    let hosting = json!({ "home_url": "https://acme.vercel.app" });
    assert_refused(
        true,
        &[
            ("POST", "/sessions", json!({ "user_id": "$USER" }), 400, ENVIRONMENT, None),
            ("PATCH", "/domains/$DOMAIN", json!({ "name": "localhost:3000" }), 422, FORMAT, Some("name")),
            (
                "POST",
                "/domains",
                json!({ "name": "app:3000", "is_satellite": true }),
                422,
                FORMAT,
                Some("name"),
            ),
            (
                "POST",
                "/agents/tasks",
                task(json!({ "redirect_url": "http://example.com" })),
                422,
                FORMAT,
                Some("redirect_url"),
            ),
            ("POST", "/instance/change_domain", hosting, 422, "known_hosting_domain", Some("home_url")),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_enterprise_connection_keeps_its_organization() {
    let api = Api::start().await;
    let world = world(&api).await;
    let linked = json!({ "organization_id": filled("$ORGANIZATION", &world) });
    let path = filled("/enterprise_connections/$CONNECTION", &world);

    api.patch(&path, linked.clone()).await;
    let after = api.patch(&path, json!({ "organization_id": null })).await;

    assert_eq!((after.status, &after.body["organization_id"]), (200, &linked["organization_id"]));
}

#[tokio::test]
async fn a_machine_knows_the_tokens_that_are_for_it_alone() {
    let api = Api::start().await;
    let made = async |body: Value| api.post("/machines", body).await.body;
    let (target, stranger) =
        (made(json!({ "name": "Target" })).await, made(json!({ "name": "Stranger" })).await);
    let source = made(json!({ "name": "Source", "scoped_machines": [target["id"]] })).await;
    let with = async |key: &str, method: Method, path: &str, body: Value| {
        let request =
            api.bare(method, &format!("/v1{path}")).header("authorization", format!("Bearer {key}"));
        send(request.header("content-type", "application/json").body(body.to_string())).await
    };
    let key = |machine: &Value| text(&machine["secret_key"]);

    let token = with(&key(&source), Method::POST, "/m2m_tokens", json!({})).await;
    assert_eq!(token.status, 201, "{}", token.body);
    let verify = json!({ "token": token.body["token"] });
    let mut statuses = Vec::new();
    for verifier in [&key(&target), &key(&source), &key(&stranger), "ak_test_embedded", "sk_test_embedded"] {
        statuses.push(with(verifier, Method::POST, "/m2m_tokens/verify", verify.clone()).await.status);
    }
    let revoke = format!("/m2m_tokens/{}/revoke", text(&token.body["id"]));
    let revoked = with("ak_test_embedded", Method::POST, &revoke, json!({})).await;
    let list = format!("/m2m_tokens?subject={}", text(&source["id"]));
    let listed = with("ak_test_embedded", Method::GET, &list, Value::Null).await;

    assert_eq!(token.body["scopes"], json!([target["id"]]));
    assert_eq!(statuses, [200, 404, 404, 404, 200]);
    assert_eq!((revoked.status, listed.status), (404, 403));
}

#[tokio::test]
async fn the_machine_that_is_there_from_the_beginning_verifies_its_own_tokens() {
    let api = Api::start().await;

    let made = send(api.request(Method::POST, "/m2m_tokens").body("{}")).await.body;
    let verify = api.bare(Method::POST, "/v1/m2m_tokens/verify").bearer_auth("ak_test_embedded");
    let verified = send(verify.body(json!({ "token": made["token"] }).to_string())).await;

    assert_eq!((&made["scopes"], verified.status), (&json!([]), 200));
}
