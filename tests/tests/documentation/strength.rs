//! The tests that `docs/strength.md` names.

use std::fs;
use std::path::Path;

/// The text of all Rust files in a folder and below.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// Returns whether `properties!` makes a test of this function for each web framework.
fn is_property(tests: &str, name: &str) -> bool {
    let function = format!("fn {name}<S: Future<Output = Running>>(");
    tests.contains(&function) && tests.matches(&format!("\n    {name},\n")).count() >= 3
}

#[test]
fn each_line_of_what_the_sdk_survives_names_tests_that_exist() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(workspace.join("docs/strength.md")).unwrap();
    let mut tests = String::new();
    for folder in ["clerk-sdk/src", "tests/tests", "tests/frameworks/tests", "codegen/tests", "xtask/src"] {
        sources(&workspace.join(folder), &mut tests);
    }
    let (mut named, mut names_tests) = (0, false);
    for line in page.lines() {
        // Not all tables are about tests.
        if line.ends_with("held by |") || !line.starts_with('|') {
            names_tests = line.starts_with('|');
            continue;
        }
        if !names_tests || line.starts_with("|--") {
            continue;
        }
        let (_, tests_of_line) = line.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        let names: Vec<&str> = tests_of_line.split_whitespace().map(|name| name.trim_matches('`')).collect();
        assert!(!names.is_empty(), "no test: {line}");
        for name in names {
            let exists = tests.contains(&format!("fn {name}()")) || is_property(&tests, name);
            assert!(exists, "there is no test `{name}`: {line}");
            named += 1;
        }
    }
    assert!(named > 50, "{named}");
}
