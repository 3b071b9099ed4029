//! Small documents, each with one thing that is easily got wrong, and what is emitted for it.
//!
//! `golden/<name>.json` says after which lines of the generated text to look (`x-golden`: the file, and what the first
//! line of an item begins with) and `golden/<name>.rs` holds what is there; for documents that are refused the latter
//! is `golden/<name>.txt` with the findings. To renew them after a change that was meant:
//!
//! ```sh
//! UPDATE_GOLDEN=1 cargo test -p clerk-codegen --test golden && git diff codegen/tests/golden
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};

use clerk_codegen::{GeneratedFile, emit, generate, read};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Holds against the file, or writes it where that is asked for.
fn compare(name: &str, text: &str) {
    let path = folder().join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == text,
        "{name} is no longer what is emitted; it would now be\n{text}\nif this is meant, see the head of golden.rs"
    );
}

/// What the document of this name asks to be shown of its generated code.
fn emitted(name: &str) -> String {
    let document = std::fs::read(folder().join(format!("{name}.json"))).unwrap();
    let api = read(&document).unwrap_or_else(|findings| panic!("{name}: {findings}"));
    let mut files = emit::samples(std::slice::from_ref(&api));
    files.extend(generate(vec![api]));
    let document: Value = serde_json::from_slice(&document).unwrap();
    let mut shown = String::new();
    for (file, items) in document["x-golden"].as_object().unwrap() {
        let named = |it: &&GeneratedFile| it.name.rsplit('/').next() == Some(file.as_str());
        let file = files.iter().find(named).unwrap();
        syn::parse_file(&file.text).unwrap();
        for item in items.as_array().unwrap() {
            let name = file.name.rsplit('/').next().unwrap();
            shown.push_str(&format!("// {name}\n{}", find(file, item.as_str().unwrap())));
        }
    }
    shown
}

/// The lines of an item: from the one that begins so to the one that ends it, with the documentation before it.
fn find(file: &GeneratedFile, beginning: &str) -> String {
    let lines: Vec<&str> = file.text.lines().collect();
    let begins = |line: &&str| line.trim_start().starts_with(beginning);
    let first = lines.iter().position(begins).unwrap_or_else(|| panic!("no {beginning:?} in {}", file.name));
    let indent = lines[first].len() - lines[first].trim_start().len();
    let attached = |line: &&str| line.trim_start().starts_with("///") || line.trim_start().starts_with("#[");
    let before = lines[..first].iter().rev().take_while(|line| attached(line)).count();
    let inside = |line: &&str| line.len() - line.trim_start().len() > indent;
    let mut last = first;
    // A head over several lines ends in a line that opens the body.
    while lines[last].ends_with(['{', '(']) || last == first {
        let more = lines[last + 1..].iter().take_while(|line| inside(line)).count();
        if more == 0 {
            break;
        }
        last += more + 1;
    }
    lines[first - before..=last].iter().map(|line| format!("{line}\n")).collect()
}

fn holds(name: &str) {
    compare(&format!("{name}.rs"), &emitted(name));
}

fn is_refused(name: &str) {
    let document = std::fs::read(folder().join(format!("{name}.json"))).unwrap();
    let findings = read(&document).unwrap_err();
    compare(&format!("{name}.txt"), &format!("{findings}\n"));
}

#[test]
fn what_may_be_null_can_be_absent_null_or_a_value_in_requests_and_there_or_not_in_answers() {
    holds("nullable");
}

#[test]
fn all_of_is_one_object_with_the_fields_of_all() {
    holds("all_of");
}

#[test]
fn words_that_rust_keeps_for_itself_get_an_underscore_and_keep_their_name_on_the_wire() {
    holds("reserved_words");
}

#[test]
fn forms_take_files_and_texts_as_parts() {
    holds("multipart");
}

#[test]
fn an_enum_keeps_values_that_it_does_not_know() {
    holds("open_enum");
}

#[test]
fn a_union_with_a_tag_knows_the_tags_of_its_variants() {
    holds("union_with_tag");
}

#[test]
fn a_union_without_a_tag_knows_what_its_variants_look_like() {
    holds("union_without_tag");
}

#[test]
fn a_union_is_made_of_an_object_that_only_one_of_its_variants_has() {
    holds("union_of_equal_objects");
}

#[test]
fn types_of_events_require_what_names_an_object_and_nothing_else() {
    holds("events");
}

#[test]
fn equal_objects_in_several_places_are_one_type() {
    holds("equal_objects");
}

#[test]
fn a_type_that_contains_itself_is_boxed_where_no_list_stands_between() {
    holds("recursion");
}

#[test]
fn times_and_metadata_have_types_of_their_own() {
    holds("times_and_metadata");
}

#[test]
fn lists_are_walked_by_offset_or_by_cursor() {
    holds("pagination");
}

#[test]
fn bounds_of_arguments_and_of_fields_in_them_are_constants() {
    holds("bounds");
}

#[test]
fn a_list_without_explode_is_joined_by_commas() {
    holds("explode_false");
}

#[test]
fn what_is_deprecated_says_so() {
    holds("deprecated");
}

#[test]
fn what_the_document_says_of_a_thing_comes_first_and_the_first_of_equal_types_speaks_for_all() {
    holds("sentences");
}

#[test]
fn secrets_are_marked_and_a_whole_body_is_one_argument() {
    holds("secrets_and_lists");
}

#[test]
fn a_primary_id_has_an_accessor_of_the_item_that_it_names() {
    holds("primary_ids");
}

#[test]
fn a_type_that_holds_private_metadata_has_a_form_without_it() {
    holds("private_metadata");
}

#[test]
fn two_things_of_one_name_are_refused_with_the_line_that_would_settle_it() {
    is_refused("collisions");
}

#[test]
fn a_golden_file_belongs_to_every_document_and_a_document_to_every_golden_file() {
    let mut names: Vec<(String, bool)> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, path.extension().is_some_and(|it| it == "json"))
        })
        .collect();
    names.sort();

    for pair in names.chunks(2) {
        assert!(matches!(pair, [(one, false), (other, true)] if one == other), "{pair:?}");
    }
    let tests = include_str!("golden.rs");
    for (name, _) in names {
        assert!(tests.contains(&format!("(\"{name}\")")), "no test looks at {name}");
    }
}
