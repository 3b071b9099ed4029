//! Constructs of a document that the client has: directions, shapes and tags.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use clerk_codegen::model::{Api, Body, Field, Key, Output, Place, Type, TypeDef, TypeKind, UnionVariant};
use serde_json::{Value, json};

/// A document with one operation that returns `Thing`, and with these components.
fn with_schemas(schemas: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "2030-01-02"},
        "paths": {"/things": {"get": {
            "operationId": "GetThing",
            "x-rust-group": "things",
            "x-rust-name": "get",
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
                "$ref": "#/components/schemas/Thing",
            }}}}},
        }}},
        "components": {"schemas": schemas},
    })
}

fn operation(document: &mut Value) -> &mut Value {
    &mut document["paths"]["/things"]["get"]
}

fn read(document: &Value) -> Api {
    clerk_codegen::read(document.to_string().as_bytes()).unwrap_or_else(|findings| panic!("{findings}"))
}

fn def<'a>(api: &'a Api, name: &str) -> &'a TypeDef {
    api.types.iter().find(|def| def.name == name).unwrap_or_else(|| panic!("there is no type {name}"))
}

fn fields<'a>(api: &'a Api, name: &str) -> &'a [Field] {
    match &def(api, name).kind {
        TypeKind::Object(fields) => fields,
        other => panic!("{name} is {other:?}"),
    }
}

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.wire.as_str()).collect()
}

fn variants<'a>(api: &'a Api, name: &str) -> &'a [UnionVariant] {
    match &def(api, name).kind {
        TypeKind::Union(union) => &union.variants,
        other => panic!("{name} is {other:?}"),
    }
}

fn pet(discriminator: Value) -> Value {
    let animal = json!({"type": "object", "required": ["kind", "name"], "properties": {
        "kind": {"type": "string"}, "name": {"type": "string"},
    }});
    with_schemas(json!({
        "Thing": {
            "oneOf": [{"$ref": "#/components/schemas/Big%20Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": discriminator,
        },
        "Big Cat": animal,
        "Dog": animal,
    }))
}

#[test]
fn a_member_without_a_mapping_has_the_name_of_its_schema_as_tag() {
    let api = read(&pet(json!({"propertyName": "kind"})));

    let tags: Vec<_> = variants(&api, "Thing").iter().map(|variant| variant.tags.clone()).collect();
    assert_eq!(tags, [["Big Cat"], ["Dog"]]);
}

#[test]
fn a_mapping_names_its_target_by_a_reference_or_by_the_schema() {
    let mapping = json!({"cat": "#/components/schemas/Big%20Cat", "kitty": "Big Cat"});

    let api = read(&pet(json!({"propertyName": "kind", "mapping": mapping})));

    let tags: Vec<_> = variants(&api, "Thing").iter().map(|variant| variant.tags.clone()).collect();
    assert_eq!(tags, [vec!["cat", "kitty"], vec!["Dog"]]);
}

#[test]
fn a_union_may_be_null_if_a_member_may_be() {
    let mut document = pet(json!({"propertyName": "kind"}));
    document["components"]["schemas"]["Dog"]["nullable"] = json!(true);

    let api = read(&document);

    assert!(matches!(api.operations[0].output, Output::Value(Type::Nullable(_))));
}

#[test]
fn read_only_is_for_responses_and_write_only_for_requests() {
    let mut document = with_schemas(json!({
        "Thing": {"type": "object", "required": ["id", "word", "by", "made"], "properties": {
            "id": {"type": "string"},
            "word": {"type": "string", "writeOnly": true},
            "by": {"$ref": "#/components/schemas/Made"},
            "made": {"type": "string", "readOnly": true},
        }},
        "Made": {"type": "string", "readOnly": true},
    }));
    let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}});
    let whole = json!({"allOf": [
        {"$ref": "#/components/schemas/Thing"}, {"type": "object", "properties": {"more": {"type": "string"}}},
    ]});
    for (path, id, schema) in [("/list", "PutList", list), ("/whole", "PutWhole", whole)] {
        document["paths"][path]["put"] = json!({
            "operationId": id, "x-rust-group": "things", "x-rust-name": path.trim_start_matches('/'),
            "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            "responses": {"204": {"description": ""}},
        });
    }

    let api = read(&document);

    assert_eq!(names(fields(&api, "Thing")), ["id", "by", "made"]);
    assert_eq!(names(fields(&api, "ThingInput")), ["id", "word"]);
    let arguments: Vec<&str> = api.operations[2].all_arguments().map(|it| it.wire.as_str()).collect();
    assert_eq!(arguments, ["id", "word", "more"]);
}

