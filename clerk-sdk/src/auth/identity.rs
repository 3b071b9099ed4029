//! The caller of a request: a user by a session, or a program by a credential of its own.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::claims::Claims;
use super::error::{AuthError, Reason};
use super::has::Requirement;
use crate::client::Clerk;
use crate::op;
use crate::request::Request;

/// The kind of a credential.
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

/// A user, by a session. Cheap to clone.
///
/// It is the caller of handlers that serve users alone. A [`MachineAuth`] is a program, a [`Caller`] either of them.
#[derive(Clone)]
pub struct Auth {
    claims: Claims,
    token: Arc<str>,
}

/// A program, by an API key, a machine-to-machine token or an OAuth access token. Cheap to clone.
#[derive(Clone)]
pub struct MachineAuth {
    claims: Claims,
    machine: Arc<Machine>,
    token: Arc<str>,
}

/// The caller of a request: a user or a program. Cheap to clone.
///
/// ```
/// use clerk_sdk::auth::Caller;
///
/// fn owner(caller: &Caller) -> String {
///     match caller {
///         Caller::User(auth) => format!("the user {}", auth.user_id()),
///         Caller::Machine(machine) => format!("a program of {}", machine.subject()),
///         _ => "a caller of a kind that is new".to_owned(),
///     }
/// }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Caller {
    /// A user, by a session.
    User(Auth),
    /// A program.
    Machine(MachineAuth),
}

