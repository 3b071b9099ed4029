//! The rules of the Backend API that applications trip over, each as whoever breaks it notices it.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::api::{Answer, Api, send};

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

impl Api {
    async fn organization(&self, body: Value) -> String {
        let mut whole = json!({ "name": "Acme", "max_allowed_memberships": 0 });
        whole.as_object_mut().expect("fields").extend(body.as_object().expect("fields").clone());
        self.create("/organizations", whole).await
    }

    /// A picture of this kind, uploaded for a user.
    async fn picture(&self, user: &str, kind: &str, bytes: usize) -> Answer {
        let path = format!("/users/{user}/profile_image");
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ada\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        let body = [head.as_bytes(), &vec![0; bytes], b"\r\n--edge--\r\n"].concat();
        let request = self.request(Method::POST, &path);
        send(request.header("content-type", "multipart/form-data; boundary=edge").body(body)).await
    }
}

#[tokio::test]
async fn the_first_address_of_a_user_becomes_primary_and_the_second_does_not() {
    let api = Api::start().await;
    let ada = api.create("/users", json!({ "username": "ada1" })).await;
    let add = |address: &'static str| {
        let body = json!({ "user_id": ada, "email_address": address, "verified": true });
        let api = &api;
        async move { api.create("/email_addresses", body).await }
    };

    let first = add("a@example.com").await;
    add("b@example.com").await;

    assert_eq!(api.get(&format!("/users/{ada}")).await.body["primary_email_address_id"], json!(first));
}

#[tokio::test]
async fn an_address_that_nobody_verified_can_be_somebody_elses() {
    let api = Api::start().await;
    let (ada, bob) = (api.user("ada@example.com").await, api.user("bob@example.com").await);
    let add = |user: &str| {
        let body = json!({ "user_id": user, "email_address": "shared@example.com" });
        let api = &api;
        async move { api.post("/email_addresses", body).await }
    };

    let (of_ada, again, of_bob) = (add(&ada).await, add(&ada).await, add(&bob).await);
    let path = |answer: &Answer| format!("/email_addresses/{}", text(&answer.body["id"]));
    let verified = api.patch(&path(&of_bob), json!({ "verified": true })).await;
    let late = api.patch(&path(&of_ada), json!({ "verified": true })).await;

    assert_eq!((of_ada.status, of_bob.status, verified.status), (200, 200, 200));
    assert_eq!(again.refusal(), (422, "form_identifier_exists", Some("email_address")));
    assert_eq!(late.refusal(), (422, "form_identifier_exists", Some("email_address")));
}

#[tokio::test]
async fn a_verified_number_can_be_the_second_factor_and_the_last_identifier_cannot() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let user = format!("/users/{ada}");
    let number = |verified: bool| json!({ "user_id": ada, "phone_number": "+15555550100", "verified": verified, "reserved_for_second_factor": true });

    let unverified = api.post("/phone_numbers", number(false)).await;
    let phone = api.post("/phone_numbers", number(true)).await.body;
    let with = api.get(&user).await.body["two_factor_enabled"].clone();
    let path = format!("/phone_numbers/{}", text(&phone["id"]));
    api.patch(&path, json!({ "reserved_for_second_factor": false })).await;
    let without = api.get(&user).await.body["two_factor_enabled"].clone();
    let alone = api.create("/users", json!({ "phone_number": ["+15555550101"] })).await;
    let alone = api.get(&format!("/users/{alone}")).await.body["primary_phone_number_id"].clone();
    let alone = format!("/phone_numbers/{}", text(&alone));
    let alone = api.patch(&alone, json!({ "reserved_for_second_factor": true })).await;

    assert_eq!(unverified.refusal(), (400, "identification_create_second_factor_unverified", None));
    assert_eq!((&phone["default_second_factor"], with, without), (&json!(true), json!(true), json!(false)));
    assert_eq!(alone.refusal(), (400, "identification_update_failed", None));
}

