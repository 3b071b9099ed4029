//! Extractors for axum.

use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use super::Rejection;
use super::layer::{found, signed_in};
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

/// Who sent the request, or `None` for nobody.
impl<S: Sync> OptionalFromRequestParts<S> for Auth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(found(&parts.extensions)?.into_auth().ok())
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
    use axum_core::extract::{FromRef, FromRequest, Request};
    use http_body_util::{BodyExt as _, LengthLimitError, Limited};

    use crate::frameworks::{LARGEST_WEBHOOK, Rejection};
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
            let body = Limited::new(body, LARGEST_WEBHOOK).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    Rejection::body_too_large()
                } else {
                    Rejection::body_unreadable()
                }
            })?;
            Ok(webhook.verify_delivery(&parts.headers, body.to_bytes())?)
        }
    }
}
