//! Overlays that are broken in one way or another.

use std::panic::catch_unwind;

use crate::document;
use crate::mutation::{self, Dice};
use crate::small;
use crate::targets::{Overlaid, overlay};

/// The beginning of a file of ours, up to an action that is whole.
fn beginning(text: &str) -> &str {
    let end = text.match_indices("\n  - target").map(|(at, _)| at).take_while(|at| *at < 4000).last();
    end.map_or(text, |end| &text[..=end])
}

/// The texts of the files in a folder, by their names.
fn texts(folder: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn an_overlay_that_is_changed_at_random_is_applied_or_gives_findings() {
    let ours: Vec<String> =
        texts("../openapi/overlays").iter().map(|text| beginning(text).to_owned()).collect();
    let seeds = texts("../tests/fuzz/seeds/overlay");
    let whole = document();
    let (mut no_overlay, mut applied, mut findings) = (0, 0, 0);
    for seed in 0..900 {
        let mut dice = Dice::new(seed);
        let (texts, mut part) = match seed % 3 {
            0 => (&seeds, small::document()),
            _ => (&ours, mutation::some_operations(&whole, &mut dice)),
        };
        let text = mutation::mutate_text(&texts[dice.below(texts.len())], &mut dice);

        let outcome = catch_unwind(move || overlay(&text, &mut part));

        match outcome.unwrap_or_else(|_| panic!("a panic at seed {seed}")) {
            Overlaid::NoOverlay => no_overlay += 1,
            Overlaid::Applied => applied += 1,
            Overlaid::Findings => findings += 1,
        }
    }
    assert!(
        no_overlay > 50 && applied > 20 && findings > 20,
        "{no_overlay} no overlays, {applied} applied, {findings} findings"
    );
}
