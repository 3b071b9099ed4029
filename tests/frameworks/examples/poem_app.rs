//! A small service in poem on a Clerk inside of this process:
//! `cargo run -p clerk-framework-tests --example poem_app`, and then the lines that it prints.

mod visitors;

use clerk_sdk::auth::{Auth, Role};
use clerk_sdk::frameworks::{ClerkLayer, Maybe, require};
use clerk_sdk::mock::MockClerk;
use clerk_sdk::webhooks::{Delivery, Webhook};
use poem::listener::TcpListener;
use poem::{EndpointExt as _, Route, Server, get, handler, post};

#[handler]
fn home(Maybe(auth): Maybe<Auth>) -> String {
    auth.map_or("Welcome.\n".to_owned(), |auth| format!("Welcome back, {}.\n", auth.user_id()))
}

#[handler]
fn me(auth: Auth) -> String {
    format!("You are {}.\n", auth.user_id())
}

#[handler]
fn admin(auth: Auth) -> String {
    format!("You are an admin of {}.\n", auth.org_slug().unwrap_or_default())
}

#[handler]
fn webhooks(delivery: Delivery) {
    println!("webhook {}: {}", delivery.id, delivery.event.kind());
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockClerk::start().await?;
    let webhook = Webhook::new(mock.webhook_secret())?;
    let layer = ClerkLayer::new(&mock.client()).authorized_parties([visitors::ORIGIN]).checked()?;
    let app = Route::new()
        .at("/", get(home))
        .at("/me", get(me))
        .at("/admin", get(admin).with(require(Role("org:admin"))))
        .at("/webhooks", post(webhooks).data(webhook))
        .with(layer);
    visitors::arrive(&mock).await;
    Ok(Server::new(TcpListener::bind(visitors::ADDRESS)).run(app).await?)
}
