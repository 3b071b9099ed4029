//! The workspace's files as they would be: those on disk, with what a command is about to write in front of them. So
//! `regen` and `check` run the same code, and nothing is written before all of it is known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A workspace. Paths are relative to it and have `/` in them.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    root: PathBuf,
    pending: BTreeMap<String, Option<Vec<u8>>>,
}

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: String,
    /// What is on disk; `None` where there is no such file.
    pub(crate) old: Option<Vec<u8>>,
    /// What should be; `None` where there should be no such file.
    pub(crate) new: Option<Vec<u8>>,
}

impl Tree {
    /// The workspace that this program belongs to.
    pub(crate) fn of_workspace() -> Self {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::at(xtask.parent().unwrap_or(xtask))
    }

    /// The workspace in a folder.
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), pending: BTreeMap::new() }
    }

    /// Its folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        match self.pending.get(path) {
            Some(Some(bytes)) => Ok(bytes.clone()),
            Some(None) => Err(Error::at(path, "it is about to be removed")),
            None => std::fs::read(self.root.join(path)).map_err(|error| Error::at(path, error)),
        }
    }

    pub(crate) fn text(&self, path: &str) -> Result<String, Error> {
        String::from_utf8(self.read(path)?).map_err(|error| Error::at(path, error))
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.pending.get(path).map_or_else(|| self.root.join(path).is_file(), Option::is_some)
    }

    /// All files below a folder, in the order of their names.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        collect(&self.root.join(folder), folder, &mut found);
        let inside = format!("{folder}/");
        for (path, bytes) in self.pending.iter().filter(|(path, _)| path.starts_with(&inside)) {
            if bytes.is_some() {
                found.insert(path.clone());
            } else {
                found.remove(path);
            }
        }
        found.into_iter().collect()
    }

    /// Has a file written.
    pub(crate) fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.pending.insert(path.into(), Some(bytes.into()));
    }

    /// Has a file removed.
    pub(crate) fn remove(&mut self, path: impl Into<String>) {
        self.pending.insert(path.into(), None);
    }

    /// What would change on disk, in the order of the paths.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let on_disk = |path: &str| std::fs::read(self.root.join(path)).ok();
        let all = self.pending.iter();
        all.map(|(path, new)| Change { path: path.clone(), old: on_disk(path), new: new.clone() })
            .filter(|change| change.old != change.new)
            .collect()
    }
}

fn collect(folder: &Path, name: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            collect(&path, &name, found);
        } else {
            found.insert(name);
        }
    }
}
