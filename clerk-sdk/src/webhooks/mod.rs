//! Webhooks: what Clerk tells a server about users, organizations and sessions, verified and typed (feature
//! `webhooks`).
//!
//! ```no_run
//! use clerk_sdk::webhooks::{Event, Webhook, WebhookError};
//! # fn example(headers: &clerk_sdk::http::HeaderMap, body: &[u8]) -> Result<(), WebhookError> {
//! let webhook = Webhook::from_env()?; // CLERK_WEBHOOK_SIGNING_SECRET
//! match webhook.verify(headers, body)? {
//!     Event::UserCreated(event) => println!("welcome {}", event.data.id),
//!     Event::Unknown(event) => println!("{} has no type here: {:?}", event.kind, event.error),
//!     _ => {}
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The same event more than once
//!
//! Clerk sends an event again, for days, until it is answered with 2xx in time. So an event can come twice, also after
//! it was handled, and events can come in another order than they happened. [`Delivery::id`] is the same for all
//! deliveries of one event: keep the ids that were handled, and answer 2xx to those without doing anything. A day of
//! ids is enough against replays (a delivery is accepted for five minutes after it was signed), a week against
//! repetitions.

mod error;
pub(crate) mod event;
mod headers;
mod secret;

use std::fmt;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue};

pub use self::error::{WebhookError, WebhookErrorReason};
pub use self::event::{EventAttributes, EventError, EventOf, EventRequest, UnknownEvent};
use self::headers::SignedHeaders;
#[cfg(any(feature = "actix", feature = "rocket"))]
pub(crate) use self::headers::signed_headers;
use self::secret::SigningSecret;
use crate::Timestamp;
use crate::clock::Clock;
pub use crate::generated::events::{Event, types};

/// The variable of the environment with the signing secret.
const VARIABLE: &str = "CLERK_WEBHOOK_SIGNING_SECRET";
/// A variable that may hold the secret instead, by mistake.
const MISTAKEN_VARIABLE: &str = "CLERK_WEBHOOK_SECRET";
/// How far a delivery's time may be from now, in seconds.
const TOLERANCE: u64 = 300;
/// The default of [`Webhook::body_timeout`].
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Verifies the webhooks of one endpoint.
///
/// Cheap to clone, and the same for all requests: make one when the program starts.
#[derive(Clone, Debug)]
pub struct Webhook {
    secret: SigningSecret,
    clock: Clock,
    body_timeout: Duration,
}

impl Webhook {
    /// For the endpoint with this signing secret, `whsec_…`, from its page in Clerk's dashboard. The prefix may be
    /// missing.
    ///
    /// # Errors
    /// With the reason [`InvalidSecret`](WebhookErrorReason::InvalidSecret) where it is empty, in quotes, a placeholder,
    /// another credential, or not base64.
    pub fn new(secret: impl AsRef<str>) -> Result<Self, WebhookError> {
        Self::named(secret.as_ref(), "the signing secret")
    }

    /// For the endpoint whose signing secret is in `CLERK_WEBHOOK_SIGNING_SECRET`.
    ///
    /// # Errors
    /// As [`new`](Self::new), and where the variable is not set.
    pub fn from_env() -> Result<Self, WebhookError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// A variable that is set to nothing counts as not set.
    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Self, WebhookError> {
        let get = |name| get(name).filter(|secret| !secret.trim().is_empty());
        let secret = get(VARIABLE).ok_or_else(|| {
            let advice = match get(MISTAKEN_VARIABLE) {
                Some(_) => format!("{MISTAKEN_VARIABLE} is set; rename it to {VARIABLE}"),
                None => {
                    "set it to the signing secret (whsec_…) from the endpoint's page of Clerk's dashboard"
                        .to_owned()
                }
            };
            let detail = format!("the environment variable {VARIABLE} is not set; {advice}");
            WebhookError::new(WebhookErrorReason::InvalidSecret, detail)
        })?;
        Self::named(&secret, VARIABLE)
    }

    fn named(secret: &str, what: &str) -> Result<Self, WebhookError> {
        Ok(Self {
            secret: SigningSecret::read(secret, what)?,
            clock: Clock::default(),
            body_timeout: BODY_TIMEOUT,
        })
    }

