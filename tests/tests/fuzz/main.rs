//! Input that nobody would send: whatever comes, nothing panics, nothing is taken for what it is not, and what was
//! understood once is understood again. What holds for each input is said by `clerk_tests::targets`.
//!
//! Each test begins with good input and changes it at random, the same way in each run. A short run is part of all
//! tests; `CLERK_TESTS_RUNS=1000000 cargo test -p clerk-tests --release --test fuzz` is a long one. libFuzzer, which
//! looks for input that leads to code where no other has been, runs the same by `cargo fuzz`: see docs/strength.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clerk_tests::random::{Random, runs};
use clerk_tests::reader::Document;
use clerk_tests::reader::answer::Make;
use clerk_tests::targets::{self, Outcome, Target};

/// The files in a folder below `tests/fuzz`, by their names.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The seeds of a target that are kept in files.
fn seeds(target: Target) -> Vec<Vec<u8>> {
    let files = files(&format!("seeds/{}", target.name));
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Gives a target its seeds as they are, and then `runs` times one that is changed at random, as often as not.
#[track_caller]
fn holds(target: Target, runs: usize, seed: impl Fn(usize, &mut Random) -> Vec<u8>) {
    let kept = seeds(target);
    assert!(kept.len() >= 5, "{} seeds", kept.len());
    for input in &kept {
        (target.run)(input);
    }
    let mut random = Random::new(target.name.bytes().map(u64::from).sum());
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..runs {
        let mut input = if round % 2 == 0 { random.one_of(&kept).clone() } else { seed(round, &mut random) };
        if random.below(8) > 0 {
            random.mutate(&mut input);
        }
        match (target.run)(&input) {
            Outcome::Accepted => accepted += 1,
            Outcome::Refused => refused += 1,
            Outcome::Impossible => {}
        }
    }
    assert!(accepted > runs / 50 && refused > runs / 50, "{accepted} accepted, {refused} refused of {runs}");
}

/// For targets whose seeds are all in files.
fn kept(target: Target) -> impl Fn(usize, &mut Random) -> Vec<u8> {
    let seeds = seeds(target);
    move |_, random| random.one_of(&seeds).clone()
}

#[test]
fn nobody_is_signed_in_by_a_header_without_a_good_token_in_it() {
    holds(targets::HEADERS, runs(20_000), kept(targets::HEADERS));
}

#[test]
fn a_token_of_any_signed_text_is_claims_or_a_refusal() {
    holds(targets::TOKEN, runs(6000), kept(targets::TOKEN));
}

#[test]
fn a_key_of_any_text_is_a_key_or_an_error() {
    holds(targets::KEY, runs(6000), kept(targets::KEY));
}

#[test]
fn a_delivery_of_any_bytes_is_an_event_of_clerk_or_an_error() {
    let document = Document::webhooks();
    let events = document.events();
    holds(targets::WEBHOOK, runs(12_000), |round, random| {
        let (kind, schema) = *random.one_of(&events);
        let event = document.event(kind, schema, make(round)).sent;
        format!("\n{event}").into_bytes()
    });
}

#[test]
fn an_answer_of_any_bytes_is_decoded_for_good_or_an_error_that_keeps_them() {
    let document = &Document::versions()[0];
    let operations = document.operations();
    holds(targets::ANSWER, runs(6000), |round, random| {
        let operation = random.one_of(&operations);
        let answer = document.answer(operation, make(round)).map(|answer| answer.sent.to_string());
        format!("{}\n{}", operation.id, answer.unwrap_or_default()).into_bytes()
    });
}

#[test]
fn an_error_of_any_bytes_is_an_api_error_that_keeps_them() {
    holds(targets::ERROR, runs(6000), kept(targets::ERROR));
}

/// One of the ways to make a value.
fn make(round: usize) -> Make {
    Make { choice: round, nulls: round.is_multiple_of(5), optional: !round.is_multiple_of(3), ..Make::FULL }
}

#[test]
fn whatever_is_fuzzed_has_seeds_and_a_program_for_libfuzzer() {
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let programs: BTreeSet<String> = files("targets").iter().map(name).collect();
    // Those of the generator, whose tests have its seeds.
    let mut all = BTreeSet::from(["document".to_owned(), "overlay".to_owned()]);
    all.extend(targets::ALL.iter().map(|target| target.name.to_owned()));

    assert_eq!(programs, all);
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/Cargo.toml")).unwrap();
    for name in all {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name}");
    }
}
