//! A small service on tower alone, served by hyper, on a Clerk inside of this process:
//! `cargo run -p clerk-framework-tests --example tower_app`, and then the lines that it prints.

mod visitors;

use std::convert::Infallible;

use bytes::Bytes;
use clerk_sdk::auth::{Auth, Role};
use clerk_sdk::frameworks::{ClerkLayer, require_auth};
use clerk_sdk::http::{Request, Response, StatusCode};
use clerk_sdk::mock::MockClerk;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::ServiceBuilder;

type Answer = Response<Full<Bytes>>;

fn text(text: String) -> Answer {
    Response::new(Full::from(text))
}

async fn answer(request: Request<Incoming>) -> Result<Answer, Infallible> {
    let auth = request.extensions().get::<Auth>();
    Ok(match (request.uri().path(), auth) {
        ("/", None) => text("Welcome.\n".to_owned()),
        ("/" | "/me", Some(auth)) => text(format!("You are {}.\n", auth.user_id())),
        ("/admin", Some(auth)) => match auth.require(Role("org:admin")) {
            Ok(()) => text(format!("You are an admin of {}.\n", auth.org_slug().unwrap_or_default())),
            Err(rejection) => rejection.to_response(),
        },
        _ => {
            let mut missing = text("There is nothing here.\n".to_owned());
            *missing.status_mut() = StatusCode::NOT_FOUND;
            missing
        }
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockClerk::start().await?;
    let layer = ClerkLayer::new(&mock.client()).authorized_parties([visitors::ORIGIN]).checked()?;
    // Only the front page is for everybody.
    let service = ServiceBuilder::new().layer(layer).layer(require_auth().except(["/"])).service_fn(answer);
    visitors::arrive(&mock).await;
    let listener = TcpListener::bind(visitors::ADDRESS).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
                eprintln!("{error}");
            }
        });
    }
}
