//! The services that [`ClerkLayer`] and [`Require`] make of others, for tower and what is built on it: axum, hyper,
//! tonic.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, header};
use http_body_util::{Either, Full};
use tower_layer::Layer;
use tower_service::Service;

use super::layer::{Checker, found, leave};
use super::{ClerkLayer, GuardedLayer, Rejection, Require};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A service whose requests are authenticated. Their extensions have a [`RequestState`](crate::auth::RequestState). If the
/// request is signed in, they also have a [`Caller`](crate::auth::Caller), and its [`Auth`](crate::auth::Auth) or
/// [`MachineAuth`](crate::auth::MachineAuth).
#[derive(Clone, Debug)]
pub struct ClerkService<S> {
    inner: S,
    checker: Checker,
}

impl<S> Layer<S> for ClerkLayer {
    type Service = ClerkService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ClerkService { inner, checker: self.checker.clone() }
    }
}

impl<S, B> Service<Request<B>> for ClerkService<S>
where
    S: Service<Request<B>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let checking = self.checker.check(&request);
        // The one that is ready is used, and the clone that is not stays.
        let clone = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            leave(checking.await, request.extensions_mut());
            ready.call(request).await
        })
    }
}

/// A service that only those get to who have what it takes.
#[derive(Clone, Debug)]
pub struct RequireService<S> {
    inner: S,
    require: Require,
}

impl<S> Layer<S> for Require {
    type Service = RequireService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireService { inner, require: self.clone() }
    }
}

impl<S> Layer<S> for GuardedLayer {
    type Service = ClerkService<RequireService<S>>;

    fn layer(&self, inner: S) -> Self::Service {
        self.layer.layer(self.guard.layer(inner))
    }
}

impl<S, B, R> Service<Request<B>> for RequireService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<Either<R, Full<Bytes>>>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.require.check(whole_path(&request), || found(request.extensions())) {
            Ok(()) => {
                let answering = self.inner.call(request);
                Box::pin(async move { Ok(answering.await?.map(Either::Left)) })
            }
            Err(rejection) => {
                let response = self.require.response(&rejection, is_grpc(request.headers()));
                Box::pin(async move { Ok(response.map(Either::Right)) })
            }
        }
    }
}

impl Require {
    fn response(&self, rejection: &Rejection, grpc: bool) -> Response<Full<Bytes>> {
        if grpc && self.grpc_trailers_only {
            return rejection.to_grpc_trailers_only();
        }
        let own = self.format.response(rejection).map(|response| response.map(Full::new));
        let mut response = own.unwrap_or_else(|| rejection.to_response());
        if grpc {
            rejection.write_grpc_headers(response.headers_mut());
        }
        response
    }
}

/// Returns the path of a request, with the prefix that axum's `nest` takes away.
pub(super) fn whole_path<B>(request: &Request<B>) -> &str {
    #[cfg(feature = "axum")]
    if let Some(original) = request.extensions().get::<axum::extract::OriginalUri>() {
        return original.0.path();
    }
    request.uri().path()
}

/// Returns whether the request says that it is one of gRPC. Any client can say so.
fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let rest = kind.and_then(|kind| kind.strip_prefix("application/grpc"));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', ';']))
}