#[test]
fn a_base_may_hold_what_is_made_of_it() {
    let api = read(&with_schemas(json!({
        "Thing": {"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"type": "object", "properties": {"note": {"type": "string"}}},
        ]},
        "Base": {"type": "object", "properties": {
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
            "twin": {"$ref": "#/components/schemas/Thing"},
        }},
    })));

    let fields = fields(&api, "Thing");
    assert_eq!(names(fields), ["children", "twin", "note"]);
    let id = api.types.iter().position(|def| def.name == "Thing").unwrap();
    assert_eq!(fields[0].ty, Type::List(Box::new(Type::Named(id))));
    assert_eq!(fields[1].ty, Type::Boxed(id));
}

#[test]
fn a_member_of_all_of_may_say_nothing_but_what_is_required() {
    let api = read(&with_schemas(json!({
        "Thing": {"allOf": [
            {"$ref": "#/components/schemas/Base"}, {"required": ["note"]}, {"description": "Nothing else."},
        ]},
        "Base": {"type": "object", "properties": {"note": {"type": "string"}, "more": {"type": "string"}}},
    })));

    let required: Vec<bool> = fields(&api, "Thing").iter().map(|field| field.required).collect();
    assert_eq!(required, [true, false]);
}

#[test]
fn a_reference_may_be_percent_encoded_and_lead_to_any_place() {
    let api = read(&with_schemas(json!({
        "Thing": {"type": "object", "properties": {
            "one": {"$ref": "#/components/schemas/Other%20Thing"},
            "two": {"$ref": "#/components/schemas/Thing/properties/three"},
            "three": {"type": "integer", "enum": [1]},
        }},
        "Other Thing": {"type": "object", "properties": {"a": {"type": "string"}}},
    })));

    let fields = fields(&api, "Thing");
    assert_eq!(fields[0].ty.definition().map(|id| api.types[id].name.as_str()), Some("OtherThing"));
    assert_eq!(fields[1].ty, fields[2].ty);
}

#[test]
fn listed_integers_are_an_open_enum() {
    let api = read(&with_schemas(json!({"Thing": {"type": "object", "properties": {
        "level": {"type": "integer", "enum": [1, -2, null], "nullable": true},
    }}})));

    let TypeKind::Enum(values) = &def(&api, "ThingLevel").kind else { panic!("not an enum") };
    let values: Vec<_> = values.iter().map(|value| (value.ident.as_str(), value.number)).collect();
    assert_eq!(values, [("N1", Some(1)), ("Minus2", Some(-2))]);
    let types = clerk_codegen::generate(vec![api]);
    let types = &types.iter().find(|file| file.name.ends_with("types.rs")).unwrap().text;
    assert!(types.contains("integer_enum! { ThingLevel { N1 = 1, Minus2 = -2 } }"), "{types}");
    assert!(types.contains("Unknown(i64)"), "{types}");
}

#[test]
fn items_of_a_page_may_be_null_and_so_may_a_response() {
    let mut document = with_schemas(json!({
        "Thing": {"type": "array", "items": {"type": "string", "nullable": true}},
    }));
    let page = read(&document);
    document["components"]["schemas"]["Thing"] = json!({"type": "integer", "nullable": true});
    let value = read(&document);

    let or_null = |ty: Type| Type::Nullable(Box::new(ty));
    assert_eq!(page.operations[0].output, Output::Page(or_null(Type::String)));
    assert_eq!(value.operations[0].output, Output::Value(or_null(Type::Integer)));
}

#[test]
fn a_range_of_statuses_is_a_success_and_so_are_several_of_one_body() {
    let text = json!({"description": "", "content": {"application/json": {"schema": {"type": "string"}}}});
    for responses in [
        json!({"2XX": text}),
        json!({"200": text, "201": text}),
        json!({"200": text, "2XX": text, "default": {"description": ""}}),
        json!({"4XX": {"description": ""}, "201": {"description": "", "content": {
            "text/html": {}, "application/json; charset=utf-8": text["content"]["application/json"],
        }}}),
    ] {
        let mut document = with_schemas(json!({}));
        operation(&mut document)["responses"] = responses.clone();

        let api = read(&document);

        assert_eq!(api.operations[0].output, Output::Value(Type::String), "{responses}");
    }
}

#[test]
fn several_successes_without_a_body_are_one() {
    let mut document = with_schemas(json!({}));
    operation(&mut document)["responses"] = json!({"202": {"description": ""}, "204": {"description": "b"}});

    let api = read(&document);

    assert_eq!((&api.operations[0].output, api.operations[0].status), (&Output::Nothing, 202));
}

#[test]
fn head_returns_nothing() {
    let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
    let get = operation(&mut document).take();
    document["paths"]["/things"] = json!({"head": get});

    let api = read(&document);

    assert_eq!((api.operations[0].method.as_str(), &api.operations[0].output), ("HEAD", &Output::Nothing));
    assert!(api.operations[0].repeatable);
}

