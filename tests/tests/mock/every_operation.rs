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
    let connection = json!({ "name": "Okta", "provider": "saml_okta", "domains": ["example.com"] });
    let connection = api.create("/enterprise_connections", connection).await;
    let payment = api.clerk.seed().payment_attempt(&user_id, 1000).await;
    HashMap::from([
        ("apiKeyID", text(&key["id"])),
        ("API key", text(&key["secret"])),
        ("m2m_token_id", text(&token["id"])),
        ("M2M token", text(&token["token"])),
        ("email_address_id", text(&user["email_addresses"][0]["id"])),
        ("phone_number_id", text(&user["phone_numbers"][0]["id"])),
        ("statementID", payment.statement_id),
        ("user_id", user_id),
        ("organization_id", organization_id),
        ("invitation_id", invitation),
        ("session_id", session_id),
        ("enterprise_connection_id", connection),
        ("template_type", "email".to_owned()),
        ("slug", "verification_code".to_owned()),
    ])
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Where things are made, with the least that makes one, and what their ids are called in paths.
const COLLECTIONS: &[(&str, &str, &str)] = &[
    ("/allowlist_identifiers", "identifier_id", r#"{ "identifier": "grace@example.com" }"#),
    ("/blocklist_identifiers", "identifier_id", r#"{ "identifier": "grace@example.com" }"#),
    ("/redirect_urls", "id", r#"{ "url": "https://example.com/" }"#),
    ("/domains", "domain_id", r#"{ "name": "acme.example", "is_satellite": true }"#),
    ("/waitlist_entries", "waitlist_entry_id", r#"{ "email_address": "grace@example.com" }"#),
    ("/actor_tokens", "actor_token_id", r#"{ "user_id": "USER", "actor": { "sub": "user_2" } }"#),
    ("/sign_in_tokens", "sign_in_token_id", r#"{ "user_id": "USER" }"#),
    ("/jwt_templates", "template_id", r#"{ "name": "hasura", "claims": { "a": "{{user.id}}" } }"#),
    ("/machines", "machine_id", r#"{ "name": "Worker" }"#),
    ("/oauth_applications", "oauth_application_id", r#"{ "name": "App" }"#),
    (
        "/saml_connections",
        "saml_connection_id",
        r#"{ "name": "Okta", "provider": "saml_okta", "domain": "example.com" }"#,
    ),
    (
        "/enterprise_connections",
        "enterprise_connection_id",
        r#"{ "name": "Okta", "provider": "saml_okta", "domains": ["example.com"], "saml": {} }"#,
    ),
    ("/organization_permissions", "permission_id", r#"{ "name": "Manage", "key": "org:billing:manage" }"#),
    ("/organization_roles", "organization_role_id", r#"{ "name": "Accountant", "key": "org:accountant" }"#),
    (
        "/role_sets",
        "role_set_key_or_id",
        r#"{ "name": "Set", "default_role_key": "org:member", "creator_role_key": "org:admin",
             "roles": ["org:admin", "org:member"] }"#,
    ),
    ("/organizations/{organization_id}/domains", "domain_id", r#"{ "name": "example.com" }"#),
];

/// What operations need beside the least that the document says.
fn more(id: &str, ids: &HashMap<&str, String>) -> Value {
    let (user, verification) = (&ids["user_id"], ids.get("verification_id"));
    match id {
        "CreateUser" => json!({ "username": "grace" }),
        "UsersBan" | "UsersUnban" => json!({ "user_ids": [user] }),
        "VerifyPassword" => json!({ "password": "a good password" }),
        "VerifyTOTP" => json!({ "code": "backup-1" }),
        "verifyApiKey" => json!({ "secret": ids["API key"] }),
        "verifyM2MToken" => json!({ "token": ids["M2M token"] }),
        "verifyOAuthAccessToken" => json!({ "access_token": ids["access token"] }),
        "RevokeOAuthApplicationToken" => json!({ "token": ids["access token"] }),
        "VerifyClient" => json!({ "token": ids["session token"] }),
        "RefreshSession" => json!({ "expired_token": ids["session token"] }),
        "AttemptEmailAddressVerification" | "AttemptPhoneNumberVerification" => {
            json!({ "verification_id": verification, "code": "424242" })
        }
        "CreateDirectory" | "CreateSCIMDirectory" => {
            json!({ "enterprise_connection_id": ids["enterprise_connection_id"] })
        }
        "CreateDirectoryGroupRoleMapping" | "CreateSCIMGroupRoleMapping" => {
            json!({ "role_id": ids["role_id"], "scim_group_id": "board" })
        }
        "ReplaceDirectoryGroupRoleMappings" | "ReplaceSCIMGroupRoleMappings" => {
            json!({ "mappings": [{ "role_id": ids["role_id"], "scim_group_id": "board" }] })
        }
        "CreateAgentTask" => {
            json!({ "on_behalf_of": { "user_id": user }, "redirect_url": "https://example.com/" })
        }
        "VerifyDomainProxy" => {
            json!({ "domain_id": ids["domain_id"], "proxy_url": "https://example.com/__clerk" })
        }
        "ChangeProductionInstanceDomain" | "UpdateProductionInstanceDomain" => {
            json!({ "home_url": "https://example.com/" })
        }
        "CreateMachineScope" => json!({ "to_machine_id": ids["other_machine_id"] }),
        "CreateBillingPrice" => json!({ "plan_id": ids["plan_id"], "amount": 1500 }),
        "ApplyBillingSubscriptionItemDiscount" => json!({ "discount_id": ids["discount_id"] }),
        "CreateBillingPriceTransition" => {
            json!({ "from_price_id": ids["from_price_id"], "to_price_id": ids["to_price_id"] })
        }
        "ExtendBillingSubscriptionItemFreeTrial" => json!({ "extend_to": "2100-06-01T00:00:00Z" }),
        "UpdateJWTTemplate" => json!({ "name": "other" }),
        "AddRolesToRoleSet" => json!({ "role_keys": ["org:member"] }),
        "ReplaceRoleInRoleSet" => json!({ "role_key": "org:member", "to_role_key": "org:admin" }),
        "ReplaceRoleSet" => json!({ "dest_role_set_key": "role_set:default" }),
        _ => json!({}),
    }
}

/// Sends the least that an operation takes, about what the server has.
async fn call(http: &reqwest::Client, document: &Document, operation: &Operation<'_>) -> Answer {
    let api = Api::with(http.clone()).await;
    let mut ids = furnish(&api).await;
    for (collection, variable, body) in COLLECTIONS {
        let body: Value = serde_json::from_str(&body.replace("USER", &ids["user_id"])).expect("JSON");
        if operation.path.starts_with(&format!("{collection}/{{")) {
            let path = collection.replace("{organization_id}", &ids["organization_id"]);
            ids.insert(*variable, text(&api.post(&path, body).await.body["id"]));
        } else if operation.path == *collection && operation.method == reqwest::Method::POST {
            return api.post(&collection.replace("{organization_id}", &ids["organization_id"]), body).await;
        }
    }
    prepare(&api, operation, &mut ids).await;
    let (path, query) = address(document, operation, &ids);
    let url = if query.is_empty() { path } else { format!("{path}?{query}") };
    let content = &document.resolve(&operation.value["requestBody"])["content"];
    if let "DeleteOrganizationLogo" | "DeleteUserProfileImage" = operation.id {
        let user = operation.id == "DeleteUserProfileImage";
        let method = if user { reqwest::Method::POST } else { reqwest::Method::PUT };
        api.with_form(method, &url, &[], b"picture").await;
    }
    if content["multipart/form-data"].is_object() {
        return api.with_form(operation.method.clone(), &url, &[], b"picture").await;
    }
    let Some(schema) = document.json_body(operation) else {
        return send(api.request(operation.method.clone(), &url)).await;
    };
    let mut body = document.least(schema, "");
    if let Value::Object(fields) = &mut body {
        if let Some(user) = fields.get_mut("user_id") {
            *user = json!(ids["user_id"]);
        }
        fields.extend(more(operation.id, &ids).as_object().expect("fields").clone());
    }
    match operation.id {
        "ChangeProductionInstanceDomain" | "UpdateProductionInstanceDomain" => {
            api.in_production(operation.method.clone(), &url, body).await
        }
        _ => api.with_json(operation.method.clone(), &url, body).await,
    }
}

/// Makes what an operation is about and what is not in a collection.
async fn prepare(api: &Api, operation: &Operation<'_>, ids: &mut HashMap<&'static str, String>) {
    let user = format!("/users/{}", ids["user_id"]);
    let ada = || async { serde_json::from_value(api.get(&user).await.body).expect("a user") };
    match operation.id {
        // What the two are called in paths is what bodies need, but not always what an answer takes.
        "RevokeInvitation" => {
            let invitation = api.create("/invitations", json!({ "email_address": "eve@example.com" })).await;
            ids.insert("invitation_id", invitation);
        }
        "CreateOrganizationMembership" => drop(ids.insert("user_id", api.user("new@example.com").await)),
        "VerifyTOTP" => drop(api.patch(&user, json!({ "backup_codes": ["backup-1"] })).await),
        "UserWeb3WalletDelete" => {
            let wallet = format!("0x{}", "a".repeat(40));
            let owner = api.post("/users", json!({ "web3_wallet": [wallet], "username": "eve" })).await.body;
            ids.insert("user_id", text(&owner["id"]));
            ids.insert("web3_wallet_identification_id", text(&owner["web3_wallets"][0]["id"]));
        }
        "verifyOAuthAccessToken" | "RevokeOAuthApplicationToken" => {
            let token = api.clerk.oauth_access_token(&ada().await).token();
            ids.insert("access token", token);
        }
        "DeleteExternalAccount" => {
            let account =
                api.clerk.seed().external_account(&ids["user_id"], "oauth_google", "ada@gmail.com").await;
            ids.insert("external_account_id", account.id);
        }
        "GetUserBillingSubscription" | "GetOrganizationBillingSubscription" => {
            let seed = api.clerk.seed();
            seed.plan("pro").await;
            let user = operation.id.contains("User");
            seed.subscription(&ids[if user { "user_id" } else { "organization_id" }], "pro").await;
        }
        "GetSignUp" | "UpdateSignUp" => {
            ids.insert("id", api.clerk.seed().sign_up("eve@example.com").await.id);
        }
        "RevokeUserTrustedDevice" | "ListUserTrustedDevices" => {
            ids.insert(
                "trusted_device_id",
                api.clerk.seed().trusted_device(&ids["user_id"], "Phone").await.id,
            );
        }
        "GetOAuthAccessToken" => {
            api.clerk.seed().external_account(&ids["user_id"], "oauth_google", "ada@gmail.com").await;
            ids.insert("provider", "oauth_google".to_owned());
        }
        "revokeAdminPortalLinkToken" => {
            let token = api.post("/admin_portal_link_tokens", json!({})).await.body;
            ids.insert("adminPortalLinkTokenID", text(&token["id"]));
        }
        "RevokeAgentTask" => {
            let task = json!({
                "on_behalf_of": { "user_id": ids["user_id"] }, "permissions": "*", "agent_name": "Tester",
                "task_description": "Look around", "redirect_url": "https://example.com/",
            });
            let task = api.post("/agents/tasks", task).await.body;
            ids.insert("agent_task_id", text(&task["agent_task_id"]));
        }
        "ListEnterpriseConnectionTestRuns" => {
            drop(api.clerk.seed().test_run(&ids["enterprise_connection_id"], "success").await);
        }
        "RevertTemplate" => {
            drop(api.put("/templates/email/verification_code", json!({ "name": "Code" })).await)
        }
        "DeleteSvixApp" | "GenerateSvixAuthURL" => drop(api.post("/webhooks/svix", json!({})).await),
        "VerifyDomainProxy" => {
            let domain = json!({ "name": "acme.example", "is_satellite": true });
            ids.insert("domain_id", api.create("/domains", domain).await);
        }
        id if id.contains("irectory") || id.contains("SCIM") || id == "ListDirectories" => {
            directory(api, operation, ids).await;
        }
        "CreateBillingPrice" => drop(ids.insert("plan_id", api.clerk.seed().plan("pro").await.id)),
        _ if operation.path.starts_with("/billing/subscription_items/") => {
            subscribe(api, operation, ids).await
        }
        "GetClient" => {
            let session = api.get(&format!("/sessions/{}", ids["session_id"])).await.body;
            ids.insert("client_id", text(&session["client_id"]));
        }
        "VerifyClient" => {
            let token = api.clerk.sign_in(&ada().await).token();
            ids.insert("session token", token);
        }
        "GetCommercePlanList" => drop(api.clerk.seed().plan("pro").await),
        "UserPasskeyDelete" => {
            let passkey = api.clerk.seed().passkey(&ids["user_id"], "Laptop").await;
            ids.insert("passkey_identification_id", passkey.id.expect("an id"));
        }
        "RefreshSession" => {
            let signing_in = ada().await;
            let token = api.clerk.sign_in(&signing_in).in_session(&ids["session_id"]).token();
            ids.insert("session token", token);
        }
        "AttemptEmailAddressVerification" | "AttemptPhoneNumberVerification" => {
            let kind = if operation.id.contains("Email") { "email_address" } else { "phone_number" };
            let contact = &ids[format!("{kind}_id").as_str()];
            let plural = if kind == "email_address" { "email_addresses" } else { "phone_numbers" };
            let path = format!("/{plural}/{contact}/prepare_verification");
            ids.insert("verification_id", text(&api.post(&path, json!({})).await.body["id"]));
        }
        "CreateMachineScope" | "DeleteMachineScope" => {
            let other = api.create("/machines", json!({ "name": "Other" })).await;
            if operation.id == "DeleteMachineScope" {
                let path = format!("/machines/{}/scopes", ids["machine_id"]);
                api.post(&path, json!({ "to_machine_id": other })).await;
            }
            ids.insert("other_machine_id", other);
        }
        "AssignPermissionToOrganizationRole" | "RemovePermissionFromOrganizationRole" => {
            let permission = json!({ "name": "Manage", "key": "org:billing:manage" });
            let permission = api.create("/organization_permissions", permission).await;
            if operation.id.starts_with("Remove") {
                let role = &ids["organization_role_id"];
                api.post(&format!("/organization_roles/{role}/permissions/{permission}"), json!({})).await;
            }
            ids.insert("permission_id", permission);
        }
        "CreateSessionTokenFromTemplate" => {
            api.create("/jwt_templates", json!({ "name": "hasura", "claims": {} })).await;
            ids.insert("template_name", "hasura".to_owned());
        }
        _ => {}
    }
}

/// A directory whose groups can have roles, one of which has.
async fn directory(api: &Api, operation: &Operation<'_>, ids: &mut HashMap<&'static str, String>) {
    let role = text(&api.get("/organization_roles").await.body["data"][0]["id"]);
    let directory = json!({
        "enterprise_connection_id": ids["enterprise_connection_id"], "provider": "okta",
        "group_role_mappings": [{ "scim_group_id": "staff", "role_id": role }],
    });
    let directory = api.create("/directories", directory).await;
    let mappings = api.get(&format!("/directories/{directory}/group_role_mappings")).await.body;
    ids.insert("mapping_id", text(&mappings["data"][0]["id"]));
    ids.insert("role_id", role);
    ids.insert(if operation.id.contains("SCIM") { "scim_directory_id" } else { "directory_id" }, directory);
}

/// Has the user be subscribed to a plan, on trial where the operation is about that, with a discount and another price.
async fn subscribe(api: &Api, operation: &Operation<'_>, ids: &mut HashMap<&'static str, String>) {
    let seed = api.clerk.seed();
    let plan = seed.plan("pro").with("free_trial_enabled", true).await;
    let trial = operation.id.contains("FreeTrial");
    let mut subscription = seed.subscription(&ids["user_id"], "pro").with("is_free_trial", trial);
    if trial {
        // The first day of 2100.
        subscription = subscription.with("period_end", 4_102_444_800_000_i64);
    }
    let subscription = subscription.await;
    let item = &subscription.subscription_items[0];
    let discount = seed.discount("launch").await;
    ids.insert("subscription_item_id", item.id.clone());
    ids.insert("from_price_id", item.price_id.clone().expect("a price"));
    let price = json!({ "plan_id": plan.id, "amount": 2000 });
    ids.insert("to_price_id", api.create("/billing/prices", price).await);
    ids.insert("discount_id", text(&discount["id"]));
    if operation.id.starts_with("Remove") {
        let path = format!("/billing/subscription_items/{}/discounts", item.id);
        api.post(&path, json!({ "discount_id": discount["id"] })).await;
    }
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

/// The findings about an answer: it is what the document promises, or an error in Clerk's shape.
fn judge(document: &Document, operation: &Operation<'_>, answer: &Answer) -> Vec<String> {
    let (status, schema) = document.success(operation);
    if answer.status == status {
        let findings = schema.map(|schema| document.findings(schema, &answer.body, operation.id));
        return findings.unwrap_or_default();
    }
    let error = &answer.body["errors"][0];
    let texts = ["code", "message", "long_message"].iter().all(|name| error[*name].is_string());
    let shaped = texts && error["meta"].is_object() && answer.body["clerk_trace_id"].is_string();
    if (400..500).contains(&answer.status) && shaped {
        return Vec::new();
    }
    vec![format!("{}: {} {}", operation.id, answer.status, answer.body)]
}

/// Sends the least that the document asks for, about things that may not be there.
async fn blindly(
    api: &Api,
    document: &Document,
    operation: &Operation<'_>,
    ids: &HashMap<&str, String>,
) -> Answer {
    let (path, query) = address(document, operation, ids);
    let url = if query.is_empty() { path } else { format!("{path}?{query}") };
    match document.json_body(operation) {
        Some(schema) => api.with_json(operation.method.clone(), &url, document.least(schema, "")).await,
        None => send(api.request(operation.method.clone(), &url)).await,
    }
}

#[tokio::test]
async fn answers_every_operation_well_when_there_is_nothing_yet_and_when_all_happens_to_one_server() {
    let document = Document::newest();
    let nothing = HashMap::from([("template_type", "email".to_owned())]);
    let (empty, (crowded, ids)) = (Api::start().await, furnished().await);
    let mut findings = Vec::new();

    for operation in document.operations() {
        let answer = blindly(&empty, &document, &operation, &nothing).await;
        findings.extend(judge(&document, &operation, &answer));
    }
    // Twice over, on one server: the second time much is there already, or gone.
    for operation in document.operations().iter().chain(&document.operations()) {
        let answer = blindly(&crowded, &document, operation, &ids).await;
        findings.extend(judge(&document, operation, &answer));
    }

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
        let answer = api.get(&format!("{path}?limit=1&offset=100&{query}")).await;
        let items =
            answer.body.as_array().or_else(|| answer.body.as_object()?.values().find_map(Value::as_array));
        assert_eq!(items.map(Vec::len), Some(0), "{}: {}", operation.id, answer.body);
        lists += 1;
    }

    assert_eq!(lists, 37);
}
