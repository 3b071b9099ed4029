//! The responses of an operation: the one that its method returns, and the statuses of failures.

use openapiv3::{self as oas, ReferenceOr, StatusCode};
use serde_json::json;

use super::reading::{Reading, is_media_type, resolved};
use super::{Success, SuccessContent};
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
        // A redirect is a success where it is all that there is; the client does not follow it.
        let redirect = responses.keys().find_map(|code| match code {
            StatusCode::Code(status @ 300..400) => Some(*status),
            StatusCode::Range(3) => Some(302),
            _ => None,
        });
        if let Some(status) = redirect {
            return Success { status, content: SuccessContent::Nothing };
        }
        missing(reading, findings);
        return Success { status: 200, content: SuccessContent::Nothing };
    };
    let content = content(reading, response, &place, findings);
    for (_, place, response) in successes {
        let other = self::content(reading, response, &place, findings);
        if !is_same(&content, &other, reading) {
            let message = "a second success among the responses, with another body";
            findings.add(place.pointer(), message, "leave the one that is sent, by an overlay action");
        }
    }
    Success { status, content }
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

/// Two responses are one if they have no body, or bodies of one kind and schema.
fn is_same(one: &SuccessContent, other: &SuccessContent, reading: &Reading<'_, '_>) -> bool {
    let written = |schema: &Schema| {
        let place = reading.document.at(&schema.pointer);
        place.map(|place| place.value().to_string())
    };
    match (one, other) {
        (SuccessContent::Json(one), SuccessContent::Json(other)) => written(one) == written(other),
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
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

/// The body of a response.
fn content(
    reading: &Reading<'_, '_>,
    response: &ReferenceOr<oas::Response>,
    node: &Node<'_>,
    findings: &mut Findings,
) -> SuccessContent {
    let Reading { document, method, .. } = reading;
    let Some(node) = document.at(node.pointer()) else { return SuccessContent::Nothing };
    let Some((node, response)) = resolved(document, response, &node, findings) else {
        return SuccessContent::Nothing;
    };
    audit::response(&node, findings);
    let content = &response.as_ref().content;
    // A response to HEAD has no body, whatever its headers describe.
    if content.is_empty() || *method == "head" {
        return SuccessContent::Nothing;
    }
    let Some((written, media)) = content.iter().find(|(written, _)| is_json(written)) else {
        let is_text = content.keys().any(|written| is_media_type(written, "text/plain"));
        return if is_text { SuccessContent::Text } else { SuccessContent::Binary };
    };
    let Some(place) = node.get("content").and_then(|content| content.get(written)) else {
        return SuccessContent::Nothing;
    };
    match media.schema.as_ref().zip(place.get("schema")) {
        Some((schema, place)) => {
            SuccessContent::Json(Box::new(Schema::read(document, schema, &place, findings)))
        }
        None => {
            findings
                .add(place.pointer(), "a response without a schema", "add one by an overlay action")
                .settled_by(place.pointer(), json!({"schema": {}}));
            SuccessContent::Nothing
        }
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    is_media_type(media_type, "application/json") || essence.to_ascii_lowercase().ends_with("+json")
}

/// The statuses of failures, in order.
pub(super) fn failures(typed: &oas::Operation, success: &Success) -> Vec<String> {
    let codes = typed.responses.responses.keys();
    let mut statuses: Vec<String> = codes.map(StatusCode::to_string).collect();
    let own = success.status.to_string();
    statuses.retain(|status| !status.starts_with('2') && *status != own);
    statuses.extend(typed.responses.default.iter().map(|_| "default".to_owned()));
    statuses.sort();
    statuses
}
