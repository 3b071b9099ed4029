//! Documents that are broken in one way or another: the generator answers with findings that say where and what to do,
//! or with code that parses, and never panics.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod findings;
mod mutation;
#[cfg(feature = "overlay")]
mod overlays;
mod small;
mod targets;

use std::panic::catch_unwind;

use clerk_codegen::{Findings, GeneratedFile};
use mutation::Dice;
use serde_json::{Value, json};

/// What the generator makes of a document: files that parse, or findings.
fn outcome(document: &[u8], what: &str) -> Result<Vec<GeneratedFile>, Findings> {
    catch_unwind(|| targets::document(document)).unwrap_or_else(|_| panic!("a panic on {what}"))
}

fn document() -> Value {
    serde_json::from_slice(clerk_openapi::bapi("2026-05-12").unwrap().json).unwrap()
}

#[test]
fn a_document_that_is_changed_at_random_gives_findings_or_code_that_parses() {
    let whole = document();
    let (mut refused, mut generated) = (0, 0);
    for seed in 0..1000 {
        let mut dice = Dice::new(seed);
        let mut part = mutation::some_operations(&whole, &mut dice);
        let done: Vec<String> = (0..=dice.below(3)).map(|_| mutation::mutate(&mut part, &mut dice)).collect();

        let outcome = outcome(part.to_string().as_bytes(), &format!("seed {seed}: {}", done.join("; ")));

        match outcome {
            Ok(_) => generated += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 100 && generated > 100, "{refused} refused, {generated} generated");
}

#[test]
fn text_that_could_end_a_literal_or_a_comment_is_a_finding_or_code_that_parses_wherever_it_stands() {
    let (mut refused, mut generated) = (0, 0);
    for (what, document) in mutation::with_awkward_texts(&small::document()) {
        match outcome(document.to_string().as_bytes(), &what) {
            Ok(_) => generated += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 100 && generated > 100, "{refused} refused, {generated} generated");
}

#[test]
fn a_part_of_the_document_without_changes_is_understood() {
    let whole = document();
    for seed in 0..20 {
        let part = mutation::some_operations(&whole, &mut Dice::new(seed));

        assert!(outcome(part.to_string().as_bytes(), "no change").is_ok());
    }
}

#[test]
fn a_document_that_ends_too_early_is_a_finding_wherever_it_ends() {
    let text = mutation::some_operations(&document(), &mut Dice::new(1)).to_string();
    for end in (0..text.len()).step_by(text.len() / 200) {
        let findings = outcome(&text.as_bytes()[..end], "a document that ends too early").unwrap_err();

        assert!(findings.to_string().contains("not JSON"), "{findings}");
    }
}

#[test]
fn what_is_no_document_at_all_is_a_finding() {
    let nested = "[".repeat(10_000);
    let nothing: [&[u8]; 9] =
        [b"", b" ", b"\xff\xfe", b"null", b"7", b"[]", b"{}", b"\"openapi\"", nested.as_bytes()];
    for document in nothing {
        assert!(outcome(document, "no document").is_err());
    }
}

#[test]
fn schemas_in_schemas_without_end_are_a_finding() {
    let wraps: [fn(Value) -> Value; 5] = [
        |inner| json!({"type": "array", "items": inner}),
        |inner| json!({"type": "object", "properties": {"inner": inner}}),
        |inner| json!({"type": "object", "additionalProperties": inner}),
        |inner| json!({"allOf": [inner, {"type": "object", "properties": {"a": {"type": "string"}}}]}),
        |inner| json!({"oneOf": [inner, {"type": "object", "properties": {"a": {"type": "string"}}}]}),
    ];
    for wrap in wraps {
        let nested = (0..110).fold(json!({"type": "string"}), |inner, _| {
            let mut wrapped = wrap(inner);
            wrapped["nullable"] = json!(true);
            wrapped
        });
        let mut document = small::document();
        document["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
            nested;

        let findings = outcome(document.to_string().as_bytes(), "deep nesting").unwrap_err();

        assert!(findings.len() < 20, "{} findings about one thing", findings.len());
    }
}

#[test]
fn a_chain_of_components_may_be_long() {
    let mut document = small::document();
    for index in 0..3000 {
        let next = format!("#/components/schemas/Link{}", index + 1);
        document["components"]["schemas"][format!("Link{index}")] =
            json!({"type": "object", "properties": {"next": {"$ref": next}}});
    }
    document["components"]["schemas"]["Link3000"] = json!({"type": "object", "properties": {}});
    document["components"]["schemas"]["Thing"]["properties"]["chain"] =
        json!({"$ref": "#/components/schemas/Link0"});

    let _ = outcome(document.to_string().as_bytes(), "a long chain");
}

#[test]
fn schemas_that_refer_to_themselves_are_understood_or_a_finding() {
    let itself = json!({"$ref": "#/components/schemas/Thing"});
    let circles = [
        itself.clone(),
        json!({"type": "array", "items": itself}),
        json!({"type": "object", "additionalProperties": itself}),
        json!({"allOf": [itself, itself]}),
        json!({"oneOf": [itself]}),
        json!({"oneOf": [itself, {"type": "object", "properties": {"a": {"type": "string"}}}]}),
        json!({"type": "object", "required": ["thing"], "properties": {"thing": itself}}),
        json!({"type": "object", "required": ["things"], "properties": {"things": {"type": "array", "items": itself}}}),
    ];
    for circle in circles {
        for direction in ["answer", "body"] {
            let mut document = small::document();
            document["components"]["schemas"]["Thing"] = circle.clone();
            if direction == "body" {
                document["paths"]["/things"]["post"]["requestBody"] = json!({"content": {"application/json": {"schema": {
                    "type": "object", "required": ["thing"], "properties": {"thing": itself},
                }}}});
            }

            let _ = outcome(document.to_string().as_bytes(), &format!("{circle} in the {direction}"));
        }
    }
}

#[test]
fn components_that_are_repeated_over_and_over_take_no_time_without_end() {
    let mut document = small::document();
    for index in 0..28 {
        let next = json!({"$ref": format!("#/components/schemas/Part{}", index + 1)});
        document["components"]["schemas"][format!("Part{index}")] = json!({"allOf": [next, next]});
    }
    document["components"]["schemas"]["Part28"] =
        json!({"type": "object", "properties": {"a": {"type": "string"}}});
    document["components"]["schemas"]["Thing"] = json!({"$ref": "#/components/schemas/Part0"});

    let _ = outcome(document.to_string().as_bytes(), "parts of parts");
}

/// What is different after a change at random: no panic, the same both ways, and nothing between a model and itself.
#[cfg(feature = "changes")]
#[test]
fn the_difference_of_any_two_documents_can_be_told() {
    use clerk_codegen::changes::{Kind, between};
    use clerk_codegen::surface::listing;
    let whole = document();
    let (mut compared, mut different) = (0, 0);
    for seed in 0..1000 {
        let mut dice = Dice::new(seed);
        let part = mutation::some_operations(&whole, &mut dice);
        let mut changed = part.clone();
        let done: Vec<String> =
            (0..=dice.below(3)).map(|_| mutation::mutate(&mut changed, &mut dice)).collect();
        let (old, new) = (
            clerk_codegen::read(part.to_string().as_bytes()),
            clerk_codegen::read(changed.to_string().as_bytes()),
        );
        let (Ok(old), Ok(new)) = (old, new) else { continue };

        let (there, back) = (between(&old, &new), between(&new, &old));

        let what = format!("seed {seed}: {}", done.join("; "));
        assert!(between(&old, &old).changes.is_empty() && between(&new, &new).changes.is_empty(), "{what}");
        let count = |report: &clerk_codegen::changes::Report, kind: Kind| {
            report.changes.iter().filter(|change| change.kind == kind).count()
        };
        let one_way = [count(&there, Kind::Added), count(&there, Kind::Removed)];
        assert_eq!(one_way, [count(&back, Kind::Removed), count(&back, Kind::Added)], "{what}");
        // Two listings differ where the report has something that can be seen; what stands behind a `#` cannot.
        let seen = |api| -> Vec<String> {
            let lines = listing(api);
            lines
                .lines()
                .map(|line| line.split("  #").next().unwrap_or_default().to_owned())
                .skip(1)
                .collect()
        };
        if seen(&old) != seen(&new) {
            assert!(!there.visible().changes.is_empty(), "{what} is in the listing alone");
            assert!(!there.markdown().is_empty());
            different += 1;
        }
        compared += 1;
    }
    assert!(compared > 100 && different > 10, "{compared} compared, {different} different");
}
