//! Corrections to a document, as data: OpenAPI Overlay 1.0.
//!
//! An overlay is a list of actions; each selects places with a JSONPath (RFC 9535) and updates or
//! removes them. Two things are stricter than the specification, so that corrections cannot rot:
//! every action says why it exists (`x-reason`, its own or its file's), and one that matches nothing is an error.

mod action;
mod merge;
mod nearest;
mod positions;
mod yaml;

use std::fmt;

use serde_json::Value;

use action::Outcome;
pub use action::{Action, Change};
pub use merge::merge;
pub use positions::positions;
pub use yaml::read;

/// A file of corrections.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// The file's name, as messages give it.
    pub name: String,
    /// The documents it is for (`x-applies-to`): an API (`bapi`), one version of it
    /// (`bapi/2026-05-12`) or versions in a row (`bapi/2025-11-10..`, with nothing behind the dots
    /// for all that come after). Empty: all documents.
    pub applies_to: Vec<String>,
    /// Whether it is enough that each action matches in one of the documents (`x-match: somewhere`).
    pub somewhere: bool,
    /// Its actions, in the order in which they are applied.
    pub actions: Vec<Action>,
}

/// What an overlay did to a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many places the actions selected.
    pub places: usize,
    /// The index of each action that selected something.
    pub matched: Vec<usize>,
    /// The index of each action that selected nothing, where the overlay allows that.
    pub unmatched: Vec<usize>,
    /// The index of each action that selected something and changed nothing: the document says so
    /// by itself, and the action can go.
    pub unneeded: Vec<usize>,
}

/// What is wrong with an overlay, or with one of its actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The overlay's file name.
    pub overlay: String,
    /// The index of the action, from 0; `None` where the file as a whole is meant.
    pub action: Option<usize>,
    /// The action's JSONPath, as far as it has one.
    pub target: Option<String>,
    /// What is wrong and what would help.
    pub message: String,
}

impl Overlay {
    /// Reads an overlay from YAML or JSON; `name` is what messages call it.
    ///
    /// # Errors
    /// Everything that makes it no overlay, all at once: no version, no actions, an action without
    /// a reason, a path that does not parse, a key that is not known.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Finding>> {
        let whole =
            |message: String| Finding { overlay: name.to_owned(), action: None, target: None, message };
        let value = read(text).map_err(|error| vec![whole(error)])?;
        let Value::Object(fields) = value else {
            return Err(vec![whole("an overlay is an object".to_owned())]);
        };
        let mut findings = Vec::new();
        match fields.get("overlay").and_then(Value::as_str) {
            Some(version) if version.starts_with("1.0.") => {}
            Some(version) => findings
                .push(whole(format!("`overlay: {version}` is not understood; this engine reads 1.0.x"))),
            None => findings.push(whole("`overlay: 1.0.0` is missing".to_owned())),
        }
        for key in fields.keys() {
            if !matches!(key.as_str(), "overlay" | "info" | "extends" | "actions") && !key.starts_with("x-") {
                findings.push(whole(format!("the key `{key}` is not known")));
            }
        }
        let applies_to = names(&fields, "x-applies-to").unwrap_or_else(|message| {
            findings.push(whole(message));
            Vec::new()
        });
        let somewhere = match fields.get("x-match").map(Value::as_str) {
            None | Some(Some("everywhere")) => false,
            Some(Some("somewhere")) => true,
            Some(_) => {
                findings.push(whole("`x-match` is `everywhere` or `somewhere`".to_owned()));
                false
            }
        };
        let reason = fields.get("x-reason").and_then(Value::as_str);
        let mut actions = Vec::new();
        match fields.get("actions") {
            Some(Value::Array(entries)) if !entries.is_empty() => {
                for (index, entry) in entries.iter().enumerate() {
                    match Action::parse(entry, reason) {
                        Ok(action) => actions.push(action),
                        Err((target, messages)) => {
                            findings.extend(messages.into_iter().map(|message| Finding {
                                overlay: name.to_owned(),
                                action: Some(index),
                                target: target.clone(),
                                message,
                            }));
                        }
                    }
                }
            }
            _ => findings.push(whole("`actions` is a list with at least one action".to_owned())),
        }
        if findings.is_empty() {
            Ok(Self { name: name.to_owned(), applies_to, somewhere, actions })
        } else {
            Err(findings)
        }
    }

    /// Whether the overlay is for the document `id`, such as `bapi/2026-05-12`.
    #[must_use]
    pub fn is_for(&self, id: &str) -> bool {
        names_document(&self.applies_to, id)
    }

    /// Why an action matches nothing in a document, and what it may have meant.
    #[must_use]
    pub fn explain(&self, index: usize, document: &Value) -> Option<Finding> {
        let action = self.actions.get(index)?;
        Some(self.finding(index, action, nearest::explain(document, &action.target)))
    }

    fn finding(&self, index: usize, action: &Action, message: String) -> Finding {
        let target = Some(action.target.clone());
        Finding { overlay: self.name.clone(), action: Some(index), target, message }
    }
}

