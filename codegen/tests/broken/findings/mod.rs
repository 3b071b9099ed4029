//! One document for each kind of finding: where it points to, and what it advises.

mod places;
mod schemas;

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
fn holds(pointer: &str, message: &str, advice: &str, change: impl FnOnce(&mut Value)) {
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
    holds("/openapi", "`openapi` is missing", "the document itself", |it| remove(it, "/openapi"));
    holds("/info/version", "the API version is missing", "info.version", |it| remove(it, "/info/version"));
    holds("", "`paths` is missing", "empty `paths`", |it| remove(it, "/paths"));
    holds("/paths/~1things/copy", "`copy` in a path item", "remove it", |it| {
        set(it, "/paths/~1things/copy", json!({}))
    });
}

#[test]
fn findings_about_what_is_not_of_its_kind() {
    for (place, value, wanted) in [
        ("/paths", json!([]), "an object"),
        ("/x-doc-resources", json!("things"), "an object"),
        ("/x-webhooks", json!([]), "an object"),
        ("/paths/~1things/parameters", json!({}), "a list"),
        ("/paths/~1things/post/requestBody/required", json!("true"), "`true` or `false`"),
        ("/paths/~1things/post/requestBody/content", json!([]), "an object"),
    ] {
        let (_, key) = place.rsplit_once('/').unwrap();
        holds(place, &format!("`{key}` may only be {wanted}"), "correct it", |it| set(it, place, value));
    }
    let body = json!({"content": {"application/json": {"schema": {"type": "object"}}}});
    let event = json!({"thing.created": {"post": {"requestBody": body, "x-doc": 1}}});
    let place = "/x-webhooks/thing.created/post/x-doc";
    holds(place, "`x-doc` may only be a text", "correct it", |it| set(it, "/x-webhooks", event));
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
    for (key, value, wanted) in [
        ("tags", json!("things"), "a list"),
        ("security", json!({}), "a list"),
        ("x-rust-name", json!(1), "a text"),
        ("x-rust-alias", json!("all"), "a list"),
        ("x-clerk-key", json!(true), "a text"),
        ("x-pagination", json!("cursor"), "`false` or `{ cursor: <parameter> }`"),
    ] {
        let place = format!("{THINGS}/{key}");
        holds(&place, &format!("`{key}` may only be {wanted}"), "correct it", |it| set(it, &place, value));
    }
    holds(THINGS, "`x-clerk-key: golden` is not understood", "`machine`", |it| {
        set(it, "/paths/~1things/get/x-clerk-key", json!("golden"))
    });
}

#[test]
fn findings_about_parameters() {
    for (key, value) in [("required", json!("true")), ("explode", json!(0)), ("x-sensitive", json!("yes"))] {
        let place = format!("{THINGS}/parameters/0/{key}");
        let parameter = json!({"name": "q", "in": "query", "schema": {"type": "string"}, key: value});
        holds(&place, &format!("`{key}` may only be `true` or `false`"), "correct it", |it| {
            parameters(it, json!([parameter]))
        });
    }
    for (name, problem) in
        [("a b", "is not the name of a header"), ("Host", "is a header that the HTTP client sets")]
    {
        holds(
            "/paths/~1things/get/parameters/0",
            &format!("`{name}` {problem}"),
            "remove the parameter",
            |it| parameters(it, json!([{"name": name, "in": "header", "schema": {"type": "string"}}])),
        );
    }
    holds("/paths/~1things/get/parameters/0", "`q` has no schema", "add one", |it| {
        parameters(it, json!([{"name": "q", "in": "query"}]))
    });
    holds("/paths/~1things/get/parameters/0/style", "\"deepObject\" is not understood", "`form`", |it| {
        let schema = json!({"type": "array", "items": {"type": "string"}});
        parameters(it, json!([{"name": "q", "in": "query", "style": "deepObject", "schema": schema}]));
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
        "neither JSON, a form nor application/octet-stream",
        "a media type that is understood",
        |it| set(it, "/paths/~1things/post/requestBody/content", json!({"text/plain": {}})),
    );
    holds(
        "/paths/~1things/post/requestBody/content/application~1json",
        "a body without a schema",
        "add one",
        |it| set(it, "/paths/~1things/post/requestBody/content/application~1json", json!({})),
    );
    let binary = json!({"type": "string", "format": "binary"});
    holds(&format!("{BODY}/properties/name"), "binary inside of JSON", "if it is a text", |it| {
        set(it, &format!("{BODY}/properties/name"), binary.clone());
    });
    holds(&format!("{COMPONENT}/properties/colour"), "binary inside of JSON", "if it is a text", |it| {
        colour(it, json!({"type": "array", "items": binary}));
    });
    holds(CREATE, "`name` of a form is neither a text nor a file", "the body's media type", |it| {
        let field = json!({"type": "object", "properties": {"name": {"type": "integer"}}});
        let content = json!({"multipart/form-data": {"schema": field}});
        set(it, "/paths/~1things/post/requestBody/content", content);
    });
    holds(THINGS, "no success among the responses", "add one", |it| {
        set(it, "/paths/~1things/get/responses", json!({"404": {}}))
    });
    holds("/paths/~1things/get/responses/204", "a second success", "the one that is sent", |it| {
        set(it, "/paths/~1things/get/responses/204", json!({}))
    });
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
