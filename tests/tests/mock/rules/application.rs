//! The application: who is let in, and what calls it.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::api::{Api, send, text};

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
    let jwt = text(&token["jwt"]);
    let (signed, signature) = jwt.rsplit_once('.').expect("a signature");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a secret");
    let signature = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, signature);
    assert!(ring::hmac::verify(&key, signed.as_bytes(), &signature.expect("Base64")).is_ok());
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
async fn a_body_that_is_broken_off_or_never_ends_is_answered() {
    let api = Api::start().await;
    let ask = |head: &'static str, body: &'static str| {
        let address = api.clerk.url().trim_start_matches("http://").trim_end_matches("/v1").to_owned();
        let text = format!(
            "POST /v1/users HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk_test_embedded\r\n{head}\r\n\r\n{body}"
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
