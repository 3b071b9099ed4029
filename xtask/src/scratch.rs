//! A copy of the workspace, in which things can be compiled that are not in the workspace yet.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::tree::Tree;

/// What is not copied: what is built, and the history.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

/// How much of what the compiler says is shown.
const LINES: usize = 60;

/// Copies the tree, with what is about to be written, into a folder.
pub(crate) fn copy(tree: &Tree, to: &Path) -> Result<(), Error> {
    let failed = |error: io::Error| Error::at(to.display(), error);
    if to.exists() {
        fs::remove_dir_all(to).map_err(failed)?;
    }
    copy_folder(tree.root(), to, &LEFT_OUT).map_err(failed)?;
    for change in tree.changes() {
        let path = to.join(&change.path);
        match &change.new {
            Some(bytes) => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(failed)?;
                }
                fs::write(path, bytes).map_err(failed)?;
            }
            None => fs::remove_file(path).map_err(failed)?,
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path, left_out: &[&str]) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if left_out.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to, &[])?;
        } else if from.is_file() {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// The features of the client that have more generated.
fn generated(workspace: &Path) -> Result<Vec<String>, Error> {
    let path = "clerk-sdk/Cargo.toml";
    let manifest = Tree::at(workspace).text(path)?;
    let manifest: toml::Table = toml::from_str(&manifest).map_err(|error| Error::at(path, error))?;
    let features = manifest.get("features").and_then(toml::Value::as_table);
    let names = features.into_iter().flat_map(|features| features.keys());
    Ok(names.filter(|name| name.starts_with("api-") || *name == "webhooks").cloned().collect())
}

/// Whether the client of the workspace in a folder compiles, all that is generated.
pub(crate) fn check_client(workspace: &Path, target: &Path, more: &[&str]) -> Result<(), Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let outcome = Command::new(cargo)
        .current_dir(workspace)
        .args([
            "check",
            "--locked",
            "--quiet",
            "--package",
            "clerk-sdk",
            "--features",
            &generated(workspace)?.join(","),
        ])
        .args(more)
        .arg("--target-dir")
        .arg(target)
        .output()
        .map_err(|error| Error::at("cargo check", error))?;
    if outcome.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&outcome.stderr).into_owned();
    let lines: Vec<&str> = said.lines().take(LINES).collect();
    Err(Error::new(format!("the new client does not compile:\n{}", lines.join("\n"))))
}
