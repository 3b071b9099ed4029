//! The model against what is counted in the snapshot by walking plain JSON: nothing of `document/` is used, and what
//! the overlays change is named here.

#![allow(clippy::unwrap_used, reason = "tests")]

mod shapes;
mod snapshot;
mod versions;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};

use clerk_codegen::model::{Body, Key, Output, Place, Type};
use serde_json::Value;
use snapshot::{members, snapshots};

/// What an overlay has put back into a version.
const BROUGHT_BACK: &[(&str, &str)] = &[("2024-10-01", "CreateUserTOTP")];

#[test]
fn every_operation_of_the_document_is_in_the_model_once() {
    for doc in snapshots() {
        let documented: BTreeSet<(String, &str)> = doc
            .operations()
            .into_iter()
            .map(|(key, it)| (key, it["operationId"].as_str().unwrap()))
            .collect();

        let modelled: Vec<(String, &str)> = doc
            .api
            .operations
            .iter()
            .filter(|it| !BROUGHT_BACK.contains(&(doc.version, it.id.as_str())))
            .map(|it| (format!("{} {}", it.method, it.path), it.id.as_str()))
            .collect();

        assert_eq!(modelled.len(), documented.len());
        assert_eq!(modelled.into_iter().collect::<BTreeSet<_>>(), documented);
        let in_resources = doc.api.resources.iter().map(|it| it.operations.len()).sum::<usize>();
        assert_eq!(in_resources, doc.api.operations.len());
    }
}

#[test]
fn the_documents_have_as_much_in_them_as_was_counted_when_they_were_taken_in() {
    // Paths, operations, schemas, deprecated operations, operations that the document does not name.
    let counted = [
        ("2024-10-01", [159, 219, 138, 15, 12]),
        ("2025-11-10", [173, 239, 163, 14, 12]),
        ("2026-05-12", [185, 249, 167, 14, 12]),
    ];
    for (version, expected) in counted {
        let doc = snapshots().iter().find(|it| it.version == version).unwrap();
        let operations = doc.operations();
        let with = |matches: fn(&Value) -> bool| operations.values().filter(|it| matches(it)).count();

        let found = [
            doc.root["paths"].as_object().unwrap().len(),
            operations.len(),
            doc.root["components"]["schemas"].as_object().unwrap().len(),
            with(|it| it["deprecated"] == true),
            with(|it| it.get("x-speakeasy-name-override").is_none()),
        ];

        assert_eq!(found, expected, "{version}");
    }
}

#[test]
fn every_path_and_query_parameter_is_an_argument() {
    for doc in snapshots() {
        let (mut in_path, mut in_query) = (0, 0);
        for (key, operation) in doc.operations() {
            let documented: BTreeSet<(&str, bool, bool)> = doc
                .parameters(operation)
                .map(|it| {
                    let in_path = it["in"] == "path";
                    (it["name"].as_str().unwrap(), in_path, in_path || it["required"] == true)
                })
                .collect();
            in_path += documented.iter().filter(|(_, in_path, _)| *in_path).count();
            in_query += documented.iter().filter(|(_, in_path, _)| !*in_path).count();

            let operation = doc.modelled(&key);
            let arguments = operation.arguments.iter().map(|it| (it, true));
            let modelled = arguments
                .chain(operation.setters.iter().map(|it| (it, false)))
                .filter(|(it, _)| matches!(it.place, Place::Path | Place::Query | Place::JoinedQuery))
                .map(|(it, required)| (it.wire.as_str(), it.place == Place::Path, required))
                .collect::<BTreeSet<_>>();

            assert_eq!(modelled, documented, "{key}");
        }
        doc.counted((in_path, in_query), (187, 220));
    }
}

