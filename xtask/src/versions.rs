//! What lists the API versions outside of `openapi/`: the features of `clerk-sdk`, and a table in the README.

use std::fmt::Write as _;

use crate::derived::File;
use crate::documents::sources::{Source, Sources};
use crate::error::Error;
use crate::tree::Tree;

const MANIFEST: &str = "clerk-sdk/Cargo.toml";

/// Begins the features of the versions, which go on to the next empty line.
const MARK: &str = "# Versions of the API, each a module; the newest is always there. `cargo xtask regen` writes these lines.";

/// The manifest of `clerk-sdk` with a feature for each version.
pub(crate) fn manifest(tree: &Tree) -> Result<Vec<File>, Error> {
    let sources = Sources::read(tree)?;
    Ok(vec![(MANIFEST.to_owned(), with_features(&tree.text(MANIFEST)?, &versions(&sources))?)])
}

/// The table of the versions, the newest first.
pub(crate) fn table(sources: &Sources) -> String {
    let mut out = String::from("| version | operations | module | feature |\n|---|---|---|---|\n");
    for (index, source) in versions(sources).into_iter().rev().enumerate() {
        let Source { version, operations, .. } = source;
        let module = version.replace('-', "_");
        let always = if index == 0 { ", always there" } else { "" };
        // Writing to a string cannot fail.
        let _ =
            writeln!(out, "| {version} | {operations} | `clerk_sdk::v{module}` | `api-{version}`{always} |");
    }
    out
}

fn versions(sources: &Sources) -> Vec<&Source> {
    sources.documents.iter().filter(|source| source.api == "bapi").collect()
}

fn with_features(manifest: &str, versions: &[&Source]) -> Result<String, Error> {
    let missing = || Error::at(MANIFEST, format!("there is no line `{MARK}`"));
    let (before, rest) = manifest.split_once(MARK).ok_or_else(missing)?;
    let after = rest.find("\n\n").map_or("", |end| &rest[end..]);
    let names: Vec<String> = versions.iter().map(|source| format!("api-{}", source.version)).collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let mut lines = format!("{MARK}\napi-all = [{}]", quoted.join(", "));
    for name in names {
        lines.push_str(&format!("\n{name} = []"));
    }
    Ok(format!("{before}{lines}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(versions: &[&str]) -> Sources {
        let source = |version: &&str| Source {
            api: "bapi".to_owned(),
            version: (*version).to_owned(),
            origin: String::new(),
            commit: None,
            upstream_sha256: String::new(),
            snapshot_sha256: String::new(),
            operations: 7,
        };
        Sources { documents: versions.iter().map(source).collect() }
    }

    #[test]
    fn a_new_version_is_a_feature_of_its_own_and_nothing_else_in_the_manifest_changes() {
        let manifest = format!(
            "[features]\nmock = []\n{MARK}\napi-all = [\"api-2000-01-01\"]\napi-2000-01-01 = []\n\n[x]\n"
        );

        let sources = sources(&["2000-01-01", "2001-01-01"]);
        let written = with_features(&manifest, &versions(&sources)).unwrap();

        assert_eq!(
            written,
            format!(
                "[features]\nmock = []\n{MARK}\napi-all = [\"api-2000-01-01\", \"api-2001-01-01\"]\n\
                 api-2000-01-01 = []\napi-2001-01-01 = []\n\n[x]\n"
            )
        );
        assert_eq!(with_features(&written, &versions(&sources)).unwrap(), written);
    }

    #[test]
    fn the_table_has_the_newest_version_first() {
        let table = table(&sources(&["2000-01-01", "2001-01-01"]));

        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| 2001-01-01 | 7 | `clerk_sdk::v2001_01_01` | `api-2001-01-01`, always there |",
                "| 2000-01-01 | 7 | `clerk_sdk::v2000_01_01` | `api-2000-01-01` |"
            ]
        );
    }
}
