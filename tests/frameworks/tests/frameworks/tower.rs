//! Services of tower that are no framework's: bodies and answers of any type.

use std::convert::Infallible;

use bytes::Bytes;
use clerk_sdk::auth::{Auth, Caller, Feature, MachineAuth, Permission, RequestState, Role, TokenType};
use clerk_sdk::frameworks::{ClerkLayer, require, require_auth};
use clerk_sdk::http::{Request, Response, StatusCode};
use clerk_sdk::mock::MockClerk;
use http_body_util::{BodyExt, Empty, Full};
use tower::{Layer, Service, ServiceExt as _, service_fn};

/// A service that says who is calling, from what the layer left.
async fn who(request: Request<Empty<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let extensions = request.extensions();
    let user = extensions.get::<Auth>().map(|auth| auth.user_id().to_owned());
    let state = extensions.get::<RequestState>().is_some_and(RequestState::is_signed_in);
    assert_eq!(user.is_some(), state);
    Ok(Response::new(Full::from(user.unwrap_or("nobody".to_owned()))))
}

fn get(path: &str, token: Option<&str>) -> Request<Empty<Bytes>> {
    let mut request = Request::get(format!("http://app.example.com{path}"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Empty::new()).unwrap()
}

async fn ask<S, B>(service: S, request: Request<Empty<Bytes>>) -> (StatusCode, String)
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: BodyExt<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    let answer = service.oneshot(request).await.unwrap_or_else(|never| match never {});
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn services_find_the_caller_in_the_extensions() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let service = ClerkLayer::new(&mock.client()).layer(service_fn(who));
    let token = mock.sign_in(&ada).token();

    assert_eq!(ask(service.clone(), get("/", Some(&token))).await, (StatusCode::OK, ada.id));
    assert_eq!(ask(service, get("/", None)).await, (StatusCode::OK, "nobody".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_extensions_have_the_caller_and_its_type() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let key = mock.client().api_keys().create("a program", &ada.id).await.unwrap().secret;
    let types = async |request: Request<Empty<Bytes>>| {
        let extensions = request.extensions();
        let (caller, auth) = (extensions.get::<Caller>().is_some(), extensions.get::<Auth>().is_some());
        let text = format!("{caller} {auth} {}", extensions.get::<MachineAuth>().is_some());
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(text)))
    };
    let layer = ClerkLayer::new(&mock.client()).accepts([TokenType::Session, TokenType::ApiKey]);
    let service = layer.clone().layer(layer.accepts([TokenType::Session]).layer(service_fn(types)));
    let open = ClerkLayer::new(&mock.client()).accepts([TokenType::Session, TokenType::ApiKey]);
    let open = open.layer(service_fn(types));

    let token = mock.sign_in(&ada).token();
    assert_eq!(ask(open.clone(), get("/", Some(&token))).await.1, "true true false");
    assert_eq!(ask(open.clone(), get("/", Some(&key))).await.1, "true false true");
    assert_eq!(ask(open, get("/", None)).await.1, "false false false");
    assert_eq!(ask(service, get("/", Some(&key))).await.1, "false false false", "the inner layer decides");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inner_layer_has_the_last_word() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let token = mock.sign_in(&ada).authorized_party("https://app.example.com").token();
    let open = ClerkLayer::new(&mock.client());
    let strict = open.clone().authorized_parties(["https://admin.example.com"]);
    let broken = open.clone().accepts([]);

    let inside = open.layer(strict.layer(service_fn(who)));
    let guarded = open.layer(broken.layer(require_auth().layer(service_fn(who))));

    assert_eq!(ask(inside, get("/", Some(&token))).await.1, "nobody");
    assert_eq!(ask(guarded, get("/", Some(&token))).await.0, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_can_leave_paths_open_and_all_others_stay_shut() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let token = mock.sign_in(&ada).token();
    let guard = require_auth().except(["/", "/health"]);
    let service = ClerkLayer::new(&mock.client()).layer(guard.layer(service_fn(who)));
    let status = async |path, token| ask(service.clone(), get(path, token)).await.0;

    for open in ["/", "/health", "/?next=/admin"] {
        assert_eq!(status(open, None).await, 200, "{open}");
    }
    for shut in ["/admin", "//", "/health/", "/Health", "/%68ealth", "/health/../admin", "/healthy"] {
        assert_eq!(status(shut, None).await, 401, "{shut}");
        assert_eq!(status(shut, Some(&token)).await, 200, "{shut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_guards_around_a_service_must_be_passed() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let guarded = require(Role("org:admin")).layer(require(Feature("export")).layer(service_fn(who)));
    let service = ClerkLayer::new(&mock.client()).layer(guarded);
    let admin = || mock.sign_in(&ada).organization("acme", "org:admin");
    let status = async |token: String| ask(service.clone(), get("/", Some(&token))).await.0;

    assert_eq!(status(admin().features(["o:export"]).token()).await, 200);
    assert_eq!(status(admin().token()).await, 403);
    assert_eq!(status(mock.sign_in(&ada).features(["u:export"]).token()).await, 403);
}

#[tokio::test]
async fn a_guard_without_a_layer_rejects_and_does_not_say_why() {
    let service = require(Permission("org:billing:manage")).layer(service_fn(who));

    let (status, body) = ask(service, get("/", None)).await;

    assert_eq!(status, 500);
    assert!(body.contains("clerk-not-configured") && !body.contains("ClerkLayer"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_is_missing() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let guard = require(Permission("org:billing:manage"));
    let service = ClerkLayer::new(&mock.client()).layer(guard.layer(service_fn(who)));

    let (status, body) = ask(service, get("/", Some(&mock.sign_in(&ada).token()))).await;

    assert_eq!(status, 403);
    assert!(body.contains("the permission org:billing:manage"), "{body}");
}