/// The subject of a credential: the user, the organization or the machine that it acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// A user, `user_…`.
    User(&'a str),
    /// An organization, `org_…`: of an API key that belongs to it.
    Organization(&'a str),
    /// A machine, `mch_…`: of a machine-to-machine token.
    Machine(&'a str),
    /// An id with another prefix.
    Other(&'a str),
}

/// The facts about a credential that is not a session.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) token_type: TokenType,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) subject: String,
    pub(super) client_id: Option<String>,
    pub(super) scopes: Vec<String>,
}

impl Auth {
    pub(super) fn new(claims: Claims, token: &str) -> Self {
        Self { claims, token: token.into() }
    }

    /// Returns the id of the user, `user_…`.
    pub fn user_id(&self) -> &str {
        self.claims.subject()
    }

    /// Returns the id of the session, `sess_…`. `None` for a session token without the claim `sid`.
    pub fn session_id(&self) -> Option<&str> {
        self.claims.session_id()
    }

    /// Returns the id of the active organization, `org_…`. `None` if the user acts for no organization.
    pub fn org_id(&self) -> Option<&str> {
        self.claims.org_id()
    }

    /// Returns the slug of the active organization.
    pub fn org_slug(&self) -> Option<&str> {
        self.claims.org_slug()
    }

    /// Returns the user's role in the active organization, with its prefix: `org:admin`.
    pub fn org_role(&self) -> Option<&str> {
        self.claims.org_role()
    }

    /// Returns the claims of the actor (`act`) of an impersonated session: someone else acts as the user. `sub` is the
    /// actor's id.
    pub fn actor(&self) -> Option<&Map<String, Value>> {
        self.claims.actor()
    }

    /// Returns the claims of the session token.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns the token itself, without `Bearer`: to pass it on to another service that accepts it. `Debug` does not show
    /// it.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Creates a token for this session from a JWT template of the instance, by its name: a shortcut for
    /// `clerk.sessions().create_token_from_template(…)`.
    ///
    /// ```no_run
    /// # async fn example(clerk: clerk_sdk::Clerk, auth: clerk_sdk::auth::Auth) -> Result<(), clerk_sdk::Error> {
    /// let token = auth.create_token(&clerk, "supabase").expires_in_seconds(60).await?;
    /// println!("{} bytes", token.jwt.unwrap_or_default().len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The request fails with [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) before it is sent if the
    /// session token does not contain the id of its session.
    pub fn create_token(
        &self,
        clerk: &Clerk,
        template_name: impl Into<String>,
    ) -> Request<op::CreateSessionTokenFromTemplate> {
        clerk.sessions().create_token_from_template(self.session_id().unwrap_or_default(), template_name)
    }

    /// Returns whether the user has a [`Role`](super::Role), a [`Permission`](super::Permission), a
    /// [`Feature`](super::Feature), a [`Plan`](super::Plan) or a [`Reverification`](super::Reverification).
    pub fn has(&self, requirement: impl Requirement) -> bool {
        self.claims.has(requirement)
    }
}

impl MachineAuth {
    /// Returns the program without its token: so that a cache of responses does not contain it.
    pub(super) fn new(machine: Machine, claims: Claims) -> Self {
        Self { claims, machine: Arc::new(machine), token: Arc::default() }
    }

    pub(super) fn with_token(self, token: &str) -> Self {
        Self { token: token.into(), ..self }
    }

    /// Returns the kind of the credential. It is not [`TokenType::Session`].
    pub fn token_type(&self) -> TokenType {
        self.machine.token_type
    }

    /// Returns the user, the organization or the machine that the credential acts for.
    pub fn subject(&self) -> Subject<'_> {
        Subject::new(&self.machine.subject)
    }

    /// Returns the id of the user that the credential acts for, `user_…`. `None` if it acts for another kind of subject.
    pub fn user_id(&self) -> Option<&str> {
        self.subject().user_id()
    }

    /// Returns the id of the organization that the API key belongs to, `org_…`. `None` if it belongs to a user.
    pub fn org_id(&self) -> Option<&str> {
        self.subject().org_id()
    }

    /// Returns the id of the machine that sends a machine-to-machine token, `mch_…`.
    pub fn machine_id(&self) -> Option<&str> {
        self.subject().machine_id()
    }

    /// Returns the id of the API key or token itself. `None` if the token does not contain one.
    pub fn id(&self) -> Option<&str> {
        self.machine.id.as_deref()
    }

    /// Returns the name that was given to the API key. `None` for tokens.
    pub fn name(&self) -> Option<&str> {
        self.machine.name.as_deref()
    }

    /// Returns the id of the OAuth application that acts for the user. `None` for other credentials.
    pub fn client_id(&self) -> Option<&str> {
        self.machine.client_id.as_deref()
    }

    /// Returns the scopes of the credential. Those of a machine-to-machine token are the ids of the machines that it may
    /// be sent to.
    pub fn scopes(&self) -> &[String] {
        &self.machine.scopes
    }

    /// Returns the claims of the credential. Those of an opaque one were given to it when it was created.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns the credential itself, without `Bearer`: to pass it on to another service that accepts it. `Debug` does not
    /// show it.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Returns whether the credential has a [`Scope`](super::Scope). It has no role, permission, feature or plan.
    pub fn has(&self, requirement: impl Requirement) -> bool {
        requirement.is_met_by_scopes(self.scopes())
    }
}

impl Caller {
    /// Returns the kind of the credential.
    pub fn token_type(&self) -> TokenType {
        match self {
            Self::User(_) => TokenType::Session,
            Self::Machine(machine) => machine.token_type(),
        }
    }

    /// Returns the user, the organization or the machine that the caller acts for.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Self::User(auth) => Subject::User(auth.user_id()),
            Self::Machine(machine) => machine.subject(),
        }
    }

    /// Returns the id of the user, `user_…`: of a session, or of a credential that acts for a user.
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::User(auth) => Some(auth.user_id()),
            Self::Machine(machine) => machine.user_id(),
        }
    }

    /// Returns the id of the organization, `org_…`: the active one of a session, or the one that an API key belongs to.
    pub fn org_id(&self) -> Option<&str> {
        match self {
            Self::User(auth) => auth.org_id(),
            Self::Machine(machine) => machine.org_id(),
        }
    }

    /// Returns the id of the machine that sends a machine-to-machine token, `mch_…`.
    pub fn machine_id(&self) -> Option<&str> {
        self.as_machine()?.machine_id()
    }

    /// Returns the id of the credential: of the session, the API key or the token.
    pub fn credential_id(&self) -> Option<&str> {
        match self {
            Self::User(auth) => auth.session_id(),
            Self::Machine(machine) => machine.id(),
        }
    }

    /// Returns the scopes of a program's credential. A session has none.
    pub fn scopes(&self) -> &[String] {
        self.as_machine().map_or(&[], MachineAuth::scopes)
    }

    /// Returns the claims of the credential.
    pub fn claims(&self) -> &Claims {
        match self {
            Self::User(auth) => auth.claims(),
            Self::Machine(machine) => machine.claims(),
        }
    }

    /// Returns the credential itself, without `Bearer`: to pass it on to another service that accepts it. `Debug` does not
    /// show it.
    pub fn token(&self) -> &str {
        match self {
            Self::User(auth) => auth.token(),
            Self::Machine(machine) => machine.token(),
        }
    }

    /// Returns whether the caller has what is required: [`Auth::has`] for a user, [`MachineAuth::has`] for a program.
    pub fn has(&self, requirement: impl Requirement) -> bool {
        match self {
            Self::User(auth) => auth.has(requirement),
            Self::Machine(machine) => machine.has(requirement),
        }
    }

    /// Returns the user. `None` for a program.
    pub fn as_user(&self) -> Option<&Auth> {
        match self {
            Self::User(auth) => Some(auth),
            Self::Machine(_) => None,
        }
    }

    /// Returns the program. `None` for a user.
    pub fn as_machine(&self) -> Option<&MachineAuth> {
        match self {
            Self::User(_) => None,
            Self::Machine(machine) => Some(machine),
        }
    }
}

