//! Reads an OpenAPI 3.0 document: `openapiv3` is its model, and an audit of the JSON holds every key against what is read
//! at its place. What the generator does not understand becomes a diagnostic with its JSON pointer.

mod audit;
mod blame;
mod complete;
mod deserialize;
mod event;
mod node;
mod operation;
mod schema;
mod security;
mod value;

pub use event::Event;
pub use node::Node;
pub use operation::{Body, BodyContent, Operation, Parameter, Place, Success, SuccessContent};
pub use schema::{AdditionalProperties, Bound, Discriminator, Facts, Measure, Property, Schema, SchemaKind};

use std::collections::HashMap;

use openapiv3::OpenAPI;
use serde_core::de::DeserializeOwned;

use self::value::Value;
use crate::finding::Findings;

/// A parsed document: `openapiv3`'s model of it, and the JSON that the audit looks at.
#[derive(Debug)]
pub struct Document {
    root: Value,
    openapi: OpenAPI,
}

/// The parts of a document that the model is made from.
#[derive(Debug)]
pub struct Contents {
    /// `info.version`: the API version.
    pub version: String,
    /// All operations, in document order.
    pub operations: Vec<Operation>,
    /// All events of `x-webhooks`, in document order.
    pub events: Vec<Event>,
    /// `x-doc-resources`: what each resource is, by its name in Rust.
    pub resource_docs: HashMap<String, String>,
}

/// How deep the JSON may be nested. Each level takes some 26 KB of stack in a debug build, and a thread may have 2 MB.
const DEEPEST: usize = 48;

impl Document {
    /// Parses the JSON text of a document.
    ///
    /// # Errors
    /// Returns diagnostics if the text is not JSON or not an OpenAPI 3.0 document.
    pub fn parse(json: &[u8]) -> Result<Self, Findings> {
        Self::new(serde_json::from_slice(json))
    }

    /// A document that has been parsed before.
    ///
    /// # Errors
    /// Returns diagnostics if it is not an OpenAPI 3.0 document.
    #[cfg(feature = "overlay")]
    pub fn from_json(root: &serde_json::Value) -> Result<Self, Findings> {
        Self::new(serde_core::Deserialize::deserialize(root))
    }

    fn new(root: serde_json::Result<Value>) -> Result<Self, Findings> {
        let mut findings = Findings::default();
        let mut root = match root {
            Ok(root) => root,
            Err(error) => {
                let advice = "see whether this is the document itself, and whole";
                findings.add("", format!("not JSON: {error}"), advice);
                return Err(findings);
            }
        };
        check_version(&root, &mut findings);
        if let Some(pointer) = too_deep(&root, DEEPEST) {
            let advice = "move a part into components and refer to it";
            findings.add(pointer, "schemas are nested too deeply", advice);
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        complete::complete(&mut root);
        match serde_core::Deserialize::deserialize(&root) {
            Ok(openapi) => Ok(Self { root, openapi }),
            Err(error) => Err(blame::blame(&Node::root(&root), &error)),
        }
    }

    /// The root of the document.
    pub(crate) fn root(&self) -> Node<'_> {
        Node::root(&self.root)
    }

    /// The place that a JSON pointer names.
    pub(crate) fn at(&self, pointer: &str) -> Option<Node<'_>> {
        self.root().at(pointer)
    }

    /// The pointer that a reference to a place ends at, through further references.
    pub(crate) fn resolved(&self, pointer: &str) -> String {
        let next = self.at(pointer).and_then(|node| node.get("$ref")?.str());
        let end = next.and_then(|next| self.root().resolve(next).ok());
        end.map_or_else(|| pointer.to_owned(), |end| end.pointer().to_owned())
    }

    /// Returns whether a key of a place is `true`.
    pub(crate) fn flag(&self, pointer: &str, key: &str) -> bool {
        self.at(pointer).and_then(|node| node.get(key)?.value().as_bool()).unwrap_or(false)
    }

    /// `openapiv3`'s reading of a place.
    fn typed<T: DeserializeOwned>(node: &Node<'_>, findings: &mut Findings) -> Option<T> {
        match T::deserialize(node.value()) {
            Ok(typed) => Some(typed),
            Err(error) => {
                blame::add(node.pointer(), &error, findings);
                None
            }
        }
    }

    /// Reads all operations and events.
    ///
    /// # Errors
    /// Returns every construct that is not understood, with its place.
    pub fn contents(&self) -> Result<Contents, Findings> {
        let mut findings = Findings::default();
        let root = self.root();
        audit::check(&root, &audit::ROOT, &mut findings);
        let version = self.openapi.info.version.clone();
        if version.is_empty() {
            findings.add("/info/version", "the API version is missing", "set info.version");
        }
        let operations = operation::read_all(self, &mut findings);
        let events = event::read_all(self, &mut findings);
        let docs = self.openapi.extensions.get("x-doc-resources").and_then(serde_json::Value::as_object);
        let docs = docs.into_iter().flatten();
        let resource_docs = docs.filter_map(|(name, doc)| Some((name.clone(), doc.as_str()?.to_owned())));
        let resource_docs = resource_docs.collect();
        findings.into_result(Contents { version, operations, events, resource_docs })
    }
}

fn check_version(root: &Value, findings: &mut Findings) {
    match root.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0.") => {}
        Some(version) => {
            let message = format!("OpenAPI {version}, and only 3.0 is understood");
            findings.add("/openapi", message, "convert the document to OpenAPI 3.0");
        }
        None => {
            let advice = "see whether this is the document itself";
            findings.add("/openapi", "not an OpenAPI document: `openapi` is missing", advice);
        }
    }
}

/// The pointer of the first place that is nested deeper than `levels`.
fn too_deep(root: &Value, levels: usize) -> Option<String> {
    fn below(node: &Node<'_>, levels: usize) -> Option<String> {
        let inner = || node.members().into_iter().map(|(_, node)| node).chain(node.elements());
        if levels == 0 {
            return inner().next().map(|_| node.pointer().to_owned());
        }
        inner().find_map(|node| below(&node, levels - 1))
    }
    // Most documents are not, which is found out without the pointers.
    fn depth(value: &Value, levels: usize) -> bool {
        let mut inner = value.members().into_iter().map(|(_, value)| value).chain(value.elements());
        if levels == 0 { inner.next().is_some() } else { inner.any(|value| depth(value, levels - 1)) }
    }
    depth(root, levels).then(|| below(&Node::root(root), levels)).flatten()
}

/// The text of an extension.
fn text(extensions: &Extensions, key: &str) -> Option<String> {
    extensions.get(key).and_then(serde_json::Value::as_str).map(str::to_owned)
}

/// The texts of an extension that is a list.
fn texts(extensions: &Extensions, key: &str) -> Vec<String> {
    let list = extensions.get(key).and_then(serde_json::Value::as_array).into_iter().flatten();
    list.filter_map(serde_json::Value::as_str).map(str::to_owned).collect()
}

/// The extensions of a place, as `openapiv3` keeps them.
type Extensions = indexmap::IndexMap<String, serde_json::Value>;
