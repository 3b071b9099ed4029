//! Typed client for the Clerk Backend API.

#[cfg(feature = "mock")]
pub mod mock;
