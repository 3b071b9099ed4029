//! Input that nobody would send: whatever comes, nothing panics, nothing is taken for what it is not, and what was
//! understood once is understood again.
//!
//! Each test begins with good input and changes it at random, the same way in each run. A short run is part of all
//! tests; `CLERK_TESTS_RUNS=1000000 cargo test -p clerk-tests --release --test fuzz` is a long one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod requests;
mod webhooks;
