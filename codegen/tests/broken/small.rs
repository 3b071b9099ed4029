//! A document that is as small as can be, to be broken in one place at a time.

use serde_json::{Value, json};

/// A small document with nothing wrong in it.
pub(crate) fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"version": "2026-01-01"},
        "paths": {
            "/things": {
                "get": {
                    "operationId": "ListThings",
                    "x-speakeasy-group": "things",
                    "x-speakeasy-name-override": "list",
                    "responses": {"200": {"content": {"application/json": {"schema": {
                        "type": "array", "items": {"$ref": "#/components/schemas/Thing"},
                    }}}}},
                },
                "post": {
                    "operationId": "CreateThing",
                    "x-speakeasy-group": "things",
                    "x-speakeasy-name-override": "create",
                    "requestBody": {"content": {"application/json": {"schema": {
                        "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}},
                    }}}},
                    "responses": {"201": {"content": {"application/json": {"schema": {
                        "$ref": "#/components/schemas/Thing",
                    }}}}},
                },
            },
            "/things/{thing_id}": {
                "get": {
                    "operationId": "GetThing",
                    "x-speakeasy-group": "things",
                    "x-speakeasy-name-override": "get",
                    "parameters": [
                        {"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}},
                        {"name": "fields", "in": "query", "schema": {"type": "string"}},
                    ],
                    "responses": {"200": {"content": {"application/json": {"schema": {
                        "$ref": "#/components/schemas/Thing",
                    }}}}},
                },
            },
        },
        "components": {"schemas": {"Thing": {
            "type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"},
                "colour": {"type": "string", "enum": ["red", "green"]},
            },
        }}},
    })
}
