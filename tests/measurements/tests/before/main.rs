//! The old side of the pages on moving to this SDK: code for `clerk-rs` and for `jsonwebtoken`, so that it compiles too.
//! `cargo xtask regen` copies what is between markers into `docs/`.
#![allow(dead_code)]

mod clerk_rs_0_5;
mod jsonwebtoken_11;
