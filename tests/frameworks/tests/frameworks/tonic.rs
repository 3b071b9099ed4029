//! A service of tonic behind the layer, called by a client of tonic: bodies that are no JSON, and errors with codes of
//! gRPC.

use std::convert::Infallible;

use bytes::{Buf, BufMut, Bytes};
use clerk_sdk::auth::{Auth, Role};
use clerk_sdk::frameworks::{ClerkLayer, Require, require, require_auth};
use clerk_sdk::http;
use clerk_sdk::mock::MockClerk;
use http_body_util::BodyExt;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Request, Response, Status};
use tower::{Layer, ServiceExt as _, service_fn};

/// Messages that are texts, so that no code has to be generated.
#[derive(Clone, Copy, Default)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        String::from_utf8(bytes.to_vec()).map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}

/// What tonic makes of a method that greets whoever calls.
async fn greet(request: http::Request<Body>) -> Result<http::Response<Body>, Infallible> {
    let method = service_fn(async |request: Request<String>| {
        let user = request.extensions().get::<Auth>().map_or("nobody", Auth::user_id);
        Ok(Response::new(format!("{} {user}", request.get_ref())))
    });
    Ok(tonic::server::Grpc::new(Text).unary(method, request).await)
}

/// What a client gets that greets with a token.
async fn call<S, B>(service: S, token: Option<&str>) -> Result<String, Status>
where
    S: GrpcService<Body, ResponseBody = B>,
    B: BodyExt<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut client = tonic::client::Grpc::new(service);
    client.ready().await.map_err(|_| Status::internal("not ready"))?;
    let mut request = Request::new("hello".to_owned());
    if let Some(token) = token {
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    let path = http::uri::PathAndQuery::from_static("/greeter/greet");
    client.unary(request, path, Text).await.map(Response::into_inner)
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_of_grpc_know_who_is_calling() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let layer = ClerkLayer::new(&mock.client());
    let token = mock.sign_in(&ada).token();

    let open = layer.layer(service_fn(greet));
    let guarded = layer.layer(require_auth().layer(service_fn(greet)));

    assert_eq!(call(open.clone(), Some(&token)).await.unwrap(), format!("hello {}", ada.id));
    assert_eq!(call(open, None).await.unwrap(), "hello nobody");
    assert_eq!(call(guarded, Some(&token)).await.unwrap(), format!("hello {}", ada.id));
}

/// The status and the content type of a response to a gRPC request that bears a token.
async fn over_http<S, B>(service: S, token: Option<&str>) -> (u16, String)
where
    S: tower::Service<http::Request<Body>, Response = http::Response<B>, Error = Infallible>,
{
    let mut request = http::Request::post("/greeter/greet").header("content-type", "application/grpc");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = service.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), content_type)
}

/// Checks what clients of gRPC see of guards, and the HTTP statuses of these responses.
async fn clients_are_told_why(
    option: fn(Require) -> Require,
    http_status: impl Fn(u16) -> u16,
    content_type: &str,
) {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let member = mock.sign_in(&ada).organization("acme", "org:member").token();
    let away = clerk_sdk::Clerk::builder("sk_test_x").server_url("http://127.0.0.1:9/v1");
    let away = ClerkLayer::new(&away.retry(clerk_sdk::RetryPolicy::none()).build().unwrap());
    let guarded = |guard: Require| option(guard).layer(service_fn(greet));
    let service = |guard| ClerkLayer::new(&mock.client()).layer(guarded(guard));

    for (refused, status, code, message) in [
        (call(service(require_auth()), None).await, 401, Code::Unauthenticated, "no token"),
        (call(service(require_auth()), Some("a.b.c")).await, 401, Code::Unauthenticated, "token"),
        (
            call(service(require(Role("org:admin"))), Some(&member)).await,
            403,
            Code::PermissionDenied,
            "the role org:admin",
        ),
        (
            call(away.layer(guarded(require_auth())), Some(&member)).await,
            503,
            Code::Unavailable,
            "retry later",
        ),
        (call(guarded(require_auth()), Some(&member)).await, 500, Code::Internal, "not configured correctly"),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.code(), code, "{status} {refused}");
        assert!(refused.message().contains(message), "{status} {refused}");
    }
    let forged = call(service(require_auth()), Some("a.b.c")).await.unwrap_err();
    let challenge = "Bearer error=\"invalid_token\", error_description=\"token-invalid\"";
    assert_eq!(forged.metadata().get("www-authenticate").unwrap(), challenge);

    let seen = |status| (http_status(status), content_type.to_owned());
    assert_eq!(over_http(service(require_auth()), None).await, seen(401));
    assert_eq!(over_http(service(require(Role("org:admin"))), Some(&member)).await, seen(403));
    assert_eq!(over_http(away.layer(guarded(require_auth())), Some(&member)).await, seen(503));
    assert_eq!(over_http(guarded(require_auth()), None).await, seen(500));
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_grpc_are_told_why_with_the_http_status_of_all_others() {
    clients_are_told_why(|guard| guard, |status| status, "application/json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trailers_only_responses_with_status_200_are_an_option_of_a_guard() {
    clients_are_told_why(Require::grpc_trailers_only, |_| 200, "application/grpc").await;
}

#[tokio::test]
async fn a_guard_with_trailers_only_responses_rejects_other_requests_by_status() {
    let service = require_auth().grpc_trailers_only().layer(service_fn(greet));

    let request = http::Request::get("/greeter/greet").body(Body::empty()).unwrap();

    assert_eq!(service.oneshot(request).await.unwrap().status(), 500);
}
