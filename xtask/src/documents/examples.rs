//! The examples of a published document, checked against the schemas beside them. Snapshots have no examples, so this
//! is done while a document is imported.

use std::collections::HashSet;

use clerk_codegen::Findings;
use serde_json::{Map, Value, json};

/// Keywords whose members are named by the document, so that a member called `example` is not a keyword.
const NAMED: [&str; 14] = [
    "properties",
    "patternProperties",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "links",
    "securitySchemes",
    "callbacks",
    "paths",
    "x-webhooks",
    "webhooks",
    "content",
];
/// Keywords below which there are values, and no schemas.
const VALUES: [&str; 4] = ["example", "examples", "default", "enum"];

/// How many references in a row are followed.
const LONGEST_CHAIN: usize = 32;
/// The depth up to which a value is checked. Deeper ones are not examples.
const DEEPEST: usize = 64;

/// An example, and where the schema is that it belongs to.
#[derive(Debug)]
pub(crate) struct Example<'a> {
    /// The JSON pointer of the example.
    pub(crate) pointer: String,
    /// The JSON pointer of the schema.
    pub(crate) schema: String,
    pub(crate) value: &'a Value,
}

/// Returns the examples of a document, in its order.
pub(crate) fn of(document: &Value) -> Vec<Example<'_>> {
    let mut found = Vec::new();
    walk(document, document, "", false, &mut found);
    found
}

fn walk<'a>(root: &'a Value, value: &'a Value, pointer: &str, named: bool, found: &mut Vec<Example<'a>>) {
    match value {
        Value::Object(fields) => {
            if !named {
                examples_of(root, fields, pointer, found);
            }
            for (key, field) in fields {
                if !named && VALUES.contains(&key.as_str()) {
                    continue;
                }
                let named = !named && NAMED.contains(&key.as_str());
                walk(root, field, &member(pointer, key), named, found);
            }
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                walk(root, entry, &format!("{pointer}/{index}"), false, found);
            }
        }
        _ => {}
    }
}

/// The examples of one schema, parameter, header or media type.
fn examples_of<'a>(
    root: &'a Value,
    fields: &'a Map<String, Value>,
    pointer: &str,
    found: &mut Vec<Example<'a>>,
) {
    let beside = fields.contains_key("schema");
    let is_schema = ["type", "$ref", "allOf", "oneOf", "anyOf", "properties", "enum"];
    if !beside && !is_schema.iter().any(|key| fields.contains_key(*key)) {
        return;
    }
    let schema = if beside { member(pointer, "schema") } else { pointer.to_owned() };
    let mut add = |pointer: String, value: &'a Value| {
        found.push(Example { pointer, schema: schema.clone(), value });
    };
    if let Some(value) = fields.get("example") {
        add(member(pointer, "example"), value);
    }
    let pointer = member(pointer, "examples");
    match fields.get("examples") {
        Some(Value::Object(examples)) if beside => {
            for (name, example) in examples {
                if let Some(value) = followed(root, example).get("value") {
                    add(member(&pointer, name), value);
                }
            }
        }
        Some(Value::Array(values)) => {
            values.iter().enumerate().for_each(|(index, value)| add(format!("{pointer}/{index}"), value));
        }
        _ => {}
    }
}

