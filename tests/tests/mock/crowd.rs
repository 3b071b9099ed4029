//! A server on which there is much of everything, for what is said about lists.

use std::time::{Duration, UNIX_EPOCH};

use clerk_sdk::mock::MockClerk;
use serde_json::json;

use crate::api::Api;
use crate::document::Ids;

/// A server with three or more of everything that is listed, and what stands in for what in queries and paths.
pub(crate) async fn crowd() -> (Api, Ids) {
    let start = UNIX_EPOCH + Duration::from_secs(1_900_000_000);
    let clerk = MockClerk::builder().clock(start).start().await.expect("a server");
    let api = Api { clerk, http: clerk_sdk::reqwest_builder().build().expect("a client") };
    let mut ids = Ids::new();
    api.patch("/instance/organization_settings", json!({ "max_allowed_memberships": 100 })).await;
    api.clerk.advance(Duration::from_secs(60));
    api.clerk.seed().role("org:two", ["org:two:read"]).await;
    api.clerk.seed().role("org:aaa", ["org:aaa:read"]).await;
    let mut users = Vec::new();
    for (n, (first, last, address)) in [
        ("Grace", "Lovelace", "eve@example.com"),
        ("Ada", "Hopper", "bob@example.com"),
        ("Barbara", "Allen", "ann@example.com"),
    ]
    .into_iter()
    .enumerate()
    {
        api.clerk.advance(Duration::from_secs(60));
        let username = ["kim_1", "bob_2", "ann_3"][n];
        let user = json!({
            "email_address": [address], "phone_number": [format!("+1555555010{}", 2 - n)],
            "username": username, "first_name": first, "last_name": last,
            "web3_wallet": [format!("0x{}", ["c", "a", "b"][n].repeat(40))], "external_id": format!("e{n}"),
        });
        users.push(api.create("/users", user).await);
    }
    for user in [1, 0, 2] {
        api.clerk.advance(Duration::from_secs(60));
        let session = api.create("/sessions", json!({ "user_id": users[user] })).await;
        if user == 2 {
            api.post(&format!("/sessions/{session}/revoke"), json!({})).await;
        }
    }
    api.post(&format!("/users/{}/ban", users[2]), json!({})).await;
    let account = api.clerk.seed().external_account(&users[0], "oauth_google", "eve@gmail.com").await;
    ids.insert(
        "PROVIDER",
        serde_json::to_value(account).expect("JSON")["provider_user_id"].as_str().expect("an id").to_owned(),
    );
    let mut organizations = Vec::new();
    for (n, name) in ["Two", "Acme", "One", "More"].iter().enumerate() {
        api.clerk.advance(Duration::from_secs(60));
        let organization = json!({ "name": name, "slug": format!("{}-slug", name.to_lowercase()) });
        let id = api.create("/organizations", organization).await;
        let path = format!("/organizations/{id}");
        let roles = users.iter().zip(["org:aaa", "org:admin", "org:member"]);
        // All are in the first, fewer in the others, and the last of them in the last.
        for (user, role) in
            roles.enumerate().filter(|(k, _)| if n == 3 { *k == 2 } else { *k < 3 - n }).map(|(_, r)| r)
        {
            api.clerk.advance(Duration::from_secs(1));
            api.post(&format!("{path}/memberships"), json!({ "user_id": user, "role": role })).await;
        }
        let addresses = ["two@example.com", "ann@example.com", "one@example.com", "gone@example.com"];
        for (k, address) in addresses.iter().enumerate() {
            // Members are not invited.
            if k == 1 && (n == 0 || n == 3) {
                continue;
            }
            api.clerk.advance(Duration::from_secs(1));
            let body = json!({ "email_address": address, "role": "org:member" });
            let invitation = api.create(&format!("{path}/invitations"), body).await;
            if (n + k) % 2 == 1 {
                api.post(&format!("{path}/invitations/{invitation}/revoke"), json!({})).await;
            }
        }
        let mode = ["manual_invitation", "automatic_invitation", "automatic_suggestion"][n % 3];
        let domain =
            json!({ "name": format!("{name}.example"), "verified": n != 1, "enrollment_mode": mode });
        api.create(&format!("{path}/domains"), domain).await;
        organizations.push(id);
    }
    let first = format!("/organizations/{}", organizations[0]);
    for (n, mode) in ["automatic_invitation", "automatic_suggestion"].iter().enumerate() {
        let domain =
            json!({ "name": format!("more{n}.example"), "verified": n == 1, "enrollment_mode": mode });
        api.create(&format!("{first}/domains"), domain).await;
    }
    for (n, name) in ["two", "aaa", "one"].iter().enumerate() {
        api.clerk.advance(Duration::from_secs(60));
        let address = format!("{name}@example.org");
        let invitation = json!({ "email_address": address, "expires_in_days": 9 - n });
        let invitation = api.create("/invitations", invitation).await;
        let entry =
            api.create("/waitlist_entries", json!({ "email_address": format!("{name}@w.example") })).await;
        if n == 1 {
            api.post(&format!("/invitations/{invitation}/revoke"), json!({})).await;
        } else {
            api.post(&format!("/waitlist_entries/{entry}/invite"), json!({})).await;
        }
        api.create("/invitations", json!({ "email_address": format!("{name}2@example.org") })).await;
        api.create("/machines", json!({ "name": name })).await;
        api.create("/oauth_applications", json!({ "name": name })).await;
        api.create("/redirect_urls", json!({ "url": format!("https://example.com/{n}") })).await;
        api.create("/jwt_templates", json!({ "name": name, "claims": {} })).await;
        api.create("/allowlist_identifiers", json!({ "identifier": address })).await;
        let permission = json!({ "name": name, "key": format!("org:{name}:write") });
        api.create("/organization_permissions", permission).await;
        let set = json!({
            "name": name, "roles": ["org:admin"], "default_role_key": "org:admin", "creator_role_key": "org:admin",
        });
        api.create("/role_sets", set).await;
        let domain = format!("{name}.saml.example");
        let saml = json!({ "name": name, "provider": "saml_okta", "domain": domain, "organization_id": organizations[n] });
        api.create("/saml_connections", saml).await;
        let enterprise = json!({
            "name": name, "provider": "saml_okta", "domains": [format!("{name}.ent.example")],
            "organization_id": organizations[n], "active": n == 0,
            "saml": { "idp_metadata_url": "https://idp.example/metadata" },
        });
        let connection = api.post("/enterprise_connections", enterprise).await.body;
        let connection = connection["id"].as_str().expect("an id");
        let directory = json!({ "enterprise_connection_id": connection, "provider": "okta" });
        api.post("/directories", directory).await;
        for status in ["pending", "success", "failed"] {
            api.clerk.seed().test_run(connection, status).await;
        }
        ids.insert("enterprise_connection_id", connection.to_owned());
        api.clerk.seed().external_account(&users[2], "oauth_github", format!("{name}@gh.example")).await;
        let kind = if n == 0 { "org" } else { "user" };
        let plan = api.clerk.seed().plan(*name).with("for_payer_type", kind).await;
        api.create("/billing/prices", json!({ "plan_id": plan.id, "amount": 100 * (n + 1) })).await;
        let payer = if n == 0 { &organizations[0] } else { &users[n] };
        let subscription = api.clerk.seed().subscription(payer, *name).await;
        if n == 2 {
            let item = &subscription.subscription_items[0].id;
            api.delete(&format!("/billing/subscription_items/{item}?end_now=true")).await;
        }
        api.clerk.seed().payment_attempt(&users[0], 100).await;
    }
    api.clerk.seed().plan("free").with("fee", 0).await;
    api.clerk.seed().subscription(&users[0], "free").await;
    let payment = api.clerk.seed().payment_attempt(&users[0], 100).with("status", "failed").await;
    ids.insert("statementID", payment.statement_id);
    for (name, subject) in [("two", 0), ("one", 0), ("more", 0), ("gone", 0), ("other", 1)] {
        let key = api.post("/api_keys", json!({ "name": name, "subject": users[subject] })).await.body;
        let id = key["id"].as_str().expect("an id");
        if name == "gone" {
            api.post(&format!("/api_keys/{id}/revoke"), json!({})).await;
        }
    }
    for machine in ["ids", "other"] {
        let machine = api.post("/machines", json!({ "name": machine })).await.body;
        let secret = machine["secret_key"].as_str().expect("a key");
        let key = if ids.contains_key("MACHINE") { "OTHER_MACHINE" } else { "MACHINE" };
        ids.insert(key, machine["id"].as_str().expect("an id").to_owned());
        let count = if key == "MACHINE" { 5 } else { 1 };
        for n in 0..count {
            let body = if n == 4 { json!({ "seconds_until_expiration": 1 }) } else { json!({}) };
            let request = api.http.post(format!("{}/m2m_tokens", api.clerk.url())).bearer_auth(secret);
            let request = request.header("content-type", "application/json").body(body.to_string());
            let token = crate::api::send(request).await.body;
            if n == 3 {
                let id = token["id"].as_str().expect("an id");
                api.post(&format!("/m2m_tokens/{id}/revoke"), json!({})).await;
            }
        }
    }
    api.clerk.advance(Duration::from_secs(2));
    let active = api.get(&format!("/users/{}", users[0])).await.body["last_active_at"].to_string();
    let created = api.get(&format!("/users/{}", users[1])).await.body["created_at"].to_string();
    ids.extend([
        ("ACTIVE", active),
        ("CREATED", created),
        ("WALLET", format!("0x{}", "a".repeat(40))),
        ("ORGANIZATION", organizations[1].clone()),
        ("organization_id", organizations[0].clone()),
        ("user_id", users[2].clone()),
        ("USER", users[1].clone()),
        ("OTHER", users[1].clone()),
        ("SUBJECT", users[0].clone()),
        ("provider", "github".to_owned()),
        ("template_type", "email".to_owned()),
    ]);
    (api, ids)
}
