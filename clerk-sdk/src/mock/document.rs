//! The API's document as the embedded Clerk needs it: a table of operations with their parameters, body and
//! answer, and a way to follow `$ref`s. It is read once per process, and with no code of the generator, so that
//! the two can check each other.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use serde_json::{Map, Value};

/// Every operation of the document, and the components that their schemas refer to.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) operations: Vec<Operation>,
    root: Value,
}

/// One operation: how it is reached, what it takes and what it answers.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: http::Method,
    segments: Vec<Segment>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    /// Whether it answers only with a key.
    pub(super) authenticated: bool,
    pub(super) status: http::StatusCode,
    /// Set if it declares a 422 for input that cannot be processed.
    pub(super) declares_422: bool,
    /// The schema of the answer; `None` where the document declares no content.
    pub(super) answer: Option<Value>,
}

#[derive(Debug)]
enum Segment {
    Fixed(String),
    Variable(String),
}

/// A path or query parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) in_path: bool,
    pub(super) required: bool,
    /// Whether an array comes as repeated keys (else as one comma-separated value).
    pub(super) explode: bool,
    pub(super) schema: Value,
}

/// The body that an operation takes.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) required: bool,
    pub(super) multipart: bool,
    pub(super) schema: Value,
}

/// What a method and a path lead to.
pub(super) enum Route<'a> {
    /// An operation and the values of its path parameters, decoded.
    Found(&'a Operation, Vec<(String, String)>),
    /// The path exists, with other methods.
    OtherMethod,
    /// No operation has this path.
    Unknown,
}

