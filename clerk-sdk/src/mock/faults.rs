//! Trouble on demand: answers that fail, answers that are not what they should be, answers that take long, and a
//! limit to how many requests are taken.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::StatusCode;

use super::error::ApiError;

/// What goes wrong with an answer: see [`MockClerk::inject`](super::MockClerk::inject).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is not acted on, and answered with this status and an error in Clerk's shape. A status outside
    /// 100–999 counts as 500. A 429 says in `Retry-After` that a second is to be waited, as
    /// [`RateLimited`](Self::RateLimited) does for any time.
    Status(u16),
    /// The request is not acted on, and answered with 429 `too_many_requests` and this time in `Retry-After`, in whole
    /// seconds, rounded up.
    RateLimited(Duration),
    /// The request is acted on, and answered after this time.
    Delay(Duration),
    /// The request is acted on, and the connection ends in the middle of the answer's body.
    Disconnect,
    /// The request is acted on, and the answer's body is no JSON although its header says so.
    Garbage,
    /// The request is acted on, and the answer is from an API that moved on: its objects have a field more, and its
    /// enums a value that nobody knows.
    Unknown,
}

/// What a test has ordered so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Arc<Mutex<Orders>>);

#[derive(Debug, Default)]
struct Orders {
    faults: VecDeque<Order>,
    delay: Duration,
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Order {
    /// The operation that it is for; any where there is none.
    operation_id: Option<String>,
    fault: Fault,
    left: usize,
}

#[derive(Debug)]
struct Limit {
    requests: usize,
    per: Duration,
    window: Instant,
    taken: usize,
}

impl Faults {
    /// Orders a fault for the next `times` requests, of this operation or of any.
    pub(super) fn order(&self, operation_id: Option<String>, fault: Fault, times: usize) {
        super::lock(&self.0).faults.push_back(Order { operation_id, fault, left: times });
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

    /// What goes wrong with the request for this operation that just came.
    pub(super) fn next(&self, operation_id: Option<&str>) -> Option<Fault> {
        let mut orders = super::lock(&self.0);
        let is =
            |order: &Order| order.operation_id.is_none() || order.operation_id.as_deref() == operation_id;
        let order = orders.faults.iter_mut().find(|order| order.left > 0 && is(order))?;
        order.left -= 1;
        let fault = order.fault;
        orders.faults.retain(|order| order.left > 0);
        Some(fault)
    }

    /// The error for a request above the limit.
    pub(super) fn limit(&self) -> Option<ApiError> {
        super::lock(&self.0).limit.as_mut().and_then(Limit::refuse)
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
        Some(rate_limited(left.max(Duration::from_millis(1))))
    }
}

/// What a 429 says that was ordered without a time.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The error of a rate limit that ends after this time.
fn rate_limited(wait: Duration) -> ApiError {
    let (short, long) = ("Too many requests", "Too many requests, retry later");
    let mut error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", short, long);
    // The header knows whole seconds only: rounded up, so that who waits as told is let in.
    error.retry_after = Some(u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX));
    error
}

impl Fault {
    /// The error that is answered in place of acting on the request; `None` where it is acted on.
    pub(super) fn refusal(self) -> Option<ApiError> {
        match self {
            Fault::Status(429) => Some(rate_limited(RETRY_AFTER)),
            Fault::RateLimited(wait) => Some(rate_limited(wait)),
            Fault::Status(status) => {
                Some(failure(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)))
            }
            _ => None,
        }
    }
}

/// An error of this status as Clerk words it.
fn failure(status: StatusCode) -> ApiError {
    let oops =
        "There was an internal error on our servers. We've been notified and are working on fixing it.";
    let (code, short, long) = match status.as_u16() {
        400 => ("bad_request", "Bad request", "Bad request"),
        401 => ("authentication_invalid", "Invalid authentication", "Unable to authenticate the request"),
        403 => (
            "authorization_invalid",
            "Unauthorized request",
            "You are not authorized to perform this request",
        ),
        404 => ("resource_not_found", "Resource not found", "Resource not found"),
        409 => ("conflict", "Conflict", "Conflict"),
        422 => ("form_param_value_invalid", "is invalid", "is invalid"),
        503 => ("maintenance_mode", "System under maintenance", "We are currently undergoing maintenance"),
        500.. => ("internal_clerk_error", "Oops, an unexpected error occurred", oops),
        _ => ("bad_request", "The request was refused", "The request was refused"),
    };
    ApiError::new(status, code, short, long)
}
