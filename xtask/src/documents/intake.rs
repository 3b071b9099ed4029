//! From a published document to a snapshot and its entry in `sources.toml`.

use serde_json::Value;

use super::sources::{Api, Source, Sources, sha256};
use super::{fetch, snapshot};
use crate::error::Error;
use crate::tree::Tree;

/// Where a published document is, and what it is.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// A file or a URL, YAML or JSON.
    pub(crate) from: String,
    /// The API version that it describes, a date; `None`: what the document says.
    pub(crate) api: Option<String>,
    /// The commit of the publishing repository.
    pub(crate) commit: Option<String>,
    /// The public URL of the document, where `from` is a copy; `None`: as recorded before.
    pub(crate) origin: Option<String>,
}

/// A document that was taken in.
#[derive(Debug)]
pub(crate) struct TakenIn {
    /// Its entry.
    pub(crate) source: Source,
    /// Where it was read from.
    pub(crate) from: String,
    /// What was read.
    pub(crate) text: String,
    /// The same, parsed.
    pub(crate) document: Value,
}

/// Puts the snapshot of a published document into the tree, and its entry.
pub(crate) fn take_in(tree: &mut Tree, what: &Published) -> Result<TakenIn, Error> {
    let bytes = fetch::fetch(&what.from)?;
    let document = read(&bytes).map_err(|message| Error::at(&what.from, message))?;
    let api = api_of(&document);
    let version = version_of(&document, what.api.as_deref()).map_err(|error| Error::at(&what.from, error))?;
    let mut sources = Sources::read(tree)?;
    let recorded = sources.find(api, &version);
    let origin = match &what.origin {
        Some(origin) => origin.clone(),
        None if fetch::is_url(&what.from) => what.from.clone(),
        None => recorded.map(|source| source.origin.clone()).ok_or_else(|| {
            Error::new("nothing is recorded on where this is published: add --origin <URL>")
        })?,
    };
    let upstream_sha256 = sha256(&bytes);
    // The commit that is recorded stays true for as long as the bytes are the same.
    let commit = what.commit.clone().or_else(|| {
        recorded
            .filter(|source| source.upstream_sha256 == upstream_sha256)
            .and_then(|source| source.commit.clone())
    });
    let text = transcribe(&document)?;
    let source = Source {
        api,
        version,
        origin,
        commit,
        upstream_sha256,
        snapshot_sha256: sha256(text.as_bytes()),
        operations: operations(&document),
    };
    tree.put(source.snapshot(), text);
    sources.put(source.clone());
    sources.write(tree)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(TakenIn { source, from: what.from.clone(), text, document })
}

/// Reads YAML or JSON and checks that it is OpenAPI 3.0.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("no text: {error}"))?;
    // What a proxy or a wrong address answers; where it stops being YAML helps nobody.
    if text.trim_start().starts_with('<') {
        return Err(
            "no OpenAPI document, but HTML or XML: is this the address of the file itself?".to_owned()
        );
    }
    let document = clerk_codegen::overlay::read(text)?;
    match document.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0.") => {}
        Some(version) => return Err(format!("OpenAPI {version}; 3.0.x is understood: convert it")),
        None => return Err("no OpenAPI document: it has no `openapi`; is this the file itself?".to_owned()),
    }
    if operations(&document) == 0 {
        return Err("no operation or event is in it".to_owned());
    }
    Ok(document)
}

/// The snapshot's text: two spaces, and a newline at the end.
pub(crate) fn transcribe(document: &Value) -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(&snapshot::facts(document))
        .map_err(|error| Error::new(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

/// A document of webhooks has no paths.
pub(crate) fn api_of(document: &Value) -> Api {
    if document.get("paths").is_none() { Api::Webhooks } else { Api::Backend }
}

fn version_of(document: &Value, given: Option<&str>) -> Result<String, Error> {
    let said = document.pointer("/info/version").and_then(Value::as_str);
    let version = match (given, said) {
        (Some(given), Some(said)) if is_date(said) && given != said => {
            return Err(Error::new(format!("--api is {given}, but the document says {said}")));
        }
        (Some(given), _) => given,
        (None, Some(said)) => said,
        (None, None) => return Err(Error::new("the document has no version: add --api <date>")),
    };
    if is_date(version) {
        Ok(version.to_owned())
    } else {
        Err(Error::new(format!("`{version}` is not a date such as 2026-05-12: use --api <date>")))
    }
}

fn is_date(version: &str) -> bool {
    version.len() == 10
        && version.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// How many operations there are, or events.
fn operations(document: &Value) -> usize {
    const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    ["paths", "x-webhooks"]
        .iter()
        .filter_map(|key| document.get(key)?.as_object())
        .flat_map(|paths| paths.values())
        .filter_map(Value::as_object)
        .map(|item| item.keys().filter(|key| METHODS.contains(&key.as_str())).count())
        .sum()
}
