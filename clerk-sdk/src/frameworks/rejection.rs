//! The answer to a request that does not get through.

use std::convert::Infallible;
use std::fmt;

use http::{HeaderMap, HeaderValue, StatusCode, header};
#[cfg(feature = "tower")]
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::sentence::sentence;
use crate::auth::{Auth, AuthError, Caller, Factor, MachineAuth, Reason, Requirement, Reverification};
use crate::error::Error;
use crate::log_limit;
#[cfg(feature = "webhooks")]
use crate::webhooks::{WebhookError, WebhookErrorReason};

/// Why a request does not get through, and the answer to it: JSON in the shape of Clerk's own errors.
///
/// A response of 401, 500, 502 or 503 contains the code and a neutral sentence. The cause is in `Display` and `Debug`: what
/// was seen of the request, and what is configured. It is in the log, too, for a 401 at the level `debug`. Each other cause
/// has at most one line in 10 seconds.
///
/// A response in all frameworks: return it from handlers, `Result<_, Rejection>`, or read it in an error page of your
/// own. Where a [`Reverification`] is what is missing, the body also has the `clerk_error` by which Clerk's frontends
/// (`useReverification`) have the user verified and send the request again.
///
/// | status | code | when |
/// |---|---|---|
/// | 401 | a [`Reason`], such as `token-expired` | nobody is signed in |
/// | 403 | `forbidden` | somebody is, but may not do this |
/// | 503 | a [`Reason`] that [is not the caller's fault](Reason::is_unavailable) | Clerk's keys cannot be had |
/// | 500 | `clerk-not-configured` | the layer or the `Webhook` is missing, or has wrong settings |
/// | 400 | the code of a [`WebhookErrorReason`](crate::webhooks::WebhookErrorReason), or `body-unreadable` | it is no webhook of Clerk's |
/// | 408 | `body-timeout` | the body of a webhook was not received in time |
/// | 413 | `body-too-large` | a webhook of more than 1 MiB |
///
/// # An error format of your own
///
/// Guards take it by [`or_else`](crate::frameworks::Require::or_else). Extractors reject by themselves; a handler that
/// takes `Result<Auth, Rejection>` gets the rejection instead, and returns it as the application's error by `?`:
///
/// ```
/// use clerk_sdk::auth::Auth;
/// use clerk_sdk::frameworks::Rejection;
///
/// struct AppError { status: u16, code: &'static str }
///
/// impl From<Rejection> for AppError {
///     fn from(rejection: Rejection) -> Self {
///         Self { status: rejection.status().as_u16(), code: rejection.code() }
///     }
/// }
///
/// async fn me(auth: Result<Auth, Rejection>) -> Result<String, AppError> {
///     Ok(auth?.user_id().to_owned())
/// }
/// ```
///
/// In poem, `catch_error` around the routes does the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection(Box<Inner>);

/// The sentence of responses of 500.
const NOT_CONFIGURED: &str = "the service is not configured correctly; the cause is in its log";
/// The key of log lines about settings of a layer.
const MISCONFIGURED: &str = "misconfigured";

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    reason: Option<Reason>,
    /// The sentence of the response.
    message: String,
    /// The cause, where it is for the application alone.
    cause: Option<String>,
    /// What lets the caller through, where it is a verification.
    reverification: Option<Reverification>,
    /// The scope that lets the caller through, where it is one.
    scope: Option<String>,
}

