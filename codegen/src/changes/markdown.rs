//! A report as people read it: by resource, what breaks first, what belongs together on one line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Change, Effect, Kind, Report, Subject};

/// The whole report: what it comes to, and then every change.
pub(super) fn report(report: &Report) -> String {
    let mut out = format!("# {} → {}\n\n", report.old, report.new);
    match report.verdict() {
        None => out.push_str("Nothing that a program could name has changed.\n"),
        Some(verdict) => {
            out.push_str(match verdict {
                Effect::Breaking => "**Breaking**: some programs have to be changed.\n",
                Effect::Additive => "**Additive**: every program compiles as it is.\n",
                Effect::Invisible => "**Invisible**: no program can tell.\n",
            });
            out.push('\n');
            table(report, &mut out);
            out.push('\n');
            out.push_str(&resources(report, 2));
        }
    }
    out
}

/// How much there is of what.
fn table(report: &Report, out: &mut String) {
    let kinds = [Kind::Added, Kind::Removed, Kind::Renamed, Kind::Changed, Kind::Deprecated];
    let rows = [
        ("operations", Subject::Operation),
        ("arguments", Subject::Argument),
        ("answers", Subject::Answer),
        ("types", Subject::Type),
        ("fields", Subject::Field),
        ("values and variants", Subject::Variant),
    ];
    out.push_str("| | added | removed | renamed | changed | deprecated |\n|---|---:|---:|---:|---:|---:|\n");
    for (name, subject) in rows {
        let of =
            |kind: Kind| report.changes.iter().filter(move |it| it.subject == subject && it.kind == kind);
        let counts: Vec<String> = kinds.iter().map(|kind| of(*kind).count().to_string()).collect();
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "| {name} | {} |", counts.join(" | "));
    }
}

/// A section for each resource with changes, and one for what several have in common.
pub(super) fn resources(report: &Report, level: usize) -> String {
    let mut sections: BTreeMap<Option<&str>, Vec<&Change>> = BTreeMap::new();
    for change in &report.changes {
        sections.entry(change.resource.as_deref()).or_default().push(change);
    }
    // Types of several resources stand behind the resources.
    let shared = sections.remove(&None);
    let heading = "#".repeat(level);
    let mut out = String::new();
    for (resource, changes) in sections.into_iter().chain(shared.map(|changes| (None, changes))) {
        let name = resource.map_or("Types of several resources".to_owned(), |name| format!("`{name}()`"));
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{heading} {name}\n");
        for line in lines(&changes) {
            let _ = writeln!(out, "- {line}");
        }
    }
    out
}

/// The lines of a section: what breaks, what is new, what is deprecated, and what only readers of the documentation see.
fn lines(changes: &[&Change]) -> Vec<String> {
    let mut lines = Vec::new();
    for effect in [Effect::Breaking, Effect::Additive, Effect::Invisible] {
        let mut groups: Vec<(Key<'_>, Vec<&Change>)> = Vec::new();
        for change in changes.iter().filter(|change| change.effect == effect) {
            let key = key(change);
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, group)) => group.push(change),
                None => groups.push((key, vec![change])),
            }
        }
        groups.sort_by_key(|(key, _)| key.0);
        for (_, group) in groups {
            let prefix = if effect == Effect::Breaking { "**Breaking:** " } else { "" };
            lines.push(format!("{prefix}{}", line(&group)));
        }
    }
    lines
}

/// What has one key stands on one line: kind of line, owner and note.
type Key<'a> = (u8, Kind, Subject, &'a str, &'a str);

fn key(change: &Change) -> Key<'_> {
    let Change { kind, subject, owner, note, .. } = change;
    match (subject, kind) {
        (Subject::Operation, Kind::Added) => (0, *kind, *subject, owner, note),
        (Subject::Operation, _) => (1, *kind, *subject, owner, note),
        (Subject::Argument | Subject::Answer, _) => (2, *kind, *subject, owner, note),
        // Whole types are listed behind each other.
        (Subject::Type, Kind::Added | Kind::Removed) => (3, *kind, *subject, "", ""),
        (Subject::Type, _) => (4, *kind, *subject, owner, note),
        (Subject::Field | Subject::Variant, _) => (5, *kind, *subject, owner, note),
    }
}

