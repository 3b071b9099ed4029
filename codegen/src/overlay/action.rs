//! One action of an overlay: reading it, finding its places, changing them.

use serde_json::Value;
use serde_json_path::JsonPath;

use super::{merge, names};

/// One correction.
#[derive(Debug, Clone)]
pub struct Action {
    /// The JSONPath (RFC 9535) of the places.
    pub target: String,
    /// What happens there.
    pub change: Change,
    /// Why the correction is made.
    pub reason: String,
    /// The documents that it is for, whatever the overlay says; empty: those that the overlay is for.
    pub applies_to: Vec<String>,
    path: JsonPath,
}

/// What an action does to each place that it selects.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Merge the value into an object, or append it to an array.
    Update(Value),
    /// Take the place out of the object or array that it is in.
    Remove,
}

/// What became of an action in one document.
pub(super) enum Outcome {
    /// It selected so many places, and changed them or found them so.
    Matched { places: usize, changed: bool },
    /// It selected nothing.
    Nothing,
}

impl Action {
    /// Reads an action; `reason` is its file's. The errors come with the target, where there is one.
    pub(super) fn parse(value: &Value, reason: Option<&str>) -> Result<Self, (Option<String>, Vec<String>)> {
        let Value::Object(fields) = value else {
            return Err((None, vec!["an action is an object".to_owned()]));
        };
        let mut wrong = Vec::new();
        for key in fields.keys() {
            if !matches!(
                key.as_str(),
                "target" | "description" | "update" | "remove" | "x-reason" | "x-applies-to"
            ) {
                wrong.push(format!("the key `{key}` is not known"));
            }
        }
        let target = fields.get("target").and_then(Value::as_str).map(str::to_owned);
        let path = match &target {
            None => {
                wrong.push("`target`, a JSONPath, is missing".to_owned());
                None
            }
            Some(target) => {
                parse(target).map_err(|error| wrong.push(format!("no JSONPath (RFC 9535): {error}"))).ok()
            }
        };
        let reason = match fields.get("x-reason").and_then(Value::as_str).or(reason).map(str::trim) {
            Some(reason) if !reason.is_empty() => Some(reason.to_owned()),
            _ => {
                wrong.push("`x-reason`, why the correction is made, is missing".to_owned());
                None
            }
        };
        let change = match (fields.get("update"), fields.get("remove")) {
            (Some(update), None) => Some(Change::Update(update.clone())),
            (None, Some(Value::Bool(true))) => Some(Change::Remove),
            _ => {
                wrong.push("an action has either `update` or `remove: true`".to_owned());
                None
            }
        };
        let applies_to = names(fields, "x-applies-to").unwrap_or_else(|message| {
            wrong.push(message);
            Vec::new()
        });
        match (target, path, reason, change) {
            (Some(target), Some(path), Some(reason), Some(change)) if wrong.is_empty() => {
                Ok(Self { target, change, reason, applies_to, path })
            }
            (target, ..) => Err((target, wrong)),
        }
    }

    /// Changes every place that the path selects.
    pub(super) fn apply(&self, document: &mut Value) -> Result<Outcome, String> {
        let mut pointers: Vec<String> = self
            .path
            .query_located(document)
            .locations()
            .map(|location| location.to_json_pointer())
            .collect();
        // A path such as `$..a..b` can select one place twice.
        let mut seen = std::collections::HashSet::new();
        pointers.retain(|pointer| seen.insert(pointer.clone()));
        if pointers.is_empty() {
            return Ok(Outcome::Nothing);
        }
        match &self.change {
            Change::Update(update) => update_all(document, &pointers, update),
            Change::Remove => remove_all(document, pointers),
        }
    }
}

/// Reads a JSONPath. The parser ends the process for a text that ends within a `\u` escape.
pub(super) fn parse(target: &str) -> Result<JsonPath, String> {
    if target.rsplit_once("\\u").is_some_and(|(_, rest)| rest.len() < 2) {
        return Err("it ends within an escape".to_owned());
    }
    JsonPath::parse(target).map_err(|error| error.to_string())
}

fn update_all(document: &mut Value, pointers: &[String], update: &Value) -> Result<Outcome, String> {
    let mut changed = false;
    for pointer in pointers {
        match document.pointer_mut(pointer) {
            Some(place @ Value::Object(_)) => {
                if !update.is_object() {
                    return Err(format!("`update` is no object, but `{pointer}` is one"));
                }
                changed |= merge::merge(place, update);
            }
            // The specification has an array's update be one more entry.
            Some(Value::Array(entries)) => {
                entries.push(update.clone());
                changed = true;
            }
            Some(_) => {
                return Err(format!(
                    "`{pointer}` is neither an object nor an array; select what it is in and \
                     update that"
                ));
            }
            // An earlier place's update can only replace what is inside of it.
            None => {
                return Err(format!("`{pointer}` is inside of another place, which replaced it"));
            }
        }
    }
    Ok(Outcome::Matched { places: pointers.len(), changed })
}

pub(super) fn remove_all(document: &mut Value, mut pointers: Vec<String>) -> Result<Outcome, String> {
    pointers.sort_unstable();
    pointers.dedup();
    // From the back, so that the indices of the places that are still to come stay right.
    pointers.sort_by(|a, b| order(b).cmp(&order(a)));
    for pointer in &pointers {
        let Some((parent, token)) = pointer.rsplit_once('/') else {
            return Err("the whole document cannot be removed".to_owned());
        };
        match document.pointer_mut(parent) {
            Some(Value::Object(fields)) => {
                // Keeps the order of the others, which a plain `remove` does not.
                fields.shift_remove(&token.replace("~1", "/").replace("~0", "~"));
            }
            Some(Value::Array(entries)) => {
                if let Some(index) = token.parse().ok().filter(|index| *index < entries.len()) {
                    entries.remove(index);
                }
            }
            _ => {}
        }
    }
    Ok(Outcome::Matched { places: pointers.len(), changed: true })
}

/// Sorts pointers by the place in the document, indices by their value.
fn order(pointer: &str) -> Vec<(u64, &str)> {
    pointer.split('/').map(|token| (token.parse().unwrap_or(u64::MAX), token)).collect()
}
