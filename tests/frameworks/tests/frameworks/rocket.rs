//! The service in Rocket.

use std::sync::Mutex;

use clerk_sdk::auth::{Auth, Permission, RequestState, Role};
use clerk_sdk::frameworks::Rejection;
use clerk_sdk::frameworks::rocket::catchers;
use clerk_sdk::webhooks::Delivery;
use rocket::fairing::AdHoc;
use rocket::{Config, get, post, routes};
use tokio::sync::oneshot;

use crate::contract::{BILLING, Running, Setup, holds};

#[get("/public")]
fn public() -> &'static str {
    "hello"
}

#[get("/me")]
fn me(auth: Auth) -> String {
    auth.user_id().to_owned()
}

#[get("/maybe")]
fn maybe(auth: Option<Auth>) -> String {
    auth.map_or("nobody".to_owned(), |auth| auth.user_id().to_owned())
}

#[get("/state")]
fn state(state: RequestState) -> String {
    match state {
        RequestState::SignedIn(_) => "signed in".to_owned(),
        RequestState::SignedOut { reason, .. } => reason.to_string(),
    }
}

#[get("/billing")]
fn billing(auth: Auth) -> Result<&'static str, Rejection> {
    auth.require(Permission(BILLING))?;
    Ok("billing")
}

#[get("/admin")]
fn admin(auth: Auth) -> Result<&'static str, Rejection> {
    auth.require(Role("admin"))?;
    Ok("admin")
}

#[post("/webhooks", data = "<delivery>")]
fn webhooks(delivery: Delivery) -> String {
    format!("{} {}", delivery.id, delivery.event.kind())
}

async fn start(setup: Setup) -> Running {
    let (tell, told) = oneshot::channel();
    let tell = Mutex::new(Some(tell));
    let config = Config { port: 0, log_level: rocket::config::LogLevel::Off, ..Config::debug_default() };
    let mut service = rocket::custom(config)
        .mount("/", routes![public, me, maybe, state, billing, admin, webhooks])
        .register("/", catchers())
        .attach(AdHoc::on_liftoff("port", move |rocket| {
            let tell = tell.lock().unwrap().take().unwrap();
            tell.send(rocket.config().port).unwrap();
            Box::pin(async {})
        }));
    if let Some(layer) = setup.layer {
        service = service.attach(layer);
    }
    if let Some(webhook) = setup.webhook {
        service = service.manage(webhook);
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let service = service.ignite().await.unwrap();
    let shutdown = service.shutdown();
    tokio::spawn(service.launch());
    tokio::spawn(async move {
        let _ = stopped.await;
        shutdown.notify();
    });
    Running { url: format!("http://127.0.0.1:{}", told.await.unwrap()), _stop: stop }
}

#[tokio::test(flavor = "multi_thread")]
async fn rocket_knows_who_is_calling() {
    holds(start).await;
}

#[tokio::test]
async fn a_second_layer_stops_rocket() {
    let clerk = clerk_sdk::Clerk::new("sk_test_x").unwrap();
    let layer = clerk_sdk::frameworks::ClerkLayer::new(&clerk);
    let config = Config { port: 0, log_level: rocket::config::LogLevel::Off, ..Config::debug_default() };

    let outcome = rocket::custom(config).attach(layer.clone()).attach(layer).ignite().await;

    // Rocket's error panics unless it is looked at.
    let error = outcome.err().unwrap();
    assert!(matches!(error.kind(), rocket::error::ErrorKind::FailedFairings(_)), "{error}");
}
