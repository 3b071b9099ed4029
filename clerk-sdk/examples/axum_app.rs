//! A small service in axum: a public page, a page for those who are signed in, one for admins of an organization, and
//! an endpoint for webhooks.
//!
//! `cargo run --example axum_app -- --embedded` runs it on a Clerk inside of this process, which signs the tokens, and
//! prints requests to try. With `--once` it sends them itself, and ends. Without `--embedded` it runs on the real Clerk,
//! for the frontend at `APP_ORIGIN`: `CLERK_SECRET_KEY` and `CLERK_WEBHOOK_SIGNING_SECRET` must be set. A service never
//! falls back to the embedded Clerk, whose keys are published.

use std::collections::HashSet;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use clerk_sdk::Clerk;
use clerk_sdk::auth::{Auth, Role};
use clerk_sdk::frameworks::{ClerkLayer, Maybe, require};
use clerk_sdk::mock::MockClerk;
use clerk_sdk::webhooks::{Delivery, Event, Webhook};
use tokio::net::TcpListener;

/// What handlers share.
#[derive(Clone)]
struct App {
    clerk: Clerk,
    webhook: Webhook,
    /// The ids of the webhooks that were handled. A real service keeps them in its database.
    handled: Arc<Mutex<HashSet<String>>>,
}

/// By this the extractor `Delivery` finds what verifies.
impl FromRef<App> for Webhook {
    fn from_ref(app: &App) -> Self {
        app.webhook.clone()
    }
}

fn router(clerk: Clerk, webhook: Webhook, origin: &str) -> Result<Router, clerk_sdk::Error> {
    let layer = ClerkLayer::new(&clerk).authorized_parties([origin]).checked()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/me", get(me))
        .route("/members", get(members).route_layer(require(Role("org:admin"))))
        .route("/webhooks", post(webhooks))
        .layer(layer)
        .with_state(App { clerk, webhook, handled: Arc::default() }))
}

/// For everybody.
async fn home(Maybe(auth): Maybe<Auth>) -> String {
    match auth {
        Some(auth) => format!("Welcome back, {}.\n", auth.user_id()),
        None => "Welcome. There is more at /me for those who are signed in.\n".to_owned(),
    }
}

/// For those who are signed in.
async fn me(auth: Auth, State(app): State<App>) -> Result<String, (StatusCode, &'static str)> {
    let user = app.clerk.users().get(auth.user_id()).await.map_err(unavailable)?;
    let emails: Vec<_> = user.email_addresses.iter().map(|email| email.email_address.as_str()).collect();
    Ok(format!("{} {}\n", user.first_name.as_deref().unwrap_or("You"), emails.join(", ")))
}

/// For admins of an organization; the route sees to that.
async fn members(auth: Auth, State(app): State<App>) -> Result<String, (StatusCode, &'static str)> {
    let organization = auth.org_id().unwrap_or_default();
    let members = app.clerk.organization_memberships().list(organization).await.map_err(unavailable)?;
    Ok(format!("{} has {} member(s).\n", auth.org_slug().unwrap_or(organization), members.len()))
}

/// For Clerk. What is not answered with 2xx in time is sent again, and what was answered may be, too.
async fn webhooks(State(app): State<App>, delivery: Delivery) -> StatusCode {
    let new = app.handled.lock().unwrap_or_else(PoisonError::into_inner).insert(delivery.id);
    if new {
        match delivery.event {
            Event::UserCreated(event) => println!("webhook: {} has signed up", event.data.id),
            other => println!("webhook: {}", other.kind()),
        }
    }
    StatusCode::NO_CONTENT
}

