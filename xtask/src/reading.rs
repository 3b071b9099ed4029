//! Reading any document, be it ours or one that the project has never seen: published or corrected, YAML or JSON. What
//! nobody has decided about a strange one is taken over from our newest document, or assumed; each assumption is a note.

use clerk_codegen::document::Document;
use clerk_codegen::model::{self, Api};
use clerk_codegen::overlay::Overlay;
use clerk_codegen::{Finding, Findings};
use serde_json::Value;

use crate::documents::sources::{Sources, sha256};
use crate::documents::{effective, examples, fetch, intake, snapshot};
use crate::error::Error;
use crate::tree::Tree;
use crate::{inherit, proposal};

/// A document that has been read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Its text, as it was given.
    pub(crate) text: String,
    /// What is in it, corrected.
    pub(crate) document: Value,
    /// What was assumed or could not be applied.
    pub(crate) notes: Vec<String>,
    /// What is wrong with it: the model, or findings.
    pub(crate) model: Result<Api, Findings>,
    /// The places that the examples of a published document contradict.
    pub(crate) examples: Findings,
}

/// How much may be assumed about a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assume {
    /// Names of operations that have none.
    Names,
    /// Whatever settles a finding.
    Anything,
}

/// How often assumptions are made, each on what those before it have led to.
const ROUNDS: usize = 64;

/// Reads the document at a path or URL.
pub(crate) fn read(tree: &Tree, from: &str, assume: Assume) -> Result<Reading, Error> {
    let bytes = fetch::fetch(from)?;
    let published = intake::read(&bytes).map_err(|message| Error::at(from, message))?;
    let mut reading = Reading {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        document: published,
        notes: Vec::new(),
        model: Err(Findings::default()),
        examples: Findings::default(),
    };
    let recorded = Sources::read(tree)?
        .documents
        .iter()
        .any(|source| source.upstream_sha256 == sha256(&bytes) || source.snapshot_sha256 == sha256(&bytes));
    let published = (!is_corrected(&reading.document)).then(|| reading.document.clone());
    if let Some(published) = &published {
        reading.document = snapshot::facts(published);
        correct(tree, &mut reading, recorded)?;
    }
    lower(&mut reading, assume);
    if let Some(published) = &published {
        reading.examples = examples::contradictions(published, &reading.document);
    }
    Ok(reading)
}

/// Whether the overlays have been applied already.
fn is_corrected(document: &Value) -> bool {
    inherit::operations(document).iter().any(|(_, operation)| operation.get("x-rust-name").is_some())
}

fn correct(tree: &Tree, reading: &mut Reading, recorded: bool) -> Result<(), Error> {
    let version = reading.document.pointer("/info/version").and_then(Value::as_str).unwrap_or("unknown");
    let api = intake::api_of(&reading.document);
    let id = format!("{api}/{version}");
    let mut overlays: Vec<Overlay> = effective::overlays(tree)?;
    // Sentences are of no importance for the model, and there are many.
    overlays.retain(|overlay| !overlay.name.contains("/docs-"));
    let applied = effective::correct(&mut reading.document, &id, &overlays);
    if recorded {
        let findings: Vec<String> = applied.findings.iter().map(ToString::to_string).collect();
        return Error::unless_none(&findings, ());
    }
    let count = applied.findings.len() + applied.unmatched.len();
    if count > 0 {
        reading.notes.push(format!("{count} actions of our overlays match nothing in this document"));
    }
    if let Some(newest) = Sources::read(tree)?.newest(api) {
        let path = newest.effective();
        let ours: Value =
            serde_json::from_slice(&tree.read(&path)?).map_err(|error| Error::at(&path, error))?;
        let inherited = inherit::inherit(&mut reading.document, &ours);
        if inherited > 0 {
            let note = format!("{inherited} names and other decisions were taken over from {}", newest.id());
            reading.notes.push(note);
        }
    }
    Ok(())
}

/// Lowers the document; what stands in the way is settled, as far as that is allowed.
fn lower(reading: &mut Reading, assume: Assume) {
    for _ in 0..ROUNDS {
        let model = Document::from_json(&reading.document).and_then(|document| model::lower(&document));
        let Err(findings) = model else {
            reading.model = model;
            return;
        };
        let settled: Vec<&Finding> = findings
            .iter()
            .filter(|finding| assume == Assume::Anything || names_operation(finding))
            .collect();
        let changed = proposal::apply(&mut reading.document, &settled);
        reading.notes.extend(settled.iter().filter_map(|finding| {
            let action = proposal::action(&reading.document, finding, None)?;
            Some(format!("assumed at {}: {}\n{action}", finding.pointer, finding.message))
        }));
        reading.model = Err(findings);
        if !changed {
            return;
        }
    }
}

/// Whether a finding is that an operation has no name of its own.
fn names_operation(finding: &Finding) -> bool {
    let is_name = |key: &String| key == "x-rust-name" || key == "x-rust-group";
    let update = finding.fix.as_ref().and_then(|fix| fix.update.as_ref()?.as_object());
    finding.pointer.starts_with("/paths/")
        && finding.pointer.split('/').count() == 4
        && update.is_some_and(|update| update.keys().all(is_name))
}
