//! What is different between two models, said for a program that calls the SDK: what the compiler would say about it
//! decides whether a change breaks.

mod arguments;
mod events;
mod fields;
mod json;
mod markdown;
mod operations;
mod pairs;
mod types;

use std::collections::BTreeSet;
use std::fmt;

use crate::model::{Api, TypeDef};

/// All differences of two models.
#[derive(Clone, Debug)]
pub struct Report {
    /// The API version of the old model.
    pub old: String,
    /// The API version of the new model.
    pub new: String,
    /// The differences: operations in the order of the new document, then types.
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it means for callers.
    pub effect: Effect,
    /// What has happened.
    pub kind: Kind,
    /// To what.
    pub subject: Subject,
    /// The resource it belongs to; `None` for what several resources have in common.
    pub resource: Option<String>,
    /// What has it: an operation, such as `users().list`, or a type, such as `User`. In the new model, where it is there.
    pub owner: String,
    /// What is different in the owner: an argument, a field, a value; `None` for the owner itself.
    pub member: Option<String>,
    /// The name on the wire: of an operation its method and path, of anything else its JSON name.
    pub wire: String,
    /// What the name on the wire was, where that has changed.
    pub old_wire: Option<String>,
    /// How it was spelt.
    pub old: Option<String>,
    /// How it is spelt.
    pub new: Option<String>,
    /// What else there is to know; empty where that is nothing.
    pub note: String,
}

/// What a change means for programs that compile against the old client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// They cannot tell.
    Invisible,
    /// They compile, and there is more that they could say.
    Additive,
    /// Some of them do not compile, or would mean something else.
    Breaking,
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It is new.
    Added,
    /// It is there no more.
    Removed,
    /// It has another name.
    Renamed,
    /// It is not what it was.
    Changed,
    /// It is marked deprecated now.
    Deprecated,
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An operation.
    Operation,
    /// Something that a caller passes to an operation.
    Argument,
    /// What an operation answers.
    Answer,
    /// A type.
    Type,
    /// A field of a struct.
    Field,
    /// A value of an enum, a variant of a union, or an event.
    Variant,
}

/// The differences of two models.
pub fn between(old: &Api, new: &Api) -> Report {
    let pairs = pairs::Pairs::of(old, new);
    let mut changes = operations::changes(&pairs);
    changes.extend(events::changes(&pairs));
    changes.extend(types::changes(&pairs));
    Report { old: old.version.clone(), new: new.version.clone(), changes }
}

impl Report {
    /// What all changes together mean; `None` if there are none.
    pub fn verdict(&self) -> Option<Effect> {
        self.changes.iter().map(|change| change.effect).max()
    }

    /// The version that follows `version`, which is `major.minor.patch`; `None` if it is not, or nothing has changed.
    pub fn next_version(&self, version: &str) -> Option<String> {
        self.verdict().and_then(|verdict| verdict.step(version))
    }

    /// The same report without what no program can tell.
    #[must_use]
    pub fn visible(&self) -> Self {
        let mut report = self.clone();
        report.changes.retain(|change| change.effect != Effect::Invisible);
        report
    }

    /// The report as a document in Markdown.
    pub fn markdown(&self) -> String {
        markdown::report(self)
    }

    /// The lines of a changelog, a heading for each resource, with headings of a level.
    pub fn changelog(&self, level: usize) -> String {
        markdown::resources(self, level)
    }

    /// The most important changes in a few words: what was added, changed and removed.
    pub fn summary(&self) -> Vec<(&'static str, Vec<String>)> {
        markdown::summary(self)
    }

    /// The report as JSON.
    pub fn json(&self) -> serde_json::Value {
        json::report(self)
    }
}

impl Effect {
    /// The version that follows `version` by SemVer: before 1.0, what breaks raises the minor version.
    pub fn step(self, version: &str) -> Option<String> {
        let core = version.split(['+', '-']).next()?;
        let numbers: Vec<u64> = core.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [major, minor, patch] = numbers.as_slice() else { return None };
        Some(match (self, *major) {
            (Self::Breaking, 0) => format!("0.{}.0", minor + 1),
            (Self::Breaking, _) => format!("{}.0.0", major + 1),
            (Self::Additive, 1..) => format!("{major}.{}.0", minor + 1),
            (Self::Additive | Self::Invisible, _) => format!("{major}.{minor}.{}", patch + 1),
        })
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Invisible => "invisible",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Changed => "changed",
            Self::Deprecated => "deprecated",
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Operation => "operation",
            Self::Argument => "argument",
            Self::Answer => "answer",
            Self::Type => "type",
            Self::Field => "field",
            Self::Variant => "variant",
        })
    }
}

/// The resource that alone reaches each type, by the type's index.
fn owners(api: &Api) -> Vec<Option<String>> {
    let mut reached_by: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); api.types.len()];
    for operation in &api.operations {
        let mut open: Vec<usize> = operation.output.definition().into_iter().collect();
        open.extend(operation.all_arguments().filter_map(|argument| argument.ty.definition()));
        while let Some(id) = open.pop() {
            let Some(resources) = reached_by.get_mut(id) else { continue };
            if resources.insert(&operation.resource) {
                open.extend(api.types.get(id).into_iter().flat_map(TypeDef::inner));
            }
        }
    }
    let only = |resources: BTreeSet<&str>| match resources.len() {
        1 => resources.first().map(|resource| (*resource).to_owned()),
        _ => None,
    };
    reached_by.into_iter().map(only).collect()
}
