//! Reads an OpenAPI 3.0 document into plain values that remember where they stand. What the generator does not
//! understand becomes a finding with its JSON pointer; nothing is skipped in silence.

mod event;
mod node;
mod operation;
mod schema;
mod value;

pub use event::Event;
pub use node::Node;
pub use operation::{Body, BodyContent, Operation, Parameter, Place, Success};
pub use schema::{AdditionalProperties, Bound, Discriminator, Facts, Measure, Property, Schema, SchemaKind};

use std::collections::HashMap;

use self::node::Kind;
use self::value::Value;
use crate::finding::Findings;

/// A parsed document: the JSON as it stands, and the operations found in it.
#[derive(Debug)]
pub struct Document {
    root: Value,
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

/// What is read of the document as a whole, and what it may be.
const DOCUMENT: &[(&str, Kind)] =
    &[("paths", Kind::Object), ("x-webhooks", Kind::Object), ("x-doc-resources", Kind::Object)];

impl Document {
    /// Parses the JSON text of a document.
    ///
    /// # Errors
    /// A finding if the text is not JSON or not an OpenAPI 3.0 document.
    pub fn parse(json: &[u8]) -> Result<Self, Findings> {
        Self::new(serde_json::from_slice(json))
    }

    /// A document that has been parsed before.
    ///
    /// # Errors
    /// A finding if it is not an OpenAPI 3.0 document.
    #[cfg(feature = "overlay")]
    pub fn from_json(root: &serde_json::Value) -> Result<Self, Findings> {
        Self::new(serde_core::Deserialize::deserialize(root))
    }

    fn new(root: serde_json::Result<Value>) -> Result<Self, Findings> {
        let mut findings = Findings::default();
        let root = match root {
            Ok(root) => root,
            Err(error) => {
                let advice = "see whether this is the document itself, and whole";
                findings.add("", format!("not JSON: {error}"), advice);
                return Err(findings);
            }
        };
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
        findings.into_result(Self { root })
    }

    /// The root of the document.
    pub fn root(&self) -> Node<'_> {
        Node::root(&self.root)
    }

    /// The place that a JSON pointer names.
    pub fn at(&self, pointer: &str) -> Option<Node<'_>> {
        self.root().at(pointer)
    }

    /// Reads all operations and events.
    ///
    /// # Errors
    /// Every construct that is not understood, with its place.
    pub fn contents(&self) -> Result<Contents, Findings> {
        let mut findings = Findings::default();
        let root = self.root();
        root.check(DOCUMENT, &mut findings);
        let version =
            root.get("info").and_then(|info| info.get("version")).and_then(|v| v.str().map(str::to_owned));
        if version.is_none() {
            findings.add("/info/version", "the API version is missing", "set info.version");
        }
        let operations = operation::read_all(&root, &mut findings);
        let events = event::read_all(&root, &mut findings);
        let docs = root.get("x-doc-resources").map(|docs| docs.members()).unwrap_or_default();
        let docs = docs.into_iter().filter_map(|(name, doc)| Some((name.to_owned(), doc.str()?.to_owned())));
        let resource_docs = docs.collect();
        let version = version.unwrap_or_default();
        findings.into_result(Contents { version, operations, events, resource_docs })
    }
}
