//! What users have beside their account: devices that are trusted, and tokens at providers.

use std::time::Duration;

use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn trusted_devices_are_listed_until_they_are_revoked() {
    let api = Api::start().await;
    let (ada, bob) = (api.user("ada@example.com").await, api.user("bob@example.com").await);
    let phone = api.clerk.seed().trusted_device(&ada, "Phone").await;
    let tablet = api.clerk.seed().trusted_device(&ada, "Tablet").with("platform", "android").await;
    api.clerk.seed().trusted_device(&bob, "Other").await;
    let path = format!("/users/{ada}/trusted_devices");

    let listed = api.get(&path).await;
    let strange = api.delete(&format!("/users/{bob}/trusted_devices/{}", phone.id)).await;
    let revoked = api.delete(&format!("{path}/{}", phone.id)).await.body;

    assert!(phone.id.starts_with("tdv_"));
    assert_eq!(listed.column("name"), ["Tablet", "Phone"]);
    assert_eq!(listed.column("platform"), ["android", "ios"]);
    assert_eq!(listed.body["total_count"], 2);
    assert_eq!(strange.refusal(), (404, "resource_not_found", None));
    assert_eq!((&revoked["status"], revoked["revoked_at"].is_i64()), (&json!("revoked"), true));
    assert_eq!(api.get(&path).await.column("id"), [tablet.id.as_str()]);
    assert_eq!(api.delete(&format!("{path}/{}", phone.id)).await.status, 404);
    assert_eq!(api.get("/users/user_1/trusted_devices").await.status, 404);
}

#[tokio::test]
#[should_panic(expected = "form_param_value_invalid")]
async fn a_device_of_no_known_kind_cannot_be_seeded() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    api.clerk.seed().trusted_device(&ada, "Toaster").with("platform", "toaster").await;
}

#[tokio::test]
async fn a_token_of_each_account_is_there_until_the_account_is_gone() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let seeding = api.clerk.seed().external_account(&ada, "oauth_google", "ada@gmail.com");
    let account = seeding.with("approved_scopes", "email profile").await;
    let path = format!("/users/{ada}/oauth_access_tokens");

    let tokens = api.get(&format!("{path}/google")).await.body;
    let again = api.get(&format!("{path}/oauth_google?paginated=true")).await.body;
    let seeded = api.clerk.seed().oauth_access_token(&ada, "google").with("token", "ya29.a").await;

    assert_eq!(tokens.as_array().map(Vec::len), Some(1), "{tokens}");
    assert_eq!(
        (&tokens[0]["external_account_id"], &tokens[0]["scopes"]),
        (&json!(account.id), &json!(["email", "profile"]))
    );
    assert_eq!((&again["data"], &again["total_count"]), (&tokens, &json!(1)));
    assert_eq!(seeded.external_account_id, account.id);
    assert_eq!(api.get(&format!("{path}/google")).await.column("token"), ["ya29.a"]);
    assert_eq!(api.get(&format!("{path}/github")).await.body, json!([]));
    api.delete(&format!("/users/{ada}/external_accounts/{}", account.id)).await;
    assert_eq!(api.get(&format!("{path}/google")).await.body, json!([]));
    assert_eq!(api.get("/users/user_1/oauth_access_tokens/google").await.status, 404);
}

#[tokio::test]
async fn tokens_that_expired_are_refreshed_where_the_provider_allows_it() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let soon = api.get(&format!("/users/{ada}")).await.body["created_at"].as_i64().expect("a time") + 60_000;
    for provider in ["oauth_google", "oauth_github"] {
        api.clerk.seed().external_account(&ada, provider, "ada@example.com").await;
    }
    let google =
        api.clerk.seed().oauth_access_token(&ada, "google").with("expires_at", soon).refreshable().await;
    api.clerk.seed().oauth_access_token(&ada, "github").with("expires_at", soon).await;
    let path = format!("/users/{ada}/oauth_access_tokens");
    assert_eq!(api.get(&format!("{path}/google")).await.column("token"), [google.token.as_str()]);

    api.clerk.advance(Duration::from_secs(60));

    let fresh = api.get(&format!("{path}/google")).await.body;
    assert!(
        fresh[0]["token"] != json!(google.token) && fresh[0]["expires_at"].as_i64() > Some(soon),
        "{fresh}"
    );
    assert_eq!(api.get(&format!("{path}/google")).await.body, fresh);
    assert_eq!(
        api.get(&format!("{path}/github")).await.refusal(),
        (422, "oauth_missing_refresh_token", None)
    );
}

#[tokio::test]
async fn what_a_user_had_goes_with_the_user() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    api.clerk.seed().external_account(&ada, "oauth_google", "ada@gmail.com").await;
    api.clerk.seed().trusted_device(&ada, "Phone").await;
    let snapshot = api.clerk.snapshot();

    api.delete(&format!("/users/{ada}")).await;
    assert_eq!(api.get(&format!("/users/{ada}/trusted_devices")).await.status, 404);
    api.clerk.restore(&snapshot);

    assert_eq!(api.get(&format!("/users/{ada}/trusted_devices")).await.column("name"), ["Phone"]);
    let tokens = api.get(&format!("/users/{ada}/oauth_access_tokens/google")).await.body;
    assert_eq!(tokens.as_array().map(Vec::len), Some(1), "{tokens}");
    assert!(tokens[0].get("id").is_none(), "{tokens}");
}
