//! Users, one at a time.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::Api;

#[tokio::test]
async fn a_user_is_read_back_as_created() {
    let api = Api::start().await;
    let ada = json!({
        "email_address": ["Ada@Example.com", "work@example.com"], "phone_number": ["+1 (555) 555-0100"],
        "username": "ada", "first_name": "Ada", "external_id": "e1", "public_metadata": { "plan": "pro" },
        "password": "a good password", "created_at": "2020-01-02T03:04:05.678Z",
    });

    let created = api.post("/users", ada).await.body;
    let read = api.get(&format!("/users/{}", created["id"].as_str().expect("an id"))).await.body;

    assert_eq!(created, read);
    assert!(
        read["id"].as_str().is_some_and(|id| id.starts_with("user_") && id.len() == 32),
        "{}",
        read["id"]
    );
    assert_eq!(read["email_addresses"][0]["email_address"], "ada@example.com");
    assert_eq!(read["primary_email_address_id"], read["email_addresses"][0]["id"]);
    assert_eq!(read["email_addresses"][1]["verification"]["object"], "verification_admin");
    assert_eq!(read["phone_numbers"][0]["phone_number"], "+15555550100");
    assert_eq!((&read["last_name"], &read["password_enabled"]), (&Value::Null, &json!(true)));
    assert_eq!(read["public_metadata"], json!({ "plan": "pro" }));
    assert_eq!(read["created_at"], 1_577_934_245_678_i64);
    assert!(!read.to_string().contains("a good password"));
}

#[tokio::test]
async fn identifiers_belong_to_one_user() {
    let api = Api::start().await;
    let ada = json!({
        "email_address": ["ada@example.com"], "phone_number": ["+15555550100"], "username": "ada", "external_id": "e1",
    });
    let ada = api.create("/users", ada).await;
    let bob = api.user("bob@example.com").await;

    for (field, body) in [
        ("email_address", json!({ "email_address": ["ADA@example.com"] })),
        ("phone_number", json!({ "phone_number": ["+15555550100"] })),
        ("username", json!({ "username": "Ada" })),
        ("external_id", json!({ "username": "other", "external_id": "e1" })),
    ] {
        let answer = api.post("/users", body).await;
        assert_eq!(answer.refusal(), (422, "form_identifier_exists", Some(field)), "{}", answer.body);
    }
    let renamed = api.patch(&format!("/users/{bob}"), json!({ "username": "ada" })).await;
    assert_eq!(renamed.refusal(), (422, "form_identifier_exists", Some("username")));
    let same = api.patch(&format!("/users/{ada}"), json!({ "username": "ada" })).await;
    assert_eq!(same.status, 200);
    assert_eq!(api.get("/users/count").await.body["total_count"], 2);
}

#[tokio::test]
async fn identifiers_are_free_again_when_their_user_is_gone() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    api.delete(&format!("/users/{ada}")).await;

    assert_ne!(api.user("ada@example.com").await, ada);
}

#[tokio::test]
async fn a_user_needs_an_identifier() {
    let api = Api::start().await;

    let nobody = api.post("/users", json!({ "first_name": "Ada" })).await;
    let anyway = api.post("/users", json!({ "skip_user_requirement": true })).await;

    assert_eq!(nobody.refusal(), (422, "form_data_missing", None));
    assert_eq!(anyway.status, 200);
}

#[tokio::test]
async fn malformed_identifiers_passwords_and_times_are_refused() {
    let api = Api::start().await;
    let at = "email_address";
    for (body, code, field) in [
        (json!({ at: ["ada"] }), "form_param_format_invalid", at),
        (json!({ at: ["ada@example"] }), "form_param_format_invalid", at),
        (json!({ at: ["a b@example.com"] }), "form_param_format_invalid", at),
        (json!({ "phone_number": ["5555"] }), "form_param_format_invalid", "phone_number"),
        (json!({ "web3_wallet": ["0x1"] }), "form_param_format_invalid", "web3_wallet"),
        (json!({ "username": "a b" }), "form_username_invalid_character", "username"),
        (json!({ "username": "12345" }), "form_username_needs_non_number_char", "username"),
        (json!({ at: ["a@b.co"], "password": "short" }), "form_password_length_too_short", "password"),
        (json!({ at: ["a@b.co"], "created_at": "yesterday" }), "form_param_invalid_time", "created_at"),
        (
            json!({ at: ["a@b.co"], "created_at": "2999-01-01T00:00:00Z" }),
            "form_disallow_future_date",
            "created_at",
        ),
    ] {
        let answer = api.post("/users", body).await;
        assert_eq!(answer.refusal(), (422, code, Some(field)), "{}", answer.body);
    }
    assert_eq!(api.get("/users/count").await.body["total_count"], 0);
}

