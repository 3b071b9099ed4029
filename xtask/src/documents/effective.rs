//! The effective documents: what the snapshots say after our corrections; and the list of them.

use std::path::PathBuf;

use clerk_codegen::overlay::{Overlay, apply};
use serde_json::Value;

use super::sources::{Sources, sha256};
use super::{Error, Root};

/// Writes the effective document of every snapshot, and the list.
pub(crate) fn write_effective(root: &Root) -> Result<(), Error> {
    for (path, text) in all(root)? {
        root.write(&path, text.as_bytes())?;
    }
    Ok(())
}

/// The names of the derived files that are not what the snapshots and overlays give, and of
/// effective documents that nothing gives.
pub(crate) fn stale_effective(root: &Root) -> Result<Vec<String>, Error> {
    let all = all(root)?;
    let mut stale = Vec::new();
    for (path, text) in &all {
        if std::fs::read(path).ok().as_deref() != Some(text.as_bytes()) {
            stale.push(root.name(path));
        }
    }
    for path in files(&root.0.join("effective")) {
        if !all.iter().any(|(known, _)| *known == path) {
            stale.push(root.name(&path));
        }
    }
    Ok(stale)
}

/// The effective document `id`, from its snapshot.
pub(super) fn effective(root: &Root, id: &str, snapshot: &str) -> Result<String, Error> {
    let mut document: Value =
        serde_json::from_str(snapshot).map_err(|error| Error(format!("{id}: {error}")))?;
    let mut findings = Vec::new();
    for overlay in overlays(root)? {
        match apply(&mut document, id, &overlay) {
            Ok(applied) => {
                for index in applied.unneeded {
                    eprintln!("{id}: {}: actions[{index}] changes nothing and can go", overlay.name);
                }
            }
            Err(more) => findings.extend(more),
        }
    }
    if findings.is_empty() {
        Ok(lines(&document))
    } else {
        let findings: Vec<String> = findings.iter().map(|finding| format!("{id}: {finding}")).collect();
        Err(Error(findings.join("\n")))
    }
}

/// The derived files: the effective documents, and the list of them in the crate that ships them.
fn all(root: &Root) -> Result<Vec<(PathBuf, String)>, Error> {
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    let sources = Sources::read(root)?;
    for source in &sources.documents {
        let (id, path) = (source.id(), root.snapshot(&source.id()));
        let snapshot = root.read(&path)?;
        if sha256(&snapshot) != source.snapshot_sha256 {
            errors.push(format!(
                "{}: not what was transcribed (its sha256 is not the one in openapi/sources.toml); corrections \
                 belong into openapi/overlays",
                root.name(&path)
            ));
            continue;
        }
        let snapshot = String::from_utf8(snapshot).map_err(|error| Error(format!("{id}: {error}")))?;
        match effective(root, &id, &snapshot) {
            Ok(text) => all.push((root.effective(&id), text)),
            Err(error) => errors.push(error.0),
        }
    }
    all.push((root.list(), list(&sources)));
    if errors.is_empty() { Ok(all) } else { Err(Error(errors.join("\n"))) }
}

/// Rust: the constant that names every document.
fn list(sources: &Sources) -> String {
    let mut text = LIST.to_owned();
    for source in &sources.documents {
        let api = if source.api == "webhooks" { "Webhooks" } else { "Backend" };
        text.push_str(&format!(
            "    Document {{ api: Api::{api}, version: {:?}, json: include_bytes!(\"../effective/{}.json\") }},\n",
            source.version,
            source.id()
        ));
    }
    text.push_str("];\n");
    text
}

const LIST: &str = "\
//! The list of the documents. `cargo xtask refresh` writes this file.

use super::{Api, Document};

/// All documents: for each API the versions in order, the oldest first.
#[rustfmt::skip]
pub const DOCUMENTS: &[Document] = &[
";

/// The overlays, in the order of their names: `fixes` comes before those that build on it.
fn overlays(root: &Root) -> Result<Vec<Overlay>, Error> {
    let (mut overlays, mut findings) = (Vec::new(), Vec::new());
    for path in files(&root.overlays()) {
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let name = root.name(&path);
        let text = String::from_utf8(root.read(&path)?).map_err(|error| Error(format!("{name}: {error}")))?;
        match Overlay::parse(&name, &text) {
            Ok(overlay) => overlays.push(overlay),
            Err(more) => findings.extend(more.iter().map(ToString::to_string)),
        }
    }
    if findings.is_empty() { Ok(overlays) } else { Err(Error(findings.join("\n"))) }
}

/// All files below a folder, in the order of their names.
pub(super) fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// JSON with a line for each path and each component: short to ship, and still fit for a diff.
fn lines(document: &Value) -> String {
    let mut text = String::new();
    write(&mut text, document, 0, 3);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Value, depth: usize, open: usize) {
    let Value::Object(fields) = value else {
        text.push_str(&value.to_string());
        return;
    };
    // `paths` has its entries one level higher than `components` has.
    if depth == open || fields.is_empty() {
        text.push_str(&value.to_string());
        return;
    }
    text.push('{');
    for (position, (key, field)) in fields.iter().enumerate() {
        text.push_str(if position == 0 { "\n" } else { ",\n" });
        text.push_str(&Value::String(key.clone()).to_string());
        text.push(':');
        let open = if depth == 0 && key != "components" { 2 } else { open };
        write(text, field, depth + 1, open);
    }
    text.push_str("\n}");
}
