//! Roles, permissions, role sets and machines: who may do what.

use serde_json::{Value, json};

use crate::api::{Api, send, text};
use crate::token::Token;

fn keys(role: &Value) -> Vec<&str> {
    role["permissions"]
        .as_array()
        .expect("permissions")
        .iter()
        .map(|p| p["key"].as_str().expect("a key"))
        .collect()
}

#[tokio::test]
async fn a_role_has_the_permissions_that_it_is_given_and_so_have_its_members() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let acme = api.create("/organizations", json!({ "name": "Acme" })).await;
    let manage = json!({ "name": "Manage", "key": "org:billing:manage" });
    let manage = api.create("/organization_permissions", manage).await;

    let role = json!({ "name": "Accountant", "key": "org:accountant", "permissions": ["org:sys_billing:read"], "include_in_initial_role_set": true });
    let role = api.create("/organization_roles", role).await;
    let path = format!("/organization_roles/{role}/permissions/{manage}");
    let assigned = api.post(&path, json!({})).await;
    let twice = api.post(&path, json!({})).await;
    let membership = json!({ "user_id": ada.id, "role": "org:accountant" });
    let membership = api.post(&format!("/organizations/{acme}/memberships"), membership).await.body;
    let token = Token::read(&api.clerk.sign_in(&ada).organization(&acme, "org:accountant").token()).claims;

    assert_eq!(keys(&assigned.body), ["org:sys_billing:read", "org:billing:manage"]);
    assert_eq!(twice.refusal(), (409, "organization_role_permission_association_exists", None));
    assert_eq!(membership["permissions"], json!(["org:sys_billing:read", "org:billing:manage"]));
    assert_eq!(membership["role_name"], "Accountant");
    assert_eq!((&token["o"]["per"], &token["fea"]), (&json!("manage"), &json!("o:billing")));
    let assigned = api.delete(&format!("/organization_roles/{role}")).await;
    assert_eq!(assigned.refusal(), (422, "organization_role_assigned_members", None));
    assert_eq!(keys(&api.delete(&path).await.body), ["org:sys_billing:read"]);
    api.delete(&format!("/organizations/{acme}/memberships/{}", ada.id)).await;
    assert_eq!(api.delete(&format!("/organization_roles/{role}")).await.status, 200);
}

#[tokio::test]
async fn roles_that_nobody_made_are_refused() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let acme = api.create("/organizations", json!({ "name": "Acme" })).await;

    let body = json!({ "user_id": ada, "role": "org:king" });
    let membership = api.post(&format!("/organizations/{acme}/memberships"), body).await;
    let body = json!({ "email_address": "bob@example.com", "role": "org:king" });
    let invitation = api.post(&format!("/organizations/{acme}/invitations"), body).await;

    assert_eq!(membership.refusal(), (404, "resource_not_found", Some("role")));
    assert_eq!(invitation.refusal(), (404, "resource_not_found", Some("role")));
}

#[tokio::test]
async fn a_new_instance_has_two_roles_which_its_organizations_use() {
    let api = Api::start().await;

    let roles = api.get("/organization_roles?order_by=key").await;
    let permissions = api.get("/organization_permissions").await;
    let sets = api.get("/role_sets").await.body;
    let creator = api.delete("/organization_roles/org:admin").await;
    let member = api.delete("/organization_roles/org:member").await;

    assert_eq!(roles.column("key"), ["org:admin", "org:member"]);
    assert_eq!(permissions.body["total_count"], 8);
    assert_eq!(keys(&roles.body["data"][1]).len(), 3);
    assert_eq!(
        (&sets["data"][0]["key"], &sets["data"][0]["type"]),
        (&json!("role_set:default"), &json!("initial"))
    );
    assert_eq!(sets["data"][0]["creator_role"]["key"], "org:admin");
    assert_eq!(creator.refusal().1, "organization_role_default_creator_role");
    assert_eq!(member.refusal().1, "organization_role_domain_default_role");
}

