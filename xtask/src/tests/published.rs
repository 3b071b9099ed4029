//! The documents as Clerk has published them, with their prose. They are not in this repository, and tests that need
//! one are skipped without it.

use std::io::Write as _;
use std::path::PathBuf;

use crate::tree::Tree;

/// Names the folder with the documents.
const FOLDER: &str = "CLERK_PUBLISHED_DOCUMENTS";

/// The folder where nobody names one, relative to the workspace.
const BESIDE: &str = "../shared/upstream";

/// The published document of a name such as `bapi/2026-05-12`. Where it is not at hand, that is said.
pub(crate) fn published(name: &str) -> Option<PathBuf> {
    let folder = match std::env::var_os(FOLDER) {
        Some(named) => {
            let named = PathBuf::from(named);
            assert!(named.is_dir(), "{FOLDER} names no folder: {}", named.display());
            named
        }
        None => Tree::of_workspace().root().join(BESIDE),
    };
    let path = folder.join(format!("{name}.yml"));
    if path.is_file() {
        return Some(path);
    }
    // Not by `eprintln!`, which is not shown for a test that passes.
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let path = path.display();
    writeln!(std::io::stderr(), "{test}: skipped for want of {path}; {FOLDER} names the folder").unwrap();
    None
}