#[test]
fn explode_has_an_effect_on_lists_alone() {
    let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
    let list = json!({"type": "array", "items": {"type": "string"}});
    operation(&mut document)["parameters"] = json!([
        {"name": "one", "in": "query", "explode": false, "schema": {"type": "string"}},
        {"name": "many", "in": "query", "explode": false, "schema": list},
    ]);

    let api = read(&document);

    let places: Vec<Place> = api.operations[0].all_arguments().map(|argument| argument.place).collect();
    assert_eq!(places, [Place::Query, Place::JoinedQuery]);
}

#[test]
fn an_operations_own_parameter_replaces_that_of_its_path() {
    let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
    let parameter = |ty: &str| json!({"name": "sort", "in": "query", "schema": {"type": ty}});
    document["paths"]["/things"]["parameters"] = json!([parameter("string")]);
    operation(&mut document)["parameters"] = json!([parameter("integer")]);

    let api = read(&document);

    let types: Vec<&Type> = api.operations[0].all_arguments().map(|argument| &argument.ty).collect();
    assert_eq!(types, [&Type::Integer]);
}

#[test]
fn a_path_item_may_be_a_reference() {
    let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
    document["paths"]["/same"] = json!({"$ref": "#/x-items/one%20item"});
    document["x-items"]["one item"]["get"] = json!({
        "operationId": "GetSame", "x-rust-group": "things", "x-rust-name": "same",
        "responses": {"204": {"description": ""}},
    });

    let api = read(&document);

    let paths: Vec<&str> = api.operations.iter().map(|operation| operation.path.as_str()).collect();
    assert_eq!(paths, ["/things", "/same"]);
}

#[test]
fn operations_are_in_the_order_of_the_document() {
    let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
    let get = operation(&mut document).take();
    let named = |id: &str| {
        let mut operation = get.clone();
        operation["operationId"] = json!(id);
        operation["x-rust-name"] = json!(id);
        operation
    };
    document["paths"]["/things"] =
        json!({"post": named("one"), "get": named("two"), "delete": named("three")});

    let api = read(&document);

    let ids: Vec<&str> = api.operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["one", "two", "three"]);
}

#[test]
fn the_key_is_sent_where_a_bearer_token_is_one_way_to_authenticate() {
    for (all, own, key) in [
        (Value::Null, Value::Null, Key::Secret),
        (json!([{"bearer": []}]), Value::Null, Key::Secret),
        (json!([{"other": []}, {"bearer": []}]), Value::Null, Key::Secret),
        (json!([{"other": []}]), json!([{"bearer": []}]), Key::Secret),
        (json!([{"bearer": []}]), json!([]), Key::None),
        (json!([{"bearer": []}]), json!([{}]), Key::None),
        (json!([{"bearer": []}]), json!([{"other": []}, {}]), Key::None),
        (json!([{"bearer": []}]), json!([{}, {"bearer": []}]), Key::Secret),
    ] {
        let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
        document["components"]["securitySchemes"] = json!({
            "bearer": {"type": "http", "scheme": "Bearer"},
            "other": {"type": "apiKey", "in": "cookie", "name": "session"},
        });
        if !all.is_null() {
            document["security"] = all.clone();
        }
        if !own.is_null() {
            operation(&mut document)["security"] = own.clone();
        }

        let api = read(&document);

        assert_eq!(api.operations[0].key, key, "{all} {own}");
    }
}

#[test]
fn servers_of_an_operations_path_that_are_those_of_the_document_say_nothing_new() {
    let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
    let servers = json!([{"url": "https://api.example.com"}]);
    document["servers"] = servers.clone();
    document["paths"]["/things"]["servers"] = servers.clone();
    operation(&mut document)["servers"] = servers;

    let api = read(&document);

    assert_eq!(api.operations.len(), 1);
}

#[test]
fn parameters_go_where_and_how_the_document_says() {
    let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
    let list = json!({"type": "array", "items": {"type": "string"}});
    let parameter = |place: &str, name: &str, style: &str, explode: bool| json!({"name": name, "in": place, "style": style, "explode": explode, "schema": list});
    operation(&mut document)["parameters"] = json!([
        {"name": "If-Match", "in": "header", "schema": {"type": "string"}},
        {"name": "Accept", "in": "header", "schema": {"type": "string"}},
        {"name": "session", "in": "cookie", "schema": {"type": "string"}},
        parameter("query", "a", "form", true),
        parameter("query", "b", "form", false),
        parameter("query", "c", "spaceDelimited", false),
        parameter("query", "f", "pipeDelimited", false),
        parameter("query", "e", "pipeDelimited", true),
    ]);

    let api = read(&document);

    let arguments = api.operations[0].all_arguments();
    let places: Vec<_> = arguments.map(|argument| (argument.wire.as_str(), argument.place)).collect();
    assert_eq!(
        places,
        [
            ("If-Match", Place::Header),
            ("session", Place::Cookie),
            ("a", Place::Query),
            ("b", Place::JoinedQuery),
            ("c", Place::DelimitedQuery(' ')),
            ("f", Place::DelimitedQuery('|')),
            ("e", Place::Query),
        ]
    );
}

