//! The code in the README and in `docs/`: what stands there between markers is copied from this folder by
//! `cargo xtask regen`, so that it compiles, and most of it runs against the embedded Clerk.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod authentication;
mod calls;
mod decoding;
mod moving;
mod paths;
mod recipes;
mod retries_and_errors;
mod settings;
mod strength;
mod testing;
mod webhooks;

use clerk_sdk::Clerk;
use clerk_sdk::mock::MockClerk;
use clerk_sdk::types::User;

type AnyError = Box<dyn std::error::Error>;

mod first {
    // code: first
    use clerk_sdk::Clerk;

    #[tokio::main]
    async fn main() -> Result<(), clerk_sdk::Error> {
        let clerk = Clerk::from_env()?; // CLERK_SECRET_KEY
        let mut users = clerk.users().list().query("ada").items();
        while let Some(user) = users.try_next().await? {
            println!("{} {}", user.id, user.first_name.unwrap_or_default());
        }
        Ok(())
    }
    // end
}

/// An embedded Clerk with a user in it.
async fn with_ada() -> (MockClerk, Clerk, User) {
    let mock = MockClerk::start().await.unwrap();
    let clerk = mock.client();
    let ada = clerk.users().create().email_address(["ada@example.com"]).await.unwrap();
    (mock, clerk, ada)
}
