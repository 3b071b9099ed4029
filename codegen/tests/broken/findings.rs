//! One document for each kind of finding: where it points to, and what it advises.

use serde_json::{Value, json};

use crate::small::document;

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

/// Whether a change of [`document`] is answered by this finding: pointer, part of the message, part of the advice.
#[track_caller]
fn holds(pointer: &str, message: &str, advice: &str, change: fn(&mut Value)) {
    let mut document = document();
    change(&mut document);

    let Err(findings) = clerk_codegen::read(document.to_string().as_bytes()) else {
        panic!("nothing was found, expected: {message}");
    };

    let says = |text: &str, part: &str| text.contains(part) && part.is_empty() == text.is_empty();
    let found = findings
        .iter()
        .any(|it| it.pointer == pointer && says(&it.message, message) && says(&it.advice, advice));
    assert!(found, "expected at {pointer}: {message}\n    {advice}\nfound {findings}");
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    assert!(clerk_codegen::read(document().to_string().as_bytes()).is_ok());
}

#[test]
fn findings_about_the_document_as_a_whole() {
    holds("/openapi", "only 3.0 is understood", "convert", |it| set(it, "/openapi", json!("3.1.0")));
    holds("/openapi", "`openapi` is missing", "", |it| remove(it, "/openapi"));
    holds("/info/version", "the API version is missing", "info.version", |it| remove(it, "/info/version"));
    holds("", "`paths` is missing", "empty `paths`", |it| remove(it, "/paths"));
    holds("/paths/~1things/copy", "`copy` in a path item", "remove it", |it| {
        set(it, "/paths/~1things/copy", json!({}))
    });
}

#[test]
fn findings_about_operations_and_their_names() {
    holds(THINGS, "`operationId` is missing", "add one", |it| remove(it, "/paths/~1things/get/operationId"));
    holds(CREATE, "is also at /paths/~1things/get", "another operationId", |it| {
        set(it, "/paths/~1things/post/operationId", json!("ListThings"))
    });
    holds(CREATE, "ListThings and listThings both become `ListThings`", "another operationId", |it| {
        set(it, "/paths/~1things/post/operationId", json!("listThings"))
    });
    holds(CREATE, "`🦀` cannot become the name of a type", "another name", |it| {
        set(it, "/paths/~1things/post/operationId", json!("🦀"))
    });
    holds(
        THINGS,
        "the operation has no name",
        "add `x-rust-name` (the method) to the operation `ListThings`",
        |it| remove(it, "/paths/~1things/get/x-speakeasy-name-override"),
    );
    holds(
        THINGS,
        "belongs to no group",
        "add `x-rust-group` (the resource) to the operation `ListThings`",
        |it| remove(it, "/paths/~1things/get/x-speakeasy-group"),
    );
    holds(THINGS, "`list all` cannot be a name in Rust", "`x-rust-name`", |it| {
        set(it, "/paths/~1things/get/x-rust-name", json!("list all"))
    });
    holds(
        CREATE,
        "ListThings and CreateThing are both `things().list`",
        "add `x-rust-name` to CreateThing",
        |it| set(it, "/paths/~1things/post/x-rust-name", json!("list")),
    );
    holds(THINGS, "`x-clerk-key: golden` is not understood", "`machine`", |it| {
        set(it, "/paths/~1things/get/x-clerk-key", json!("golden"))
    });
}

#[test]
fn findings_about_parameters() {
    holds("/paths/~1things/get/parameters/0", "only path and query", "remove it", |it| {
        parameters(it, json!([{"name": "h", "in": "header", "schema": {"type": "string"}}]))
    });
    holds("/paths/~1things/get/parameters/0", "`q` has no schema", "add one", |it| {
        parameters(it, json!([{"name": "q", "in": "query"}]))
    });
    holds("/paths/~1things/get/parameters/0/style", "\"pipeDelimited\" is not understood", "`form`", |it| {
        let schema = json!({"type": "array", "items": {"type": "string"}});
        parameters(it, json!([{"name": "q", "in": "query", "style": "pipeDelimited", "schema": schema}]));
    });
    holds(THINGS, "`q` is neither text, number, boolean nor a list of these", "replace its schema", |it| {
        let schema = json!({"type": "object", "additionalProperties": {"type": "string"}});
        parameters(it, json!([{"name": "q", "in": "query", "schema": schema}]));
    });
    holds("/paths/~1things/get/parameters/0", "leads nowhere", "correct the reference", |it| {
        parameters(it, json!([{"$ref": "#/components/parameters/Gone"}]))
    });
    holds(THING, "the path has `{thing_id}`", "add the parameter", |it| {
        set(it, "/paths/~1things~1{thing_id}/get/parameters", json!([]))
    });
    holds(THINGS, "`q` does not stand in the path", "remove the parameter", |it| {
        let schema = json!({"type": "string"});
        parameters(it, json!([{"name": "q", "in": "path", "required": true, "schema": schema}]));
    });
    holds(THINGS, "`aB` and `a_b` both become `a_b`", "add `x-rust-name` to `a_b` of ListThings", |it| {
        let (one, two) = (json!({"type": "string"}), json!({"type": "string"}));
        parameters(
            it,
            json!([
                {"name": "aB", "in": "query", "schema": one}, {"name": "a_b", "in": "query", "schema": two},
            ]),
        );
    });
    holds(
        THINGS,
        "`with_timeout` cannot be the name of an argument",
        "add `x-rust-name` to `with_timeout` of ListThings",
        |it| {
            parameters(it, json!([{"name": "with_timeout", "in": "query", "schema": {"type": "string"}}]));
        },
    );
}

