//! What stands in the README and in `docs/` but is written elsewhere: the table of the operations, which is the model's,
//! and the code, which is cut out of a file that compiles and runs, `tests/tests/documentation.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clerk_codegen::model::{Api, Operation, Resource};

use crate::documents::Error;

const CODE: &str = "tests/tests/documentation.rs";

/// Writes the derived parts again.
pub(crate) fn write(root: &Path) -> Result<(), Error> {
    for (path, _, new) in derived(root)? {
        std::fs::write(root.join(&path), new).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

/// The files that are not what [`write()`] would make of them.
pub(crate) fn stale(root: &Path) -> Result<Vec<String>, Error> {
    let changed = derived(root)?.into_iter().filter(|(_, old, new)| old != new);
    Ok(changed.map(|(path, _, _)| path).collect())
}

/// The path of each file from the root on, what is in it and what should be.
fn derived(root: &Path) -> Result<Vec<(String, String, String)>, Error> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).map_err(|error| failed(path, &error));
    let code = snippets(&read(CODE)?)?;
    let table = operations(&api(root)?);
    let mut unused = code.keys().collect::<Vec<_>>();
    let mut files = Vec::new();
    for path in pages(root)? {
        let old = read(&path)?;
        let new = filled(&path, &old, |name| {
            unused.retain(|other| *other != name);
            if name == "operations" { Some(&table) } else { code.get(name) }
        })?;
        files.push((path, old, new));
    }
    match unused.first() {
        Some(name) => Err(Error::new(format!("{CODE}: no page has the code `{name}`"))),
        None => Ok(files),
    }
}

/// The README and the pages of `docs/`.
fn pages(root: &Path) -> Result<Vec<String>, Error> {
    let paths = files(&root.join("docs"), "md").map_err(|error| failed("docs", &error))?;
    let names = paths.iter().filter_map(|path| path.file_name()?.to_str());
    Ok(std::iter::once("README.md".to_owned()).chain(names.map(|name| format!("docs/{name}"))).collect())
}

/// The files of a folder that end so, in the order of their names.
fn files(folder: &Path, extension: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|other| other == extension));
    paths.sort();
    Ok(paths)
}

fn failed(path: &str, error: &std::io::Error) -> Error {
    Error::new(format!("{path}: {error}"))
}

/// The model of the Backend API's newest document.
fn api(root: &Path) -> Result<Api, Error> {
    let name = "openapi/effective/bapi";
    let path = files(&root.join(name), "json").map_err(|error| failed(name, &error))?.pop();
    let path = path.ok_or_else(|| Error::new(format!("{name}: there is no document")))?;
    let json = std::fs::read(&path).map_err(|error| failed(name, &error))?;
    clerk_codegen::read(&json).map_err(|findings| Error::new(findings.to_string()))
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
            return Err(refused("code that is not cut out of a file that compiles"));
        }
        out.push_str(line);
        out.push('\n');
        let Some(name) = marker(line) else { continue };
        let content = content(name).ok_or_else(|| refused(&format!("there is no `{name}`")))?;
        out.push_str(content);
        if !lines.any(|(_, line)| marker(line) == Some("end")) {
            return Err(refused("the marker has no end"));
        }
        out.push_str("<!-- end -->\n");
    }
    Ok(out)
}

fn marker(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")
}

/// The parts of a source between `// code: NAME` and `// end`, as blocks of Markdown.
fn snippets(source: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut snippets = BTreeMap::new();
    let mut lines = source.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(name) = line.trim_start().strip_prefix("// code: ") else { continue };
        let indent = line.len() - line.trim_start().len();
        let mut block = String::from("```rust\n");
        loop {
            let Some((_, line)) = lines.next() else {
                return Err(Error::new(format!("{CODE}:{}: `{name}` has no end", number + 1)));
            };
            if line.trim() == "// end" {
                break;
            }
            block.push_str(line.get(indent..).unwrap_or_default());
            block.push('\n');
        }
        block.push_str("```\n");
        if snippets.insert(name.to_owned(), block).is_some() {
            return Err(Error::new(format!("{CODE}:{}: there are two `{name}`", number + 1)));
        }
    }
    Ok(snippets)
}

/// The table of all operations, a line for each resource.
fn operations(api: &Api) -> String {
    let mut out = String::from("| resource | operations |\n|---|---|\n");
    let mut resources: Vec<&Resource> = api.resources.iter().collect();
    resources.sort_by_key(|resource| &resource.accessor);
    for resource in resources {
        let all = resource.operations.iter().filter_map(|index| api.operations.get(*index));
        let names: Vec<String> = all.map(method).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| `{}()` | {} |", resource.accessor, names.join(" "));
    }
    out
}

fn method(operation: &Operation) -> String {
    let name = format!("`{}`", operation.method_name);
    match (operation.deprecated, operation.paging.is_some()) {
        (true, _) => format!("~~{name}~~"),
        (false, true) => format!("**{name}**"),
        (false, false) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn the_readme_and_the_pages_are_up_to_date() {
        let stale = stale(workspace()).unwrap();

        assert!(stale.is_empty(), "`cargo xtask readme` writes these again: {stale:?}");
    }

    #[test]
    fn the_table_has_every_operation() {
        let table = operations(&api(workspace()).unwrap());

        let names = table.lines().skip(2).map(|line| line.matches('`').count() / 2 - 1).sum::<usize>();
        assert_eq!(names, 249);
        assert!(table.contains("| `users()` | **`list`** "), "{table}");
    }

    #[test]
    fn code_is_cut_out_without_its_indentation() {
        let source = "fn a() {\n    // code: x\n    if b {\n        c();\n\n    }\n    // end\n}\n";

        let snippets = snippets(source).unwrap();

        assert_eq!(snippets["x"], "```rust\nif b {\n    c();\n\n}\n```\n");
    }

    #[test]
    fn two_pieces_of_one_name_are_refused() {
        let error = snippets("// code: x\n// end\n// code: x\n// end\n").unwrap_err();

        assert!(error.to_string().ends_with(":3: there are two `x`"), "{error}");
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
        assert!(filled("p", "<!-- x -->\n", |_| Some(&code)).unwrap_err().to_string().contains("no end"));
    }
}
