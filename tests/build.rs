//! Generates the dispatch over all operations of all versions, from JSON to the typed call, and the table of the types
//! that have samples.

use std::path::Path;
use std::process::ExitCode;

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
    let versions = clerk_openapi::DOCUMENTS.iter().rev().filter(|it| it.api == clerk_openapi::Api::Backend);
    let mut apis = Vec::new();
    for document in versions {
        apis.push(clerk_codegen::read(document.json).map_err(|findings| findings.to_string())?);
    }
    let mut all = apis.clone();
    if let Some(document) = clerk_openapi::newest(clerk_openapi::Api::Webhooks) {
        all.push(clerk_codegen::read(document.json).map_err(|findings| findings.to_string())?);
    }
    clerk_codegen::model::share(&mut apis);
    clerk_codegen::model::share(&mut all);
    let files = clerk_codegen::emit::dispatch(&apis).into_iter();
    for file in files.chain(clerk_codegen::emit::samples(&all)) {
        let path = Path::new(&out).join(file.name);
        std::fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(|error| error.to_string())?;
        std::fs::write(&path, file.text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
