//! The fairing, request guards and error pages for Rocket.

use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use rocket::catcher::{Catcher, Handler};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Header, Status};
use rocket::request::{FromRequest, Outcome as GuardOutcome, Request};
use rocket::response::{self, Responder, Response};
use rocket::{Build, Rocket};

use super::layer::{Checker, Outcome, maybe_signed_in, signed_in};
use super::{ClerkLayer, Maybe, Rejection};
use crate::auth::{Auth, Caller, MachineAuth, RequestHeaders, RequestState};

impl RequestHeaders for Request<'_> {
    fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers().get(name).map(str::as_bytes)
    }
}

/// A request is authenticated when the first of its guards asks, and then no more.
///
/// A fairing cannot reject a request, so a handler without an [`Auth`] among its arguments is open. A layer with a guard
/// inside ([`GuardedLayer`](super::GuardedLayer)) is not a fairing.
#[rocket::async_trait]
impl Fairing for ClerkLayer {
    fn info(&self) -> Info {
        Info { name: "Clerk", kind: Kind::Ignite }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> rocket::fairing::Result {
        if rocket.state::<Checker>().is_some() {
            tracing::error!(target: "clerk_sdk", "two of ClerkLayer are attached: one would be ignored");
            return Err(rocket);
        }
        Ok(rocket.manage(self.checker.clone()))
    }
}

async fn found(request: &Request<'_>) -> Outcome {
    let checking = async {
        match request.rocket().state::<Checker>() {
            Some(checker) => checker.check(request).await,
            None => Err(Rejection::layer_missing()),
        }
    };
    request.local_cache_async::<Outcome, _>(checking).await.clone()
}

/// What a guard has refused, for the error page.
#[derive(Default)]
struct Refused(Mutex<Option<Rejection>>);

impl Refused {
    fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Self::default)
    }

    fn put(&self, rejection: &Rejection) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(rejection.clone());
    }

    fn get(&self) -> Option<Rejection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn status(rejection: &Rejection) -> Status {
    Status::new(rejection.status().as_u16())
}

fn guarded<T>(request: &Request<'_>, outcome: Result<T, Rejection>) -> GuardOutcome<T, Rejection> {
    match outcome {
        Ok(value) => GuardOutcome::Success(value),
        Err(rejection) => {
            Refused::of(request).put(&rejection);
            GuardOutcome::Error((status(&rejection), rejection))
        }
    }
}

/// Implements the request guard of a type of callers.
macro_rules! guards {
    ($($caller:ident: $what:literal;)*) => {$(
        #[doc = $what]
        #[rocket::async_trait]
        impl<'r> FromRequest<'r> for $caller {
            type Error = Rejection;

            async fn from_request(request: &'r Request<'_>) -> GuardOutcome<Self, Rejection> {
                guarded(request, signed_in(found(request).await))
            }
        }
    )*};
}

guards! {
    Auth: "The user who sent the request. A request that is signed out, or that a program sent, is rejected with 401.";
    MachineAuth: "The program that sent the request. A request that is signed out, or that a user sent, is rejected with 401.";
    Caller: "The user or the program that sent the request. A request that is signed out is rejected with 401.";
}

/// The caller, or `None` if the request is signed out or has a caller of another type.
#[rocket::async_trait]
impl<'r, T: TryFrom<Caller>> FromRequest<'r> for Maybe<T> {
    type Error = Rejection;

    async fn from_request(request: &'r Request<'_>) -> GuardOutcome<Self, Rejection> {
        guarded(request, maybe_signed_in(found(request).await))
    }
}

/// The caller of the request, or the reason why it is signed out.
#[rocket::async_trait]
impl<'r> FromRequest<'r> for RequestState {
    type Error = Rejection;

    async fn from_request(request: &'r Request<'_>) -> GuardOutcome<Self, Rejection> {
        guarded(request, found(request).await)
    }
}

impl<'r> Responder<'r, 'static> for Rejection {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let json = self.json();
        let mut response = Response::build();
        response.status(status(&self)).header(ContentType::JSON).sized_body(json.len(), Cursor::new(json));
        if let Some(challenge) = self.challenge() {
            response.header(Header::new("www-authenticate", challenge));
        }
        response.ok()
    }
}

/// Error pages that say why, as JSON: `rocket.register("/", catchers())`.
///
/// Rocket answers with an error page where a guard refuses, and its own says no more than the status. These are for
/// 400, 401, 403, 408, 413, 500 and 503.
pub fn catchers() -> Vec<Catcher> {
    [400, 401, 403, 408, 413, 500, 503].map(|code| Catcher::new(code, Page)).into()
}

#[derive(Clone)]
struct Page;

#[rocket::async_trait]
impl Handler for Page {
    async fn handle<'r>(&self, code: Status, request: &'r Request<'_>) -> rocket::catcher::Result<'r> {
        match Refused::of(request).get().filter(|rejection| status(rejection) == code) {
            Some(rejection) => rejection.respond_to(request),
            None => Rejection::other(code.code).respond_to(request),
        }
    }
}

#[cfg(feature = "webhooks")]
mod webhooks {
    use rocket::data::{Data, FromData, Outcome};
    use rocket::request::Request;

    use super::{Refused, status};
    use crate::frameworks::{LARGEST_WEBHOOK, Rejection, read_in_time};
    use crate::webhooks::{Delivery, Webhook, signed_headers};

    /// A webhook of at most 1 MiB, verified by the [`Webhook`] that Rocket manages.
    #[rocket::async_trait]
    impl<'r> FromData<'r> for Delivery {
        type Error = Rejection;

        async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
            match verified(request, data).await {
                Ok(delivery) => Outcome::Success(delivery),
                Err(rejection) => {
                    Refused::of(request).put(&rejection);
                    Outcome::Error((status(&rejection), rejection))
                }
            }
        }
    }

    async fn verified(request: &Request<'_>, data: Data<'_>) -> Result<Delivery, Rejection> {
        let how = "give it to Rocket with `.manage(webhook)`";
        let webhook = request.rocket().state::<Webhook>().ok_or_else(|| Rejection::webhook_missing(how))?;
        let headers = signed_headers(request);
        let checked = webhook.check_headers(&headers)?;
        let body = read_in_time(webhook, data.open(LARGEST_WEBHOOK.into()).into_bytes()).await?;
        let body = body.map_err(|_| Rejection::body_unreadable())?;
        if !body.is_complete() {
            return Err(Rejection::body_too_large());
        }
        Ok(checked.verify_delivery(body.into_inner())?)
    }
}
