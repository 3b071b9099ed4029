//! The three headers of a webhook, under either of their names.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{WebhookError, WebhookErrorReason};

/// What a set of headers is called.
pub(super) struct Names {
    pub(super) id: HeaderName,
    pub(super) timestamp: HeaderName,
    pub(super) signature: HeaderName,
}

/// The names that Clerk sends.
pub(super) const SVIX: Names = Names {
    id: HeaderName::from_static("svix-id"),
    timestamp: HeaderName::from_static("svix-timestamp"),
    signature: HeaderName::from_static("svix-signature"),
};

/// The names of Standard Webhooks.
const STANDARD: Names = Names {
    id: HeaderName::from_static("webhook-id"),
    timestamp: HeaderName::from_static("webhook-timestamp"),
    signature: HeaderName::from_static("webhook-signature"),
};

/// What the headers of a webhook say.
#[derive(Clone, Copy)]
pub(super) struct SignedHeaders<'a> {
    pub(super) id: &'a str,
    /// Digits alone.
    pub(super) timestamp: &'a str,
    pub(super) signatures: &'a str,
}

impl<'a> SignedHeaders<'a> {
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, WebhookError> {
        // All three of one set: with a mix, whoever can add a header could replace a part of what was signed.
        // Clerk sends `svix-*`, so these names are reported if all headers are missing.
        let names = if STANDARD.any_in(headers) && !SVIX.any_in(headers) { STANDARD } else { SVIX };
        let id = value(headers, &names.id)?;
        let timestamp = value(headers, &names.timestamp)?;
        let signatures = value(headers, &names.signature)?;
        if !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
            let detail = format!("the header {} is not made of digits alone", names.timestamp);
            return Err(WebhookError::new(WebhookErrorReason::InvalidHeader, detail));
        }
        Ok(Self { id, timestamp, signatures })
    }

    /// When it was sent, in seconds since the beginning of 1970; what 64 bits cannot hold is the end of time.
    pub(super) fn seconds(&self) -> u64 {
        self.timestamp.parse().unwrap_or(u64::MAX)
    }
}

impl Names {
    fn any_in(&self, headers: &HeaderMap) -> bool {
        [&self.id, &self.timestamp, &self.signature].iter().any(|name| headers.contains_key(*name))
    }
}

/// The headers of a webhook out of a request of another framework.
#[cfg(any(feature = "actix", feature = "rocket"))]
pub(crate) fn signed_headers(request: &impl crate::auth::RequestHeaders) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(6);
    for names in [SVIX, STANDARD] {
        for name in [names.id, names.timestamp, names.signature] {
            for value in request.header_values(name.as_str()) {
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    headers.append(name.clone(), value);
                }
            }
        }
    }
    headers
}

fn value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, WebhookError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|value| !value.is_empty()).ok_or_else(|| {
        let detail =
            format!("the header {name} is missing; Clerk sends it, so something on the way removed it");
        WebhookError::new(WebhookErrorReason::MissingHeader, detail)
    })?;
    if values.next().is_some() {
        let detail = format!("the header {name} is there more than once");
        return Err(WebhookError::new(WebhookErrorReason::InvalidHeader, detail));
    }
    HeaderValue::to_str(value).map_err(|_| {
        let detail = format!("the header {name} contains characters that are not ASCII");
        WebhookError::new(WebhookErrorReason::InvalidHeader, detail)
    })
}