#[test]
fn bodies_are_of_the_media_type_that_the_document_says() {
    let form = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    for (content, body) in [
        (json!({"application/octet-stream": {}}), Body::Binary),
        (json!({"application/x-www-form-urlencoded": {"schema": form}}), Body::UrlEncoded),
        (
            json!({"application/x-www-form-urlencoded": {"schema": form}, "application/json": {"schema": form}}),
            Body::OptionalJson,
        ),
    ] {
        let mut document = with_schemas(json!({"Thing": {"type": "string"}}));
        operation(&mut document)["requestBody"] = json!({"content": content});

        let api = read(&document);

        assert_eq!(api.operations[0].body, body, "{content}");
    }
}

#[test]
fn a_redirect_is_a_success_where_no_other_one_is_declared() {
    for (responses, status) in [
        (json!({"302": {"description": ""}, "404": {"description": ""}}), 302),
        (json!({"302": {"description": ""}, "204": {"description": ""}}), 204),
    ] {
        let mut document = with_schemas(json!({}));
        operation(&mut document)["responses"] = responses;

        let api = read(&document);

        assert_eq!((&api.operations[0].output, api.operations[0].status), (&Output::Nothing, status));
    }
}

#[test]
fn a_response_that_is_not_json_is_a_text_or_bytes() {
    for (content, output) in [
        (json!({"text/plain": {"schema": {"type": "string"}}}), Output::Text),
        (json!({"application/pdf": {}}), Output::Bytes),
        (json!({"text/html": {"schema": {"type": "string"}}}), Output::Bytes),
        (
            json!({"text/plain": {}, "application/json": {"schema": {"type": "string"}}}),
            Output::Value(Type::String),
        ),
    ] {
        let mut document = with_schemas(json!({}));
        operation(&mut document)["responses"]["200"]["content"] = content.clone();

        let api = read(&document);

        assert_eq!(api.operations[0].output, output, "{content}");
    }
}

/// The changes that a document's diagnostics propose: each a pointer and the update, or null where the place is
/// removed.
fn proposals(document: &Value) -> Vec<(String, Value)> {
    let findings = clerk_codegen::read(document.to_string().as_bytes()).unwrap_err();
    let fixes = findings.iter().filter_map(|finding| finding.fix.clone());
    fixes.map(|fix| (fix.pointer, fix.update.unwrap_or(Value::Null))).collect()
}

#[test]
fn a_proposal_keeps_what_the_document_says_where_it_can() {
    const THING: &str = "/components/schemas/Thing";
    let text = || json!({"type": "string"});
    let object =
        |properties: Value| with_schemas(json!({"Thing": {"type": "object", "properties": properties}}));

    let twins = object(json!({"aB": text(), "a_b": text()}));
    let reserved = object(json!({"sample": text()}));
    let binary = object(json!({"a": {"type": "string", "format": "binary"}}));
    let mut two_bodies = object(json!({}));
    operation(&mut two_bodies)["responses"]["204"] = json!({"description": ""});
    let mut by_default = object(json!({}));
    let response = operation(&mut by_default)["responses"]["200"].take();
    operation(&mut by_default)["responses"] = json!({"default": response});
    let mut beside = object(json!({"a": text()}));
    beside["components"]["schemas"]["Thing"]["oneOf"] = json!([{"type": "object"}]);
    let mut base = object(json!({"kind": text()}));
    base["components"]["schemas"]["Thing"]["discriminator"] = json!({"propertyName": "kind"});
    let mut mapping = pet(json!({"propertyName": "kind", "mapping": {"bird": "Bird"}}));
    mapping["components"]["schemas"]["Bird"] = mapping["components"]["schemas"]["Dog"].clone();

    assert_eq!(proposals(&twins), [(format!("{THING}/properties/a_b"), json!({"x-rust-name": "a_b_2"}))]);
    assert_eq!(
        proposals(&reserved),
        [(format!("{THING}/properties/sample"), json!({"x-rust-name": "sample_1"}))]
    );
    assert_eq!(proposals(&binary), [(format!("{THING}/properties/a/format"), Value::Null)]);
    assert_eq!(proposals(&two_bodies), []);
    assert_eq!(
        proposals(&by_default),
        [("/paths/~1things/get".to_owned(), json!({"responses": {"200": response}}))]
    );
    assert_eq!(proposals(&beside), []);
    assert_eq!(proposals(&base), []);
    assert_eq!(
        proposals(&mapping),
        [(THING.to_owned(), json!({"oneOf": [{"$ref": "#/components/schemas/Bird"}]}))]
    );
}