fn unavailable(error: clerk_sdk::Error) -> (StatusCode, &'static str) {
    eprintln!("{error}");
    (StatusCode::BAD_GATEWAY, "Clerk is not to be reached.\n")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let argument = |name: &str| std::env::args().any(|argument| argument == name);
    let once = argument("--once");
    let listener = TcpListener::bind(if once { "127.0.0.1:0" } else { "127.0.0.1:3000" }).await?;
    let url = format!("http://{}", listener.local_addr()?);
    if !argument("--embedded") {
        if std::env::var_os("CLERK_SECRET_KEY").is_none() {
            return Err(
                "CLERK_SECRET_KEY is not set; pass --embedded to run on a Clerk inside of this process"
                    .into(),
            );
        }
        let origin =
            std::env::var("APP_ORIGIN").map_err(|_| "APP_ORIGIN is not set: the frontend's origin")?;
        let app = router(Clerk::from_env()?, Webhook::from_env()?, &origin)?;
        println!("{url} is for {origin}, with the real Clerk.");
        return Ok(axum::serve(listener, app).await?);
    }
    let mock = MockClerk::start().await?;
    let app = router(mock.client(), Webhook::new(mock.webhook_secret())?, ORIGIN)?;
    let serving = tokio::spawn(axum::serve(listener, app).into_future());
    let visitors = Visitors::arrive(&mock).await;
    println!(
        "On a Clerk inside of this process, whose keys are published: for a first look, not for users. Try:\n"
    );
    visitors.print_curl(&url);
    let event = serde_json::json!({ "type": "user.created", "data": mock.client().users().get(&visitors.ada_id).await? });
    let answer = mock.send_webhook(format!("{url}/webhooks"), event).await?;
    println!("A webhook was sent to {url}/webhooks, and answered with {}.", answer.status());
    if once { visitors.ask(&url).await } else { Ok(serving.await??) }
}

const ORIGIN: &str = "https://app.example.com";

/// Those who call, with tokens that hold an hour: as long as somebody may try.
struct Visitors {
    ada_id: String,
    /// A name for the shell, and the token.
    tokens: [(&'static str, String); 3],
}

impl Visitors {
    async fn arrive(mock: &MockClerk) -> Self {
        const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);
        let ada = mock.seed().user("ada@example.com").with("first_name", "Ada").await;
        let grace = mock.seed().user("grace@example.com").with("first_name", "Grace").await;
        let sign_in = |user| mock.sign_in(user).authorized_party(ORIGIN).lifetime(HOUR);
        let tokens = [
            ("ADA", sign_in(&ada).organization("acme", "org:member").token()),
            ("GRACE", sign_in(&grace).organization("acme", "org:admin").token()),
            ("EXPIRED", sign_in(&ada).issued_ago(HOUR * 2).token()),
        ];
        Self { ada_id: ada.id, tokens }
    }

    /// Paths, what is to be seen there, and whose token is sent.
    const REQUESTS: [(&str, &str, Option<&str>); 6] = [
        ("/", "Everybody may see this.", None),
        ("/me", "401: this takes somebody who is signed in.", None),
        ("/me", "Ada, a member of acme.", Some("ADA")),
        ("/me", "401: a token of Ada's that has expired.", Some("EXPIRED")),
        ("/members", "403: Ada is no admin.", Some("ADA")),
        ("/members", "Grace, an admin of acme.", Some("GRACE")),
    ];

    fn print_curl(&self, url: &str) {
        for (name, token) in &self.tokens {
            println!("{name}={token}");
        }
        for (path, what, name) in Self::REQUESTS {
            let header =
                name.map(|name| format!(" -H \"Authorization: Bearer ${name}\"")).unwrap_or_default();
            println!("\n# {what}\ncurl -i {url}{path}{header}");
        }
        println!();
    }

    /// Sends the requests, and prints what is answered.
    async fn ask(&self, url: &str) -> Result<(), Box<dyn Error>> {
        let client = clerk_sdk::reqwest_builder().build()?;
        for (path, what, name) in Self::REQUESTS {
            let mut request = client.get(format!("{url}{path}"));
            if let Some((_, token)) = self.tokens.iter().find(|(other, _)| Some(*other) == name) {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await?;
            println!("\n# {what}\n{} {path}\n{}", answer.status(), answer.text().await?.trim_end());
        }
        Ok(())
    }
}