impl Rejection {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Inner {
            status,
            code,
            reason: None,
            message,
            cause: None,
            reverification: None,
            scope: None,
        }))
    }

    pub(super) fn signed_out(reason: Reason, message: String) -> Self {
        let unavailable = reason.is_unavailable();
        let status = if unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNAUTHORIZED };
        let mut rejection = Self::with_cause(status, reason.as_str(), sentence(reason), message);
        rejection.0.reason = Some(reason);
        if unavailable {
            rejection.log(reason.as_str());
        }
        rejection
    }

    /// A rejection whose response contains a neutral sentence in place of the cause.
    pub(super) fn with_cause(status: StatusCode, code: &'static str, message: &str, cause: String) -> Self {
        let mut rejection = Self::new(status, code, message);
        rejection.0.cause = Some(cause);
        rejection
    }

    /// Logs the cause that the response does not contain, at a limited rate for each key.
    pub(super) fn log(&self, key: &'static str) {
        if let Some(cause) = &self.0.cause
            && let Some(suppressed) = log_limit::permit(key)
        {
            tracing::error!(target: "clerk_sdk", code = self.code(), suppressed, "{cause}");
        }
    }

    pub(super) fn lacking(requirement: &impl Requirement) -> Self {
        let message = format!("this takes {requirement}");
        let mut rejection = Self::new(StatusCode::FORBIDDEN, "forbidden", message);
        rejection.0.reverification = requirement.reverification();
        rejection.0.scope = requirement.scope().map(str::to_owned);
        rejection
    }

    pub(super) fn layer_missing() -> Self {
        let cause = "ClerkLayer is missing: nothing around this route authenticates requests";
        Self::not_configured("layer-missing", cause.to_owned())
    }

    pub(super) fn misconfigured(error: &Error) -> Self {
        Self::not_configured(MISCONFIGURED, format!("ClerkLayer cannot work with its settings: {error}"))
    }

    /// Logs the cause again for a request that the layer's settings reject.
    pub(super) fn log_misconfigured(&self) {
        self.log(MISCONFIGURED);
    }

    #[cfg(feature = "webhooks")]
    #[cfg(any(feature = "actix", feature = "rocket", feature = "poem"))]
    pub(super) fn webhook_missing(how: &str) -> Self {
        Self::not_configured("webhook-missing", format!("the Webhook that verifies is missing: {how}"))
    }

    fn not_configured(key: &'static str, cause: String) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let rejection = Self::with_cause(status, "clerk-not-configured", NOT_CONFIGURED, cause);
        rejection.log(key);
        rejection
    }

    /// The error page of a status that others have chosen.
    #[cfg(feature = "rocket")]
    pub(super) fn other(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, "error", status.canonical_reason().unwrap_or_default())
    }

    #[cfg(feature = "webhooks")]
    #[cfg(any(feature = "axum", feature = "actix", feature = "rocket", feature = "poem"))]
    pub(super) fn body_too_large() -> Self {
        let message = format!("a webhook has at most {} bytes", super::LARGEST_WEBHOOK);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", message)
    }

    #[cfg(feature = "webhooks")]
    #[cfg(any(feature = "axum", feature = "actix", feature = "rocket", feature = "poem"))]
    pub(super) fn body_unreadable() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "body-unreadable", "the body broke off")
    }

    #[cfg(feature = "webhooks")]
    #[cfg(any(feature = "axum", feature = "actix", feature = "rocket", feature = "poem"))]
    pub(super) fn body_timeout() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-timeout", "the body was not received in time")
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What programs compare, such as `token-expired` or `forbidden`.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Why nobody is signed in, where that is why.
    pub fn reason(&self) -> Option<Reason> {
        self.0.reason
    }

    /// Returns the sentence of the response, for people. It is neutral: the cause is in `Display`.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The answer, for frameworks that know no `Rejection`.
    pub fn to_response<B: From<String>>(&self) -> http::Response<B> {
        let mut response = http::Response::new(B::from(self.json()));
        *response.status_mut() = self.status();
        self.write_headers(response.headers_mut());
        response
    }

    /// The *Trailers-Only* response of gRPC: HTTP 200, and the rejection in `grpc-status` alone.
    #[cfg(feature = "tower")]
    pub(super) fn to_grpc_trailers_only<B: Default>(&self) -> http::Response<B> {
        let mut response = http::Response::new(B::default());
        let headers = response.headers_mut();
        self.write_headers(headers);
        self.write_grpc_headers(headers);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        response
    }

    /// Writes the headers that gRPC clients read: clients of tonic fail at a JSON body before they look at the HTTP status.
    #[cfg(feature = "tower")]
    pub(super) fn write_grpc_headers(&self, headers: &mut HeaderMap) {
        const ENCODED: &AsciiSet = &CONTROLS.add(b'%');
        let code = match self.status() {
            StatusCode::UNAUTHORIZED => "16", // unauthenticated
            StatusCode::FORBIDDEN => "7",     // permission denied
            StatusCode::SERVICE_UNAVAILABLE => "14",
            _ => "13", // internal
        };
        headers.insert("grpc-status", HeaderValue::from_static(code));
        if let Ok(message) = utf8_percent_encode(&self.0.message, ENCODED).to_string().try_into() {
            headers.insert("grpc-message", message);
        }
    }

    pub(super) fn write_headers(&self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.write_challenge(headers);
    }

    /// Writes `WWW-Authenticate`, if the rejection has a challenge.
    pub(super) fn write_challenge(&self, headers: &mut HeaderMap) {
        if let Some(challenge) = self.challenge().and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
    }

    /// The body of the answer.
    pub(super) fn json(&self) -> String {
        let message = self.status().canonical_reason().unwrap_or_default();
        let error =
            json!({ "code": self.code(), "message": message, "long_message": self.0.message, "meta": {} });
        let mut body = json!({ "errors": [error] });
        if let Some(reverification) = &self.0.reverification {
            body["clerk_error"] = json!({
                "type": "forbidden",
                "reason": "reverification-error",
                "metadata": { "reverification": asked(reverification) },
            });
        }
        body.to_string()
    }

    /// Returns `WWW-Authenticate`, of RFC 6750: for a 401, without an error if there was no token, and for a 403 that takes
    /// a scope.
    pub(super) fn challenge(&self) -> Option<String> {
        match (self.status(), self.reason(), &self.0.scope) {
            (StatusCode::UNAUTHORIZED, None | Some(Reason::SessionTokenMissing), _) => {
                Some("Bearer".to_owned())
            }
            (StatusCode::UNAUTHORIZED, Some(reason), _) => {
                Some(format!(r#"Bearer error="invalid_token", error_description="{reason}""#))
            }
            (StatusCode::FORBIDDEN, _, Some(scope)) => {
                let name = if is_scope(scope) { format!(r#", scope="{scope}""#) } else { String::new() };
                Some(format!(r#"Bearer error="insufficient_scope"{name}"#))
            }
            _ => None,
        }
    }
}

/// Returns whether a text is a scope of RFC 6749, so that a header can contain it in quotes.
fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// A verification as Clerk's frontends ask for it.
fn asked(reverification: &Reverification) -> Value {
    match reverification {
        Reverification::StrictMfa => json!("strict_mfa"),
        Reverification::Strict => json!("strict"),
        Reverification::Moderate => json!("moderate"),
        Reverification::Lax => json!("lax"),
        Reverification::Within(factor, time) => {
            let level = match factor {
                Factor::First => "first_factor",
                Factor::Second => "second_factor",
                Factor::Both => "multi_factor",
            };
            json!({ "level": level, "afterMinutes": time.as_secs_f64() / 60.0 })
        }
    }
}

impl Auth {
    /// Requires a role, a permission, a feature, a plan or a recent verification of the user in a handler, as
    /// [`require`](crate::frameworks::require) does in front of one.
    ///
    /// ```
    /// use clerk_sdk::auth::{Auth, Permission};
    /// use clerk_sdk::frameworks::Rejection;
    ///
    /// async fn invoices(auth: Auth) -> Result<String, Rejection> {
    ///     auth.require(Permission("org:billing:read"))?;
    ///     Ok(format!("the invoices of {:?}", auth.org_slug()))
    /// }
    /// ```
    ///
    /// # Errors
    /// A rejection with 403 that names the requirement.
    pub fn require(&self, requirement: impl Requirement) -> Result<(), Rejection> {
        lacking_unless(self.has(&requirement), &requirement)
    }
}

impl MachineAuth {
    /// Requires a [`Scope`](crate::auth::Scope) in a handler, as [`require`](crate::frameworks::require) does in front of
    /// one.
    ///
    /// # Errors
    /// A rejection with 403 that names the requirement.
    pub fn require(&self, requirement: impl Requirement) -> Result<(), Rejection> {
        lacking_unless(self.has(&requirement), &requirement)
    }
}

impl Caller {
    /// Requires something of a user or of a program in a handler, as [`require`](crate::frameworks::require) does in front
    /// of one.
    ///
    /// # Errors
    /// A rejection with 403 that names the requirement.
    pub fn require(&self, requirement: impl Requirement) -> Result<(), Rejection> {
        lacking_unless(self.has(&requirement), &requirement)
    }
}

fn lacking_unless(met: bool, requirement: &impl Requirement) -> Result<(), Rejection> {
    if met { Ok(()) } else { Err(Rejection::lacking(requirement)) }
}

impl From<Infallible> for Rejection {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<AuthError> for Rejection {
    /// A rejection with 401, or with 503 if the reason [is not the caller's fault](Reason::is_unavailable).
    fn from(error: AuthError) -> Self {
        Self::signed_out(error.reason(), error.into_message())
    }
}

#[cfg(feature = "webhooks")]
impl From<WebhookError> for Rejection {
    /// A rejection with 400, or with 500 if the signing secret is invalid.
    fn from(error: WebhookError) -> Self {
        if error.reason() == WebhookErrorReason::InvalidSecret {
            return Self::not_configured("webhook-secret", error.to_string());
        }
        Self::new(StatusCode::BAD_REQUEST, error.reason().as_str(), error.to_string())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}",
            self.status().as_u16(),
            self.code(),
            self.0.cause.as_ref().unwrap_or(&self.0.message)
        )
    }
}

impl std::error::Error for Rejection {}
