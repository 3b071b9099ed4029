//! The same small service in each web framework, asked over HTTP: who gets where, and what the others are told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod actix;
mod axum;
mod contract;
mod documentation;
mod poem;
mod rocket;
mod tonic;
mod tower;
