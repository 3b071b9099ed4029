//! Sessions: started, found, revoked, and ended with their user.

use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn a_session_belongs_to_a_user_and_is_active_until_it_is_revoked() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    let session = api.post("/sessions", json!({ "user_id": ada })).await.body;
    let path = format!("/sessions/{}", session["id"].as_str().expect("an id"));
    let revoked = api.post(&format!("{path}/revoke"), json!({})).await.body;

    assert_eq!((&session["user_id"], &session["status"]), (&json!(ada), &json!("active")));
    assert!(session["id"].as_str().is_some_and(|id| id.starts_with("sess_")));
    assert!(session["expire_at"].as_i64() > session["created_at"].as_i64());
    assert_eq!(revoked["status"], "revoked");
    assert_eq!(api.get(&path).await.body["status"], "revoked");
    let token = api.post(&format!("{path}/tokens"), json!({})).await;
    assert_eq!(token.refusal(), (401, "session_refresh_inactive_session", None));
}

#[tokio::test]
async fn signing_in_is_noted_on_the_user() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    let session = api.post("/sessions", json!({ "user_id": ada })).await.body;

    let user = api.get(&format!("/users/{ada}")).await.body;
    assert_eq!(user["last_sign_in_at"], session["created_at"]);
}

#[tokio::test]
async fn sessions_are_listed_by_user_and_status_newest_first() {
    let api = Api::start().await;
    let (ada, bob) = (api.user("ada@example.com").await, api.user("bob@example.com").await);
    let first = api.create("/sessions", json!({ "user_id": ada })).await;
    let second = api.create("/sessions", json!({ "user_id": ada })).await;
    api.create("/sessions", json!({ "user_id": bob })).await;
    api.post(&format!("/sessions/{first}/revoke"), json!({})).await;

    let of_ada = api.get(&format!("/sessions?user_id={ada}")).await;
    let active = api.get(&format!("/sessions?user_id={ada}&status=active")).await;
    let paged = api.get("/sessions?paginated=true&limit=1").await;

    assert_eq!(of_ada.column("id"), [second.as_str(), &first]);
    assert_eq!(active.column("id"), [second.as_str()]);
    assert_eq!((paged.column("id").len(), &paged.body["total_count"]), (1, &json!(3)));
}

#[tokio::test]
async fn a_ban_revokes_the_sessions_and_allows_no_new_ones() {
    let api = Api::start().await;
    let (ada, bob) = (api.user("ada@example.com").await, api.user("bob@example.com").await);
    let session = api.create("/sessions", json!({ "user_id": ada })).await;
    let other = api.create("/sessions", json!({ "user_id": bob })).await;

    let banned = api.post(&format!("/users/{ada}/ban"), json!({})).await;

    assert_eq!(banned.body["banned"], true);
    assert_eq!(api.get(&format!("/sessions/{session}")).await.body["status"], "revoked");
    assert_eq!(api.get(&format!("/sessions/{other}")).await.body["status"], "active");
    assert_eq!(api.post("/sessions", json!({ "user_id": ada })).await.refusal(), (403, "user_banned", None));
    api.post(&format!("/users/{ada}/unban"), json!({})).await;
    assert_eq!(api.post("/sessions", json!({ "user_id": ada })).await.status, 200);
}

#[tokio::test]
async fn a_session_needs_a_user_and_an_organization_of_theirs() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let mine = api.create("/organizations", json!({ "name": "Mine", "created_by": ada })).await;
    let foreign = api.create("/organizations", json!({ "name": "Foreign" })).await;

    let nobody = api.post("/sessions", json!({ "user_id": "user_x" })).await;
    let outside = api.post("/sessions", json!({ "user_id": ada, "active_organization_id": foreign })).await;
    let inside = api.post("/sessions", json!({ "user_id": ada, "active_organization_id": mine })).await;

    assert_eq!(nobody.refusal(), (404, "resource_not_found", None));
    assert_eq!(outside.refusal(), (404, "resource_not_found", None));
    assert_eq!(inside.body["last_active_organization_id"], json!(mine));
}

#[tokio::test]
async fn a_client_is_where_a_session_is() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let token = api.clerk.sign_in(&ada).token();

    let client = api.post("/clients/verify", json!({ "token": token })).await.body;
    let session = client["session_ids"][0].as_str().expect("an id").to_owned();
    let id = client["id"].as_str().expect("an id");
    let revoked = api.post(&format!("/sessions/{session}/revoke"), json!({})).await;
    let read = api.get(&format!("/clients/{id}")).await.body;
    let forged =
        api.post("/clients/verify", json!({ "token": api.clerk.sign_in(&ada).forged().token() })).await;

    assert_eq!(
        (&client["last_active_session_id"], &client["sessions"][0]["user_id"]),
        (&json!(session), &json!(ada.id))
    );
    assert_eq!((revoked.status, &read["sessions"][0]["status"]), (200, &json!("revoked")));
    assert_eq!(read["last_active_session_id"], json!(null));
    assert_eq!(api.get("/clients").await.column("id").last(), Some(&id));
    assert_eq!(forged.refusal(), (400, "invalid_session_token", None));
    assert_eq!(api.get("/clients/client_1").await.status, 404);
}
