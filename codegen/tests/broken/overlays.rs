//! Overlays that are broken in one way or another.

use std::panic::catch_unwind;

use clerk_codegen::overlay::{Overlay, apply};

use crate::document;
use crate::mutation::{self, Dice};

/// The beginning of a file of ours, up to an action that is whole.
fn beginning(text: &str) -> &str {
    let end = text.match_indices("\n  - target").map(|(at, _)| at).take_while(|at| *at < 4000).last();
    end.map_or(text, |end| &text[..=end])
}

#[test]
fn an_overlay_that_is_changed_at_random_is_applied_or_gives_findings() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/overlays");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut texts: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| beginning(&std::fs::read_to_string(path).unwrap()).to_owned())
        .collect();
    texts.sort();
    let whole = document();
    let (mut no_overlay, mut applied, mut findings) = (0, 0, 0);
    for seed in 0..600 {
        let mut dice = Dice::new(seed);
        let mut part = mutation::some_operations(&whole, &mut dice);
        let text = mutation::mutate_text(&texts[dice.below(texts.len())], &mut dice);

        let outcome = catch_unwind(move || {
            let overlay = Overlay::parse("random.yaml", &text)?;
            apply(&mut part, "bapi/2026-05-12", &overlay).map(|_| true).or_else(|found| {
                assert!(!found.is_empty() && found.iter().all(|finding| !finding.message.is_empty()));
                Ok::<_, Vec<_>>(false)
            })
        });

        match outcome.unwrap_or_else(|_| panic!("a panic at seed {seed}")) {
            Ok(true) => applied += 1,
            Ok(false) => findings += 1,
            Err(found) => {
                assert!(!found.is_empty(), "seed {seed}");
                no_overlay += 1;
            }
        }
    }
    assert!(
        no_overlay > 50 && applied > 20 && findings > 20,
        "{no_overlay} no overlays, {applied} applied, {findings} findings"
    );
}
