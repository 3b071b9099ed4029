//! Turns Clerk's OpenAPI documents into the typed client of `clerk-sdk`.
//!
//! Three steps, each a folder that knows only the ones before it: [`document`] reads, [`model`] decides every name
//! and shape of the public API, [`emit`] writes the model down as Rust. All of it is pure: bytes in, text out. Only
//! [`script`] writes files, for build scripts.

#[cfg(feature = "changes")]
pub mod changes;
pub mod document;
pub mod emit;
mod finding;
pub mod model;
#[cfg(feature = "overlay")]
pub mod overlay;
pub mod script;
#[cfg(feature = "changes")]
pub mod surface;

pub use finding::{Added, Finding, Findings, Fix};

/// One generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The file's name, such as `types.rs`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Reads a document and lowers it to the model.
///
/// # Errors
/// All that the generator does not understand, or would have to guess, each with its place.
pub fn read(json: &[u8]) -> Result<model::Api, Findings> {
    model::lower(&document::Document::parse(json)?)
}

/// Generates the client for the versions of an API, the newest one first. Types that are equal in two of them are
/// written once.
pub fn generate(mut apis: Vec<model::Api>) -> Vec<GeneratedFile> {
    model::share(&mut apis);
    emit::client(&apis)
}
