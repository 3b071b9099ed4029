//! What stands in the README and in `docs/` but is written elsewhere: the table of the operations, which is the model's,
//! and the code, which is cut out of files that compile and run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clerk_codegen::model::{self, Operation, Resource};

use crate::derived::File;
use crate::documents::sources::{Api, Source, Sources};
use crate::error::Error;
use crate::reference;
use crate::surface::api;
use crate::tree::Tree;

/// The folders with the code, with the code that needs a web framework, and with the code for other libraries that pages
/// on moving show.
const CODE: [&str; 3] =
    ["tests/tests/documentation", "tests/frameworks/tests/frameworks", "tests/measurements/tests/before"];

/// The pages, as they should be.
pub(crate) fn pages(tree: &Tree) -> Result<Vec<File>, Error> {
    let mut code = BTreeMap::new();
    let sources = CODE.iter().flat_map(|folder| tree.files(folder)).filter(|path| path.ends_with(".rs"));
    for path in sources {
        snippets(&path, &tree.text(&path)?, &mut code)?;
    }
    let (table, versions) = (operations(&newest(tree)?), versions(&Sources::read(tree)?));
    let mut unused = code.keys().collect::<Vec<_>>();
    let mut files = Vec::new();
    for path in paths(tree) {
        let page = filled(&path, &tree.text(&path)?, |name| {
            unused.retain(|other| *other != name);
            match name {
                "operations" => Some(&table),
                "versions" => Some(&versions),
                _ => code.get(name),
            }
        })?;
        files.push((path, page));
    }
    match unused.first() {
        Some(name) => Err(Error::new(format!(
            "no page has the code `{name}`: put `<!-- {name} -->` and `<!-- end -->` where it belongs, or remove its \
             markers"
        ))),
        None => Ok(files),
    }
}

/// The README and the pages of `docs/`, those in folders of it not among them.
fn paths(tree: &Tree) -> Vec<String> {
    let is_page = |path: &String| path.ends_with(".md") && path.matches('/').count() == 1;
    std::iter::once("README.md".to_owned()).chain(tree.files("docs").into_iter().filter(is_page)).collect()
}

/// The model of the Backend API's newest document.
fn newest(tree: &Tree) -> Result<model::Api, Error> {
    let sources = Sources::read(tree)?;
    let newest = sources.newest(Api::Backend);
    api(tree, newest.ok_or_else(|| Error::new("there is no document of the Backend API"))?)
}

/// A page with what belongs between its markers, `<!-- NAME -->` and `<!-- end -->`.
fn filled<'a>(
    path: &str,
    page: &str,
    mut content: impl FnMut(&str) -> Option<&'a String>,
) -> Result<String, Error> {
    let mut out = String::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let refused = |reason: &str| Error::new(format!("{path}:{}: {reason}", number + 1));
        if line.starts_with("```rust") {
            return Err(refused(
                "code that is not cut out of a file that compiles; put it into one of those of \
                 tests/tests/documentation, between `// code: <name>` and `// end`, and here `<!-- <name> -->`",
            ));
        }
        out.push_str(line);
        out.push('\n');
        let Some(name) = marker(line) else { continue };
        let content = content(name)
            .ok_or_else(|| refused(&format!("there is no `{name}`: no source has `// code: {name}`")))?;
        out.push_str(content);
        // What stands before another marker would be lost.
        if lines.find_map(|(_, line)| marker(line)) != Some("end") {
            return Err(refused("the marker has no end: `<!-- end -->`"));
        }
        out.push_str("<!-- end -->\n");
    }
    Ok(out)
}

fn marker(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")
}

/// What a part of a source that a page has begins with, before its name.
const BEGINS: &str = "// code: ";

/// Takes the parts of a source between `// code: NAME` and `// end`, as blocks of Markdown.
fn snippets(path: &str, source: &str, snippets: &mut BTreeMap<String, String>) -> Result<(), Error> {
    let mut lines = source.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(name) = line.trim_start().strip_prefix(BEGINS) else { continue };
        let (indent, _) = line.split_at(line.len() - line.trim_start().len());
        let mut block = String::from("```rust\n");
        loop {
            let next = lines.next().filter(|(_, line)| !line.trim_start().starts_with(BEGINS));
            let Some((_, line)) = next else {
                return Err(Error::new(format!("{path}:{}: `{name}` has no end: `// end`", number + 1)));
            };
            if line.trim() == "// end" {
                break;
            }
            // A line further to the left is part of a text.
            block.push_str(line.strip_prefix(indent).unwrap_or(line));
            block.push('\n');
        }
        block.push_str("```\n");
        if snippets.insert(name.to_owned(), block).is_some() {
            return Err(Error::new(format!("{path}:{}: there are two `{name}`", number + 1)));
        }
    }
    Ok(())
}

