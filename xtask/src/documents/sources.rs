//! `openapi/sources.toml`: which documents there are, where each comes from, and its fingerprints.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Error, Root};

/// All documents, oldest version of the first API first.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sources {
    #[serde(default, rename = "document")]
    pub(crate) documents: Vec<Source>,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// `bapi` or `webhooks`.
    pub(crate) api: String,
    /// The API version, a date.
    pub(crate) version: String,
    /// Where it is published.
    pub(crate) origin: String,
    /// The commit of the publishing repository, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// SHA-256 of the bytes that were read.
    pub(crate) upstream_sha256: String,
    /// SHA-256 of the snapshot.
    pub(crate) snapshot_sha256: String,
    /// How many operations (for webhooks: events) it has.
    pub(crate) operations: usize,
}

impl Source {
    /// What the document is called, such as `bapi/2026-05-12`: its file without the ending.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.api, self.version)
    }
}

impl Sources {
    /// Reads the file; there is no source where there is no file.
    pub(crate) fn read(root: &Root) -> Result<Self, Error> {
        let path = root.sources();
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = String::from_utf8(root.read(&path)?)
            .map_err(|error| Error(format!("{}: {error}", root.name(&path))))?;
        toml::from_str(&text).map_err(|error| Error(format!("{}: {error}", root.name(&path))))
    }

    /// Writes the file.
    pub(crate) fn write(&self, root: &Root) -> Result<(), Error> {
        let path = root.sources();
        let text = toml::to_string(self).map_err(|error| Error(format!("{}: {error}", root.name(&path))))?;
        root.write(&path, format!("{HEADER}{text}").as_bytes())
    }

    /// The entry for a document.
    pub(crate) fn find(&self, api: &str, version: &str) -> Option<&Source> {
        self.documents.iter().find(|source| source.api == api && source.version == version)
    }

    /// Puts an entry in its place, for the one that was there or as a new one.
    pub(crate) fn put(&mut self, source: Source) {
        self.documents.retain(|old| old.id() != source.id());
        self.documents.push(source);
        self.documents.sort_by_key(Source::id);
    }
}

const HEADER: &str = "# Where each document comes from. `cargo xtask refresh` writes this file.\n\n";

/// The SHA-256 of `bytes`, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
