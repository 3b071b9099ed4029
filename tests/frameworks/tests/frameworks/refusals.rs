//! Responses to rejected requests, in each framework.

use std::time::Duration;

use clerk_sdk::frameworks::ClerkLayer;
use clerk_sdk::http::HeaderMap;
use clerk_sdk::reqwest::{Response, StatusCode};
use clerk_sdk::webhooks::Webhook;
use clerk_sdk::{Clerk, RetryPolicy};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::contract::{BILLING, ORIGIN, Running, Setup, World};

const NOT_CONFIGURED: &str = "the service is not configured correctly; the cause is in its log";
const UNAVAILABLE: &str = "the credential cannot be verified at the moment; retry later";

/// Headers by which a service could take a request for another kind of request.
const CONTENT_TYPES: [&str; 9] = [
    "application/grpc",
    "application/grpc+proto",
    "application/grpc;charset=utf-8",
    "application/grpc-web",
    "application/grpc-web-text+proto",
    "application/connect+json",
    "application/json",
    "text/event-stream",
    "multipart/form-data",
];
const HEADERS: [(&str, &str); 18] = [
    ("accept", "application/grpc"),
    ("accept", "text/html"),
    ("accept", ""),
    ("te", "trailers"),
    ("grpc-status", "0"),
    ("grpc-timeout", "1m"),
    ("upgrade", "websocket"),
    ("x-http-method-override", "OPTIONS"),
    ("x-original-uri", "/public"),
    ("x-original-method", "OPTIONS"),
    ("x-forwarded-uri", "/public"),
    ("x-rewrite-url", "/public"),
    ("access-control-request-method", "GET"),
    ("range", "bytes=0-0"),
    ("if-none-match", "*"),
    ("cookie", "__session="),
    ("cookie", "__session=a.b.c"),
    ("authorization", "Basic YTpi"),
];

fn header_sets() -> Vec<Vec<(&'static str, &'static str)>> {
    let content_types = CONTENT_TYPES.map(|value| ("content-type", value));
    let singles = HEADERS.iter().chain(&content_types).map(|header| vec![*header]);
    let pairs = content_types.iter().flat_map(|one| HEADERS.iter().map(|other| vec![*one, *other]));
    singles.chain(pairs).collect()
}

/// A layer without keys: the server does not exist.
fn unreachable_layer() -> ClerkLayer {
    let builder = Clerk::builder("sk_test_x").server_url("http://127.0.0.1:9/v1");
    ClerkLayer::new(&builder.retry(RetryPolicy::none()).build().unwrap())
}

/// Layers that reject every request that needs a caller, with the status of their responses.
pub(crate) fn broken_layers(world: &World) -> [(Option<ClerkLayer>, u16, &'static str); 3] {
    let invalid = ClerkLayer::new(&world.mock.client()).authorized_parties([""; 0]);
    [
        (None, 500, NOT_CONFIGURED),
        (Some(invalid), 500, NOT_CONFIGURED),
        (Some(unreachable_layer()), 503, UNAVAILABLE),
    ]
}

pub(crate) fn token(world: &World) -> String {
    world.ada().organization("acme", "org:admin").permissions([BILLING]).token()
}

/// Declares a test for each of these properties of a framework's service.
macro_rules! properties {
    ($start:ident: $($property:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $property() {
            crate::refusals::$property($start).await;
        })+
    };
}
pub(crate) use properties;

pub(crate) async fn a_rejection_is_never_a_2xx_whatever_the_headers<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    let running = start(world.setup()).await;
    world.url = running.url.clone();
    for headers in header_sets() {
        for path in ["/me", "/billing", "/admin", "/erase"] {
            let request =
                headers.iter().fold(world.get(path), |request, (name, value)| request.header(*name, *value));
            let status = request.send().await.unwrap().status();
            assert_eq!(status, 401, "{path} {headers:?}");
        }
        let request = world.client.post(format!("{}/webhooks", world.url)).body("{}");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        assert_eq!(request.send().await.unwrap().status(), 400, "/webhooks {headers:?}");
    }
    for (layer, expected, _) in broken_layers(&world) {
        let running = start(Setup { layer, webhook: None, guarded: false }).await;
        world.url = running.url.clone();
        for content_type in CONTENT_TYPES {
            for path in ["/me", "/billing", "/admin", "/erase"] {
                let request = world.get(path).bearer_auth(token(&world)).header("content-type", content_type);
                assert_eq!(request.send().await.unwrap().status(), expected, "{path} {content_type}");
            }
            let request =
                world.client.post(format!("{}/webhooks", world.url)).header("content-type", content_type);
            let status = request.body("{}").send().await.unwrap().status();
            // axum's router does not have the route without a `Webhook`.
            assert!(status == 500 || status == StatusCode::NOT_FOUND, "/webhooks {content_type} {status}");
        }
    }
}

