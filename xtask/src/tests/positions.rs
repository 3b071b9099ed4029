//! Every type in every position: each pair is refused with its place, or generated; and what is generated compiles.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Types, by what they are called here.
fn types() -> Vec<(&'static str, Value)> {
    let component = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let list = |items: Value| json!({"type": "array", "items": items});
    let map = |values: Value| json!({"type": "object", "additionalProperties": values});
    let text = || json!({"type": "string"});
    vec![
        ("text", text()),
        ("boolean", json!({"type": "boolean"})),
        ("integer", json!({"type": "integer"})),
        ("number", json!({"type": "number"})),
        ("time", json!({"type": "integer", "x-timestamp": true})),
        ("date_time", json!({"type": "string", "x-timestamp": true})),
        ("enum", component("Colour")),
        ("integer_enum", component("Level")),
        ("object", component("Part")),
        ("object_of_nothing_required", component("Options")),
        ("empty_object", component("Empty")),
        ("recursive_object", component("Tree")),
        ("all_of", component("Whole")),
        ("union", component("Figure")),
        ("tagged_union", component("Pet")),
        ("any", json!({})),
        ("free_object", json!({"type": "object"})),
        ("list_of_texts", list(text())),
        ("list_of_enums", list(component("Colour"))),
        ("list_of_integer_enums", list(component("Level"))),
        ("list_of_objects", list(component("Part"))),
        ("list_of_unions", list(component("Figure"))),
        ("list_of_lists", list(list(text()))),
        ("list_of_maps", list(map(text()))),
        ("list_of_any", list(json!({}))),
        ("list_of_nullables", list(json!({"type": "string", "nullable": true}))),
        ("map_of_texts", map(text())),
        ("map_of_booleans", map(json!({"type": "boolean"}))),
        ("map_of_integers", map(json!({"type": "integer"}))),
        ("map_of_enums", map(component("Colour"))),
        ("map_of_objects", map(component("Part"))),
        ("map_of_lists", map(list(text()))),
        ("map_of_maps", map(map(text()))),
        ("map_of_any", map(json!({"nullable": true}))),
        ("map_of_nullables", map(json!({"type": "integer", "nullable": true}))),
        ("nullable_text", json!({"type": "string", "nullable": true})),
        ("nullable_enum", json!({"allOf": [component("Colour")], "nullable": true})),
        ("nullable_object", json!({"allOf": [component("Part")], "nullable": true})),
        ("nullable_union", json!({"allOf": [component("Figure")], "nullable": true})),
        ("nullable_list", json!({"type": "array", "items": text(), "nullable": true})),
        ("nullable_map", json!({"type": "object", "additionalProperties": text(), "nullable": true})),
        ("nullable_any", json!({"nullable": true})),
        ("file", json!({"type": "string", "format": "binary"})),
        ("list_of_files", list(json!({"type": "string", "format": "binary"}))),
    ]
}

