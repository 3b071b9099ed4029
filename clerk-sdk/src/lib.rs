//! A typed client for Clerk's Backend API: a method for each operation, generated from Clerk's OpenAPI document when
//! this crate is built.
//!
//! ```no_run
//! use clerk_sdk::{Clerk, Null};
//! use serde_json::json;
//!
//! # async fn example() -> Result<(), clerk_sdk::Error> {
//! let clerk = Clerk::from_env()?; // CLERK_SECRET_KEY
//!
//! let user = clerk
//!     .users()
//!     .create()
//!     .email_address(["ada@example.com"])
//!     .public_metadata(json!({ "plan": "pro" }))
//!     .await?;
//! clerk.users().update(&user.id).first_name("Ada").username(Null).await?;
//!
//! let mut users = clerk.users().list().order_by("-created_at").items();
//! while let Some(user) = users.try_next().await? {
//!     println!("{} {:?}", user.id, user.first_name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Where things are
//!
//! * [`Clerk`] is the client; [`ClerkBuilder`] has its settings. Its methods, such as [`Clerk::users`], lead to the
//!   [`resources`], whose methods are the operations.
//! * An operation's method takes what is required and answers a [`Request`]. The rest are setters; options of the call
//!   begin with `with_`. Await it, or send it with `send_blocking` (feature `blocking`). [`requests`] lists the setters
//!   of each.
//! * [`types`] has what operations take and answer. Fields that may be absent are `Option`s; enums and unions have a
//!   case for what is new; [`Nullable`] and [`Null`] are for fields that can be cleared.
//! * Lists answer a [`Page`]; [`Request::items`] and [`Request::pages`] walk all of it.
//! * [`Error`] is why a call failed, [`RetryPolicy`] how often it is tried.
//! * [`HttpClient`] is the seam to HTTP, for clients of your own.
//! * [`Clerk::request`] calls what is not in the document.
#![cfg_attr(feature = "auth", doc = "* [`auth`] finds out who sent a request, and checks tokens.")]
#![cfg_attr(
    feature = "mock",
    doc = "* [`mock`] is a Clerk in the process, for tests and first steps (feature `mock`)."
)]
#![cfg_attr(
    feature = "tower",
    doc = "* [`frameworks`] protects the routes of web services (features `tower`, `axum`, `actix`, `rocket`, `poem`)."
)]
#![cfg_attr(
    feature = "webhooks",
    doc = "* [`webhooks`] verifies what Clerk sends, and types it (feature `webhooks`)."
)]
//!
//! # Cargo features
//!
//! | feature | what it does |
//! |---|---|
//! | `rustls` (default) | TLS by rustls, with ring for the cryptography |
//! | `rustls-aws-lc` | TLS by rustls, with aws-lc |
//! | `native-tls` | TLS by what the platform has |
//! | `auth` (default) | verification of tokens, authentication of requests |
//! | `blocking` | `send_blocking`, `items_blocking`, `pages_blocking` |
//! | `reqwest-middleware` | [`HttpClient`] for clients of `reqwest-middleware` |
//! | `chrono`, `jiff` | conversions of [`Timestamp`] |
//! | `mock` | the embedded Clerk |
//! | `mock-data` | the same, with its data in a file |
//! | `webhooks` | verification of webhooks, and their events as types |
//! | `tower`, `axum`, `actix`, `rocket`, `poem` | who is calling, in web frameworks |
//! | `api-2024-10-01` … | versions of the API, each a module; `api-all` for all |
//!
//! # API versions
//!
//! Clerk's API has versions, named by dates. What is at the root, and the methods of [`Clerk`], are those of the newest
//! one, [`API_VERSION`]. Each version is also a module, the newest one always, the others behind features such as
//! `api-2024-10-01`. A module's `ClerkExt` leads from a client to its operations, which are called like all others and
//! say in `Clerk-API-Version` which version they speak:
//!
#![cfg_attr(feature = "api-2024-10-01", doc = "```no_run")]
#![cfg_attr(not(feature = "api-2024-10-01"), doc = "```ignore")]
//! use clerk_sdk::v2024_10_01::ClerkExt as _; // feature `api-2024-10-01`
//! # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
//!
//! let user = clerk.v2024_10_01().users().get("user_1").await?;
//! # Ok(())
//! # }
//! ```
//!
//! Types that are equal in two versions are one type, which the older module has from the newer one. To stay with a
//! version when a newer one comes, name its module and turn its feature on; both can be done for the newest one, too.

#![warn(missing_docs)]

#[cfg(feature = "auth")]
pub mod auth;
#[cfg(feature = "blocking")]
mod blocking;
mod body;
mod bounds;
mod call;
mod client;
#[cfg(any(feature = "auth", feature = "webhooks"))]
mod clock;
mod config;
#[cfg(any(feature = "auth", feature = "webhooks"))]
mod crypto;
mod error;
pub mod error_codes;
mod forms;
#[cfg(any(feature = "tower", feature = "actix", feature = "rocket", feature = "poem"))]
pub mod frameworks;
mod generated;
mod hooks;
#[cfg(any(feature = "tower", feature = "actix", feature = "rocket", feature = "poem"))]
mod log_limit;
#[cfg(feature = "mock")]
pub mod mock;
mod multipart;
mod observe;
pub mod operation;
mod options;
mod page;
mod pages;
mod prepare;
mod raw;
mod request;
mod response;
mod retry;
mod runtime;
mod throttle;
mod tls;
mod transport;
mod upload;
pub mod value;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use bytes::Bytes;
pub use http::{self, Method};

pub use self::body::{Body, FilePart};
pub use self::client::{Clerk, ClerkBuilder};
pub use self::error::{ApiError, ApiErrorItem, Error, ErrorKind};
pub use self::generated::newest::VERSION as API_VERSION;
pub use self::generated::newest::{op, requests, resources, types};
pub use self::generated::*;
pub use self::hooks::{Attempt, Retry};
pub use self::page::Page;
#[cfg(feature = "blocking")]
pub use self::pages::Blocking;
pub use self::pages::{Items, Pages};
pub use self::raw::{RawRequest, RawRequestWithResponse};
pub use self::request::{Request, RequestWithResponse};
pub use self::response::Response;
pub use self::retry::RetryPolicy;
pub use self::tls::Tls;
pub use self::transport::{
    HttpClient, HttpError, HttpErrorKind, HttpFuture, HttpRequest, HttpResponse, reqwest, reqwest_builder,
};

pub use self::value::{DateTime, JsonObject, Metadata, Null, Nullable, Timestamp};
