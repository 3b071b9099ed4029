//! The MCP server of the documentation, over loopback, and the same layer around a service of tower.

use std::convert::Infallible;

use clerk_sdk::auth::{Scope, TokenType};
use clerk_sdk::frameworks::{ClerkLayer, ProtectedResource, require, require_auth};
use clerk_sdk::http::{Method, Request, Response};
use clerk_sdk::mock::MockClerk;
use clerk_sdk::reqwest::{Client, Response as Received};
use clerk_sdk::types::User;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::documentation::in_axum::mcp;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
const NAMED: &str =
    r#"Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp""#;

/// The server, and a client of it.
struct World {
    mock: MockClerk,
    ada: User,
    url: String,
    client: Client,
}

impl World {
    async fn new() -> Self {
        let mock = MockClerk::start().await.unwrap();
        let ada = mock.seed().user("ada@example.com").await;
        let app = mcp::app(&mock.client(), mock.publishable_key()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app).into_future());
        Self { mock, ada, url, client: clerk_sdk::reqwest_builder().build().unwrap() }
    }

    async fn send(&self, method: Method, path: &str, token: Option<&str>) -> Received {
        let request = self.client.request(method, format!("{}{path}", self.url)).body("hello");
        let request = token.iter().fold(request, |request, token| request.bearer_auth(token));
        request.send().await.unwrap()
    }
}

fn challenge(response: &Received) -> &str {
    assert_eq!(response.headers().get_all("www-authenticate").iter().count(), 1);
    response.headers()["www-authenticate"].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_mcp_find_the_authorization_server() {
    let world = World::new().await;

    for path in [WELL_KNOWN, &format!("{WELL_KNOWN}/mcp")] {
        let response = world.send(Method::GET, path, None).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        let metadata: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(
            metadata,
            json!({
                "resource": "https://mcp.example.com/mcp",
                "authorization_servers": [world.mock.issuer()],
                "bearer_methods_supported": ["header"],
                "resource_name": "Notes",
                "scopes_supported": ["profile", "email"],
            })
        );
        let preflight = world.send(Method::OPTIONS, path, None).await;
        assert_eq!(preflight.status(), 204);
        assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
        assert_eq!(preflight.headers()["access-control-allow-headers"], "*");
        assert_eq!(world.send(Method::POST, path, None).await.status(), 405);
    }
    for path in ["/mcp", &format!("{WELL_KNOWN}/other"), "/.well-known/openid-configuration"] {
        assert_eq!(world.send(Method::GET, path, None).await.status(), 401, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn challenges_name_the_metadata_and_the_missing_scope() {
    let world = World::new().await;
    let post = async |token: Option<&str>| world.send(Method::POST, "/mcp", token).await;

    let anonymous = post(None).await;
    assert_eq!((anonymous.status().as_u16(), challenge(&anonymous)), (401, NAMED));
    let invalid = post(Some("a.b.c")).await;
    assert_eq!(invalid.status(), 401);
    assert_eq!(
        challenge(&invalid),
        format!(r#"{NAMED}, error="invalid_token", error_description="token-invalid""#)
    );
    let narrow = world.mock.oauth_access_token(&world.ada).scopes(["email"]).token();
    let narrow = post(Some(&narrow)).await;
    assert_eq!(narrow.status(), 403);
    assert_eq!(challenge(&narrow), format!(r#"{NAMED}, error="insufficient_scope", scope="profile""#));
    for token in
        [world.mock.oauth_access_token(&world.ada).token(), world.mock.oauth_access_token(&world.ada).jwt()]
    {
        let response = post(Some(&token)).await;
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("www-authenticate"));
        assert_eq!(response.text().await.unwrap(), format!("{} sent hello", world.ada.id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_no_header_can_contain_is_left_out_of_the_challenge() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let token = mock.oauth_access_token(&ada).jwt();
    let layer = ClerkLayer::new(&mock.client()).accepts([TokenType::OAuth]);
    for (scope, challenge) in [
        ("notes:read", r#"Bearer error="insufficient_scope", scope="notes:read""#),
        (r#"x", error="y"#, r#"Bearer error="insufficient_scope""#),
        ("two words", r#"Bearer error="insufficient_scope""#),
        ("a\r\nb", r#"Bearer error="insufficient_scope""#),
        ("", r#"Bearer error="insufficient_scope""#),
    ] {
        let service = layer.clone().guarded_by(require(Scope(scope))).layer(service_fn(hello));
        let request = Request::get("/").header("authorization", format!("Bearer {token}"));
        let response = service.oneshot(request.body(String::new()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers()["www-authenticate"], challenge);
    }
}

async fn hello(_: Request<String>) -> Result<Response<String>, Infallible> {
    Ok(Response::new("hello".to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn services_of_tower_have_metadata_too() {
    let mock = MockClerk::start().await.unwrap();
    let resource = ProtectedResource::new("https://mcp.example.com", mock.issuer()).unwrap();
    let resource = resource.resource_documentation("https://mcp.example.com/docs");
    let guarded = ClerkLayer::new(&mock.client()).guarded_by(require_auth());
    let service = resource.layer(guarded.layer(service_fn(hello)));

    let get = |path: &str| Request::get(path).body(String::new()).unwrap();
    let metadata = service.clone().oneshot(get(WELL_KNOWN)).await.unwrap();
    let rejected = service.oneshot(get("/")).await.unwrap();

    assert_eq!(metadata.status(), 200);
    let text = resource.metadata();
    assert!(text.contains(r#""resource_documentation":"https://mcp.example.com/docs""#), "{text}");
    assert_eq!(rejected.status(), 401);
    assert_eq!(
        rejected.headers()["www-authenticate"],
        r#"Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource""#
    );
}
