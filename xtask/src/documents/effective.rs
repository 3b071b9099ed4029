//! The effective documents: what the snapshots say after our corrections; and the list of them.

use std::collections::{BTreeMap, BTreeSet};

use clerk_codegen::overlay::{Finding, Overlay, apply};
use serde_json::Value;

use super::sources::{self, Sources, sha256};
use crate::derived::File;
use crate::error::Error;
use crate::tree::Tree;

/// What the snapshots and the overlays come to.
#[derive(Debug)]
pub(crate) struct Corrected {
    /// The effective documents, and the list of them in the crate that ships them.
    pub(crate) files: Vec<File>,
    /// Overlay actions that change nothing in any document any more, such as `openapi/overlays/fixes.yaml: actions[2]`.
    pub(crate) removable: Vec<String>,
}

/// Applies the overlays to all snapshots.
pub(crate) fn documents(tree: &Tree) -> Result<Corrected, Error> {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    let sources = Sources::read(tree)?;
    let overlays = overlays(tree)?;
    let (mut corrected, mut matched, mut unmatched) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
    let (mut needed, mut unneeded) = (BTreeSet::new(), BTreeSet::new());
    for source in &sources.documents {
        let (id, path) = (source.id(), source.snapshot());
        if source.snapshot_sha256.is_empty() {
            errors.push(format!(
                "{id}: not fetched yet; `cargo xtask regen --refresh --api {}` does",
                source.version
            ));
            continue;
        }
        let snapshot = tree.read(&path)?;
        if sha256(&snapshot) != source.snapshot_sha256 {
            errors.push(format!(
                "{path}: not what was transcribed (its sha256 is not the one in {}); corrections belong into \
                 openapi/overlays",
                sources::PATH
            ));
            continue;
        }
        let mut document: Value =
            serde_json::from_slice(&snapshot).map_err(|error| Error::at(&path, error))?;
        let applied = correct(&mut document, &id, &overlays);
        errors.extend(applied.findings.iter().map(|finding| format!("{id}: {finding}")));
        files.push((source.effective(), lines(&document)));
        needed.extend(applied.matched.iter().filter(|action| !applied.unneeded.contains(action)).cloned());
        unneeded.extend(applied.unneeded);
        matched.extend(applied.matched);
        // What is nearest in the newest document is what was meant.
        unmatched.extend(applied.unmatched.into_iter().map(|action| (action, corrected.len())));
        corrected.push(document);
    }
    unmatched.retain(|action, _| !matched.contains(action));
    for ((name, index), document) in unmatched {
        let overlay = overlays.iter().find(|overlay| overlay.name == name);
        let finding =
            overlay.zip(corrected.get(document)).and_then(|(it, document)| it.explain(index, document));
        errors.extend(finding.map(|finding| format!("all documents: {finding}")));
    }
    files.push(("openapi/src/documents.rs".to_owned(), list(&sources)));
    let removable =
        unneeded.difference(&needed).map(|(overlay, index)| format!("{overlay}: actions[{index}]"));
    Error::unless_none(&errors, Corrected { files, removable: removable.collect() })
}

/// What the overlays did to a document.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Actions that do not fit.
    pub(crate) findings: Vec<Finding>,
    /// Actions that have matched something: the overlay and the action's index.
    pub(crate) matched: Vec<(String, usize)>,
    /// Actions that match nothing here, and need not in every document; the same.
    pub(crate) unmatched: Vec<(String, usize)>,
    /// Actions that have changed nothing: the overlay and the action's index.
    pub(crate) unneeded: Vec<(String, usize)>,
}

/// Applies the overlays to the document `id`.
pub(crate) fn correct(document: &mut Value, id: &str, overlays: &[Overlay]) -> Applied {
    let mut all = Applied::default();
    for overlay in overlays {
        match apply(document, id, overlay) {
            Ok(applied) => {
                let named = |index: usize| (overlay.name.clone(), index);
                all.matched.extend(applied.matched.into_iter().map(named));
                all.unmatched.extend(applied.unmatched.into_iter().map(named));
                all.unneeded.extend(applied.unneeded.into_iter().map(named));
            }
            Err(findings) => all.findings.extend(findings),
        }
    }
    all
}

/// Rust: the constant that names every document.
fn list(sources: &Sources) -> String {
    let mut text = LIST.to_owned();
    for source in &sources.documents {
        text.push_str(&format!(
            "    Document {{ api: Api::{:?}, version: {:?}, json: include_bytes!(\"../effective/{}.json\") }},\n",
            source.api,
            source.version,
            source.id()
        ));
    }
    text.push_str("];\n");
    text
}

const LIST: &str = "\
//! The list of the documents. `cargo xtask regen` writes this file.

use super::{Api, Document};

/// All documents: for each API the versions in order, the oldest first.
#[rustfmt::skip]
pub const DOCUMENTS: &[Document] = &[
";

/// The overlays, in the order of their names: `fixes` comes before those that build on it.
pub(crate) fn overlays(tree: &Tree) -> Result<Vec<Overlay>, Error> {
    let (mut overlays, mut findings) = (Vec::new(), Vec::new());
    for path in tree.files("openapi/overlays").into_iter().filter(|path| path.ends_with(".yaml")) {
        match Overlay::parse(&path, &tree.text(&path)?) {
            Ok(overlay) => overlays.push(overlay),
            Err(more) => findings.extend(more.iter().map(ToString::to_string)),
        }
    }
    Error::unless_none(&findings, overlays)
}

/// JSON with a line for each path and each component: short to ship, and still fit for a diff.
pub(crate) fn lines(document: &Value) -> String {
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
