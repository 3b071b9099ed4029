//! Who is calling: tokens, requests, keys.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod callers;
mod claims;
mod common;
mod driver;
mod forgeries;
mod forgotten_keys;
mod has;
mod jwks;
mod jwks_urls;
mod key_fetches;
mod key_providers;
mod keys;
mod machines;
mod messages;
mod opaque;
mod peers;
mod recipients;
mod requests;
mod tokens;
