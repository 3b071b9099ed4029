//! The documents as Clerk has published them, with their examples. They are not in this repository, and tests that need
//! one are skipped without it.

use std::io::Write as _;
use std::path::PathBuf;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// Names the folder with the documents.
const FOLDER: &str = "CLERK_PUBLISHED_DOCUMENTS";

/// The published document of a name such as `bapi/2026-05-12`. Where it is missing, that is said on standard error.
///
/// # Panics
/// If the document cannot be parsed.
#[allow(clippy::expect_used, reason = "a broken document is a failed test")]
pub fn published(name: &str) -> Option<Value> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/upstream");
    let folder = std::env::var_os(FOLDER).map_or_else(beside, PathBuf::from);
    let path = folder.join(format!("{name}.yml"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        let path = path.display();
        // Not by `eprintln!`, which is not shown for a test that passes.
        let said =
            writeln!(std::io::stderr(), "{test}: skipped, {path} is missing; {FOLDER} names the folder");
        said.expect("standard error");
        return None;
    };
    let documents = Yaml::load_from_str(&text).expect("YAML");
    documents.first().map(value)
}

/// YAML as JSON. Tags and aliases, which no document has, are null.
fn value(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(flag)) => json!(flag),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(entries) => entries.iter().map(value).collect(),
        Yaml::Mapping(fields) => {
            let key = |key: &Yaml<'_>| match value(key) {
                Value::String(key) => key,
                other => other.to_string(),
            };
            Value::Object(fields.iter().map(|(name, field)| (key(name), value(field))).collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}