fn line(group: &[&Change]) -> String {
    let Some(first) = group.first() else { return String::new() };
    let Change { kind, subject, owner, note, .. } = first;
    let note = if note.is_empty() { String::new() } else { format!(": {note}") };
    let members: Vec<String> = group.iter().map(|change| member(change)).collect();
    let members = members.join(", ");
    let noun = noun(first, group.len());
    match (subject, kind) {
        (Subject::Operation, Kind::Added) => {
            format!("New: `{}` (`{}`){note}.", first.new.as_deref().unwrap_or(owner), first.wire)
        }
        (Subject::Operation, Kind::Removed) => {
            format!("`{}` is gone (`{}`).", first.old.as_deref().unwrap_or(owner), first.wire)
        }
        (Subject::Operation | Subject::Type, Kind::Renamed) => {
            let (old, new) = both(first);
            format!("`{old}` is now `{new}`{note}.")
        }
        (Subject::Operation | Subject::Type, Kind::Deprecated) => format!("`{owner}` is deprecated."),
        (Subject::Operation | Subject::Type, Kind::Changed) => match (&first.old, &first.new) {
            (Some(old), Some(new)) => format!("`{owner}`{note} (`{old}` → `{new}`)."),
            _ => format!("`{owner}`{note}."),
        },
        (Subject::Type, Kind::Added) => format!("New {noun}: {}.", owners(group)),
        (Subject::Type, Kind::Removed) => format!("The {noun} {} {} gone.", owners(group), is(group)),
        (Subject::Answer, _) => {
            let (old, new) = both(first);
            format!("`{owner}` answers `{new}` instead of `{old}`.")
        }
        (_, Kind::Added) => format!("`{owner}` has the new {noun} {members}{note}."),
        (_, Kind::Removed) => format!("`{owner}` has lost the {noun} {members}."),
        (_, Kind::Renamed) => format!("`{owner}` has renamed the {noun} {members}."),
        (_, Kind::Changed) => format!("`{owner}`, {noun} {members}{note}."),
        (_, Kind::Deprecated) => format!("`{owner}` has deprecated the {noun} {members}."),
    }
}

/// A member with its types, as far as they are known.
fn member(change: &Change) -> String {
    let name = change.member.as_deref().unwrap_or_default();
    let name = if name.is_empty() { String::new() } else { format!("`{name}` ") };
    let text = match (change.kind, &change.old, &change.new) {
        (Kind::Renamed, Some(old), Some(new)) => return format!("`{old}` to `{new}`"),
        (_, Some(old), Some(new)) => format!("{name}(`{old}` → `{new}`)"),
        (_, Some(ty), None) | (_, None, Some(ty)) => format!("{name}(`{ty}`)"),
        (_, None, None) => name,
    };
    text.trim_end().to_owned()
}

fn noun(change: &Change, count: usize) -> &'static str {
    let setter = change.effect == Effect::Additive && change.kind == Kind::Added;
    let (one, many) = match change.subject {
        Subject::Operation => ("operation", "operations"),
        Subject::Argument if setter => ("optional argument", "optional arguments"),
        Subject::Argument => ("argument", "arguments"),
        Subject::Answer => ("answer", "answers"),
        Subject::Type => ("type", "types"),
        Subject::Field => ("field", "fields"),
        Subject::Variant => ("value", "values"),
    };
    if count == 1 { one } else { many }
}

fn is(group: &[&Change]) -> &'static str {
    if group.len() == 1 { "is" } else { "are" }
}

fn owners(group: &[&Change]) -> String {
    let names: Vec<String> = group.iter().map(|change| format!("`{}`", change.owner)).collect();
    names.join(", ")
}

fn both(change: &Change) -> (&str, &str) {
    (change.old.as_deref().unwrap_or_default(), change.new.as_deref().unwrap_or_default())
}

