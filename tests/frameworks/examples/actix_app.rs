//! A small service in actix-web on a Clerk inside of this process:
//! `cargo run -p clerk-framework-tests --example actix_app`, and then the lines that it prints.

mod visitors;

use actix_web::{App, HttpServer, web};
use clerk_sdk::auth::{Auth, Role};
use clerk_sdk::frameworks::{ClerkLayer, Maybe, require};
use clerk_sdk::mock::MockClerk;
use clerk_sdk::webhooks::{Delivery, Webhook};

async fn home(Maybe(auth): Maybe<Auth>) -> String {
    auth.map_or("Welcome.\n".to_owned(), |auth| format!("Welcome back, {}.\n", auth.user_id()))
}

async fn me(auth: Auth) -> String {
    format!("You are {}.\n", auth.user_id())
}

async fn admin(auth: Auth) -> String {
    format!("You are an admin of {}.\n", auth.org_slug().unwrap_or_default())
}

async fn webhooks(delivery: Delivery) -> String {
    println!("webhook {}: {}", delivery.id, delivery.event.kind());
    String::new()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockClerk::start().await?;
    let webhook = web::Data::new(Webhook::new(mock.webhook_secret())?);
    let layer = ClerkLayer::new(&mock.client()).authorized_parties([visitors::ORIGIN]).checked()?;
    let server = HttpServer::new(move || {
        let admins = web::resource("/admin").wrap(require(Role("org:admin"))).route(web::get().to(admin));
        App::new()
            .app_data(webhook.clone())
            .wrap(layer.clone())
            .route("/", web::get().to(home))
            .route("/me", web::get().to(me))
            .service(admins)
            .route("/webhooks", web::post().to(webhooks))
    });
    visitors::arrive(&mock).await;
    Ok(server.bind(visitors::ADDRESS)?.run().await?)
}
