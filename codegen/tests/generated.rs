//! The code for the whole document: that it parses, is the same every time and stays thin; and that no operation is
//! treated differently from the others by name.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use clerk_codegen::model::Api;
use clerk_codegen::{GeneratedFile, emit, generate, read};
use clerk_openapi::{DOCUMENTS, Document};
use syn::visit::{self, Visit};

/// All versions and the events, as with all features.
fn apis() -> Vec<Api> {
    let backend = |it: &&Document| it.api == clerk_openapi::Api::Backend;
    let versions = DOCUMENTS.iter().filter(backend).rev();
    let webhooks = clerk_openapi::newest(clerk_openapi::Api::Webhooks);
    versions.chain(webhooks).map(|it| read(it.json).unwrap()).collect()
}

fn newest() -> Api {
    apis().swap_remove(0)
}

fn generated() -> Vec<GeneratedFile> {
    generate(apis())
}

/// The Rust files of a folder of the workspace, and of all folders in it.
fn sources(folder: &str) -> Vec<(PathBuf, syn::File)> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder)];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|it| it == "rs") {
            let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
            found.push((path, file));
        }
    }
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

#[test]
fn every_generated_file_parses() {
    let mut files = generated();
    files.extend(emit::samples(&apis()));
    files.extend(emit::dispatch(&apis()).into_iter().filter(|it| it.name != "dispatch.rs"));

    for file in files {
        let parsed = syn::parse_file(&file.text);

        assert!(parsed.is_ok_and(|it| !it.items.is_empty()), "{}", file.name);
    }
}

#[test]
fn a_newer_version_becomes_the_root_and_all_others_are_modules_that_share_its_types() {
    let mut apis = apis();
    let mut newer = apis[0].clone();
    newer.version = "2999-12-31".to_owned();
    apis.insert(0, newer);
    let modules: Vec<String> = apis.iter().filter(|it| !it.is_webhooks()).map(Api::module).collect();

    let files = generate(apis);

    let file = |name: &str| files.iter().find(|it| it.name == name).unwrap();
    let declared: Vec<&str> =
        file("versions.rs").text.lines().filter_map(|it| it.strip_prefix("api_version! { ")).collect();
    assert!(declared.iter().zip(&modules).all(|(line, module)| line.starts_with(module.as_str())));
    assert_eq!((declared.len(), modules[0].as_str()), (modules.len(), "v2999_12_31"));
    assert!(file("versions.rs").text.contains("use v2999_12_31 as newest;"));
    for module in &modules {
        let text = &file(&format!("{module}/resources.rs")).text;
        assert_eq!(text.contains("impl Clerk {"), *module == modules[0], "{module}");
    }
    let types = &file(&format!("{}/types.rs", modules[1])).text;
    assert!(types.starts_with("pub use crate::v2999_12_31::types::{") && !types.contains("struct "));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let (first, second) = (generated(), generated());

    // Said by name, since the difference of two files of this size is no help.
    for (first, second) in first.iter().zip(&second) {
        assert!(first == second, "{} differs", first.name);
    }
    assert_eq!(first.len(), second.len());
}

#[test]
fn an_operation_costs_at_most_forty_lines_types_included() {
    let counts = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("///");
    let as_written: usize =
        generate(vec![newest()]).iter().map(|it| it.text.lines().filter(counts).count()).sum();

    assert!(as_written > 249 * 10, "{as_written} lines are too few to be the client");
    assert!(as_written <= 249 * 40, "{as_written} lines for 249 operations");
}

#[test]
fn no_operation_is_special_cased_by_name() {
    let api = newest();
    let ids: Vec<&str> = api.operations.iter().map(|it| it.id.as_str()).collect();
    let mut texts = Texts::default();
    for folder in ["codegen/src/emit", "clerk-sdk/src"] {
        for (path, file) in sources(folder) {
            // What the embedded Clerk does for an operation is another matter: it is no part of the client.
            if path.components().any(|it| it.as_os_str() == "mock") {
                continue;
            }
            texts.file = path;
            texts.visit_file(&file);
        }
    }

    let named: Vec<&(PathBuf, String)> =
        texts.found.iter().filter(|(_, text)| ids.contains(&text.as_str())).collect();

    assert!(texts.found.len() > 100, "only {} texts were found", texts.found.len());
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn the_generator_has_nothing_that_could_panic_on_a_document() {
    let mut panics = Panics::default();
    for (path, file) in sources("codegen/src") {
        // Tests in a file of their own.
        if path.ends_with("tests.rs") {
            continue;
        }
        panics.file = path;
        panics.visit_file(&file);
    }

    assert!(panics.seen > 100, "only {} calls were looked at", panics.seen);
    assert!(panics.found.is_empty(), "{:?}", panics.found);
}

/// The texts of a file, outside of tests and documentation.
#[derive(Default)]
struct Texts {
    file: PathBuf,
    found: Vec<(PathBuf, String)>,
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.found.push((self.file.clone(), text.value()));
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }
}

impl Texts {
    /// What a macro is given need not be an expression.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                proc_macro2::TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.visit_lit_str(&text);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Calls that end the program, outside of tests.
#[derive(Default)]
struct Panics {
    file: PathBuf,
    seen: usize,
    found: Vec<String>,
}

impl Panics {
    fn look(&mut self, name: &str) {
        self.seen += 1;
        let ends = ["unwrap", "expect", "unwrap_err", "expect_err", "panic", "todo", "unimplemented"];
        if ends.contains(&name) || ["unreachable", "assert", "assert_eq", "assert_ne"].contains(&name) {
            self.found.push(format!("{name} in {}", self.file.display()));
        }
    }
}

impl<'ast> Visit<'ast> for Panics {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.look(&call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Some(name) = call.path.segments.last() {
            self.look(&name.ident.to_string());
        }
    }

    /// `list[index]` ends the program where there is no such item.
    fn visit_expr_index(&mut self, index: &'ast syn::ExprIndex) {
        self.found.push(format!("an index in {}", self.file.display()));
        visit::visit_expr_index(self, index);
    }
}

fn is_test(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Mod(it) => &it.attrs,
        syn::Item::Fn(it) => &it.attrs,
        syn::Item::Impl(it) => &it.attrs,
        _ => return false,
    };
    attributes.iter().any(|it| {
        it.path().is_ident("cfg") && it.parse_args::<syn::Path>().is_ok_and(|it| it.is_ident("test"))
    })
}
