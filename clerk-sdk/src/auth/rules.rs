//! What is checked besides the signature: the header before it, the claims after it, in a fixed order.

use std::time::Duration;

use serde_json::{Map, Value};

use super::error::{AuthError, Reason};
use super::header::{Category, Class, Header, Typ};
use super::machine::check_recipient;
use super::seen::{list, quoted, unverified};
use crate::clock::Clock;
use crate::value::whole;

/// What a token is wanted to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Session,
    Template,
    MachineToMachine,
    OAuth,
}

impl Kind {
    /// Returns the kind that a header declares; `None` where the subject decides between a session and a machine.
    pub(super) fn declared(class: Class) -> Option<Self> {
        match (class.typ, class.category) {
            (Typ::AccessToken, _) => Some(Self::OAuth),
            (_, Category::MachineToMachine) => Some(Self::MachineToMachine),
            (_, Category::Absent) => None,
            (_, Category::Session | Category::Template | Category::Ignore | Category::Other) => {
                Some(Self::Session)
            }
        }
    }

    /// Returns the kind of a token whose signature is good, by its header and its subject.
    ///
    /// # Errors
    /// [`Reason::TokenTypeNotSupported`] where they contradict each other.
    pub(super) fn verified(class: Class, claims: &Map<String, Value>) -> Result<Self, AuthError> {
        match (Self::declared(class), is_machine(claims)) {
            (Some(Self::OAuth), true) => refused(
                Reason::TokenTypeNotSupported,
                "the token is an OAuth access token by its type (typ), and a machine's token by its subject (sub)",
            ),
            (Some(kind), _) => Ok(kind),
            (None, true) => Ok(Self::MachineToMachine),
            (None, false) => Ok(Self::Session),
        }
    }
}

fn is_machine(claims: &Map<String, Value>) -> bool {
    text(claims, "sub").is_some_and(|subject| subject.starts_with("mch_"))
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// What is configured about tokens.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) authorized_parties: Option<Vec<String>>,
    /// Set if a token without `azp` passes although parties are configured.
    pub(super) allows_missing_party: bool,
    pub(super) audiences: Option<Vec<String>>,
    pub(super) issuers: Option<Vec<String>>,
    /// The machine that machines' tokens have to name.
    pub(super) machine: Option<String>,
    pub(super) clock_skew: Duration,
    pub(super) clock: Clock,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            authorized_parties: None,
            allows_missing_party: false,
            audiences: None,
            issuers: None,
            machine: None,
            clock_skew: Duration::from_secs(5),
            clock: Clock::default(),
        }
    }
}

fn refused<T>(reason: Reason, message: impl Into<std::borrow::Cow<'static, str>>) -> Result<T, AuthError> {
    Err(AuthError::new(reason, message))
}

/// What of the header can be said before the signature: its type, extensions, and whether its algorithm is known.
pub(super) fn check_header(kind: Kind, header: &Header) -> Result<(), AuthError> {
    match (kind, header.class.typ) {
        (Kind::OAuth, Typ::AccessToken) => {}
        (Kind::OAuth, _) => {
            return refused(Reason::TokenTypeNotSupported, "it is no OAuth access token (typ at+jwt)");
        }
        (_, Typ::Absent | Typ::Jwt) => {}
        (_, Typ::AccessToken) => {
            let message = "it is an OAuth access token, and a token of another kind is wanted here";
            return refused(Reason::TokenTypeNotSupported, message);
        }
        (_, Typ::Other) => {
            let typ = header.other_typ.as_deref().map_or("not a text".to_owned(), unverified);
            return refused(
                Reason::TokenInvalid,
                format!("the token's type (typ) is {typ}, and JWT is expected"),
            );
        }
    }
    if header.critical {
        return refused(Reason::TokenInvalid, "the token demands extensions (crit) that are not supported");
    }
    if header.algorithm.is_none() {
        let algorithm =
            header.other_algorithm.as_deref().map_or("missing or not a text".to_owned(), unverified);
        let message = format!(
            "the token's algorithm (alg) is {algorithm}: RS256, RS384, RS512, ES256 and EdDSA are supported"
        );
        return refused(Reason::TokenInvalidAlgorithm, message);
    }
    Ok(())
}

