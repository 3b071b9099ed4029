//! What a token says, in one view whatever its version.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::has::Requirement;
use super::organization::Organization;
use super::rules::{Kind, cut_down};
use crate::value::Timestamp;

/// The claims of a token whose signature and claims have been checked. Cheap to clone.
///
/// Clerk's session tokens come in two versions; both read the same here. What has a name of its own in your
/// instance's tokens is read by [`custom`](Self::custom), and all of it is in [`raw`](Self::raw).
///
/// JWT templates, API keys and tokens of machines have claims that their author chose. Of these, everything that
/// describes a session is absent: session, organization, features, plans, actor, factor ages and the pending state.
/// Of opaque credentials, [`subject`](Self::subject) is the one that Clerk names; issuer, id of the token and dates
/// are absent.
#[derive(Clone)]
pub struct Claims {
    inner: Arc<Inner>,
    pending_accepted: bool,
}

struct Inner {
    kind: Kind,
    /// The subject of an opaque credential, by Clerk: all of `raw` is its maker's.
    subject: Option<String>,
    raw: Map<String, Value>,
    organization: OnceLock<Organization>,
}

/// The layout of a session's claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// How long ago the user was verified, from [`Claims::factor_ages`]. Clerk counts in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorAges {
    /// The first factor, such as a password; none where it was not verified in this session.
    pub first: Option<Duration>,
    /// The second factor; none where the user has none, or it was not verified in this session.
    pub second: Option<Duration>,
}

impl Claims {
    pub(super) fn new(kind: Kind, raw: Map<String, Value>) -> Self {
        Self::of(Inner { kind, subject: None, raw, organization: OnceLock::new() })
    }

    /// Returns the claims that the maker of an opaque credential of a machine chose, with the subject that Clerk names.
    pub(super) fn opaque(subject: String, raw: Map<String, Value>) -> Self {
        let (kind, subject) = (Kind::MachineToMachine, Some(subject));
        Self::of(Inner { kind, subject, raw, organization: OnceLock::new() })
    }

