//! Requests for tests of a service that takes `http::Request`: `get("/billing").bearer(token)`.

use http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use serde::Serialize;

/// A request that is about to be made: see [`get`] and [`TestRequest::new`]. Its body is an empty text, unless it is
/// given [JSON](Self::json).
#[must_use = "it becomes a request with a token, or without one"]
#[derive(Clone, Debug)]
pub struct TestRequest(Request<String>);

/// A GET of this path, for services that are asked without a network, such as with `oneshot` of tower.
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
    /// ```
    /// use clerk_sdk::http::Method;
    /// use clerk_sdk::mock::TestRequest;
    /// use serde_json::json;
    ///
    /// let request = TestRequest::new(Method::POST, "/notes").json(json!({ "text": "hello" })).bearer("token");
    /// assert_eq!(request.headers()["content-type"], "application/json");
    /// assert_eq!(request.body(), r#"{"text":"hello"}"#);
    /// ```
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

    /// With this body, as JSON.
    ///
    /// # Panics
    /// Where it cannot be written as JSON.
    #[allow(clippy::panic, reason = "a test with a body that is none cannot go on")]
    pub fn json(mut self, body: impl Serialize) -> Self {
        let body = serde_json::to_string(&body);
        *self.0.body_mut() =
            body.unwrap_or_else(|error| panic!("the body cannot be written as JSON: {error}"));
        self.0.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self
    }

    /// With this header, such as `origin`.
    ///
    /// # Panics
    /// Where the name or the value cannot be sent.
    #[allow(clippy::panic, reason = "a test with a header that is none cannot go on")]
    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value.as_ref())) {
            (Ok(name), Ok(value)) => self.0.headers_mut().insert(name, value),
            _ => panic!("the header {name:?} cannot be sent"),
        };
        self
    }

    /// With a session token in the cookie `__session`, as a browser sends it.
    ///
    /// ```
    /// use clerk_sdk::mock::get;
    ///
    /// let request = get("/billing").header("origin", "https://app.example.com").cookie("token");
    /// assert_eq!(request.headers()["cookie"], "__session=token");
    /// ```
    ///
    /// # Panics
    /// Where it cannot be sent in a header.
    pub fn cookie(self, token: impl AsRef<str>) -> Request<String> {
        self.secret(header::COOKIE, format!("__session={}", token.as_ref()))
    }

    /// With a session token, or another credential.
    ///
    /// # Panics
    /// Where it cannot be sent in a header.
    pub fn bearer(self, token: impl AsRef<str>) -> Request<String> {
        self.secret(header::AUTHORIZATION, format!("Bearer {}", token.as_ref()))
    }

    #[allow(clippy::panic, reason = "a test with a token that is none cannot go on")]
    fn secret(mut self, name: HeaderName, value: String) -> Request<String> {
        let value = HeaderValue::try_from(value);
        let mut value = value.unwrap_or_else(|error| panic!("the token cannot be sent: {error}"));
        value.set_sensitive(true);
        self.0.headers_mut().insert(name, value);
        self.0
    }

    /// From somebody who is not signed in.
    pub fn anonymous(self) -> Request<String> {
        self.0
    }
}
