//! What each public type shows of itself. Those of the web frameworks are in `tests/frameworks`.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_sdk::auth::{
    Factor, FactorAges, Feature, MachineAuth, Permission, Plan, Reason, RequestState, Reverification, Role,
    Scope, TokenType, Verifier,
};
use clerk_sdk::http::{HeaderMap, Method};
use clerk_sdk::mock::{self, Fault, MockClerk};
use clerk_sdk::operation::Operation as _;
use clerk_sdk::v2025_11_10::ClerkExt as _;
use clerk_sdk::value::OutOfRange;
use clerk_sdk::webhooks::{Event, Webhook};
use clerk_sdk::{
    Body, Clerk, DateTime, FilePart, HttpError, HttpErrorKind, HttpRequest, Metadata, Null, Nullable,
    RetryPolicy, Timestamp, Tls, op,
};
use clerk_tests::dispatch;
use clerk_tests::printed::Printed;
use clerk_tests::reader::answer::Make;
use clerk_tests::reader::{Document, Kind};
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

use crate::with_secrets;

/// The public types by hand: each with secrets in whatever of it can hold one.
#[tokio::test(flavor = "multi_thread")]
async fn no_type_shows_a_secret() {
    let mut printed = Printed::default();
    values(&mut printed);
    calls(&mut printed).await;
    tokens(&mut printed).await;
    webhooks(&mut printed);
    embedded(&mut printed).await;

    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../clerk-sdk");
    let missing = printed.missing(&sdk, |module| !module.starts_with("clerk_sdk::frameworks"));
    assert!(missing.is_empty(), "nobody has looked at what these show: {missing:#?}");
}

fn values(printed: &mut Printed) {
    printed.show(&Null);
    printed.show(&Nullable::Value("a"));
    printed.show(&Timestamp::from_millis(1));
    printed.show(&DateTime::from(1));
    printed.show(&OutOfRange);
    let metadata = json!({"plan": "pro", "token": "SECRET", "deep": {"password": "SECRET"}});
    printed.show(&serde_json::from_value::<Metadata>(metadata).unwrap());
}