    fn of(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), pending_accepted: false }
    }

    /// The same claims, of which [`has`](Self::has) may be true although the session is pending.
    #[must_use]
    pub fn accept_pending(mut self, accept: bool) -> Self {
        self.pending_accepted = accept;
        self
    }

    /// Whether the caller has what is asked for: a [`Role`](super::Role), a [`Permission`](super::Permission), a
    /// [`Feature`](super::Feature), a [`Plan`](super::Plan) or a [`Reverification`](super::Reverification).
    ///
    /// False for a pending session unless [accepted](Self::accept_pending), and for tokens that are no session
    /// tokens: the claims of a JWT template are what its author made them, so decide on these by yourself.
    pub fn has(&self, requirement: impl Requirement) -> bool {
        self.session().is_some()
            && (self.pending_accepted || !self.is_pending())
            && requirement.is_met_by(self)
    }

    /// Returns the id of the subject (`sub`): of the user in session tokens, else of a user, an organization or a machine.
    pub fn subject(&self) -> &str {
        self.inner.subject.as_deref().or_else(|| self.text("sub")).unwrap_or_default()
    }

    /// Returns the id of the user, `user_…`. `None` if the subject is an organization or a machine.
    pub fn user_id(&self) -> Option<&str> {
        let id = self.subject();
        (self.session().is_some() || id.starts_with("user_")).then_some(id)
    }

    /// The id of the session, `sess_…`; tokens of JWT templates and machines have none.
    pub fn session_id(&self) -> Option<&str> {
        self.session()?.text("sid")
    }

    /// The id of the active organization, `org_…`.
    pub fn org_id(&self) -> Option<&str> {
        self.organization().id.as_deref()
    }

    /// The slug of the active organization.
    pub fn org_slug(&self) -> Option<&str> {
        self.organization().slug.as_deref()
    }

    /// The user's role in the active organization, always with its prefix: `org:admin`.
    pub fn org_role(&self) -> Option<&str> {
        self.organization().role.as_deref()
    }

    /// The user's permissions in the active organization: `org:<feature>:<permission>`.
    pub fn org_permissions(&self) -> &[String] {
        &self.organization().permissions
    }

    /// The features of the plans of user and organization, with their scope: `u:search`, `o:billing`.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.scoped("fea")
    }

    /// The plans of user and organization, with their scope: `u:free`, `o:pro`.
    pub fn plans(&self) -> impl Iterator<Item = &str> {
        self.scoped("pla")
    }

    /// How long before the token was issued the user was verified (`fva`).
    pub fn factor_ages(&self) -> Option<FactorAges> {
        let Some(Value::Array(ages)) = self.session()?.inner.raw.get("fva") else { return None };
        let [first, second] = ages.as_slice() else { return None };
        Some(FactorAges { first: age(first)?, second: age(second)? })
    }

    /// Who acts as the user (`act`), where somebody does, such as in an impersonation.
    pub fn actor(&self) -> Option<&Map<String, Value>> {
        self.session()?.inner.raw.get("act").and_then(Value::as_object)
    }

    /// Whether the session waits for its user to finish a task (`sts`).
    pub fn is_pending(&self) -> bool {
        self.session().is_some_and(|claims| claims.text("sts") == Some("pending"))
    }

    /// The origin that the token was made for (`azp`); machines have none.
    pub fn authorized_party(&self) -> Option<&str> {
        self.text("azp").filter(|_| self.inner.kind != Kind::MachineToMachine)
    }

    /// Who issued the token (`iss`): the instance's frontend API.
    pub fn issuer(&self) -> Option<&str> {
        self.jwt()?.text("iss")
    }

    /// The id of the token (`jti`).
    pub fn token_id(&self) -> Option<&str> {
        self.jwt()?.text("jti")
    }

    /// When the token was issued (`iat`).
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.date("iat")
    }

    /// When the token expires (`exp`).
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.date("exp")
    }

    /// From when on the token is good (`nbf`).
    pub fn not_before(&self) -> Option<Timestamp> {
        self.date("nbf")
    }

    /// Reads claims of your own into a type of yours; its fields are named as the claims are.
    ///
    /// # Errors
    /// Where the claims are not what the type wants.
    pub fn custom<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.inner.raw)
    }

    /// All claims, as they came.
    pub fn raw(&self) -> &Map<String, Value> {
        &self.inner.raw
    }

    /// Returns the claims if they are those of a session, which Clerk itself wrote.
    fn session(&self) -> Option<&Self> {
        (self.inner.kind == Kind::Session).then_some(self)
    }

    /// Returns the claims unless they are an opaque credential's, in which no claim is Clerk's.
    fn jwt(&self) -> Option<&Self> {
        self.inner.subject.is_none().then_some(self)
    }

    /// Returns the version that the claims of a session are read by; `None` for versions to come and other tokens.
    pub(super) fn version(&self) -> Option<Version> {
        match self.session()?.inner.raw.get("v") {
            None => Some(Version::One),
            Some(version) => (version.as_f64() == Some(2.0)).then_some(Version::Two),
        }
    }

    /// A claim that is a text, and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.inner.raw.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The entries of a comma list of version 2 that have a scope.
    pub(super) fn scoped(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.text(name).filter(|_| self.version() == Some(Version::Two)).unwrap_or_default();
        list.split(',').map(str::trim).filter(|entry| entry.contains(':'))
    }

    fn organization(&self) -> &Organization {
        self.inner.organization.get_or_init(|| Organization::read(self))
    }

    fn date(&self, name: &str) -> Option<Timestamp> {
        let seconds = self.jwt()?.inner.raw.get(name).and_then(cut_down)?;
        seconds.checked_mul(1000).map(Timestamp::from_millis)
    }
}

/// Minutes, and -1 where there was no verification; `None` where it is neither.
fn age(minutes: &Value) -> Option<Option<Duration>> {
    let minutes = minutes.as_f64()?;
    if minutes == -1.0 {
        return Some(None);
    }
    Duration::try_from_secs_f64(minutes * 60.0).ok().map(Some)
}

impl fmt::Debug for Claims {
    /// Who it is, and the names of the claims: what is in them may be nobody's business in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.inner.raw.keys().collect();
        f.debug_struct("Claims")
            .field("subject", &self.subject())
            .field("session_id", &self.session_id())
            .field("org_id", &self.org_id())
            .field("names", &names)
            .finish()
    }
}