#[test]
fn findings_about_bodies_and_answers() {
    holds(
        "/paths/~1things/post/requestBody/content",
        "neither application/json nor multipart/form-data",
        "a media type that is understood",
        |it| set(it, "/paths/~1things/post/requestBody/content", json!({"text/plain": {}})),
    );
    holds(
        "/paths/~1things/post/requestBody/content/application~1json",
        "a body without a schema",
        "add one",
        |it| set(it, "/paths/~1things/post/requestBody/content/application~1json", json!({})),
    );
    holds(CREATE, "`name` cannot be sent in this kind of body", "the body's media type", |it| {
        set(it, &format!("{BODY}/properties/name"), json!({"type": "string", "format": "binary"}));
    });
    holds(THINGS, "no success among the responses", "add one", |it| {
        set(it, "/paths/~1things/get/responses", json!({"404": {}}))
    });
    holds("/paths/~1things/get/responses/204", "a second success", "remove one", |it| {
        set(it, "/paths/~1things/get/responses/204", json!({}))
    });
    holds(
        "/paths/~1things/post/responses/201/content/application~1json/schema",
        "an answer that may be null",
        "`nullable: false`",
        |it| set(it, &format!("{COMPONENT}/nullable"), json!(true)),
    );
    holds(THING, "its answer is no list", "`x-pagination: false`", |it| {
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
    });
    holds(THINGS, "there is no parameter `after`", "correct `x-pagination`", |it| {
        let schema = json!({"type": "integer"});
        parameters(
            it,
            json!([
                {"name": "limit", "in": "query", "schema": schema},
                {"name": "offset", "in": "query", "schema": schema},
            ]),
        );
        set(it, "/paths/~1things/get/x-pagination", json!({"cursor": "after"}));
    });
}

#[test]
fn findings_about_schemas() {
    holds("/components/schemas/Thing/properties/colour", "a schema must be an object", "", |it| {
        colour(it, json!("red"))
    });
    holds(
        "/components/schemas/Thing/properties/colour/not",
        "the schema keyword `not` is not understood",
        "remove it",
        |it| colour(it, json!({"type": "string", "not": {}})),
    );
    holds("/components/schemas/Thing/properties/colour", "an array without `items`", "add `items`", |it| {
        colour(it, json!({"type": "array"}))
    });
    holds(
        "/components/schemas/Thing/properties/colour/type",
        "the type \"text\" is not understood",
        "string, integer",
        |it| colour(it, json!({"type": "text"})),
    );
    holds("/components/schemas/Thing/properties/colour/enum/1", "listed twice", "remove one", |it| {
        colour(it, json!({"type": "string", "enum": ["a", "a"]}))
    });
    holds(
        "/components/schemas/Thing/properties/colour/enum/0",
        "a listed value that is no string",
        "quote the value",
        |it| colour(it, json!({"type": "string", "enum": [7]})),
    );
    holds(
        "/components/schemas/Thing/properties/colour",
        "`x-doc-values` speaks of \"b\", which is not listed",
        "docs-values.yaml",
        |it| colour(it, json!({"type": "string", "enum": ["a"], "x-doc-values": {"b": "B."}})),
    );
    holds(
        "/components/schemas/Thing/properties/colour",
        "\"a-b\" and \"a_b\" both become `AB`",
        "enums stay open",
        |it| colour(it, json!({"type": "string", "enum": ["a-b", "a_b"]})),
    );
    holds(
        "/components/schemas/Thing/properties/colour",
        "\"🦀\" has no name in Rust",
        "enums stay open",
        |it| colour(it, json!({"type": "string", "enum": ["🦀"]})),
    );
    holds(
        "/components/schemas/Thing/properties/object",
        "the object type \"🦀\"",
        "remove the list of values",
        |it| set(it, &format!("{COMPONENT}/properties/object"), json!({"type": "string", "enum": ["🦀"]})),
    );
    holds(
        "/components/schemas/Thing/properties/colour/discriminator",
        "without `propertyName`",
        "add it",
        |it| {
            let other = json!({"$ref": "#/components/schemas/Thing"});
            colour(it, json!({"oneOf": [other, other], "discriminator": {}}));
        },
    );
    holds(
        "/components/schemas/Thing/properties/colour/oneOf/0",
        "a member of a union that is no object",
        "`{}` (any JSON)",
        |it| colour(it, json!({"oneOf": [{"type": "string"}, {"type": "integer"}]})),
    );
    holds(
        "/components/schemas/Thing/properties/colour/oneOf/0",
        "a member of a union that is no object",
        "`{}` (any JSON)",
        |it| {
            let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
            colour(it, json!({"oneOf": [{"type": "string", "enum": ["red"]}, object]}));
        },
    );
    holds(
        "/components/schemas/Thing/properties/colour/allOf/0",
        "a member of `allOf` that is no object",
        "by what it means",
        |it| colour(it, json!({"allOf": [{"type": "string"}, {"type": "object"}]})),
    );
    holds(COMPONENT, "two fields become `colour`", "add `x-rust-name` to the property `Colour`", |it| {
        set(it, &format!("{COMPONENT}/properties/Colour"), json!({"type": "string"}))
    });
    holds(COMPONENT, "`` cannot be the name of a field", "add `x-rust-name` to the property `🦀`", |it| {
        set(it, &format!("{COMPONENT}/properties/🦀"), json!({"type": "string"}))
    });
    holds(
        COMPONENT,
        "`sample` cannot be the name of a field",
        "`x-rust-name` to the property `sample`",
        |it| set(it, &format!("{COMPONENT}/properties/sample"), json!({"type": "string"})),
    );
    holds(
        "/components/schemas/Thing/properties/password",
        "`password` may be a secret",
        "`x-sensitive: true` or `false`",
        |it| set(it, &format!("{COMPONENT}/properties/password"), json!({"type": "string"})),
    );
}

