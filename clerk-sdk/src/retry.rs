//! When a call is tried again, and how long it waits before that.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

/// How failed attempts are repeated: exponential waits with full jitter, within a budget of time.
///
/// Repeated are the statuses 5xx, 408 and 429 and broken connections. A request that may have been acted on
/// already (POST, PATCH) is repeated only after 429, after 503 with `Retry-After` and after failures to connect,
/// unless the client or the call says that it may be.
///
/// ```
/// use std::time::Duration;
///
/// use clerk_sdk::{Clerk, RetryPolicy};
///
/// # fn main() -> Result<(), clerk_sdk::Error> {
/// let policy = RetryPolicy::exponential().initial(Duration::from_millis(100)).max_elapsed(Duration::from_secs(5));
/// let clerk = Clerk::builder("sk_test_example").retry(policy).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    initial: Duration,
    max_interval: Duration,
    exponent: f64,
    max_elapsed: Duration,
}

impl RetryPolicy {
    /// The default: 500 ms, growing by 1.5 up to 60 s, no new attempt after 30 s.
    pub fn exponential() -> Self {
        Self {
            initial: Duration::from_millis(500),
            max_interval: Duration::from_secs(60),
            exponent: 1.5,
            max_elapsed: Duration::from_secs(30),
        }
    }

    /// What Clerk's document asks for: as [`exponential`](Self::exponential), but for an hour.
    pub fn document() -> Self {
        Self::exponential().max_elapsed(Duration::from_secs(3600))
    }

    /// Returns a policy for jobs that no user waits for: as [`exponential`](Self::exponential), but for 10 minutes.
    ///
    /// A job outlasts a restart of the API with it, and waits in the queue of a rate limit for that long.
    pub fn for_jobs() -> Self {
        Self::exponential().max_elapsed(Duration::from_secs(600))
    }

    /// Every call is tried once.
    pub fn none() -> Self {
        Self::exponential().max_elapsed(Duration::ZERO)
    }

    /// The longest wait before the second attempt. 500 ms unless set.
    pub fn initial(mut self, initial: Duration) -> Self {
        self.initial = initial;
        self
    }

    /// The longest wait between two attempts, unless the server asks for more. 60 s unless set.
    pub fn max_interval(mut self, max_interval: Duration) -> Self {
        self.max_interval = max_interval;
        self
    }

    /// By what the longest wait grows after each attempt. 1.5 unless set; below 1 (or no number) counts as 1.
    pub fn exponent(mut self, exponent: f64) -> Self {
        self.exponent = if exponent.is_finite() { exponent.max(1.0) } else { 1.0 };
        self
    }

    /// The time since the call began after which no further attempt begins. 30 s unless set; zero: no retry.
    ///
    /// It cuts no attempt short; `with_timeout` does.
    pub fn max_elapsed(mut self, max_elapsed: Duration) -> Self {
        self.max_elapsed = max_elapsed;
        self
    }

    /// The time in which attempts may begin.
    pub(crate) fn time_for_retries(&self) -> Duration {
        self.max_elapsed
    }

    /// Whether there is more than one attempt.
    pub(crate) fn repeats(&self) -> bool {
        !self.max_elapsed.is_zero()
    }

    /// The time after which no attempt of a call begins that began at `started`, if there is one.
    pub(crate) fn deadline(&self, started: Instant) -> Option<Instant> {
        started.checked_add(self.max_elapsed)
    }

    /// How long to wait after failed attempt number `attempt` (from 1), whatever the server says.
    pub(crate) fn backoff(&self, attempt: u32, jitter: f64) -> Duration {
        let grown =
            self.initial.as_secs_f64() * self.exponent.powi(attempt.saturating_sub(1).min(1000) as i32);
        let ceiling = Duration::try_from_secs_f64(grown).unwrap_or(Duration::MAX).min(self.max_interval);
        let jittered = Duration::try_from_secs_f64(ceiling.as_secs_f64() * jitter.clamp(0.0, 1.0));
        jittered.unwrap_or(ceiling)
    }

    /// A wait that begins `elapsed` after the call did, or `None` where the budget is used up by then; `left` is what
    /// is left until the whole call times out.
    pub(crate) fn within(
        &self,
        wait: Duration,
        elapsed: Duration,
        left: Option<Duration>,
    ) -> Option<Duration> {
        let budget = self.max_elapsed.saturating_sub(elapsed);
        (wait < budget && left.is_none_or(|left| wait < left)).then_some(wait)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::exponential()
    }
}

/// Whether a status says that another attempt may succeed: 5xx, 408, 429.
pub(crate) fn is_retryable(status: StatusCode) -> bool {
    status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS
}

/// Whether a status says that the server has not acted on the request.
pub(crate) fn is_refusal(status: StatusCode, headers: &HeaderMap) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::SERVICE_UNAVAILABLE && server_delay(headers).is_some()
}

