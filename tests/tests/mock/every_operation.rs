//! All operations of the document, one by one.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::api::{Answer, Api, send};
use crate::document::{Document, Operation};

/// A server with one of everything that it keeps, and the ids by the names that paths and bodies have for them.
pub(crate) async fn furnished() -> (Api, HashMap<&'static str, String>) {
    let api = Api::start().await;
    let ids = furnish(&api).await;
    (api, ids)
}

async fn furnish(api: &Api) -> HashMap<&'static str, String> {
    let ada = json!({
        "email_address": ["ada@example.com"], "phone_number": ["+15555550100"], "password": "a good password",
    });
    let user = api.post("/users", ada).await.body;
    let user_id = text(&user["id"]);
    let organization_id =
        api.create("/organizations", json!({ "name": "Acme", "created_by": user_id })).await;
    let invitee = json!({ "email_address": "bob@example.com", "role": "org:member" });
    let invitation = api.create(&format!("/organizations/{organization_id}/invitations"), invitee).await;
    let session_id = api.create("/sessions", json!({ "user_id": user_id })).await;
    let key = json!({ "name": "Exports", "subject": user_id });
    let key = api.post("/api_keys", key).await.body;
    let token = api.post("/m2m_tokens", json!({})).await.body;
    HashMap::from([
        ("apiKeyID", text(&key["id"])),
        ("API key", text(&key["secret"])),
        ("m2m_token_id", text(&token["id"])),
        ("M2M token", text(&token["token"])),
        ("email_address_id", text(&user["email_addresses"][0]["id"])),
        ("phone_number_id", text(&user["phone_numbers"][0]["id"])),
        ("user_id", user_id),
        ("organization_id", organization_id),
        ("invitation_id", invitation),
        ("session_id", session_id),
        ("template_type", "email".to_owned()),
    ])
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Sends the least that an operation takes, about what the server has.
async fn call(http: &reqwest::Client, document: &Document, operation: &Operation<'_>) -> Answer {
    let api = Api::with(http.clone()).await;
    let mut ids = furnish(&api).await;
    // What the two are called in paths is what bodies need, but not always what an answer takes.
    match operation.id {
        "RevokeInvitation" => {
            let invitation = api.create("/invitations", json!({ "email_address": "eve@example.com" })).await;
            ids.insert("invitation_id", invitation);
        }
        "CreateOrganizationMembership" => {
            let newcomer = api.user("new@example.com").await;
            ids.insert("user_id", newcomer);
        }
        _ => {}
    }
    let (path, query) = address(document, operation, &ids);
    let url = if query.is_empty() { path } else { format!("{path}?{query}") };
    let content = &document.resolve(&operation.value["requestBody"])["content"];
    if content["multipart/form-data"].is_object() {
        return api.with_form(operation.method.clone(), &url, &[], b"picture").await;
    }
    let Some(schema) = document.json_body(operation) else {
        return send(api.request(operation.method.clone(), &url)).await;
    };
    let mut body = document.least(schema, "");
    if let Value::Object(fields) = &mut body {
        match operation.id {
            "CreateUser" => drop(fields.insert("username".into(), json!("grace"))),
            "UsersBan" | "UsersUnban" => drop(fields.insert("user_ids".into(), json!([ids["user_id"]]))),
            "verifyApiKey" => drop(fields.insert("secret".into(), json!(ids["API key"]))),
            "verifyM2MToken" => drop(fields.insert("token".into(), json!(ids["M2M token"]))),
            "verifyOAuthAccessToken" => {
                let ada = serde_json::from_value(api.get(&format!("/users/{}", ids["user_id"])).await.body);
                let token = api.clerk.oauth_access_token(&ada.expect("a user")).token();
                fields.insert("access_token".into(), json!(token));
            }
            "VerifyPassword" => drop(fields.insert("password".into(), json!("a good password"))),
            _ => {}
        }
        if let Some(user) = fields.get_mut("user_id") {
            *user = json!(ids["user_id"]);
        }
    }
    api.with_json(operation.method.clone(), &url, body).await
}

