//! What is wrong with schemas, and with the types that they become.

use serde_json::json;

use super::{COMPONENT, colour, holds, set};
use crate::small::document;

#[test]
fn findings_about_schemas() {
    holds("/components/schemas/Thing/properties/colour", "a schema must be an object", "replace it", |it| {
        colour(it, json!("red"))
    });
    holds(
        "/components/schemas/Thing/properties/colour/not",
        "`not` in a schema of type string is not understood",
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
    holds("/components/schemas/Thing/properties/colour/enum/1", "listed twice", "enums stay open", |it| {
        colour(it, json!({"type": "string", "enum": ["a", "a"]}))
    });
    holds(
        "/components/schemas/Thing/properties/colour/enum/0",
        "a listed value that is not a string",
        "enums stay open",
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
        "a member of `allOf` that is not an object",
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
fn findings_about_what_would_be_taken_for_absent() {
    const COLOUR: &str = "/components/schemas/Thing/properties/colour";
    for (key, value, wanted) in [
        ("x-sensitive", json!("yes"), "`true` or `false`"),
        ("x-timestamp", json!(1), "`true` or `false`"),
        ("nullable", json!("true"), "`true` or `false`"),
        ("deprecated", json!(null), "`true` or `false`"),
        ("x-doc", json!(["A colour."]), "a text"),
        ("x-rust-name", json!(true), "a text"),
        ("enum", json!(true), "a list"),
        ("minLength", json!(-1), "a whole number that is not negative"),
        ("x-doc-values", json!("red"), "an object"),
    ] {
        let schema = json!({"type": "string", key: value});
        holds(&format!("{COLOUR}/{key}"), &format!("`{key}` may only be {wanted}"), "correct it", |it| {
            colour(it, schema);
        });
    }
    for (key, value, wanted) in
        [("required", json!([1]), "a list of texts"), ("properties", json!([]), "an object")]
    {
        let schema = json!({"type": "object", key: value});
        holds(&format!("{COLOUR}/{key}"), &format!("`{key}` may only be {wanted}"), "correct it", |it| {
            colour(it, schema);
        });
    }
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
    let objects = (0..10)
        .fold(json!({"type": "string"}), |inner, _| json!({"type": "object", "properties": {"a": inner}}));
    let deep = (0..24).fold(objects, |inner, _| json!({"type": "array", "items": inner}));
    colour(&mut document, deep);

    let findings = clerk_codegen::read(document.to_string().as_bytes()).unwrap_err();

    let (lists, objects) = ("/items".repeat(24), "/properties/a".repeat(9));
    let pointer = format!("{COMPONENT}/properties/colour{lists}{objects}/properties");
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
