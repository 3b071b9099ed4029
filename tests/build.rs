//! Generates the dispatch over all operations of all versions, from JSON to the typed call, and the table of the types
//! that have samples.

use std::process::ExitCode;

use clerk_codegen::{GeneratedFile, emit, model};
use clerk_openapi::{Api, DOCUMENTS};

fn main() -> ExitCode {
    clerk_codegen::script::run(files)
}

fn files() -> Result<Vec<GeneratedFile>, String> {
    let versions = DOCUMENTS.iter().rev().filter(|document| document.api == Api::Backend);
    let read = |json: &[u8]| clerk_codegen::read(json).map_err(|findings| findings.to_string());
    let mut apis = versions.map(|document| read(document.json)).collect::<Result<Vec<_>, _>>()?;
    let mut all = apis.clone();
    if let Some(events) = clerk_openapi::newest(Api::Webhooks) {
        all.push(read(events.json)?);
    }
    model::share(&mut apis);
    model::share(&mut all);
    let mut files = emit::dispatch(&apis);
    files.extend(emit::samples(&all));
    Ok(files)
}
