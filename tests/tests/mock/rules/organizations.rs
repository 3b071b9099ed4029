//! Organizations: their names, members, roles, domains and connections.

use serde_json::{Value, json};

use crate::api::{Api, text};

#[tokio::test]
async fn names_and_slugs_of_organizations_follow_the_rules() {
    let api = Api::start().await;
    let create = |body: Value| {
        let api = &api;
        async move { api.post("/organizations", body).await }
    };

    for name in ["<b>Acme</b>", "see https://acme.example", ""] {
        let refused = create(json!({ "name": name })).await;
        assert_eq!(refused.refusal(), (422, "form_param_value_invalid", Some("name")), "{name}");
    }
    let long = create(json!({ "name": "x".repeat(257) })).await;
    assert_eq!(long.refusal(), (422, "form_param_max_length_exceeded", Some("name")));
    let slug = create(json!({ "name": "Acme", "slug": "a_b" })).await;
    assert_eq!(slug.refusal(), (422, "form_param_format_invalid", Some("slug")));
    api.patch("/instance/organization_settings", json!({ "slug_disabled": true })).await;
    let disabled = create(json!({ "name": "Acme", "slug": "a-b" })).await;
    assert_eq!(disabled.refusal(), (422, "form_param_unknown", Some("slug")));
}

#[tokio::test]
async fn open_invitations_take_places_of_an_organization() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let acme = api.organization(json!({ "created_by": ada, "max_allowed_memberships": 2 })).await;
    let invite = |address: &'static str| {
        let body = json!({ "email_address": address, "role": "org:member" });
        let (api, path) = (&api, format!("/organizations/{acme}/invitations"));
        async move { api.post(&path, body).await }
    };

    let (first, second) = (invite("a@example.com").await, invite("b@example.com").await);

    assert_eq!(first.status, 200);
    assert_eq!(second.refusal(), (403, "organization_membership_quota_exceeded", None));
}

#[tokio::test]
async fn only_who_may_manage_the_members_invites_and_revokes() {
    let api = Api::start().await;
    let (ada, bob, eve) =
        (api.user("a@example.com").await, api.user("b@example.com").await, api.user("e@example.com").await);
    let acme = format!("/organizations/{}", api.organization(json!({ "created_by": ada })).await);
    api.create(&format!("{acme}/memberships"), json!({ "user_id": bob, "role": "org:member" })).await;
    let invite = |inviter: &str| {
        let body =
            json!({ "email_address": "new@example.com", "role": "org:member", "inviter_user_id": inviter });
        let (api, path) = (&api, format!("{acme}/invitations"));
        async move { api.post(&path, body).await }
    };

    let (by_eve, by_bob, by_ada) = (invite(&eve).await, invite(&bob).await, invite(&ada).await);
    let path = format!("{acme}/invitations/{}/revoke", text(&by_ada.body["id"]));
    let by_member = api.post(&path, json!({ "requesting_user_id": bob })).await;

    assert_eq!(by_eve.refusal(), (403, "not_a_member_in_organization", None));
    assert_eq!(by_bob.refusal(), (403, "missing_organization_permission", None));
    assert_eq!(by_bob.body["errors"][0]["meta"]["permissions"], json!(["org:sys_memberships:manage"]));
    assert_eq!(by_member.refusal(), (403, "missing_organization_permission", None));
    assert_eq!(api.post(&path, json!({ "requesting_user_id": ada })).await.body["status"], "revoked");
}

