//! The types of the model against the schemas of the snapshot.

use std::collections::{BTreeMap, BTreeSet};

use clerk_codegen::model::{Direction, Field, Type, TypeDef, TypeKind};
use serde_json::Value;

use crate::snapshot::{Snapshot, list, snapshots};

impl Snapshot {
    /// The schema that a type was made from, as the snapshot has it; none for what an overlay has put there.
    fn schema(&'static self, def: &TypeDef) -> Option<&'static Value> {
        self.root.pointer(&def.pointer)
    }

    /// The objects of the model with their schemas, without the fields of [`ADDED`].
    fn objects(
        &'static self,
    ) -> impl Iterator<Item = (&'static TypeDef, Vec<&'static Field>, &'static Value)> {
        self.api.types.iter().filter_map(|def| match &def.kind {
            TypeKind::Object(fields) => {
                let schema = self.schema(def)?;
                let added = |field: &&Field| !ADDED.contains(&field.wire.as_str());
                let declared = |field: &&Field| self.property(schema, &field.wire).is_some();
                Some((def, fields.iter().filter(|field| added(field) || declared(field)).collect(), schema))
            }
            _ => None,
        })
    }

    /// The schema of a property, from wherever in an `allOf` it is mentioned first.
    fn property(&'static self, schema: &'static Value, name: &str) -> Option<&'static Value> {
        let schema = self.follow(schema);
        let inherited = list(&schema["allOf"]).find_map(|part| self.property(part, name));
        inherited.or_else(|| schema["properties"].get(name))
    }

    /// Whether null may stand there: said here, or behind a reference, or by the only member of a group.
    fn nullable(&'static self, schema: &'static Value) -> bool {
        let only = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|group| schema[group].as_array());
        schema["nullable"] == true
            || (schema.get("$ref").is_some() && self.nullable(self.follow(schema)))
            || only.filter(|members| members.len() == 1).any(|members| self.nullable(&members[0]))
    }
}

/// The fields that overlays add, since responses have them.
const ADDED: [&str; 14] = [
    "authenticatable",
    "disable_jit_provisioning",
    "external_account_id",
    "family_name",
    "force_organization_selection",
    "given_name",
    "google_id",
    "idp_certificate",
    "idp_certificate_expires_at",
    "idp_certificate_issued_at",
    "logo_url",
    "organization_creation_defaults",
    "picture",
    "requires_password_reset",
];

/// The fields that overlays require, since every response has them.
const REQUIRED: [&str; 8] = [
    "DeletedObject.id",
    "EmailAddress.id",
    "OrganizationMembership.role_name",
    "Passkey.id",
    "PasswordVerification.verified",
    "PhoneNumber.id",
    "TotpVerification.verified",
    "Web3Wallet.id",
];

/// The field that an overlay makes optional, since responses lack it.
const OPTIONAL: [&str; 1] = ["Permission.type"];

/// The fields that overlays let be null: slugs can be disabled, and an organization may have no logo.
const NULLABLE: [&str; 4] = [
    "Organization.slug",
    "OrganizationInvitationPublicOrganizationData.slug",
    "OrganizationWithLogo.logo_url",
    "OrganizationWithLogo.slug",
];

fn texts(values: &'static Value) -> BTreeSet<&'static str> {
    list(values).filter_map(Value::as_str).collect()
}

/// Counts the schemas of the whole snapshot, reached by an operation or not.
fn count(value: &Value, matches: &impl Fn(&Value) -> bool) -> usize {
    let inner: usize = match value {
        Value::Object(members) => members.values().map(|it| count(it, matches)).sum(),
        Value::Array(elements) => elements.iter().map(|it| count(it, matches)).sum(),
        _ => 0,
    };
    inner + usize::from(matches(value))
}

#[test]
fn the_snapshot_has_the_schemas_that_the_other_tests_count_on() {
    for doc in snapshots() {
        let listing = |ty: &'static str| {
            count(&doc.root, &move |it| it["type"] == ty && it.get("enum").is_some_and(Value::is_array))
        };
        let group = |key: &'static str| count(&doc.root, &move |it| it.get(key).is_some_and(Value::is_array));

        doc.counted((listing("string"), listing("boolean")), (211, 8));
        doc.counted((group("oneOf") + group("anyOf"), group("allOf")), (20, 55));
    }
}

