//! The reference of what the generator understands: a document that is nobody's.

use std::fs;

use clerk_codegen::model::{Api, Output, Place, Type, TypeKind};
use serde_json::Value;

use crate::tree::Tree;

fn document() -> Value {
    let text = Tree::of_workspace().text("codegen/tests/supported.yaml").unwrap();
    clerk_codegen::overlay::read(&text).unwrap()
}

fn api() -> Api {
    clerk_codegen::read(document().to_string().as_bytes()).unwrap_or_else(|findings| panic!("{findings}"))
}

#[test]
fn a_client_of_everything_that_is_supported_compiles() {
    let _alone = super::alone();

    let refused = super::compiler::compile(&document(), &[("program", "clerk.goods().list().await?;")]);

    assert!(refused.is_empty());
}

#[test]
fn the_reference_has_every_shape_of_the_model() {
    let api = api();
    let all: Vec<_> = api.operations.iter().flat_map(|operation| operation.all_arguments()).collect();
    let fields = api.types.iter().filter_map(|def| match &def.kind {
        TypeKind::Object(fields) => Some(fields),
        _ => None,
    });
    let types: Vec<&Type> =
        all.iter().map(|it| &it.ty).chain(fields.flatten().map(|field| &field.ty)).collect();

    for place in [
        Place::Path,
        Place::Query,
        Place::JoinedQuery,
        Place::DelimitedQuery('|'),
        Place::Header,
        Place::Cookie,
        Place::BodyField,
        Place::WholeBody,
        Place::FormPart,
    ] {
        assert!(all.iter().any(|argument| argument.place == place), "nothing goes to {place:?}");
    }
    type IsOf = fn(&Type) -> bool;
    let shapes: [(&str, IsOf); 12] = [
        ("text", |it| *it == Type::String),
        ("boolean", |it| *it == Type::Bool),
        ("integer", |it| *it == Type::Integer),
        ("number", |it| *it == Type::Number),
        ("time", |it| *it == Type::Timestamp),
        ("any JSON", |it| *it == Type::Json),
        ("an object", |it| *it == Type::JsonObject),
        ("metadata", |it| *it == Type::Metadata),
        ("a file", |it| *it == Type::File),
        ("a map", |it| matches!(it, Type::Map(_))),
        (
            "a list of what may be null",
            |it| matches!(it, Type::List(item) if matches!(**item, Type::Nullable(_))),
        ),
        ("a box", |it| matches!(it, Type::Boxed(_))),
    ];
    for (name, is) in shapes {
        assert!(types.iter().any(|ty| is(ty)), "there is no {name}");
    }
    assert!(api.types.iter().filter(|def| matches!(def.kind, TypeKind::Union(_))).count() == 2);
    let outputs = |is: fn(&Output) -> bool| api.operations.iter().any(|operation| is(&operation.output));
    assert!(outputs(|it| *it == Output::Nothing) && outputs(|it| matches!(it, Output::Page(_))));
    assert!(outputs(|it| *it == Output::Text) && outputs(|it| *it == Output::Bytes));
}

#[test]
fn the_reference_has_every_keyword_that_is_read() {
    let tree = Tree::of_workspace();
    let reference = tree.text("codegen/tests/supported.yaml").unwrap();
    let tables = fs::read_to_string(tree.root().join("codegen/src/document/audit/tables.rs")).unwrap();
    let keywords: Vec<&str> =
        tables.split("read(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    // Read in order to be refused, or for other documents than those of operations.
    let others = ["servers", "callbacks", "encoding", "trace", "x-webhooks", "x-doc-resources"];

    let missing: Vec<&&str> = keywords
        .iter()
        .filter(|keyword| !others.contains(*keyword) && !reference.contains(&format!("{keyword}:")))
        .collect();

    assert!(keywords.len() > 30, "{keywords:?}");
    assert!(missing.is_empty(), "{missing:?}");
}
