//! A reading of the OpenAPI document that shares nothing with the generator: it walks the JSON and says what each
//! operation takes and answers. Tests hold what the client does against it.

pub mod answer;
pub mod call;
mod sampling;
mod schema;

use serde_json::Value;

pub use sampling::{AWKWARD, Flavour, Style, bound};
pub use schema::{Kind, Property, Schema};

/// An OpenAPI document.
#[derive(Debug)]
pub struct Document {
    version: &'static str,
    root: Value,
}

/// An operation.
#[derive(Debug)]
pub struct Operation<'a> {
    /// The API version that it is of.
    pub version: &'static str,
    /// The `operationId`.
    pub id: &'a str,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: &'a str,
    /// What a caller passes: path and query parameters, then what the body holds.
    pub arguments: Vec<Argument<'a>>,
    /// The kind of body it takes.
    pub body: Body,
    /// The status of a success.
    pub status: u16,
    /// The schema of its answer, if it has one.
    pub answer: Option<&'a Value>,
    /// Whose key it is called with.
    pub key: Key,
    /// Set if its response is a list.
    pub list: bool,
}

/// The kind of body an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// None.
    None,
    /// JSON.
    Json {
        /// Whether it is sent even where nothing of it was set.
        required: bool,
    },
    /// `multipart/form-data`.
    Form,
}

/// Whose key an operation is called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The instance's.
    Instance,
    /// A machine's.
    Machine,
    /// Nobody's.
    None,
}

/// Something that a caller passes.
#[derive(Clone, Debug)]
pub struct Argument<'a> {
    /// Its name; empty for a whole body.
    pub name: &'a str,
    /// Where it goes.
    pub place: Place,
    /// Its schema.
    pub schema: &'a Value,
    /// Whether it must be passed.
    pub required: bool,
}

/// Where an argument goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path.
    Path,
    /// Into the query.
    Query {
        /// Whether several values are joined by commas, instead of repeating the key.
        joined: bool,
    },
    /// A field of the body.
    Field,
    /// A file of a form.
    File,
    /// The whole body.
    Whole,
}

impl Document {
    /// The documents of all versions with the project's corrections, the newest first.
    ///
    /// # Panics
    /// Where one is no JSON.
    #[allow(clippy::expect_used, reason = "without the documents there is nothing to test")]
    pub fn versions() -> Vec<Self> {
        let documents = clerk_openapi::DOCUMENTS.iter().rev();
        documents
            .filter(|document| document.api == clerk_openapi::Api::Backend)
            .map(|document| Self {
                version: document.version,
                root: serde_json::from_slice(document.json).expect("JSON"),
            })
            .collect()
    }

    /// The document of the webhooks with the project's corrections.
    ///
    /// # Panics
    /// Where it is not there.
    #[allow(clippy::expect_used, reason = "without the document there is nothing to test")]
    pub fn webhooks() -> Self {
        let document = clerk_openapi::newest(clerk_openapi::Api::Webhooks).expect("the document");
        Self { version: document.version, root: serde_json::from_slice(document.json).expect("JSON") }
    }

    /// All kinds of events with the schemas of their bodies.
    pub fn events(&self) -> Vec<(&str, &Value)> {
        fn body(event: &Value) -> Option<&Value> {
            event["post"]["requestBody"]["content"]["application/json"].get("schema")
        }
        let kinds = self.root["x-webhooks"].as_object().into_iter().flatten();
        kinds.filter_map(|(kind, event)| Some((kind.as_str(), body(event)?))).collect()
    }

    /// The document of a version as it is published.
    ///
    /// # Panics
    /// Where it is not there.
    #[allow(clippy::expect_used, reason = "without the document there is nothing to test")]
    pub fn published(version: &'static str) -> Self {
        let path = format!("{}/../openapi/bapi/{version}.json", env!("CARGO_MANIFEST_DIR"));
        let json = std::fs::read(path).expect("the document");
        Self { version, root: serde_json::from_slice(&json).expect("JSON") }
    }

    /// Puts the examples of a published document into this one, beside the schemas that they belong to. How many have a
    /// place here.
    pub fn with_examples(&mut self, published: &Value) -> usize {
        fn collect(value: &Value, pointer: &str, named: bool, found: &mut Vec<(String, Value)>) {
            match value {
                Value::Object(fields) => {
                    if let Some(example) = fields.get("example").filter(|_| !named) {
                        found.push((pointer.to_owned(), example.clone()));
                    }
                    for (key, field) in fields.iter().filter(|(key, _)| named || *key != "example") {
                        let key = key.replace('~', "~0").replace('/', "~1");
                        let names = !named && (key == "properties" || key == "schemas");
                        collect(field, &format!("{pointer}/{key}"), names, found);
                    }
                }
                Value::Array(entries) => {
                    for (index, entry) in entries.iter().enumerate() {
                        collect(entry, &format!("{pointer}/{index}"), false, found);
                    }
                }
                _ => {}
            }
        }
        let mut examples = Vec::new();
        collect(published, "", false, &mut examples);
        let mut placed = 0;
        for (pointer, example) in examples {
            if let Some(schema) = self.root.pointer_mut(&pointer).and_then(Value::as_object_mut) {
                schema.insert("example".to_owned(), example);
                placed += 1;
            }
        }
        placed
    }