#[tokio::test]
async fn removing_a_password_signs_out_where_that_is_asked_for() {
    let api = Api::start().await;
    let body = json!({ "email_address": ["ada@example.com"], "password": "a good password" });
    let ada = api.create("/users", body).await;
    let session = api.create("/sessions", json!({ "user_id": ada })).await;

    let path = format!("/users/{ada}/remove_password");
    let removed = api.post(&path, json!({ "sign_out_of_other_sessions": true })).await.body;

    assert_eq!(removed["password_enabled"], false);
    assert_eq!(api.get(&format!("/sessions/{session}")).await.body["status"], "revoked");
    assert_eq!(api.post(&path, json!({})).await.status, 200);
}

#[tokio::test]
async fn a_locked_user_gets_no_session() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    let locked = api.post(&format!("/users/{ada}/lock"), json!({})).await.body;
    let session = api.post("/sessions", json!({ "user_id": ada })).await;

    assert_eq!(locked["lockout_expires_in_seconds"], 3600);
    assert_eq!(session.refusal(), (403, "user_locked", None));
}

#[tokio::test]
async fn a_session_is_in_the_organization_that_the_user_joined_last() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    api.organization(json!({ "created_by": ada })).await;
    let last = api.organization(json!({ "created_by": ada })).await;

    let session = api.post("/sessions", json!({ "user_id": ada })).await.body;

    assert_eq!(session["last_active_organization_id"], json!(last));
}

#[tokio::test]
async fn metadata_that_is_too_large_or_no_object_is_refused() {
    let api = Api::start().await;
    let create = |metadata: Value| {
        let body = json!({ "username": "ada1", "public_metadata": metadata });
        let api = &api;
        async move { api.post("/users", body).await }
    };

    let large = create(json!({ "a": "x".repeat(8192) })).await;
    let wrong = create(json!("text")).await;
    let ada = create(json!({ "a": "x".repeat(8000) })).await;
    let path = format!("/users/{}/metadata", text(&ada.body["id"]));
    let grown = api.patch(&path, json!({ "public_metadata": { "b": "x".repeat(400) } })).await;

    let expected = (422, "form_param_exceeds_allowed_size", Some("public_metadata"));
    assert_eq!((large.refusal(), grown.refusal()), (expected, expected));
    assert_eq!(wrong.refusal(), (422, "form_param_value_invalid", Some("public_metadata")));
}

#[tokio::test]
async fn an_earlier_version_of_the_api_replaces_metadata_in_an_update_and_the_newest_refuses_it() {
    let api = Api::start().await;
    let body = json!({ "username": "ada1", "public_metadata": { "a": 1 } });
    let ada = format!("/users/{}", api.create("/users", body).await);
    let update = |version: &'static str| {
        let request = api.request(Method::PATCH, &ada).header("clerk-api-version", version);
        let body = json!({ "public_metadata": { "b": 2 } }).to_string();
        send(request.header("content-type", "application/json").body(body))
    };

    let (earlier, newest) = (update("2025-11-10").await, update(clerk_sdk::API_VERSION).await);

    assert_eq!(earlier.body["public_metadata"], json!({ "b": 2 }));
    assert_eq!(newest.refusal(), (422, "form_param_deprecated", Some("public_metadata")));
}

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
async fn who_is_on_the_waitlist_stays_there_once() {
    let api = Api::start().await;
    let body = json!({ "email_address": "ada@example.com" });

    let first = api.create("/waitlist_entries", body.clone()).await;
    let again = api.create("/waitlist_entries", body.clone()).await;
    let twice = api
        .post(
            "/waitlist_entries/bulk",
            json!([{ "email_address": "b@example.com" }, { "email_address": "B@example.com" }]),
        )
        .await;
    api.create("/invitations", body).await;
    let invite = format!("/waitlist_entries/{first}/invite");
    let invited = api.post(&invite, json!({})).await;

    assert_eq!(first, again);
    assert_eq!(twice.refusal(), (422, "form_param_duplicate", Some("email_address")));
    assert_eq!(invited.refusal(), (400, "duplicate_record", None));
    assert_eq!(api.post(&invite, json!({ "ignore_existing": true })).await.body["status"], "invited");
}

