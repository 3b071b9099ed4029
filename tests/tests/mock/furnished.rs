//! A server with one of everything, and what single operations need beside that.

use serde_json::{Value, json};

use crate::api::{Api, text};
use crate::document::{Ids, Operation};

/// A server with one of everything that it keeps, and the ids by the names that paths and bodies have for them.
pub(crate) async fn furnished() -> (Api, Ids) {
    let api = Api::start().await;
    let ids = furnish(&api).await;
    (api, ids)
}

pub(crate) async fn furnish(api: &Api) -> Ids {
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
    Ids::from([
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

/// Where things are made, with the least that makes one, and what their ids are called in paths.
pub(crate) const COLLECTIONS: &[(&str, &str, &str)] = &[
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
pub(crate) fn more(id: &str, ids: &Ids) -> Value {
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

/// Makes what an operation is about and what is not in a collection.
pub(crate) async fn prepare(api: &Api, operation: &Operation<'_>, ids: &mut Ids) {
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
            ids.insert("passkey_identification_id", passkey.id);
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
async fn directory(api: &Api, operation: &Operation<'_>, ids: &mut Ids) {
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
async fn subscribe(api: &Api, operation: &Operation<'_>, ids: &mut Ids) {
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
