//! Authentication in web frameworks: middleware that authenticates requests, extractors for their callers, and guards for
//! routes (features `tower`, `axum`, `actix`, `rocket`, `poem`).
//!
//! It is the same in all of them:
//!
//! * [`ClerkLayer`] authenticates each request and writes down what it found.
//! * [`Auth`](crate::auth::Auth) as an argument of a handler is a user, [`MachineAuth`](crate::auth::MachineAuth) a
//!   program, and [`Caller`](crate::auth::Caller) either. A request that is signed out, or has a caller of the other type,
//!   is rejected with 401. Handlers that also serve such requests take a [`Maybe`], or a
//!   [`RequestState`](crate::auth::RequestState).
//! * [`ClerkLayer::guarded_by`] makes a layer that rejects requests itself, such as all that are signed out.
//! * [`require`] guards routes: those who are signed in without what it takes are answered 403. In a handler,
//!   [`Auth::require`](crate::auth::Auth::require) does the same.
#![cfg_attr(
    feature = "webhooks",
    doc = "* [`Delivery`](crate::webhooks::Delivery) as an argument is a webhook that was verified."
)]
//! * [`Rejection`] is what they all answer otherwise: JSON in the shape of Clerk's own errors.
#![cfg_attr(
    feature = "tower",
    doc = "* [`ProtectedResource`] is a resource server of OAuth, such as an MCP server, in tower and axum."
)]
//!
//! Nothing of it lets anybody through where it is set up wrongly. Without a [`ClerkLayer`] around it, whatever asks
//! who is calling answers 500, and the log says that the layer is missing.

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
#[cfg(any(feature = "tower", feature = "actix", feature = "poem"))]
mod guarded;
mod layer;
#[cfg(feature = "poem")]
mod poem;
#[cfg(feature = "tower")]
mod protected_resource;
mod refusal;
mod rejection;
#[cfg(any(feature = "tower", feature = "actix", feature = "poem"))]
mod require;
#[cfg(any(feature = "tower", feature = "actix", feature = "poem"))]
mod response_format;
#[cfg(feature = "rocket")]
pub mod rocket;
mod sentence;
#[cfg(feature = "tower")]
pub mod tower;

#[cfg(any(feature = "tower", feature = "actix", feature = "poem"))]
pub use self::guarded::GuardedLayer;
pub use self::layer::{ClerkLayer, Maybe};
#[cfg(feature = "tower")]
pub use self::protected_resource::{ProtectedResource, ProtectedResourceService};
pub use self::rejection::Rejection;
#[cfg(any(feature = "tower", feature = "actix", feature = "poem"))]
pub use self::require::{Require, require, require_auth};

/// Larger bodies are refused where a webhook is expected.
#[cfg(all(
    feature = "webhooks",
    any(feature = "axum", feature = "actix", feature = "rocket", feature = "poem")
))]
const LARGEST_WEBHOOK: usize = 1 << 20;

/// Reads the body of a webhook within the time that the [`Webhook`](crate::webhooks::Webhook) allows.
#[cfg(all(
    feature = "webhooks",
    any(feature = "axum", feature = "actix", feature = "rocket", feature = "poem")
))]
async fn read_in_time<T>(
    webhook: &crate::webhooks::Webhook,
    reading: impl Future<Output = T>,
) -> Result<T, Rejection> {
    tokio::time::timeout(webhook.time_limit(), reading).await.map_err(|_| Rejection::body_timeout())
}
