//! Generates the client from the newest document with 1, 2, 4 and 8 times its paths, and prints for each how many
//! milliseconds of CPU that took, in the best of some rounds.

use nix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let document = clerk_openapi::newest_bapi().ok_or("no document")?;
    let document: Value = serde_json::from_slice(document.json)?;
    for times in [1, 2, 4, 8] {
        let text = serde_json::to_vec(&with_paths(&document, times))?;
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let before = cpu()?;
            let api = clerk_codegen::read(&text).map_err(|findings| findings.to_string())?;
            let files = clerk_codegen::generate(vec![api]);
            best = best.min(cpu()? - before);
            assert!(!files.is_empty());
        }
        println!("{best}");
    }
    Ok(())
}

/// The document with each operation so many times, under other paths and names.
fn with_paths(document: &Value, times: usize) -> Value {
    let mut document = document.clone();
    let originals = document["paths"].as_object().cloned().unwrap_or_default();
    let mut paths = Map::new();
    for copy in 0..times {
        for (path, item) in &originals {
            let mut item = item.clone();
            let operations = item.as_object_mut().into_iter().flat_map(Map::values_mut);
            for operation in operations.filter(|operation| copy > 0 && operation.is_object()) {
                let names = ["/operationId", "/x-speakeasy-group", "/x-rust-group"];
                for name in names {
                    if let Some(Value::String(name)) = operation.pointer_mut(name) {
                        name.push_str(&format!("Copy{copy}"));
                    }
                }
            }
            let path = if copy == 0 { path.clone() } else { format!("/copies/{copy}{path}") };
            paths.insert(path, item);
        }
    }
    document["paths"] = Value::Object(paths);
    document
}

/// The milliseconds of CPU that this process has taken.
fn cpu() -> Result<f64, nix::Error> {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
    Ok(time.tv_sec() as f64 * 1e3 + time.tv_nsec() as f64 / 1e6)
}
