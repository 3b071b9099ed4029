//! What is fuzzed of the generator: functions that take bytes of any kind, and panic where something does not hold.
//! `tests/fuzz` gives them what libFuzzer makes up.

use clerk_codegen::{Findings, GeneratedFile, generate, read};

/// What the generator makes of a document: files that parse, or findings.
pub(crate) fn document(bytes: &[u8]) -> Result<Vec<GeneratedFile>, Findings> {
    let outcome = read(bytes).map(|api| generate(vec![api]));
    match &outcome {
        Ok(files) => {
            for file in files {
                if let Err(error) = syn::parse_file(&file.text) {
                    let line = error.span().start().line;
                    let text = file.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
                    panic!("{} does not parse: {error} in line {line}: {text}", file.name);
                }
            }
        }
        Err(findings) => {
            assert!(!findings.is_empty(), "an error without a finding");
            for finding in findings.iter() {
                let pointer = &finding.pointer;
                assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer:?}");
                assert!(!finding.message.is_empty());
            }
        }
    }
    outcome
}

/// What becomes of a document by an overlay: it is changed, or there are findings.
#[cfg(feature = "overlay")]
pub(crate) fn overlay(text: &str, document: &mut serde_json::Value) -> Overlaid {
    use clerk_codegen::overlay::{Finding, Overlay, apply};

    let say_something = |found: &[Finding]| {
        assert!(!found.is_empty(), "an error without a finding");
        assert!(found.iter().all(|finding| !finding.message.is_empty()), "{found:?}");
    };
    let overlay = match Overlay::parse("random.yaml", text) {
        Ok(overlay) => overlay,
        Err(found) => {
            say_something(&found);
            return Overlaid::NoOverlay;
        }
    };
    let before = document.clone();
    match apply(document, "bapi/2026-05-12", &overlay) {
        Ok(applied) => {
            let actions = overlay.actions.len();
            assert!(applied.matched.len() + applied.unmatched.len() <= actions, "{applied:?}");
            assert!(applied.places >= applied.matched.len(), "{applied:?}");
            // An action that is said to be needed has changed something, though one may undo another.
            let changed = *document != before;
            let needed = applied.matched.len() - applied.unneeded.len();
            assert!(if changed { needed > 0 } else { needed != 1 }, "{applied:?}, changed: {changed}");
            Overlaid::Applied
        }
        Err(found) => {
            say_something(&found);
            Overlaid::Findings
        }
    }
}

/// What became of an overlay.
#[cfg(feature = "overlay")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlaid {
    NoOverlay,
    Applied,
    Findings,
}
