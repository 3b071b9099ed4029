//! What leaves the machine for typed operations: path segments, keys, bodies.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::SystemTime;

use clerk_sdk::http::Method;
use clerk_sdk::types::PasswordHasher;
use clerk_sdk::{Clerk, ClerkBuilder, ErrorKind, FilePart, Null, RetryPolicy, Timestamp};
use clerk_tests::server::{Reply, Server};

fn builder(server: &Server) -> ClerkBuilder {
    Clerk::builder("sk_test_typed").server_url(server.url()).retry(RetryPolicy::none())
}

#[tokio::test]
async fn an_id_is_one_segment_whatever_it_contains() {
    let server = Server::scripted([Reply::json(404, "{}")]);
    let clerk = builder(&server).build().unwrap();

    for id in ["user_1", "a/../b", "a b", "ä?x#y", "%2e%2e", "a~b-c_d.e", "..."] {
        let error = clerk.users().get(id).await.unwrap_err();
        assert_eq!((error.operation(), error.path()), (Some("GetUser"), Some("/users/{user_id}")));
    }

    let targets: Vec<_> = server.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(
        targets,
        [
            "/v1/users/user_1",
            "/v1/users/a%2F..%2Fb",
            "/v1/users/a%20b",
            "/v1/users/%C3%A4%3Fx%23y",
            "/v1/users/%252e%252e",
            "/v1/users/a~b-c_d.e",
            "/v1/users/...",
        ]
    );
}

