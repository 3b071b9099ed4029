//! Requests for tests of a service that takes `http::Request`: `get("/billing").bearer(token)`.

use http::{HeaderValue, Method, Request, Uri, header};

/// A request without a body that is about to be made: see [`get`].
#[must_use = "it becomes a request with a token, or without one"]
#[derive(Clone, Debug)]
pub struct TestRequest(Request<String>);

/// A GET of this path, for services that are asked without a network, such as with `oneshot` of tower. Its body is an
/// empty text.
///
/// ```
/// use clerk_sdk::mock::get;
///
/// let request = get("/billing").bearer("token");
/// assert_eq!(request.headers()["authorization"], "Bearer token");
/// ```
///
/// # Panics
/// Where the path cannot be one.
pub fn get(path: &str) -> TestRequest {
    TestRequest::new(Method::GET, path)
}

impl TestRequest {
    /// As [`get`], with another method.
    ///
    /// # Panics
    /// Where the path cannot be one.
    #[allow(clippy::panic, reason = "a test with a path that is none cannot go on")]
    pub fn new(method: Method, path: &str) -> Self {
        let mut request = Request::new(String::new());
        *request.method_mut() = method;
        *request.uri_mut() = Uri::try_from(path).unwrap_or_else(|error| panic!("{path} is no path: {error}"));
        Self(request)
    }

    /// With a session token, or another credential.
    ///
    /// # Panics
    /// Where it cannot be sent in a header.
    #[allow(clippy::panic, reason = "a test with a token that is none cannot go on")]
    pub fn bearer(mut self, token: impl AsRef<str>) -> Request<String> {
        let value = HeaderValue::try_from(format!("Bearer {}", token.as_ref()));
        let mut value = value.unwrap_or_else(|error| panic!("the token cannot be sent: {error}"));
        value.set_sensitive(true);
        self.0.headers_mut().insert(header::AUTHORIZATION, value);
        self.0
    }

    /// From somebody who is not signed in.
    pub fn anonymous(self) -> Request<String> {
        self.0
    }
}
