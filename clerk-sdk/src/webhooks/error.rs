//! Why a webhook is not accepted.

use std::borrow::Cow;
use std::fmt;

/// Why a webhook was not accepted, or why its secret cannot be one.
///
/// It says what to do about it, and contains neither the secret nor anything of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookError {
    reason: WebhookErrorReason,
    detail: Cow<'static, str>,
}

impl WebhookError {
    pub(super) fn new(reason: WebhookErrorReason, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, detail: detail.into() }
    }

    /// What kind of failure it is.
    pub fn reason(&self) -> WebhookErrorReason {
        self.reason
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "webhook not accepted, {}: {}", self.reason, self.detail)
    }
}

impl std::error::Error for WebhookError {}

/// What kind of failure a [`WebhookError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookErrorReason {
    /// One of the three headers is missing.
    MissingHeader,
    /// One of the three headers cannot be read, or is there twice.
    InvalidHeader,
    /// The signing secret is missing, empty or no base64.
    InvalidSecret,
    /// It was sent more than 300 seconds ago.
    TimestampTooOld,
    /// It was sent more than 300 seconds from now.
    TimestampTooNew,
    /// None of its signatures was made with the secret, for this body.
    NoMatchingSignature,
    /// The signature is right, but the body is no JSON object with a `type`.
    InvalidPayload,
}

impl WebhookErrorReason {
    /// A stable name in lower case with hyphens, such as `no-matching-signature`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingHeader => "missing-header",
            Self::InvalidHeader => "invalid-header",
            Self::InvalidSecret => "invalid-secret",
            Self::TimestampTooOld => "timestamp-too-old",
            Self::TimestampTooNew => "timestamp-too-new",
            Self::NoMatchingSignature => "no-matching-signature",
            Self::InvalidPayload => "invalid-payload",
        }
    }
}

impl fmt::Display for WebhookErrorReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