#[test]
fn only_one_parameter_is_joined_by_commas() {
    for doc in snapshots() {
        let documented: Vec<(String, &str)> = doc
            .operations()
            .into_iter()
            .flat_map(|(key, operation)| doc.parameters(operation).map(move |it| (key.clone(), it)))
            .filter(|(_, it)| it["explode"] == false)
            .map(|(key, it)| (key, it["name"].as_str().unwrap()))
            .collect();

        let joined: Vec<(String, &str)> = doc
            .api
            .operations
            .iter()
            .flat_map(|operation| {
                let key = format!("{} {}", operation.method, operation.path);
                operation.all_arguments().map(move |it| (key.clone(), it))
            })
            .filter(|(_, it)| it.place == Place::JoinedQuery)
            .map(|(key, it)| (key, it.wire.as_str()))
            .collect();

        assert_eq!(joined, documented);
        assert_eq!(joined.len(), 1);
    }
}

#[test]
fn bodies_are_json_or_forms_and_as_optional_as_the_document_says() {
    for doc in snapshots() {
        let (mut json, mut forms, mut optional, mut optional_with_required_fields) = (0, 0, 0, 0);
        for (key, operation) in doc.operations() {
            let required = doc.follow(&operation["requestBody"])["required"] == true;
            let (as_json, as_form) =
                (doc.body(operation, "application/json"), doc.body(operation, "multipart/form-data"));
            json += usize::from(as_json.is_some());
            forms += usize::from(as_form.is_some());
            let schema = as_json.or(as_form);
            if schema.is_some() && !required {
                optional += 1;
                let fields = schema.map(|it| doc.properties(it)).unwrap_or_default();
                optional_with_required_fields += usize::from(fields.values().any(|required| *required));
            }

            let expected = match (as_json, as_form) {
                (Some(_), _) if required => Body::RequiredJson,
                (Some(_), _) => Body::OptionalJson,
                (None, Some(_)) => Body::Form,
                (None, None) => Body::None,
            };
            assert_eq!(doc.modelled(&key).body, expected, "{key}");
        }
        doc.counted((json, forms, optional, optional_with_required_fields), (108, 3, 59, 29));
    }
}

#[test]
fn body_fields_and_which_are_required_are_the_documents() {
    for doc in snapshots() {
        // Overlays require what the documents forgot.
        let corrected = [("SetUserProfileImage", "file"), ("VerifySession", "token")];
        for (key, operation) in doc.operations() {
            let schema =
                doc.body(operation, "application/json").or(doc.body(operation, "multipart/form-data"));
            let mut documented = schema.map(|it| doc.properties(it)).unwrap_or_default();
            let operation = doc.modelled(&key);
            for (_, field) in corrected.iter().filter(|(id, _)| operation.id == *id) {
                assert_eq!(documented.insert(field, true), Some(false), "{key} needs no correction");
            }

            let arguments = operation.arguments.iter().map(|it| (it, true));
            let modelled: BTreeMap<&str, bool> = arguments
                .chain(operation.setters.iter().map(|it| (it, false)))
                .filter(|(it, _)| matches!(it.place, Place::BodyField | Place::FormPart))
                .map(|(it, required)| (it.wire.as_str(), required))
                .collect();

            assert_eq!(modelled, documented, "{key}");
        }
    }
}

#[test]
fn bodies_that_are_lists_are_passed_whole() {
    for doc in snapshots() {
        let documented: BTreeSet<String> = doc
            .operations()
            .into_iter()
            .filter(|(_, it)| {
                doc.body(it, "application/json").is_some_and(|it| doc.follow(it)["type"] == "array")
            })
            .map(|(key, _)| key)
            .collect();

        let whole: BTreeSet<String> = doc
            .api
            .operations
            .iter()
            .filter(|it| it.all_arguments().any(|it| it.place == Place::WholeBody))
            .map(|it| format!("{} {}", it.method, it.path))
            .collect();

        assert_eq!(whole, documented);
        doc.counted(whole.len(), 3);
    }
}

#[test]
fn every_operation_has_the_success_status_of_the_document_and_its_content() {
    for doc in snapshots() {
        let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
        let mut nothing = BTreeSet::new();
        for (key, operation) in doc.operations() {
            let (status, schema) = doc.success(operation);
            *statuses.entry(status).or_default() += 1;

            let operation = doc.modelled(&key);
            assert_eq!(operation.status, status, "{key}");
            assert_eq!(operation.output == Output::Nothing, schema.is_none(), "{key}");
            if schema.is_none() {
                nothing.insert(operation.id.as_str());
            }
        }
        doc.counted(statuses, BTreeMap::from([(200, 241), (201, 3), (202, 2), (204, 3)]));
        let expected = [
            "ChangeProductionInstanceDomain",
            "DeleteSvixApp",
            "GetPublicInterstitial",
            "RevokeOAuthApplicationToken",
            "UpdateInstance",
            "UpdateProductionInstanceDomain",
        ];
        assert_eq!(nothing, BTreeSet::from(expected));
    }
}

