//! The same small service in each web framework, asked over HTTP: who gets where, and what the others are told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod actix;
mod axum;
mod contract;
mod documentation;
mod poem;
#[path = "../../../src/printed.rs"]
#[allow(dead_code, reason = "the other tests need all of it")]
mod printed;
mod protected_resource;
mod refusals;
mod rocket;
mod tonic;
mod tower;
mod types;
