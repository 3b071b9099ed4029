//! Extractors for axum.

use axum::body::Body;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::layer::{found, maybe_signed_in, signed_in};
use super::{Maybe, Rejection};
use crate::auth::{Auth, Caller, MachineAuth, RequestState};

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.to_response::<Body>()
    }
}

/// Implements the extractors of a type of callers.
macro_rules! extractors {
    ($($caller:ident: $what:literal;)*) => {$(
        #[doc = $what]
        impl<S: Sync> FromRequestParts<S> for $caller {
            type Rejection = Rejection;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
                signed_in(found(&parts.extensions))
            }
        }

        /// The same, or `None` if the request is signed out or has a caller of another type. An outage is a rejection with
        /// 503, as for [`Maybe`].
        impl<S: Sync> OptionalFromRequestParts<S> for $caller {
            type Rejection = Rejection;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
                Ok(maybe_signed_in(found(&parts.extensions))?.0)
            }
        }
    )*};
}

extractors! {
    Auth: "The user who sent the request. A request that is signed out, or that a program sent, is rejected with 401.";
    MachineAuth: "The program that sent the request. A request that is signed out, or that a user sent, is rejected with 401.";
    Caller: "The user or the program that sent the request. A request that is signed out is rejected with 401.";
}

/// The caller, or `None` if the request is signed out.
impl<S: Sync, T: TryFrom<Caller>> FromRequestParts<S> for Maybe<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        maybe_signed_in(found(&parts.extensions))
    }
}

/// The caller of the request, or the reason why it is signed out.
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
