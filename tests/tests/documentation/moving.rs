//! The new side of the pages on moving to this SDK.

use clerk_sdk::Clerk;

use crate::{AnyError, with_ada};

mod client {
    // code: after-client
    use clerk_sdk::Clerk;

    async fn name_of(user_id: &str) -> Result<String, clerk_sdk::Error> {
        let clerk = Clerk::from_env()?; // CLERK_SECRET_KEY
        let user = clerk.users().get(user_id).await?;
        Ok(user.first_name.unwrap_or_default())
    }
    // end
}

// code: after-create
use clerk_sdk::{error_codes, types::User};

async fn create(clerk: &Clerk, email: &str) -> Result<User, AnyError> {
    match clerk.users().create().email_address([email]).first_name("Ada").await {
        Ok(user) => Ok(user),
        Err(error) if error.has_code(error_codes::FORM_IDENTIFIER_EXISTS) => {
            Err("this address is taken".into())
        }
        Err(error) => Err(error.into()),
    }
}
// end

// code: after-all
async fn print_all(clerk: &Clerk) -> Result<(), clerk_sdk::Error> {
    let mut users = clerk.users().list().order_by("+created_at").items();
    while let Some(user) = users.try_next().await? {
        println!("{}", user.id);
    }
    Ok(())
}
// end

#[tokio::test]
async fn the_code_of_the_page_on_clerk_rs_runs() -> Result<(), AnyError> {
    let (_mock, clerk, ada) = with_ada().await;
    let grace = create(&clerk, "grace@example.com").await?;
    assert_ne!(grace.id, ada.id);
    let taken = create(&clerk, "ada@example.com").await.unwrap_err();
    assert_eq!(taken.to_string(), "this address is taken");
    print_all(&clerk).await?;
    Ok(())
}

// code: after-jsonwebtoken
use clerk_sdk::auth::{AuthError, Claims, Verifier};

/// At the start of the program.
fn verifier(publishable_key: &str) -> Result<Verifier, clerk_sdk::Error> {
    Verifier::from_publishable_key(publishable_key).authorized_parties(["https://app.example.com"]).build()
}

async fn verify(verifier: &Verifier, token: &str) -> Result<Claims, AuthError> {
    verifier.verify(token).await
}
// end
