//! Overlays that are broken in one way or another.

use std::panic::catch_unwind;

use crate::document;
use crate::mutation::{self, Dice};
use crate::small;
use crate::targets::{Overlaid, overlay};

/// The beginning of a file of ours: its first actions, as many as are whole within 4,000 bytes, and one at least.
fn beginning(text: &str) -> &str {
    let mut ends: Vec<usize> =
        text.match_indices("\n  - target").skip(1).map(|(at, _)| at + 1).chain([text.len()]).collect();
    let within = ends.partition_point(|end| *end < 4000).max(1);
    ends.truncate(within);
    &text[..ends[within - 1]]
}

/// The files in a folder, in the order of their names, with their texts.
fn texts(folder: &str) -> impl Iterator<Item = (String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files.into_iter().map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    })
}

#[test]
fn the_overlays_that_are_changed_at_random_are_themselves_what_they_are_meant_to_be() {
    let outcomes = texts("../tests/fuzz/seeds/overlay")
        .map(|(name, text)| (name, overlay(&text, &mut small::document())));
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        [
            ("escape.yaml".to_owned(), Overlaid::NoOverlay),
            ("filters.json".to_owned(), Overlaid::Findings),
            ("names.yaml".to_owned(), Overlaid::Applied),
            ("remove.yaml".to_owned(), Overlaid::Applied),
            ("types.yaml".to_owned(), Overlaid::Applied),
        ]
    );
    let whole = document();
    for (name, text) in texts("../openapi/overlays") {
        for text in [beginning(&text), &text] {
            // The document has them in it already, so that some find nothing to do.
            let outcome = overlay(text, &mut whole.clone());
            assert_ne!(outcome, Overlaid::NoOverlay, "{name}");
        }
    }
}

#[test]
fn an_overlay_that_is_changed_at_random_is_applied_or_gives_findings() {
    let ours: Vec<String> =
        texts("../openapi/overlays").map(|(_, text)| beginning(&text).to_owned()).collect();
    let seeds: Vec<String> = texts("../tests/fuzz/seeds/overlay").map(|(_, text)| text).collect();
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
