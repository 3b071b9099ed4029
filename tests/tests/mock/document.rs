//! The document, read here once more and by other means than the server's: what an operation takes, and whether an
//! answer is what the document promises.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;
use serde_json::{Map, Value, json};

/// Ids, and what else stands in paths and queries, by the names that these have for them.
pub(crate) type Ids = BTreeMap<&'static str, String>;

pub(crate) struct Document(Value);

pub(crate) struct Operation<'a> {
    pub(crate) id: &'a str,
    pub(crate) method: reqwest::Method,
    pub(crate) path: &'a str,
    pub(crate) value: &'a Value,
}

impl Document {
    pub(crate) fn newest() -> Document {
        let document = clerk_openapi::newest_bapi().expect("a document");
        Document(serde_json::from_slice(document.json).expect("JSON"))
    }

    /// A document by its API and version, such as `bapi/2026-05-12`.
    pub(crate) fn named(name: &str) -> Document {
        let mut documents = clerk_openapi::DOCUMENTS.iter();
        let document = documents.find(|it| format!("{}/{}", it.api, it.version) == name).expect("a document");
        Document(serde_json::from_slice(document.json).expect("JSON"))
    }

    /// What is at a place of the document.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or_else(|| panic!("nothing is at {pointer}"))
    }

    /// The properties of an object's schema, those of the members of an `allOf` among them.
    pub(crate) fn properties<'a>(&'a self, schema: &'a Value) -> BTreeMap<&'a str, &'a Value> {
        let schema = self.resolve(schema);
        let members = schema["allOf"].as_array().into_iter().flatten();
        let own = schema["properties"].as_object().into_iter().flatten();
        let own = own.map(|(name, property)| (name.as_str(), property));
        members.flat_map(|member| self.properties(member)).chain(own).collect()
    }

    /// The document of the webhooks.
    pub(crate) fn of_webhooks() -> Document {
        let document = clerk_openapi::newest(clerk_openapi::Api::Webhooks).expect("a document");
        Document(serde_json::from_slice(document.json).expect("JSON"))
    }

    /// What is wrong with an event under what the webhooks' document says of its type.
    pub(crate) fn event_findings(&self, event: &Value) -> Vec<String> {
        let kind = event["type"].as_str().expect("a type");
        let schema =
            &self.0["x-webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "there is no event {kind}");
        self.findings(schema, event, kind)
    }

    pub(crate) fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().expect("paths");
        let operations = paths.iter().flat_map(|(path, item)| {
            item.as_object().expect("operations").iter().map(move |(method, value)| Operation {
                id: value["operationId"].as_str().expect("an id"),
                method: method.to_uppercase().parse().expect("a method"),
                path,
                value,
            })
        });
        operations.collect()
    }

    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let target = self.0.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference}"));
                self.resolve(target)
            }
            None => value,
        }
    }

    /// The status of an operation's success, and the schema of its answer if it has one.
    pub(crate) fn success<'a>(&'a self, operation: &Operation<'a>) -> (u16, Option<&'a Value>) {
        let responses = operation.value["responses"].as_object().expect("responses");
        let (status, response) = responses.iter().find(|(s, _)| s.starts_with('2')).expect("a success");
        let schema = self.resolve(response).pointer("/content/application~1json/schema");
        (status.parse().expect("a status"), schema)
    }

    pub(crate) fn parameters<'a>(&'a self, operation: &Operation<'a>) -> Vec<&'a Value> {
        let parameters = operation.value["parameters"].as_array();
        parameters.into_iter().flatten().map(|p| self.resolve(p)).collect()
    }

    /// An operation's path with its variables filled in, and its required query.
    pub(crate) fn address(&self, operation: &Operation<'_>, ids: &Ids) -> (String, String) {
        let (mut path, mut query) = (operation.path.to_owned(), Vec::new());
        for parameter in self.parameters(operation) {
            let name = parameter["name"].as_str().expect("a name");
            let sample = || self.least(&parameter["schema"], name).as_str().unwrap_or("1").to_owned();
            if parameter["in"] == "path" {
                let value = ids.get(name).cloned().unwrap_or_else(sample);
                path = path.replace(&format!("{{{name}}}"), &value);
            } else if parameter["required"] == true {
                query.push(format!("{name}={}", sample()));
            }
        }
        (path, query.join("&"))
    }

    /// The schema of an operation's JSON body.
    pub(crate) fn json_body<'a>(&'a self, operation: &Operation<'a>) -> Option<&'a Value> {
        self.resolve(&operation.value["requestBody"]).pointer("/content/application~1json/schema")
    }

    /// A body with what the schema requires and nothing else.
    pub(crate) fn least(&self, schema: &Value, name: &str) -> Value {
        let schema = self.resolve(schema);
        if let Some(members) = schema["allOf"].as_array() {
            let members = members.iter().map(|m| self.least(m, name));
            return members
                .flat_map(|m| m.as_object().cloned().unwrap_or_default())
                .collect::<Map<_, _>>()
                .into();
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if schema["properties"].is_null()
            && let Some(first) = schema["oneOf"].get(0).or(schema["anyOf"].get(0))
        {
            return self.least(first, name);
        }
        match schema["type"].as_str() {
            Some("object") => {
                let required = [&schema["required"], &schema["anyOf"][0]["required"]];
                let required = required.iter().flat_map(|r| r.as_array().into_iter().flatten());
                let field =
                    |n: &Value| n.as_str().map(|n| (n.to_owned(), self.least(&schema["properties"][n], n)));
                required.filter_map(field).collect::<Map<_, _>>().into()
            }
            Some("array") => json!([self.least(&schema["items"], name)]),
            Some("integer" | "number") => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
            Some("boolean") => json!(true),
            Some("string") => json!(text(schema, name)),
            _ => json!({}),
        }
    }

    /// What is wrong with a value under a schema; empty where nothing is.
    pub(crate) fn findings(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        let keywords = ["type", "allOf", "oneOf", "anyOf"];
        let anything = keywords.iter().all(|keyword| schema[*keyword].is_null());
        if value.is_null() {
            let members = schema["allOf"].as_array().filter(|_| schema["nullable"].is_null());
            let all = members.is_some_and(|m| m.iter().all(|m| self.findings(m, value, place).is_empty()));
            let fine = anything || all || schema["nullable"] == true;
            return if fine { Vec::new() } else { vec![format!("{place} is null")] };
        }
        let fits = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            _ => true,
        };
        if !fits {
            return vec![format!("{place} has the wrong type: {value}")];
        }
        let mut findings = Vec::new();
        if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
            findings.push(format!("{place}: {value} is not among {}", schema["enum"]));
        }
        for member in schema["allOf"].as_array().into_iter().flatten() {
            // A member that is closed knows nothing of the others: what these declare is declared.
            let others =
                self.properties(schema).into_keys().map(|name| format!("{place}.{name} is not declared"));
            let others: BTreeSet<String> = others.collect();
            findings.extend(
                self.findings(member, value, place).into_iter().filter(|finding| !others.contains(finding)),
            );
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(variants) = schema[union].as_array()
                && !variants.iter().any(|v| self.findings(v, value, place).is_empty())
            {
                findings.push(format!("{place} fits no variant: {value}"));
            }
        }
        match value {
            Value::Object(fields) => self.object_findings(schema, fields, place, &mut findings),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    findings.extend(self.findings(&schema["items"], item, &format!("{place}[{index}]")));
                }
            }
            Value::String(text) => text_findings(schema, text, place, &mut findings),
            _ => {}
        }
        findings
    }

    fn object_findings(
        &self,
        schema: &Value,
        fields: &Map<String, Value>,
        place: &str,
        findings: &mut Vec<String>,
    ) {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !fields.contains_key(required.as_str().expect("a name")) {
                findings.push(format!("{place} has no {required}"));
            }
        }
        for (name, value) in fields {
            let place = format!("{place}.{name}");
            match (schema["properties"].get(name), &schema["additionalProperties"]) {
                (Some(property), _) => findings.extend(self.findings(property, value, &place)),
                (None, Value::Bool(false)) => findings.push(format!("{place} is not declared")),
                (None, others @ Value::Object(_)) => findings.extend(self.findings(others, value, &place)),
                _ => {}
            }
        }
    }
}

fn text_findings(schema: &Value, text: &str, place: &str, findings: &mut Vec<String>) {
    if let Some(pattern) = schema["pattern"].as_str()
        && !Regex::new(pattern).expect("a pattern").is_match(text)
    {
        findings.push(format!("{place}: {text} does not match {pattern}"));
    }
    if schema["format"] == "uri" && !text.starts_with("http") {
        findings.push(format!("{place}: {text} is no URL"));
    }
}

/// A text that fits a schema and what its name promises.
fn text(schema: &Value, name: &str) -> String {
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    let prefix = || pattern.trim_start_matches(['^', '(']).split(['|', '_', ')']).next().unwrap_or_default();
    match name {
        _ if pattern.ends_with("_\\w{27}$") => format!("{}_{}", prefix(), "a".repeat(27)),
        _ if pattern.ends_with("_[0-9A-Fa-f]{32}$") => format!("{}_{}", prefix(), "a".repeat(32)),
        "email_address" => "grace@example.com".to_owned(),
        "phone_number" => "+15555550123".to_owned(),
        "role" => "org:member".to_owned(),
        _ => "x".repeat(schema["minLength"].as_u64().unwrap_or(1).max(1) as usize),
    }
}