#[test]
fn every_list_of_values_is_an_enum_that_has_them() {
    for doc in snapshots() {
        // Overlays put one key in the place of seven, and take away a list that does not belong there; the answer of
        // `RevokeInvitation` narrows the status of an invitation, which keeps its type.
        let elsewhere = |property: Option<&str>, values: &BTreeSet<&str>| match property {
            Some("nonce" | "kty" | "crv") => true,
            Some("status") => *values == BTreeSet::from(["revoked"]),
            _ => false,
        };
        let documented: BTreeSet<BTreeSet<&str>> = doc
            .reached()
            .into_iter()
            .filter(|(_, it)| it["type"] == "string" && it.get("enum").is_some())
            .filter(|(property, it)| !elsewhere(*property, &texts(&it["enum"])))
            // `object: "user"` and the like are all of one type, `ObjectType`.
            .filter(|(property, it)| *property != Some("object") || texts(&it["enum"]).len() > 1)
            .map(|(_, it)| texts(&it["enum"]))
            .collect();

        let modelled: BTreeSet<BTreeSet<&str>> = doc
            .api
            .types
            .iter()
            // An overlay lists the hashers, which the document does in prose.
            .filter(|def| !["ObjectType", "PasswordHasher"].contains(&def.name.as_str()))
            .filter(|def| doc.schema(def).is_some())
            .filter_map(|def| match &def.kind {
                TypeKind::Enum(variants) => Some(variants.iter().map(|it| it.wire.as_str()).collect()),
                _ => None,
            })
            .collect();

        assert_eq!(modelled, documented);
    }
}

#[test]
fn every_tag_with_one_value_is_an_object_type() {
    for doc in snapshots() {
        let documented: BTreeSet<&str> = doc
            .reached()
            .into_iter()
            .filter(|(property, it)| *property == Some("object") && texts(&it["enum"]).len() == 1)
            .flat_map(|(_, it)| texts(&it["enum"]))
            .collect();

        let modelled = doc.api.types.iter().find_map(|def| match &def.kind {
            TypeKind::Enum(variants) if def.name == "ObjectType" => {
                Some(variants.iter().map(|it| it.wire.as_str()).collect::<BTreeSet<_>>())
            }
            _ => None,
        });

        assert_eq!(modelled, Some(documented));
    }
}

#[test]
fn objects_have_the_fields_of_their_schemas_required_where_these_say_so() {
    for doc in snapshots() {
        let mut compared = 0;
        for (def, fields, schema) in doc.objects() {
            let modelled: BTreeMap<&str, bool> =
                fields.iter().map(|it| (it.wire.as_str(), it.required)).collect();
            let mut documented = doc.properties(schema);
            for (name, required) in &mut documented {
                let name = format!("{}.{name}", def.name);
                *required =
                    (*required || REQUIRED.contains(&name.as_str())) && !OPTIONAL.contains(&name.as_str());
            }

            assert_eq!(modelled, documented, "{} at {}", def.name, def.pointer);
            compared += fields.len();
        }
        assert!(compared > 1000, "{compared} fields are too few to have compared them all");
    }
}

#[test]
fn fields_may_be_null_where_the_document_says_so_also_behind_a_reference() {
    for doc in snapshots() {
        let (mut direct, mut hidden) = (0, 0);
        for (def, fields, schema) in doc.objects() {
            for field in fields {
                let documented = doc.property(schema, &field.wire).unwrap();
                let place = format!("{}.{} at {}", def.name, field.wire, def.pointer);

                let corrected = NULLABLE.contains(&format!("{}.{}", def.name, field.wire).as_str());
                assert_eq!(field.nullable, corrected || doc.nullable(documented), "{place}");
                direct += usize::from(documented["nullable"] == true);
                hidden += usize::from(documented["nullable"] != true && field.nullable);
            }
        }
        assert!(direct > 250 && hidden > 0, "{direct} say so themselves, {hidden} behind a reference");
    }
}

