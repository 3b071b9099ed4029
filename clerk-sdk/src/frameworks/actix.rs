//! Middleware and extractors for actix-web.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::{BoxBody, EitherBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};

use super::layer::{Checker, Outcome, maybe_signed_in, signed_in};
use super::{ClerkLayer, GuardedLayer, Maybe, Rejection, Require};
use crate::auth::{Auth, Caller, MachineAuth, RequestHeaders, RequestState};

type LocalBoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

impl RequestHeaders for HttpRequest {
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers().get_all(name).map(header::HeaderValue::as_bytes)
    }
}

impl RequestHeaders for ServiceRequest {
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers().get_all(name).map(header::HeaderValue::as_bytes)
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status().as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("application/json");
        if let Some(challenge) = self.challenge() {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        response.body(self.json())
    }
}

/// What the layer has left.
fn found(request: &HttpRequest) -> Outcome {
    request.extensions().get::<Outcome>().cloned().unwrap_or_else(|| Err(Rejection::layer_missing()))
}

/// A service whose requests are authenticated.
#[derive(Debug)]
pub struct ClerkMiddleware<S> {
    inner: Rc<S>,
    checker: Checker,
}

impl<S, B> Transform<S, ServiceRequest> for ClerkLayer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = actix_web::Error;
    type Transform = ClerkMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(ClerkMiddleware { inner: Rc::new(inner), checker: self.checker.clone() }))
    }
}

impl<S, B> Service<ServiceRequest> for ClerkMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<Result<Self::Response, Self::Error>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let checking = self.checker.check(&request);
        let inner = Rc::clone(&self.inner);
        Box::pin(async move {
            let outcome: Outcome = checking.await;
            request.extensions_mut().insert(outcome);
            inner.call(request).await
        })
    }
}

/// A service that only those get to who have what it takes.
#[derive(Debug)]
pub struct RequireMiddleware<S> {
    inner: S,
    require: Require,
}

impl<S, B: 'static> Transform<S, ServiceRequest> for Require
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = RequireMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(RequireMiddleware { inner, require: self.clone() }))
    }
}

impl<S, B: 'static> Transform<S, ServiceRequest> for GuardedLayer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = ClerkMiddleware<RequireMiddleware<S>>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        let guarded = RequireMiddleware { inner, require: self.guard.clone() };
        self.layer.new_transform(guarded)
    }
}

impl<S, B: 'static> Service<ServiceRequest> for RequireMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<Result<Self::Response, Self::Error>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        match self.require.check(request.path(), || found(request.request())) {
            Ok(()) => {
                let answering = self.inner.call(request);
                Box::pin(async move { Ok(answering.await?.map_into_left_body()) })
            }
            Err(rejection) => {
                let own = self.require.format.response(&rejection).map(own_response);
                let response = own.unwrap_or_else(|| rejection.error_response());
                let answer = request.into_response(response).map_into_right_body();
                Box::pin(ready(Ok(answer)))
            }
        }
    }
}

/// Converts a response to actix-web's types, which are those of another version of `http`.
fn own_response(response: http::Response<bytes::Bytes>) -> HttpResponse<BoxBody> {
    let status = StatusCode::from_u16(response.status().as_u16());
    let mut converted = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in response.headers() {
        converted.append_header((name.as_str(), value.as_bytes()));
    }
    converted.body(response.into_body())
}

/// Implements the extractor of a type of callers.
macro_rules! extractors {
    ($($caller:ident: $what:literal;)*) => {$(
        #[doc = $what]
        impl FromRequest for $caller {
            type Error = Rejection;
            type Future = Ready<Result<Self, Rejection>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(signed_in(found(request)))
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
impl<T: TryFrom<Caller>> FromRequest for Maybe<T> {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(maybe_signed_in(found(request)))
    }
}

/// The caller of the request, or the reason why it is signed out.
impl FromRequest for RequestState {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(found(request))
    }
}

#[cfg(feature = "webhooks")]
mod webhooks {
    use actix_web::dev::Payload;
    use actix_web::{FromRequest, HttpRequest, web};

    use super::LocalBoxFuture;
    use crate::frameworks::{LARGEST_WEBHOOK, Rejection, read_in_time};
    use crate::webhooks::{Delivery, Webhook, signed_headers};

    /// A webhook of at most 1 MiB, verified by the [`Webhook`] of the application's data, `web::Data<Webhook>`.
    impl FromRequest for Delivery {
        type Error = Rejection;
        type Future = LocalBoxFuture<Result<Self, Rejection>>;

        fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
            let webhook = request.app_data::<web::Data<Webhook>>().cloned();
            let headers = signed_headers(request);
            let payload = web::Payload::from_request(request, payload).into_inner();
            Box::pin(async move {
                let how = "give it to the application with `.app_data(web::Data::new(webhook))`";
                let webhook = webhook.ok_or_else(|| Rejection::webhook_missing(how))?;
                let checked = webhook.check_headers(&headers)?;
                let payload = payload.map_err(|_| Rejection::body_unreadable())?;
                let body = read_in_time(&webhook, payload.to_bytes_limited(LARGEST_WEBHOOK)).await?;
                let body = body.map_err(|_| Rejection::body_too_large())?;
                let body = body.map_err(|_| Rejection::body_unreadable())?;
                Ok(checked.verify_delivery(body)?)
            })
        }
    }
}
