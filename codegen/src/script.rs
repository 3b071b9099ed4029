//! What build scripts do with generated files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::GeneratedFile;

/// Writes files where cargo wants what a build script makes. What keeps them from being there becomes cargo's error.
pub fn run(files: impl FnOnce() -> Result<Vec<GeneratedFile>, String>) -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    let written = files().and_then(|files| {
        let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or("OUT_DIR is not set")?;
        files.iter().try_for_each(|file| write(file, &folder))
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // A line of its own would be no part of the error.
            println!("cargo::error={}", reason.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn write(file: &GeneratedFile, folder: &Path) -> Result<(), String> {
    let path = folder.join(&file.name);
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(failed)?;
    std::fs::write(&path, &file.text).map_err(failed)
}
