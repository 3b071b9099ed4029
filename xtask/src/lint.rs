//! `cargo xtask lint`: everything but writing. Reads a document, corrects it, makes the model and the client, and parses
//! that; says what stands in the way, where, and what would settle it.

use std::collections::HashMap;
use std::fmt::Write as _;

use clap::Args;
use clerk_codegen::document::Document;
use clerk_codegen::model::{self, Api};
use clerk_codegen::{Finding, Findings, overlay};
use serde_json::Value;

use crate::documents::effective::Corrected;
use crate::documents::examples;
use crate::documents::intake::TakenIn;
use crate::documents::sources::Sources;
use crate::error::Error;
use crate::proposal;
use crate::reading::{self, Assume, Reading};
use crate::tree::Tree;
use crate::untyped;

/// The documents.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Documents: files or URLs, published or corrected, YAML or JSON
    #[arg(required = true, value_name = "FILE|URL")]
    files: Vec<String>,
    /// Do not list the places that are untyped JSON
    #[arg(long)]
    brief: bool,
}

/// Prints what is found. Whether nothing is wrong.
pub(crate) fn lint(tree: &Tree, arguments: &Arguments) -> Result<bool, Error> {
    let mut clean = true;
    for file in &arguments.files {
        let reading = reading::read(tree, file, Assume::Names)?;
        let (report, ok) = report(file, &reading, arguments.brief);
        print!("{report}");
        clean &= ok;
    }
    Ok(clean)
}

/// All that there is to say about a document, and whether nothing is wrong with it.
pub(crate) fn report(file: &str, reading: &Reading, brief: bool) -> (String, bool) {
    let mut out = String::new();
    for note in &reading.notes {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "{file}: note: {note}");
    }
    match &reading.model {
        Err(findings) => {
            out.push_str(&described(file, &reading.text, &reading.document, findings, None));
            let _ = writeln!(out, "{file}: {} errors", findings.len());
            (out, false)
        }
        Ok(api) => {
            let places = untyped::places(api, &reading.document);
            if !brief {
                let positions = overlay::positions(&reading.text);
                for place in &places {
                    let at = position(&positions, &place.pointer);
                    let _ = writeln!(out, "{file}{at}: untyped: {}: {}", place.name, place.reason);
                }
            }
            out.push_str(&described(file, &reading.text, &reading.document, &reading.examples, None));
            let broken = unparsable(api);
            broken.iter().for_each(|error| {
                let _ = writeln!(out, "{file}: error: {error}");
            });
            let errors = broken.len() + reading.examples.len();
            let _ = writeln!(
                out,
                "{file}: {} {}, {} types, {} places of untyped JSON, {errors} errors",
                api.operations.len() + api.events.len(),
                if api.is_webhooks() { "events" } else { "operations" },
                api.types.len(),
                places.len(),
            );
            (out, errors == 0)
        }
    }
}

/// Findings with their places in the text, and what would settle them.
fn described(
    file: &str,
    text: &str,
    document: &Value,
    findings: &Findings,
    applies_to: Option<&str>,
) -> String {
    let positions = overlay::positions(text);
    let mut out = String::new();
    for finding in findings.iter() {
        let Finding { pointer, message, advice, .. } = finding;
        let _ = writeln!(out, "{file}{}: error: {message}", position(&positions, pointer));
        let _ = writeln!(out, "    at {}", if pointer.is_empty() { "/" } else { pointer });
        if !advice.is_empty() {
            let _ = writeln!(out, "    {advice}");
        }
        if let Some(action) = proposal::action(document, finding, applies_to) {
            let _ = writeln!(out, "    such as\n{action}");
        }
    }
    out
}

/// `:line:column` of a place, or of the nearest place around it that is in the text.
fn position(positions: &HashMap<String, (usize, usize)>, pointer: &str) -> String {
    let mut pointer = pointer;
    loop {
        if let Some((line, column)) = positions.get(pointer) {
            return format!(":{line}:{column}");
        }
        let Some((outer, _)) = pointer.rsplit_once('/') else { return String::new() };
        pointer = outer;
    }
}

/// What of the generated code is not Rust.
fn unparsable(api: &Api) -> Vec<String> {
    let files = clerk_codegen::generate(vec![api.clone()]).into_iter();
    files
        .filter_map(|file| {
            let error = syn::parse_file(&file.text).err()?;
            Some(format!("the generated {} does not parse: {error}", file.name))
        })
        .collect()
}

/// Lints the project's own documents, corrected as they are about to be. Documents that were just imported are shown as
/// they are published, and their examples are checked.
pub(crate) fn sources(tree: &Tree, corrected: &Corrected, taken_in: &[TakenIn]) -> Result<(), Error> {
    let mut errors = Vec::new();
    let sources = Sources::read(tree)?;
    for source in &sources.documents {
        let Some((_, effective)) = corrected.files.iter().find(|(path, _)| *path == source.effective())
        else {
            continue;
        };
        let path = source.snapshot();
        let document: Value = serde_json::from_str(effective).map_err(|error| Error::at(&path, error))?;
        let published = taken_in.iter().find(|it| it.source.id() == source.id());
        let findings = match Document::from_json(&document).and_then(|document| model::lower(&document)) {
            Ok(api) => {
                let broken = unparsable(&api).into_iter();
                errors.extend(broken.map(|error| Error::at(&path, error).to_string()));
                published.map(|it| examples::contradictions(&it.document, &document)).unwrap_or_default()
            }
            Err(findings) => findings,
        };
        if !findings.is_empty() {
            let newest = sources.newest(source.api) == Some(source);
            // Additions of the newest version are in later versions, too.
            let applies_to = format!("{}{}", source.id(), if newest { ".." } else { "" });
            let (file, text) = match published {
                Some(published) => (&published.from, published.text.clone()),
                None => (&path, tree.text(&path)?),
            };
            let said = described(file, &text, &document, &findings, Some(&applies_to));
            errors.push(said.trim_end().to_owned());
        }
    }
    Error::unless_none(&errors, ())
}
