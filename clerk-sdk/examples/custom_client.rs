//! An HTTP client of one's own around the SDK's, which adds a header and logs: `cargo run --example custom_client`.
//!
//! Everything runs against a Clerk inside of this process.

use std::time::Instant;

use clerk_sdk::http::HeaderValue;
use clerk_sdk::mock::MockClerk;
use clerk_sdk::{Clerk, HttpClient, HttpFuture, HttpRequest};

/// Adds a header to all that goes through it, and tells how long it took.
struct AddHeader<C>(C);

impl<C: HttpClient> HttpClient for AddHeader<C> {
    fn send(&self, mut request: HttpRequest) -> HttpFuture<'_> {
        request.headers_mut().insert("client-level-header", HeaderValue::from_static("added by client"));
        Box::pin(async move {
            let (what, begin) = (format!("{} {}", request.method(), request.uri().path()), Instant::now());
            let answer = self.0.send(request).await;
            let outcome = answer.as_ref().map_or_else(ToString::to_string, |ok| ok.status().to_string());
            println!("{what}: {outcome} after {:?}", begin.elapsed());
            answer
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("Talking to a Clerk inside of this process.");
    let mock = MockClerk::start().await?;
    // reqwest without redirects and with the TLS of the SDK's cargo features.
    let reqwest = clerk_sdk::reqwest_builder().build()?;
    let clerk =
        Clerk::builder(mock.secret_key()).server_url(mock.url()).http_client(AddHeader(reqwest)).build()?;

    let ada = clerk.users().create().email_address(["ada@example.com"]).first_name("Ada").await?;
    clerk.users().get(&ada.id).await?;
    // The SDK repeats what fails, so the client sees each attempt.
    mock.fail_next(503, 1);
    let total = clerk.users().count().await?.total_count;

    let seen = mock.requests();
    let headers: Vec<_> =
        seen.iter().filter_map(|request| request.headers.get("client-level-header")).collect();
    println!("{total} user; the server got {} requests, {} with the header", seen.len(), headers.len());
    Ok(())
}
