//! The service in axum.

use axum::Router;
use axum::routing::{get, post};
use clerk_sdk::auth::{Auth, Permission};
use clerk_sdk::frameworks::{Maybe, require};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::contract::{
    BILLING, Running, Setup, World, admin, caller, erase, guarded, headers_that_are_not_utf_8_count, holds,
    machine, maybe, maybe_machine, nested_guard, own_format, own_success, state, webhooks,
};
use crate::refusals::{broken_layers, properties, token};

async fn nested() -> &'static str {
    "nested"
}

fn app(setup: Setup) -> Router {
    let mut app = Router::new()
        .route("/public", get(|| async { "hello" }))
        .route("/me", get(|auth: Auth| async move { auth.user_id().to_owned() }))
        .route("/maybe", get(maybe))
        .route("/machine", get(machine))
        .route("/caller", get(caller))
        .route("/maybe-machine", get(maybe_machine))
        .route("/option", get(async |auth: Option<Auth>| maybe(Maybe(auth)).await))
        .route("/state", get(state))
        .route("/billing", get(|| async { "billing" }).route_layer(require(Permission(BILLING))))
        .route("/own", get(async || "own").route_layer(own_format()))
        .route("/own-success", get(async || "own").route_layer(own_success()))
        .route("/admin", get(admin))
        .route("/erase", get(erase));
    let pages = || Router::new().route("/open", get(nested)).route("/shut", get(nested));
    app = app.nest("/nested", pages().nest("/deeper", pages()).layer(nested_guard()));
    if let Some(webhook) = setup.webhook {
        app = app.merge(Router::new().route("/webhooks", post(webhooks)).with_state(webhook));
    }
    match setup.layer {
        Some(layer) if setup.guarded => app.layer(guarded(layer)),
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
async fn an_option_of_a_caller_is_the_same_as_maybe() {
    let mut world = World::new().await;
    for (layer, status, _) in broken_layers(&world) {
        let running = start(Setup { layer, webhook: None, guarded: false }).await;
        world.url = running.url.clone();
        let response = world.get("/option").bearer_auth(token(&world)).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
    let running = start(world.setup()).await;
    world.url = running.url.clone();
    assert_eq!(
        world.text("/option", &world.ada().token()).await,
        world.text("/me", &world.ada().token()).await
    );
    assert_eq!(world.text("/option", "a.b.c").await, "nobody");
}

properties! {
    start:
    a_rejection_is_never_a_2xx_whatever_the_headers,
    responses_of_500_and_503_do_not_contain_the_cause,
    responses_of_401_do_not_contain_the_configuration,
    an_optional_caller_is_an_error_during_an_outage,
    webhook_headers_are_verified_before_the_body_is_read,
    the_body_of_a_webhook_has_a_time_limit,
    nested_guards_compare_the_whole_path,
    guards_reject_in_the_format_of_the_application,
    a_guarded_layer_rejects_requests_that_are_signed_out,
}
