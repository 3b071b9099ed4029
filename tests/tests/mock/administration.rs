//! What administrators and agents do: links into the admin portal, tasks, trial sign-ins, webhooks, domains.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::Api;

#[tokio::test]
async fn a_link_into_the_admin_portal_tells_its_token_once_expires_and_is_revoked() {
    let api = Api::start().await;
    let acme = api.create("/organizations", json!({ "name": "Acme" })).await;

    let body = json!({ "organization_id": acme, "scopes": ["sso"], "seconds_until_expiration": 60 });
    let made = api.post("/admin_portal_link_tokens", body).await;
    api.clerk.advance(Duration::from_secs(60));
    let id = made.body["id"].as_str().expect("an id");
    let path = format!("/admin_portal_link_tokens/{id}/revoke");
    let revoked = api.post(&path, json!({ "revocation_reason": "left" })).await.body;

    assert_eq!(made.status, 201);
    assert!(id.starts_with("aplt_") && made.body["token"].is_string(), "{}", made.body);
    assert_eq!((&made.body["scopes"], &made.body["expired"]), (&json!(["sso"]), &json!(false)));
    let lifetime = made.body["expiration"]
        .as_i64()
        .zip(made.body["created_at"].as_i64())
        .map(|(end, start)| end - start);
    assert_eq!(lifetime, Some(60_000));
    assert_eq!((&revoked["revoked"], &revoked["revocation_reason"]), (&json!(true), &json!("left")));
    assert!(revoked["expired"] == true && revoked.get("token").is_none(), "{revoked}");
    let nobody = format!("org_{}", "a".repeat(27));
    let nobody = api.post("/admin_portal_link_tokens", json!({ "organization_id": nobody })).await;
    assert_eq!(nobody.refusal(), (400, "bad_request", None));
    let unknown = format!("/admin_portal_link_tokens/aplt_{}/revoke", "0".repeat(32));
    assert_eq!(api.post(&unknown, json!({})).await.refusal(), (404, "resource_not_found", None));
}

fn task(whom: &Value) -> Value {
    json!({
        "on_behalf_of": whom, "permissions": "*", "agent_name": "Tester", "task_description": "Look around",
        "redirect_url": "http://localhost:3000/",
    })
}

#[tokio::test]
async fn tasks_of_one_agent_have_its_id_and_are_revoked_once() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    let first = api.post("/agents/tasks", task(&json!({ "user_id": ada }))).await.body;
    let second = api.post("/agents/tasks", task(&json!({ "identifier": "Ada@example.com" }))).await.body;
    let path = format!("/agents/tasks/{}/revoke", first["agent_task_id"].as_str().expect("an id"));
    let revoked = api.post(&path, json!({})).await.body;

    assert!(first["agent_task_id"].as_str().is_some_and(|id| id.starts_with("agttsk_")), "{first}");
    assert_eq!(first["agent_id"], second["agent_id"]);
    assert!(first["agent_task_id"] != second["agent_task_id"] && first["url"].is_string());
    assert_eq!((&revoked["agent_task_id"], revoked.get("url")), (&first["agent_task_id"], None));
    assert_eq!(api.post(&path, json!({})).await.refusal(), (400, "agent_task_cannot_be_revoked", None));
}

#[tokio::test]
async fn tasks_are_for_exactly_one_user_who_is_there() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    let both = json!({ "user_id": ada, "identifier": "ada@example.com" });
    for (whom, refusal) in [
        (json!({}), (422, "form_param_value_invalid", Some("on_behalf_of"))),
        (both, (422, "form_param_value_invalid", Some("on_behalf_of"))),
        (json!({ "user_id": "user_1" }), (404, "resource_not_found", None)),
        (json!({ "identifier": "bob@example.com" }), (404, "resource_not_found", None)),
    ] {
        assert_eq!(api.post("/agents/tasks", task(&whom)).await.refusal(), refusal, "{whom}");
    }
    let mut nowhere = task(&json!({ "user_id": ada }));
    nowhere["redirect_url"] = json!("javascript:alert(1)");
    let nowhere = api.post("/agents/tasks", nowhere).await;
    assert_eq!(nowhere.refusal(), (422, "form_param_format_invalid", Some("redirect_url")));
}

#[tokio::test]
async fn trial_sign_ins_are_listed_with_what_came_of_them() {
    let api = Api::start().await;
    let connection =
        |provider: &str| json!({ "name": "One", "provider": provider, "domains": ["acme.example"] });
    let okta = api.create("/enterprise_connections", connection("saml_okta")).await;
    let oidc = api.create("/enterprise_connections", connection("oidc_custom")).await;
    let path = format!("/enterprise_connections/{okta}/test_runs");

    let begun = api.post(&path, json!({})).await.body;
    let user = json!({ "email_address": "ada@acme.example" });
    api.clerk.seed().test_run(&okta, "success").with("parsed_user_info", user.clone()).await;
    api.clerk.seed().test_run(&oidc, "failed").await;

    assert!(begun["url"].as_str().is_some_and(|url| url.starts_with("https://")), "{begun}");
    let runs = api.get(&path).await;
    assert_eq!(runs.column("status"), ["success", "pending"]);
    assert_eq!(runs.column("connection_type"), ["saml", "saml"]);
    assert_eq!(runs.body["data"][0]["parsed_user_info"], user);
    let failed = api.get(&format!("{path}?status=failed&status=success")).await.body;
    assert_eq!(failed["total_count"], 1);
    let other = format!("/enterprise_connections/{oidc}/test_runs");
    assert_eq!(api.get(&other).await.column("connection_type"), ["oauth"]);
    api.delete(&format!("/enterprise_connections/{okta}")).await;
    assert_eq!(api.get(&path).await.refusal(), (404, "resource_not_found", None));
}

