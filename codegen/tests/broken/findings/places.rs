//! Documents with constructs that the client cannot express, or that contradict themselves.

use serde_json::json;

use super::{COMPONENT, CREATE, THING, THINGS, colour, holds, parameters, set};

#[test]
fn findings_about_keys_that_stand_where_they_are_not_read() {
    for (place, key, what) in [
        ("", "webhooks", "the document"),
        ("/paths/~1things", "$schema", "a path item"),
        (THINGS, "produces", "an operation"),
        ("/paths/~1things~1{thing_id}/get/parameters/0", "type", "a path parameter"),
        ("/paths/~1things~1{thing_id}/get/parameters/1", "collectionFormat", "a query parameter"),
        ("/paths/~1things/post/requestBody", "schema", "a request body"),
        ("/paths/~1things/get/responses/200", "schema", "a response"),
        ("/paths/~1things/get/responses/200/content/application~1json", "type", "a media type"),
        ("/components/schemas/Thing/properties/id", "items", "a schema of type string"),
        (COMPONENT, "items", "a schema of type object"),
        (
            "/paths/~1things/get/responses/200/content/application~1json/schema/items",
            "type",
            "a reference to a schema",
        ),
    ] {
        let place = format!("{place}/{key}");
        holds(&place, &format!("`{key}` in {what} is not understood"), "remove it", |it| {
            set(it, &place, json!({}));
        });
    }
}

#[test]
fn findings_about_our_own_extensions_that_stand_at_the_wrong_place() {
    for (place, key, what) in [
        (THINGS, "x-sensitive", "an operation"),
        (COMPONENT, "x-pagination", "a schema of type object"),
        ("/paths/~1things", "x-rust-group", "a path item"),
        ("/paths/~1things/get/responses/200", "x-doc", "a response"),
    ] {
        let place = format!("{place}/{key}");
        holds(&place, &format!("`{key}` has no effect in {what}"), "move it", |it| {
            set(it, &place, json!(true))
        });
    }
}

#[test]
fn findings_about_keywords_beside_a_combinator() {
    let union = || json!([{"$ref": "#/components/schemas/Thing"}]);
    for key in ["oneOf", "anyOf"] {
        for (keyword, value) in [
            ("properties", json!({"a": {"type": "string"}})),
            ("required", json!(["a"])),
            ("additionalProperties", json!({"type": "string"})),
            ("items", json!({})),
            ("enum", json!(["a"])),
        ] {
            let place = format!("{COMPONENT}/properties/colour/{keyword}");
            let message = format!("`{keyword}` in a schema with `oneOf` or `anyOf` is not understood");
            holds(&place, &message, "into each member", |it| {
                colour(it, json!({key: union(), keyword: value}));
            });
        }
    }
    for (keyword, value) in [("oneOf", union()), ("items", json!({})), ("enum", json!(["a"]))] {
        let place = format!("{COMPONENT}/properties/colour/{keyword}");
        holds(&place, &format!("`{keyword}` in a schema with `allOf`"), "remove it", |it| {
            colour(it, json!({"allOf": union(), keyword: value}));
        });
    }
    holds(&format!("{COMPONENT}/properties/colour"), "`oneOf` beside `anyOf`", "what they mean", |it| {
        colour(it, json!({"oneOf": union(), "anyOf": union()}));
    });
    holds(
        &format!("{COMPONENT}/properties/colour"),
        "`allOf` beside the type \"string\"",
        "what they mean",
        |it| {
            colour(it, json!({"allOf": union(), "type": "string"}));
        },
    );
    let rest = format!("{COMPONENT}/additionalProperties");
    holds(&rest, "`additionalProperties` of a type beside `properties`", "a map", |it| {
        set(it, &rest, json!({"type": "string"}));
    });
}

