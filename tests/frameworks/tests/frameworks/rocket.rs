//! The service in Rocket.

use std::marker::PhantomData;
use std::sync::Mutex;

use clerk_sdk::auth::{Auth, Caller, MachineAuth, Permission, RequestState};
use clerk_sdk::frameworks::rocket::catchers;
use clerk_sdk::frameworks::{ClerkLayer, GuardedLayer, Maybe, Rejection};
use clerk_sdk::webhooks::Delivery;
use rocket::fairing::{AdHoc, Fairing};
use rocket::{Config, get, post, routes};
use tokio::sync::oneshot;

use crate::contract::{self, BILLING, Running, Setup, headers_that_are_not_utf_8_are_dropped, holds};
use crate::refusals::properties;

#[get("/public")]
fn public() -> &'static str {
    "hello"
}

#[get("/me")]
fn me(auth: Auth) -> String {
    auth.user_id().to_owned()
}

#[get("/maybe")]
async fn maybe(auth: Maybe<Auth>) -> String {
    contract::maybe(auth).await
}

#[get("/machine")]
async fn machine(machine: MachineAuth) -> String {
    contract::machine(machine).await
}

#[get("/caller")]
async fn caller(caller: Caller) -> String {
    contract::caller(caller).await
}

#[get("/maybe-machine")]
async fn maybe_machine(machine: Maybe<MachineAuth>) -> String {
    contract::maybe_machine(machine).await
}

#[get("/state")]
async fn state(state: RequestState) -> String {
    contract::state(state).await
}

#[get("/billing")]
fn billing(auth: Auth) -> Result<&'static str, Rejection> {
    auth.require(Permission(BILLING))?;
    Ok("billing")
}

#[get("/admin")]
async fn admin(auth: Auth) -> Result<&'static str, Rejection> {
    contract::admin(auth).await
}

#[get("/erase")]
async fn erase(auth: Auth) -> Result<&'static str, Rejection> {
    contract::erase(auth).await
}

#[post("/webhooks", data = "<delivery>")]
async fn webhooks(delivery: Delivery) -> String {
    contract::webhooks(delivery).await
}

async fn start(setup: Setup) -> Running {
    let (tell, told) = oneshot::channel();
    let tell = Mutex::new(Some(tell));
    let config = Config { port: 0, log_level: rocket::config::LogLevel::Off, ..Config::debug_default() };
    let mut service = rocket::custom(config)
        .mount(
            "/",
            routes![
                public,
                me,
                maybe,
                machine,
                caller,
                maybe_machine,
                state,
                billing,
                admin,
                erase,
                webhooks
            ],
        )
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

/// Rocket itself drops them, before fairings and guards run: see docs/frameworks.md.
#[tokio::test(flavor = "multi_thread")]
async fn rocket_drops_headers_that_are_not_utf_8() {
    headers_that_are_not_utf_8_are_dropped(start).await;
}

/// Says whether Rocket takes a type as a fairing.
struct Probe<T>(PhantomData<T>);

impl<T: Fairing> Probe<T> {
    fn is_fairing(&self) -> bool {
        true
    }
}

trait Otherwise {
    fn is_fairing(&self) -> bool;
}

impl<T> Otherwise for &Probe<T> {
    fn is_fairing(&self) -> bool {
        false
    }
}

#[test]
fn a_guarded_layer_cannot_be_attached_to_rocket() {
    let (layer, guarded) = (&Probe::<ClerkLayer>(PhantomData), &Probe::<GuardedLayer>(PhantomData));
    assert!(layer.is_fairing());
    assert!(!guarded.is_fairing());
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

properties! {
    start:
    a_rejection_is_never_a_2xx_whatever_the_headers,
    responses_of_500_and_503_do_not_contain_the_cause,
    responses_of_401_do_not_contain_the_configuration,
    an_optional_caller_is_an_error_during_an_outage,
    webhook_headers_are_verified_before_the_body_is_read,
    the_body_of_a_webhook_has_a_time_limit,
    a_missing_webhook_is_not_explained_to_callers,
}
