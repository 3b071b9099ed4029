//! The response to a rejection in an application's own format: what `or_else` of a guard sets.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode, header};

use super::Rejection;
use crate::log_limit;

type Format = dyn Fn(&Rejection) -> Response<Bytes> + Send + Sync;

/// Makes the responses to the rejections of a guard: that of the rejection itself, unless an application sets another.
#[derive(Clone, Default)]
pub(super) struct ResponseFormat(Option<Arc<Format>>);

impl ResponseFormat {
    pub(super) fn new<B: Into<Bytes>>(
        format: impl Fn(&Rejection) -> Response<B> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(move |rejection| format(rejection).map(Into::into))))
    }

    /// Returns the application's response to a rejection, with a status that rejects; `None` if it has no format.
    pub(super) fn response(&self, rejection: &Rejection) -> Option<Response<Bytes>> {
        let mut response = self.0.as_ref()?(rejection);
        if !rejects(response.status()) {
            if let Some(suppressed) = log_limit::permit("response-format") {
                tracing::warn!(
                    target: "clerk_sdk",
                    status = response.status().as_u16(),
                    suppressed,
                    "the closure of `or_else` returned a status that does not reject: the rejection's status is used"
                );
            }
            *response.status_mut() = rejection.status();
        }
        let headers = response.headers_mut();
        // The status of gRPC counts as much as that of HTTP, and is that of the rejection.
        headers.remove("grpc-status");
        if !headers.contains_key(header::WWW_AUTHENTICATE) {
            rejection.write_challenge(headers);
        }
        Some(response)
    }
}

/// Returns whether a response with this status rejects the request: 4xx, 5xx, or a redirect, such as to a sign-in page.
fn rejects(status: StatusCode) -> bool {
    let redirects = status.is_redirection() && status != StatusCode::NOT_MODIFIED;
    redirects || status.is_client_error() || status.is_server_error()
}

impl fmt::Debug for ResponseFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "custom" } else { "default" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16) -> Response<Bytes> {
        let format = ResponseFormat::new(move |_| {
            let response = Response::builder().status(status).header("grpc-status", "0");
            response.body("the body of the application").unwrap()
        });
        format.response(&Rejection::unauthorized("who are you?")).unwrap()
    }

    #[test]
    fn a_closure_cannot_make_a_rejection_a_success() {
        for status in [100, 101, 200, 201, 204, 206, 299, 304, 600, 999] {
            let response = response(status);
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{status}");
            assert_eq!(response.body(), "the body of the application");
        }
        for status in [302, 303, 307, 400, 401, 403, 404, 500, 503] {
            assert_eq!(response(status).status(), status);
        }
    }

    #[test]
    fn a_closure_sets_no_status_of_grpc_and_keeps_the_challenge() {
        for status in [200, 401, 404] {
            let response = response(status);
            assert_eq!(response.headers().get("grpc-status"), None);
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
        }
    }
}