/// Everything that a response says, after its check for words of a cause.
async fn long_message(response: Response) -> String {
    let headers = format!("{:?}", response.headers());
    let body = String::from_utf8(response.bytes().await.unwrap().to_vec()).unwrap();
    for cause in [
        "127.0.0.1",
        "could not connect",
        "ClerkLayer",
        "Webhook",
        "jwks",
        "empty",
        "manage",
        "data(",
        "sk_",
        "example",
        "jobs",
        "__session",
        "ins_",
    ] {
        assert!(!body.contains(cause) && !headers.contains(cause), "{cause} in {headers} {body}");
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    body["errors"][0]["long_message"].as_str().unwrap().to_owned()
}

pub(crate) async fn responses_of_500_and_503_do_not_contain_the_cause<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    for (layer, status, message) in broken_layers(&world) {
        let running = start(Setup { layer, webhook: None, guarded: false }).await;
        world.url = running.url.clone();
        for path in ["/me", "/billing", "/admin"] {
            let response = world.get(path).bearer_auth(token(&world)).send().await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(long_message(response).await, message, "{path}");
        }
    }
}

/// The response to a token that does not match the configuration, which the message of its error shows.
pub(crate) async fn responses_of_401_do_not_contain_the_configuration<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    let layer =
        ClerkLayer::from(world.mock.client().authenticator().authorized_parties([ORIGIN]).audience(["jobs"]));
    let running = start(Setup { layer: Some(layer), webhook: None, guarded: false }).await;
    world.url = running.url.clone();
    let elsewhere = world.ada().authorized_party("https://evil.example.com").claim("aud", "jobs").token();
    for (token, message) in [
        (elsewhere, "the token was made for another origin"),
        (world.ada().token(), "the token is for another audience"),
        (world.ada().header("kid", "ins_other").token(), "the key of the token is unknown"),
        ("ak_x".to_owned(), "the kind of the token is not accepted"),
    ] {
        for path in ["/me", "/billing", "/admin"] {
            let response = world.get(path).bearer_auth(&token).send().await.unwrap();
            assert_eq!(response.status(), 401, "{path}");
            assert_eq!(long_message(response).await, message, "{path}");
        }
    }
    let response = world.get("/me").header("cookie", "__session_AAAAAAAA=x").send().await.unwrap();
    assert_eq!(long_message(response).await, "the request has no token");
}

/// The response to a webhook of a service without a `Webhook`, for frameworks where that is found at run time.
pub(crate) async fn a_missing_webhook_is_not_explained_to_callers<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let running = start(Setup { layer: None, webhook: None, guarded: false }).await;
    let client = clerk_sdk::reqwest_builder().build().unwrap();

    let response = client.post(format!("{}/webhooks", running.url)).body("{}").send().await.unwrap();

    assert_eq!(response.status(), 500);
    assert_eq!(long_message(response).await, NOT_CONFIGURED);
}

pub(crate) async fn an_optional_caller_is_an_error_during_an_outage<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    for (layer, status, _) in broken_layers(&world) {
        let running = start(Setup { layer, webhook: None, guarded: false }).await;
        world.url = running.url.clone();
        let response = world.get("/maybe").bearer_auth(token(&world)).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
    let running = start(Setup { layer: Some(unreachable_layer()), webhook: None, guarded: false }).await;
    world.url = running.url.clone();
    let response = world.get("/maybe").send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, "nobody"));
}

/// Guards inside of nested routes compare the whole path with `except`.
pub(crate) async fn nested_guards_compare_the_whole_path<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    let running = start(world.setup()).await;
    world.url = running.url.clone();
    for open in ["/nested/open", "/nested/deeper/open"] {
        assert_eq!(world.get(open).send().await.unwrap().status(), 200, "{open}");
    }
    for shut in ["/nested/shut", "/nested/deeper/shut"] {
        assert_eq!(world.get(shut).send().await.unwrap().status(), 401, "{shut}");
        assert_eq!(world.text(shut, &token(&world)).await, "nested", "{shut}");
    }
}

