//! The parameters of an operation: its own, and those of its path item.

use openapiv3::{self as oas, ParameterData, ParameterSchemaOrContent, ReferenceOr};
use serde_json::json;

use super::reading::{Reading, resolved};
use super::{Parameter, Place};
use crate::document::{Document, Node, Schema, audit, text};
use crate::finding::Findings;

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
    one.name == other.name && one.place == other.place
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
    let style = match typed {
        oas::Parameter::Path { style: oas::PathStyle::Simple, .. } => Ok(Place::Path),
        oas::Parameter::Path { .. } => Err("simple"),
        oas::Parameter::Query { style: oas::QueryStyle::Form, .. } => Ok(Place::Query),
        oas::Parameter::Query { .. } => Err("form"),
        oas::Parameter::Header { .. } | oas::Parameter::Cookie { .. } => {
            let place = if matches!(typed, oas::Parameter::Header { .. }) { "header" } else { "cookie" };
            let message =
                format!("the parameter `{name}` is in `{place}`, and only path and query are understood");
            findings
                .add(node.pointer(), message, "remove it by an overlay action")
                .settled_without(node.pointer());
            return None;
        }
    };
    let place = match style {
        Ok(place) => place,
        Err(usual) => {
            let style = node.get("style")?;
            let message = format!("the parameter style {} is not understood", style.value());
            let advice = format!("replace it by `{usual}` in an overlay action");
            findings
                .add(style.pointer(), message, advice)
                .settled_by(node.pointer(), json!({"style": usual}));
            return None;
        }
    };
    let ParameterSchemaOrContent::Schema(schema) = &data.format else {
        // The audit has reported it.
        return None;
    };
    let schema = Schema::read(document, schema, &node.get("schema")?, findings);
    Some(parameter(data, place, schema))
}

fn parameter(data: &ParameterData, place: Place, mut schema: Schema) -> Parameter {
    schema.doc = text(&data.extensions, "x-doc").or(schema.doc);
    let sensitive = data.extensions.get("x-sensitive").and_then(serde_json::Value::as_bool);
    Parameter {
        name: data.name.clone(),
        place,
        required: place == Place::Path || data.required,
        explode: data.explode.unwrap_or(true),
        deprecated: data.deprecated.unwrap_or(false) || schema.deprecated,
        rust_name: text(&data.extensions, "x-rust-name"),
        sensitive: sensitive.or(schema.sensitive),
        schema,
    }
}