#[tokio::test]
async fn an_id_that_would_name_another_path_is_refused() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = builder(&server).build().unwrap();

    for id in ["", ".", ".."] {
        let error = clerk.users().delete(id).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
        assert!(error.to_string().starts_with("DeleteUser: DELETE /users/{user_id} → not sent: "), "{error}");
        assert!(error.to_string().contains("user_id"), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_operation_without_authentication_sends_no_key() {
    let server = Server::scripted([Reply::text(200, "<html></html>")]);

    let public = builder(&server).build().unwrap().miscellaneous();
    public.get_public_interstitial().await.unwrap();
    public.get_public_interstitial().with_secret_key("sk_test_call").await.unwrap();

    assert_eq!(server.seen().len(), 2);
    assert!(server.seen().iter().all(|seen| seen.header("authorization").is_none()));
}

#[tokio::test]
async fn an_operation_without_authentication_does_not_ask_for_a_key() {
    let server = Server::scripted([Reply::text(200, "")]);
    let clerk = Clerk::builder_with_key_provider(|| async { Err::<String, _>("the vault is sealed") })
        .server_url(server.url())
        .build()
        .unwrap();

    clerk.miscellaneous().get_public_interstitial().frontend_api("a.example").await.unwrap();

    assert_eq!(server.only().target, "/v1/public/interstitial?frontend_api=a.example");
}

#[tokio::test]
async fn a_number_that_json_does_not_have_is_refused() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = builder(&server).machine_secret_key("ak_x").build().unwrap();

    for number in [f64::NAN, f64::INFINITY] {
        let error = clerk.m2m().create_token().seconds_until_expiration(number).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
        assert!(error.to_string().contains("seconds_until_expiration"), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn metadata_that_is_no_object_is_refused_at_any_depth() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = builder(&server).build().unwrap();

    let list = serde_json::json!(["pro"]);
    let plain = clerk.users().create().public_metadata(list.clone()).await.unwrap_err();
    let invitation = clerk_sdk::types::BulkInvitation::new("ada@example.com").public_metadata(list);
    let nested = clerk.invitations().bulk_create([invitation]).await.unwrap_err();

    for error in [plain, nested] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0), "{error}");
        assert!(error.to_string().contains("JSON object"), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_object_is_sent_whatever_it_was_made_of() {
    let server = Server::scripted([Reply::json(404, "{}")]);
    let clerk = builder(&server).build().unwrap();
    #[derive(serde::Serialize)]
    struct Plan {
        plan: &'static str,
    }
    let pairs = || [("plan", "pro")];

    clerk.users().create().public_metadata(pairs()).await.unwrap_err();
    clerk.users().create().public_metadata(Vec::from(pairs())).await.unwrap_err();
    clerk.users().create().public_metadata(&Plan { plan: "pro" }).await.unwrap_err();
    clerk.organizations().create("Acme").public_metadata(pairs()).await.unwrap_err();
    clerk.organizations().create("Acme").public_metadata(clerk_sdk::Null).await.unwrap_err();
    clerk.jwt_templates().create("name", pairs()).await.unwrap_err();
    clerk.actor_tokens().create("user_1", [("sub", "user_2")]).await.unwrap_err();
    clerk.m2m().create_token().claims(clerk_sdk::Null).with_secret_key("ak_x").await.unwrap_err();

    let sent = |i: usize| serde_json::from_slice::<serde_json::Value>(&server.seen()[i].body).unwrap();
    for i in 0..4 {
        assert_eq!(sent(i)["public_metadata"], serde_json::json!({"plan": "pro"}));
    }
    assert_eq!(sent(4)["public_metadata"], serde_json::Value::Null);
    assert!(sent(4).as_object().unwrap().contains_key("public_metadata"));
    assert_eq!(sent(5)["claims"], serde_json::json!({"plan": "pro"}));
    assert_eq!(sent(6)["actor"], serde_json::json!({"sub": "user_2"}));
    assert_eq!(sent(7), serde_json::json!({"claims": null}));
}

#[tokio::test]
async fn an_operation_for_machines_wants_the_key_of_one() {
    let server = Server::scripted([Reply::json(404, "{}")]);

    let none = builder(&server).build().unwrap();
    let error = none.m2m().create_token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("CLERK_MACHINE_SECRET_KEY"), "{error}");
    assert!(server.seen().is_empty());

    let by_client = builder(&server).machine_secret_key("ak_client").build().unwrap();
    by_client.m2m().create_token().await.unwrap_err();
    none.m2m().create_token().with_secret_key("ak_call").await.unwrap_err();

    let keys: Vec<_> =
        server.seen().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(keys, ["Bearer ak_client", "Bearer ak_call"]);
    assert_eq!(server.seen()[0].text(), "{}");
}

#[tokio::test]
async fn a_client_for_a_machine_has_the_operations_of_machines_alone() {
    let server = Server::answering(|_| Reply::json(404, "{}"));
    let clerk = Clerk::builder_for_machine("ak_machine").server_url(server.url()).build().unwrap();
    let refused = |error: clerk_sdk::Error| {
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{text}");
        assert!(text.contains("CLERK_SECRET_KEY") && !text.contains("ak_machine"), "{text}");
    };

    refused(clerk.users().count().await.unwrap_err());
    refused(clerk.users().list().items().try_next().await.unwrap_err());
    refused(clerk.request::<serde_json::Value>(Method::GET, "/users").await.unwrap_err());
    assert!(server.take().is_empty());

    clerk.m2m().create_token().await.unwrap_err();
    clerk.m2m().list_tokens("mch_1").await.unwrap_err();
    clerk.m2m().revoke_token("mt_1").await.unwrap_err();
    clerk.m2m().verify_token("mt_secret").await.unwrap_err();
    clerk.users().count().with_secret_key("sk_test_call").await.unwrap_err();

    let keys: Vec<_> =
        server.take().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    let machine = "Bearer ak_machine";
    assert_eq!(keys, [machine, machine, machine, machine, "Bearer sk_test_call"]);
    assert!(!format!("{clerk:?}").contains("ak_machine"));
}

#[tokio::test]
async fn a_client_with_both_keys_verifies_tokens_by_that_of_the_instance() {
    let server = Server::answering(|_| Reply::json(404, "{}"));
    let clerk = builder(&server).machine_secret_key("ak_machine").build().unwrap();

    clerk.m2m().verify_token("mt_secret").await.unwrap_err();

    assert_eq!(server.take()[0].header("authorization"), Some("Bearer sk_test_typed"));
}

#[test]
fn the_key_of_an_instance_makes_no_client_for_a_machine() {
    let error = Clerk::for_machine("sk_test_x").unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("machine"), "{error}");
}

#[tokio::test]
async fn an_untouched_optional_body_is_none() {
    let server = Server::scripted([Reply::json(404, "{}")]);

    builder(&server).build().unwrap().testing_tokens().create().await.unwrap_err();

    let seen = server.only();
    assert_eq!((seen.header("content-type"), seen.body_length), (None, 0));
}

#[tokio::test]
async fn a_picture_goes_into_the_part_that_the_document_names() {
    let server = Server::scripted([Reply::json(404, "{}")]);
    let clerk = builder(&server).build().unwrap();

    clerk.users().set_profile_image("user_1", FilePart::from_bytes("ada.png", "picture")).await.unwrap_err();

    let seen = server.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/v1/users/user_1/profile_image"));
    assert!(
        seen.text()
            .contains("name=\"file\"; filename=\"ada.png\"\r\nContent-Type: image/png\r\n\r\npicture\r\n")
    );
}

#[tokio::test]
async fn another_version_is_spoken_on_the_same_client() {
    use clerk_sdk::v2024_10_01::ClerkExt as _;
    let server = Server::scripted([Reply::json(404, "{}")]);
    let clerk = builder(&server).build().unwrap();

    #[allow(deprecated, reason = "gone from newer versions, which is why it is called in this one")]
    let verify = clerk.v2024_10_01().sessions().verify("sess_1", "jwt");
    let error = verify.await.unwrap_err();
    clerk.sessions().get("sess_1").await.unwrap_err();

    assert_eq!(error.operation(), Some("VerifySession"));
    let said: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| {
            let header = |name: &str| seen.header(name).unwrap().to_owned();
            (seen.target.clone(), header("clerk-api-version"), header("user-agent"))
        })
        .collect();
    let expected = |path: &str, version: &str| {
        (path.to_owned(), version.to_owned(), format!("clerk-sdk-rust/0.1.0 (+api {version})"))
    };
    assert_eq!(
        said,
        [
            expected("/v1/sessions/sess_1/verify", "2024-10-01"),
            expected("/v1/sessions/sess_1", clerk_sdk::API_VERSION)
        ]
    );
}

