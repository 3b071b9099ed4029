//! The embedded Clerk on its own, for programs that are not written in Rust:
//! `cargo run -p clerk-sdk --features mock --example mock_server -- --port 4010`.
//! The first line that it prints is JSON and says where it is.

use std::error::Error;

use clerk_sdk::mock::MockClerk;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut port = 0;
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--port", Some(value)) => port = value.parse()?,
            (other, _) => return Err(format!("unknown argument {other}; there is --port PORT").into()),
        }
    }
    let clerk = MockClerk::start_on(port).await?;
    let url = clerk.url();
    println!(
        "{}",
        serde_json::json!({ "url": url.trim_end_matches("/v1"), "secret_key": clerk.secret_key() })
    );
    std::future::pending().await
}
