//! A small service in Rocket on a Clerk inside of this process:
//! `cargo run -p clerk-framework-tests --example rocket_app`, and then the lines that it prints.

mod visitors;

use clerk_sdk::auth::{Auth, Role};
use clerk_sdk::frameworks::rocket::catchers;
use clerk_sdk::frameworks::{ClerkLayer, Maybe, Rejection};
use clerk_sdk::mock::MockClerk;
use clerk_sdk::webhooks::{Delivery, Webhook};
use rocket::{Config, get, post, routes};

#[get("/")]
fn home(auth: Maybe<Auth>) -> String {
    auth.0.map_or("Welcome.\n".to_owned(), |auth| format!("Welcome back, {}.\n", auth.user_id()))
}

#[get("/me")]
fn me(auth: Auth) -> String {
    format!("You are {}.\n", auth.user_id())
}

#[get("/admin")]
fn admin(auth: Auth) -> Result<String, Rejection> {
    auth.require(Role("org:admin"))?;
    Ok(format!("You are an admin of {}.\n", auth.org_slug().unwrap_or_default()))
}

#[post("/webhooks", data = "<delivery>")]
fn webhooks(delivery: Delivery) {
    println!("webhook {}: {}", delivery.id, delivery.event.kind());
}

#[rocket::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockClerk::start().await?;
    let config = Config { port: visitors::ADDRESS.1, ..Config::release_default() };
    let app = rocket::custom(config)
        .mount("/", routes![home, me, admin, webhooks])
        .register("/", catchers())
        .manage(Webhook::new(mock.webhook_secret())?)
        .attach(ClerkLayer::new(&mock.client()).authorized_parties([visitors::ORIGIN]).checked()?);
    visitors::arrive(&mock).await;
    app.launch().await?;
    Ok(())
}
