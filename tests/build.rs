//! Generates the dispatch over all operations: from JSON to the typed call.

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
    let document = clerk_openapi::bapi("2026-05-12").ok_or("the document is not in clerk-openapi")?;
    let out = std::env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let api = clerk_codegen::read(document.json).map_err(|findings| findings.to_string())?;
    let file = clerk_codegen::emit::dispatch(&api);
    let path = Path::new(&out).join(file.name);
    std::fs::write(&path, file.text).map_err(|error| format!("{}: {error}", path.display()))
}
