//! Typed client for the Clerk Backend API.

#![warn(missing_docs)]

#[cfg(feature = "blocking")]
mod blocking;
mod body;
mod call;
mod client;
mod config;
mod error;
mod hooks;
#[cfg(feature = "mock")]
pub mod mock;
mod multipart;
mod observe;
pub mod operation;
mod options;
mod prepare;
mod raw;
mod response;
mod retry;
mod transport;
mod upload;

pub use http;

pub use self::body::{Body, FilePart};
pub use self::client::{Clerk, ClerkBuilder};
pub use self::error::{ApiError, ApiErrorItem, Error, ErrorKind};
pub use self::hooks::{Attempt, Retry};
pub use self::raw::{RawRequest, RawRequestWithResponse};
pub use self::response::Response;
pub use self::retry::RetryPolicy;
pub use self::transport::{
    HttpClient, HttpError, HttpErrorKind, HttpFuture, HttpRequest, HttpResponse, Tls, reqwest_builder,
};

/// The newest API version, which the types at the crate's root were generated from.
pub const API_VERSION: &str = "2026-05-12";
