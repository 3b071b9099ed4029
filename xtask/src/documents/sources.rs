//! `openapi/sources.toml`: which documents there are, where each comes from, and its fingerprints.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::tree::Tree;

/// Where the file is.
pub(crate) const PATH: &str = "openapi/sources.toml";

/// All documents, oldest version of the first API first.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sources {
    #[serde(default, rename = "document")]
    pub(crate) documents: Vec<Source>,
}

/// What a document describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Api {
    #[serde(rename = "bapi")]
    Backend,
    #[serde(rename = "webhooks")]
    Webhooks,
}

/// As in the names of files.
impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Backend => "bapi",
            Self::Webhooks => "webhooks",
        })
    }
}

/// One document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) api: Api,
    /// The API version, a date.
    pub(crate) version: String,
    /// Where it is published.
    pub(crate) origin: String,
    /// The commit of the publishing repository, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// SHA-256 of the bytes that were read; none of these three before they have been.
    #[serde(default)]
    pub(crate) upstream_sha256: String,
    /// SHA-256 of the snapshot.
    #[serde(default)]
    pub(crate) snapshot_sha256: String,
    /// How many operations (for webhooks: events) it has.
    #[serde(default)]
    pub(crate) operations: usize,
}

impl Source {
    /// What the document is called, such as `bapi/2026-05-12`: its file without the ending.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.api, self.version)
    }

    /// The file of its facts, as published.
    pub(crate) fn snapshot(&self) -> String {
        format!("openapi/{}.json", self.id())
    }

    /// The file of its facts, as corrected.
    pub(crate) fn effective(&self) -> String {
        format!("openapi/effective/{}.json", self.id())
    }

    /// The file that lists the public API that is made from it.
    pub(crate) fn surface(&self) -> String {
        let prefix = match self.api {
            Api::Backend => String::new(),
            Api::Webhooks => format!("{}-", self.api),
        };
        format!("openapi/surface/{prefix}{}.txt", self.version)
    }
}

impl Sources {
    /// Reads the file; there is no source where there is no file.
    pub(crate) fn read(tree: &Tree) -> Result<Self, Error> {
        if !tree.exists(PATH) {
            return Ok(Self::default());
        }
        toml::from_str(&tree.text(PATH)?).map_err(|error| Error::at(PATH, error))
    }

    /// Puts the file into the tree.
    pub(crate) fn write(&self, tree: &mut Tree) -> Result<(), Error> {
        let text = toml::to_string(self).map_err(|error| Error::at(PATH, error))?;
        tree.put(PATH, format!("{HEADER}{text}"));
        Ok(())
    }

    /// The documents of an API, the newest first.
    pub(crate) fn of(&self, api: Api) -> impl Iterator<Item = &Source> {
        self.documents.iter().rev().filter(move |source| source.api == api)
    }

    /// The newest document of an API.
    pub(crate) fn newest(&self, api: Api) -> Option<&Source> {
        self.of(api).next()
    }

    /// The entry for a document.
    pub(crate) fn find(&self, api: Api, version: &str) -> Option<&Source> {
        self.documents.iter().find(|source| source.api == api && source.version == version)
    }

    /// Puts an entry in its place, for the one that was there or as a new one.
    pub(crate) fn put(&mut self, source: Source) {
        self.documents.retain(|old| old.id() != source.id());
        self.documents.push(source);
        self.documents.sort_by_key(Source::id);
    }
}

const HEADER: &str = "# Where each document comes from. `cargo xtask regen` writes this file.\n\n";

/// The SHA-256 of `bytes`, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
