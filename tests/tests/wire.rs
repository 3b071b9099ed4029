//! What leaves the machine for a call.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, ErrorKind, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use serde_json::{Value, json};

fn client(server: &Server) -> Clerk {
    Clerk::builder("sk_test_wire").server_url(server.url()).retry(RetryPolicy::none()).build().unwrap()
}

#[tokio::test]
async fn every_call_says_who_it_is_and_which_version_it_speaks() {
    let server = Server::scripted([Reply::json(200, r#"{"id":"user_1"}"#)]);

    let value: Value = client(&server).request(Method::GET, "/users/user_1").await.unwrap();

    assert_eq!(value, json!({"id": "user_1"}));
    let seen = server.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("GET", "/v1/users/user_1"));
    assert_eq!(seen.header("authorization"), Some("Bearer sk_test_wire"));
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("clerk-api-version"), Some(clerk_sdk::API_VERSION));
    assert_eq!(seen.header("x-clerk-sdk"), Some("rust/0.1.0"));
    assert_eq!(seen.header("user-agent"), Some("clerk-sdk-rust/0.1.0 (+api 2026-05-12)"));
    assert_eq!(seen.header("content-type"), None);
    assert_eq!(seen.header("content-length"), None);
}

#[tokio::test]
async fn the_query_is_sent_in_order_repeated_and_encoded() {
    let server = Server::scripted([Reply::json(200, "[]")]);

    let _: Value = client(&server)
        .request(Method::GET, "/users")
        .query("email_address", "ada+1@example.com")
        .query("email_address", "b&c=d é")
        .query("limit", 10)
        .query("banned", false)
        .query("empty", "")
        .await
        .unwrap();

    let expected = "/v1/users?email_address=ada%2B1%40example.com&email_address=b%26c%3Dd%20%C3%A9\
                    &limit=10&banned=false&empty=";
    assert_eq!(server.only().target, expected);
}

#[tokio::test]
async fn a_json_body_is_sent_as_it_was_given() {
    let server = Server::scripted([Reply::json(200, "{}")]);

    let _: Value = client(&server)
        .request(Method::PATCH, "/users/user_1")
        .json(json!({"first_name": null, "public_metadata": {"plan": null}, "n": i64::MAX}))
        .await
        .unwrap();

    let seen = server.only();
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body, json!({"first_name": null, "public_metadata": {"plan": null}, "n": i64::MAX}));
}

#[tokio::test]
async fn a_path_that_means_another_path_never_leaves() {
    let server = Server::scripted([Reply::json(200, "{}")]);

    for path in ["/users/..", "/users/%2e%2E/organizations", "/users//ban", "users", "/users/?limit=1"] {
        let error = client(&server).request::<Value>(Method::DELETE, path).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0), "{path}: {error}");
        assert!(!error.maybe_sent());
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_value_in_a_path_is_one_segment_whatever_it_contains() {
    let server = Server::scripted([Reply::json(200, "{}")]);

    for (value, segment) in [
        ("user_1", "user_1"),
        ("../organizations/org_1", "..%2Forganizations%2Forg_1"),
        ("..\\users", "..%5Cusers"),
        ("%2e%2e", "%252e%252e"),
        ("a?b#c é{other}", "a%3Fb%23c%20%C3%A9%7Bother%7D"),
        ("\r\nhost: evil", "%0D%0Ahost%3A%20evil"),
    ] {
        let request = client(&server).request::<Value>(Method::GET, "/users/{user_id}/x/{other}");
        request.path_param("user_id", value).path_param("other", 7).await.unwrap();
        assert_eq!(server.seen().last().unwrap().target, format!("/v1/users/{segment}/x/7"));
    }
}

