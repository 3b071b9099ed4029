//! Generates the typed client from the documents of `clerk-openapi`: the newest version, and those whose features are
//! on.

use std::path::Path;
use std::process::ExitCode;

use clerk_openapi::{Api, DOCUMENTS, Document};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("cargo::error={}", reason.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), String> {
    let out = std::env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let mut apis = Vec::new();
    for document in documents() {
        let api = clerk_codegen::read(document.json);
        apis.push(api.map_err(|findings| format!("{} {}: {findings}", document.api, document.version))?);
    }
    clerk_codegen::model::share(&mut apis);
    let mut files = clerk_codegen::emit::client(&apis);
    if is_on("mock") {
        files.extend(clerk_codegen::emit::samples(&apis));
    }
    for file in files {
        let path = Path::new(&out).join(file.name);
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        std::fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(failed)?;
        std::fs::write(&path, file.text).map_err(failed)?;
    }
    Ok(())
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
