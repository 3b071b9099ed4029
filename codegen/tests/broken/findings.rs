//! One document for each kind of finding: where it points to, and what it advises.

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

/// What is done to [`document`], and the finding that comes of it: pointer, part of the message, part of the advice.
struct Case {
    change: fn(&mut Value),
    pointer: &'static str,
    message: &'static str,
    advice: &'static str,
}

const THINGS: &str = "/paths/~1things/get";
const CREATE: &str = "/paths/~1things/post";
const THING: &str = "/paths/~1things~1{thing_id}/get";
const COMPONENT: &str = "/components/schemas/Thing";
const BODY: &str = "/paths/~1things/post/requestBody/content/application~1json/schema";

fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap()[key.replace("~1", "/")] = value;
}

fn remove(document: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
}

/// Puts a schema in the place of the property `colour` of `Thing`, which operations answer.
fn colour(document: &mut Value, schema: Value) {
    set(document, &format!("{COMPONENT}/properties/colour"), schema);
}

/// Gives `ListThings` these parameters.
fn parameters(document: &mut Value, parameters: Value) {
    set(document, &format!("{THINGS}/parameters"), parameters);
}

fn holds(cases: &[Case]) {
    for Case { change, pointer, message, advice } in cases {
        let mut document = document();
        change(&mut document);

        let Err(findings) = clerk_codegen::generate(document.to_string().as_bytes()) else {
            panic!("nothing was found, expected: {message}");
        };

        let found = findings
            .iter()
            .any(|it| it.pointer == *pointer && it.message.contains(message) && it.advice.contains(advice));
        assert!(found, "expected at {pointer}: {message}\n    {advice}\nfound {findings}");
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    assert!(clerk_codegen::generate(document().to_string().as_bytes()).is_ok());
}

#[test]
fn findings_about_the_document_as_a_whole() {
    holds(&[
        Case {
            change: |it| set(it, "/openapi", json!("3.1.0")),
            pointer: "/openapi",
            message: "only 3.0 is understood",
            advice: "convert",
        },
        Case {
            change: |it| remove(it, "/openapi"),
            pointer: "/openapi",
            message: "`openapi` is missing",
            advice: "",
        },
        Case {
            change: |it| remove(it, "/info/version"),
            pointer: "/info/version",
            message: "the API version is missing",
            advice: "info.version",
        },
        Case {
            change: |it| remove(it, "/paths"),
            pointer: "",
            message: "`paths` is missing",
            advice: "empty `paths`",
        },
        Case {
            change: |it| set(it, "/paths/~1things/copy", json!({})),
            pointer: "/paths/~1things/copy",
            message: "`copy` in a path item",
            advice: "remove it",
        },
    ]);
}

#[test]
fn findings_about_operations_and_their_names() {
    holds(&[
        Case {
            change: |it| remove(it, "/paths/~1things/get/operationId"),
            pointer: THINGS,
            message: "`operationId` is missing",
            advice: "add one",
        },
        Case {
            change: |it| set(it, "/paths/~1things/post/operationId", json!("ListThings")),
            pointer: CREATE,
            message: "is also at /paths/~1things/get",
            advice: "another operationId",
        },
        Case {
            change: |it| set(it, "/paths/~1things/post/operationId", json!("listThings")),
            pointer: CREATE,
            message: "ListThings and listThings both become `ListThings`",
            advice: "another operationId",
        },
        Case {
            change: |it| set(it, "/paths/~1things/post/operationId", json!("🦀")),
            pointer: CREATE,
            message: "`🦀` cannot become the name of a type",
            advice: "another name",
        },
        Case {
            change: |it| remove(it, "/paths/~1things/get/x-speakeasy-name-override"),
            pointer: THINGS,
            message: "the operation has no name",
            advice: "add `x-rust-name` (the method) to the operation `ListThings`",
        },
        Case {
            change: |it| remove(it, "/paths/~1things/get/x-speakeasy-group"),
            pointer: THINGS,
            message: "belongs to no group",
            advice: "add `x-rust-group` (the resource) to the operation `ListThings`",
        },
        Case {
            change: |it| set(it, "/paths/~1things/get/x-rust-name", json!("list all")),
            pointer: THINGS,
            message: "`list all` cannot be a name in Rust",
            advice: "`x-rust-name`",
        },
        Case {
            change: |it| set(it, "/paths/~1things/post/x-rust-name", json!("list")),
            pointer: CREATE,
            message: "ListThings and CreateThing are both `things().list`",
            advice: "add `x-rust-name` to CreateThing",
        },
        Case {
            change: |it| set(it, "/paths/~1things/get/x-clerk-key", json!("golden")),
            pointer: THINGS,
            message: "`x-clerk-key: golden` is not understood",
            advice: "`machine`",
        },
    ]);
}

#[test]
fn findings_about_parameters() {
    holds(&[
        Case {
            change: |it| parameters(it, json!([{"name": "h", "in": "header", "schema": {"type": "string"}}])),
            pointer: "/paths/~1things/get/parameters/0",
            message: "only path and query",
            advice: "remove it",
        },
        Case {
            change: |it| parameters(it, json!([{"name": "q", "in": "query"}])),
            pointer: "/paths/~1things/get/parameters/0",
            message: "`q` has no schema",
            advice: "add one",
        },
        Case {
            change: |it| {
                let schema = json!({"type": "array", "items": {"type": "string"}});
                parameters(
                    it,
                    json!([{"name": "q", "in": "query", "style": "pipeDelimited", "schema": schema}]),
                );
            },
            pointer: "/paths/~1things/get/parameters/0/style",
            message: "\"pipeDelimited\" is not understood",
            advice: "`form`",
        },
        Case {
            change: |it| {
                let schema = json!({"type": "object", "additionalProperties": {"type": "string"}});
                parameters(it, json!([{"name": "q", "in": "query", "schema": schema}]));
            },
            pointer: THINGS,
            message: "`q` is neither text, number, boolean nor a list of these",
            advice: "replace its schema",
        },
        Case {
            change: |it| parameters(it, json!([{"$ref": "#/components/parameters/Gone"}])),
            pointer: "/paths/~1things/get/parameters/0",
            message: "leads nowhere",
            advice: "correct the reference",
        },
        Case {
            change: |it| set(it, "/paths/~1things~1{thing_id}/get/parameters", json!([])),
            pointer: THING,
            message: "the path has `{thing_id}`",
            advice: "add the parameter",
        },
        Case {
            change: |it| {
                let schema = json!({"type": "string"});
                parameters(it, json!([{"name": "q", "in": "path", "required": true, "schema": schema}]));
            },
            pointer: THINGS,
            message: "`q` does not stand in the path",
            advice: "remove the parameter",
        },
        Case {
            change: |it| {
                let (one, two) = (json!({"type": "string"}), json!({"type": "string"}));
                parameters(
                    it,
                    json!([
                        {"name": "aB", "in": "query", "schema": one}, {"name": "a_b", "in": "query", "schema": two},
                    ]),
                );
            },
            pointer: THINGS,
            message: "`aB` and `a_b` both become `a_b`",
            advice: "add `x-rust-name` to `a_b` of ListThings",
        },
        Case {
            change: |it| {
                parameters(
                    it,
                    json!([{"name": "with_timeout", "in": "query", "schema": {"type": "string"}}]),
                );
            },
            pointer: THINGS,
            message: "`with_timeout` cannot be the name of an argument",
            advice: "add `x-rust-name` to `with_timeout` of ListThings",
        },
    ]);
}

#[test]
fn findings_about_bodies_and_answers() {
    holds(&[
        Case {
            change: |it| set(it, "/paths/~1things/post/requestBody/content", json!({"text/plain": {}})),
            pointer: "/paths/~1things/post/requestBody/content",
            message: "neither application/json nor multipart/form-data",
            advice: "a media type that is understood",
        },
        Case {
            change: |it| set(it, "/paths/~1things/post/requestBody/content/application~1json", json!({})),
            pointer: "/paths/~1things/post/requestBody/content/application~1json",
            message: "a body without a schema",
            advice: "add one",
        },
        Case {
            change: |it| {
                set(it, &format!("{BODY}/properties/name"), json!({"type": "string", "format": "binary"}));
            },
            pointer: CREATE,
            message: "`name` cannot be sent in this kind of body",
            advice: "the body's media type",
        },
        Case {
            change: |it| set(it, "/paths/~1things/get/responses", json!({"404": {}})),
            pointer: THINGS,
            message: "no success among the responses",
            advice: "add one",
        },
        Case {
            change: |it| set(it, "/paths/~1things/get/responses/204", json!({})),
            pointer: "/paths/~1things/get/responses/204",
            message: "a second success",
            advice: "remove one",
        },
        Case {
            change: |it| set(it, &format!("{COMPONENT}/nullable"), json!(true)),
            pointer: "/paths/~1things/post/responses/201/content/application~1json/schema",
            message: "an answer that may be null",
            advice: "`nullable: false`",
        },
        Case {
            change: |it| {
                let schema = json!({"type": "integer"});
                set(
                    it,
                    "/paths/~1things~1{thing_id}/get/parameters",
                    json!([
                        {"name": "thing_id", "in": "path", "schema": {"type": "string"}},
                        {"name": "limit", "in": "query", "schema": schema},
                        {"name": "offset", "in": "query", "schema": schema},
                    ]),
                );
            },
            pointer: THING,
            message: "its answer is no list",
            advice: "`x-pagination: false`",
        },
        Case {
            change: |it| {
                let schema = json!({"type": "integer"});
                parameters(
                    it,
                    json!([
                        {"name": "limit", "in": "query", "schema": schema},
                        {"name": "offset", "in": "query", "schema": schema},
                    ]),
                );
                set(it, "/paths/~1things/get/x-pagination", json!({"cursor": "after"}));
            },
            pointer: THINGS,
            message: "there is no parameter `after`",
            advice: "correct `x-pagination`",
        },
    ]);
}

#[test]
fn findings_about_schemas() {
    holds(&[
        Case {
            change: |it| colour(it, json!("red")),
            pointer: "/components/schemas/Thing/properties/colour",
            message: "a schema must be an object",
            advice: "",
        },
        Case {
            change: |it| colour(it, json!({"type": "string", "not": {}})),
            pointer: "/components/schemas/Thing/properties/colour/not",
            message: "the schema keyword `not` is not understood",
            advice: "remove it",
        },
        Case {
            change: |it| colour(it, json!({"type": "array"})),
            pointer: "/components/schemas/Thing/properties/colour",
            message: "an array without `items`",
            advice: "add `items`",
        },
        Case {
            change: |it| colour(it, json!({"type": "text"})),
            pointer: "/components/schemas/Thing/properties/colour/type",
            message: "the type \"text\" is not understood",
            advice: "string, integer",
        },
        Case {
            change: |it| colour(it, json!({"type": "string", "enum": ["a", "a"]})),
            pointer: "/components/schemas/Thing/properties/colour/enum/1",
            message: "listed twice",
            advice: "remove one",
        },
        Case {
            change: |it| colour(it, json!({"type": "string", "enum": [7]})),
            pointer: "/components/schemas/Thing/properties/colour/enum/0",
            message: "a listed value that is no string",
            advice: "quote the value",
        },
        Case {
            change: |it| colour(it, json!({"type": "string", "enum": ["a-b", "a_b"]})),
            pointer: "/components/schemas/Thing/properties/colour",
            message: "\"a-b\" and \"a_b\" both become `AB`",
            advice: "enums stay open",
        },
        Case {
            change: |it| colour(it, json!({"type": "string", "enum": ["🦀"]})),
            pointer: "/components/schemas/Thing/properties/colour",
            message: "\"🦀\" has no name in Rust",
            advice: "enums stay open",
        },
        Case {
            change: |it| {
                set(it, &format!("{COMPONENT}/properties/object"), json!({"type": "string", "enum": ["🦀"]}))
            },
            pointer: "/components/schemas/Thing/properties/object",
            message: "the object type \"🦀\"",
            advice: "remove the list of values",
        },
        Case {
            change: |it| {
                let other = json!({"$ref": "#/components/schemas/Thing"});
                colour(it, json!({"oneOf": [other, other], "discriminator": {}}));
            },
            pointer: "/components/schemas/Thing/properties/colour/discriminator",
            message: "without `propertyName`",
            advice: "add it",
        },
        Case {
            change: |it| colour(it, json!({"oneOf": [{"type": "string"}, {"type": "integer"}]})),
            pointer: "/components/schemas/Thing/properties/colour/oneOf/0",
            message: "a member of a union that is no object",
            advice: "`{}` (any JSON)",
        },
        Case {
            change: |it| colour(it, json!({"allOf": [{"type": "string"}, {"type": "object"}]})),
            pointer: "/components/schemas/Thing/properties/colour/allOf/0",
            message: "a member of `allOf` that is no object",
            advice: "by what it means",
        },
        Case {
            change: |it| set(it, &format!("{COMPONENT}/properties/Colour"), json!({"type": "string"})),
            pointer: COMPONENT,
            message: "two fields become `colour`",
            advice: "add `x-rust-name` to the property `Colour`",
        },
        Case {
            change: |it| set(it, &format!("{COMPONENT}/properties/🦀"), json!({"type": "string"})),
            pointer: COMPONENT,
            message: "`` cannot be the name of a field",
            advice: "add `x-rust-name` to the property `🦀`",
        },
        Case {
            change: |it| set(it, &format!("{COMPONENT}/properties/password"), json!({"type": "string"})),
            pointer: "/components/schemas/Thing/properties/password",
            message: "`password` may be a secret",
            advice: "`x-sensitive: true` or `false`",
        },
    ]);
}

#[test]
fn findings_about_references_and_circles() {
    holds(&[
        Case {
            change: |it| colour(it, json!({"$ref": "#/components/schemas/Gone"})),
            pointer: "/components/schemas/Thing/properties/colour",
            message: "leads nowhere",
            advice: "correct the reference",
        },
        Case {
            change: |it| colour(it, json!({"$ref": "other.json#/Thing"})),
            pointer: "/components/schemas/Thing/properties/colour",
            message: "leads out of the document",
            advice: "correct the reference",
        },
        Case {
            change: |it| colour(it, json!({"$ref": "#/components/schemas/Thing/properties/colour"})),
            pointer: "/components/schemas/Thing/properties/colour",
            message: "leads in a circle",
            advice: "correct the reference",
        },
        Case {
            change: |it| {
                let itself = json!({"$ref": "#/components/schemas/Thing/properties/colour"});
                colour(it, json!({"type": "array", "items": itself}));
            },
            pointer: "/components/schemas/Thing/properties/colour/items",
            message: "in a circle, or are nested too deeply",
            advice: "break the circle",
        },
        Case {
            change: |it| {
                let itself = json!({"$ref": "#/components/schemas/Thing/properties/colour"});
                colour(it, json!({"allOf": [itself, {"type": "object"}]}));
            },
            pointer: "/components/schemas/Thing/properties/colour/allOf/0",
            message: "`allOf` refers to itself",
            advice: "break the circle",
        },
        Case {
            change: |it| {
                set(
                    it,
                    &format!("{COMPONENT}/properties/part"),
                    json!({"$ref": "#/components/schemas/Thing"}),
                );
                set(it, &format!("{COMPONENT}/required"), json!(["part"]));
            },
            pointer: COMPONENT,
            message: "a `Thing` always holds another one",
            advice: "optional",
        },
    ]);
}

#[test]
fn findings_about_names_of_types() {
    holds(&[
        Case {
            change: |it| {
                set(
                    it,
                    "/components/schemas/thing",
                    json!({"type": "object", "properties": {"a": {"type": "string"}}}),
                );
                colour(it, json!({"$ref": "#/components/schemas/thing"}));
            },
            pointer: "/components/schemas/thing",
            message: "the type would be called `Thing`, as the one at /components/schemas/Thing is",
            advice: "add `x-rust-name` to one of them",
        },
        Case {
            change: |it| set(it, &format!("{COMPONENT}/x-rust-name"), json!("my thing")),
            pointer: COMPONENT,
            message: "`my thing` cannot be the name of a type",
            advice: "`x-rust-name`",
        },
        Case {
            change: |it| {
                let member = |name: &str, property: &str| {
                    json!({"type": "object", "x-speakeasy-name-override": name, "properties": {
                        property: {"type": "string"},
                    }})
                };
                set(it, "/components/schemas/One", member("same", "a"));
                set(it, "/components/schemas/Two", member("same", "b"));
                colour(
                    it,
                    json!({"oneOf": [
                        {"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"},
                    ]}),
                );
            },
            pointer: "/components/schemas/Thing/properties/colour",
            message: "a variant of the union would be called `Same`",
            advice: "`x-speakeasy-name-override`",
        },
    ]);
}
