//! Who is calling: tokens, requests, keys.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod claims;
mod common;
mod tokens;
