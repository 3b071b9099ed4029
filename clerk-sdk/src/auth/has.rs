//! What may be asked of whoever sent a request: a role, a permission, a feature, a plan, a recent verification of users,
//! a scope of machines.

use std::fmt;
use std::time::Duration;

use super::claims::Claims;

/// Something that a caller must have, for [`Claims::has`] and [`Auth::has`](super::Auth::has).
///
/// Implement it for rules of your own; what it prints is what a refusal says.
pub trait Requirement: fmt::Display {
    /// Whether these claims fulfil it. Pending sessions and machines have been refused before.
    fn is_met_by(&self, claims: &Claims) -> bool;

    /// Whether a machine fulfils it whose credential has these scopes. No, unless it is a [`Scope`].
    fn is_met_by_scopes(&self, scopes: &[String]) -> bool {
        let _ = scopes;
        false
    }

    /// What users can do at once to fulfil it: prove that they are there. None unless it is a [`Reverification`].
    ///
    /// The answer to a request that lacks it tells Clerk's frontends, which ask the user and send the request again.
    fn reverification(&self) -> Option<Reverification> {
        None
    }

    /// Returns the scope that fulfils it. None unless it is a [`Scope`].
    ///
    /// The response to a request that lacks it names the scope (`insufficient_scope`), so that clients of OAuth can ask for
    /// it.
    fn scope(&self) -> Option<&str> {
        None
    }
}

impl<R: Requirement + ?Sized> Requirement for &R {
    fn is_met_by(&self, claims: &Claims) -> bool {
        (**self).is_met_by(claims)
    }

    fn is_met_by_scopes(&self, scopes: &[String]) -> bool {
        (**self).is_met_by_scopes(scopes)
    }

    fn reverification(&self) -> Option<Reverification> {
        (**self).reverification()
    }

    fn scope(&self) -> Option<&str> {
        (**self).scope()
    }
}

/// A role in the active organization, such as `org:admin`; the prefix `org:` may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Role<T = &'static str>(pub T);

/// A permission in the active organization, such as `org:billing:manage`; the prefix `org:` may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permission<T = &'static str>(pub T);

/// A feature of the plan of the user or of the active organization, such as `billing`. `org:billing` asks for the
/// organization's alone, `user:billing` for the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Feature<T = &'static str>(pub T);

/// A plan of the user or of the active organization, such as `pro`. `org:pro` asks for the organization's alone,
/// `user:pro` for the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plan<T = &'static str>(pub T);

/// A scope of a machine's credential, such as `invoices:read` of an API key; of a machine-to-machine token, the id of a
/// machine that it may be sent to (`mch_…`). Sessions have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope<T = &'static str>(pub T);

/// That the user has proved recently to be there.
///
/// The levels that ask for a second factor take the first from users who have no second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reverification {
    /// Both factors within the last 10 minutes.
    StrictMfa,
    /// The second factor within the last 10 minutes.
    Strict,
    /// The second factor within the last hour.
    Moderate,
    /// The second factor within the last day.
    Lax,
    /// Factors of your choice, within a time of your choice.
    Within(Factor, Duration),
}

/// Which factors must have been verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Factor {
    /// The first, such as a password.
    First,
    /// The second, such as a code from an app; the first where the user has no second.
    Second,
    /// Both; the first where the user has no second.
    Both,
}

/// `org:` says where a role or permission is from, and no more.
pub(super) fn without_prefix(name: &str) -> &str {
    name.trim_start_matches("org:")
}

fn same(owned: &str, asked: &str) -> bool {
    let asked = without_prefix(asked);
    !asked.is_empty() && without_prefix(owned) == asked
}

impl<T: AsRef<str>> Requirement for Role<T> {
    fn is_met_by(&self, claims: &Claims) -> bool {
        claims.org_id().is_some() && claims.org_role().is_some_and(|role| same(role, self.0.as_ref()))
    }
}

impl<T: AsRef<str>> Requirement for Permission<T> {
    fn is_met_by(&self, claims: &Claims) -> bool {
        claims.org_id().is_some()
            && claims.org_permissions().iter().any(|permission| same(permission, self.0.as_ref()))
    }
}

impl<T: AsRef<str>> Requirement for Feature<T> {
    fn is_met_by(&self, claims: &Claims) -> bool {
        is_among(claims.features(), self.0.as_ref())
    }
}

impl<T: AsRef<str>> Requirement for Plan<T> {
    fn is_met_by(&self, claims: &Claims) -> bool {
        is_among(claims.plans(), self.0.as_ref())
    }
}

impl<T: AsRef<str>> Requirement for Scope<T> {
    fn is_met_by(&self, _: &Claims) -> bool {
        false
    }

    fn is_met_by_scopes(&self, scopes: &[String]) -> bool {
        let asked = self.0.as_ref();
        !asked.is_empty() && scopes.iter().any(|scope| scope == asked)
    }

    fn scope(&self) -> Option<&str> {
        Some(self.0.as_ref())
    }
}

/// Whether the entries of a claim, such as `o:billing`, have what is asked for, such as `billing` or `org:billing`.
fn is_among<'a>(mut entries: impl Iterator<Item = &'a str>, asked: &str) -> bool {
    let (scope, name) = match asked.split_once(':') {
        None => (None, asked),
        Some(("o" | "org" | "organization", name)) => (Some('o'), name),
        Some(("u" | "user", name)) => (Some('u'), name),
        Some(_) => return false,
    };
    let in_scope = |scopes: &str| {
        matches!(scopes, "o" | "u" | "ou" | "uo") && scope.is_none_or(|scope| scopes.contains(scope))
    };
    !name.is_empty()
        && entries
            .any(|entry| entry.split_once(':').is_some_and(|(scopes, own)| own == name && in_scope(scopes)))
}

impl Requirement for Reverification {
    fn is_met_by(&self, claims: &Claims) -> bool {
        const fn minutes(minutes: u64) -> Duration {
            Duration::from_secs(minutes * 60)
        }
        let (factor, limit) = match *self {
            Self::StrictMfa => (Factor::Both, minutes(10)),
            Self::Strict => (Factor::Second, minutes(10)),
            Self::Moderate => (Factor::Second, minutes(60)),
            Self::Lax => (Factor::Second, minutes(24 * 60)),
            Self::Within(factor, limit) => (factor, limit),
        };
        let Some(ages) = claims.factor_ages() else { return false };
        let recent = |age: Duration| age < limit;
        match (factor, ages.first, ages.second) {
            (_, None, None) | (Factor::First | Factor::Both, None, Some(_)) => false,
            (Factor::First, Some(first), _) | (Factor::Second | Factor::Both, Some(first), None) => {
                recent(first)
            }
            (Factor::Second, _, Some(second)) => recent(second),
            (Factor::Both, Some(first), Some(second)) => recent(first) && recent(second),
        }
    }

    fn reverification(&self) -> Option<Reverification> {
        Some(*self)
    }
}

impl<T: AsRef<str>> fmt::Display for Role<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the role {}", self.0.as_ref())
    }
}

impl<T: AsRef<str>> fmt::Display for Permission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the permission {}", self.0.as_ref())
    }
}

impl<T: AsRef<str>> fmt::Display for Feature<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the feature {}", self.0.as_ref())
    }
}

impl<T: AsRef<str>> fmt::Display for Plan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plan {}", self.0.as_ref())
    }
}

impl<T: AsRef<str>> fmt::Display for Scope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the scope {}", self.0.as_ref())
    }
}

impl fmt::Display for Reverification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a recent verification")
    }
}
