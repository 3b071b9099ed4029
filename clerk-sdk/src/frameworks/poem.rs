//! Middleware and extractors for poem.

use poem::error::ResponseError;
use poem::web::RequestBody;
use poem::{Endpoint, FromRequest, Middleware, Request, Response};

use super::layer::{Checker, found, leave, maybe_signed_in, signed_in};
use super::{ClerkLayer, GuardedLayer, Maybe, Rejection, Require};
use crate::auth::{Auth, Caller, MachineAuth, RequestHeaders, RequestState};

impl RequestHeaders for Request {
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers().header_values(name)
    }
}

impl ResponseError for Rejection {
    fn status(&self) -> http::StatusCode {
        Rejection::status(self)
    }

    fn as_response(&self) -> Response {
        let mut response = Response::from((Rejection::status(self), self.json()));
        self.write_headers(response.headers_mut());
        response
    }
}

/// An endpoint whose requests are authenticated.
#[derive(Debug)]
pub struct ClerkEndpoint<E> {
    inner: E,
    checker: Checker,
}

impl<E: Endpoint> Middleware<E> for ClerkLayer {
    type Output = ClerkEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        ClerkEndpoint { inner, checker: self.checker.clone() }
    }
}

impl<E: Endpoint> Endpoint for ClerkEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> poem::Result<Self::Output> {
        let outcome = self.checker.check(&request).await;
        leave(outcome, request.extensions_mut());
        self.inner.call(request).await
    }
}

/// An endpoint that only those get to who have what it takes.
#[derive(Debug)]
pub struct RequireEndpoint<E> {
    inner: E,
    require: Require,
}

impl<E: Endpoint> Middleware<E> for Require {
    type Output = RequireEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        RequireEndpoint { inner, require: self.clone() }
    }
}

impl<E: Endpoint> Middleware<E> for GuardedLayer {
    type Output = ClerkEndpoint<RequireEndpoint<E>>;

    fn transform(&self, inner: E) -> Self::Output {
        self.layer.transform(self.guard.transform(inner))
    }
}

impl<E: Endpoint> Endpoint for RequireEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, request: Request) -> poem::Result<Self::Output> {
        let checked = self.require.check(whole_path(&request), || found(request.extensions()));
        match checked.map_err(|rejection| (self.require.format.response(&rejection), rejection)) {
            Ok(()) => self.inner.call(request).await,
            Err((None, rejection)) => Err(rejection.into()),
            Err((Some(response), _)) => {
                let (parts, body) = response.into_parts();
                let mut response = Response::from((parts.status, body));
                *response.headers_mut() = parts.headers;
                Err(poem::Error::from_response(response))
            }
        }
    }
}

/// Returns the path of a request, with the prefix that `nest` takes away.
fn whole_path(request: &Request) -> &str {
    match request.original_uri().path() {
        // Requests that a program builds have no original URI, which reads as `/`.
        "/" => request.uri().path(),
        path => path,
    }
}

/// Implements the extractor of a type of callers.
macro_rules! extractors {
    ($($caller:ident: $what:literal;)*) => {$(
        #[doc = $what]
        impl<'a> FromRequest<'a> for $caller {
            async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
                Ok(signed_in(found(request.extensions()))?)
            }
        }
    )*};
}

extractors! {
    Auth: "The user who sent the request. A request that is signed out, or that a program sent, is rejected with 401.";
    MachineAuth: "The program that sent the request. A request that is signed out, or that a user sent, is rejected with 401.";
    Caller: "The user or the program that sent the request. A request that is signed out is rejected with 401.";
}

/// The caller, or `None` if the request is signed out or has a caller of another type.
impl<'a, T: TryFrom<Caller> + Send> FromRequest<'a> for Maybe<T> {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(maybe_signed_in(found(request.extensions()))?)
    }
}

/// The caller of the request, or the reason why it is signed out.
impl<'a> FromRequest<'a> for RequestState {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(found(request.extensions())?)
    }
}

#[cfg(feature = "webhooks")]
mod webhooks {
    use poem::error::ReadBodyError;
    use poem::web::RequestBody;
    use poem::{FromRequest, Request};

    use crate::frameworks::{LARGEST_WEBHOOK, Rejection, read_in_time};
    use crate::webhooks::{Delivery, Webhook};

    /// A webhook of at most 1 MiB, verified by the [`Webhook`] that was given to the route with `data`.
    impl<'a> FromRequest<'a> for Delivery {
        async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
            let webhook = request
                .data::<Webhook>()
                .ok_or_else(|| Rejection::webhook_missing("give it to the route with `.data(webhook)`"))?;
            let checked = webhook.check_headers(request.headers()).map_err(Rejection::from)?;
            let reading = body.take()?.into_bytes_limit(LARGEST_WEBHOOK);
            let body = read_in_time(webhook, reading).await?.map_err(|error| match error {
                ReadBodyError::PayloadTooLarge => Rejection::body_too_large(),
                _ => Rejection::body_unreadable(),
            })?;
            Ok(checked.verify_delivery(body).map_err(Rejection::from)?)
        }
    }
}