#[tokio::test]
async fn what_belongs_to_an_organization_or_a_user_goes_with_it() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let (acme, other) = (api.organization(json!({})).await, api.organization(json!({})).await);
    let domain = |id: &str| {
        let (api, path) = (&api, format!("/organizations/{id}/domains"));
        async move { api.post(&path, json!({ "name": "acme.example" })).await.status }
    };
    let key = |subject: &str| {
        let (api, body) = (&api, json!({ "name": "Exports", "subject": subject }));
        async move { json!({ "secret": api.post("/api_keys", body).await.body["secret"] }) }
    };
    let (of_acme, of_ada) = (key(&acme).await, key(&ada).await);
    let (first, taken) = (domain(&acme).await, domain(&other).await);

    api.delete(&format!("/organizations/{acme}")).await;
    api.delete(&format!("/users/{ada}")).await;

    assert_eq!((first, taken, domain(&other).await), (200, 422, 200));
    assert_eq!(api.post("/api_keys/verify", of_acme).await.status, 404);
    assert_eq!(api.post("/api_keys/verify", of_ada).await.status, 404);
}

#[tokio::test]
async fn a_role_with_another_key_stays_with_those_who_have_it() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let acme = format!("/organizations/{}/memberships", api.organization(json!({})).await);
    let role = api
        .create(
            "/organization_roles",
            json!({ "name": "One", "key": "org:one", "include_in_initial_role_set": true }),
        )
        .await;
    api.create(&acme, json!({ "user_id": ada, "role": "org:one" })).await;

    api.patch(&format!("/organization_roles/{role}"), json!({ "key": "org:two" })).await;
    let system =
        api.patch("/organization_permissions/org:sys_billing:read", json!({ "name": "Other" })).await;

    assert_eq!(api.get(&acme).await.column("role"), ["org:two"]);
    assert_eq!(system.refusal(), (403, "organization_system_permission_not_modifiable", None));
}

#[tokio::test]
async fn domains_of_organizations_follow_the_settings() {
    let api = Api::start().await;
    let acme = format!("/organizations/{}/domains", api.organization(json!({})).await);
    let settings = json!({ "domains_enrollment_modes": ["automatic_suggestion"] });
    api.patch("/instance/organization_settings", settings).await;
    let add = |name: String, mode: &'static str, verified: bool| {
        let body = json!({ "name": name, "enrollment_mode": mode, "verified": verified });
        let (api, path) = (&api, &acme);
        async move { api.post(path, body).await }
    };

    let disabled = add("a.example".to_owned(), "automatic_invitation", true).await;
    for n in 0..10 {
        assert_eq!(add(format!("{n}.example"), "automatic_suggestion", n % 2 == 0).await.status, 200);
    }
    let many = add("b.example".to_owned(), "manual_invitation", true).await;

    assert_eq!(disabled.refusal(), (403, "organization_domain_enrollment_mode_not_enabled", None));
    assert_eq!(many.refusal(), (403, "organization_domain_quota_exceeded", None));
    assert_eq!(api.get(&format!("{acme}?verified=false")).await.body["total_count"], 5);
}

#[tokio::test]
async fn a_connection_is_switched_on_once_the_provider_is_known() {
    let api = Api::start().await;
    let acme = api.organization(json!({})).await;
    let create = |domain: &'static str| {
        let body =
            json!({ "name": "Okta", "provider": "saml_okta", "domains": [domain], "organization_id": acme });
        let api = &api;
        async move { api.post("/enterprise_connections", body).await }
    };

    let made = create("ACME.example").await.body;
    let second = create("other.example").await;
    let path = format!("/enterprise_connections/{}", text(&made["id"]));
    let early = api.patch(&path, json!({ "active": true })).await;
    let saml = json!({ "idp_entity_id": "x", "idp_sso_url": "https://idp.example/", "idp_certificate": "x" });
    let on = api.patch(&path, json!({ "active": true, "saml": saml })).await.body;

    assert_eq!(made["domains"], json!(["acme.example"]));
    assert_eq!(made["saml_connection"]["login_hint"]["mode"], "email_address");
    assert_eq!(second.refusal(), (422, "organization_already_has_sso_connection", Some("organization_id")));
    assert_eq!(early.refusal(), (422, "saml_connection_cant_be_activated", None));
    assert_eq!((&on["active"], &on["saml_connection"]["active"]), (&json!(true), &json!(true)));
}
