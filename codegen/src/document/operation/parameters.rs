//! The parameters of an operation: its own, and those of its path item.

use super::reading::{Reading, resolved};
use super::{Parameter, Place};
use crate::document::{Document, Node, Schema, audit, text};
use crate::finding::Findings;
use openapiv3::{self as oas, ParameterData, ParameterSchemaOrContent, ReferenceOr};

pub(super) fn read_all(
    reading: &Reading<'_, '_>,
    item: &Node<'_>,
    findings: &mut Findings,
) -> Vec<Parameter> {
    let Reading { document, typed, node, item: typed_item, .. } = reading;
    let shared = read_list(document, &typed_item.parameters, item, findings);
    let own = read_list(document, &typed.parameters, node, findings);
    // An operation's own parameter replaces the path item's.
    let mut all: Vec<Parameter> =
        shared.into_iter().filter(|shared| !own.iter().any(|own| is_twin(own, shared))).collect();
    all.extend(own);
    all
}

fn is_twin(one: &Parameter, other: &Parameter) -> bool {
    let is_same = match one.place {
        Place::Header => one.name.eq_ignore_ascii_case(&other.name),
        _ => one.name == other.name,
    };
    is_same && one.place == other.place
}

/// Returns whether a header parameter is one to send. Reports names that are invalid or that belong to the connection.
fn check_header(name: &str, pointer: &str, findings: &mut Findings) -> bool {
    // OpenAPI: such a parameter is ignored.
    if ["accept", "content-type", "authorization"].iter().any(|other| name.eq_ignore_ascii_case(other)) {
        return false;
    }
    let of_connection =
        ["connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"];
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let problem = if name.is_empty() || !name.bytes().all(is_token) {
        "is not the name of a header"
    } else if of_connection.iter().any(|other| name.eq_ignore_ascii_case(other)) {
        "is a header that the HTTP client sets"
    } else {
        return true;
    };
    findings
        .add(pointer, format!("`{name}` {problem}"), "remove the parameter by an overlay action")
        .settled_without(pointer);
    false
}

fn read_list(
    document: &Document,
    typed: &[ReferenceOr<oas::Parameter>],
    owner: &Node<'_>,
    findings: &mut Findings,
) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    let places = owner.get("parameters").map(|list| list.elements()).unwrap_or_default();
    for (typed, place) in typed.iter().zip(places) {
        let Some(parameter) = read(document, typed, place.pointer(), findings) else { continue };
        if parameters.iter().any(|other| is_twin(other, &parameter)) {
            let message = format!("the parameter `{}` is declared twice", parameter.name);
            findings.add(place.pointer(), message, "remove the one that is wrong by an overlay action");
            continue;
        }
        parameters.push(parameter);
    }
    parameters
}

fn read(
    document: &Document,
    typed: &ReferenceOr<oas::Parameter>,
    pointer: &str,
    findings: &mut Findings,
) -> Option<Parameter> {
    let node = document.at(pointer)?;
    let (node, typed) = resolved(document, typed, &node, findings)?;
    audit::parameter(&node, findings);
    let typed = typed.as_ref();
    let data = typed.parameter_data_ref();
    let name = &data.name;
    let explode = data.explode;
    // A header and a path have no keys that could be repeated.
    let style = match typed {
        oas::Parameter::Path { style: oas::PathStyle::Simple, .. } => Ok((Place::Path, Some(','))),
        oas::Parameter::Path { .. } => Err("simple"),
        oas::Parameter::Query { style, .. } => match style {
            oas::QueryStyle::Form => Ok((Place::Query, (explode == Some(false)).then_some(','))),
            // Both are for `explode: false`; otherwise they are as `form`.
            oas::QueryStyle::SpaceDelimited => Ok((Place::Query, (explode != Some(true)).then_some(' '))),
            oas::QueryStyle::PipeDelimited => Ok((Place::Query, (explode != Some(true)).then_some('|'))),
            oas::QueryStyle::DeepObject => Err("form"),
        },
        oas::Parameter::Header { .. } => Ok((Place::Header, Some(','))),
        oas::Parameter::Cookie { .. } => Ok((Place::Cookie, (explode == Some(false)).then_some(','))),
    };
    let (place, delimiter) = match style {
        Ok(style) => style,
        Err(usual) => {
            let style = node.get("style")?;
            let message = format!("the parameter style {} is not understood", style.value());
            let advice =
                format!("the client can send `{usual}`: if the server takes it, say so by an overlay action");
            findings.add(style.pointer(), message, advice);
            return None;
        }
    };
    if place == Place::Header && !check_header(name, node.pointer(), findings) {
        return None;
    }
    let ParameterSchemaOrContent::Schema(schema) = &data.format else {
        // The audit has reported it.
        return None;
    };
    let schema = Schema::read(document, schema, &node.get("schema")?, findings);
    Some(parameter(data, place, delimiter, schema))
}

fn parameter(data: &ParameterData, place: Place, delimiter: Option<char>, mut schema: Schema) -> Parameter {
    schema.doc = text(&data.extensions, "x-doc").or(schema.doc);
    let sensitive = data.extensions.get("x-sensitive").and_then(serde_json::Value::as_bool);
    Parameter {
        name: data.name.clone(),
        place,
        required: place == Place::Path || data.required,
        delimiter,
        deprecated: data.deprecated.unwrap_or(false) || schema.deprecated,
        rust_name: text(&data.extensions, "x-rust-name"),
        sensitive: sensitive.or(schema.sensitive),
        schema,
    }
}
