//! Names that hand-written code of the client has: generated code may not take them.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clerk_codegen::model::names;
use syn::visit::{self, Visit};

/// The names of the functions of a type, in all of the client's source.
struct Functions {
    of: &'static str,
    found: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let is_of = match &*item.self_ty {
            // Requests of other crates, which servers have, are written with their crate.
            syn::Type::Path(path) => match path.path.segments.first() {
                Some(first) if first.ident == "crate" => {
                    path.path.segments.last().is_some_and(|last| last.ident == self.of)
                }
                first => first.is_some_and(|first| first.ident == self.of),
            },
            _ => false,
        };
        for inner in item.items.iter().filter(|_| is_of) {
            if let syn::ImplItem::Fn(function) = inner {
                self.found.insert(function.sig.ident.to_string());
            }
        }
        visit::visit_item_impl(self, item);
    }
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../clerk-sdk/src")
}

fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Requests of servers have the same name.
        if path.ends_with("frameworks") {
            continue;
        }
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    texts
}

fn functions(of: &'static str) -> BTreeSet<String> {
    let mut functions = Functions { of, found: BTreeSet::new() };
    for text in sources(&source_folder()) {
        functions.visit_file(&syn::parse_file(&text).unwrap());
    }
    // By `derive`.
    functions.found.insert("clone".to_owned());
    functions.found
}

#[test]
fn every_function_of_the_client_is_reserved_for_resources() {
    let functions = functions("Clerk");

    let free: Vec<&String> =
        functions.iter().filter(|name| !names::CLIENT_FUNCTIONS.contains(&name.as_str())).collect();

    assert!(functions.len() > 5, "{functions:?}");
    assert!(free.is_empty(), "not reserved: {free:?}");
}

#[test]
fn every_method_of_a_request_is_reserved_for_setters() {
    let functions = functions("Request");

    let is_free =
        |name: &&String| !name.starts_with("with_") && !names::REQUEST_METHODS.contains(&name.as_str());
    let free: Vec<&String> = functions.iter().filter(is_free).collect();

    assert!(functions.len() > 15, "{functions:?}");
    assert!(free.is_empty(), "not reserved: {free:?}");
}

#[test]
fn every_option_of_a_call_begins_with_a_reserved_word() {
    let text = fs::read_to_string(source_folder().join("options.rs")).unwrap();
    let body = text.split_once("macro_rules! call_options").unwrap().1;
    let names: Vec<&str> =
        body.split("pub fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next()).collect();

    assert!(names.len() > 5, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("with_")), "{names:?}");
}

#[test]
fn every_type_beside_generated_ones_is_reserved() {
    let text = fs::read_to_string(source_folder().join("generated.rs")).unwrap();
    let imports = text.split("use ").skip(1).filter_map(|rest| rest.split(';').next());
    let words = imports.flat_map(|import| import.split(|c: char| !c.is_ascii_alphanumeric()));
    let is_type = |word: &&str| word.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    let types: BTreeSet<&str> =
        words.filter(is_type).filter(|word| word.chars().any(|c| c.is_ascii_lowercase())).collect();
    // The events have names of their own, and no types.
    let of_events = ["EventError", "EventOf", "UnknownEvent"];

    let free: Vec<&&str> =
        types.iter().filter(|name| names::is_type(name) && !of_events.contains(name)).collect();

    assert!(types.len() > 10, "{types:?}");
    assert!(free.is_empty(), "not reserved: {free:?}");
}
