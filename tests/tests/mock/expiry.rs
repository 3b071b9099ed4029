//! What ends by itself when time goes by.

use std::time::Duration;

use serde_json::{Value, json};

use crate::api::Api;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn an_invitation_that_nobody_accepted_in_time_is_expired_and_another_one_can_be_sent() {
    let api = Api::start().await;
    let invite = json!({ "email_address": "ada@example.com", "expires_in_days": 3 });
    let invitation = api.create("/invitations", invite.clone()).await;
    api.create("/invitations", json!({ "email_address": "bob@example.com" })).await;

    api.clerk.advance(3 * DAY - Duration::from_secs(60));
    let before = api.get("/invitations?status=expired").await;
    api.clerk.advance(Duration::from_secs(60));
    let expired = api.get("/invitations?status=expired").await;
    let pending = api.get("/invitations?status=pending").await;
    let again = api.post("/invitations", invite).await;

    assert_eq!(before.column("id"), [""; 0]);
    assert_eq!(expired.column("id"), [invitation.as_str()]);
    assert_eq!(expired.body[0]["updated_at"], expired.body[0]["expires_at"]);
    assert_eq!(pending.column("email_address"), ["bob@example.com"]);
    assert_eq!(again.body["status"], "pending");
}

#[tokio::test]
async fn an_expired_invitation_into_an_organization_leaves_its_place_free_and_is_not_revoked() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let acme = json!({ "name": "Acme", "created_by": ada, "max_allowed_memberships": 2 });
    let path = format!("/organizations/{}/invitations", api.create("/organizations", acme).await);
    let to = |email: &str| json!({ "email_address": email, "role": "org:member", "expires_in_days": 1 });
    let invitation = api.create(&path, to("bob@example.com")).await;
    let full = api.post(&path, to("eve@example.com")).await;

    api.clerk.advance(DAY);
    let free = api.post(&path, to("eve@example.com")).await;

    let expired = api.get(&format!("{path}?status=expired")).await;
    let revoked = api.post(&format!("{path}/{invitation}/revoke"), json!({})).await;
    assert_eq!(full.refusal(), (403, "organization_membership_quota_exceeded", None));
    assert_eq!(free.body["status"], "pending");
    assert_eq!(expired.column("id"), [invitation.as_str()]);
    assert_eq!(api.get(&format!("{path}/{invitation}")).await.body["status"], "expired");
    assert_eq!(revoked.refusal(), (400, "organization_invitation_not_pending", None));
}

#[tokio::test]
async fn a_session_expires_after_a_week_and_has_no_tokens_then() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let session = api.create("/sessions", json!({ "user_id": ada })).await;
    let tokens = format!("/sessions/{session}/tokens");

    api.clerk.advance(7 * DAY - Duration::from_secs(60));
    let alive = api.post(&tokens, json!({})).await;
    api.clerk.advance(Duration::from_secs(60));
    let refused = api.post(&tokens, json!({})).await;

    assert_eq!(alive.status, 200);
    assert_eq!(refused.refusal(), (401, "session_refresh_inactive_session", None));
    assert_eq!(api.get("/sessions?status=expired").await.column("id"), [session.as_str()]);
    assert_eq!(api.get("/sessions?status=active").await.column("id"), [""; 0]);
    assert_eq!(api.get("/clients").await.body[0]["last_active_session_id"], Value::Null);
}

#[tokio::test]
async fn a_session_is_abandoned_where_the_instance_has_that_come_first() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let in_an_hour = ada.created_at.as_millis() + 60 * 60 * 1000;
    let short = api.clerk.seed().session(&ada.id).with("expire_at", in_an_hour).await;
    let idle = api.clerk.seed().session(&ada.id).with("abandon_at", in_an_hour).await;
    let long = api.clerk.seed().session(&ada.id).await;

    api.clerk.advance(Duration::from_secs(60 * 60));

    assert_eq!(short.expire_at.as_millis(), in_an_hour);
    assert_eq!(json!(api.get("/sessions?status=expired").await.column("id")), json!([short.id]));
    assert_eq!(json!(api.get("/sessions?status=abandoned").await.column("id")), json!([idle.id]));
    assert_eq!(json!(api.get("/sessions?status=active").await.column("id")), json!([long.id]));
}

#[tokio::test]
async fn a_lock_counts_down_and_is_gone_after_an_hour() {
    let api = Api::start().await;
    let (ada, bob) = (api.user("ada@example.com").await, "bob@example.com");
    let for_ever = api.create("/users", json!({ "email_address": [bob], "locked": true })).await;
    api.post(&format!("/users/{ada}/lock"), json!({})).await;

    api.clerk.advance(Duration::from_secs(50 * 60));
    let user = api.get(&format!("/users/{ada}")).await.body;
    let listed = api.get("/users?email_address=ada@example.com").await.body;
    api.clerk.advance(Duration::from_secs(10 * 60));
    let unlocked = api.get(&format!("/users/{ada}")).await.body;

    let left = user["lockout_expires_in_seconds"].as_i64().expect("seconds");
    assert!(user["locked"] == true && (590..=600).contains(&left), "{user}");
    assert!(listed[0]["lockout_expires_in_seconds"].as_i64() <= Some(left));
    assert_eq!((&unlocked["locked"], &unlocked["lockout_expires_in_seconds"]), (&json!(false), &Value::Null));
    assert_eq!(api.post("/sessions", json!({ "user_id": ada })).await.status, 200);
    let refused = api.post("/sessions", json!({ "user_id": for_ever })).await;
    assert_eq!(refused.refusal(), (403, "user_locked", None));
}

#[tokio::test]
async fn an_entry_of_the_waitlist_shows_what_became_of_its_invitation() {
    let api = Api::start().await;
    let entry = api.create("/waitlist_entries", json!({ "email_address": "ada@example.com" })).await;
    let invited = api.post(&format!("/waitlist_entries/{entry}/invite"), json!({})).await.body;

    api.clerk.advance(31 * DAY);

    let listed = api.get("/waitlist_entries").await.body;
    assert_eq!(invited["invitation"]["status"], "pending");
    let entry = &listed["data"][0];
    assert_eq!((&entry["status"], &entry["invitation"]["status"]), (&json!("invited"), &json!("expired")));
}

#[tokio::test]
async fn what_the_running_clock_ended_stays_so_where_the_request_that_found_out_is_refused() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let soon = ada.created_at.as_millis() + 200;
    let session = api.clerk.seed().session(&ada.id).with("expire_at", soon).await;

    tokio::time::sleep(Duration::from_millis(300)).await;
    let refused = api.get("/users/user_none").await;

    assert_eq!(refused.status, 404);
    assert_eq!(api.get(&format!("/sessions/{}", session.id)).await.body["status"], "expired");
}

#[tokio::test]
async fn what_has_expired_is_as_it_was_in_a_state_that_is_restored_and_expires_again() {
    let api = Api::start().await;
    let invite = json!({ "email_address": "ada@example.com", "expires_in_days": 1 });
    api.create("/invitations", invite).await;
    let before = api.clerk.snapshot();

    api.clerk.advance(2 * DAY);
    let expired = api.get("/invitations?status=expired").await;
    api.clerk.restore(&before);
    let pending = api.get("/invitations?status=pending").await;
    api.clerk.advance(2 * DAY);

    assert_eq!((expired.column("id").len(), pending.column("id").len()), (1, 1));
    assert_eq!(api.get("/invitations?status=expired").await.column("id").len(), 1);
}