/// An operation's path with its variables filled in, and its required query.
pub(crate) fn address(
    document: &Document,
    operation: &Operation<'_>,
    ids: &HashMap<&str, String>,
) -> (String, String) {
    let (mut path, mut query) = (operation.path.to_owned(), Vec::new());
    for parameter in document.parameters(operation) {
        let name = parameter["name"].as_str().expect("a name");
        let sample = || document.least(&parameter["schema"], name).as_str().unwrap_or("1").to_owned();
        if parameter["in"] == "path" {
            let value = ids.get(name).cloned().unwrap_or_else(sample);
            path = path.replace(&format!("{{{name}}}"), &value);
        } else if parameter["required"] == true {
            query.push(format!("{name}={}", sample()));
        }
    }
    (path, query.join("&"))
}

#[tokio::test]
async fn answers_every_operation_with_what_the_document_promises() {
    let document = Document::newest();
    let operations = document.operations();
    let http = Api::start().await.http;
    let mut findings = Vec::new();

    for operation in &operations {
        let answer = call(&http, &document, operation).await;
        let (status, schema) = document.success(operation);
        if answer.status != status {
            findings.push(format!("{}: {} {}", operation.id, answer.status, answer.body));
            continue;
        }
        match schema {
            Some(schema) => {
                findings.extend(document.findings(schema, &answer.body, operation.id));
                if answer.headers["content-type"] != "application/json" {
                    findings.push(format!("{}: {:?}", operation.id, answer.headers["content-type"]));
                }
            }
            None if !answer.headers.contains_key("content-type") => {}
            None => findings.push(format!("{} has content: {}", operation.id, answer.body)),
        }
    }

    assert_eq!(operations.len(), 249);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn lists_say_how_many_there_are_where_paginated_asks_for_it() {
    let document = Document::newest();
    let (api, ids) = furnished().await;
    let mut lists = 0;

    for operation in document.operations() {
        if !document.parameters(&operation).iter().any(|p| p["name"] == "paginated") {
            continue;
        }
        let (path, _) = address(&document, &operation, &ids);
        let answer = api.get(&format!("{path}?paginated=true")).await;
        assert!(answer.body["data"].is_array(), "{}: {}", operation.id, answer.body);
        assert!(answer.body["total_count"].is_u64(), "{}: {}", operation.id, answer.body);
        lists += 1;
    }

    assert_eq!(lists, 13);
}

#[tokio::test]
async fn walks_along_lists_come_to_an_end() {
    let document = Document::newest();
    let (api, ids) = furnished().await;
    let mut lists = 0;

    for operation in document.operations() {
        let names: Vec<&Value> = document.parameters(&operation).iter().map(|p| &p["name"]).collect();
        if !names.iter().any(|n| *n == "limit") || !names.iter().any(|n| *n == "offset") {
            continue;
        }
        let (path, query) = address(&document, &operation, &ids);
        let answer = api.get(&format!("{path}?limit=1&offset=3&{query}")).await;
        let items =
            answer.body.as_array().or_else(|| answer.body.as_object()?.values().find_map(Value::as_array));
        assert_eq!(items.map(Vec::len), Some(0), "{}: {}", operation.id, answer.body);
        lists += 1;
    }

    assert_eq!(lists, 37);
}

#[tokio::test]
async fn what_has_no_state_still_carries_what_it_was_given() {
    let api = Api::start().await;

    let template = json!({ "name": "hasura", "claims": { "role": "{{user.role}}" }, "lifetime": 300 });
    let created = api.post("/jwt_templates", template).await.body;
    let read = api.get("/jwt_templates/jtmp_1").await.body;
    let deleted = api.delete("/redirect_urls/ru_1").await.body;
    let subscription = api.get("/users/user_1/billing/subscription").await.body;

    assert_eq!((&created["name"], &created["lifetime"]), (&json!("hasura"), &json!(300)));
    assert_eq!(created["claims"], json!({ "role": "{{user.role}}" }));
    assert!(created["id"].as_str().is_some_and(|id| id.starts_with("jtmp_")), "{created}");
    assert_eq!(read["id"], "jtmp_1");
    assert_eq!((&deleted["id"], &deleted["deleted"]), (&json!("ru_1"), &json!(true)));
    assert!(subscription["id"].as_str().is_some_and(|id| id != "user_1"), "{subscription}");
}
