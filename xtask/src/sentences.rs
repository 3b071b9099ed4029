//! What holds for the sentences of the documentation (`x-doc`): everything that a program can name has one, it is a
//! sentence, it says more than the name does, and it is ours.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeSet, HashSet};

use clerk_codegen::model::{Api, TypeKind, names};
use clerk_codegen::overlay::{self, Change};
use serde_json::Value;

use crate::documents::effective;
use crate::documents::sources::{Source, Sources};
use crate::surface::api;
use crate::tests::published::published;
use crate::tree::Tree;

/// So many words in a row are no coincidence.
const RUN: usize = 8;

fn sources(tree: &Tree) -> Vec<Source> {
    Sources::read(tree).unwrap().documents
}

/// What can be named, and its sentence.
fn named(api: &Api) -> Vec<(String, String, Option<&str>)> {
    let mut all = Vec::new();
    for resource in &api.resources {
        all.push((resource.accessor.clone(), resource.accessor.clone(), resource.doc.as_deref()));
    }
    for operation in &api.operations {
        let path = format!("{}.{}", operation.resource, operation.method_name);
        all.push((path.clone(), operation.method_name.clone(), operation.doc.as_deref()));
        for argument in operation.all_arguments() {
            let path = format!("{path}({})", argument.ident);
            all.push((path, argument.ident.clone(), argument.doc.as_deref()));
        }
    }
    for event in &api.events {
        all.push((event.kind.clone(), event.variant.clone(), event.doc.as_deref()));
    }
    for def in &api.types {
        all.push((def.name.clone(), def.name.clone(), def.doc.as_deref()));
        let TypeKind::Object(fields) = &def.kind else { continue };
        for field in fields.iter().filter(|field| field.constant.is_none()) {
            all.push((format!("{}.{}", def.name, field.ident), field.ident.clone(), field.doc.as_deref()));
        }
    }
    all
}

/// The values of enums, of which not every one needs a sentence.
fn values(api: &Api) -> Vec<(String, String, Option<&str>)> {
    let mut all = Vec::new();
    for def in &api.types {
        let TypeKind::Enum(variants) = &def.kind else { continue };
        for variant in variants {
            all.push((
                format!("{}::{}", def.name, variant.ident),
                variant.ident.clone(),
                variant.doc.as_deref(),
            ));
        }
    }
    all
}

#[test]
fn everything_that_can_be_named_has_a_sentence() {
    let tree = Tree::of_workspace();
    for source in sources(&tree) {
        let api = api(&tree, &source).unwrap();

        let all = named(&api);

        let without: Vec<&String> =
            all.iter().filter(|(.., doc)| doc.is_none()).map(|(path, ..)| path).collect();
        let advice = "an action in openapi/overlays/docs-*.yaml should say what these are";
        assert!(without.is_empty(), "{}: {advice}: {without:#?}", source.id());
        assert!(all.len() > 400, "{}: only {} things were looked at", source.id(), all.len());
    }
}

#[test]
fn a_sentence_is_one_and_says_more_than_the_name() {
    let tree = Tree::of_workspace();
    let mut wrong = BTreeSet::new();
    for source in &sources(&tree) {
        let api = api(&tree, source).unwrap();
        for (path, name, doc) in named(&api).into_iter().chain(values(&api)) {
            let Some(doc) = doc else { continue };
            let is_sentence = doc.starts_with(|first: char| first.is_uppercase() || first == '`')
                && doc.ends_with('.')
                && !doc.ends_with("..")
                && !doc.contains("  ")
                && !doc.contains('\n');
            if !is_sentence || is_only(doc, &name) {
                wrong.insert(format!("{path}: {doc}"));
            }
        }
    }

    assert!(wrong.is_empty(), "no sentence, or the name once more: {wrong:#?}");
}

/// Whether a sentence has no other words than the name has.
fn is_only(doc: &str, name: &str) -> bool {
    let filler = ["the", "a", "an", "of", "its", "whose", "s"];
    let known: Vec<String> = names::words(name).iter().map(|word| word.to_lowercase()).collect();
    words(doc).iter().all(|word| filler.contains(&word.as_str()) || known.contains(word))
}

/// All sentences of an effective document, and where they stand.
fn ours(value: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                let pointer = format!("{pointer}/{key}");
                match field {
                    Value::String(text) if key == "x-doc" || key == "x-doc-type" => {
                        found.push((pointer, text.clone()));
                    }
                    Value::Object(texts) if key == "x-doc-resources" || key == "x-doc-values" => {
                        found.extend(texts.iter().filter_map(|(name, text)| {
                            Some((format!("{pointer}/{name}"), text.as_str()?.to_owned()))
                        }));
                    }
                    _ => ours(field, &pointer, found),
                }
            }
        }
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                ours(entry, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn no_sentence_for_one_place_is_replaced_by_a_general_one() {
    let tree = Tree::of_workspace();
    let mut shown = Vec::new();
    for source in sources(&tree) {
        let effective: Value = serde_json::from_slice(&tree.read(&source.effective()).unwrap()).unwrap();
        ours(&effective, "", &mut shown);
    }
    let shown: HashSet<String> = shown.into_iter().map(|(_, text)| text).collect();
    let (mut replaced, mut looked_at) = (Vec::new(), 0);
    for overlay in effective::overlays(&tree).unwrap() {
        // A general sentence is for wherever nothing else is said.
        for action in overlay.actions.iter().filter(|action| !action.target.starts_with("$..")) {
            let Change::Update(update) = &action.change else { continue };
            let mut sentences = Vec::new();
            ours(update, &action.target, &mut sentences);
            looked_at += sentences.len();
            replaced.extend(sentences.into_iter().filter(|(_, text)| !shown.contains(text)));
        }
    }

    assert!(looked_at > 500, "{looked_at}");
    assert!(replaced.is_empty(), "{replaced:#?}");
}

/// All prose of a published document, in words.
fn theirs(value: &Value, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    Value::String(text) if key == "description" || key == "summary" => {
                        found.push(words(text))
                    }
                    _ => theirs(field, found),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| theirs(entry, found)),
        _ => {}
    }
}

fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_alphanumeric());
    split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[test]
fn no_sentence_is_taken_from_the_published_documents() {
    let tree = Tree::of_workspace();
    for source in sources(&tree) {
        let Some(path) = published(&source.id()) else { continue };
        let published = overlay::read(&std::fs::read_to_string(path).unwrap()).unwrap();
        let effective: Value = serde_json::from_slice(&tree.read(&source.effective()).unwrap()).unwrap();
        let (mut prose, mut sentences) = (Vec::new(), Vec::new());
        theirs(&published, &mut prose);
        ours(&effective, "", &mut sentences);
        let whole: HashSet<&[String]> =
            prose.iter().map(Vec::as_slice).filter(|text| text.len() > 3).collect();
        let runs: HashSet<&[String]> = prose.iter().flat_map(|text| text.windows(RUN)).collect();
        assert!(runs.len() > 100, "{}: there is hardly any prose", source.id());

        let taken: Vec<String> = sentences
            .iter()
            .filter(|(_, text)| {
                let text = words(text);
                whole.contains(text.as_slice()) || text.windows(RUN).any(|run| runs.contains(run))
            })
            .map(|(pointer, text)| format!("{pointer}: {text}"))
            .collect();

        assert!(taken.is_empty(), "{}: {taken:#?}", source.id());
    }
}