#[tokio::test]
async fn a_path_without_its_values_never_leaves() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let request = || client(&server).request::<Value>(Method::DELETE, "/users/{user_id}");

    for (request, reason) in [
        (request(), "`user_id` is missing"),
        (request().path_param("user_id", ""), "`user_id` is empty"),
        (request().path_param("user_id", "."), "`user_id` is a dot segment"),
        (request().path_param("user_id", "a").path_param("user_id", ".."), "`user_id` is a dot segment"),
        (request().path_param("user_id", "a").path_param("userid", "b"), "no parameter `userid`"),
        (request().path_param("user", "a"), "no parameter `user`"),
    ] {
        let error = request.await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn options_of_a_call_count_for_it_alone() {
    let (one, other) = (Server::scripted([Reply::json(200, "1")]), Server::scripted([Reply::json(200, "2")]));
    let clerk = client(&one);

    let special: u32 = clerk
        .request(Method::GET, "/x")
        .with_server_url(format!("{}///", other.url()))
        .with_secret_key("ak_machine")
        .with_header("x-a", "b")
        .with_header("accept", "text/plain")
        .await
        .unwrap();
    let plain: u32 = clerk.request(Method::GET, "/x").await.unwrap();

    assert_eq!((special, plain), (2, 1));
    let seen = other.only();
    assert_eq!(seen.target, "/v1/x");
    assert_eq!(seen.header("authorization"), Some("Bearer ak_machine"));
    assert_eq!((seen.header("x-a"), seen.header("accept")), (Some("b"), Some("text/plain")));
    let seen = one.only();
    assert_eq!((seen.header("authorization"), seen.header("x-a")), (Some("Bearer sk_test_wire"), None));
}

#[tokio::test]
async fn keys_that_cannot_be_keys_are_refused_before_anything_is_sent() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    for key in ["", "sk test", "sk_test\n", "pk_test_abc"] {
        let error = Clerk::new(key).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let error =
            client(&server).request::<Value>(Method::GET, "/x").with_secret_key(key).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    }
    assert!(Clerk::new("pk_test_abc").unwrap_err().to_string().contains("publishable key"));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn headers_and_servers_that_cannot_be_used_are_refused() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = client(&server);

    for (name, value) in
        [("x-a", "b\r\nx-c: d"), ("x-a", "b\nx-c: d"), ("x-a", "b\0"), ("x-a: b\r\nx-c", "d"), ("", "d")]
    {
        let error = clerk.request::<Value>(Method::GET, "/x").with_header(name, value).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name:?}: {value:?}");
        assert!(!format!("{error} {error:?}").contains("x-c"), "{error}");
    }
    let url = clerk.request::<Value>(Method::GET, "/x").with_server_url("http://clerk.example.com/v1").await;
    let agent = Clerk::builder("sk").server_url(server.url()).user_agent_suffix("a\r\nx-c: d").build();

    assert_eq!(agent.unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(url.unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(
        Clerk::builder("sk").server_url("http://clerk.example.com").build().unwrap_err().kind(),
        ErrorKind::Config
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_host_that_may_be_another_machine_gets_no_key_over_plain_http() {
    let clerk = Clerk::new("sk_test_wire").unwrap();
    for host in [
        "evil.localhost",
        "a.b.LOCALHOST",
        "localhost.",
        "localhost.example.com",
        "localhost.localdomain",
        "[::ffff:127.0.0.1]",
        "[::]",
        "0.0.0.0",
        "0",
        "128.0.0.1",
        "127.0.0.1.example.com",
    ] {
        let url = format!("http://{host}/v1");

        let built = Clerk::builder("sk_test_wire").server_url(&url).build().unwrap_err();
        let sent = clerk.request::<Value>(Method::GET, "/x").with_server_url(&url).await.unwrap_err();

        assert_eq!((built.kind(), sent.kind()), (ErrorKind::Config, ErrorKind::Config), "{host}");
        assert!(sent.to_string().contains("plain http"), "{sent}");
    }
}

#[tokio::test]
async fn every_spelling_of_a_loopback_address_reaches_this_machine() {
    let server = Server::answering(|_| Reply::json(200, "{}"));
    for host in ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "0177.1", "127.0.0.1.", "LOCALHOST"] {
        let url = server.url().replace("127.0.0.1", host);
        let clerk = Clerk::builder("sk_test_wire").server_url(&url).retry(RetryPolicy::none());

        let value: Value = clerk.build().unwrap().request(Method::GET, "/x").await.unwrap();

        assert_eq!(value, json!({}), "{host}");
    }
}

#[tokio::test]
async fn the_server_of_a_request_is_shown_by_its_origin_and_checked_when_it_is_set() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = client(&server);
    for url in [
        "https://SECRET-user:SECRET-password@proxy.example.com/v1",
        "https://proxy.example.com/v1?token=SECRET-token",
        "https://proxy.example.com/v1#SECRET-fragment",
        "SECRET-scheme:SECRET-password@proxy.example.com",
        "http://SECRET.proxy.example.com",
        "SECRET",
    ] {
        let typed = clerk.users().get("user_1").with_server_url(url);
        let raw = clerk.request::<Value>(Method::GET, "/x").with_server_url(url);
        let shown = format!("{typed:?} {raw:?}");

        for error in [typed.await.unwrap_err(), raw.await.unwrap_err()] {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 0), "{error}");
            assert!(error.to_string().contains("`with_server_url`"), "{error}");
            let all = format!("{shown} {error} {error:?}").to_lowercase();
            assert!(!all.contains("secret-") && !all.contains("secret."), "{all}");
        }
    }
    let good = clerk.users().get("user_1").with_server_url("https://Proxy.example.com:8443/SECRET-path/v1");
    let shown = format!("{good:?}");

    assert!(shown.contains("\"https://proxy.example.com:8443\"") && !shown.contains("SECRET"), "{shown}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_hook_that_changes_the_origin_of_a_request_sends_nothing() {
    let (server, other) =
        (Server::scripted([Reply::json(200, "{}")]), Server::scripted([Reply::json(200, "{}")]));
    let port = server.address().port();
    for target in [
        format!("{}/x", other.url()),
        format!("https://127.0.0.1:{port}/v1/x"),
        format!("http://localhost:{port}/v1/x"),
        format!("http://127.0.0.1.:{port}/v1/x"),
        format!("http://user@127.0.0.1:{port}/v1/x"),
        "http://127.0.0.1/v1/x".to_owned(),
        "/v1/x".to_owned(),
        format!("127.0.0.1:{port}"),
    ] {
        let uri: clerk_sdk::http::Uri = target.parse().unwrap();
        let clerk = Clerk::builder("sk_test_wire")
            .server_url(server.url())
            .before_request(|_, request| {
                request.headers_mut().insert("x-first", clerk_sdk::http::HeaderValue::from_static("1"));
            })
            .before_request(move |_, request| *request.uri_mut() = uri.clone())
            .build()
            .unwrap();

        let error = clerk.request::<Value>(Method::POST, "/x").await.unwrap_err();

        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0), "{target}: {error}");
        assert!(error.to_string().contains("`before_request`"), "{error}");
        assert!(!error.maybe_sent());
    }
    assert!(server.seen().is_empty() && other.seen().is_empty());
}