/// What has changed of an owner: from what to what, or why where it is spelt as it was.
fn in_short(change: &Change) -> String {
    let name = match (&change.member, change.subject) {
        (Some(member), _) => member,
        (None, Subject::Answer) => "answer",
        (None, _) => "",
    };
    let spelt = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!(" ({old} → {new})"),
        _ => String::new(),
    };
    let note = if change.note.is_empty() { String::new() } else { format!(": {}", change.note) };
    format!("{name}{spelt}{note}").trim_start_matches([':', ' ']).to_owned()
}

/// What was added, changed, renamed, removed: each a few words for a terminal.
pub(super) fn summary(report: &Report) -> Vec<(&'static str, Vec<String>)> {
    let mut added = Vec::new();
    let mut changed: Vec<(String, Vec<String>)> = Vec::new();
    let (mut renamed, mut removed, mut deprecated) = (Vec::new(), Vec::new(), Vec::new());
    for change in &report.changes {
        let name = match &change.member {
            Some(member) => format!("{}.{member}", change.owner),
            None => change.owner.clone(),
        };
        match (change.kind, change.subject) {
            (Kind::Added, Subject::Operation) => {
                let signature = change.new.as_deref().unwrap_or(&change.owner);
                added.push(signature.split(" -> ").next().unwrap_or(signature).to_owned());
            }
            (Kind::Added, Subject::Type) => {}
            (Kind::Added, _) => {
                let what =
                    format!("new {} `{}`", noun(change, 1), change.member.as_deref().unwrap_or_default());
                match changed.iter_mut().find(|(owner, _)| *owner == change.owner) {
                    Some((_, list)) => list.push(what),
                    None => changed.push((change.owner.clone(), vec![what])),
                }
            }
            (Kind::Renamed, _) => {
                let (old, new) = both(change);
                let owner = change.member.as_ref().map_or(String::new(), |_| format!("{}.", change.owner));
                renamed.push(format!("{owner}{old} to {new}"));
            }
            (Kind::Removed, _) => removed.push(name),
            (Kind::Deprecated, _) => deprecated.push(name),
            (Kind::Changed, _) if change.effect == Effect::Invisible => {}
            (Kind::Changed, _) => {
                let what = in_short(change);
                match changed.iter_mut().find(|(owner, _)| *owner == change.owner) {
                    Some((_, list)) => list.push(what),
                    None => changed.push((change.owner.clone(), vec![what])),
                }
            }
        }
    }
    let changed = changed.into_iter().map(|(owner, list)| format!("{owner}: {}", list.join(", "))).collect();
    let all = [
        ("added", added),
        ("changed", changed),
        ("renamed", renamed),
        ("removed", removed),
        ("deprecated", deprecated),
    ];
    all.into_iter().filter(|(_, list)| !list.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(kind: Kind, old: Option<&str>, new: Option<&str>, note: &str) -> Change {
        Change {
            effect: Effect::Breaking,
            kind,
            subject: Subject::Argument,
            resource: Some("things".to_owned()),
            owner: "things().find".to_owned(),
            member: Some("token".to_owned()),
            wire: "token".to_owned(),
            old_wire: None,
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
            note: note.to_owned(),
        }
    }

    #[test]
    fn a_few_words_on_a_change_say_what_it_is_though_no_type_has_changed() {
        let changes = vec![
            argument(Kind::Changed, None, None, "it has a setter now"),
            argument(Kind::Changed, Some("String"), Some("i64"), ""),
            argument(Kind::Renamed, Some("size"), Some("limit"), ""),
        ];
        let report = Report { old: "1".to_owned(), new: "2".to_owned(), changes };

        let words = summary(&report);

        assert_eq!(
            words,
            [
                (
                    "changed",
                    vec!["things().find: token: it has a setter now, token (String → i64)".to_owned()]
                ),
                ("renamed", vec!["things().find.size to limit".to_owned()]),
            ]
        );
    }
}
