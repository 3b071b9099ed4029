//! Invitations into the application.

use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn an_invitation_is_pending_until_it_is_revoked_once() {
    let api = Api::start().await;

    let id = api.create("/invitations", json!({ "email_address": "Ada@Example.com" })).await;
    let pending = api.get("/invitations").await;
    let revoked = api.post(&format!("/invitations/{id}/revoke"), json!({})).await;
    let again = api.post(&format!("/invitations/{id}/revoke"), json!({})).await;

    assert_eq!(pending.column("email_address"), ["ada@example.com"]);
    assert_eq!(pending.body[0]["status"], "pending");
    assert_eq!((&revoked.body["status"], &revoked.body["revoked"]), (&json!("revoked"), &json!(true)));
    assert_eq!(again.refusal(), (400, "invitation_already_revoked", None));
    assert!(api.get("/invitations").await.column("id").is_empty());
    assert_eq!(api.get("/invitations?status=revoked").await.column("id"), [id.as_str()]);
}

#[tokio::test]
async fn nobody_is_invited_twice_or_although_they_are_here() {
    let api = Api::start().await;
    api.user("here@example.com").await;
    api.create("/invitations", json!({ "email_address": "ada@example.com" })).await;

    let twice = api.post("/invitations", json!({ "email_address": "ada@example.com" })).await;
    let anyway = json!({ "email_address": "ada@example.com", "ignore_existing": true });
    let anyway = api.post("/invitations", anyway).await;
    let here = api.post("/invitations", json!({ "email_address": "here@example.com" })).await;
    let bad = api.post("/invitations", json!({ "email_address": "nowhere" })).await;

    assert_eq!(twice.refusal(), (400, "duplicate_record", None));
    assert_eq!(anyway.status, 200);
    assert_eq!(here.refusal(), (422, "form_identifier_exists", Some("email_address")));
    assert_eq!(bad.refusal(), (422, "form_param_format_invalid", Some("email_address")));
}

#[tokio::test]
async fn many_are_invited_at_once_or_none() {
    let api = Api::start().await;
    let invite = |name: &str| json!({ "email_address": format!("{name}@example.com") });

    let both = api.post("/invitations/bulk", json!([invite("a"), invite("b")])).await;
    let clash = api.post("/invitations/bulk", json!([invite("c"), invite("a")])).await;
    let eleven: Vec<_> = (0..11).map(|n| invite(&format!("n{n}"))).collect();
    let too_many = api.post("/invitations/bulk", json!(eleven)).await;

    assert_eq!(both.column("email_address"), ["a@example.com", "b@example.com"]);
    assert_eq!(clash.refusal(), (400, "duplicate_record", None));
    assert_eq!(too_many.refusal(), (400, "bulk_size_exceeded", None));
    assert_eq!(api.get("/invitations?paginated=true").await.body["total_count"], 2);
}

#[tokio::test]
async fn invitations_are_found_and_ordered() {
    let api = Api::start().await;
    for name in ["b", "c", "a"] {
        api.create("/invitations", json!({ "email_address": format!("{name}@example.com") })).await;
    }

    let newest = api.get("/invitations").await;
    let by_address = api.get("/invitations?order_by=email_address").await;
    let found = api.get("/invitations?query=C%40EX").await;

    assert_eq!(newest.column("email_address"), ["a@example.com", "c@example.com", "b@example.com"]);
    assert_eq!(by_address.column("email_address"), ["a@example.com", "b@example.com", "c@example.com"]);
    assert_eq!(found.column("email_address"), ["c@example.com"]);
}
