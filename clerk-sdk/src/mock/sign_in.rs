//! Session tokens without a browser: who is signed in, where, with what rights, and everything about a token that
//! an application may have to refuse.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::MockClerk;
use super::keys::Signer;
use super::state::TokenOptions;
use crate::types::User;

/// A session that is about to begin: see [`MockClerk::sign_in`].
#[must_use = "nobody is signed in before the token is taken"]
#[derive(Clone, Debug)]
pub struct SignIn<'a> {
    clerk: &'a MockClerk,
    user_id: String,
    session_id: Option<String>,
    organization: Option<(String, String)>,
    options: TokenOptions,
}

impl MockClerk {
    /// Signs a user in: [`token`](SignIn::token) begins a session and gives its token, as a browser would send it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let clerk = clerk_sdk::mock::MockClerk::start().await?;
    /// let ada = clerk.seed().user("ada@example.com").await;
    /// let token = clerk.sign_in(&ada).organization("acme", "org:admin").token();
    /// # assert_eq!(token.split('.').count(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_in(&self, user: &User) -> SignIn<'_> {
        SignIn {
            clerk: self,
            user_id: user.id.clone(),
            session_id: None,
            organization: None,
            options: TokenOptions::default(),
        }
    }

    /// Returns the public key, in PEM, that checks the tokens of this server without a request to it: what an
    /// instance's "JWT public key" is.
    ///
    /// Its private half is published. Only a client of a server on this machine accepts it, and a verifier or an
    /// authenticator with [`accept_test_keys`](crate::auth::VerifierBuilder::accept_test_keys).
    pub fn jwt_key(&self) -> &'static str {
        super::lock(&self.inner.state).keys.pem()
    }

    /// The issuer that the tokens of this server name.
    pub fn issuer(&self) -> &'static str {
        super::state::ISSUER
    }

    /// The publishable key of this instance: what its browsers would have.
    pub fn publishable_key(&self) -> &'static str {
        super::PUBLISHABLE_KEY
    }

    /// Signs with another key from now on. `/jwks` has it, and goes on having those before it.
    pub fn rotate_keys(&self) {
        self.inner.change(super::state::State::rotate_keys);
    }

    /// Takes all keys but the one that signs out of `/jwks`: tokens from before the last
    /// [`rotate_keys`](Self::rotate_keys) are no longer good.
    pub fn retire_keys(&self) {
        self.inner.change(|state| state.keys.retire());
    }
}

