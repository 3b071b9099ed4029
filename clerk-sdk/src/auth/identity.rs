//! Who sent a request.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::claims::Claims;
use super::has::Requirement;

/// What kind of credential a request came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// A user's session token, from the browser or an app.
    Session,
    /// A machine-to-machine token: one of your services calls another.
    M2m,
    /// An API key, which a user or an organization gave to a program.
    ApiKey,
    /// An OAuth access token: an application acts for a user.
    OAuth,
}

impl TokenType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Session, Self::M2m, Self::ApiKey, Self::OAuth];

    /// Clerk's name: `session_token`, `m2m_token`, `api_key`, `oauth_token`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session_token",
            Self::M2m => "m2m_token",
            Self::ApiKey => "api_key",
            Self::OAuth => "oauth_token",
        }
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whoever sent a request, by a credential that was checked. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    token_type: TokenType,
    claims: Claims,
    machine: Option<Arc<Machine>>,
    /// Empty until [`with_token`](Self::with_token).
    token: Arc<str>,
}

/// What is known of a credential that is no session.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    pub(super) id: Option<String>,
    pub(super) subject: String,
    pub(super) client_id: Option<String>,
    pub(super) scopes: Vec<String>,
}

impl Auth {
    pub(super) fn session(claims: Claims) -> Self {
        Self { token_type: TokenType::Session, claims, machine: None, token: Arc::default() }
    }

    pub(super) fn machine(token_type: TokenType, claims: Claims, machine: Machine) -> Self {
        Self { token_type, claims, machine: Some(Arc::new(machine)), token: Arc::default() }
    }

    /// Keeps the token that the caller sent.
    pub(super) fn with_token(self, token: &str) -> Self {
        Self { token: token.into(), ..self }
    }

    /// What kind of credential it is.
    pub fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// Returns the token itself, without `Bearer`: to pass it on to another service that accepts it. `Debug` does not show
    /// it.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whom the credential is about: a user (`user_…`), for API keys also an organization (`org_…`), for
    /// machine-to-machine tokens a machine (`mch_…`).
    pub fn subject(&self) -> &str {
        match &self.machine {
            Some(machine) => &machine.subject,
            None => self.claims.user_id(),
        }
    }

    /// The id of the user, `user_…`.
    ///
    /// Session tokens, which are all that is accepted unless told otherwise, always have one. Where machines are
    /// accepted too it is the [`subject`](Self::subject), whoever that is: look at the
    /// [`token_type`](Self::token_type) first.
    pub fn user_id(&self) -> &str {
        self.subject()
    }

    /// The id of the session, `sess_…`; none for machines.
    pub fn session_id(&self) -> Option<&str> {
        self.claims.session_id()
    }

    /// The id of the active organization, `org_…`; none for machines.
    pub fn org_id(&self) -> Option<&str> {
        self.claims.org_id()
    }

    /// The slug of the active organization.
    pub fn org_slug(&self) -> Option<&str> {
        self.claims.org_slug()
    }

    /// The user's role in the active organization, with its prefix: `org:admin`.
    pub fn org_role(&self) -> Option<&str> {
        self.claims.org_role()
    }

    /// The claims of the actor (`act`) of an impersonated session: someone else acts as the user. `sub` is the actor's id.
    pub fn actor(&self) -> Option<&Map<String, Value>> {
        self.claims.actor()
    }

    /// What a machine's credential may be used for; empty for sessions.
    pub fn scopes(&self) -> &[String] {
        self.machine.as_ref().map_or(&[], |machine| &machine.scopes)
    }

    /// The id of the credential: that of the session for session tokens, else the token's or key's own.
    pub fn credential_id(&self) -> Option<&str> {
        match &self.machine {
            Some(machine) => machine.id.as_deref(),
            None => self.session_id(),
        }
    }

    /// The application that acts, for OAuth access tokens.
    pub fn client_id(&self) -> Option<&str> {
        self.machine.as_ref()?.client_id.as_deref()
    }

    /// What the credential says. For opaque ones, the claims that were given to them when they were made.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether the caller has what is asked for: a [`Role`](super::Role), a [`Permission`](super::Permission), a
    /// [`Feature`](super::Feature), a [`Plan`](super::Plan) or a [`Reverification`](super::Reverification) of a user, a
    /// [`Scope`](super::Scope) of a machine.
    pub fn has(&self, requirement: impl Requirement) -> bool {
        if self.is_session() {
            self.claims.has(requirement)
        } else {
            requirement.is_met_by_scopes(self.scopes())
        }
    }

    fn is_session(&self) -> bool {
        self.token_type == TokenType::Session
    }
}

impl fmt::Debug for Auth {
    /// Of the actor, only the id: empty where the token does not tell it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = |actor| Map::get(actor, "sub").and_then(Value::as_str).unwrap_or_default();
        f.debug_struct("Auth")
            .field("token_type", &self.token_type)
            .field("subject", &self.subject())
            .field("actor", &self.actor().map(id))
            .field("credential_id", &self.credential_id())
            .field("scopes", &self.scopes())
            .finish_non_exhaustive()
    }
}
