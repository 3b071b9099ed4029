//! Clerk's OpenAPI documents as data: facts without prose, with the corrections that `clerk-sdk` is
//! generated from.
//!
//! Each document is OpenAPI 3.0 in JSON. `clerk-sdk`'s build script reads them from here, so that a
//! packaged `clerk-sdk` builds without anything else at hand.

#![warn(missing_docs)]

mod documents;

use std::fmt;

pub use documents::DOCUMENTS;

/// One document.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// What it describes.
    pub api: Api,
    /// The API version, a date such as `2026-05-12`.
    pub version: &'static str,
    /// The document, as JSON in UTF-8.
    pub json: &'static [u8],
}

/// What a document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Api {
    /// The Backend API: what a server that has a secret key can ask for.
    Backend,
    /// The webhooks: what Clerk tells a server by itself.
    Webhooks,
}

/// The Backend API's document of a version; `None` where that version is not here.
#[must_use]
pub fn bapi(version: &str) -> Option<&'static Document> {
    DOCUMENTS.iter().find(|document| document.api == Api::Backend && document.version == version)
}

/// The newest document of an API.
#[must_use]
pub fn newest(api: Api) -> Option<&'static Document> {
    DOCUMENTS.iter().rfind(|document| document.api == api)
}

/// The Backend API's newest document.
#[must_use]
pub fn newest_bapi() -> Option<&'static Document> {
    newest(Api::Backend)
}

impl fmt::Display for Api {
    /// As the folders of the documents are called.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Backend => "bapi",
            Self::Webhooks => "webhooks",
        })
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Document")
            .field("api", &self.api)
            .field("version", &self.version)
            .field("bytes", &self.json.len())
            .finish()
    }
}