/// Returns the node that a node refers to, or the node itself.
fn followed<'a>(root: &'a Value, mut node: &'a Value) -> &'a Value {
    for _ in 0..LONGEST_CHAIN {
        let target = node.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix('#'));
        match target.and_then(|pointer| root.pointer(pointer)) {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

/// Returns what the examples of a published document contradict in that document as it is corrected: each place once,
/// with the change that settles it.
pub(crate) fn contradictions(published: &Value, corrected: &Value) -> Findings {
    let mut findings = Findings::default();
    let mut known = HashSet::new();
    for example in of(published) {
        let mut check = Check { document: corrected, found: Vec::new() };
        check.value(&example.schema, example.value, "", 0);
        for Contradiction { pointer, what, fix } in check.found {
            if !known.insert((pointer.clone(), fix.as_ref().map(Value::to_string))) {
                continue;
            }
            let message = format!("{what}, says the example at {}", example.pointer);
            let added = findings.add(&pointer, message, "correct the schema by an overlay action");
            match fix {
                Some(update) => added.settled_by(&pointer, update),
                None => added.settled_without(&pointer),
            }
        }
    }
    findings
}

/// A place of the document that an example contradicts.
struct Contradiction {
    pointer: String,
    what: String,
    /// The value that is merged into the place; `None` removes it.
    fix: Option<Value>,
}

/// A check of one example.
struct Check<'a> {
    document: &'a Value,
    found: Vec<Contradiction>,
}

impl Check<'_> {
    fn add(&mut self, pointer: &str, what: String, fix: Option<Value>) {
        self.found.push(Contradiction { pointer: pointer.to_owned(), what, fix });
    }

    /// Checks a value against the schema at `pointer`; `at` is where in the example it is.
    fn value(&mut self, pointer: &str, value: &Value, at: &str, depth: usize) {
        // The overlays have removed or moved a schema without a node here.
        let Some((target, schema, nullable)) = self.resolve(pointer) else { return };
        if depth > DEEPEST {
            return;
        }
        if value.is_null() {
            if !nullable && !is_empty_if_missing(schema) && kind(schema).is_some() {
                self.add(pointer, format!("{} may be null", shown(at)), Some(json!({"nullable": true})));
            }
            return;
        }
        if let Some(members) = union(schema) {
            return self.union(&target, members, value, at, depth);
        }
        let Some(kind) = kind(schema) else { return };
        if !fits(kind, value) {
            let (is, actual) = (shown(at), type_of(value));
            return self.add(&target, format!("{is} is {actual}"), Some(json!({"type": actual})));
        }
        match value {
            Value::Object(fields) => self.object(&target, fields, at, depth),
            Value::Array(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    self.value(&member(&target, "items"), entry, &format!("{at}[{index}]"), depth + 1);
                }
            }
            Value::String(text) => {
                let values = schema.get("enum").and_then(Value::as_array);
                if values.is_some_and(|values| !values.contains(value)) {
                    let what = format!("{} may be {text:?}", shown(at));
                    self.add(&member(&target, "enum"), what, Some(value.clone()));
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, pointer: &str, fields: &Map<String, Value>, at: &str, depth: usize) {
        let mut parts = Vec::new();
        self.parts(pointer, &mut parts, depth);
        let mut declared: Vec<(String, String)> = Vec::new();
        for part in &parts {
            let properties = self.document.pointer(&member(part, "properties")).and_then(Value::as_object);
            for name in properties.into_iter().flat_map(|properties| properties.keys()) {
                if !declared.iter().any(|(other, _)| other == name) {
                    declared.push((name.clone(), member(&member(part, "properties"), name)));
                }
            }
        }
        for part in &parts {
            self.required(part, &declared, fields, at);
        }
        for (name, pointer) in &declared {
            if let Some(value) = fields.get(name) {
                self.value(pointer, value, &below(at, name), depth + 1);
            }
        }
        let additional = member(pointer, "additionalProperties");
        if self.document.pointer(&additional).is_some_and(Value::is_object) {
            for (name, value) in
                fields.iter().filter(|(name, _)| !declared.iter().any(|(other, _)| other == *name))
            {
                self.value(&additional, value, &below(at, name), depth + 1);
            }
        }
    }

    /// Finds required properties that are missing. What is null or empty if it is missing may be so.
    fn required(&mut self, part: &str, declared: &[(String, String)], fields: &Map<String, Value>, at: &str) {
        let list = member(part, "required");
        let document = self.document;
        let names = document.pointer(&list).and_then(Value::as_array).into_iter().flatten();
        for (index, name) in names.enumerate() {
            let Some(name) = name.as_str().filter(|name| !fields.contains_key(*name)) else { continue };
            let Some((_, property)) = declared.iter().find(|(other, _)| other == name) else { continue };
            let may_be_missing = self
                .resolve(property)
                .is_none_or(|(_, schema, nullable)| nullable || is_empty_if_missing(schema));
            if !may_be_missing {
                let what = format!("{} may be missing", shown(&below(at, name)));
                self.add(&format!("{list}/{index}"), what, None);
            }
        }
    }

    /// The objects that an object is made of, itself included.
    fn parts(&self, pointer: &str, parts: &mut Vec<String>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let Some((target, schema, _)) = self.resolve(pointer) else { return };
        let members = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..members {
            self.parts(&format!("{}/{index}", member(&target, "allOf")), parts, depth + 1);
        }
        parts.push(target);
    }

    /// A value of a union is one of its members. Where it is none, what is wrong is said of the nearest one.
    fn union(&mut self, pointer: &str, key: &str, value: &Value, at: &str, depth: usize) {
        let list = member(pointer, key);
        let members = self.document.pointer(&list).and_then(Value::as_array).map_or(0, Vec::len);
        let tried = (0..members).map(|index| {
            let mut check = Check { document: self.document, found: Vec::new() };
            check.value(&format!("{list}/{index}"), value, at, depth + 1);
            check.found
        });
        self.found.extend(tried.min_by_key(Vec::len).unwrap_or_default());
    }

    /// The schema at the end of all references, and its nullability.
    fn resolve(&self, pointer: &str) -> Option<(String, &Value, bool)> {
        let (mut pointer, mut nullable) = (pointer.to_owned(), false);
        for _ in 0..LONGEST_CHAIN {
            let schema = self.document.pointer(&pointer)?;
            nullable |= schema.get("nullable") == Some(&Value::Bool(true));
            let next = match (schema.get("$ref").and_then(Value::as_str), schema.get("allOf")) {
                (Some(reference), _) => reference.strip_prefix('#')?.to_owned(),
                (None, Some(Value::Array(members)))
                    if members.len() == 1 && schema.get("properties").is_none() =>
                {
                    format!("{pointer}/allOf/0")
                }
                _ => return Some((pointer, schema, nullable)),
            };
            pointer = next;
        }
        None
    }
}

/// The keyword of a union. Beside properties, its members are constraints.
fn union(schema: &Value) -> Option<&'static str> {
    ["oneOf", "anyOf"].into_iter().find(|key| schema.get(key).is_some() && schema.get("properties").is_none())
}

/// The JSON type that values have; `None` where the schema says nothing of it.
fn kind(schema: &Value) -> Option<&str> {
    let said = schema.get("type").and_then(Value::as_str);
    let has = |key: &str| schema.get(key).is_some();
    said.or_else(|| (has("properties") || has("allOf")).then_some("object"))
        .or_else(|| has("enum").then_some("string"))
        .or_else(|| union(schema))
}

/// Returns whether a missing or null value is read as an empty list or map.
fn is_empty_if_missing(schema: &Value) -> bool {
    match kind(schema) {
        Some("array") => true,
        Some("object") => schema.get("properties").is_none() && schema.get("allOf").is_none(),
        _ => false,
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        _ => true,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn shown(at: &str) -> String {
    if at.is_empty() { "the value".to_owned() } else { format!("`{at}`") }
}

fn below(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn member(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
