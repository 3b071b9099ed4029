//! The log of rejections: in a process of its own, since the rate limit of log lines is one of the process.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::convert::Infallible;
use std::io::Write;
use std::sync::{Arc, Mutex};

use clerk_sdk::frameworks::{ClerkLayer, Rejection, require_auth};
use clerk_sdk::http::{Request, Response};
use clerk_sdk::{Clerk, RetryPolicy};
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Returns the lines of the levels `warn` and `error` that `work` logs.
fn logged(work: impl Future<Output = ()>) -> Vec<String> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(subscriber, || runtime.block_on(work));
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

async fn hello(_: Request<String>) -> Result<Response<String>, Infallible> {
    Ok(Response::new("hello".to_owned()))
}

/// Sends requests with different tokens, which are all rejected with this status.
async fn flood<S, B>(service: S, status: u16)
where
    S: Service<Request<String>, Response = Response<B>, Error = Infallible> + Clone,
{
    for number in 0..100 {
        let request = Request::get("/").header("authorization", format!("Bearer ak_{number:032}"));
        let response = service.clone().oneshot(request.body(String::new()).unwrap()).await.unwrap();
        assert_eq!(response.status(), status);
    }
}

fn unreachable() -> Clerk {
    let builder = Clerk::builder("sk_test_x").server_url("http://127.0.0.1:9/v1");
    builder.retry(RetryPolicy::none()).build().unwrap()
}

#[test]
fn opaque_credentials_during_an_outage_are_one_line_with_the_cause() {
    let layer = ClerkLayer::new(&unreachable()).accepts([clerk_sdk::auth::TokenType::ApiKey]);
    let service = layer.layer(require_auth().layer(service_fn(hello)));

    let lines = logged(flood(service, 503));

    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("ERROR") && lines[0].contains("could not connect"), "{lines:#?}");
    assert!(
        lines[0].contains("jwk-remote-failed-to-load") && lines[0].contains("suppressed=0"),
        "{lines:#?}"
    );
}

#[test]
fn responses_of_a_format_that_do_not_reject_are_one_line() {
    let guard = require_auth().or_else(|_| Response::new("fine"));
    let service = ClerkLayer::new(&unreachable()).layer(guard.layer(service_fn(hello)));

    let lines = logged(flood(service, 401));

    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("WARN") && lines[0].contains("status=200"), "{lines:#?}");
}

#[test]
fn failed_requests_to_clerk_are_one_line_with_the_cause() {
    let lines = logged(async {
        let clerk = unreachable();
        for _ in 0..100 {
            let rejection = Rejection::from(clerk.users().count().await.unwrap_err());
            assert_eq!((rejection.status().as_u16(), rejection.code()), (503, "clerk-unavailable"));
        }
    });

    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("ERROR") && lines[0].contains("could not connect"), "{lines:#?}");
}

#[test]
fn requests_without_a_layer_are_one_line_with_the_cause() {
    let service = require_auth().layer(service_fn(hello));

    let lines = logged(flood(service, 500));

    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("ClerkLayer is missing"), "{lines:#?}");
}

#[test]
fn requests_to_a_layer_with_invalid_settings_are_one_line_with_the_cause() {
    let layer = || ClerkLayer::new(&unreachable()).accepts([]);

    let lines =
        logged(async move { flood(layer().layer(require_auth().layer(service_fn(hello))), 500).await });

    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("list of accepted token types is empty"), "{lines:#?}");
}