/// How long the server asks to wait: `retry-after-ms`, else `Retry-After` in seconds or as an HTTP date.
pub(crate) fn server_delay(headers: &HeaderMap) -> Option<Duration> {
    delay_at(headers, SystemTime::now())
}

fn delay_at(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(delay) = text("retry-after-ms").and_then(|ms| duration(ms, 1000.0)) {
        return Some(delay);
    }
    let after = text("retry-after")?;
    duration(after, 1.0).or_else(|| {
        let date = httpdate::parse_http_date(after).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    })
}

/// A number of `1/per_second` seconds. More than a `Duration` holds counts as the longest one.
fn duration(text: &str, per_second: f64) -> Option<Duration> {
    // Also parsed as numbers are `inf` and `nan`, which no server means, and what has more digits than a float.
    let number: f64 = text.starts_with(|first: char| first.is_ascii_digit()).then_some(text)?.parse().ok()?;
    Some(Duration::try_from_secs_f64(number / per_second).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_longest_wait_grows_up_to_the_interval() {
        let policy = RetryPolicy::exponential().max_elapsed(Duration::MAX);
        let longest = |attempt| policy.backoff(attempt, 1.0);
        assert_eq!([longest(1), longest(2), longest(3)], [ms(500), ms(750), ms(1125)]);
        assert_eq!(longest(100), Duration::from_secs(60));
        assert_eq!(longest(u32::MAX), Duration::from_secs(60));
    }

    #[cfg(feature = "mock")]
    #[test]
    fn the_defaults_are_those_of_the_document_but_for_the_budget() {
        let document = clerk_openapi::bapi(crate::API_VERSION).unwrap().json;
        let document: serde_json::Value = serde_json::from_slice(document).unwrap();
        let asked = &document["x-speakeasy-retries"];
        let backoff = |key: &str| ms(asked["backoff"][key].as_u64().unwrap());
        let policy = RetryPolicy::exponential()
            .initial(backoff("initialInterval"))
            .max_interval(backoff("maxInterval"))
            .exponent(asked["backoff"]["exponent"].as_f64().unwrap());

        assert_eq!(policy, RetryPolicy::default());
        assert_eq!(policy.max_elapsed(backoff("maxElapsedTime")), RetryPolicy::document());
        assert_eq!(RetryPolicy::default().max_elapsed, Duration::from_secs(30));
        assert_eq!(
            (&asked["statusCodes"], &asked["retryConnectionErrors"]),
            (&["5XX"].as_slice().into(), &true.into())
        );
    }

    #[test]
    fn jitter_reaches_down_to_nothing() {
        let policy = RetryPolicy::exponential();
        assert_eq!(policy.backoff(3, 0.0), Duration::ZERO);
        assert_eq!(policy.backoff(3, 0.5), ms(1125) / 2);
    }

    #[test]
    fn nothing_begins_after_the_budget_or_the_deadline() {
        let policy = RetryPolicy::exponential();
        assert_eq!(policy.within(ms(300), Duration::ZERO, None), Some(ms(300)));
        assert_eq!(policy.within(Duration::ZERO, Duration::from_secs(30), None), None);
        assert_eq!(policy.within(Duration::from_secs(6), Duration::from_secs(25), None), None);
        assert_eq!(policy.within(ms(300), Duration::ZERO, Some(ms(200))), None);
        assert_eq!(RetryPolicy::none().within(Duration::ZERO, Duration::ZERO, None), None);
    }

    #[test]
    fn every_spelling_of_retry_after_is_read() {
        let now = httpdate::parse_http_date("Wed, 21 Oct 2026 07:28:00 GMT").unwrap();
        let read = |pairs: &[(&'static str, &str)]| delay_at(&headers(pairs), now);
        assert_eq!(read(&[("retry-after-ms", "250"), ("retry-after", "9")]), Some(ms(250)));
        assert_eq!(read(&[("retry-after-ms", "soon"), ("retry-after", "9")]), Some(ms(9000)));
        assert_eq!(read(&[("retry-after", "Wed, 21 Oct 2026 07:28:05 GMT")]), Some(ms(5000)));
        assert_eq!(read(&[("retry-after", "Wed, 21 Oct 2026 07:27:05 GMT")]), Some(Duration::ZERO));
        assert_eq!(read(&[("retry-after", "99999999999999999999999")]), Some(Duration::MAX));
        let digits = "9".repeat(400);
        assert_eq!(read(&[("retry-after", &digits)]), Some(Duration::MAX));
        for none in ["-1", "inf", "NaN", "", "soon"] {
            assert_eq!(read(&[("retry-after", none)]), None, "{none}");
        }
        assert_eq!(read(&[]), None);
    }
}