#[test]
fn findings_about_discriminators() {
    let place = format!("{COMPONENT}/discriminator");
    holds(&place, "a discriminator on a base", "a `oneOf` of these schemas", |it| {
        set(it, &place, json!({"propertyName": "id"}));
    });
    let colour_place = "/components/schemas/Thing/properties/colour";
    let tagged = |it: &mut serde_json::Value, tag: serde_json::Value, discriminator: serde_json::Value| {
        for name in ["Cat", "Dog"] {
            let property = format!("only_{name}");
            let schema = json!({"type": "object", "required": [property], "properties": {
                "kind": tag, property: {"type": "string"},
            }});
            set(it, &format!("/components/schemas/{name}"), schema);
        }
        let members = json!([{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]);
        colour(it, json!({"oneOf": members, "discriminator": discriminator}));
    };
    let text = || json!({"type": "string"});
    holds(
        &format!("{colour_place}/discriminator/mapping/bird"),
        "the tag \"bird\" leads to /components/schemas/Bird, which is not a member",
        "add the member",
        |it| tagged(it, text(), json!({"propertyName": "kind", "mapping": {"bird": "Bird"}})),
    );
    holds(&format!("{colour_place}/oneOf/0"), "the tag `kind` is not a text", "any JSON", |it| {
        tagged(it, json!({"type": "integer"}), json!({"propertyName": "kind"}));
    });
    holds(&format!("{colour_place}/oneOf/1"), "the tag `kind` is not a text", "any JSON", |it| {
        tagged(it, json!({"type": "integer", "enum": [1, 2]}), json!({"propertyName": "kind"}));
    });
    holds(
        &format!("{colour_place}/discriminator"),
        "the tag \"pet\" stands for two members",
        "a tag of its own",
        |it| tagged(it, json!({"type": "string", "enum": ["pet"]}), json!({"propertyName": "kind"})),
    );
    holds(&format!("{colour_place}/oneOf/0"), "no tag leads to this member", "list its tag", |it| {
        let member = |name: &str| json!({"type": "object", "x-rust-name": name, "properties": {"kind": {"type": "string"}}});
        let members = json!([member("One"), member("Two")]);
        colour(it, json!({"oneOf": members, "discriminator": {"propertyName": "kind"}}));
    });
    holds(
        colour_place,
        "nothing tells two members of the union from each other",
        "add a discriminator",
        |it| {
            let member = |name: &str, property: &str| json!({"type": "object", "x-rust-name": name, "properties": {property: {"type": "string"}}});
            colour(it, json!({"oneOf": [member("One", "a"), member("Two", "b")]}));
        },
    );
}

#[test]
fn findings_about_all_of_members_that_contradict_each_other() {
    let member = |schema: serde_json::Value| json!({"type": "object", "properties": {"a": schema}});
    holds(
        "/components/schemas/Thing/properties/colour/allOf/1/properties/a",
        "`a` is a number here, and a text in another member of `allOf`",
        "correct one",
        |it| {
            colour(
                it,
                json!({"allOf": [member(json!({"type": "string"})), member(json!({"type": "integer"}))]}),
            )
        },
    );
    holds(
        "/components/schemas/Thing/properties/colour/allOf/0",
        "a member of `allOf` that is a map",
        "by what it means",
        |it| {
            let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
            colour(it, json!({"allOf": [map, member(json!({}))]}));
        },
    );
}

#[test]
fn findings_about_where_requests_go() {
    let server = json!([{"url": "https://uploads.example.com"}]);
    for place in [THINGS, "/paths/~1things"] {
        let place = format!("{place}/servers");
        holds(&place, "its own server URL, not to other `servers`", "remove it", |it| {
            set(it, &place, server.clone());
        });
    }
    for (path, problem) in [
        ("things", "does not begin with a slash"),
        ("/things?all=true", "has a query or a fragment"),
        ("/things#all", "has a query or a fragment"),
        ("/all things", "has a character that must be percent-encoded"),
        ("/things/{id", "braces"),
        ("/things/id}", "braces"),
        ("/things/{}", "braces"),
        ("/things/{a/b}", "braces"),
        ("/things/{id}/{id}", "has one parameter twice"),
        ("/things/../secrets", "has a dot segment"),
    ] {
        let pointer = format!("/paths/{}", path.replace('/', "~1"));
        holds(&pointer, problem, "correct it", |it| {
            let item = it["paths"]["/things"].clone();
            it["paths"] = json!({path: item});
        });
    }
    let twice = json!([
        {"name": "sort", "in": "query", "required": true, "schema": {"type": "string"}},
        {"name": "sort", "in": "query", "schema": {"type": "integer"}},
    ]);
    holds(&format!("{THINGS}/parameters/1"), "`sort` is declared twice", "the one that is wrong", |it| {
        parameters(it, twice);
    });
}

#[test]
fn findings_about_security_that_is_no_bearer_token() {
    let schemes = json!({
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    });
    for (requirement, what) in [
        (json!([{"key": []}]), "`key` (an API key)"),
        (json!([{"basic": []}]), "`basic` (HTTP basic)"),
        (json!([{"other": []}]), "`other` (not declared)"),
        (json!([{"bearer": [], "key": []}]), "together with others"),
    ] {
        holds("/security", what, "which scheme", |it| {
            it["components"]["securitySchemes"] = schemes.clone();
            it["security"] = requirement.clone();
        });
        holds(&format!("{THINGS}/security"), what, "which scheme", |it| {
            it["components"]["securitySchemes"] = schemes.clone();
            set(it, &format!("{THINGS}/security"), requirement.clone());
        });
    }
}

#[test]
fn findings_about_what_a_client_cannot_do() {
    holds(&format!("{THINGS}/callbacks"), "the client cannot receive `callbacks`", "remove it", |it| {
        let callback = json!({"done": {"{$request.query.url}": {"post": {"responses": {}}}}});
        set(it, &format!("{THINGS}/callbacks"), callback);
    });
    holds("/paths/~1things/trace", "the client does not send TRACE", "remove it", |it| {
        let operation = json!({"operationId": "Trace", "x-rust-group": "things", "x-rust-name": "trace",
            "responses": {"204": {}}});
        set(it, "/paths/~1things/trace", operation);
    });
    holds(super::BODY, "a body with fields that may be null", "`nullable: false`", |it| {
        set(it, &format!("{}/nullable", super::BODY), json!(true));
    });
    let content = "/paths/~1things/post/requestBody/content";
    holds(
        &format!("{content}/multipart~1form-data/schema"),
        "a form without fields",
        "declare its fields",
        |it| {
            let schema = json!({"type": "object", "additionalProperties": {"type": "string"}});
            set(it, content, json!({"multipart/form-data": {"schema": schema}}));
        },
    );
    holds(
        &format!("{content}/multipart~1form-data/encoding"),
        "no setting for the `encoding` of a part",
        "remove it",
        |it| {
            let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
            let encoding = json!({"a": {"contentType": "text/csv"}});
            set(it, content, json!({"multipart/form-data": {"schema": schema, "encoding": encoding}}));
        },
    );
    holds(THING, "a function `builder`, so a resource cannot be called so", "`x-rust-group`", |it| {
        set(it, &format!("{THING}/x-rust-group"), json!("builder"));
    });
    holds(THINGS, "a cursor is the `id` of the last item", "require `id`", |it| {
        let schema = json!({"type": "integer"});
        parameters(
            it,
            json!([
                {"name": "limit", "in": "query", "schema": schema}, {"name": "offset", "in": "query", "schema": schema},
                {"name": "after", "in": "query", "schema": {"type": "string"}},
            ]),
        );
        set(it, &format!("{THINGS}/x-pagination"), json!({"cursor": "after"}));
        set(it, &format!("{COMPONENT}/required"), json!([]));
    });
}

#[test]
fn findings_about_responses() {
    let responses = "/paths/~1things/get/responses";
    holds(
        &format!("{responses}/2XX"),
        "a second success among the responses",
        "the one that is sent",
        |it| {
            let text = json!({"content": {"application/json": {"schema": {"type": "string"}}}});
            set(it, responses, json!({"204": {}, "2XX": text}));
        },
    );
    holds(&format!("{responses}/ok"), "`ok` among the responses is not a status", "`2XX`", |it| {
        set(it, &format!("{responses}/ok"), json!({}));
    });
    holds(
        &format!("{responses}/200/content/application~1json"),
        "a response without a schema",
        "add one",
        |it| {
            set(it, &format!("{responses}/200/content/application~1json"), json!({}));
        },
    );
    holds(CREATE, "no success among the responses", "add one", |it| {
        set(it, "/paths/~1things/post/responses", json!({"default": {}}));
    });
}

#[test]
fn a_document_that_is_not_valid_openapi_says_where() {
    for (place, value) in [
        ("/components/schemas/Thing/properties/colour/additionalProperties", json!([])),
        ("/paths/~1things/get/responses/200/headers/Link", json!(7)),
    ] {
        let mut document = crate::small::document();
        document["paths"]["/things"]["get"]["responses"]["200"]["headers"] = json!({});
        document["components"]["schemas"]["Thing"]["properties"]["colour"] = json!({"type": "object"});
        set(&mut document, place, value);

        let findings = clerk_codegen::read(document.to_string().as_bytes()).unwrap_err();

        let found: Vec<_> = findings.iter().collect();
        assert!(
            found.iter().all(|it| !it.pointer.is_empty() && place.starts_with(&it.pointer)),
            "{findings}"
        );
        assert!(found.iter().any(|it| it.message.starts_with("not valid OpenAPI 3.0: ")), "{findings}");
    }
}