#[tokio::test]
async fn invitations_for_users_are_made_only_where_existing_ones_are_ignored() {
    let api = Api::start().await;
    api.user("ada@example.com").await;
    let with = |ignore: bool| json!({ "email_address": "ada@example.com", "ignore_existing": ignore });

    let refused = api.post("/invitations", with(false)).await;
    let made = api.post("/invitations", with(true)).await;
    let bulk = api.post("/invitations/bulk", json!([with(true)])).await;
    let again = api.post("/invitations", json!({ "email_address": "b@example.com" })).await;
    let twice = api.post("/invitations", json!({ "email_address": "b@example.com" })).await;

    assert_eq!(refused.refusal(), (422, "form_identifier_exists", Some("email_address")));
    assert_eq!((made.status, again.status), (200, 200));
    assert_eq!(bulk.refusal().1, "form_identifier_exists");
    assert_eq!(twice.body["errors"][0]["meta"]["email_addresses"], json!(["b@example.com"]));
}

#[tokio::test]
async fn pictures_are_pictures_and_not_too_large() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    let page = api.picture(&ada, "text/html", 9).await;
    let large = api.picture(&ada, "image/png", (10 << 20) + 1).await;
    let nothing = api.delete(&format!("/users/{ada}/profile_image")).await;
    let whatever = api.picture(&ada, "application/octet-stream", 9).await;

    assert_eq!(page.refusal(), (400, "request_body_invalid", None));
    assert_eq!(large.refusal(), (413, "image_too_large", None));
    assert_eq!(nothing.refusal(), (404, "image_not_found", None));
    assert_eq!(whatever.body["has_image"], true);
}

#[tokio::test]
async fn bodies_that_are_no_json_by_name_are_refused() {
    let api = Api::start().await;
    let post = |kind: &'static str| {
        let body = json!({ "username": format!("a{}", kind.len()) }).to_string();
        send(api.request(Method::POST, "/users").header("content-type", kind).body(body))
    };

    assert_eq!(post("application/x-www-form-urlencoded").await.refusal().1, "unsupported_content_type");
    assert_eq!(post("text/plain").await.status, 415);
    assert_eq!(post("application/json; charset=utf-8").await.status, 200);
}

#[tokio::test]
async fn a_template_signs_with_a_key_of_its_own() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let session = api.create("/sessions", json!({ "user_id": ada })).await;
    let template = |more: Value| {
        let mut body = json!({ "name": "own", "claims": {}, "custom_signing_key": true });
        body.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        let api = &api;
        async move { api.post("/jwt_templates", body).await }
    };

    let keyless = template(json!({ "signing_algorithm": "HS256" })).await;
    let unknown = template(json!({ "signing_algorithm": "none", "signing_key": "k" })).await;
    let made = template(json!({ "signing_algorithm": "HS256", "signing_key": "a secret" })).await;
    let token = api.post(&format!("/sessions/{session}/tokens/own"), json!({})).await.body;

    assert_eq!(keyless.refusal(), (422, "form_conditional_param_missing", Some("signing_key")));
    assert_eq!(unknown.refusal(), (422, "form_param_value_invalid", Some("signing_algorithm")));
    assert!(!made.body.to_string().contains("a secret"), "{}", made.body);
    let (signed, signature) = text(&token["jwt"]).rsplit_once('.').expect("a signature");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a secret");
    let signature = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, signature);
    assert!(ring::hmac::verify(&key, signed.as_bytes(), &signature.expect("Base64")).is_ok());
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