#[tokio::test]
async fn an_update_touches_only_what_it_names() {
    let api = Api::start().await;
    let ada = json!({ "email_address": ["ada@example.com"], "first_name": "Ada", "last_name": "L", "username": "ada" });
    let path = format!("/users/{}", api.create("/users", ada).await);
    let before = api.get(&path).await.body;

    let after = api.patch(&path, json!({ "last_name": "Lovelace", "username": null })).await.body;

    assert_eq!((&after["first_name"], &after["last_name"]), (&json!("Ada"), &json!("Lovelace")));
    assert_eq!(after["username"], Value::Null);
    assert_eq!(after["email_addresses"], before["email_addresses"]);
    assert_eq!(after["created_at"], before["created_at"]);
    assert!(after["updated_at"].as_i64() >= before["updated_at"].as_i64());
}

#[tokio::test]
async fn metadata_is_merged_deeply_by_patch_and_null_deletes() {
    let api = Api::start().await;
    let ada = json!({
        "email_address": ["ada@example.com"], "public_metadata": { "plan": "pro", "a": { "b": 1, "c": [1] } },
        "private_metadata": { "p": 1 }, "unsafe_metadata": { "u": 1 },
    });
    let path = format!("/users/{}/metadata", api.create("/users", ada).await);

    let change = json!({ "public_metadata": { "plan": null, "a": { "b": null, "c": [2], "d": { "e": null, "f": 1 } } } });
    let merged = api.patch(&path, change).await.body;
    let replaced = api.put(&path, json!({ "public_metadata": { "z": 1 }, "unsafe_metadata": {} })).await.body;

    assert_eq!(merged["public_metadata"], json!({ "a": { "c": [2], "d": { "f": 1 } } }));
    assert_eq!(
        (&merged["private_metadata"], &merged["unsafe_metadata"]),
        (&json!({ "p": 1 }), &json!({ "u": 1 }))
    );
    assert_eq!(replaced["public_metadata"], json!({ "z": 1 }));
    assert_eq!(
        (&replaced["private_metadata"], &replaced["unsafe_metadata"]),
        (&json!({ "p": 1 }), &json!({}))
    );
}

#[tokio::test]
async fn bans_and_locks_come_and_go() {
    let api = Api::start().await;
    let (ada, bob) = (api.user("ada@example.com").await, api.user("bob@example.com").await);

    let locked = api.post(&format!("/users/{ada}/lock"), json!({})).await.body;
    let unlocked = api.post(&format!("/users/{ada}/unlock"), json!({})).await.body;
    let banned = api.post("/users/ban", json!({ "user_ids": [ada, bob] })).await;
    let unbanned = api.post("/users/unban", json!({ "user_ids": [bob] })).await;
    let with_a_stranger = api.post("/users/unban", json!({ "user_ids": [ada, "user_x"] })).await;

    assert_eq!((&locked["locked"], &unlocked["locked"]), (&json!(true), &json!(false)));
    assert_eq!(banned.column("id"), [ada.as_str(), &bob]);
    assert_eq!((&banned.body[1]["banned"], &unbanned.body[0]["banned"]), (&json!(true), &json!(false)));
    assert_eq!(with_a_stranger.refusal(), (404, "resource_not_found", None));
    assert_eq!(api.get(&format!("/users/{ada}")).await.body["banned"], true);
}

#[tokio::test]
async fn a_password_is_verified_changed_and_removed() {
    let api = Api::start().await;
    let ada = json!({ "email_address": ["ada@example.com"], "password": "a good password" });
    let path = format!("/users/{}", api.create("/users", ada).await);
    let session = json!({ "user_id": path.trim_start_matches("/users/") });
    let session = api.create("/sessions", session).await;
    let verify = format!("{path}/verify_password");
    let code = |a: crate::api::Answer| a.refusal().1.to_owned();

    assert_eq!(api.post(&verify, json!({ "password": "a good password" })).await.body["verified"], true);
    assert_eq!(code(api.post(&verify, json!({ "password": "wrong" })).await), "incorrect_password");
    let change = json!({ "password": "another password", "sign_out_of_other_sessions": true });
    assert_eq!(api.patch(&path, change).await.status, 200);
    assert_eq!(api.post(&verify, json!({ "password": "another password" })).await.status, 200);
    assert_eq!(api.get(&format!("/sessions/{session}")).await.body["status"], "revoked");
    let removed = api.post(&format!("{path}/remove_password"), json!({})).await;
    assert_eq!(removed.body["password_enabled"], false);
    assert_eq!(code(api.post(&verify, json!({ "password": "another password" })).await), "no_password_set");
}

