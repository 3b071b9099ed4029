//! What layers, guards and refusals show of themselves.

use std::future::{Ready, ready};
use std::path::Path;
use std::sync::{Arc, Mutex};

use ::actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, always_ready};
use ::axum::extract::FromRequestParts as _;
use ::poem::{Endpoint, Middleware as _};
use ::tower::{Layer as _, ServiceExt as _, service_fn};
use clerk_sdk::Clerk;
use clerk_sdk::auth::{Auth, Permission};
use clerk_sdk::frameworks::{ClerkLayer, Maybe, ProtectedResource, Rejection, require};
use clerk_sdk::http::{HeaderMap, Request, Response};
use clerk_sdk::mock::{MockClerk, get};
use clerk_sdk::webhooks::Webhook;

use crate::printed::Printed;

/// What is behind a layer.
#[derive(Clone, Copy, Debug)]
struct Inner;

impl Service<ServiceRequest> for Inner {
    type Response = ServiceResponse;
    type Error = ::actix_web::Error;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    always_ready!();

    fn call(&self, request: ServiceRequest) -> Self::Future {
        ready(Ok(request.into_response(::actix_web::HttpResponse::Ok().finish())))
    }
}

impl Endpoint for Inner {
    type Output = ();

    async fn call(&self, _: ::poem::Request) -> ::poem::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_type_of_a_framework_shows_a_secret() {
    let mut printed = Printed::default();
    let clerk = Clerk::builder("sk_test_SECRET").machine_secret_key("ak_SECRET").build().unwrap();
    let good = ClerkLayer::new(&clerk).authorized_parties(["https://app.example.com"]);
    let bad = ClerkLayer::from(clerk.authenticator().jwt_key("-----BEGIN SECRET"));
    let guard = require(Permission("org:billing:read")).except(["/health"]);
    printed.show(&guard);
    let url = "https://mcp.example.com/mcp";
    let resource = ProtectedResource::new(url, "https://clerk.example.com").unwrap();
    printed.show(&resource);
    printed.show(&resource.layer(Inner));
    let guarded = good.clone().guarded_by(guard.clone());
    printed.show(&guarded);
    printed.show(&guarded.layer(Inner));
    printed.show(&guard.layer(Inner));
    printed.show(&guard.transform(Inner));
    printed.show(&guard.new_transform(Inner).await.unwrap());
    for layer in [&good, &bad] {
        printed.show(layer);
        printed.show(&layer.layer(Inner));
        printed.show(&layer.transform(Inner));
        printed.show(&layer.new_transform(Inner).await.unwrap());
    }
    assert!(bad.clone().checked().is_err());
    refusals(&mut printed, bad).await;
    caller(&mut printed).await;

    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clerk-sdk");
    let missing = printed.missing(&sdk, |module| module.starts_with("clerk_sdk::frameworks"));
    assert!(missing.is_empty(), "nobody has looked at what these show: {missing:#?}");
}

/// Shows the refusal of a request behind a layer, and what is written of it.
async fn refused(printed: &mut Printed, layer: &ClerkLayer, request: Request<String>) {
    let refusal: Arc<Mutex<Option<Rejection>>> = Arc::default();
    let found = refusal.clone();
    let service = layer.layer(service_fn(move |request: Request<String>| {
        let found = found.clone();
        async move {
            let (mut parts, _) = request.into_parts();
            let auth = Auth::from_request_parts(&mut parts, &()).await;
            let outcome = auth.and_then(|auth| auth.require(Permission("org:billing:read")));
            *found.lock().unwrap() = outcome.err();
            Ok::<_, std::convert::Infallible>(Response::new(String::new()))
        }
    }));
    service.oneshot(request).await.unwrap();
    let refusal = refusal.lock().unwrap().take().unwrap();
    printed.show(&refusal);
    printed.show(&refusal.to_response::<String>());
    assert!(!refusal.to_string().contains("SECRET"), "{refusal}");
}

async fn refusals(printed: &mut Printed, bad: ClerkLayer) {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let layer = ClerkLayer::new(&mock.client());
    let token = mock.sign_in(&ada).token();
    let (message, signature) = token.rsplit_once('.').unwrap();
    for request in [
        get("/").anonymous(),
        get("/").bearer(&token),
        get("/").bearer(format!("{message}SECRET.{signature}")),
        get("/").bearer("ak_SECRET"),
    ] {
        refused(printed, &layer, request.clone()).await;
        refused(printed, &bad, request).await;
    }
    let webhook = Webhook::new("whsec_U0VDUkVU").unwrap();
    for (signed, body) in [(true, r#"{"SECRET"#), (false, "SECRET")] {
        let headers = if signed { webhook.sign("msg_1", body).unwrap() } else { HeaderMap::new() };
        printed.show(&Rejection::from(webhook.verify(&headers, body).unwrap_err()));
    }
    for expected in ["session-token-missing", "forbidden", "clerk-not-configured", "missing-header"] {
        assert!(printed.text().contains(expected), "{expected}");
    }
}

async fn caller(printed: &mut Printed) {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.seed().user("ada@example.com").await;
    let token = mock.sign_in(&ada).token();
    let state = mock.client().authenticate(&get("/").bearer(&token)).await.unwrap();
    printed.show(&Maybe(Some(state.into_auth().unwrap())));
    printed.show(&Maybe::<Auth>(None));
    assert!(!printed.text().contains(&token));
}