    /// What is at a place, by its JSON pointer.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.root.pointer(pointer)
    }

    /// The API version that it is of.
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// What there is at least of something that there is so much of in the newest version: older ones have less.
    pub fn at_least(&self, in_newest: usize) -> usize {
        let is_newest = clerk_openapi::newest_bapi().is_some_and(|newest| newest.version == self.version);
        if is_newest { in_newest } else { in_newest / 2 }
    }

    /// What a node is, or what it refers to.
    ///
    /// # Panics
    /// Where a reference leads nowhere.
    pub fn resolve<'a>(&'a self, mut node: &'a Value) -> &'a Value {
        while let Some(reference) = node["$ref"].as_str() {
            let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            node = target.unwrap_or_else(|| panic!("{reference} leads nowhere"));
        }
        node
    }

    /// All operations, in the order of the document's paths.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in self.root["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                    operations.push(self.operation(path, method, operation));
                }
            }
        }
        operations
    }

    fn operation<'a>(&'a self, path: &'a str, method: &str, node: &'a Value) -> Operation<'a> {
        let mut arguments = Vec::new();
        for parameter in node["parameters"].as_array().into_iter().flatten() {
            arguments.push(self.parameter(parameter));
        }
        let body = self.body(&node["requestBody"], &mut arguments);
        let (status, success) = node["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .find_map(|(status, answer)| Some((status.parse().ok().filter(|status| *status < 300)?, answer)))
            .unwrap_or_else(|| panic!("{method} {path} has no success"));
        let answer = self.resolve(success)["content"].get("application/json").map(|media| &media["schema"]);
        let takes = |name: &str| arguments.iter().any(|argument| argument.name == name);
        let paged = takes("limit") && takes("offset") && node["x-pagination"] != false;
        let list = paged || answer.is_some_and(|schema| self.is_list(schema));
        let key = if node["security"].as_array().is_some_and(Vec::is_empty) {
            Key::None
        } else if node["x-clerk-key"] == "machine" {
            Key::Machine
        } else {
            Key::Instance
        };
        let id = node["operationId"].as_str().unwrap_or_default();
        let (version, method) = (self.version, method.to_uppercase());
        Operation { version, id, method, path, arguments, body, status, answer, key, list }
    }

    /// Whether values are arrays, or objects with nothing but `data` and `total_count`.
    fn is_list(&self, schema: &Value) -> bool {
        match self.schema(schema).kind {
            Kind::List(_) => true,
            Kind::Object(properties) => {
                let mut names: Vec<&str> = properties.iter().map(|property| property.name).collect();
                names.sort_unstable();
                names == ["data", "total_count"]
            }
            _ => false,
        }
    }

    fn parameter<'a>(&'a self, node: &'a Value) -> Argument<'a> {
        let node = self.resolve(node);
        let name = node["name"].as_str().unwrap_or_default();
        let place = match node["in"].as_str() {
            Some("path") => Place::Path,
            Some("query") => Place::Query { joined: node["explode"] == false },
            other => panic!("the parameter {name} is in {other:?}"),
        };
        Argument { name, place, schema: &node["schema"], required: node["required"] == true }
    }

    fn body<'a>(&'a self, node: &'a Value, arguments: &mut Vec<Argument<'a>>) -> Body {
        let content = &self.resolve(node)["content"];
        let (schema, body) = if let Some(media) = content.get("application/json") {
            (&media["schema"], Body::Json { required: self.resolve(node)["required"] == true })
        } else if let Some(media) = content.get("multipart/form-data") {
            (&media["schema"], Body::Form)
        } else {
            return Body::None;
        };
        match self.schema(schema).kind {
            Kind::Object(properties) => {
                arguments.extend(properties.into_iter().map(|property| {
                    let file = self.schema(property.schema).kind == Kind::Binary;
                    Argument {
                        name: property.name,
                        place: if file { Place::File } else { Place::Field },
                        schema: property.schema,
                        required: property.required,
                    }
                }));
            }
            _ => arguments.push(Argument { name: "", place: Place::Whole, schema, required: true }),
        }
        body
    }
}
