//! HTTP clients that a program brings, wraps or configures.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use clerk_sdk::http::{HeaderValue, Method};
use clerk_sdk::{
    Body, Clerk, ErrorKind, HttpClient, HttpError, HttpErrorKind, HttpFuture, HttpRequest, HttpResponse,
    RetryPolicy, reqwest_builder,
};
use clerk_tests::server::{Reply, Server, nobody};
use serde_json::{Value, json};

#[tokio::test]
async fn pointers_to_clients_are_clients() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let client: Arc<dyn HttpClient> = Arc::new(reqwest_builder().build().unwrap());
    let clerk = Clerk::builder("sk").server_url(server.url()).http_client(client.clone()).build().unwrap();
    let boxed: Box<dyn HttpClient> = Box::new(client);
    let other = Clerk::builder("sk").server_url(server.url()).http_client(boxed).build().unwrap();

    let _: Value = clerk.request(Method::GET, "/x").await.unwrap();
    let _: Value = other.request(Method::GET, "/x").await.unwrap();

    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_client_of_reqwest_middleware_works() {
    let server = Server::scripted([Reply::json(200, r#"{"a":1}"#), Reply::json(404, "{}")]);
    let client = reqwest_middleware::ClientBuilder::new(reqwest_builder().build().unwrap()).build();
    let clerk = Clerk::builder("sk_test_x").server_url(server.url()).http_client(client).build().unwrap();

    let value: Value = clerk.request(Method::GET, "/x").await.unwrap();
    let error = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();

    assert_eq!(value, json!({"a": 1}));
    assert!(error.is_not_found());
}

#[tokio::test]
async fn a_client_that_follows_redirects_is_found_out() {
    let server = Server::answering(|request| match request.target.as_str() {
        "/v1/x" => Reply::json(302, "").header("location", "/elsewhere"),
        _ => Reply::json(200, "{}"),
    });
    let client = reqwest_builder().redirect(reqwest::redirect::Policy::limited(3)).build().unwrap();
    let clerk = Clerk::builder("sk_test_x").server_url(server.url()).http_client(client).build().unwrap();

    let error = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();

    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
    assert!(error.to_string().contains("followed a redirect"), "{error}");
}

#[tokio::test]
async fn the_own_client_can_be_configured_but_follows_no_redirect() {
    let proxy = Server::scripted([Reply::json(302, "").header("location", "/elsewhere")]);
    let mut headers = clerk_sdk::http::HeaderMap::new();
    headers.insert("x-default", HeaderValue::from_static("yes"));
    let address = proxy.url();
    let clerk = Clerk::builder("sk_test_x")
        .server_url(nobody())
        .configure_reqwest(move |b| {
            b.proxy(reqwest::Proxy::all(address).unwrap())
                .default_headers(headers)
                .redirect(reqwest::redirect::Policy::limited(3))
        })
        .build()
        .unwrap();

    let error = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();

    assert_eq!(error.status().unwrap().as_u16(), 302);
    let seen = proxy.only();
    assert!(seen.target.starts_with("http://127.0.0.1:"), "{}", seen.target);
    assert_eq!(seen.header("x-default"), Some("yes"));
}

/// Runs itself again, since proxies of the environment are read when a client is built.
#[test]
fn what_stays_on_this_machine_passes_no_proxy_of_the_environment() {
    const NAME: &str = "what_stays_on_this_machine_passes_no_proxy_of_the_environment";
    if std::env::var_os("CLERK_TESTS_BEHIND_A_PROXY").is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(calls_behind_a_proxy());
    }
    let proxy = Server::scripted([Reply::json(200, r#""from the proxy""#)]);
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args([NAME, "--exact", "--nocapture"]).env("CLERK_TESTS_BEHIND_A_PROXY", "1");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, proxy.url());
    }
    let status = again.env_remove("NO_PROXY").env_remove("no_proxy").status().unwrap();

    assert!(status.success());
    assert_eq!(proxy.only().target, "http://api.example.com/v1/x", "the rest goes through the proxy");
}

async fn calls_behind_a_proxy() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let named = server.url().replace("127.0.0.1", "localhost");
    let local = Clerk::builder("sk_test_x").server_url(server.url()).build().unwrap();
    let remote = Clerk::builder("sk_test_x").server_url("https://api.example.com/v1").build().unwrap();
    let plain = Clerk::builder("sk_test_x").server_url("http://api.example.com/v1").allow_insecure_http(true);

    for call in [
        local.request::<Value>(Method::GET, "/x"),
        remote.request::<Value>(Method::GET, "/x").with_server_url(server.url()),
        remote.request::<Value>(Method::GET, "/x").with_server_url(named),
    ] {
        assert_eq!(call.await.unwrap(), 1);
    }
    let outside: Value = plain.build().unwrap().request(Method::GET, "/x").await.unwrap();

    assert_eq!(outside, "from the proxy");
    assert_eq!(server.seen().len(), 3);
}

/// A client whose HTTP client can be built once, and which finds `api.example.com` at `address`.
fn built_once(builder: clerk_sdk::ClerkBuilder, address: std::net::SocketAddr) -> Clerk {
    let built = Arc::new(AtomicU32::new(0));
    let configure = move |builder: reqwest::ClientBuilder| match built.fetch_add(1, Ordering::Relaxed) {
        0 => builder.resolve("api.example.com", address),
        _ => builder.user_agent("\n"),
    };
    builder.retry(RetryPolicy::none()).configure_reqwest(configure).build().unwrap()
}

#[tokio::test]
async fn an_http_client_that_cannot_be_built_has_no_fallback() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let elsewhere = server.url().replace("127.0.0.1", "api.example.com");
    let local = Clerk::builder("sk_test_x").server_url(server.url()).allow_insecure_http(true);
    let remote = Clerk::builder("sk_test_x").server_url("https://api.example.com/v1");

    // The client for the other kind of server would reach it too.
    for (builder, url) in [(local, elsewhere), (remote, server.url())] {
        let clerk = built_once(builder, server.address());

        let error = clerk.request::<Value>(Method::GET, "/x").with_server_url(url).await.unwrap_err();

        assert_eq!((error.kind(), error.maybe_sent()), (ErrorKind::Config, false), "{error}");
        assert!(error.to_string().contains("the HTTP client cannot be built"), "{error}");
    }
    assert!(server.seen().is_empty());
}

/// Says of each name that it does not exist.
struct NoNames(Arc<AtomicU32>);

impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Err("no such name".into()) })
    }
}

