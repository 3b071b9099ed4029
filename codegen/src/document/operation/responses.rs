//! The responses of an operation: the one that its method returns, and the statuses of failures.

use openapiv3::{self as oas, ReferenceOr, StatusCode};
use serde_json::json;

use super::Success;
use super::reading::{Reading, is_media_type, resolved};
use crate::document::{Node, Schema, audit};
use crate::finding::Findings;

/// Reads the success of an operation: the only one, or one of several that have the same schema.
pub(super) fn success(reading: &Reading<'_, '_>, findings: &mut Findings) -> Success {
    let Reading { typed, node, .. } = reading;
    let responses = &typed.responses.responses;
    let mut successes = responses.iter().filter_map(|(code, response)| {
        let status = match code {
            StatusCode::Code(status @ 200..300) => *status,
            StatusCode::Range(2) => 200,
            _ => return None,
        };
        Some((status, place(node, code)?, response))
    });
    let Some((status, place, response)) = successes.next() else {
        missing(reading, findings);
        return Success { status: 200, schema: None };
    };
    let schema = schema(reading, response, &place, findings);
    for (_, place, response) in successes {
        let other = self::schema(reading, response, &place, findings);
        if !is_same(schema.as_ref(), other.as_ref(), reading) {
            let message = "a second success among the responses, with another body";
            findings.add(place.pointer(), message, "leave the one that is sent, by an overlay action");
        }
    }
    Success { status, schema }
}

/// The place of a response. The key may be a number in YAML, and the letters of a range may be small.
fn place<'d>(node: &Node<'d>, code: &StatusCode) -> Option<Node<'d>> {
    let responses = node.get("responses")?;
    let key = code.to_string();
    responses
        .members()
        .into_iter()
        .find(|(status, _)| status.eq_ignore_ascii_case(&key))
        .map(|(_, node)| node)
}

/// Two responses are one if they have no body, or bodies of one schema.
fn is_same(one: Option<&Schema>, other: Option<&Schema>, reading: &Reading<'_, '_>) -> bool {
    let written = |schema: &Schema| {
        let place = reading.document.at(&schema.pointer);
        place.map(|place| place.value().to_string())
    };
    one.map(written) == other.map(written)
}

fn missing(reading: &Reading<'_, '_>, findings: &mut Findings) {
    let Reading { typed, node, .. } = reading;
    let advice = "add one by an overlay action";
    let finding = findings.add(node.pointer(), "no success among the responses", advice);
    let default = node.get("responses").and_then(|responses| responses.get("default"));
    match default.map(|default| default.value().to_string()) {
        // `default` stands for every status that is not listed, success among them.
        Some(default) => {
            let default: serde_json::Value = serde_json::from_str(&default).unwrap_or_else(|_| json!({}));
            finding.settled_by(node.pointer(), json!({"responses": {"200": default}}));
        }
        None if typed.responses.responses.keys().all(is_failure) => {
            finding.settled_by(node.pointer(), json!({"responses": {"204": {"description": ""}}}));
        }
        None => {}
    }
}

fn is_failure(code: &StatusCode) -> bool {
    matches!(code, StatusCode::Code(400..) | StatusCode::Range(4..))
}

/// The schema of a response's JSON; `None` if it has no body.
fn schema(
    reading: &Reading<'_, '_>,
    response: &ReferenceOr<oas::Response>,
    node: &Node<'_>,
    findings: &mut Findings,
) -> Option<Schema> {
    let Reading { document, method, .. } = reading;
    let node = document.at(node.pointer())?;
    let (node, response) = resolved(document, response, &node, findings)?;
    audit::response(&node, findings);
    let content = &response.as_ref().content;
    // A response to HEAD has no body, whatever its headers describe.
    if content.is_empty() || *method == "head" {
        return None;
    }
    let place = node.get("content")?;
    let Some((written, media)) = content.iter().find(|(written, _)| is_json(written)) else {
        let advice = "remove `content` by an overlay action if the operation returns nothing";
        findings.add(place.pointer(), "a response that is not application/json", advice);
        return None;
    };
    // Without a schema the body may be any JSON.
    let media_place = place.get(written)?;
    match media.schema.as_ref().zip(media_place.get("schema")) {
        Some((schema, place)) => Some(Schema::read(document, schema, &place, findings)),
        None => {
            findings
                .add(media_place.pointer(), "a response without a schema", "add one by an overlay action")
                .settled_by(media_place.pointer(), json!({"schema": {}}));
            None
        }
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    is_media_type(media_type, "application/json") || essence.to_ascii_lowercase().ends_with("+json")
}

/// The statuses that are no success, in order.
pub(super) fn failures(typed: &oas::Operation) -> Vec<String> {
    let codes = typed.responses.responses.keys();
    let mut statuses: Vec<String> = codes.map(StatusCode::to_string).collect();
    statuses.retain(|status| !status.starts_with('2'));
    statuses.extend(typed.responses.default.iter().map(|_| "default".to_owned()));
    statuses.sort();
    statuses
}
