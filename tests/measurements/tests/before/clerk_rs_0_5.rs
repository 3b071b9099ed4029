//! Programs for `clerk-rs` 0.5.

mod client {
    // code: before-client
    use clerk_rs::{Clerk, apis::users_api};

    async fn name_of(user_id: &str) -> Result<String, Box<dyn std::error::Error>> {
        let clerk = Clerk::from_secret_key(std::env::var("CLERK_SECRET_KEY")?);
        let user = users_api::get_user(&clerk.config, user_id).await?;
        Ok(user.first_name.unwrap_or_default())
    }
    // end
}

mod create {
    use clerk_rs::{Clerk, apis::users_api, models};

    // code: before-create
    async fn create(clerk: &Clerk, email: &str) -> Result<models::User, Box<dyn std::error::Error>> {
        let request = models::CreateUserRequest {
            email_address: Some(vec![email.to_owned()]),
            first_name: Some(Some("Ada".to_owned())),
            ..Default::default()
        };
        match users_api::create_user(&clerk.config, request).await {
            Ok(user) => Ok(user),
            Err(clerk_rs::apis::Error::ResponseError(response))
                if response.content.contains("form_identifier_exists") =>
            {
                Err("this address is taken".into())
            }
            Err(error) => Err(error.into()),
        }
    }
    // end
}

mod all {
    use clerk_rs::{Clerk, apis::users_api};

    // One argument on each line would be a page of `None`.
    #[rustfmt::skip]
    // code: before-all
    async fn print_all(clerk: &Clerk) -> Result<(), Box<dyn std::error::Error>> {
        for page in 0.. {
            let users = users_api::get_user_list(
                &clerk.config, None, None, None, None, None, None, None, None, None, None, None, None, None,
                None, None, None, None, None, None, None, None, None, Some(100), Some(page * 100),
                Some("+created_at"), None,
            )
            .await?;
            if users.is_empty() {
                break;
            }
            for user in users {
                println!("{}", user.id);
            }
        }
        Ok(())
    }
    // end
}

mod axum_app {
    // code: before-axum
    use axum::{Extension, Router, http::StatusCode, routing::get};
    use clerk_rs::Clerk;
    use clerk_rs::validators::{authorizer::ClerkJwt, axum::ClerkLayer, jwks::MemoryCacheJwksProvider};

    fn app(clerk: Clerk) -> Router {
        let layer = ClerkLayer::new(MemoryCacheJwksProvider::new(clerk), None, true);
        Router::new().route("/me", get(me)).route("/invoices", get(invoices)).layer(layer)
    }

    async fn me(Extension(jwt): Extension<ClerkJwt>) -> String {
        jwt.sub
    }

    async fn invoices(Extension(jwt): Extension<ClerkJwt>) -> Result<String, StatusCode> {
        let org = jwt.org.ok_or(StatusCode::FORBIDDEN)?;
        if !org.has_permission("org:billing:read") {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(format!("the invoices of {}", org.id))
    }
    // end
}
