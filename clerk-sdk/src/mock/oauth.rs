//! OAuth access tokens for tests: an application that signs users in with Clerk would get them through a browser.

use std::time::Duration;

use super::MockClerk;
use crate::types::User;

/// An access token that is about to be issued: see [`MockClerk::oauth_access_token`].
#[must_use = "there is no token before it is taken"]
#[derive(Clone, Debug)]
pub struct OAuthAccessToken<'a> {
    clerk: &'a MockClerk,
    user_id: String,
    client_id: String,
    scopes: Vec<String>,
    lifetime: Duration,
}

impl MockClerk {
    /// An OAuth access token with which an application acts for a user.
    pub fn oauth_access_token(&self, user: &User) -> OAuthAccessToken<'_> {
        OAuthAccessToken {
            clerk: self,
            user_id: user.id.clone(),
            client_id: "embedded_client".to_owned(),
            scopes: vec!["profile".to_owned(), "email".to_owned()],
            lifetime: Duration::from_secs(24 * 60 * 60),
        }
    }

    /// Revokes an OAuth access token; whether there was one of this value. One that is a JWT is still good for who
    /// checks it without asking the server.
    pub fn revoke_oauth_access_token(&self, token: &str) -> bool {
        self.inner.change(|state| state.revoke_oauth_token(token))
    }
}

impl OAuthAccessToken<'_> {
    /// For the application of this client id.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = client_id.into();
        self
    }

    /// With these scopes, instead of `profile` and `email`.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Holds this long; a day unless set.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Issues it as an opaque token, `oat_…`, that only the server can verify.
    pub fn token(self) -> String {
        self.issue(false)
    }

    /// Issues it as a JWT of the type `at+jwt`.
    pub fn jwt(self) -> String {
        self.issue(true)
    }

    fn issue(self, jwt: bool) -> String {
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        self.clerk
            .inner
            .change(|state| state.oauth_token(&self.user_id, &self.client_id, &self.scopes, lifetime, jwt))
    }
}
