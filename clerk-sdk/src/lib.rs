//! Typed client for the Clerk Backend API.

#![warn(missing_docs)]

#[cfg(feature = "blocking")]
mod blocking;
mod body;
mod call;
mod client;
mod config;
mod error;
mod generated;
mod hooks;
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
mod tls;
mod transport;
mod upload;
pub mod value;

pub use bytes::Bytes;
pub use http::{self, Method};

pub use self::body::{Body, FilePart};
pub use self::client::{Clerk, ClerkBuilder};
pub use self::error::{ApiError, ApiErrorItem, Error, ErrorKind};
pub use self::generated::v2026_05_12::VERSION as API_VERSION;
pub use self::generated::v2026_05_12::{self, op, requests, resources, types};
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
    HttpClient, HttpError, HttpErrorKind, HttpFuture, HttpRequest, HttpResponse, reqwest_builder,
};

pub use self::value::{JsonObject, Metadata, Null, Nullable, Timestamp};