/// A guard with `or_else` rejects with the application's response, whose status cannot be a success.
pub(crate) async fn guards_reject_in_the_format_of_the_application<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    let running = start(world.setup()).await;
    world.url = running.url.clone();
    for path in ["/own", "/own-success"] {
        let response = world.get(path).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(response.headers()["www-authenticate"], "Bearer", "{path}");
        assert_eq!(response.headers().contains_key("x-own"), path == "/own");
        assert_eq!(response.text().await.unwrap(), "own session-token-missing", "{path}");
        assert_eq!(world.text(path, &token(&world)).await, "own", "{path}");
    }
    for (layer, status, _) in broken_layers(&world) {
        let running = start(Setup { layer, webhook: None, guarded: false }).await;
        world.url = running.url.clone();
        for path in ["/own", "/own-success"] {
            let response = world.get(path).bearer_auth(token(&world)).send().await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            assert!(response.text().await.unwrap().starts_with("own "), "{path}");
        }
    }
}

/// A layer with a guard inside rejects what has no route, too, and leaves the paths open that the guard excepts.
pub(crate) async fn a_guarded_layer_rejects_requests_that_are_signed_out<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    let running = start(Setup { guarded: true, ..world.setup() }).await;
    world.url = running.url.clone();
    for (open, text) in [("/public", "hello"), ("/maybe", "nobody")] {
        let response = world.get(open).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, text));
    }
    for shut in ["/state", "/nested/open", "/me", "/no-route"] {
        assert_eq!(world.get(shut).send().await.unwrap().status(), 401, "{shut}");
    }
    let token = token(&world);
    assert_eq!(world.text("/state", &token).await, "signed in");
    assert_eq!(world.text("/maybe", &token).await, world.text("/me", &token).await);
    for (layer, status, _) in broken_layers(&world).into_iter().skip(1) {
        let running = start(Setup { layer, webhook: None, guarded: true }).await;
        world.url = running.url.clone();
        let response = world.get("/state").bearer_auth(&token).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
}

/// Sends the head of a webhook and a part of its body, and goes on with a byte of it from time to time.
async fn trickle(url: &str, headers: &HeaderMap) -> String {
    let mut head = "POST /webhooks HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5000\r\n".to_owned();
    for (name, value) in headers {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    // Rocket waits for the first bytes of each body.
    head += &format!("\r\n{}", " ".repeat(64));
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let writing = tokio::spawn(async move {
        writer.write_all(head.as_bytes()).await.unwrap();
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut response = Vec::new();
    let reading = async {
        while !response.ends_with(b"}]}") && reader.read_buf(&mut response).await.is_ok_and(|read| read > 0) {
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(5), reading).await;
    writing.abort();
    in_time.expect("no response while the body is sent slowly");
    String::from_utf8(response).unwrap()
}

pub(crate) async fn webhook_headers_are_verified_before_the_body_is_read<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let world = World::new().await;
    let running = start(world.setup()).await;
    let webhook = Webhook::new(world.mock.webhook_secret()).unwrap();
    let good = webhook.sign("msg_1", "{}").unwrap();
    let mut unsigned = good.clone();
    unsigned.remove("svix-signature");
    let mut twice = good.clone();
    twice.append("svix-id", "msg_2".parse().unwrap());
    let at = |seconds: i64| {
        let mut headers = good.clone();
        let now: i64 = good["svix-timestamp"].to_str().unwrap().parse().unwrap();
        headers.insert("svix-timestamp", (now + seconds).to_string().parse().unwrap());
        headers
    };
    for (headers, code) in [
        (HeaderMap::new(), "missing-header"),
        (unsigned, "missing-header"),
        (twice, "invalid-header"),
        (at(-400), "timestamp-too-old"),
        (at(400), "timestamp-too-new"),
    ] {
        let response = trickle(&running.url, &headers).await;
        assert!(response.starts_with("HTTP/1.1 400 ") && response.contains(code), "{code}: {response}");
    }
}

/// A byte comes every 20 milliseconds, so a limit between two bytes would never end it.
pub(crate) async fn the_body_of_a_webhook_has_a_time_limit<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let world = World::new().await;
    let webhook = Webhook::new(world.mock.webhook_secret()).unwrap();
    let headers = webhook.sign("msg_1", "{}").unwrap();
    let webhook = Some(webhook.body_timeout(Duration::from_millis(300)));
    let running = start(Setup { webhook, ..world.setup() }).await;

    let response = trickle(&running.url, &headers).await;

    assert!(response.starts_with("HTTP/1.1 408 ") && response.contains("body-timeout"), "{response}");
}