#[tokio::test]
async fn an_operation_that_a_version_has_lost_can_be_called_in_it() {
    use clerk_sdk::v2024_10_01::ClerkExt as _;
    let totp =
        r#"{"object":"totp","id":"totp_1","secret":"SECRET","uri":"otpauth://SECRET","verified":false}"#;
    let server = Server::scripted([Reply::json(200, totp)]);
    let clerk = builder(&server).build().unwrap();

    #[allow(deprecated, reason = "Clerk's document has lost it")]
    let create = clerk.v2024_10_01().users().create_totp("user_1");
    let totp = create.await.unwrap();

    let seen = server.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/v1/users/user_1/totp"));
    assert_eq!((totp.id.as_str(), totp.secret.as_deref()), ("totp_1", Some("SECRET")));
    assert!(!format!("{totp:?}").contains("SECRET"), "{totp:?}");
}

/// It compiles: equal types of two versions are one.
#[test]
fn what_one_version_answers_another_takes() {
    fn newest(user: clerk_sdk::v2024_10_01::types::User) -> clerk_sdk::v2025_11_10::types::User {
        let same: fn(clerk_sdk::types::User) -> clerk_sdk::v2026_05_12::types::User = |user| user;
        same(user)
    }
    let name = std::any::type_name::<clerk_sdk::v2024_10_01::types::Session>();

    // One that is not equal is another.
    assert_ne!(name, std::any::type_name::<clerk_sdk::types::Session>());
    assert_eq!(std::mem::size_of_val(&newest), 0);
}

#[tokio::test]
async fn times_that_the_api_takes_as_text_are_set_by_any_time() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = builder(&server).build().unwrap();
    let time = Timestamp::from_millis(1_700_000_000_123);
    let request = || clerk.users().create();

    for request in [
        request().created_at(time).legal_accepted_at(SystemTime::try_from(time).unwrap()),
        request().created_at(Some(time)).legal_accepted_at(time.as_millis()),
        request().created_at(time.to_string()).legal_accepted_at("2023-11-14T22:13:20.123Z"),
    ] {
        request.await.unwrap_err();
    }
    clerk.users().update("user_1").created_at(Null).await.unwrap_err();

    let bodies: Vec<_> = server.seen().iter().map(|seen| seen.text()).collect();
    let text = r#""2023-11-14T22:13:20.123Z""#;
    let expected = format!(r#"{{"created_at":{text},"legal_accepted_at":{text}}}"#);
    assert_eq!(bodies, [expected.clone(), expected.clone(), expected, r#"{"created_at":null}"#.to_owned()]);
}

#[tokio::test]
async fn a_limit_takes_any_integer_and_one_that_is_too_large_is_not_sent() {
    let server = Server::scripted([Reply::json(200, "[]")]);
    let clerk = builder(&server).build().unwrap();

    clerk.users().list().limit(50).await.unwrap();
    clerk.users().list().limit([1, 2].len()).offset(7_u8).await.unwrap();
    let error = clerk.users().list().offset(u64::MAX).await.unwrap_err();

    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
    assert!(error.to_string().contains("offset"), "{error}");
    let targets: Vec<_> = server.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets, ["/v1/users?limit=50", "/v1/users?limit=2&offset=7"]);
}

#[tokio::test]
async fn a_hasher_of_passwords_is_a_value_or_a_text() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = builder(&server).build().unwrap();

    clerk.users().create().password_hasher(PasswordHasher::BcryptSha256Django).await.unwrap_err();
    clerk.users().create().password_hasher("brand_new").await.unwrap_err();

    let bodies: Vec<_> = server.seen().iter().map(|seen| seen.text()).collect();
    let expected = ["bcrypt_sha256_django", "brand_new"];
    assert_eq!(bodies, expected.map(|hasher| format!(r#"{{"password_hasher":"{hasher}"}}"#)));
}
