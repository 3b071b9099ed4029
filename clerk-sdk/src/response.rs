//! A whole response: the decoded value, and the HTTP around it.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, Error as _};

use crate::error::reason_without_values;

/// A successful response with its status, its headers, its body and the number of attempts it took.
#[derive(Clone)]
pub struct Response<T> {
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    body: Bytes,
    value: T,
}

impl Response<Bytes> {
    /// A response that is not decoded yet. Its value shares the memory of its body.
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, attempts: u32, body: Bytes) -> Self {
        Self { status, headers, attempts, value: body.clone(), body }
    }
}

impl<T> Response<T> {
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

    /// Returns the body as it came, byte for byte.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Decodes the body as another type, such as one with a field that the OpenAPI document does not declare.
    ///
    /// ```no_run
    /// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = clerk.users().get("user_1").with_response().await?;
    /// let json: serde_json::Value = response.json()?;
    /// println!("{}: {}", response.value().id, json["a_new_field"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the body is not a `U`. The error contains none of the values.
    pub fn json<U: DeserializeOwned>(&self) -> Result<U, serde_json::Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| serde_json::Error::custom(reason_without_values(&error)))
    }

    /// What was decoded.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What was decoded, without the rest.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The same response, body included, around another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Response<U> {
        let Self { status, headers, attempts, body, value } = self;
        Response { status, headers, attempts, body, value: f(value) }
    }

    pub(crate) fn into_parts(self) -> (StatusCode, HeaderMap, T) {
        (self.status, self.headers, self.value)
    }
}

/// Headers and the body are left out: they may hold cookies and secrets.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}