impl Rules {
    /// Checks the claims of a token whose signature is good.
    pub(super) fn check(
        &self,
        kind: Kind,
        class: Class,
        claims: &Map<String, Value>,
    ) -> Result<(), AuthError> {
        check_category(kind, class.category)?;
        check_subject(kind, claims)?;
        if kind == Kind::Session {
            check_session(class.category, claims)?;
        }
        self.check_dates(claims)?;
        self.check_issuer(claims)?;
        self.check_audience(claims)?;
        if kind == Kind::MachineToMachine {
            check_recipient(self.machine.as_deref(), claims)?;
        }
        if matches!(kind, Kind::Session | Kind::Template) {
            self.check_authorized_party(claims)?;
        }
        let (required, message) = match kind {
            Kind::Session | Kind::Template => return Ok(()),
            Kind::MachineToMachine => ("jti", "the machine's token has no id (jti)"),
            Kind::OAuth => ("client_id", "the OAuth access token names no client (client_id)"),
        };
        if text(claims, required).is_some() { Ok(()) } else { refused(Reason::TokenInvalid, message) }
    }

    fn check_dates(&self, claims: &Map<String, Value>) -> Result<(), AuthError> {
        let now = i128::from(self.clock.now());
        let skew = i128::try_from(self.clock_skew.as_millis()).unwrap_or(i128::MAX / 2);
        let milliseconds = |seconds: i64| i128::from(seconds) * 1000;
        let Some(expires) = date(claims, "exp")? else {
            return refused(Reason::TokenInvalid, "the token has no expiry (exp)");
        };
        if now - milliseconds(expires) >= skew {
            let message = format!(
                "the token expired at {expires} (Unix seconds), and it is {} now; the client gets a new one by itself",
                now.div_euclid(1000)
            );
            return refused(Reason::TokenExpired, message);
        }
        if let Some(begins) = date(claims, "nbf")?
            && milliseconds(begins) > now + skew
        {
            let message =
                format!("the token is good from {begins} on (nbf, Unix seconds): is the clock right?");
            return refused(Reason::TokenNotActiveYet, message);
        }
        if let Some(issued) = date(claims, "iat")?
            && milliseconds(issued) > now + skew
        {
            let message = format!(
                "the token was issued at {issued} (iat, Unix seconds), which lies in the future: \
                                   is the clock right?"
            );
            return refused(Reason::TokenIatInTheFuture, message);
        }
        Ok(())
    }

    fn check_issuer(&self, claims: &Map<String, Value>) -> Result<(), AuthError> {
        let Some(issuers) = &self.issuers else { return Ok(()) };
        match text(claims, "iss") {
            Some(issuer) if issuers.iter().any(|one| one == issuer) => Ok(()),
            issuer => {
                let seen =
                    issuer.map_or("no issuer".to_owned(), |issuer| format!("the issuer {}", quoted(issuer)));
                let message = format!("the token has {seen} (iss), and {} is configured", list(issuers));
                refused(Reason::TokenInvalidIssuer, message)
            }
        }
    }

    fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), AuthError> {
        match &self.audiences {
            Some(audiences) => check_audience(audiences, claims.get("aud")),
            None => Ok(()),
        }
    }

    fn check_authorized_party(&self, claims: &Map<String, Value>) -> Result<(), AuthError> {
        let Some(parties) = &self.authorized_parties else { return Ok(()) };
        let parties_shown = || list(parties);
        let message = match (text(claims, "azp"), claims.get("azp")) {
            (Some(party), _) if parties.iter().any(|one| one == party) => return Ok(()),
            (Some(party), _) => format!(
                "the token was made for {} (azp), and the authorized parties are {}",
                quoted(party),
                parties_shown()
            ),
            (None, Some(_)) => {
                format!("the token's `azp` is not a text, and the authorized parties are {}", parties_shown())
            }
            (None, None) if self.allows_missing_party => return Ok(()),
            (None, None) => format!(
                "the token has no `azp`, and the authorized parties are {}; tokens of native apps have none, see \
                 `allow_missing_authorized_party`",
                parties_shown()
            ),
        };
        refused(Reason::TokenInvalidAuthorizedParties, message)
    }
}

