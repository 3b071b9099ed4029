//! Generator.

#[cfg(feature = "overlay")]
pub mod overlay;