impl TryFrom<Caller> for Auth {
    type Error = AuthError;

    /// Returns the user.
    ///
    /// # Errors
    /// [`Reason::TokenTypeNotSupported`] for a program.
    fn try_from(caller: Caller) -> Result<Self, AuthError> {
        match caller {
            Caller::User(auth) => Ok(auth),
            Caller::Machine(machine) => Err(unsupported(machine.token_type())),
        }
    }
}

impl TryFrom<Caller> for MachineAuth {
    type Error = AuthError;

    /// Returns the program.
    ///
    /// # Errors
    /// [`Reason::TokenTypeNotSupported`] for a user.
    fn try_from(caller: Caller) -> Result<Self, AuthError> {
        match caller {
            Caller::User(_) => Err(unsupported(TokenType::Session)),
            Caller::Machine(machine) => Ok(machine),
        }
    }
}

fn unsupported(token_type: TokenType) -> AuthError {
    let message = format!("a credential of the type {token_type} is not accepted here");
    AuthError::new(Reason::TokenTypeNotSupported, message)
}

impl<'a> Subject<'a> {
    /// Returns the subject with this id; the prefix of the id decides which kind it is.
    fn new(id: &'a str) -> Self {
        match id.split_once('_') {
            Some(("user", _)) => Self::User(id),
            Some(("org", _)) => Self::Organization(id),
            Some(("mch", _)) => Self::Machine(id),
            _ => Self::Other(id),
        }
    }

    /// Returns the id.
    pub fn id(self) -> &'a str {
        match self {
            Self::User(id) | Self::Organization(id) | Self::Machine(id) | Self::Other(id) => id,
        }
    }

    fn user_id(self) -> Option<&'a str> {
        match self {
            Self::User(id) => Some(id),
            _ => None,
        }
    }

    fn org_id(self) -> Option<&'a str> {
        match self {
            Self::Organization(id) => Some(id),
            _ => None,
        }
    }

    fn machine_id(self) -> Option<&'a str> {
        match self {
            Self::Machine(id) => Some(id),
            _ => None,
        }
    }
}

impl fmt::Display for Subject<'_> {
    /// Writes the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Debug for Auth {
    /// Of the actor, writes the id alone: empty if the token does not contain it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = |actor| Map::get(actor, "sub").and_then(Value::as_str).unwrap_or_default();
        f.debug_struct("Auth")
            .field("user_id", &self.user_id())
            .field("session_id", &self.session_id())
            .field("org_id", &self.org_id())
            .field("actor", &self.actor().map(id))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MachineAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineAuth")
            .field("token_type", &self.token_type())
            .field("subject", &self.subject())
            .field("id", &self.id())
            .field("client_id", &self.client_id())
            .field("scopes", &self.scopes())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(auth) => f.debug_tuple("User").field(auth).finish(),
            Self::Machine(machine) => f.debug_tuple("Machine").field(machine).finish(),
        }
    }
}