#[tokio::test]
async fn there_is_one_application_for_webhooks_or_none() {
    let api = Api::start().await;
    let missing = (400, "svix_app_missing", None);

    assert_eq!(api.post("/webhooks/svix_url", json!({})).await.refusal(), missing);
    assert_eq!(api.delete("/webhooks/svix").await.refusal(), missing);
    let made = api.post("/webhooks/svix", json!({})).await.body;
    assert_eq!(api.post("/webhooks/svix", json!({})).await.refusal(), (400, "svix_app_exists", None));
    let url = api.post("/webhooks/svix_url", json!({})).await.body;
    assert!(made["svix_url"].is_string() && url["svix_url"].is_string() && made != url, "{made} {url}");
    assert_eq!(api.delete("/webhooks/svix").await.status, 204);
    assert_eq!(api.delete("/webhooks/svix").await.refusal(), missing);
}

#[tokio::test]
async fn an_instance_moves_to_another_domain_and_everybody_is_signed_out() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let satellite = api.create("/domains", json!({ "name": "other.example", "is_satellite": true })).await;
    let before = api.get("/domains").await;
    let session = api.create("/sessions", json!({ "user_id": ada })).await;
    let change = || json!({ "home_url": "https://www.new.example/home" });

    let [_, primary] = before.column("id")[..] else {
        panic!("a satellite and a primary domain: {}", before.body)
    };
    let kept = api.delete(&format!("/domains/{primary}")).await;
    let forbidden = api.post("/instance/change_domain", change()).await;
    let changed = api.in_production(Method::POST, "/instance/change_domain", change()).await;

    assert_eq!(before.column("name"), ["other.example", "example.com"]);
    assert_eq!(kept.refusal(), (403, "operation_not_allowed_on_primary_domain", None));
    assert_eq!(forbidden.refusal(), (400, "domain_update_forbidden", None));
    assert_eq!((changed.status, &changed.body), (202, &Value::Null));
    let domains = api.get("/domains").await;
    assert_eq!(domains.column("id"), [satellite.as_str(), primary]);
    assert_eq!(domains.column("name"), ["other.example", "new.example"]);
    assert_eq!(domains.column("frontend_api_url")[1], "https://clerk.new.example");
    assert_eq!(api.get(&format!("/sessions/{session}")).await.body["status"], "revoked");
    let secondary = json!({ "home_url": "https://app.new.co.uk", "is_secondary": true });
    api.in_production(Method::PUT, "/beta_features/domain", secondary).await;
    assert_eq!(api.get("/domains").await.column("name")[1], "app.new.co.uk");
    let primary = json!({ "home_url": "https://app.new.co.uk" });
    api.in_production(Method::PUT, "/beta_features/domain", primary).await;
    assert_eq!(api.get("/domains").await.column("name")[1], "new.co.uk");
    let taken = json!({ "home_url": "https://other.example" });
    let taken = api.in_production(Method::POST, "/instance/change_domain", taken).await;
    assert_eq!(taken.refusal(), (422, "form_identifier_exists", Some("home_url")));
    let nowhere = json!({ "home_url": "https://127.0.0.1/" });
    let nowhere = api.in_production(Method::POST, "/instance/change_domain", nowhere).await;
    assert_eq!(nowhere.refusal(), (422, "form_param_format_invalid", Some("home_url")));
}

#[tokio::test]
async fn a_proxy_is_tried_for_a_domain_that_is_there() {
    let api = Api::start().await;
    let body = json!({ "name": "a.example", "is_satellite": true, "proxy_url": "https://a.example/__clerk" });
    let domain = api.in_production(Method::POST, "/domains", body).await.body["id"].clone();
    let check = |body: Value| async { api.post("/proxy_checks", body).await };

    let first = check(json!({ "domain_id": domain })).await.body;
    api.clerk.advance(Duration::from_secs(1));
    let again = check(json!({ "domain_id": domain })).await.body;
    let other = check(json!({ "domain_id": domain, "proxy_url": "https://b.example/" })).await.body;

    assert_eq!(
        (&first["proxy_url"], &first["successful"]),
        (&json!("https://a.example/__clerk"), &json!(true))
    );
    assert_eq!((&again["id"], &again["created_at"]), (&first["id"], &first["created_at"]));
    assert!(again["last_run_at"].as_i64() > first["last_run_at"].as_i64(), "{again}");
    assert!(other["id"] != first["id"] && other["proxy_url"] == "https://b.example/", "{other}");
    let without = api.create("/domains", json!({ "name": "c.example", "is_satellite": true })).await;
    for (body, refusal) in [
        (json!({}), (422, "form_param_missing", Some("domain_id"))),
        (json!({ "domain_id": "dmn_1" }), (422, "form_param_value_invalid", Some("domain_id"))),
        (json!({ "domain_id": without }), (422, "form_param_missing", Some("proxy_url"))),
        (
            json!({ "domain_id": domain, "proxy_url": "no url" }),
            (422, "form_param_format_invalid", Some("proxy_url")),
        ),
    ] {
        assert_eq!(check(body.clone()).await.refusal(), refusal, "{body}");
    }
}
