//! Kinds of objects that are looked after by rules alone: one life each, and what is special about some.

use serde_json::{Value, json};

use crate::api::Api;

/// A collection, what makes two different ones, a change with the field that shows it (null where there is none),
/// whether one can be read by its id, and the field that no two share.
struct Kind {
    path: &'static str,
    one: Value,
    other: Value,
    change: Value,
    read: bool,
    unique: (u16, &'static str),
}

fn kinds() -> Vec<Kind> {
    let taken = (422, "form_identifier_exists");
    vec![
        Kind {
            path: "/redirect_urls",
            one: json!({ "url": "https://example.com/a" }),
            other: json!({ "url": "https://example.com/b" }),
            change: Value::Null,
            read: true,
            unique: taken,
        },
        Kind {
            path: "/allowlist_identifiers",
            one: json!({ "identifier": "ada@example.com" }),
            other: json!({ "identifier": "*@example.com" }),
            change: Value::Null,
            read: false,
            unique: (400, "duplicate_record"),
        },
        Kind {
            path: "/blocklist_identifiers",
            one: json!({ "identifier": "ada@example.com" }),
            other: json!({ "identifier": "+15555550100" }),
            change: Value::Null,
            read: false,
            unique: (400, "duplicate_record"),
        },
        Kind {
            path: "/domains",
            one: json!({ "name": "a.example.com", "is_satellite": true }),
            other: json!({ "name": "b.example.com", "is_satellite": true }),
            change: json!({ "name": "c.example.com" }),
            read: false,
            unique: taken,
        },
        Kind {
            path: "/jwt_templates",
            one: json!({ "name": "one", "claims": { "a": 1 } }),
            other: json!({ "name": "other", "claims": {} }),
            change: json!({ "name": "third", "claims": { "b": 2 }, "lifetime": 300 }),
            read: true,
            unique: taken,
        },
        Kind {
            path: "/oauth_applications",
            one: json!({ "name": "One", "redirect_uris": ["https://example.com/"] }),
            other: json!({ "name": "Other" }),
            change: json!({ "name": "Third", "scopes": "email" }),
            read: true,
            unique: (0, ""),
        },
        Kind {
            path: "/saml_connections",
            one: json!({ "name": "One", "provider": "saml_okta", "domain": "a.example.com" }),
            other: json!({ "name": "Other", "provider": "saml_google", "domain": "b.example.com" }),
            change: json!({ "name": "Third", "sync_user_attributes": false }),
            read: true,
            unique: (0, ""),
        },
        Kind {
            path: "/enterprise_connections",
            one: json!({ "name": "One", "provider": "saml_okta", "domains": ["a.example.com"] }),
            other: json!({ "name": "Other", "provider": "oidc_custom", "domains": ["b.example.com"] }),
            change: json!({ "name": "Third", "sync_user_attributes": false }),
            read: true,
            unique: (0, ""),
        },
        Kind {
            path: "/organization_permissions",
            one: json!({ "name": "One", "key": "org:a:read" }),
            other: json!({ "name": "Other", "key": "org:b:read" }),
            change: json!({ "name": "Third" }),
            read: true,
            unique: taken,
        },
        Kind {
            path: "/organization_roles",
            one: json!({ "name": "One", "key": "org:one" }),
            other: json!({ "name": "Other", "key": "org:other" }),
            change: json!({ "name": "Third", "description": "…" }),
            read: true,
            unique: taken,
        },
        Kind {
            path: "/machines",
            one: json!({ "name": "One" }),
            other: json!({ "name": "Other", "default_token_ttl": 60 }),
            change: json!({ "name": "Third", "default_token_ttl": 120 }),
            read: true,
            unique: (0, ""),
        },
    ]
}

fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

#[tokio::test]
async fn what_is_created_is_there_changes_and_is_gone() {
    for Kind { path, one, other, change, read, unique } in kinds() {
        let api = Api::start().await;
        let before = api.get(&format!("{path}?limit=100")).await.column("id").len();

        let first = api.post(path, one.clone()).await.body;
        let second = api.post(path, other).await.body;
        let again = api.post(path, one.clone()).await;
        if unique.0 == 0 {
            assert!(again.status < 300, "{path}: {}", again.body);
            api.delete(&format!("{path}/{}", id(&again.body))).await;
        } else {
            assert_eq!((again.status, again.refusal().1), unique, "{path}");
        }
        let at = format!("{path}/{}", id(&first));
        let list = api.get(&format!("{path}?limit=100")).await;
        assert_eq!(list.column("id").len(), before + 2, "{path}");
        let mut made = list.column("id")[..2].to_vec();
        // The document has one list whose order is another by default.
        if path == "/oauth_applications" {
            made.reverse();
        }
        assert_eq!(made, [id(&second), id(&first)], "{path}: newest first");
        for (name, value) in one.as_object().expect("fields") {
            assert_eq!(&first[name], value, "{path}: {name}");
        }
        if !change.is_null() {
            let changed = api.patch(&at, change.clone()).await;
            assert_eq!(changed.status, 200, "{path}: {}", changed.body);
            for (name, value) in change.as_object().expect("fields") {
                assert_eq!(&changed.body[name], value, "{path}: {name}");
            }
            assert_eq!(changed.body["id"], first["id"], "{path}");
        }
        if read {
            let read = api.get(&at).await.body;
            assert_eq!(read["id"], first["id"], "{path}");
            assert_eq!(read["name"], if change.is_null() { Value::Null } else { change["name"].clone() });
        }
        let deleted = api.delete(&at).await.body;
        assert_eq!((&deleted["id"], &deleted["deleted"]), (&first["id"], &json!(true)), "{path}");
        assert_eq!(api.delete(&at).await.refusal(), (404, "resource_not_found", None), "{path}");
        assert_eq!(api.get(&format!("{path}?limit=100")).await.column("id").len(), before + 1, "{path}");
        if read {
            assert_eq!(api.get(&at).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn no_secret_is_told_a_second_time() {
    let api = Api::start().await;

    let application = api.post("/oauth_applications", json!({ "name": "App" })).await.body;
    let public = api.post("/oauth_applications", json!({ "name": "App", "public": true })).await.body;
    let read = api.get(&format!("/oauth_applications/{}", id(&application))).await.body;
    let path = format!("/oauth_applications/{}/rotate_secret", id(&application));
    let rotated = api.post(&path, json!({})).await.body;

    assert!(application["client_secret"].is_string() && public.get("client_secret").is_none());
    assert!(rotated["client_secret"].is_string() && rotated["client_secret"] != application["client_secret"]);
    assert!(read.as_object().expect("fields").keys().all(|k| !k.starts_with('_') && k != "client_secret"));
}

#[tokio::test]
async fn tickets_are_for_users_and_revoked_once() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    let body = json!({ "user_id": ada, "actor": { "sub": "user_2" } });
    let actor = api.post("/actor_tokens", body).await.body;
    let sign_in = api.post("/sign_in_tokens", json!({ "user_id": ada })).await.body;
    let stranger = api.post("/sign_in_tokens", json!({ "user_id": "user_1" })).await;

    assert_eq!((&actor["status"], &actor["actor"]["sub"]), (&json!("pending"), &json!("user_2")));
    assert_eq!(stranger.status, 404);
    for (path, token, code) in [
        ("/actor_tokens", &actor, "actor_token_cannot_be_revoked_code"),
        ("/sign_in_tokens", &sign_in, "sign_in_token_cannot_be_revoked_code"),
    ] {
        assert!(token["url"].as_str().expect("a URL").ends_with(token["token"].as_str().expect("a token")));
        let path = format!("{path}/{}/revoke", id(token));
        assert_eq!(api.post(&path, json!({})).await.body["status"], "revoked");
        assert_eq!(api.post(&path, json!({})).await.refusal(), (400, code, None));
    }
}

#[tokio::test]
async fn a_waitlist_is_worked_off() {
    let api = Api::start().await;

    let bulk = json!([{ "email_address": "b@example.com" }, { "email_address": "c@example.com" }]);
    let bulk = api.post("/waitlist_entries/bulk", bulk).await.body;
    let first = api.create("/waitlist_entries", json!({ "email_address": "A@example.com" })).await;
    let invited = api.post(&format!("/waitlist_entries/{first}/invite"), json!({})).await.body;
    let b = id(&bulk[0]).to_owned();
    api.post(&format!("/waitlist_entries/{b}/reject"), json!({})).await;
    let again = api.post(&format!("/waitlist_entries/{b}/invite"), json!({})).await;

    assert_eq!((&invited["status"], &invited["email_address"]), (&json!("invited"), &json!("a@example.com")));
    assert_eq!(invited["invitation"]["email_address"], "a@example.com");
    assert_eq!(api.get("/invitations").await.column("id"), [id(&invited["invitation"])]);
    assert_eq!(again.status, 400);
    assert_eq!(api.delete(&format!("/waitlist_entries/{b}")).await.status, 409);
    assert_eq!(api.get("/waitlist_entries?status=pending").await.column("email_address"), ["c@example.com"]);
    assert_eq!(api.get("/waitlist_entries?query=A%40").await.column("id"), [first.as_str()]);
    let ordered = api.get("/waitlist_entries?order_by=email_address").await;
    assert_eq!(ordered.column("email_address"), ["a@example.com", "b@example.com", "c@example.com"]);
}

#[tokio::test]
async fn domains_of_an_organization_are_its_own() {
    let api = Api::start().await;
    let acme = api.create("/organizations", json!({ "name": "Acme" })).await;
    let other = api.create("/organizations", json!({ "name": "Other" })).await;

    let path = format!("/organizations/{acme}/domains");
    let domain = api.post(&path, json!({ "name": "Acme.example" })).await.body;
    let unverified = api.post(&path, json!({ "name": "b.example", "verified": false })).await.body;
    let taken = api.post(&format!("/organizations/{other}/domains"), json!({ "name": "acme.example" })).await;
    let common = api.post(&path, json!({ "name": "gmail.com" })).await;
    let mode = json!({ "enrollment_mode": "automatic_invitation" });
    let changed = api.patch(&format!("{path}/{}", id(&domain)), mode).await.body;
    let elsewhere = api.delete(&format!("/organizations/{other}/domains/{}", id(&domain))).await;

    assert_eq!((&domain["name"], &domain["organization_id"]), (&json!("acme.example"), &json!(acme)));
    assert_eq!(domain["verification"]["status"], "verified");
    assert_eq!(unverified["verification"]["status"], "unverified");
    assert_eq!(taken.refusal(), (422, "organization_domain_already_exists", Some("name")));
    assert_eq!(common.refusal(), (422, "organization_domain_common", Some("name")));
    assert_eq!(changed["enrollment_mode"], "automatic_invitation");
    assert_eq!(elsewhere.status, 404);
    assert_eq!(api.get(&path).await.column("name"), ["b.example", "acme.example"]);
    assert_eq!(
        api.get(&format!("{path}?enrollment_mode=automatic_invitation")).await.column("name"),
        ["acme.example"]
    );
    assert_eq!(api.get(&format!("/organizations/{other}/domains")).await.body["total_count"], 0);
    let verified = api.get("/organization_domains?verified=true").await;
    assert_eq!(verified.column("name"), ["acme.example"]);
    let path = format!("{path}/{}/verify_ownership", id(&unverified));
    assert_eq!(api.post(&path, json!({})).await.body["verification"]["status"], "verified");
    assert_eq!(
        api.get("/organization_domains?order_by=name").await.column("name"),
        ["acme.example", "b.example"]
    );
}

#[tokio::test]
async fn bad_values_are_refused_where_they_are_given() {
    let api = Api::start().await;

    for (path, body, refusal) in [
        ("/redirect_urls", json!({ "url": "no url" }), (422, "form_param_format_invalid", Some("url"))),
        (
            "/jwt_templates",
            json!({ "name": "x", "claims": { "sub": 1 } }),
            (400, "jwt_template_reserved_claim", Some("claims")),
        ),
        (
            "/organization_roles",
            json!({ "name": "x", "key": "admin" }),
            (422, "form_param_format_invalid", Some("key")),
        ),
        (
            "/organization_permissions",
            json!({ "name": "x", "key": "org:sys_x:y" }),
            (422, "form_param_format_invalid", Some("key")),
        ),
        (
            "/allowlist_identifiers",
            json!({ "identifier": "nobody" }),
            (422, "form_param_format_invalid", Some("identifier")),
        ),
        (
            "/waitlist_entries",
            json!({ "email_address": "nobody" }),
            (422, "form_param_format_invalid", Some("email_address")),
        ),
    ] {
        assert_eq!(api.post(path, body).await.refusal(), refusal, "{path}");
    }
}
