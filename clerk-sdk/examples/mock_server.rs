//! The embedded Clerk on its own, for programs that are not written in Rust:
//! `cargo run -p clerk-sdk --features mock --example mock_server -- --port 4010`.
//! The first line that it prints is JSON and says where it is.

use std::error::Error;

use clerk_sdk::mock::MockClerk;

#[cfg(feature = "mock-data")]
const ARGUMENTS: &str = "--port PORT and --data FILE";
#[cfg(not(feature = "mock-data"))]
const ARGUMENTS: &str = "--port PORT and, with the feature mock-data, --data FILE";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut builder = MockClerk::builder();
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--port", Some(value)) => builder = builder.port(value.parse()?),
            #[cfg(feature = "mock-data")]
            ("--data", Some(file)) => builder = builder.data(file),
            (other, _) => return Err(format!("unknown argument {other}; there are {ARGUMENTS}").into()),
        }
    }
    let clerk = builder.start().await?;
    let url = clerk.url();
    println!(
        "{}",
        serde_json::json!({ "url": url.trim_end_matches("/v1"), "secret_key": clerk.secret_key() })
    );
    std::future::pending().await
}