#[test]
fn other_statuses_are_listed_as_the_document_declares_them() {
    for doc in snapshots() {
        for (key, operation) in doc.operations() {
            let documented: BTreeSet<&str> = members(&operation["responses"])
                .map(|(status, _)| status.as_str())
                .filter(|it| !it.starts_with('2'))
                .collect();

            let modelled: BTreeSet<&str> = doc.modelled(&key).failures.iter().map(String::as_str).collect();

            assert_eq!(modelled, documented, "{key}");
        }
    }
}

#[test]
fn deprecated_operations_are_marked() {
    for doc in snapshots() {
        let documented: BTreeSet<&str> = doc
            .operations()
            .into_values()
            .filter(|it| it["deprecated"] == true)
            .map(|it| it["operationId"].as_str().unwrap())
            .collect();

        let modelled = doc.api.operations.iter().filter(|it| it.deprecated).map(|it| it.id.as_str());
        // What was brought back is marked, too, but not by the document.
        let (brought_back, modelled): (BTreeSet<&str>, BTreeSet<&str>) =
            modelled.partition(|it| BROUGHT_BACK.contains(&(doc.version, it)));

        assert_eq!(modelled, documented);
        assert_eq!(brought_back.len(), BROUGHT_BACK.iter().filter(|it| it.0 == doc.version).count());
    }
}

#[test]
fn lists_with_limit_and_offset_are_walked_page_by_page() {
    for doc in snapshots() {
        let (mut bare, mut data, mut others, mut paginated, mut declared) = (0, 0, Vec::new(), 0, 0);
        for (key, operation) in doc.operations() {
            let walked = doc.takes(operation, "limit") && doc.takes(operation, "offset");
            let paging = &doc.modelled(&key).paging;
            assert_eq!(paging.is_some(), walked, "{key}");
            let Some(paging) = paging else { continue };

            assert!(matches!(doc.modelled(&key).output, Output::Page(_)), "{key}");
            assert_eq!(paging.paginated, doc.takes(operation, "paginated"), "{key}");
            for size in
                doc.modelled(&key).setters.iter().filter(|it| ["limit", "offset"].contains(&&*it.wire))
            {
                assert_eq!(size.ty, Type::Integer, "{key}: {}", size.wire);
            }
            let schema = doc.follow(doc.success(operation).1.unwrap());
            paginated += usize::from(paging.paginated);
            declared += usize::from(paging.paginated && schema["type"] == "array");
            if schema["type"] == "array" {
                bare += 1;
            } else if schema["properties"].get("data").is_some() {
                data += 1;
            } else {
                others.push(key);
            }
        }
        doc.counted((bare, data, others.len()), (9, 27, 1));
        doc.counted((paginated, declared), (13, 8));
    }
}

#[test]
fn only_the_list_of_users_has_a_cursor() {
    for doc in snapshots() {
        let cursors: Vec<(&str, &str)> = doc
            .api
            .operations
            .iter()
            .filter_map(|it| Some((it.id.as_str(), it.paging.as_ref()?.cursor.as_deref()?)))
            .collect();

        assert_eq!(cursors, [("GetUserList", "starting_after")]);
    }
}

#[test]
fn only_one_operation_goes_without_authentication() {
    for doc in snapshots() {
        let documented: Vec<&str> = doc
            .operations()
            .into_values()
            .filter(|it| it["security"].as_array().is_some_and(Vec::is_empty))
            .map(|it| it["operationId"].as_str().unwrap())
            .collect();

        let public: Vec<&str> =
            doc.api.operations.iter().filter(|it| it.key == Key::None).map(|it| it.id.as_str()).collect();

        assert_eq!(public, documented);
        assert_eq!(public, ["GetPublicInterstitial"]);
    }
}
