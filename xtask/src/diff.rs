//! `cargo xtask diff`: what is different between two documents, said for callers of the SDK.

use std::path::PathBuf;

use clap::Args;
use clerk_codegen::changes::{self, Report};
use clerk_codegen::model::Api;

use crate::error::Error;
use crate::reading::{self, Assume};
use crate::tree::Tree;

/// Two documents, and where the report goes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The document before: a file or a URL, published or corrected, YAML or JSON
    old: String,
    /// The document after
    new: String,
    /// Write the report here, as Markdown, instead of printing it
    #[arg(long, value_name = "FILE.md")]
    summary: Option<PathBuf>,
    /// Write the report here, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Print what was assumed about the documents, too
    #[arg(long)]
    notes: bool,
}

/// Prints or writes the report.
pub(crate) fn diff(tree: &Tree, arguments: &Arguments) -> Result<(), Error> {
    let mut report = changes::between(
        &model(tree, &arguments.old, arguments.notes)?,
        &model(tree, &arguments.new, arguments.notes)?,
    );
    // Two revisions of one version are told apart by their files.
    report.old = name(&arguments.old);
    report.new = name(&arguments.new);
    write_json(&report, arguments.json.as_deref())?;
    match &arguments.summary {
        Some(path) => write(path, &report.markdown())?,
        None => print!("{}", report.markdown()),
    }
    Ok(())
}

fn name(from: &str) -> String {
    let name = from.rsplit(['/', '\\']).next().unwrap_or(from);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

fn model(tree: &Tree, from: &str, notes: bool) -> Result<Api, Error> {
    let reading = reading::read(tree, from, Assume::Anything)?;
    if notes {
        reading.notes.iter().for_each(|note| eprintln!("{from}: {note}"));
    } else if !reading.notes.is_empty() {
        eprintln!("{from}: {} notes on what was assumed (--notes prints them)", reading.notes.len());
    }
    reading.model.map_err(|findings| Error::at(from, findings))
}

/// Writes a report as JSON, if that is wanted.
pub(crate) fn write_json(report: &Report, path: Option<&std::path::Path>) -> Result<(), Error> {
    match path {
        Some(path) => write(path, &format!("{:#}\n", report.json())),
        None => Ok(()),
    }
}

/// Writes a file that somebody has asked for.
pub(crate) fn write(path: &std::path::Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|error| Error::at(path.display(), error))
}