#[test]
fn findings_about_references_and_circles() {
    holds("/components/schemas/Thing/properties/colour", "leads nowhere", "correct the reference", |it| {
        colour(it, json!({"$ref": "#/components/schemas/Gone"}))
    });
    holds(
        "/components/schemas/Thing/properties/colour",
        "leads out of the document",
        "correct the reference",
        |it| colour(it, json!({"$ref": "other.json#/Thing"})),
    );
    holds(
        "/components/schemas/Thing/properties/colour",
        "leads in a circle",
        "correct the reference",
        |it| colour(it, json!({"$ref": "#/components/schemas/Thing/properties/colour"})),
    );
    holds(
        "/components/schemas/Thing/properties/colour/items",
        "in a circle, or are nested too deeply",
        "break the circle",
        |it| {
            let itself = json!({"$ref": "#/components/schemas/Thing/properties/colour"});
            colour(it, json!({"type": "array", "items": itself}));
        },
    );
    holds(
        "/components/schemas/Thing/properties/colour/allOf/0",
        "`allOf` refers to itself",
        "break the circle",
        |it| {
            let itself = json!({"$ref": "#/components/schemas/Thing/properties/colour"});
            colour(it, json!({"allOf": [itself, {"type": "object"}]}));
        },
    );
    holds(COMPONENT, "a `Thing` always holds another one", "optional", |it| {
        set(it, &format!("{COMPONENT}/properties/part"), json!({"$ref": "#/components/schemas/Thing"}));
        set(it, &format!("{COMPONENT}/required"), json!(["part"]));
    });
    holds(
        "/components/schemas/Thing/properties/colour",
        "a `ThingColour` always holds another one",
        "optional",
        |it| {
            let group = "/components/schemas/Thing/properties/colour";
            let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
            colour(it, json!({"oneOf": [{"$ref": format!("#{group}")}, object]}));
        },
    );
}

#[test]
fn a_finding_about_deep_nesting_points_to_where_it_gets_too_deep() {
    let mut document = document();
    let objects = (0..41)
        .fold(json!({"type": "string"}), |inner, _| json!({"type": "object", "properties": {"a": inner}}));
    let deep = (0..24).fold(objects, |inner, _| json!({"type": "array", "items": inner}));
    colour(&mut document, deep);

    let findings = clerk_codegen::read(document.to_string().as_bytes()).unwrap_err();

    let (lists, objects) = ("/items".repeat(24), "/properties/a".repeat(40));
    let pointer = format!("{COMPONENT}/properties/colour{lists}{objects}");
    let found: Vec<_> = findings.iter().collect();
    assert_eq!(found.len(), 1, "{findings}");
    assert_eq!(found[0].pointer, pointer);
    assert_eq!(found[0].message, "schemas are nested too deeply");
    assert_eq!(found[0].advice, "move a part into components and refer to it");
}

#[test]
fn findings_about_names_of_types() {
    holds(
        "/components/schemas/thing",
        "the type would be called `Thing`, as the one at /components/schemas/Thing is",
        "add `x-rust-name` to one of them",
        |it| {
            set(
                it,
                "/components/schemas/thing",
                json!({"type": "object", "properties": {"a": {"type": "string"}}}),
            );
            colour(it, json!({"$ref": "#/components/schemas/thing"}));
        },
    );
    holds(COMPONENT, "`my thing` cannot be the name of a type", "`x-rust-name`", |it| {
        set(it, &format!("{COMPONENT}/x-rust-name"), json!("my thing"))
    });
    holds(
        "/components/schemas/Thing/properties/colour",
        "a variant of the union would be called `Same`",
        "`x-speakeasy-name-override`",
        |it| {
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
    );
}
