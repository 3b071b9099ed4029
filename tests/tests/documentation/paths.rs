//! The files and folders that the documentation names.

use std::fs;
use std::path::{Path, PathBuf};

const TOP: [&str; 8] =
    ["openapi/", "codegen/", "clerk-sdk/", "xtask/", "docs/", "tests/", ".ci/", ".github/"];

/// The Markdown of the workspace that people write.
fn pages(workspace: &Path) -> Vec<PathBuf> {
    let folders = [".", "docs", "openapi", "codegen", "clerk-sdk", "tests/measurements"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(workspace.join(folder)).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// What of a line is set as code, in which there are no patterns.
fn code(line: &str) -> impl Iterator<Item = &str> {
    let is_plain = |text: &&str| !text.contains(|c: char| c.is_whitespace() || "<>*…{}".contains(c));
    line.split('`').skip(1).step_by(2).filter(is_plain)
}

#[test]
fn each_path_that_the_documentation_names_is_there() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut named, mut gone) = (0, Vec::new());
    for page in pages(workspace) {
        let text = fs::read_to_string(&page).unwrap();
        for cell in text.lines().flat_map(|line| line.split('|')) {
            // After a path, what else the cell names is beside it: `clerk-sdk/src/prepare.rs`, `request.rs`.
            let mut beside: Option<&Path> = None;
            for name in code(cell) {
                let path = match beside {
                    _ if TOP.iter().any(|top| name.starts_with(top)) => {
                        beside = Path::new(name).parent();
                        workspace.join(name)
                    }
                    Some(folder) if name.ends_with(".rs") => workspace.join(folder).join(name),
                    _ => continue,
                };
                named += 1;
                if !path.exists() {
                    gone.push(format!("{}: {name}", page.display()));
                }
            }
        }
    }
    assert!(gone.is_empty(), "{gone:#?}");
    assert!(named > 60, "only {named} paths");
}
