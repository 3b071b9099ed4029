//! The service in poem.

use clerk_sdk::auth::{Auth, Caller, MachineAuth, Permission, RequestState};
use clerk_sdk::frameworks::{Maybe, require};
use clerk_sdk::webhooks::Delivery;
use poem::endpoint::BoxEndpoint;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::{EndpointExt as _, Route, Server, get, handler, post};
use tokio::sync::oneshot;

use crate::contract::{
    self, BILLING, Running, Setup, guarded, headers_that_are_not_utf_8_count, holds, nested_guard,
    own_format, own_success,
};
use crate::refusals::properties;

#[handler]
fn public() -> &'static str {
    "hello"
}

#[handler]
fn me(auth: Auth) -> String {
    auth.user_id().to_owned()
}

#[handler]
async fn maybe(auth: Maybe<Auth>) -> String {
    contract::maybe(auth).await
}

#[handler]
async fn machine(machine: MachineAuth) -> String {
    contract::machine(machine).await
}

#[handler]
async fn caller(caller: Caller) -> String {
    contract::caller(caller).await
}

#[handler]
async fn maybe_machine(found: Maybe<MachineAuth>) -> String {
    contract::maybe_machine(found).await
}

#[handler]
async fn state(state: RequestState) -> String {
    contract::state(state).await
}

#[handler]
fn billing() -> &'static str {
    "billing"
}

#[handler]
fn own() -> &'static str {
    "own"
}

#[handler]
async fn admin(auth: Auth) -> poem::Result<&'static str> {
    Ok(contract::admin(auth).await?)
}

#[handler]
async fn erase(auth: Auth) -> poem::Result<&'static str> {
    Ok(contract::erase(auth).await?)
}

#[handler]
async fn webhooks(delivery: Delivery) -> String {
    contract::webhooks(delivery).await
}

#[handler]
fn nested() -> &'static str {
    "nested"
}

fn app(setup: Setup) -> BoxEndpoint<'static> {
    let app = Route::new()
        .at("/public", get(public))
        .at("/me", get(me))
        .at("/maybe", get(maybe))
        .at("/machine", get(machine))
        .at("/caller", get(caller))
        .at("/maybe-machine", get(maybe_machine))
        .at("/state", get(state))
        .at("/billing", get(billing).with(require(Permission(BILLING))))
        .at("/own", get(own).with(own_format()))
        .at("/own-success", get(own).with(own_success()))
        .at("/admin", get(admin))
        .at("/erase", get(erase));
    let pages = || Route::new().at("/open", get(nested)).at("/shut", get(nested));
    let app = app.nest("/nested", pages().nest("/deeper", pages().with(nested_guard())).with(nested_guard()));
    let app = match setup.webhook {
        Some(webhook) => app.at("/webhooks", post(webhooks).data(webhook)),
        None => app.at("/webhooks", post(webhooks)),
    };
    match setup.layer {
        Some(layer) if setup.guarded => app.with(guarded(layer)).boxed(),
        Some(layer) => app.with(layer).boxed(),
        None => app.boxed(),
    }
}

async fn start(setup: Setup) -> Running {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = acceptor.local_addr().remove(0);
    let url = format!("http://{}", address.as_socket_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(
        app(setup),
        async {
            let _ = stopped.await;
        },
        None,
    );
    tokio::spawn(serving);
    Running { url, _stop: stop }
}

#[tokio::test(flavor = "multi_thread")]
async fn poem_knows_who_is_calling() {
    holds(start).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn poem_counts_headers_that_are_not_utf_8() {
    headers_that_are_not_utf_8_count(start).await;
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
    a_missing_webhook_is_not_explained_to_callers,
}
