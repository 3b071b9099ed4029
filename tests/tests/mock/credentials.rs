//! What programs show instead of a session: machine-to-machine tokens, API keys, OAuth access tokens.

use std::time::Duration;

use serde_json::{Value, json};

use crate::api::{Api, send, text};
use crate::token::Token;

const MACHINE_KEY: &str = "Bearer ak_test_embedded";

impl Api {
    /// A machine-to-machine token, by the key of a machine.
    async fn m2m_token(&self, body: Value) -> Value {
        let request = self.bare(http::Method::POST, "/v1/m2m_tokens").header("authorization", MACHINE_KEY);
        let answer = send(request.header("content-type", "application/json").body(body.to_string())).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    async fn api_key(&self, body: Value) -> Value {
        let mut whole = json!({ "name": "Exports", "subject": "user_2abcdefghijklmnopqrstuvwxyz" });
        whole.as_object_mut().expect("fields").extend(body.as_object().expect("fields").clone());
        let answer = self.post("/api_keys", whole).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }
}

#[tokio::test]
async fn a_machine_token_is_verified_until_it_is_revoked() {
    let api = Api::start().await;

    let created = api.m2m_token(json!({ "claims": { "job": 7 }, "seconds_until_expiration": 60 })).await;
    let token = text(&created["token"]);
    let verified = api.post("/m2m_tokens/verify", json!({ "token": token })).await;
    let by_python = api.post("/m2m_tokens/verify", json!({ "secret": token })).await;
    let path = format!("/m2m_tokens/{}/revoke", text(&created["id"]));
    api.post(&path, json!({ "revocation_reason": "leaked" })).await;
    let revoked = api.post("/m2m_tokens/verify", json!({ "token": token })).await;
    let unknown = api.post("/m2m_tokens/verify", json!({ "token": "mt_unknown" })).await;

    assert!(token.starts_with("mt_") && created["subject"].as_str().unwrap().starts_with("mch_"));
    assert_eq!((verified.status, &verified.body["id"]), (200, &created["id"]));
    assert_eq!((&verified.body["claims"], verified.body.get("token")), (&json!({ "job": 7 }), None));
    assert_eq!((&verified.body["revoked"], &verified.body["expired"]), (&json!(false), &json!(false)));
    assert_eq!(by_python.status, 200);
    assert_eq!(
        (&revoked.body["revoked"], &revoked.body["revocation_reason"]),
        (&json!(true), &json!("leaked"))
    );
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_machine_token_can_be_a_jwt_that_the_published_keys_check() {
    let api = Api::start().await;

    let body = json!({ "token_format": "jwt", "claims": { "job": 7 }, "seconds_until_expiration": 60 });
    let created = api.m2m_token(body).await;
    let token = Token::read(&text(&created["token"]));

    assert!(token.is_signed_by(&api.get("/jwks").await.body));
    assert_eq!(token.header["cat"], "cl_B7d4PD333AAA");
    assert_eq!((&token.claims["sub"], &token.claims["jti"]), (&created["subject"], &created["id"]));
    assert_eq!(token.claims["job"], 7);
    assert_eq!(token.claims["exp"].as_i64(), created["expiration"].as_i64().map(|ms| ms / 1000));
    let verified = api.post("/m2m_tokens/verify", json!({ "token": created["token"] })).await;
    assert_eq!(verified.body["id"], created["id"]);
}

#[tokio::test]
async fn machine_tokens_expire_and_are_listed_only_where_that_was_asked_for() {
    let api = Api::start().await;
    let good = api.m2m_token(json!({})).await;
    let short = api.m2m_token(json!({ "seconds_until_expiration": 0.001 })).await;
    let revoked = api.m2m_token(json!({})).await;
    api.post(&format!("/m2m_tokens/{}/revoke", text(&revoked["id"])), json!({})).await;
    tokio::time::sleep(Duration::from_millis(5)).await;

    let path = format!("/m2m_tokens?subject={}", text(&good["subject"]));
    let usable = api.get(&path).await.body;
    let all = api.get(&format!("{path}&revoked=true&expired=true")).await.body;
    let expired = api.post("/m2m_tokens/verify", json!({ "token": short["token"] })).await.body;
    let others = api.get("/m2m_tokens?subject=mch_2abcdefghijklmnopqrstuvwxyz").await.body;

    assert_eq!((&usable["total_count"], &usable["m2m_tokens"][0]["id"]), (&json!(1), &good["id"]));
    assert_eq!((&all["total_count"], &others["total_count"]), (&json!(3), &json!(0)));
    assert_eq!(expired["expired"], true);
}

#[tokio::test]
async fn a_machine_token_is_given_again_while_enough_of_it_is_left() {
    let api = Api::start().await;

    let first = api.m2m_token(json!({ "seconds_until_expiration": 300 })).await;
    let again =
        api.m2m_token(json!({ "seconds_until_expiration": 300, "min_remaining_ttl_seconds": 60 })).await;
    let other = api.m2m_token(json!({ "min_remaining_ttl_seconds": 60, "claims": { "job": 7 } })).await;
    let longer = api.m2m_token(json!({ "min_remaining_ttl_seconds": 600 })).await;
    let refused = json!({ "seconds_until_expiration": 60, "min_remaining_ttl_seconds": 60 });
    let refused = api.post("/m2m_tokens", refused).await;

    assert_eq!((&again["id"], &again["token"]), (&first["id"], &first["token"]));
    assert!(other["id"] != first["id"] && longer["id"] != first["id"]);
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn an_api_key_is_made_verified_changed_revoked_and_deleted() {
    let api = Api::start().await;

    let key = api.api_key(json!({ "scopes": ["read"], "claims": { "team": 1 } })).await;
    let path = format!("/api_keys/{}", text(&key["id"]));
    let verified = api.post("/api_keys/verify", json!({ "secret": key["secret"] })).await;
    let secret = api.get(&format!("{path}/secret")).await.body;
    let changed =
        api.patch(&path, json!({ "scopes": ["read", "write"], "description": "For exports" })).await;
    let revoked = api.post(&format!("{path}/revoke"), json!({})).await;
    let after = api.post("/api_keys/verify", json!({ "secret": key["secret"] })).await;
    let deleted = api.delete(&path).await;
    let gone = api.post("/api_keys/verify", json!({ "secret": key["secret"] })).await;

    assert!(text(&key["secret"]).starts_with("ak_") && text(&key["id"]).starts_with("ak_"));
    assert_eq!((&verified.body["id"], verified.body.get("secret")), (&key["id"], None));
    assert!(verified.body["last_used_at"].is_i64());
    assert_eq!(secret, json!({ "secret": key["secret"] }));
    assert_eq!(
        (&changed.body["scopes"], &changed.body["claims"]),
        (&json!(["read", "write"]), &key["claims"])
    );
    assert_eq!(changed.body["description"], "For exports");
    assert_eq!((&revoked.body["revoked"], &after.body["revoked"]), (&json!(true), &json!(true)));
    assert_eq!((&deleted.body["deleted"], gone.status), (&json!(true), 404));
}

#[tokio::test]
async fn api_keys_are_listed_by_whose_they_are() {
    let api = Api::start().await;
    let mine = api.api_key(json!({})).await;
    let named = api.api_key(json!({ "name": "Imports" })).await;
    let revoked = api.api_key(json!({})).await;
    api.api_key(json!({ "subject": "org_2abcdefghijklmnopqrstuvwxyz" })).await;
    api.post(&format!("/api_keys/{}/revoke", text(&revoked["id"])), json!({})).await;

    let path = "/api_keys?subject=user_2abcdefghijklmnopqrstuvwxyz";
    let usable = api.get(path).await;
    let all = api.get(&format!("{path}&include_invalid=true")).await;
    let found = api.get(&format!("{path}&query=import")).await;
    // Clerk's Python SDK writes both with a fraction.
    let second = api.get(&format!("{path}&limit=1.0&offset=1.0")).await;

    assert_eq!(usable.column("id"), [text(&named["id"]), text(&mine["id"])]);
    assert!(usable.body["data"][0].get("secret").is_none());
    assert_eq!(all.body["total_count"], 3);
    assert_eq!(found.column("id"), [text(&named["id"])]);
    assert_eq!(
        (second.column("id"), &second.body["total_count"]),
        (vec![text(&mine["id"]).as_str()], &json!(2))
    );
}

#[tokio::test]
async fn an_api_key_is_for_somebody() {
    let api = Api::start().await;

    let nobody = api.post("/api_keys", json!({ "name": "Exports" })).await;
    let nonsense = api.post("/api_keys", json!({ "name": "Exports", "subject": "ada" })).await;
    let nameless =
        api.post("/api_keys", json!({ "name": "x", "subject": "user_2abcdefghijklmnopqrstuvwxyz" })).await;

    assert_eq!(nobody.refusal(), (422, "form_param_missing", Some("subject")));
    assert_eq!((nonsense.status, nameless.status), (400, 422));
}

#[tokio::test]
async fn an_oauth_access_token_is_verified_until_it_is_revoked() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;

    let token = api.clerk.oauth_access_token(&ada).client_id("app_1").scopes(["email"]).token();
    let path = "/oauth_applications/access_tokens/verify";
    let verified = api.post(path, json!({ "access_token": token })).await;
    let by_python = api.post(path, json!({ "secret": token })).await;
    assert!(api.clerk.revoke_oauth_access_token(&token));
    let revoked = api.post(path, json!({ "access_token": token })).await;
    let unknown = api.post(path, json!({ "access_token": "oat_unknown" })).await;
    let nothing = api.post(path, json!({})).await;

    assert!(token.starts_with("oat_"));
    assert_eq!((&verified.body["subject"], &verified.body["client_id"]), (&json!(ada.id), &json!("app_1")));
    assert_eq!((&verified.body["scopes"], &by_python.body["id"]), (&json!(["email"]), &verified.body["id"]));
    assert_eq!((&revoked.body["revoked"], unknown.status, nothing.status), (&json!(true), 404, 422));
    assert!(!api.clerk.revoke_oauth_access_token("oat_unknown"));
}

#[tokio::test]
async fn an_oauth_access_token_can_be_a_jwt() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;

    let token = api.clerk.oauth_access_token(&ada).lifetime(Duration::from_secs(60)).jwt();

    let read = Token::read(&token);
    assert!(read.is_signed_by(&api.get("/jwks").await.body));
    assert_eq!((&read.header["typ"], &read.claims["sub"]), (&json!("at+jwt"), &json!(ada.id)));
    assert_eq!(
        (&read.claims["scope"], &read.claims["client_id"]),
        (&json!("profile email"), &json!("embedded_client"))
    );
    let verified =
        api.post("/oauth_applications/access_tokens/verify", json!({ "access_token": token })).await;
    assert_eq!(verified.body["id"], read.claims["jti"]);
}
