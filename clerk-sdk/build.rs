//! Generates the typed client from the documents of `clerk-openapi`: the newest version, and those whose features are
//! on.

use std::process::ExitCode;

use clerk_codegen::{GeneratedFile, emit, model};
use clerk_openapi::{Api, DOCUMENTS, Document};

fn main() -> ExitCode {
    clerk_codegen::script::run(files)
}

fn files() -> Result<Vec<GeneratedFile>, String> {
    let read = |document: &Document| {
        let failed = |findings| format!("{} {}: {findings}", document.api, document.version);
        clerk_codegen::read(document.json).map_err(failed)
    };
    let mut apis = documents().map(read).collect::<Result<Vec<_>, _>>()?;
    model::share(&mut apis);
    let mut files = emit::client(&apis);
    if is_on("mock") {
        files.extend(emit::samples(&apis));
    }
    Ok(files)
}

/// The newest version first.
fn documents() -> impl Iterator<Item = &'static Document> {
    let newest = clerk_openapi::newest(Api::Backend);
    let versions = DOCUMENTS.iter().rev().filter(move |document| {
        document.api == Api::Backend
            && (Some(*document) == newest || is_on(&format!("api-{}", document.version)))
    });
    versions.chain(clerk_openapi::newest(Api::Webhooks).filter(|_| is_on("webhooks")))
}

/// Whether a feature of this crate is on.
fn is_on(feature: &str) -> bool {
    std::env::var_os(format!("CARGO_FEATURE_{}", feature.to_uppercase().replace('-', "_"))).is_some()
}
