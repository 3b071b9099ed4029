//! `cargo xtask check`: whether all derived files are what `regen` would write.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use crate::derived;
use crate::error::Error;
use crate::tree::{Change, Tree};

/// How many changed lines of a file are shown, and how much of each.
const LINES: usize = 12;
const COLUMNS: usize = 160;

/// What is out of date, in words; `None` where nothing is.
pub(crate) fn check(tree: &Tree) -> Result<Option<String>, Error> {
    let mut tree = tree.clone();
    derived::derive(&mut tree)?;
    let changes = tree.changes();
    if changes.is_empty() {
        return Ok(None);
    }
    let mut report = String::new();
    for change in &changes {
        describe(change, &mut report);
    }
    let files =
        if changes.len() == 1 { "1 file is".to_owned() } else { format!("{} files are", changes.len()) };
    // Writing to a string cannot fail, here and below.
    let _ = write!(report, "{files} not what `cargo xtask regen` would write; run it, and commit the result");
    Ok(Some(report))
}

fn describe(change: &Change, out: &mut String) {
    let (old, new) = match (&change.old, &change.new) {
        (None, _) => {
            let _ = writeln!(out, "missing   {}", change.path);
            return;
        }
        (_, None) => {
            let _ = writeln!(out, "orphaned  {}", change.path);
            return;
        }
        (Some(old), Some(new)) => (String::from_utf8_lossy(old), String::from_utf8_lossy(new)),
    };
    let _ = writeln!(out, "changed   {}", change.path);
    let diff = TextDiff::from_lines(old.as_ref(), new.as_ref());
    let changed = || diff.iter_all_changes().filter(|line| line.tag() != ChangeTag::Equal);
    for line in changed().take(LINES) {
        let sign = if line.tag() == ChangeTag::Delete { '-' } else { '+' };
        let text: String = line.value().trim_end().chars().take(COLUMNS).collect();
        let number = line.old_index().or(line.new_index()).map_or(0, |index| index + 1);
        let _ = writeln!(out, "    {number:>5} {sign} {text}");
    }
    let rest = changed().count().saturating_sub(LINES);
    if rest > 0 {
        let _ = writeln!(out, "          … and {rest} more lines");
    }
}