#[tokio::test]
async fn a_machine_sees_its_own_tokens_and_a_jwt_is_in_no_list() {
    let api = Api::start().await;
    let worker = api.post("/machines", json!({ "name": "Worker" })).await.body;
    let other = api.post("/machines", json!({ "name": "Other" })).await.body;
    let by = |machine: &Value, method: Method, path: String, body: Value| {
        let request = api.bare(method, &format!("/v1{path}"));
        let request = request.header("authorization", format!("Bearer {}", text(&machine["secret_key"])));
        send(request.header("content-type", "application/json").body(body.to_string()))
    };

    let token = by(&worker, Method::POST, "/m2m_tokens".into(), json!({})).await.body;
    let jwt = by(&worker, Method::POST, "/m2m_tokens".into(), json!({ "token_format": "jwt" })).await.body;
    let list = format!("/m2m_tokens?subject={}", text(&worker["id"]));
    let revoke = |token: &Value| format!("/m2m_tokens/{}/revoke", text(&token["id"]));

    assert_eq!(api.get(&list).await.body["total_count"], 1);
    assert_eq!(by(&other, Method::GET, list, json!({})).await.status, 403);
    assert_eq!(by(&other, Method::POST, revoke(&token), json!({})).await.status, 404);
    assert_eq!(by(&worker, Method::POST, revoke(&jwt), json!({})).await.status, 404);
    assert_eq!(by(&worker, Method::POST, revoke(&token), json!({})).await.body["revoked"], true);
    assert_eq!(by(&worker, Method::GET, "/users".into(), json!({})).await.refusal().1, "clerk_key_invalid");
}

#[tokio::test]
async fn a_digest_that_takes_for_ever_holds_nobody_up() {
    let api = Api::start().await;
    let slow = [
        ("bcrypt", format!("$2b$31${}", "a".repeat(53))),
        ("bcrypt_peppered", format!("$2b$31${}$pepper", "a".repeat(53))),
        ("argon2id", format!("$argon2id$v=19$m=4000000,t=4000000,p=1$c2FsdHNhbHQ${}", "A".repeat(43))),
        ("scrypt_werkzeug", format!("scrypt:2147483648:8:1$salt${}", "a".repeat(128))),
        ("scrypt_firebase", "aaaa$c2FsdA==$aaaa$Bw==$8$40".to_owned()),
        ("sha512_symfony", format!("sha512_symfony$4294967295$salt${}==", "A".repeat(86))),
        (
            "pbkdf2_sha256_django",
            "pbkdf2_sha256$4294967295$salt$mG7C9/+HeAo37lLW/MMoLfndWxHfWD7uoJbp0fU5lNA=".into(),
        ),
    ];

    for (hasher, digest) in slow {
        let body = json!({ "username": hasher, "password_digest": digest, "password_hasher": hasher });
        let user = api.create("/users", body).await;
        let verify = api.post(&format!("/users/{user}/verify_password"), json!({ "password": "x" })).await;
        assert_eq!(verify.refusal(), (422, "form_param_value_invalid", Some("password")), "{hasher}");
    }
}

#[tokio::test]
async fn a_body_that_is_broken_off_or_never_ends_is_answered() {
    let api = Api::start().await;
    let ask = |head: &'static str, body: &'static str| {
        let address = api.clerk.url().trim_start_matches("http://").trim_end_matches("/v1").to_owned();
        let text = format!(
            "POST /v1/users HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk_test_embedded\r\n{head}\r\n\r\n{body}"
        );
        async move {
            let mut connection = tokio::net::TcpStream::connect(address).await.expect("a connection");
            connection.write_all(text.as_bytes()).await.expect("a request");
            let mut answer = String::new();
            connection.read_to_string(&mut answer).await.expect("an answer, and an end");
            answer
        }
    };

    let garbage = ask("transfer-encoding: chunked", "ZZ\r\nabc\r\n0\r\n\r\n").await;
    let unfinished = ask("content-length: 100", "{").await;

    for answer in [garbage, unfinished] {
        assert!(
            answer.starts_with("HTTP/1.1 400") && answer.contains("malformed_request_parameters"),
            "{answer}"
        );
    }
}