impl Document {
    /// The newest version of the Backend API, read on first use.
    pub(super) fn get() -> Result<&'static Document, String> {
        static DOCUMENT: OnceLock<Result<Document, String>> = OnceLock::new();
        let source = || clerk_openapi::newest_bapi().map_or(&[][..], |document| document.json);
        DOCUMENT.get_or_init(|| Document::parse(source())).as_ref().map_err(Clone::clone)
    }

    /// A document by its API and version, such as `bapi/2026-05-12`, read on first use.
    pub(super) fn named(name: &str) -> Result<&'static Document, String> {
        static READ: Mutex<BTreeMap<String, &'static Document>> = Mutex::new(BTreeMap::new());
        let name_of = |document: &clerk_openapi::Document| format!("{}/{}", document.api, document.version);
        if clerk_openapi::newest_bapi().is_some_and(|newest| name_of(newest) == name) {
            return Document::get();
        }
        let mut read = super::lock(&READ);
        if let Some(document) = read.get(name) {
            return Ok(document);
        }
        let source = clerk_openapi::DOCUMENTS.iter().find(|document| name_of(document) == name);
        let source = source.ok_or_else(|| format!("there is no document {name}"))?;
        let document: &'static Document = Box::leak(Box::new(Document::parse(source.json)?));
        read.insert(name.to_owned(), document);
        Ok(document)
    }

    fn parse(bytes: &[u8]) -> Result<Document, String> {
        let root: Value =
            serde_json::from_slice(bytes).map_err(|e| format!("the document is no JSON: {e}"))?;
        let mut document = Document { operations: Vec::new(), root };
        let mut operations = Vec::new();
        for (path, item) in document.root["paths"].as_object().into_iter().flatten() {
            for (method, value) in item.as_object().into_iter().flatten() {
                if let Ok(method) = method.to_uppercase().parse::<http::Method>()
                    && value.get("operationId").is_some()
                {
                    operations.push(document.read(path, method, value)?);
                }
            }
        }
        document.operations = operations;
        Ok(document)
    }

    fn read(&self, path: &str, method: http::Method, value: &Value) -> Result<Operation, String> {
        let id = value["operationId"].as_str().unwrap_or_default().to_owned();
        let parameters = value["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.map(|p| self.parameter(p)).collect();
        let body = value.get("requestBody").map(|b| self.body(self.resolve(b)));
        let (status, answer) =
            self.success(&value["responses"]).ok_or_else(|| format!("{id}: no success"))?;
        let segments = path.split('/').skip(1).map(Segment::parse).collect();
        let public = value.get("security").and_then(Value::as_array).is_some_and(Vec::is_empty);
        let declares_422 = value["responses"].get("422").is_some();
        Ok(Operation {
            id,
            method,
            segments,
            parameters,
            body,
            authenticated: !public,
            status,
            declares_422,
            answer,
        })
    }

    fn parameter(&self, value: &Value) -> Parameter {
        let value = self.resolve(value);
        Parameter {
            name: value["name"].as_str().unwrap_or_default().to_owned(),
            in_path: value["in"] == "path",
            required: value["required"] == true,
            explode: value.get("explode") != Some(&Value::Bool(false)),
            schema: self.resolve(&value["schema"]).clone(),
        }
    }

    fn body(&self, value: &Value) -> Body {
        let content = value["content"].as_object();
        let multipart = content.is_some_and(|c| c.contains_key("multipart/form-data"));
        let schema = content.and_then(|c| c.values().next()).map_or(&Value::Null, |c| &c["schema"]);
        Body { required: value["required"] == true, multipart, schema: self.resolve(schema).clone() }
    }

    fn success(&self, responses: &Value) -> Option<(http::StatusCode, Option<Value>)> {
        let (status, response) = responses.as_object()?.iter().find(|(status, _)| status.starts_with('2'))?;
        let response = self.resolve(response);
        let schema = response.pointer("/content/application~1json/schema").map(|s| self.resolve(s).clone());
        Some((status.parse().ok()?, schema))
    }

    /// Follows `$ref`s until there is something else; a `$ref` that leads nowhere gives null.
    pub(super) fn resolve<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            value = self.root.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        }
        value
    }

    /// One object schema out of a schema and the members of its `allOf`s: the properties of all, the required
    /// names of all. What a later member says about a property counts.
    pub(super) fn flatten<'a>(&'a self, schema: &'a Value) -> Cow<'a, Value> {
        let schema = self.resolve(schema);
        let Some(members) = schema.get("allOf").and_then(Value::as_array) else {
            return Cow::Borrowed(schema);
        };
        let mut merged = Map::new();
        let own = schema.as_object().map(|s| {
            Value::Object(
                s.iter().filter(|(k, _)| *k != "allOf").map(|(k, v)| (k.clone(), v.clone())).collect(),
            )
        });
        for member in members.iter().map(|m| self.flatten(m).into_owned()).chain(own) {
            let Value::Object(member) = member else { continue };
            for (key, value) in member {
                match (merged.get_mut(&key), value) {
                    (Some(Value::Object(into)), Value::Object(from)) => into.extend(from),
                    (Some(Value::Array(into)), Value::Array(from)) if key == "required" => into.extend(from),
                    // A nullable member does not make the whole nullable; only the schema itself can.
                    (_, value) => drop(merged.insert(key, value)),
                }
            }
        }
        if schema.get("nullable") != Some(&Value::Bool(true)) {
            let all = members.iter().all(|m| self.resolve(m)["nullable"] == true);
            merged.insert("nullable".into(), Value::Bool(all));
        }
        Cow::Owned(Value::Object(merged))
    }

    /// What is at a place, or null.
    pub(super) fn at(&self, pointer: &str) -> &Value {
        self.root.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A named schema of the document's components, or null.
    pub(super) fn component(&self, name: &str) -> &Value {
        self.root.pointer("/components/schemas").and_then(|s| s.get(name)).unwrap_or(&Value::Null)
    }

    /// The operation of this id.
    pub(super) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|o| o.id == id)
    }

    /// Whether there is an operation of this id; if not, the id that is most like it.
    pub(super) fn has_operation(&self, id: &str) -> Result<(), &str> {
        if self.operation(id).is_some() {
            return Ok(());
        }
        let same = |(a, b): &(char, char)| a.eq_ignore_ascii_case(b);
        let likeness = |other: &&Operation| {
            let begins = other.id.chars().zip(id.chars()).take_while(same).count();
            let ends = other.id.chars().rev().zip(id.chars().rev()).take_while(same).count();
            (begins + ends, std::cmp::Reverse(other.id.len()))
        };
        Err(self.operations.iter().max_by_key(likeness).map_or("another", |operation| &operation.id))
    }

    /// The operation that a method and a path (without the server's prefix, still percent-encoded) lead to.
    pub(super) fn route(&self, method: &http::Method, path: &str) -> Route<'_> {
        let segments: Vec<&str> = path.trim_end_matches('/').split('/').skip(1).collect();
        let mut best: Option<(&Operation, Vec<(String, String)>)> = None;
        let mut path_exists = false;
        for operation in &self.operations {
            let Some(values) = operation.matches(&segments) else { continue };
            path_exists = true;
            // `/users/count` is no user: of two templates the one with fewer variables is meant.
            if operation.method == method && best.as_ref().is_none_or(|(_, b)| values.len() < b.len()) {
                best = Some((operation, values));
            }
        }
        match best {
            Some((operation, values)) => Route::Found(operation, values),
            None if path_exists => Route::OtherMethod,
            None => Route::Unknown,
        }
    }
}

impl Operation {
    fn matches(&self, segments: &[&str]) -> Option<Vec<(String, String)>> {
        if segments.len() != self.segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (segment, given) in self.segments.iter().zip(segments) {
            match segment {
                Segment::Fixed(fixed) if fixed == given => {}
                Segment::Variable(name) if !given.is_empty() => {
                    values.push((name.clone(), super::query::decode(given)));
                }
                _ => return None,
            }
        }
        Some(values)
    }

    /// Whether a machine calls it, with a key of its own.
    pub(super) fn is_of_machines(&self) -> bool {
        matches!(self.segments.first(), Some(Segment::Fixed(first)) if first == "m2m_tokens")
    }

    /// Returns whether only the key of a machine opens it: the description says so, the schemas do not.
    pub(super) fn is_for_machines_alone(&self) -> bool {
        self.id == "createM2MToken"
    }

    /// The names of the query parameters.
    pub(super) fn query_parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().filter(|p| !p.in_path).map(|p| p.name.as_str())
    }

    /// Whether the operation declares this query parameter.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.parameters.iter().any(|p| !p.in_path && p.name == name)
    }
}

impl Segment {
    fn parse(text: &str) -> Segment {
        match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            Some(name) => Segment::Variable(name.to_owned()),
            None => Segment::Fixed(text.to_owned()),
        }
    }
}
