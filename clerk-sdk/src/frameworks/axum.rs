//! Extractors for axum.

use axum::body::Body;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::layer::{found, maybe_signed_in, signed_in};
use super::{MaybeAuth, Rejection};
use crate::auth::{Auth, RequestState};

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.to_response::<Body>()
    }
}

/// Who sent the request; nobody is answered 401.
impl<S: Sync> FromRequestParts<S> for Auth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        signed_in(found(&parts.extensions))
    }
}

/// The caller, or `None` if the request is signed out. An outage is a rejection with 503, as for [`MaybeAuth`].
impl<S: Sync> OptionalFromRequestParts<S> for Auth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(maybe_signed_in(found(&parts.extensions))?.0)
    }
}

/// The caller, or `None` if the request is signed out.
impl<S: Sync> FromRequestParts<S> for MaybeAuth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        maybe_signed_in(found(&parts.extensions))
    }
}

/// Who sent the request, or why nobody did.
impl<S: Sync> FromRequestParts<S> for RequestState {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        found(&parts.extensions)
    }
}

#[cfg(feature = "webhooks")]
mod webhooks {
    use axum::extract::{FromRef, FromRequest, Request};
    use http_body_util::{BodyExt as _, LengthLimitError, Limited};

    use crate::frameworks::{LARGEST_WEBHOOK, Rejection, read_in_time};
    use crate::webhooks::{Delivery, Webhook};

    /// A webhook of at most 1 MiB, verified by the [`Webhook`] in the router's state.
    impl<S: Sync> FromRequest<S> for Delivery
    where
        Webhook: FromRef<S>,
    {
        type Rejection = Rejection;

        async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
            let webhook = Webhook::from_ref(state);
            let (parts, body) = request.into_parts();
            let checked = webhook.check_headers(&parts.headers)?;
            let reading = Limited::new(body, LARGEST_WEBHOOK).collect();
            let body = read_in_time(&webhook, reading).await?.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    Rejection::body_too_large()
                } else {
                    Rejection::body_unreadable()
                }
            })?;
            Ok(checked.verify_delivery(body.to_bytes())?)
        }
    }
}
