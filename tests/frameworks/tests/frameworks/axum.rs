//! The service in axum.

use axum::Router;
use axum::routing::{get, post};
use clerk_sdk::auth::{Auth, Permission};
use clerk_sdk::frameworks::require;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::contract::{
    BILLING, Running, Setup, admin, erase, headers_that_are_not_utf_8_count, holds, maybe, state, webhooks,
};

fn app(setup: Setup) -> Router {
    let mut app = Router::new()
        .route("/public", get(|| async { "hello" }))
        .route("/me", get(|auth: Auth| async move { auth.user_id().to_owned() }))
        .route("/maybe", get(maybe))
        .route("/state", get(state))
        .route("/billing", get(|| async { "billing" }).route_layer(require(Permission(BILLING))))
        .route("/admin", get(admin))
        .route("/erase", get(erase));
    if let Some(webhook) = setup.webhook {
        app = app.merge(Router::new().route("/webhooks", post(webhooks)).with_state(webhook));
    }
    match setup.layer {
        Some(layer) => app.layer(layer),
        None => app,
    }
}

async fn start(setup: Setup) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, app(setup)).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    tokio::spawn(serving.into_future());
    Running { url, _stop: stop }
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_knows_who_is_calling() {
    holds(start).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_counts_headers_that_are_not_utf_8() {
    headers_that_are_not_utf_8_count(start).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optional_caller_without_a_layer_is_an_error_and_not_nobody() {
    let running = start(Setup { layer: None, webhook: None }).await;

    let answer = clerk_sdk::reqwest_builder()
        .build()
        .unwrap()
        .get(format!("{}/maybe", running.url))
        .send()
        .await
        .unwrap();

    assert_eq!(answer.status(), 500);
    assert!(answer.text().await.unwrap().contains("ClerkLayer is missing"));
}
