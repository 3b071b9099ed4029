//! The folder `openapi/`: a snapshot of each published document (its facts, without its prose), where
//! it comes from, and the document that results from our overlays.

mod effective;
mod fetch;
mod refresh;
mod snapshot;
mod sources;

use std::fmt;
use std::path::{Path, PathBuf};

pub(crate) use effective::{stale_effective, write_effective};
pub(crate) use refresh::{Refresh, refresh};

/// What went wrong, in words; there may be several lines.
#[derive(Debug)]
pub(crate) struct Error(String);

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The folder in which everything below has its place.
#[derive(Debug, Clone)]
pub(crate) struct Root(PathBuf);

impl Root {
    /// This workspace's `openapi/`.
    pub(crate) fn of_workspace() -> Self {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self(xtask.parent().unwrap_or(xtask).join("openapi"))
    }

    fn sources(&self) -> PathBuf {
        self.0.join("sources.toml")
    }

    fn overlays(&self) -> PathBuf {
        self.0.join("overlays")
    }

    fn snapshot(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.json"))
    }

    fn effective(&self, id: &str) -> PathBuf {
        self.0.join("effective").join(format!("{id}.json"))
    }

    fn list(&self) -> PathBuf {
        self.0.join("src/documents.rs")
    }

    /// How messages call a file: from the workspace on, never with the machine's own folders.
    fn name(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.0).unwrap_or(path);
        format!("openapi/{}", inside.display())
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, Error> {
        std::fs::read(path).map_err(|error| Error(format!("{}: {error}", self.name(path))))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error(format!("{}: {error}", self.name(path)));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(path, bytes).map_err(failed)
    }
}

#[cfg(test)]
mod tests;
