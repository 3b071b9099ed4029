//! What it takes to get to a route.

use std::fmt;
use std::sync::Arc;

use super::Rejection;
use super::layer::{Outcome, signed_in};
use crate::auth::Requirement;

/// A guard for routes that takes a role, a permission, a feature, a plan, or a rule of your own.
///
/// Whoever is signed in without it is answered 403, and who is not signed in 401. It has to be inside of a
/// [`ClerkLayer`](super::ClerkLayer): without one, everybody is answered 500.
///
/// ```
/// use clerk_sdk::auth::{Permission, Role};
/// use clerk_sdk::frameworks::require;
///
/// let billing = require(Permission("org:billing:manage"));
/// let admins = require(Role("org:admin"));
/// ```
pub fn require(requirement: impl Requirement + Send + Sync + 'static) -> Require {
    Require { requirement: Some(Arc::new(requirement)), except: Arc::default() }
}

/// A guard for routes that takes somebody who is signed in, or a machine where those are accepted.
pub fn require_auth() -> Require {
    Require { requirement: None, except: Arc::default() }
}

/// A guard for routes, from [`require`] or [`require_auth`]: a layer of tower, and a middleware of actix-web and poem.
#[derive(Clone)]
#[must_use]
pub struct Require {
    requirement: Option<Arc<dyn Requirement + Send + Sync>>,
    except: Arc<[String]>,
}

impl Require {
    /// Leaves these paths open to everybody. They are compared as they come, letter by letter: `/` is the first page
    /// alone.
    pub fn except<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Self {
        self.except = self.except.iter().cloned().chain(paths.into_iter().map(Into::into)).collect();
        self
    }

    /// Whether a request gets to this path.
    pub(super) fn check(&self, path: &str, found: impl FnOnce() -> Outcome) -> Result<(), Rejection> {
        if self.except.iter().any(|open| open == path) {
            return Ok(());
        }
        let auth = signed_in(found())?;
        match &self.requirement {
            Some(requirement) => auth.require(&**requirement),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Require {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Require")
            .field("requirement", &self.requirement.as_ref().map(ToString::to_string))
            .field("except", &self.except)
            .finish()
    }
}
