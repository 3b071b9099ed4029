//! Sign-ups that somebody has begun in a browser.

use std::time::Duration;

use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn what_a_sign_up_is_given_is_the_users_when_it_is_complete() {
    let api = Api::start().await;
    let seeding = api.clerk.seed().sign_up("Eve@example.com").with("first_name", "Eve");
    let sign_up = seeding.with("unsafe_metadata", json!({ "from": "ad" })).await;
    let path = format!("/sign_ups/{}", sign_up.id);

    let begun = api.get(&path).await.body;
    let change = json!({ "external_id": "guest_7", "custom_action": true });
    let changed = api.patch(&path, change).await.body;
    let eve = api.clerk.complete_sign_up(&sign_up);

    assert!(sign_up.id.starts_with("sua_"));
    assert_eq!(
        (&begun["status"], &begun["email_address"]),
        (&json!("missing_requirements"), &json!("eve@example.com"))
    );
    assert_eq!(begun["unverified_fields"], json!(["email_address"]));
    assert_eq!((&changed["external_id"], &changed["custom_action"]), (&json!("guest_7"), &json!(true)));
    let user = api.get(&format!("/users/{}", eve.id)).await.body;
    assert_eq!((&user["external_id"], &user["first_name"]), (&json!("guest_7"), &json!("Eve")));
    assert_eq!(user["email_addresses"][0]["verification"]["status"], "verified");
    assert_eq!(user["unsafe_metadata"], json!({ "from": "ad" }));
    let complete = api.get(&path).await.body;
    assert_eq!((&complete["status"], &complete["created_user_id"]), (&json!("complete"), &user["id"]));
    let sessions = api.get(&format!("/sessions?user_id={}", eve.id)).await;
    assert_eq!(json!(sessions.column("id")), json!([complete["created_session_id"]]));
}

#[tokio::test]
async fn a_sign_up_that_has_ended_stays_as_it_is() {
    let api = Api::start().await;
    let (done, left) =
        (api.clerk.seed().sign_up("a@example.com").await, api.clerk.seed().sign_up("b@example.com").await);
    api.clerk.complete_sign_up(&done);
    api.clerk.advance(Duration::from_secs(24 * 60 * 60));

    assert_eq!(api.get(&format!("/sign_ups/{}", left.id)).await.body["status"], "abandoned");
    for id in [&done.id, &left.id] {
        let change = api.patch(&format!("/sign_ups/{id}"), json!({ "external_id": "x" })).await;
        assert_eq!(change.refusal(), (403, "sign_up_cannot_be_updated", None));
    }
    assert_eq!(api.get("/sign_ups/sua_1").await.refusal(), (404, "resource_not_found", None));
}

#[tokio::test]
async fn a_sign_up_cannot_have_the_external_id_of_a_user() {
    let api = Api::start().await;
    api.clerk.seed().user("ada@example.com").with("external_id", "1").await;
    let sign_up = api.clerk.seed().sign_up("eve@example.com").await;

    let taken = api.patch(&format!("/sign_ups/{}", sign_up.id), json!({ "external_id": "1" })).await;

    assert_eq!(taken.refusal(), (422, "form_identifier_exists", Some("external_id")));
}

#[tokio::test]
#[should_panic(expected = "form_identifier_exists")]
async fn nobody_signs_up_with_the_address_of_somebody_else() {
    let api = Api::start().await;
    let sign_up = api.clerk.seed().sign_up("ada@example.com").await;
    api.user("ada@example.com").await;

    api.clerk.complete_sign_up(&sign_up);
}
