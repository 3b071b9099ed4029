//! Rejections that an application makes itself, and those of failed requests to Clerk.

use http::StatusCode;

use super::Rejection;
use crate::error::{Error, ErrorKind};

impl Rejection {
    /// Returns a rejection with a status, a code for programs and a sentence for people. The response contains all three.
    ///
    /// A status other than 4xx and 5xx becomes 500, since no rejection may look like a success.
    ///
    /// ```
    /// use clerk_sdk::frameworks::Rejection;
    /// use clerk_sdk::http::StatusCode;
    ///
    /// async fn buy(seats: u32) -> Result<String, Rejection> {
    ///     if seats > 50 {
    ///         return Err(Rejection::with(StatusCode::CONFLICT, "sold-out", "there are 50 seats"));
    ///     }
    ///     Ok(format!("{seats} seats"))
    /// }
    /// ```
    pub fn with(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let is_error = status.is_client_error() || status.is_server_error();
        Self::new(if is_error { status } else { StatusCode::INTERNAL_SERVER_ERROR }, code, message)
    }

    /// Returns a rejection with 401 and the code `unauthorized`, for a caller that the application does not accept.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// Returns a rejection with 403 and the code `forbidden`, for a caller that lacks a right.
    ///
    /// For roles, permissions, features, plans and scopes, see [`Auth::require`](crate::auth::Auth::require).
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }
}

impl From<Error> for Rejection {
    /// Converts a failed request to Clerk, so that `?` works on it in a handler. The response contains a code and a neutral
    /// sentence. The cause is in `Display`, and in the log, where each code has at most one line in 10 seconds.
    ///
    /// | status | code | error |
    /// |---|---|---|
    /// | 503 | `clerk-unavailable` | no complete response, a rate limit, or a 503 of Clerk |
    /// | 502 | `clerk-failed` | another 5xx of Clerk, or a response that does not decode |
    /// | 500 | `clerk-request-failed` | everything else, such as a 404 that the handler does not treat |
    ///
    /// An error that was made of an [`AuthError`](crate::auth::AuthError) becomes the rejection of its reason.
    fn from(error: Error) -> Self {
        if let Some(auth) = error.auth() {
            return Self::signed_out(auth.reason(), auth.message().to_owned());
        }
        let (status, code, message) = match (error.kind(), error.status()) {
            (ErrorKind::Transport | ErrorKind::RateLimited, _)
            | (ErrorKind::Api, Some(StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)) => {
                (StatusCode::SERVICE_UNAVAILABLE, "clerk-unavailable", "Clerk cannot be reached; retry later")
            }
            (ErrorKind::Api, Some(status)) if status.is_server_error() => {
                (StatusCode::BAD_GATEWAY, "clerk-failed", "Clerk failed to answer the request")
            }
            (ErrorKind::Decode, _) => {
                (StatusCode::BAD_GATEWAY, "clerk-failed", "Clerk failed to answer the request")
            }
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "clerk-request-failed", "the request to Clerk failed"),
        };
        let rejection = Self::with_cause(status, code, message, error.to_string());
        rejection.log(code);
        rejection
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{AuthError, Reason};

    #[test]
    fn an_error_of_the_client_becomes_a_status_and_a_code() {
        let error = Error::bad_argument("SECRET");
        let rejection = Rejection::from(error);
        assert_eq!((rejection.status().as_u16(), rejection.code()), (500, "clerk-request-failed"));
        assert!(!rejection.json().contains("SECRET"));
        let error = Error::rate_limited(std::time::Duration::ZERO, std::time::Duration::ZERO);
        let rejection = Rejection::from(error);
        assert_eq!((rejection.status().as_u16(), rejection.code()), (503, "clerk-unavailable"));
        let expired = AuthError::new(Reason::TokenExpired, "it has expired");
        let rejection = Rejection::from(Error::from(expired));
        assert_eq!((rejection.status().as_u16(), rejection.code()), (401, "token-expired"));
        assert_eq!(rejection.reason(), Some(Reason::TokenExpired));
    }

    #[test]
    fn an_application_rejects_with_a_status_and_a_code_of_its_own() {
        let sold_out = Rejection::with(StatusCode::CONFLICT, "sold-out", "there are 50 seats");
        assert_eq!(sold_out.to_string(), "409 sold-out: there are 50 seats");
        for status in [StatusCode::OK, StatusCode::NO_CONTENT, StatusCode::CONTINUE, StatusCode::FOUND] {
            assert_eq!(Rejection::with(status, "x", "x").status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
        assert_eq!(Rejection::forbidden("members only").status(), StatusCode::FORBIDDEN);
        let unauthorized = Rejection::unauthorized("who are you?");
        assert_eq!(unauthorized.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(unauthorized.challenge().as_deref(), Some("Bearer"));
    }
}