#[tokio::test]
async fn replacing_a_role_or_a_set_takes_the_members_along() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    for key in ["org:guest", "org:visitor"] {
        api.create("/organization_roles", json!({ "name": key, "key": key })).await;
    }
    let set = json!({
        "name": "Guests", "roles": ["org:admin", "org:guest"], "default_role_key": "org:guest",
        "creator_role_key": "org:admin",
    });
    let set = api.post("/role_sets", set).await.body;
    let acme = json!({ "name": "Acme", "role_set_key": set["key"] });
    let acme = api.create("/organizations", acme).await;
    let members = format!("/organizations/{acme}/memberships");
    api.post(&members, json!({ "user_id": ada, "role": "org:guest" })).await;

    let path = format!("/role_sets/{}", text(&set["key"]));
    let body = json!({ "role_key": "org:guest", "to_role_key": "org:visitor" });
    let replaced = api.post(&format!("{path}/roles/replace"), body).await.body;
    let role = || async { text(&api.get(&members).await.body["data"][0]["role"]) };
    assert_eq!(replaced["default_role"]["key"], "org:visitor");
    assert_eq!(replaced["roles"][1]["members_count"], 1);
    assert_eq!(role().await, "org:visitor");

    let body = json!({ "dest_role_set_key": "role_set:default" });
    let unsaid = api.post(&format!("{path}/replace"), body.clone()).await;
    assert_eq!(unsaid.refusal(), (422, "form_param_missing", Some("reassignment_mappings")));
    let nowhere = json!({ "org:visitor": "org:guest" });
    let nowhere = json!({ "dest_role_set_key": "role_set:default", "reassignment_mappings": nowhere });
    let nowhere = api.post(&format!("{path}/replace"), nowhere).await;
    assert_eq!(nowhere.refusal(), (422, "form_param_value_invalid", Some("reassignment_mappings")));
    let mapped = json!({ "org:visitor": "org:member" });
    let body = json!({ "dest_role_set_key": "role_set:default", "reassignment_mappings": mapped });
    assert_eq!(api.post(&format!("{path}/replace"), body).await.body["deleted"], true);
    assert_eq!(role().await, "org:member");
    let organization = api.get(&format!("/organizations/{acme}")).await.body;
    assert_eq!(organization["role_set_key"], "role_set:default");
    assert_eq!(api.get(&path).await.status, 404);
}

async fn m2m(api: &Api, key: &str, path: &str, body: Value) -> crate::api::Answer {
    let request = api.bare(http::Method::POST, path).header("authorization", format!("Bearer {key}"));
    send(request.header("content-type", "application/json").body(body.to_string())).await
}

#[tokio::test]
async fn machines_talk_to_those_in_their_scopes() {
    let api = Api::start().await;
    let billing = api.post("/machines", json!({ "name": "Billing" })).await.body;
    let other = api.post("/machines", json!({ "name": "Other" })).await.body;
    let body = json!({ "name": "Worker", "scoped_machines": [billing["id"]], "default_token_ttl": 60 });
    let worker = api.post("/machines", body).await.body;

    let token = m2m(&api, &text(&worker["secret_key"]), "/m2m_tokens", json!({})).await.body;
    let body = json!({ "token": token["token"] });
    let verify = |key: &Value| {
        let (api, key, body) = (&api, text(key), body.clone());
        async move { m2m(api, &key, "/m2m_tokens/verify", body).await }
    };

    assert_eq!(worker["scoped_machines"][0]["id"], billing["id"]);
    assert_eq!((&token["subject"], &token["scopes"]), (&worker["id"], &json!([billing["id"]])));
    let lifetime = token["expiration"].as_i64().unwrap() - token["created_at"].as_i64().unwrap();
    assert_eq!(lifetime, 60_000);
    assert_eq!(verify(&billing["secret_key"]).await.status, 200);
    assert_eq!(verify(&other["secret_key"]).await.status, 404);
    assert_eq!(verify(&json!("sk_test_embedded")).await.status, 200);
    let path = format!("/machines/{}/scopes", text(&worker["id"]));
    let twice = api.post(&path, json!({ "to_machine_id": billing["id"] })).await;
    assert_eq!(twice.status, 409);
    api.delete(&format!("/machines/{}", text(&billing["id"]))).await;
    let left = api.get(&format!("/machines/{}", text(&worker["id"]))).await.body;
    assert_eq!(left["scoped_machines"], json!([]));
}

#[tokio::test]
async fn a_rotated_key_of_a_machine_is_good_for_as_long_as_was_said() {
    let api = Api::start().await;
    let worker = api.post("/machines", json!({ "name": "Worker" })).await.body;
    let path = format!("/machines/{}/secret_key", text(&worker["id"]));

    let old = text(&api.get(&path).await.body["secret"]);
    let kept = api.post(&format!("{path}/rotate"), json!({ "previous_token_ttl": 60 })).await.body;
    let now = text(&kept["secret"]);
    let made = |key: String| {
        let api = &api;
        async move { m2m(api, &key, "/m2m_tokens", json!({})).await.body["subject"].clone() }
    };
    assert_eq!(json!(old), worker["secret_key"]);
    assert_eq!(
        (made(old.clone()).await, made(now.clone()).await),
        (worker["id"].clone(), worker["id"].clone())
    );
    api.post(&format!("{path}/rotate"), json!({ "previous_token_ttl": 0 })).await;
    assert!(made(now).await != worker["id"]);
    assert!(made(old).await == worker["id"]);
}