    /// Asks this clock what time it is, instead of the system's: for tests.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Sets the time in which the body of a request has to arrive, from its first byte to its last: 10 seconds by
    /// default. The `Delivery` extractors of web frameworks respond with 408 after it.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    #[cfg_attr(
        not(any(feature = "axum", feature = "actix", feature = "rocket", feature = "poem")),
        expect(dead_code, reason = "extractors of web frameworks alone read bodies")
    )]
    pub(crate) fn time_limit(&self) -> Duration {
        self.body_timeout
    }

    /// Verifies the headers of a request, before its body is read.
    ///
    /// It is the first step of [`verify`](Self::verify), for services that read the body themselves. The body of a
    /// request that Clerk did not send then costs neither time nor memory. Limit the size of the body, and the time.
    ///
    /// ```
    /// use clerk_sdk::http::HeaderMap;
    /// use clerk_sdk::webhooks::{Event, Webhook, WebhookError};
    ///
    /// async fn receive(webhook: &Webhook, headers: &HeaderMap) -> Result<Event, WebhookError> {
    ///     let checked = webhook.check_headers(headers)?;
    ///     let body = read_body().await; // with limits of size and time
    ///     checked.verify(body)
    /// }
    /// # async fn read_body() -> Vec<u8> { Vec::new() }
    /// ```
    ///
    /// # Errors
    /// If a header is missing or malformed, or if the request was sent more than 300 seconds before or after now.
    /// Respond with 400.
    pub fn check_headers<'a>(&'a self, headers: &'a HeaderMap) -> Result<CheckedHeaders<'a>, WebhookError> {
        let signed = SignedHeaders::read(headers)?;
        self.check_time(signed.seconds())?;
        Ok(CheckedHeaders { webhook: self, signed })
    }

    /// The event of a request, if Clerk sent it.
    ///
    /// `body` is the body as it came, byte for byte: what was parsed and written again has another signature.
    ///
    /// # Errors
    /// Where a header is missing or malformed, where it was sent more than 300 seconds before or after now, where no
    /// signature fits, and where the body is no JSON object with a `type`. Answer 400. A signed event of a known
    /// type whose data does not decode is *no* error, but [`Event::Unknown`]: it would be sent again for days.
    pub fn verify(&self, headers: &HeaderMap, body: impl AsRef<[u8]>) -> Result<Event, WebhookError> {
        self.verify_delivery(headers, body).map(|delivery| delivery.event)
    }

    /// As [`verify`](Self::verify), with the id of the event and the time when it was sent.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_delivery(
        &self,
        headers: &HeaderMap,
        body: impl AsRef<[u8]>,
    ) -> Result<Delivery, WebhookError> {
        self.check_headers(headers)?.verify_delivery(body)
    }

    /// Whole seconds since the beginning of 1970, rounded down; 0 where the clock stands before that.
    fn now(&self) -> u64 {
        u64::try_from(self.clock.now()).unwrap_or(0) / 1000
    }

    fn check_time(&self, sent: u64) -> Result<(), WebhookError> {
        let now = self.now();
        if now.saturating_sub(sent) > TOLERANCE {
            let detail = format!(
                "it was sent {} seconds ago, and {TOLERANCE} are accepted; it is a replay, or the clock is wrong",
                now - sent
            );
            return Err(WebhookError::new(WebhookErrorReason::TimestampTooOld, detail));
        }
        if sent.saturating_sub(now) > TOLERANCE {
            let detail = format!(
                "it says that it was sent {} seconds from now, and {TOLERANCE} are accepted; the clock is wrong",
                sent - now
            );
            return Err(WebhookError::new(WebhookErrorReason::TimestampTooNew, detail));
        }
        Ok(())
    }

    /// The headers that Clerk would send with this body now, under the names `svix-*`: for tests of an endpoint.
    ///
    /// # Errors
    /// With the reason [`InvalidHeader`](WebhookErrorReason::InvalidHeader) where `id` is empty or cannot be a header.
    pub fn sign(&self, id: &str, body: impl AsRef<[u8]>) -> Result<HeaderMap, WebhookError> {
        let value = |text: &str| {
            HeaderValue::from_str(text).ok().filter(|value| !value.is_empty()).ok_or_else(|| {
                WebhookError::new(WebhookErrorReason::InvalidHeader, "the id cannot be sent in a header")
            })
        };
        let timestamp = self.now().to_string();
        let mut headers = HeaderMap::with_capacity(3);
        headers.insert(headers::SVIX.id, value(id)?);
        headers.insert(headers::SVIX.signature, value(&self.secret.sign(id, &timestamp, body.as_ref()))?);
        headers.insert(headers::SVIX.timestamp, value(&timestamp)?);
        Ok(headers)
    }
}

