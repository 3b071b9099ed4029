//! Documents that other generators stumble over, where the folder with them is there.

use std::fs;
use std::path::PathBuf;

/// The documents that are refused; the others give a client.
const REFUSED: &[(&str, &str)] = &[
    ("c06-binary-in-a-json-answer", "binary inside of JSON"),
    ("c07-group-called-builder", "a function `builder`"),
    ("d02-security.new", "not `key` (an API key)"),
    ("s01-properties-beside-one-of", "`properties` in a schema with `oneOf` or `anyOf`"),
    ("s05-discriminator-on-a-base", "a discriminator on a base"),
    ("s07-servers-of-an-operation", "not to other `servers`"),
    ("s08-a-parameter-twice", "is declared twice"),
    ("s09-path-without-a-slash", "does not begin with a slash"),
    ("s10-form-without-fields", "a form without fields"),
    ("s14-204-and-2XX", "a second success among the responses"),
    ("s17-another-security-scheme", "not `key` (an API key)"),
];

#[test]
fn each_case_is_refused_for_its_reason_or_gives_a_client() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/documents");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: there is no {}", folder.display());
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let document = clerk_codegen::overlay::read(&fs::read_to_string(&path).unwrap()).unwrap();

        let outcome = clerk_codegen::read(document.to_string().as_bytes());

        let said = outcome.map(|_| String::new()).unwrap_or_else(|findings| findings.to_string());
        let reason = REFUSED.iter().find(|(refused, _)| *refused == name).map_or("", |(_, reason)| *reason);
        assert_eq!(said.is_empty(), reason.is_empty(), "{name}: {said}");
        assert!(said.contains(reason), "{name}: {said}");
    }
}