/// Whether `aud`, a string or an array of strings, has one of these. An empty one is none.
pub(super) fn check_audience(audiences: &[String], aud: Option<&Value>) -> Result<(), AuthError> {
    let wanted = |aud: &str| !aud.is_empty() && audiences.iter().any(|one| one == aud);
    let other = |seen: String| {
        format!("the token is for the audience {seen} (aud), and {} is configured", list(audiences))
    };
    let message = match aud {
        Some(Value::String(aud)) if wanted(aud) => return Ok(()),
        Some(Value::Array(all)) if all.iter().all(Value::is_string) => {
            if all.iter().filter_map(Value::as_str).any(wanted) {
                return Ok(());
            }
            other(list(all.iter().filter_map(Value::as_str)))
        }
        Some(Value::String(aud)) => other(quoted(aud)),
        Some(_) => "the audience of the token (aud) is neither a string nor a list of strings".to_owned(),
        None => format!(
            "the token is for no audience (aud), and {} is configured. Clerk's session tokens have none unless it is \
             added to them in the dashboard: authorized parties may be what is wanted",
            list(audiences)
        ),
    };
    refused(Reason::TokenInvalidAudience, message)
}

fn check_category(kind: Kind, category: Category) -> Result<(), AuthError> {
    let fits = match kind {
        Kind::Session => matches!(category, Category::Absent | Category::Session | Category::Ignore),
        Kind::Template => category == Category::Template,
        Kind::MachineToMachine => matches!(category, Category::Absent | Category::MachineToMachine),
        Kind::OAuth => true,
    };
    if fits {
        return Ok(());
    }
    let message = match category {
        Category::Session => "it is a session token, and a token of another kind is wanted here",
        Category::Template => "it is a token of a JWT template, and a token of another kind is wanted here",
        Category::MachineToMachine => "it is a machine's token, and a token of another kind is wanted here",
        Category::Absent | Category::Ignore | Category::Other => {
            "the token does not say that it is of the kind that is wanted here (cat)"
        }
    };
    refused(Reason::TokenTypeNotSupported, message)
}

fn check_subject(kind: Kind, claims: &Map<String, Value>) -> Result<(), AuthError> {
    if text(claims, "sub").is_none() {
        return refused(Reason::TokenInvalid, "the token does not say whom it is about (sub)");
    }
    match (kind, is_machine(claims)) {
        (Kind::MachineToMachine, false) => refused(
            Reason::TokenTypeNotSupported,
            "the token is about no machine, and a machine's is wanted here",
        ),
        (Kind::Session | Kind::Template, true) => refused(
            Reason::TokenTypeNotSupported,
            "the token is about a machine, and a user's is wanted here",
        ),
        _ => Ok(()),
    }
}

/// Rejects claims that do not name a user's session, unless the category already says "session token".
///
/// An instance signs other tokens with the same key: ID tokens, tickets, JWT templates without a category.
fn check_session(category: Category, claims: &Map<String, Value>) -> Result<(), AuthError> {
    let begins = |name, prefix| text(claims, name).is_some_and(|id| id.starts_with(prefix));
    if category == Category::Session || begins("sid", "sess_") && begins("sub", "user_") {
        return Ok(());
    }
    refused(
        Reason::TokenTypeNotSupported,
        "expected a session token: without the category (cat) of session tokens, `sid` must begin with `sess_` and \
         `sub` with `user_`",
    )
}

/// A date in Unix seconds, cut down to whole ones.
fn date(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, AuthError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    match cut_down(value) {
        Some(seconds) => Ok(Some(seconds)),
        None => refused(Reason::TokenInvalid, format!("`{name}` of the token is no date in seconds")),
    }
}

/// A number cut down to a whole one; none where it is no number, or one that 64 bits cannot hold.
pub(super) fn cut_down(value: &Value) -> Option<i64> {
    if let Some(whole) = value.as_i64() {
        return Some(whole);
    }
    // The float of a number just beyond the limits is the limit itself, which is refused: the least integer, which is
    // that, too, was read above.
    value.as_f64().filter(|_| !value.is_u64()).map(f64::floor).and_then(whole)
}
