//! A whole answer: what was decoded, and the HTTP around it.

use std::fmt;

use http::{HeaderMap, StatusCode};

/// A successful answer with its status, its headers and the number of attempts it took.
#[derive(Clone)]
pub struct Response<T> {
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    value: T,
}

impl<T> Response<T> {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, attempts: u32, value: T) -> Self {
        Self { status, headers, attempts, value }
    }

    /// The HTTP status, 2xx.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How many attempts were made, 1 where the first one succeeded.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What was decoded.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What was decoded, without the rest.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The same answer around another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Response<U> {
        Response { status: self.status, headers: self.headers, attempts: self.attempts, value: f(self.value) }
    }

    pub(crate) fn into_parts(self) -> (StatusCode, HeaderMap, T) {
        (self.status, self.headers, self.value)
    }
}

/// Headers are left out: they may hold cookies.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}