#[tokio::test]
async fn a_picture_is_set_and_taken_away() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let path = format!("/users/{ada}/profile_image");

    let set = api.with_form(Method::POST, &path, &[], b"picture").await.body;
    let gone = api.delete(&path).await.body;

    assert_eq!((&set["has_image"], &gone["has_image"]), (&json!(true), &json!(false)));
    assert_ne!(set["image_url"], gone["image_url"]);
}

#[tokio::test]
async fn a_deleted_user_takes_sessions_and_memberships_along() {
    let api = Api::start().await;
    let ada =
        api.create("/users", json!({ "email_address": ["ada@example.com"], "external_id": "e1" })).await;
    let bob = api.user("bob@example.com").await;
    api.create("/organizations", json!({ "name": "Acme", "created_by": ada })).await;
    let session = api.create("/sessions", json!({ "user_id": ada })).await;
    let other = api.create("/sessions", json!({ "user_id": bob })).await;

    let deleted = api.delete(&format!("/users/{ada}")).await.body;

    assert_eq!(deleted, json!({ "object": "user", "id": ada, "deleted": true, "external_id": "e1" }));
    assert_eq!(api.get(&format!("/users/{ada}")).await.refusal(), (404, "resource_not_found", None));
    assert_eq!(api.get(&format!("/sessions/{session}")).await.status, 404);
    assert_eq!(api.get(&format!("/sessions/{other}")).await.status, 200);
    assert_eq!(api.get("/organization_memberships").await.body["total_count"], 0);
    assert_eq!(api.delete(&format!("/users/{ada}")).await.status, 404);
}

#[tokio::test]
async fn addresses_are_added_verified_made_primary_and_deleted() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let user = format!("/users/{ada}");
    let first = api.get(&user).await.body["primary_email_address_id"].clone();

    let second =
        api.create("/email_addresses", json!({ "user_id": ada, "email_address": "b@example.com" })).await;
    let path = format!("/email_addresses/{second}");
    let unverified = api.get(&path).await.body;
    let too_early = api.patch(&user, json!({ "primary_email_address_id": second })).await;
    let verified = api.patch(&path, json!({ "verified": true, "primary": true })).await.body;
    let deleted = api.delete(&format!("/email_addresses/{}", first.as_str().expect("an id"))).await;
    let last = api.delete(&path).await;

    assert_eq!(unverified["verification"], Value::Null);
    assert_eq!(too_early.refusal(), (422, "form_verification_needed", Some("primary_email_address_id")));
    assert_eq!(verified["verification"]["status"], "verified");
    assert_eq!(deleted.body["deleted"], true);
    let now = api.get(&user).await.body;
    assert_eq!(now["primary_email_address_id"], json!(second));
    assert_eq!(now["email_addresses"].as_array().map(Vec::len), Some(1));
    assert_eq!(last.refusal(), (400, "last_identification_deletion_failed", None));
}

#[tokio::test]
async fn the_next_number_becomes_primary_when_the_primary_one_goes() {
    let api = Api::start().await;
    let ada = api.create("/users", json!({ "phone_number": ["+15555550100", "+15555550101"] })).await;
    let user = api.get(&format!("/users/{ada}")).await.body;
    let primary = user["primary_phone_number_id"].as_str().expect("an id");

    api.delete(&format!("/phone_numbers/{primary}")).await;

    let after = api.get(&format!("/users/{ada}")).await.body;
    assert_eq!(after["primary_phone_number_id"], user["phone_numbers"][1]["id"]);
}

#[tokio::test]
async fn one_address_takes_the_place_of_all() {
    let api = Api::start().await;
    let ada = api.create("/users", json!({ "email_address": ["a@example.com", "b@example.com"] })).await;

    let path = format!("/users/{ada}/email_address");
    let answer = api
        .put(&path, json!({ "email_address": "c@example.com", "identification_status": "reserved" }))
        .await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    let user = api.get(&format!("/users/{ada}")).await.body;
    assert_eq!(user["email_addresses"].as_array().map(Vec::len), Some(1));
    assert_eq!(user["email_addresses"][0]["email_address"], "c@example.com");
    assert_eq!(user["email_addresses"][0]["reserved"], true);
    assert_eq!(user["primary_email_address_id"], user["email_addresses"][0]["id"]);
}
