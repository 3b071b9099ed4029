//! The service in actix-web.

use actix_web::middleware::Condition;
use actix_web::{App, HttpServer, web};
use clerk_sdk::auth::{Auth, Permission};
use clerk_sdk::frameworks::require;
use tokio::sync::oneshot;

use crate::contract::{
    BILLING, Running, Setup, admin, caller, erase, guarded, headers_that_are_not_utf_8_count, holds, machine,
    maybe, maybe_machine, nested_guard, own_format, own_success, state, webhooks,
};
use crate::refusals::properties;

fn pages(app: &mut web::ServiceConfig) {
    app.route("/open", web::get().to(|| async { "nested" }))
        .route("/shut", web::get().to(|| async { "nested" }));
}

fn routes(app: &mut web::ServiceConfig) {
    app.route("/public", web::get().to(|| async { "hello" }))
        .route("/me", web::get().to(|auth: Auth| async move { auth.user_id().to_owned() }))
        .route("/maybe", web::get().to(maybe))
        .route("/machine", web::get().to(machine))
        .route("/caller", web::get().to(caller))
        .route("/maybe-machine", web::get().to(maybe_machine))
        .route("/state", web::get().to(state))
        .service(
            web::resource("/billing")
                .wrap(require(Permission(BILLING)))
                .route(web::get().to(|| async { "billing" })),
        )
        .service(web::resource("/own").wrap(own_format()).route(web::get().to(|| async { "own" })))
        .service(web::resource("/own-success").wrap(own_success()).route(web::get().to(|| async { "own" })))
        .route("/admin", web::get().to(admin))
        .route("/erase", web::get().to(erase))
        .route("/webhooks", web::post().to(webhooks))
        .service(
            web::scope("/nested")
                .wrap(nested_guard())
                .configure(pages)
                .service(web::scope("/deeper").wrap(nested_guard()).configure(pages)),
        );
}

/// On a thread of its own, since actix-web brings its own runtime.
async fn start(setup: Setup) -> Running {
    let (tell, told) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let Setup { layer, webhook, guarded: is_guarded } = setup;
            let placeholder = clerk_sdk::Clerk::new("sk_test_x").unwrap();
            let make = move || {
                let with_layer = layer.is_some();
                let layer =
                    layer.clone().unwrap_or_else(|| clerk_sdk::frameworks::ClerkLayer::new(&placeholder));
                let app = match &webhook {
                    Some(webhook) => App::new().app_data(web::Data::new(webhook.clone())),
                    None => App::new(),
                };
                app.wrap(Condition::new(is_guarded, guarded(layer.clone())))
                    .wrap(Condition::new(with_layer && !is_guarded, layer))
                    .configure(routes)
            };
            let server = HttpServer::new(make).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
            tell.send(server.addrs()[0]).unwrap();
            let server = server.run();
            let handle = server.handle();
            tokio::spawn(async move {
                let _ = stopped.await;
                handle.stop(false).await;
            });
            server.await.unwrap();
        });
    });
    Running { url: format!("http://{}", told.await.unwrap()), _stop: stop }
}

#[tokio::test(flavor = "multi_thread")]
async fn actix_web_knows_who_is_calling() {
    holds(start).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn actix_web_counts_headers_that_are_not_utf_8() {
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