#[test]
fn integers_whose_names_end_in_at_are_times() {
    for doc in snapshots() {
        // In seconds, as an overlay says.
        let corrected = ["TestingToken.expires_at"];
        let mut times = 0;
        for (def, fields, schema) in doc.objects() {
            for field in fields.iter().filter(|it| it.wire.ends_with("_at")) {
                let ty = &doc.follow(doc.property(schema, &field.wire).unwrap())["type"];
                let expected = match ty.as_str() {
                    Some("integer" | "number") => Type::Timestamp,
                    _ => Type::String,
                };
                let name = format!("{}.{}", def.name, field.wire);
                let expected = if corrected.contains(&name.as_str()) { Type::Integer } else { expected };
                assert_eq!(field.ty, expected, "{name}");
                times += usize::from(field.ty == Type::Timestamp);
            }
        }
        assert!(times > 100, "{times}");
    }
}

#[test]
fn a_boolean_with_one_listed_value_is_a_bool() {
    for doc in snapshots() {
        let listed = |(_, fields, schema): (_, Vec<&'static Field>, &'static Value)| {
            let listed = fields
                .into_iter()
                .map(move |field| (field, doc.follow(doc.property(schema, &field.wire).unwrap())));
            listed.filter(|(_, it)| it["type"] == "boolean" && it.get("enum").is_some())
        };
        let fields: Vec<&Field> = doc.objects().flat_map(listed).map(|(field, _)| field).collect();

        assert!(!fields.is_empty());
        assert!(fields.iter().all(|field| field.ty == Type::Bool));
    }
}

#[test]
fn seven_unions_are_told_apart_by_their_object_and_the_others_by_shape() {
    for doc in snapshots() {
        let unions = || {
            doc.api.types.iter().filter_map(|def| match &def.kind {
                TypeKind::Union(union) => Some((def, union)),
                _ => None,
            })
        };
        let by_object = unions().filter(|(_, it)| it.tag.as_deref() == Some("object"));
        let owners: BTreeSet<&str> = by_object.filter_map(|(def, _)| def.pointer.split('/').nth(3)).collect();
        let by_shape: BTreeSet<&str> =
            unions().filter(|(_, it)| it.tag.is_none()).map(|(def, _)| def.name.as_str()).collect();

        assert_eq!(owners.len(), 7, "{owners:?}");
        assert_eq!(by_shape, BTreeSet::from(["OauthAccessTokenVerification", "SessionRefresh"]));
    }
}

#[test]
fn a_union_has_a_variant_for_each_of_its_members() {
    for doc in snapshots() {
        for def in &doc.api.types {
            let TypeKind::Union(union) = &def.kind else { continue };
            let schema = doc.schema(def).unwrap();
            let members = list(&schema["oneOf"]).chain(list(&schema["anyOf"])).count();

            assert_eq!(union.variants.len(), members, "{}", def.name);
        }
    }
}

#[test]
fn no_two_types_have_one_name_or_one_structure_without_being_components() {
    for doc in snapshots() {
        let names: BTreeSet<&str> = doc.api.types.iter().map(|def| def.name.as_str()).collect();
        assert_eq!(names.len(), doc.api.types.len());

        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        let inline =
            |pointer: &str| pointer.split('/').nth(1) != Some("components") || pointer.split('/').count() > 4;
        for def in
            doc.api.types.iter().filter(|def| inline(&def.pointer) && !matches!(def.kind, TypeKind::Enum(_)))
        {
            let direction = if def.direction == Direction::Request { "request" } else { "response" };
            let structure = format!("{direction} {:?}", def.kind);
            if let Some(twin) = seen.insert(structure, &def.name) {
                assert_eq!(twin, def.name, "two types of one structure");
            }
        }
    }
}
