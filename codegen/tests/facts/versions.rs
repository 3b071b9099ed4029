//! What the versions have in common: names, and types that are equal.

use std::collections::BTreeSet;

use clerk_codegen::model::{Api, Type, TypeDef, TypeKind, share};

use crate::snapshot::{newest, snapshots};

/// The operations of 2024-10-01 when the Python SDK 1.4.0 was made from it (revision c6c5800 of the document).
const AT_C6C5800: &str = include_str!("operations-of-2024-10-01-at-c6c5800.txt");

/// The models as the client has them, the newest first.
fn shared() -> Vec<Api> {
    let mut apis: Vec<Api> = snapshots().iter().rev().map(|it| it.api.clone()).collect();
    share(&mut apis);
    apis
}

fn find<'a>(api: &'a Api, name: &str) -> &'a TypeDef {
    api.types.iter().find(|def| def.name == name).unwrap()
}

#[test]
fn all_operations_that_2024_10_01_once_had_are_in_it() {
    let version = snapshots().iter().find(|it| it.version == "2024-10-01").unwrap();
    let modelled: BTreeSet<&str> = version.api.operations.iter().map(|it| it.id.as_str()).collect();

    let once: BTreeSet<&str> = AT_C6C5800.lines().collect();

    assert_eq!(once.len(), 123);
    assert!(once.is_subset(&modelled), "{:?}", once.difference(&modelled));
    assert_eq!(modelled.len(), 220);
}

#[test]
fn an_operation_that_was_brought_back_is_deprecated_and_keeps_its_secrets() {
    let version = snapshots().iter().find(|it| it.version == "2024-10-01").unwrap();
    let operation = version.api.operations.iter().find(|it| it.id == "CreateUserTOTP").unwrap();
    let TypeKind::Object(fields) = &find(&version.api, "Totp").kind else { panic!("no object") };

    let secrets: Vec<&str> = fields.iter().filter(|it| it.sensitive).map(|it| it.wire.as_str()).collect();

    assert_eq!((operation.method.as_str(), operation.path.as_str()), ("POST", "/users/{user_id}/totp"));
    assert_eq!((operation.resource.as_str(), operation.method_name.as_str()), ("users", "create_totp"));
    assert!(operation.deprecated);
    assert_eq!(secrets, ["secret", "uri", "backup_codes"]);
}

#[test]
fn an_operation_is_called_the_same_in_all_versions() {
    for older in snapshots() {
        for operation in &older.api.operations {
            let Some(newer) = newest().api.operations.iter().find(|it| it.id == operation.id) else {
                continue;
            };

            assert_eq!(
                (&operation.resource, &operation.method_name),
                (&newer.resource, &newer.method_name),
                "{} in {}",
                operation.id,
                older.version
            );
        }
    }
}

#[test]
fn types_that_are_equal_in_two_versions_are_one_and_the_others_are_not() {
    let apis = shared();

    let own = |api: &Api| api.types.iter().filter(|def| def.defined_in.is_none()).count();
    assert_eq!(own(&apis[0]), apis[0].types.len());
    for older in &apis[1..] {
        assert!(own(older) * 10 < older.types.len(), "{}: {} types of its own", older.version, own(older));
    }
    let oldest = apis.last().unwrap();
    assert_eq!(find(oldest, "User").defined_in.as_deref(), Some(apis[0].module().as_str()));
    // It has no tasks yet; so a client, whose sessions these are, is another type, too.
    assert_eq!(find(oldest, "Session").defined_in, None);
    assert_eq!(find(oldest, "Client").defined_in, None);
}

#[test]
fn what_a_shared_type_holds_is_shared_too() {
    for api in shared() {
        for def in api.types.iter().filter(|def| def.defined_in.is_some()) {
            let inner: Vec<usize> = match &def.kind {
                TypeKind::Object(fields) => fields.iter().filter_map(|it| it.ty.definition()).collect(),
                TypeKind::Union(union) => union.variants.iter().map(|it| it.ty).collect(),
                TypeKind::Enum(_) => Vec::new(),
            };
            for id in inner {
                assert!(api.types[id].defined_in.is_some(), "{} holds {}", def.name, api.types[id].name);
            }
        }
    }
}

/// A change that callers could notice.
type Change = (&'static str, fn(&mut TypeDef));

#[test]
fn the_smallest_difference_makes_two_types_and_those_that_hold_them() {
    let changes: [Change; 6] = [
        ("requiredness", |def| change(def, |it| it.required = !it.required)),
        ("nullability", |def| change(def, |it| it.nullable = !it.nullable)),
        ("sensitivity", |def| change(def, |it| it.sensitive = !it.sensitive)),
        ("deprecation", |def| change(def, |it| it.deprecated = !it.deprecated)),
        ("type", |def| change(def, |it| it.ty = Type::Json)),
        ("name", |def| change(def, |it| it.wire.push('x'))),
    ];
    for (what, change) in changes {
        let (newer, mut older) = (newest().api.clone(), newest().api.clone());
        let address = older.types.iter_mut().find(|def| def.name == "EmailAddress").unwrap();
        change(address);
        let mut apis = [newer, older];

        share(&mut apis);

        let [_, older] = &apis;
        assert_eq!(find(older, "EmailAddress").defined_in, None, "{what}");
        assert_eq!(find(older, "User").defined_in, None, "{what}");
        assert!(find(older, "PhoneNumber").defined_in.is_some(), "{what}");
    }
}

fn change(def: &mut TypeDef, change: impl Fn(&mut clerk_codegen::model::Field)) {
    if let TypeKind::Object(fields) = &mut def.kind {
        change(&mut fields[0]);
    }
}

#[test]
fn the_tags_of_older_versions_are_in_the_newest_ones_type_of_tags() {
    let (newer, mut older) = (newest().api.clone(), newest().api.clone());
    let tags = older.types.iter_mut().find(|def| def.name == "ObjectType").unwrap();
    let TypeKind::Enum(variants) = &mut tags.kind else { panic!("no enum") };
    variants[0].wire = "gone".to_owned();
    variants[0].ident = "Gone".to_owned();
    let mut apis = [newer, older];

    share(&mut apis);

    let [newer, older] = &apis;
    let TypeKind::Enum(variants) = &find(newer, "ObjectType").kind else { panic!("no enum") };
    assert!(variants.iter().any(|it| it.wire == "gone"));
    assert!(find(older, "ObjectType").defined_in.is_some());
}