#[tokio::test]
async fn localhost_is_this_machine_whatever_names_resolve_to() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let asked = Arc::new(AtomicU32::new(0));
    let names = Arc::new(NoNames(asked.clone()));
    let clerk = Clerk::builder("sk_test_x")
        .server_url(server.url().replace("127.0.0.1", "LocalHost"))
        .retry(RetryPolicy::none())
        .configure_reqwest(move |builder| builder.dns_resolver(names))
        .build()
        .unwrap();

    let value: Value = clerk.request(Method::GET, "/x").await.unwrap();

    assert_eq!((value, asked.load(Ordering::Relaxed)), (json!(1), 0));
}

/// Fails a number of times, then answers.
struct Failing {
    failures: AtomicU32,
    not_sent: bool,
}

impl HttpClient for Failing {
    fn send(&self, _: HttpRequest) -> HttpFuture<'_> {
        let fail =
            self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok();
        let not_sent = self.not_sent;
        Box::pin(async move {
            if fail {
                let error = HttpError::new(HttpErrorKind::Other, "the circuit is open");
                return Err(if not_sent { error.with_request_not_sent() } else { error });
            }
            Ok(HttpResponse::new(Body::from("{}".to_owned())))
        })
    }
}

#[tokio::test]
async fn a_client_that_does_not_say_so_may_have_sent_the_request() {
    for (not_sent, attempts) in [(false, 1), (true, 3)] {
        let client = Failing { failures: AtomicU32::new(2), not_sent };
        let quick = RetryPolicy::exponential().initial(Duration::from_millis(1));
        let clerk = Clerk::builder("sk_test_x").http_client(client).retry(quick).build().unwrap();

        let result = clerk.request::<Value>(Method::POST, "/x").with_response().await;

        match result {
            Ok(response) => assert_eq!((not_sent, response.attempts()), (true, attempts)),
            Err(error) => {
                assert_eq!((not_sent, error.attempts()), (false, attempts));
                assert!(error.maybe_sent());
                assert!(error.to_string().contains("the circuit is open"), "{error}");
            }
        }
    }
}
