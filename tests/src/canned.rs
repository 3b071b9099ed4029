//! An HTTP client without a network: whatever is sent, it answers what a test has laid ready.

use std::sync::{Arc, Mutex, PoisonError};

use clerk_sdk::http::{HeaderMap, HeaderValue, StatusCode};
use clerk_sdk::{Body, Clerk, HttpClient, HttpFuture, HttpRequest, HttpResponse, RetryPolicy};

/// The answer that is laid ready. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Canned(Arc<Mutex<(u16, HeaderMap, Vec<u8>)>>);

impl Canned {
    /// A client that gets these answers.
    ///
    /// # Errors
    /// None that could be seen: key and URL are good.
    pub fn client(&self) -> Result<Clerk, clerk_sdk::Error> {
        let builder = Clerk::builder("sk_test_canned").machine_secret_key("ak_machine");
        builder.retry(RetryPolicy::none()).http_client(self.clone()).build()
    }

    /// Lays an answer ready.
    pub fn answer(&self, status: u16, body: impl Into<Vec<u8>>) {
        self.answer_with(status, HeaderMap::new(), body);
    }

    /// Lays an answer ready that has these headers.
    pub fn answer_with(&self, status: u16, headers: HeaderMap, body: impl Into<Vec<u8>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (status, headers, body.into());
    }
}

impl HttpClient for Canned {
    fn send(&self, _: HttpRequest) -> HttpFuture<'_> {
        let (status, headers, body) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut response = HttpResponse::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
        *response.headers_mut() = headers;
        response.headers_mut().insert("x-canned", HeaderValue::from_static("yes"));
        Box::pin(async { Ok(response) })
    }
}
