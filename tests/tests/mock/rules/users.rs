//! Users: their addresses, sessions, metadata, pictures and passwords.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Answer, Api, send, text};

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
