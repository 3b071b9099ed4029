//! What `progenitor` cannot read of the document is cut away here, and each cut is written down, so that none is made
//! in silence.

use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};

/// Something that was taken out of the document, or put in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cut {
    /// The body of this operation, since it is a form.
    Form(String),
    /// All but the first kind of answer in case of an error.
    ErrorAnswers(String),
    /// A query parameter that becomes the same identifier as another one.
    Parameter(String, String),
}

/// The document as `progenitor` can read it, and what was cut away for that.
pub(crate) fn cut_down(document: &[u8]) -> (OpenAPI, Vec<Cut>) {
    let mut document: Value = serde_json::from_slice(document).unwrap();
    let mut cuts = Vec::new();
    let shared = document["components"]["responses"].clone();
    for item in members(&mut document["paths"]) {
        for operation in members(item).filter_map(Value::as_object_mut) {
            cut_operation(operation, &shared, &mut cuts);
        }
    }
    // The snapshot has no prose, but the parser wants a title, and a description of each answer.
    document["info"].as_object_mut().unwrap().entry("title").or_insert_with(|| json!(""));
    describe_answers(&mut document);
    cuts.sort();
    (serde_json::from_value(document).unwrap(), cuts)
}

fn cut_operation(operation: &mut Map<String, Value>, shared: &Value, cuts: &mut Vec<Cut>) {
    let id = operation["operationId"].as_str().unwrap().to_owned();
    let body = operation.get("requestBody");
    if body.is_some_and(|body| body["content"].get("multipart/form-data").is_some()) {
        operation.remove("requestBody");
        cuts.push(Cut::Form(id.clone()));
    }

    let mut identifiers: Vec<String> = Vec::new();
    if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.retain(|parameter| {
            let Some(name) = parameter["name"].as_str() else { return true };
            let identifier = name.replace('_', "").to_lowercase();
            if identifiers.contains(&identifier) {
                cuts.push(Cut::Parameter(id.clone(), name.to_owned()));
                return false;
            }
            identifiers.push(identifier);
            true
        });
    }

    let answers = operation["responses"].as_object_mut().unwrap();
    let is_error = |status: &str| !status.starts_with('2');
    let first = answers.iter().find(|(status, _)| is_error(status)).map(|(_, answer)| kind(answer, shared));
    let before = answers.len();
    answers.retain(|status, answer| !is_error(status) || Some(kind(answer, shared)) == first);
    if answers.len() < before {
        cuts.push(Cut::ErrorAnswers(id));
    }
}

/// What tells one kind of answer from another: the schema of its JSON.
fn kind(answer: &Value, shared: &Value) -> Value {
    let name =
        answer["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/responses/"));
    let answer = name.map_or(answer, |name| &shared[name]);
    answer["content"]["application/json"]["schema"].clone()
}

fn describe_answers(document: &mut Value) {
    let describe = |answers: &mut Value| {
        for answer in members(answers).filter_map(Value::as_object_mut) {
            if !answer.contains_key("$ref") {
                answer.entry("description").or_insert_with(|| json!(""));
            }
        }
    };
    describe(&mut document["components"]["responses"]);
    for item in members(&mut document["paths"]) {
        for operation in members(item).filter(|operation| operation.is_object()) {
            describe(&mut operation["responses"]);
        }
    }
}

fn members(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flat_map(|members| members.values_mut())
}
