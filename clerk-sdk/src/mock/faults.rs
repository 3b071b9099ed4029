//! Trouble on demand: answers that fail, answers that take long, and a limit to how many requests are taken.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::StatusCode;

use super::error::ApiError;

/// What a test has ordered so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Arc<Mutex<Orders>>);

#[derive(Debug, Default)]
struct Orders {
    failing: Option<(StatusCode, usize)>,
    delay: Duration,
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    requests: usize,
    per: Duration,
    window: Instant,
    taken: usize,
}

impl Faults {
    pub(super) fn fail_next(&self, status: StatusCode, n: usize) {
        super::lock(&self.0).failing = Some((status, n));
    }

    pub(super) fn set_delay(&self, delay: Duration) {
        super::lock(&self.0).delay = delay;
    }

    pub(super) fn set_limit(&self, requests: usize, per: Duration) {
        super::lock(&self.0).limit = Some(Limit { requests, per, window: Instant::now(), taken: 0 });
    }

    pub(super) fn clear(&self) {
        *super::lock(&self.0) = Orders::default();
    }

    /// How long the next answer waits.
    pub(super) fn delay(&self) -> Duration {
        super::lock(&self.0).delay
    }

    /// The error that the next request gets instead of an answer, if one is due.
    pub(super) fn next(&self) -> Option<ApiError> {
        let mut orders = super::lock(&self.0);
        if let Some((status, left)) = &mut orders.failing
            && *left > 0
        {
            *left -= 1;
            return Some(failure(*status));
        }
        orders.limit.as_mut().and_then(Limit::refuse)
    }
}

impl Limit {
    /// Counts a request, and refuses it where the window's share is used up.
    fn refuse(&mut self) -> Option<ApiError> {
        let now = Instant::now();
        if now.duration_since(self.window) >= self.per {
            self.window = now;
            self.taken = 0;
        }
        if self.taken < self.requests {
            self.taken += 1;
            return None;
        }
        let left = self.per.saturating_sub(now.duration_since(self.window));
        let mut error = failure(StatusCode::TOO_MANY_REQUESTS);
        // The header knows whole seconds only: rounded up, so that who waits as told is let in.
        error.retry_after = Some(left.as_millis().div_ceil(1000).max(1) as u64);
        Some(error)
    }
}

/// An error of this status as Clerk words it.
fn failure(status: StatusCode) -> ApiError {
    let (code, message) = match status.as_u16() {
        400 => ("bad_request", "Bad request"),
        401 => ("authentication_invalid", "Invalid authentication"),
        403 => ("authorization_invalid", "Unauthorized request"),
        404 => ("resource_not_found", "Resource not found"),
        409 => ("conflict", "Conflict"),
        422 => ("form_param_value_invalid", "is invalid"),
        429 => ("too_many_requests", "Too many requests. Please try again in a bit."),
        503 => ("maintenance_mode", "System under maintenance"),
        500.. => ("internal_clerk_error", "Oops, an unexpected error occurred"),
        _ => ("bad_request", "The request was refused"),
    };
    ApiError::new(status, code, message, message)
}
