//! What it takes to get to a route.

use std::fmt;
use std::sync::Arc;

use super::Rejection;
use super::layer::{Outcome, signed_in};
use super::response_format::ResponseFormat;
use crate::auth::{Caller, Requirement};

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
    Require::new(Some(Arc::new(requirement)))
}

/// A guard for routes that takes somebody who is signed in, or a machine where those are accepted.
pub fn require_auth() -> Require {
    Require::new(None)
}

/// A guard for routes, from [`require`] or [`require_auth`]: a layer of tower, and a middleware of actix-web and poem.
#[derive(Clone)]
#[must_use]
pub struct Require {
    requirement: Option<Arc<dyn Requirement + Send + Sync>>,
    except: Arc<[String]>,
    pub(super) format: ResponseFormat,
    #[cfg(feature = "tower")]
    pub(super) grpc_trailers_only: bool,
}

impl Require {
    fn new(requirement: Option<Arc<dyn Requirement + Send + Sync>>) -> Self {
        Self {
            requirement,
            except: Arc::default(),
            format: ResponseFormat::default(),
            #[cfg(feature = "tower")]
            grpc_trailers_only: false,
        }
    }

    /// Leaves these paths open to everybody. They are compared as they come, letter by letter: `/` is the first page
    /// alone.
    ///
    /// A path is the whole path of the request, also in a guard inside of axum's `nest`, actix-web's `scope` or poem's
    /// `nest`. For axum that takes the feature `axum`: with `tower` alone, a guard inside of `nest` compares the path
    /// without its prefix.
    pub fn except<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Self {
        self.except = self.except.iter().cloned().chain(paths.into_iter().map(Into::into)).collect();
        self
    }

    /// Sets the response to requests that this guard rejects, so that an application keeps its own error format.
    ///
    /// The closure cannot let a request pass. Its response may have any status of 4xx and 5xx, and may be a redirect, such as
    /// to a sign-in page. Any other status is replaced by that of the rejection, and a warning is logged. The response gets
    /// the `WWW-Authenticate` of the rejection if it has none.
    ///
    /// [`Rejection::code`] and [`Rejection::message`] are for callers. Do not put the `Display` of a rejection into a
    /// response: it contains the cause. Extractors reject by themselves:
    /// see [`Rejection`](Rejection#an-error-format-of-your-own).
    ///
    /// ```
    /// use clerk_sdk::auth::Permission;
    /// use clerk_sdk::frameworks::{Rejection, require};
    /// use clerk_sdk::http::{Response, header::CONTENT_TYPE};
    ///
    /// let guard = require(Permission("org:billing:manage")).or_else(|rejection: &Rejection| {
    ///     let mut response = Response::new(format!(r#"{{"error":"{}"}}"#, rejection.code()));
    ///     *response.status_mut() = rejection.status();
    ///     response.headers_mut().insert(CONTENT_TYPE, "application/json".parse().unwrap());
    ///     response
    /// });
    /// ```
    pub fn or_else<B: Into<bytes::Bytes>>(
        mut self,
        response: impl Fn(&Rejection) -> http::Response<B> + Send + Sync + 'static,
    ) -> Self {
        self.format = ResponseFormat::new(response);
        self
    }

    /// Rejects gRPC requests with HTTP status 200 and the rejection in `grpc-status`, as gRPC's *Trailers-Only* responses
    /// do. Services of tower alone; other requests are rejected with 401, 403, 500 and 503 as before.
    ///
    /// gRPC clients do not need it: the default response has these statuses, and `grpc-status` too. It is for clients
    /// and proxies that fail at any other HTTP status than 200.
    ///
    /// # Danger
    ///
    /// Every client can declare its request as gRPC, by `Content-Type: application/grpc`. A proxy that asks this service
    /// whether to let a request in (nginx `auth_request`, Traefik `ForwardAuth`) lets in everything with status 200. Never
    /// call this for a service behind such a proxy.
    #[cfg(feature = "tower")]
    pub fn grpc_trailers_only(mut self) -> Self {
        self.grpc_trailers_only = true;
        self
    }

    /// Whether a request gets to this path.
    pub(super) fn check(&self, path: &str, found: impl FnOnce() -> Outcome) -> Result<(), Rejection> {
        if self.except.iter().any(|open| open == path) {
            return Ok(());
        }
        let caller: Caller = signed_in(found())?;
        match &self.requirement {
            Some(requirement) => caller.require(&**requirement),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Require {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Require")
            .field("requirement", &self.requirement.as_ref().map(ToString::to_string))
            .field("except", &self.except)
            .field("format", &self.format)
            .finish()
    }
}