/// Headers of a webhook that are complete and recent, from [`Webhook::check_headers`]. Nothing is verified about the
/// sender before the body is.
#[derive(Clone, Copy)]
#[must_use = "the signature is verified with the body"]
pub struct CheckedHeaders<'a> {
    webhook: &'a Webhook,
    signed: SignedHeaders<'a>,
}

impl CheckedHeaders<'_> {
    /// Verifies the signature of the body, as it came, and returns the event.
    ///
    /// # Errors
    /// If no signature matches, if the body is not a JSON object with a `type`, or if the request was sent more than 300
    /// seconds ago by now. Respond with 400.
    pub fn verify(&self, body: impl AsRef<[u8]>) -> Result<Event, WebhookError> {
        self.verify_delivery(body).map(|delivery| delivery.event)
    }

    /// Verifies the signature of the body, and returns the event with its id and the time when it was sent.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_delivery(&self, body: impl AsRef<[u8]>) -> Result<Delivery, WebhookError> {
        let (body, signed) = (body.as_ref(), &self.signed);
        // A slow body must not extend the time in which a request can be replayed.
        self.webhook.check_time(signed.seconds())?;
        if !self.webhook.secret.accepts(signed.signatures, signed.id, signed.timestamp, body) {
            return Err(WebhookError::new(
                WebhookErrorReason::NoMatchingSignature,
                "no signature was made with this secret for this body; either the secret is that of another \
                 endpoint, or the body is not the one that was sent (pass its bytes, before they are parsed)",
            ));
        }
        let event = Event::from_slice(body)?;
        // Within 300 seconds of now, so it fits.
        let sent = signed.seconds().saturating_mul(1000);
        let sent_at = Timestamp::from_millis(i64::try_from(sent).unwrap_or(i64::MAX));
        Ok(Delivery { id: signed.id.to_owned(), sent_at, event })
    }
}

impl fmt::Debug for CheckedHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedHeaders").field("id", &self.signed.id).finish_non_exhaustive()
    }
}

/// A verified webhook: the event, and what the headers say about its delivery.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivery {
    /// The id of the event, the same each time that it is delivered: what to keep in order to handle it once.
    pub id: String,
    /// When this delivery was sent. A repetition has a new time.
    pub sent_at: Timestamp,
    /// What happened.
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_comes_from_a_variable_that_errors_name() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let read = |name: &str, value: Option<&str>| {
            let value = value.map(str::to_owned);
            Webhook::from_variables(|asked| value.clone().filter(|_| asked == name))
        };
        assert!(read(VARIABLE, Some(&secret)).is_ok());
        for wrong in [None, Some(" "), Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"), Some("sk_test_x")] {
            let error = read(VARIABLE, wrong).unwrap_err();
            assert_eq!(error.reason(), WebhookErrorReason::InvalidSecret);
            assert!(error.to_string().contains("CLERK_WEBHOOK_SIGNING_SECRET"), "{error}");
        }
    }

    #[test]
    fn a_secret_in_the_variable_of_another_name_is_found() {
        let get = |name: &str| (name == "CLERK_WEBHOOK_SECRET").then(|| "whsec_SECRET".to_owned());

        let text = Webhook::from_variables(get).unwrap_err().to_string();

        assert!(
            text.contains("CLERK_WEBHOOK_SECRET is set; rename it to CLERK_WEBHOOK_SIGNING_SECRET"),
            "{text}"
        );
        assert!(!text.contains("whsec_SECRET"), "{text}");
    }
}