#[tokio::test]
async fn a_hook_may_change_the_path_the_query_and_the_host_header() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let clerk = Clerk::builder("sk_test_wire")
        .server_url(server.url())
        .before_request(|_, request| {
            let changed = request.uri().to_string().replace("/v1/x", "/v2/y?z=1");
            *request.uri_mut() = changed.parse().unwrap();
            let host = clerk_sdk::http::HeaderValue::from_static("inner.example.com");
            request.headers_mut().insert("host", host);
        })
        .build()
        .unwrap();

    let _: Value = clerk.request(Method::GET, "/x").await.unwrap();

    let seen = server.only();
    assert_eq!((seen.target.as_str(), seen.header("host")), ("/v2/y?z=1", Some("inner.example.com")));
}

#[tokio::test]
async fn a_key_provider_is_asked_for_each_call() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let count = Arc::new(AtomicU32::new(0));
    let clerk = Clerk::builder_with_key_provider(move || {
        let number = count.fetch_add(1, Ordering::Relaxed);
        async move { if number < 2 { Ok(format!("sk_test_{number}")) } else { Err("the vault is sealed") } }
    })
    .server_url(server.url())
    .build()
    .unwrap();

    for _ in 0..2 {
        let _: Value = clerk.request(Method::GET, "/x").await.unwrap();
    }
    let error = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();

    let keys: Vec<_> =
        server.seen().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(keys, ["Bearer sk_test_0", "Bearer sk_test_1"]);
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let target = Server::scripted([Reply::json(200, "{}")]);
    let server =
        Server::scripted([Reply::json(307, "").header("location", &format!("{}/stolen", target.url()))]);

    let error = client(&server)
        .request::<Value>(Method::POST, "/x")
        .json(json!({"password": "p"}))
        .await
        .unwrap_err();

    assert_eq!(error.api().unwrap().status().as_u16(), 307);
    assert_eq!(error.api().unwrap().headers()["location"], format!("{}/stolen", target.url()));
    assert!(target.seen().is_empty());
}

#[tokio::test]
async fn the_whole_answer_is_there_for_who_asks() {
    let server = Server::scripted([Reply::json(201, r#"{"a":1}"#).header("x-request-id", "r1")]);

    let response = client(&server).request::<Value>(Method::GET, "/x").with_response().await.unwrap();

    assert_eq!((response.status().as_u16(), response.attempts()), (201, 1));
    assert_eq!(response.headers()["x-request-id"], "r1");
    assert_eq!(response.into_inner(), json!({"a": 1}));
}

#[tokio::test]
async fn an_answer_without_a_body_is_nothing() {
    let server = Server::scripted([Reply::text(204, "")]);

    client(&server).request::<()>(Method::DELETE, "/x").await.unwrap();
}