fn components() -> Value {
    let text = || json!({"type": "string"});
    let tagged = |property: &str| json!({"type": "object", "required": ["kind", property], "properties": {"kind": text(), property: text()}});
    json!({
        "Colour": {"type": "string", "enum": ["red", "green"]},
        "Level": {"type": "integer", "enum": [1, 2, -3]},
        "Part": {"type": "object", "required": ["id"], "properties": {
            "id": text(),
            "note": {"type": "string", "nullable": true},
            "written": {"type": "string", "readOnly": true},
            "password": {"type": "string", "writeOnly": true, "x-sensitive": true},
        }},
        "Options": {"type": "object", "properties": {"count": {"type": "integer"}}},
        "Empty": {"type": "object", "properties": {"made": {"type": "string", "readOnly": true, "writeOnly": true}}},
        "Tree": {"type": "object", "properties": {
            "above": {"$ref": "#/components/schemas/Tree"},
            "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        }},
        "Whole": {"allOf": [
            {"$ref": "#/components/schemas/Part"},
            {"type": "object", "properties": {"size": {"type": "integer"}}},
            {"required": ["size"]},
        ]},
        "Circle": {"type": "object", "required": ["radius"], "properties": {"radius": {"type": "number"}}},
        "Square": {"type": "object", "required": ["side"], "properties": {"side": {"type": "number"}}},
        "Figure": {"oneOf": [{"$ref": "#/components/schemas/Circle"}, {"$ref": "#/components/schemas/Square"}]},
        "Cat": tagged("claws"),
        "Dog": tagged("tail"),
        "Pet": {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind"},
        },
    })
}

/// The method of an operation, the end of its path, and the rest.
type Placed = (&'static str, &'static str, Value);

/// A position by its name, and the operation that has a schema there.
type Position = (&'static str, fn(Value) -> Placed);

/// Positions: an operation by its method, the end of its path and the rest, with a schema in it.
const POSITIONS: &[Position] = &[
    ("path", |it| {
        ("get", "/{value}", parameter(json!({"name": "value", "in": "path", "required": true, "schema": it})))
    }),
    ("query", |it| ("get", "", parameter(json!({"name": "value", "in": "query", "schema": it})))),
    ("required_query", |it| {
        ("get", "", parameter(json!({"name": "value", "in": "query", "required": true, "schema": it})))
    }),
    ("joined_query", |it| {
        ("get", "", parameter(json!({"name": "value", "in": "query", "explode": false, "schema": it})))
    }),
    ("delimited_query", |it| {
        let style = "pipeDelimited";
        (
            "get",
            "",
            parameter(
                json!({"name": "value", "in": "query", "style": style, "explode": false, "schema": it}),
            ),
        )
    }),
    ("header", |it| ("get", "", parameter(json!({"name": "X-Value", "in": "header", "schema": it})))),
    ("required_header", |it| {
        ("get", "", parameter(json!({"name": "X-Value", "in": "header", "required": true, "schema": it})))
    }),
    ("cookie", |it| ("get", "", parameter(json!({"name": "value", "in": "cookie", "schema": it})))),
    ("file_body", |it| ("post", "", body("application/octet-stream", it))),
    ("optional_url_encoded_field", |it| {
        ("post", "", body("application/x-www-form-urlencoded", object(it, false)))
    }),
    ("required_url_encoded_field", |it| {
        ("post", "", body("application/x-www-form-urlencoded", object(it, true)))
    }),
    ("text_response", |it| ("get", "", response_of("text/plain", it))),
    ("binary_response", |it| ("get", "", response_of("application/octet-stream", it))),
    ("body", |it| ("post", "", body("application/json", it))),
    ("optional_body_field", |it| ("post", "", body("application/json", object(it, false)))),
    ("required_body_field", |it| ("post", "", body("application/json", object(it, true)))),
    ("optional_field_in_the_body", |it| {
        ("post", "", body("application/json", json!({"type": "array", "items": object(it, false)})))
    }),
    ("required_field_in_the_body", |it| {
        ("post", "", body("application/json", json!({"type": "array", "items": object(it, true)})))
    }),
    ("optional_form_field", |it| ("post", "", body("multipart/form-data", object(it, false)))),
    ("required_form_field", |it| ("post", "", body("multipart/form-data", object(it, true)))),
    ("response", |it| ("get", "", response(it))),
    ("optional_field_of_a_response", |it| ("get", "", response(object(it, false)))),
    ("required_field_of_a_response", |it| ("get", "", response(object(it, true)))),
    ("list_item_of_a_response", |it| ("get", "", response(json!({"type": "array", "items": it})))),
    ("map_value_of_a_response", |it| {
        ("get", "", response(json!({"type": "object", "additionalProperties": it})))
    }),
    ("page_item", |it| {
        let mut operation = response(json!({"type": "array", "items": it}));
        let schema = json!({"type": "integer"});
        operation["parameters"] = json!([
            {"name": "limit", "in": "query", "schema": schema}, {"name": "offset", "in": "query", "schema": schema},
        ]);
        ("get", "", operation)
    }),
];

fn parameter(parameter: Value) -> Value {
    json!({"parameters": [parameter], "responses": {"204": {"description": ""}}})
}

fn object(schema: Value, required: bool) -> Value {
    let required = if required { json!(["value"]) } else { json!([]) };
    json!({"type": "object", "required": required, "properties": {"value": schema}})
}

fn body(media_type: &str, schema: Value) -> Value {
    json!({
        "requestBody": {"required": true, "content": {media_type: {"schema": schema}}},
        "responses": {"204": {"description": ""}},
    })
}

fn response(schema: Value) -> Value {
    response_of("application/json", schema)
}

fn response_of(media_type: &str, schema: Value) -> Value {
    json!({"responses": {"200": {"description": "", "content": {media_type: {"schema": schema}}}}})
}

fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Positions", "version": "2030-01-02"},
        "paths": {},
        "components": {"schemas": components()},
    })
}

/// Returns whether a type is refused in a position: a path and a query take texts of scalars, a form texts and files, and a file
/// is a part of a form.
fn is_refused(ty: &str, position: &str) -> bool {
    let plain = ty.trim_start_matches("nullable_");
    let scalar = ["text", "boolean", "integer", "number", "time", "date_time", "enum", "integer_enum"];
    let list = ["list_of_texts", "list_of_enums", "list_of_integer_enums"];
    match position {
        // Whatever the schema says, it is a text, or bytes.
        "file_body" | "text_response" | "binary_response" => false,
        "path" | "cookie" => !scalar.contains(&plain),
        "query"
        | "required_query"
        | "joined_query"
        | "delimited_query"
        | "header"
        | "required_header"
        | "optional_url_encoded_field"
        | "required_url_encoded_field" => {
            !scalar.contains(&plain) && !list.contains(&plain) && ty != "nullable_list"
        }
        "optional_form_field" | "required_form_field" => !["text", "file"].contains(&plain),
        // The fields of an object are arguments of the call.
        "body" => ty == "nullable_object" || ty.contains("file"),
        _ => ty.contains("file"),
    }
}

#[test]
fn every_type_in_every_position_is_refused_or_compiles() {
    let mut whole = document();
    let mut wrong = Vec::new();
    let mut generated = BTreeSet::new();
    for (position, operation) in POSITIONS {
        for (name, schema) in types() {
            let id = format!("{position}_{name}");
            let (method, end, mut operation) = operation(schema);
            operation["operationId"] = json!(id);
            operation["x-rust-group"] = json!(position);
            operation["x-rust-name"] = json!(format!("take_{name}"));
            let path = format!("/{position}/{name}{end}");
            let mut alone = document();
            alone["paths"][&path] = json!({method: operation});

            let outcome = clerk_codegen::read(alone.to_string().as_bytes());

            if outcome.is_err() != is_refused(name, position) {
                wrong.push(format!(
                    "{name} in {position}: {:?}",
                    outcome.map(|_| "generated").map_err(|it| it.to_string())
                ));
            } else if outcome.is_ok() {
                whole["paths"][&path] = json!({method: operation});
                generated.insert(id);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(generated.len() > 400, "{} are generated", generated.len());
    let _alone = super::alone();

    let refused = super::compiler::compile(&whole, &[("program", "clerk.path().take_text(\"a\").await?;")]);

    assert!(refused.is_empty());
}
