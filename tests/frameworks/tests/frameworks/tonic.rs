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
use tower::{Layer, service_fn};

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

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_grpc_are_told_why_they_are_refused() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let member = mock.sign_in(&ada).organization("acme", "org:member").token();
    let service = |guard: Require| ClerkLayer::new(&mock.client()).layer(guard.layer(service_fn(greet)));

    let nobody = call(service(require_auth()), None).await.unwrap_err();
    let forged = call(service(require_auth()), Some("a.b.c")).await.unwrap_err();
    let forbidden = call(service(require(Role("org:admin"))), Some(&member)).await.unwrap_err();
    let no_layer = call(require_auth().layer(service_fn(greet)), Some(&member)).await.unwrap_err();

    assert_eq!(nobody.code(), Code::Unauthenticated, "{nobody}");
    assert!(nobody.message().contains("no token"), "{nobody}");
    assert_eq!(forged.code(), Code::Unauthenticated, "{forged}");
    assert_eq!(
        forged.metadata().get("www-authenticate").unwrap(),
        "Bearer error=\"invalid_token\", error_description=\"token-invalid\""
    );
    assert_eq!(forbidden.code(), Code::PermissionDenied, "{forbidden}");
    assert!(forbidden.message().contains("the role org:admin"), "{forbidden}");
    assert_eq!(no_layer.code(), Code::Internal, "{no_layer}");
}