impl SignIn<'_> {
    /// Enters an organization, by its slug or id, with a role such as `org:admin`. An organization that does not exist is
    /// created, and the user gets the role in it. Other roles than `org:admin` and `org:member` are
    /// [seeded](super::Seed::role) first: taking the token panics with the nearest name for a role that does not exist.
    pub fn organization(mut self, slug_or_id: impl Into<String>, role: impl Into<String>) -> Self {
        self.organization = Some((slug_or_id.into(), role.into()));
        self
    }

    /// With these permissions in the organization, such as `org:billing:manage`, instead of those of the role.
    pub fn permissions<T: Into<String>>(mut self, permissions: impl IntoIterator<Item = T>) -> Self {
        self.options.permissions = Some(permissions.into_iter().map(Into::into).collect());
        self
    }

    /// With these features, each with its scope: `o:billing` is the organization's, `u:export` the user's. Without this
    /// they are those of the plans that are subscribed to.
    pub fn features<T: Into<String>>(mut self, features: impl IntoIterator<Item = T>) -> Self {
        self.options.features = Some(features.into_iter().map(Into::into).collect());
        self
    }

    /// On these plans, each with its scope: `o:team`, `u:pro`. Without this they are those that are subscribed to.
    pub fn plans<T: Into<String>>(mut self, plans: impl IntoIterator<Item = T>) -> Self {
        self.options.plans = Some(plans.into_iter().map(Into::into).collect());
        self
    }

    /// In a session that is there already, instead of a new one.
    pub fn in_session(mut self, session_id: impl Into<String>) -> Self {
        self.session_id = Some(session_id.into());
        self
    }

    /// The token holds this long from when it was issued; a minute unless set.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.options.lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        self
    }

    /// The token was issued this long ago. With more than its [`lifetime`](Self::lifetime) it has expired.
    pub fn issued_ago(mut self, ago: Duration) -> Self {
        self.options.issued = i64::try_from(ago.as_secs()).map_or(i64::MIN, |seconds| -seconds);
        self
    }

    /// The token will be issued only after this long: it is from the future.
    pub fn issued_in(mut self, ahead: Duration) -> Self {
        self.options.issued = i64::try_from(ahead.as_secs()).unwrap_or(i64::MAX);
        self
    }

    /// For the browser at this origin (`azp`), such as `https://app.example.com`.
    pub fn authorized_party(mut self, origin: impl Into<String>) -> Self {
        self.options.authorized_party = Some(origin.into());
        self
    }

    /// The session is pending: the user has still something to do before being signed in.
    pub fn pending(mut self) -> Self {
        self.options.pending = Some(true);
        self
    }

    /// So many minutes since the user proved the first and the second factor; `None` for never.
    pub fn factor_ages(mut self, first: Option<u32>, second: Option<u32>) -> Self {
        self.options.factor_ages = [first, second].map(|age| age.map_or(-1, i64::from));
        self
    }

    /// Somebody else acts as the user (`act`), by that one's user id.
    pub fn actor(mut self, user_id: impl Into<String>) -> Self {
        self.options.actor = Some(json!({ "sub": user_id.into() }));
        self
    }

    /// Claims in their first version: `org_id`, `org_role`, … instead of the compact `o`.
    pub fn version_1(mut self) -> Self {
        self.options.version = 1;
        self
    }

    /// Another claim, or another value for one that is there; null takes it out.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.claims.0.insert(name.into(), value.into());
        self
    }

    /// Another header of the token, or another value for one that is there.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.header.0.insert(name.into(), value.into());
        self
    }

    /// Signed by a key that nobody knows, under the id of one that is known: nothing should accept this.
    pub fn forged(mut self) -> Self {
        self.options.signer = Signer::Foreign;
        self
    }

    /// Begins the session, and gives its token.
    ///
    /// # Panics
    /// Where the server would refuse the session or the membership: the user is gone or banned, say.
    #[allow(clippy::panic, reason = "a test whose user cannot sign in cannot go on")]
    pub fn token(self) -> String {
        let user = self.user_id.clone();
        self.sign().unwrap_or_else(|why| panic!("{user} cannot sign in: {why}"))
    }

    fn sign(self) -> Result<String, String> {
        let mut active = None;
        if let Some((name, role)) = &self.organization {
            active = Some(self.clerk.join(&self.user_id, name, role)?);
        }
        let session = match self.session_id {
            Some(id) => id,
            None => {
                // An empty text is none: without it, the session would be in the organization joined last.
                let organization = active.as_deref().unwrap_or_default();
                self.clerk
                    .seed()
                    .session(&self.user_id)
                    .with("active_organization_id", organization)
                    .put()?
                    .id
            }
        };
        let token = self.clerk.inner.change(|state| {
            state.enter(&session, active.as_deref(), self.options.pending);
            state.session_token(&session, &self.options)
        });
        token.ok_or_else(|| format!("there is no session {session}"))
    }
}

impl MockClerk {
    /// Has a user be a member of an organization with this role, and gives the organization's id.
    pub(super) fn join(&self, user_id: &str, slug_or_id: &str, role: &str) -> Result<String, String> {
        super::lock(&self.inner.state).check_role_exists(role)?;
        let organization = self.seed_organization(slug_or_id)?;
        self.inner.change(|state| state.set_role(&organization, user_id, role));
        Ok(organization)
    }

    /// The id of an organization of this slug or id, which is made where there is none.
    fn seed_organization(&self, slug_or_id: &str) -> Result<String, String> {
        let found = super::lock(&self.inner.state).find_organization(slug_or_id);
        if let Some(id) = found {
            return Ok(id);
        }
        let seeding = self.seed().organization(slug_or_id);
        let organization = seeding.with("slug", slug_or_id).with("max_allowed_memberships", 0).put()?;
        Ok(organization.id)
    }
}

/// Overrides: null takes a name out.
pub(super) fn override_with(map: &mut Map<String, Value>, with: &Map<String, Value>) {
    for (name, value) in with {
        if value.is_null() {
            map.remove(name);
        } else {
            map.insert(name.clone(), value.clone());
        }
    }
}
