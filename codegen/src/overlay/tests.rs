#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;

const ID: &str = "bapi/2026-05-12";

fn overlay(actions: &str) -> Overlay {
    let text = format!("overlay: 1.0.0\ninfo: {{ title: t, version: '1' }}\nactions:\n{actions}");
    Overlay::parse("names.yaml", &text).unwrap()
}

fn applied(mut document: Value, actions: &str) -> Value {
    apply(&mut document, ID, &overlay(actions)).unwrap();
    document
}

fn refused(mut document: Value, actions: &str) -> Vec<String> {
    let findings = apply(&mut document, ID, &overlay(actions)).unwrap_err();
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn an_update_merges_objects_appends_to_arrays_and_replaces_the_rest() {
    let document = json!({"a": {"kept": 1, "deep": {"list": [1], "old": true}, "value": "x"}});

    let corrected = applied(
        document,
        "  - { target: $.a, x-reason: r, update: { deep: { list: [2, 3], new: null }, value: { y: 1 } } }",
    );

    assert_eq!(
        corrected,
        json!({"a": {"kept": 1, "deep": {"list": [1, 2, 3], "old": true, "new": null}, "value": {"y": 1}}})
    );
}

#[test]
fn an_update_of_an_array_is_one_more_entry() {
    let corrected =
        applied(json!({"tags": [{"name": "a"}]}), "  - { target: $.tags, x-reason: r, update: { name: b } }");

    assert_eq!(corrected, json!({"tags": [{"name": "a"}, {"name": "b"}]}));
}

#[test]
fn every_place_that_a_path_selects_is_corrected() {
    let document = json!({"paths": {
        "/a": {"get": {"operationId": "A"}, "post": {"operationId": "B"}},
        "/b": {"get": {"operationId": "A"}},
    }});

    let corrected = applied(
        document,
        "  - { target: \"$.paths.*[?@.operationId == 'A']\", x-reason: r, update: { x: 1 } }",
    );

    assert_eq!(
        corrected,
        json!({"paths": {
            "/a": {"get": {"operationId": "A", "x": 1}, "post": {"operationId": "B"}},
            "/b": {"get": {"operationId": "A", "x": 1}},
        }})
    );
}

#[test]
fn what_is_removed_leaves_the_others_in_their_order() {
    let document =
        json!({"first": 1, "gone/~": 2, "third": 3, "last": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]});

    let corrected = applied(
        document,
        "  - { target: \"$['gone/~']\", x-reason: r, remove: true }\n\
         \x20 - { target: \"$.last[0, 2, 10]\", x-reason: r, remove: true }",
    );

    assert_eq!(corrected.to_string(), r#"{"first":1,"third":3,"last":[1,3,4,5,6,7,8,9,11]}"#);
}

#[test]
fn a_place_inside_of_another_can_be_removed_with_it() {
    let document = json!({"a": {"x": {"x": 1}}, "b": [{"x": 2}]});

    let corrected = applied(document, "  - { target: $..x, x-reason: r, remove: true }");

    assert_eq!(corrected, json!({"a": {}, "b": [{}]}));
}

#[test]
fn an_action_that_matches_nothing_says_how_far_it_matches_and_what_is_there() {
    let document = json!({"components": {"schemas": {"User": {"properties": {"first_name": {}, "id": {}}}}}});

    let findings = refused(
        document,
        "  - { target: $.components, x-reason: r, update: { x: 1 } }\n\
         \x20 - { target: $.components.schemas.User.properties.firstname, x-reason: r, update: { x: 1 } }\n\
         \x20 - { target: \"$.components.schemas['Usr']..id\", x-reason: r, remove: true }",
    );

    assert_eq!(
        findings,
        [
            "names.yaml: actions[1] ($.components.schemas.User.properties.firstname): matches nothing; \
             `$.components.schemas.User.properties` still matches, `.firstname` does not; there is `first_name`",
            "names.yaml: actions[2] ($.components.schemas['Usr']..id): matches nothing; \
             `$.components.schemas` still matches, `['Usr']` does not; there is `User`",
        ]
    );
}

#[test]
fn a_misspelt_operation_is_answered_with_the_one_that_looks_like_it() {
    let document = json!({"paths": {"/users": {"get": {"operationId": "GetUserList", "summary": "x"}}}});

    let findings = refused(
        document,
        "  - { target: \"$.paths.*[?@.operationId == 'GetUsersList']\", x-reason: r, remove: true }",
    );

    assert_eq!(
        findings,
        ["names.yaml: actions[0] ($.paths.*[?@.operationId == 'GetUsersList']): matches nothing; \
          `$.paths.*` still matches, `[?@.operationId == 'GetUsersList']` does not; there is `GetUserList`"]
    );
}

#[test]
fn brackets_and_quotes_inside_of_a_name_do_not_split_a_path() {
    let document = json!({"it's [a].b": {"name": 1}});

    let findings =
        refused(document, "  - { target: \"$['it\\\\'s [a].b'].nam\", x-reason: r, remove: true }");

    assert!(
        findings[0].ends_with(r"`$['it\'s [a].b']` still matches, `.nam` does not; there is `name`"),
        "{}",
        findings[0]
    );
}

#[test]
fn an_update_that_does_not_fit_its_place_is_refused() {
    let document = json!({"text": "a", "object": {}});

    let findings = refused(
        document,
        "  - { target: $.text, x-reason: r, update: { x: 1 } }\n\
         \x20 - { target: $.object, x-reason: r, update: [1] }\n\
         \x20 - { target: $, x-reason: r, remove: true }",
    );

    assert_eq!(findings.len(), 3, "{findings:#?}");
    assert!(findings[0].contains("`/text` is neither an object nor an array"), "{}", findings[0]);
    assert!(findings[1].contains("`update` is no object, but `/object` is one"), "{}", findings[1]);
    assert!(findings[2].contains("the whole document cannot be removed"), "{}", findings[2]);
}

#[test]
fn an_action_that_changes_nothing_is_reported_as_unneeded() {
    let mut document = json!({"a": {"x": 1}, "b": {}});
    let overlay = overlay(
        "  - { target: $.a, x-reason: r, update: { x: 1 } }\n\
         \x20 - { target: $.b, x-reason: r, update: { x: 1 } }",
    );

    let applied = apply(&mut document, ID, &overlay).unwrap();

    assert_eq!((applied.places, applied.unneeded), (2, vec![0]));
}

#[test]
fn all_that_is_wrong_with_a_file_is_said_at_once() {
    let text = "overlay: 2.0.0\nactions:\n\
                - { target: $.a, update: {} }\n\
                - { target: '$[', x-reason: r, update: {} }\n\
                - { target: $.a, x-reason: r, update: {}, remove: true }\n\
                - { target: $.a, x-reason: r, remove: true, udpate: {} }\n";

    let findings: Vec<String> =
        Overlay::parse("o.yaml", text).unwrap_err().iter().map(ToString::to_string).collect();

    let expected = [
        "o.yaml: `overlay: 2.0.0`",
        "o.yaml: actions[0] ($.a): `x-reason`",
        "o.yaml: actions[1] ($[): no JSONPath",
        "o.yaml: actions[2] ($.a): an action has either `update` or `remove: true`",
        "o.yaml: actions[3] ($.a): the key `udpate` is not known",
    ];
    assert_eq!(findings.len(), expected.len(), "{findings:#?}");
    for (finding, expected) in findings.iter().zip(expected) {
        assert!(finding.starts_with(expected), "{finding}");
    }
}

#[test]
fn a_path_that_ends_within_an_escape_is_no_path() {
    for (end, is_path) in
        [(r"\u", false), (r"\uD", false), (r"\uD83D\u", false), (r"\\u']", true), (r"\u0061']", true)]
    {
        let text = format!(
            "overlay: 1.0.0\nactions:\n- {{ target: \"$['{}\", x-reason: r, remove: true }}\n",
            end.replace('\\', r"\\")
        );
        let parsed = Overlay::parse("o.yaml", &text);
        let said = format!("{:?}", parsed.as_ref().err());
        assert_eq!(!said.contains("ends within an escape"), is_path, "{end}: {said}");
    }
}

#[test]
fn an_overlay_or_an_action_for_other_documents_does_nothing() {
    let overlay = Overlay::parse(
        "o.yaml",
        "overlay: 1.0.0\nx-applies-to: [bapi]\nactions:\n\
         - { target: $.a, x-reason: r, x-applies-to: [bapi/2024-10-01], update: { old: 1 } }\n\
         - { target: $.a, x-reason: r, x-applies-to: [bapi/2026-05-12], update: { new: 1 } }\n\
         - { target: $.a, x-reason: r, update: { both: 1 } }\n",
    )
    .unwrap();

    let for_document = |id: &str| {
        let mut document = json!({"a": {}});
        apply(&mut document, id, &overlay).unwrap();
        document
    };

    assert_eq!(for_document("bapi/2026-05-12"), json!({"a": {"new": 1, "both": 1}}));
    assert_eq!(for_document("bapi/2024-10-01"), json!({"a": {"old": 1, "both": 1}}));
    assert_eq!(for_document("webhooks/2025-04-15"), json!({"a": {}}));
}

#[test]
fn an_action_can_be_for_versions_in_a_row() {
    let cases = [
        ("bapi/2025-11-10..", [false, true, true, false]),
        ("bapi/..2025-11-10", [true, true, false, false]),
        ("bapi/2025-11-10..2026-01-01", [false, true, false, false]),
        ("bapi/..", [true, true, true, false]),
    ];
    for (applies_to, expected) in cases {
        let overlay = Overlay::parse(
            "o.yaml",
            &format!(
                "overlay: 1.0.0\nactions:\n\
                 - {{ target: $, x-reason: r, x-applies-to: ['{applies_to}'], update: {{ a: 1 }} }}\n"
            ),
        )
        .unwrap();

        let ids = ["bapi/2024-10-01", "bapi/2025-11-10", "bapi/2026-05-12", "webhooks/2025-11-10"];
        let applied = ids.map(|id| apply(&mut json!({}), id, &overlay).unwrap().places == 1);

        assert_eq!(applied, expected, "{applies_to}");
    }
}

#[test]
fn yaml_is_read_as_yaml_1_2_and_keeps_its_order() {
    let value = read("b: no\na: 2026-05-12\n200: 0x10\n'1': 1.5\nlist: &l [~, true]\nagain: *l\n").unwrap();

    assert_eq!(
        value.to_string(),
        r#"{"b":"no","a":"2026-05-12","200":16,"1":1.5,"list":[null,true],"again":[null,true]}"#
    );
}

#[test]
fn what_json_cannot_hold_is_refused() {
    for text in ["a: .inf", "a: !date 2026", "a: 1\na: 2", "1: a\n'1': b", "[a]: b", "a: [", "a\n---\nb", ""]
    {
        assert!(read(text).is_err(), "{text:?} was read as {:?}", read(text));
    }
}

#[test]
fn the_reason_of_a_file_holds_for_the_actions_without_one() {
    let file = |reason: &str| {
        let text = format!(
            "overlay: 1.0.0\n{reason}actions:\n- {{ target: $, update: {{ a: 1 }} }}\n\
             - {{ target: $, x-reason: own, update: {{ a: 2 }} }}\n"
        );
        Overlay::parse("docs.yaml", &text)
    };

    let overlay = file("x-reason: shared\n").unwrap();

    let reasons: Vec<&str> = overlay.actions.iter().map(|action| action.reason.as_str()).collect();
    assert_eq!(reasons, ["shared", "own"]);
    assert!(file("").unwrap_err()[0].to_string().contains("`x-reason`"));
}

#[test]
fn what_need_not_match_everywhere_is_reported_and_does_not_stop_the_others() {
    let actions = "actions:\n- { target: $.a, x-reason: r, update: { x: 1 } }\n\
                   - { target: $.b, x-reason: r, update: { x: 2 } }\n";
    let parsed =
        |word: &str| Overlay::parse("docs.yaml", &format!("overlay: 1.0.0\nx-match: {word}\n{actions}"));
    let mut document = json!({"b": {}});

    let applied = apply(&mut document, ID, &parsed("somewhere").unwrap()).unwrap();

    assert_eq!(document, json!({"b": {"x": 2}}));
    assert_eq!((applied.matched, applied.unmatched), (vec![1], vec![0]));
    let reason = parsed("somewhere").unwrap().explain(0, &document).unwrap().to_string();
    assert_eq!(reason, "docs.yaml: actions[0] ($.a): matches nothing; `$` still matches, `.a` does not");
    assert!(apply(&mut document, ID, &parsed("everywhere").unwrap()).is_err());
    assert!(parsed("anywhere").unwrap_err()[0].to_string().contains("`x-match`"));
}
