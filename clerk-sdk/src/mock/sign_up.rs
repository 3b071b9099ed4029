//! What a browser does in a sign-up.

use serde_json::{Value, json};

use super::MockClerk;
use super::record::RecordedBody;
use crate::types::{SignUp, User};

impl MockClerk {
    /// Completes a [seeded](super::Seed::sign_up) sign-up, as its browser would: there is a user with what the sign-up
    /// has, its external id included, and a session.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let clerk = clerk_sdk::mock::MockClerk::start().await?;
    /// let sign_up = clerk.seed().sign_up("eve@example.com").await;
    /// clerk.client().sign_ups().update(&sign_up.id).external_id("guest_7").await?;
    /// let eve = clerk.complete_sign_up(&sign_up);
    /// assert_eq!(eve.external_id.as_deref(), Some("guest_7"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// Where the sign-up is complete or abandoned, or the server would refuse such a user.
    #[allow(clippy::panic, reason = "a test whose user cannot sign up cannot go on")]
    pub fn complete_sign_up(&self, sign_up: &SignUp) -> User {
        let id = &sign_up.id;
        self.end_sign_up(id).unwrap_or_else(|why| panic!("the sign-up {id} cannot be completed: {why}"))
    }

    fn end_sign_up(&self, id: &str) -> Result<User, String> {
        let fields = self.inner.change(|state| state.user_of_sign_up(id))?;
        let user = self.perform("CreateUser", Vec::new(), &RecordedBody::Json(Value::Object(fields)))?;
        let session = RecordedBody::Json(json!({ "user_id": user["id"] }));
        let session = self.perform("createSession", Vec::new(), &session)?;
        let id_of = |object: &Value| object["id"].as_str().unwrap_or_default().to_owned();
        self.inner.change(|state| state.end_sign_up(id, &id_of(&user), &id_of(&session)));
        serde_json::from_value(user).map_err(|error| error.to_string())
    }
}