async fn calls(printed: &mut Printed) {
    let builder = Clerk::builder("sk_test_SECRET").machine_secret_key("ak_SECRET").jwt_key("SECRET");
    printed.show(&builder);
    printed.show(&Tls::Ring);
    let error = r#"{"errors":[{"code":"c","message":"the key sk_test_SECRET","long_message":"eyJSECRET.a.b",
                    "meta":{"client_secret":"SECRET"}}],"secret":"SECRET"}"#;
    let server = Server::scripted([
        Reply::json(500, error).header("set-cookie", "SECRET"),
        Reply::json(404, error).header("set-cookie", "SECRET"),
        Reply::json(200, r#"{"object":"user","id":"user_1","deleted":true}"#).header("set-cookie", "SECRET"),
        Reply::json(200, r#"[{"object":"totp","id":"a","secret":"SECRET"}]"#),
    ]);
    let seen = Arc::new(Mutex::new(Printed::default()));
    let (attempts, retries) = (seen.clone(), seen.clone());
    let clerk = Clerk::builder("sk_test_SECRET")
        .server_url(server.url())
        .retry(RetryPolicy::exponential().initial(Duration::from_millis(1)))
        .before_request(move |attempt, _| attempts.lock().unwrap().show(attempt))
        .on_retry(move |_, retry| retries.lock().unwrap().show(retry))
        .build()
        .unwrap();
    printed.show(&clerk);
    printed.show(&clerk.v2025_11_10());
    printed.show(&clerk.users());
    let error = clerk.users().get("user_1").await.unwrap_err();
    printed.show(&error);
    printed.show(&error.kind());
    let api = error.api().unwrap();
    printed.show(api);
    printed.show(&api.errors()[0]);
    printed.show(&clerk.users().delete("user_1").with_response().await.unwrap());
    printed.take_over(&mut seen.lock().unwrap());

    let request = || {
        clerk.users().list().query("SECRET").with_header("x-a", "SECRET").with_secret_key("sk_live_SECRET")
    };
    printed.show(&request());
    printed.show(&request().with_response());
    printed.show(&request().pages());
    printed.show(&request().items());
    printed.show(&request().pages_blocking());
    let raw = || {
        clerk
            .request::<Value>(Method::POST, "/x")
            .query("token", "SECRET")
            .json(json!({"password": "SECRET"}))
    };
    printed.show(&raw().with_header("x-a", "SECRET"));
    printed.show(&raw().with_response());
    let file = FilePart::from_bytes("a.png", "SECRET");
    printed.show(&file);
    printed.show(&clerk.request::<Value>(Method::POST, "/x").text("code", "SECRET").file("file", file));

    let mut request = HttpRequest::new(Body::from("SECRET".to_owned()));
    let value = |text: &str| clerk_sdk::http::HeaderValue::from_str(text).unwrap();
    let mut key = value("Bearer sk_test_SECRET");
    key.set_sensitive(true);
    request.headers_mut().insert("authorization", key);
    printed.show(request.body());
    printed.show(&request);
    printed.show(&HttpError::new(HttpErrorKind::Other, "broken"));
    printed.show(&HttpErrorKind::Tls);
    printed.show(&RetryPolicy::exponential());
    printed.show(&op::GetUser::META);
    printed.show(&op::GetUser::META.key);
    printed.show(&op::GetUser::META.body);
}

async fn tokens(printed: &mut Printed) {
    let claims = json!({"sub": "user_1", "exp": 10_000_000_000_i64, "azp": "https://a.example", "sid": "sess_1",
                        "fva": [1, -1], "mine": {"token": "SECRET"}, "v": 2});
    let token = Signer::one().session(&claims);
    let verifier = Verifier::with_pem(Signer::one().pem()).cache_tokens(10);
    printed.show(&verifier);
    let verifier = verifier.build().unwrap();
    let claims = verifier.verify(&token).await.unwrap();
    printed.show(&claims);
    printed.show::<FactorAges>(&claims.factor_ages().unwrap());
    printed.show(&verifier);
    for wrong in [format!("{token}SECRET"), format!("SECRET{token}"), "ak_SECRET".to_owned()] {
        let error = verifier.verify(&wrong).await.unwrap_err();
        printed.show(&error);
        printed.show::<Reason>(&error.reason());
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
    let from_url = Verifier::from_jwks_url("https://clerk.example.com/jwks.json?token=SECRET");
    printed.show(&from_url);
    printed.show(&from_url.build().unwrap());
    printed.show(&Verifier::from_jwks_url("https://u:SECRET@clerk.example.com").build().unwrap_err());
    printed.show(&Verifier::with_pem("-----BEGIN SECRET").build().unwrap_err());
    printed.show(&Verifier::with_jwks("{\"keys\": [\"SECRET\"").build().unwrap_err());

    let clerk = Clerk::builder("sk_test_SECRET").jwt_key(Signer::one().pem()).build().unwrap();
    let authenticator = clerk.authenticator().publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k");
    printed.show(&authenticator);
    let authenticator = authenticator.build().unwrap();
    printed.show(&authenticator);
    let user = authenticator.authenticate_token(&token).await;
    printed.show(&user);
    printed.show(&user.into_auth().unwrap());
    let response = json!({"id": "key_1", "subject": "user_1", "name": "SECRET", "claims": {"a": "SECRET"}});
    let server = Server::scripted([Reply::json(200, &response.to_string())]);
    let clerk = Clerk::builder("sk_test_SECRET").server_url(server.url()).build().unwrap();
    let keys = clerk.authenticator().accepts([TokenType::ApiKey]).build().unwrap();
    let caller = keys.authenticate_token("ak_SECRET").await.into_caller().unwrap();
    printed.show(&caller);
    printed.show(&caller.subject());
    printed.show(&MachineAuth::try_from(caller).unwrap());
    let (message, signature) = token.rsplit_once('.').unwrap();
    for (name, value) in [
        ("cookie", format!("__session={token}; other=SECRET")),
        ("authorization", format!("Bearer {message}SECRET.{signature}")),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        printed.show(&clerk.authenticate(&headers));
        let state = authenticator.authenticate(&headers).await;
        printed.show(&state);
        if let RequestState::SignedIn(auth) = state {
            printed.show(&auth);
            printed.show::<TokenType>(&auth.token_type());
        }
    }
    printed.show(&Role("org:admin"));
    printed.show(&Permission("org:a:b"));
    printed.show(&Feature("a"));
    printed.show(&Scope("read"));
    printed.show(&Plan("a"));
    printed.show(&Reverification::Within(Factor::Both, Duration::from_secs(60)));
    printed.show(&Factor::First);
    assert!(printed.text().contains("user_1") && printed.text().contains("SignedIn"));
}

fn webhooks(printed: &mut Printed) {
    let webhook = Webhook::new("whsec_U0VDUkVU").unwrap();
    printed.show(&webhook);
    let error = Webhook::new("whsec_SECRET!").unwrap_err();
    printed.show(&error);
    printed.show(&error.reason());
    for body in [
        r#"{"type":"new.kind","data":{"a":"SECRET"}}"#,
        r#"{"type":"user.created","data":"SECRET"}"#,
        r#"{"type":"user.deleted","object":"event","timestamp":1,"instance_id":"ins_1","data":{"object":"user","id":"user_1","deleted":true,"a":"SECRET"},
            "event_attributes":{"http_request":{"client_ip":"::1","user_agent":"a","x":"SECRET"}}}"#,
    ] {
        let signed = webhook.sign("msg_1", body).unwrap();
        printed.show(&webhook.check_headers(&signed).unwrap());
        let delivery = webhook.verify_delivery(&signed, body).unwrap();
        printed.show(&delivery);
        match delivery.event {
            Event::Unknown(event) => {
                printed.show(&event);
                event.error.iter().for_each(|error| printed.show(error));
            }
            Event::UserDeleted(event) => {
                printed.show(&event);
                let attributes = event.event_attributes.unwrap();
                printed.show(&attributes);
                printed.show(&attributes.http_request.unwrap());
            }
            other => panic!("{other:?}"),
        }
    }
    let body = r#"{"SECRET"#;
    printed.show(&webhook.verify_delivery(&webhook.sign("msg_1", body).unwrap(), body).unwrap_err());
    printed.show(&webhook.verify_delivery(&HeaderMap::new(), body).unwrap_err());
}

async fn embedded(printed: &mut Printed) {
    printed.show(&MockClerk::builder());
    let mock = MockClerk::start().await.unwrap();
    printed.show(&mock.seed());
    printed.show(&mock.load(&json!({ "users": [{ "password": "SECRET" }] })).unwrap_err());
    printed.show(&mock.seed().user("ada@example.com").with("password", "SECRET"));
    let ada = mock.seed().user("ada@example.com").with("password", "SECRET of Ada").await;
    let clerk = mock.client();
    let endpoint = Server::scripted([Reply::json(200, "{}")]);
    mock.webhook_endpoint(endpoint.url());
    clerk.users().update_metadata(&ada.id).private_metadata(json!({"plan": "SECRET"})).await.unwrap();
    let sent = mock.webhooks_sent().await;
    assert!(!sent.is_empty());
    sent.iter().for_each(|sent| printed.show(sent));
    printed.show(&clerk.users().list().await.unwrap());
    clerk.users().verify_password(&ada.id, "SECRET").await.unwrap_err();
    let file = FilePart::from_bytes("a.png", "SECRET");
    clerk.users().set_profile_image(&ada.id, file).await.unwrap();
    for request in mock.requests() {
        printed.show(&request);
        printed.show(&request.body);
        request.body.parts().iter().for_each(|part| printed.show(part));
    }
    printed.show(&mock.sign_in(&ada).claim("token", "SECRET"));
    printed.show(&mock.oauth_access_token(&ada));
    printed.show(&mock::get("/x").anonymous());
    printed.show(&mock::get("/x"));
    printed
        .show(&mock.send_webhook("http://127.0.0.1:9/", json!({"type": "a", "data": {"token": "SECRET"}})));
    printed.show(&Fault::Status(500));
    printed.show(&mock.snapshot());
    printed.show(&mock);
}

#[test]
fn no_type_of_the_document_shows_what_is_secret_or_unknown() {
    // The one type that is none of the document: all values of the fields `object`.
    let object_type = json!({"type": "string", "enum": ["user"]});
    for document in &Document::versions() {
        let (mut checked, mut secrets, mut wrong) = (0, 0, Vec::new());
        let types = dispatch::types(document.version()).unwrap();
        for ty in types {
            let schema = if ty.pointer.is_empty() { Some(&object_type) } else { document.at(ty.pointer) };
            let schema = schema.unwrap_or_else(|| panic!("{} leads nowhere", ty.pointer));
            let mut seen = HashSet::new();
            for choice in 0..7 {
                let value = document.value(ty.name, schema, Make { choice, ..Make::FULL });
                let shown = (ty.shown)(&value.sent).unwrap_or_else(|error| panic!("{}: {error}", ty.name));
                assert!(!shown.is_empty());
                for secretly in with_secrets(document, &value, &mut seen) {
                    let shown = (ty.shown)(&secretly).unwrap_or_else(|error| panic!("{}: {error}", ty.name));
                    secrets += 1;
                    if shown.contains("SECRET") {
                        wrong.push(format!("{}: {shown:.300} of {secretly:.300}", ty.name));
                    }
                }
            }
            checked += 1;
        }

        assert!(wrong.is_empty(), "{} of {secrets}: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
        assert_eq!(checked, types.len());
        println!("{}: {checked} types, {secrets} values", document.version());
    }
    let newest = dispatch::types(dispatch::VERSIONS[0]).unwrap();
    assert!(newest.len() > 250, "{} types", newest.len());
}

#[test]
fn no_event_shows_what_is_secret_or_unknown() {
    let document = Document::webhooks();
    let webhook = Webhook::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let (mut seen, mut checked) = (HashSet::new(), 0);
    for (kind, schema) in document.events() {
        for choice in 0..7 {
            let event = document.event(kind, schema, Make { choice, ..Make::FULL });
            let mut bodies = with_secrets(&document, &event, &mut seen);
            let extra =
                event.spots.iter().find(|spot| matches!(spot.kind, Kind::Object(_)) && spot.steps.len() == 1);
            bodies.extend(extra.map(|spot| {
                let mut data = event.sent["data"].clone();
                data["x_extra"] = json!("SECRET");
                spot.with(&event.sent, data)
            }));
            for mut body in bodies {
                body["type"] = kind.into();
                let body = body.to_string();
                let event = webhook.verify(&webhook.sign("msg_1", &body).unwrap(), &body).unwrap();
                let shown = format!("{event:?} {event:#?}");
                assert!(!shown.contains("SECRET"), "{kind}: {shown:.600}");
                checked += 1;
            }
        }
    }
    assert!(checked > 200, "{checked}");
}