/// The table of the versions, the newest first.
fn versions(sources: &Sources) -> String {
    let mut out = String::from("| version | operations | module | feature |\n|---|---|---|---|\n");
    for (index, source) in sources.of(Api::Backend).enumerate() {
        let Source { version, operations, .. } = source;
        let module = version.replace('-', "_");
        let always = if index == 0 { ", always there" } else { "" };
        // Writing to a string cannot fail.
        let _ =
            writeln!(out, "| {version} | {operations} | `clerk_sdk::v{module}` | `api-{version}`{always} |");
    }
    out
}

/// The table of all operations, a line for each resource.
fn operations(api: &model::Api) -> String {
    let mut out = String::from("| resource | | operations |\n|---|---|---|\n");
    let mut resources: Vec<&Resource> = api.resources.iter().collect();
    resources.sort_by_key(|resource| &resource.accessor);
    for resource in resources {
        let all = resource.operations.iter().filter_map(|index| api.operations.get(*index));
        let names: Vec<String> = all.map(method).collect();
        // Writing to a string cannot fail.
        let doc = resource.doc.as_deref().unwrap_or_default();
        let page = format!("{}/{}.md", reference::FOLDER, resource.accessor);
        let _ = writeln!(out, "| [`{}()`]({page}) | {doc} | {} |", resource.accessor, names.join(" "));
    }
    out
}

fn method(operation: &Operation) -> String {
    let Operation { resource, method_name, .. } = operation;
    let name = format!("[`{method_name}`]({}/{resource}.md#{method_name})", reference::FOLDER);
    match (operation.deprecated, operation.paging.is_some()) {
        (true, _) => format!("~~{name}~~"),
        (false, true) => format!("**{name}**"),
        (false, false) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_operation() {
        let table = operations(&newest(&Tree::of_workspace()).unwrap());

        let names = table.lines().skip(2).map(|line| line.matches("[`").count() - 1).sum::<usize>();
        assert_eq!(names, 249);
        let row = "| [`users()`](docs/reference/users.md) | The people who sign in to your application. | **[`list`](";
        assert!(table.contains(row), "{table}");
    }

    #[test]
    fn the_table_of_versions_has_the_newest_first() {
        let table = versions(&Sources::read(&Tree::of_workspace()).unwrap());

        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert!(lines[0].ends_with(", always there |") && lines.len() > 1, "{table}");
        assert!(lines.is_sorted_by(|newer, older| newer > older), "{table}");
        assert_eq!(lines.last(), Some(&"| 2024-10-01 | 219 | `clerk_sdk::v2024_10_01` | `api-2024-10-01` |"));
    }

    #[test]
    fn code_is_cut_out_without_its_indentation() {
        let source = "fn a() {\n    // code: x\n    if b {\n        c();\n\n    }\n    // end\n}\n";

        let mut code = BTreeMap::new();
        snippets("p", source, &mut code).unwrap();

        assert_eq!(code["x"], "```rust\nif b {\n    c();\n\n}\n```\n");
    }

    #[test]
    fn what_stands_left_of_the_code_is_kept() {
        let mut code = BTreeMap::new();
        snippets("p", "    // code: x\n    a(\"\n  b\nc\");\n    // end\n", &mut code).unwrap();

        assert_eq!(code["x"], "```rust\na(\"\n  b\nc\");\n```\n");
    }

    #[test]
    fn a_piece_ends_before_the_next_one_begins() {
        for source in ["// code: x\n", "// code: x\n// code: y\n// end\n"] {
            let error = snippets("p", source, &mut BTreeMap::new()).unwrap_err();
            assert!(error.to_string().ends_with("p:1: `x` has no end: `// end`"), "{error}");
        }
    }

    #[test]
    fn two_pieces_of_one_name_are_refused() {
        let mut code = BTreeMap::new();
        let source = "// code: x\n// end\n";

        let error = snippets("p", &source.repeat(2), &mut code).unwrap_err();
        let elsewhere = snippets("q", source, &mut code).unwrap_err();

        assert!(error.to_string().ends_with("p:3: there are two `x`"), "{error}");
        assert!(elsewhere.to_string().ends_with("q:1: there are two `x`"), "{elsewhere}");
    }

    #[test]
    fn a_page_keeps_what_is_outside_of_its_markers() {
        let code = "```rust\nnew\n```\n".to_owned();

        let page = filled("p", "a\n<!-- x -->\nold\n<!-- end -->\nb\n", |_| Some(&code)).unwrap();

        assert_eq!(page, "a\n<!-- x -->\n```rust\nnew\n```\n<!-- end -->\nb\n");
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused_with_its_line() {
        let none = |_: &str| None;
        for (page, reason) in [
            ("a\n```rust\nb\n```\n", "p:2: code that is not cut out"),
            ("<!-- x -->\n<!-- end -->\n", "p:1: there is no `x`"),
        ] {
            let error = filled("p", page, none).unwrap_err();
            assert!(error.to_string().starts_with(reason), "{error}");
        }
        let code = String::new();
        for page in ["<!-- x -->\n", "<!-- x -->\nwritten by hand\n<!-- y -->\n<!-- end -->\n"] {
            let error = filled("p", page, |_| Some(&code)).unwrap_err();
            assert!(error.to_string().starts_with("p:1: the marker has no end"), "{error}");
        }
    }
}