/// Applies the overlay to the document `id` (such as `bapi/2026-05-12`), action by action.
///
/// An action that is for other documents does nothing; it is for those that the overlay is for unless it says others.
///
/// # Errors
/// One finding for each action that matches nothing, unless the overlay allows that, or does not fit what it matches. The document is
/// then half corrected and of no use.
pub fn apply(document: &mut Value, id: &str, overlay: &Overlay) -> Result<Applied, Vec<Finding>> {
    let mut applied = Applied::default();
    let mut findings = Vec::new();
    for (index, action) in overlay.actions.iter().enumerate() {
        let applies = if action.applies_to.is_empty() { &overlay.applies_to } else { &action.applies_to };
        if !names_document(applies, id) {
            continue;
        }
        match action.apply(document) {
            Ok(Outcome::Matched { places, changed }) => {
                applied.places += places;
                applied.matched.push(index);
                if !changed {
                    applied.unneeded.push(index);
                }
            }
            Ok(Outcome::Nothing) if overlay.somewhere => applied.unmatched.push(index),
            Ok(Outcome::Nothing) => findings.extend(overlay.explain(index, document)),
            Err(message) => findings.push(overlay.finding(index, action, message)),
        }
    }
    if findings.is_empty() { Ok(applied) } else { Err(findings) }
}

/// Takes places out of a document, by their JSON pointers; those that are not there are passed over.
///
/// # Errors
/// The whole document cannot be removed.
pub fn remove(document: &mut Value, pointers: Vec<String>) -> Result<(), String> {
    action::remove_all(document, pointers).map(|_| ())
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.overlay)?;
        if let Some(index) = self.action {
            write!(out, ": actions[{index}]")?;
        }
        if let Some(target) = &self.target {
            write!(out, " ({target})")?;
        }
        write!(out, ": {}", self.message)
    }
}

/// A list of strings under `key`; none where the key is absent.
fn names(fields: &serde_json::Map<String, Value>, key: &str) -> Result<Vec<String>, String> {
    let wrong = || format!("`{key}` is a list of documents such as `bapi` or `bapi/2026-05-12`");
    match fields.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Array(entries)) => {
            entries.iter().map(|entry| entry.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

/// Whether a list of documents has `id` in it; an empty list has all. Versions are dates, so their order is that of
/// their texts.
fn names_document(list: &[String], id: &str) -> bool {
    let Some((api, version)) = id.split_once('/') else { return list.is_empty() };
    let is_meant = |name: &String| match name.split_once('/') {
        None => name == api,
        Some((other, _)) if other != api => false,
        Some((_, versions)) => match versions.split_once("..") {
            None => versions == version,
            Some((first, last)) => first <= version && (last.is_empty() || version <= last),
        },
    };
    list.is_empty() || list.iter().any(is_meant)
}

#[cfg(test)]
mod tests;
