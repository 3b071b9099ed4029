//! What stops the generator: findings, each with the place in the document, the reason and what to do about it.

use std::fmt;

use serde_json::Value;

/// One thing in a document that the generator refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer of the place, such as `/paths/~1users/get`.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
    /// What settles it, usually an overlay action; empty where there is nothing to advise.
    pub advice: String,
    /// A change of the document that settles it, where one can be proposed. It may settle it badly, since what is meant
    /// is not known.
    pub fix: Option<Fix>,
}

/// A change of a document, as an overlay action can make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// JSON pointer of the place.
    pub pointer: String,
    /// What is merged into the place; `None`: the place is removed.
    pub update: Option<Value>,
}

/// A finding that has just been recorded, for what can be proposed.
#[derive(Debug)]
pub struct Added<'a>(Option<&'a mut Finding>);

impl Added<'_> {
    /// Proposes to merge something into a place.
    pub fn settled_by(self, pointer: &str, update: Value) {
        self.fix(Fix { pointer: pointer.to_owned(), update: Some(update) });
    }

    /// Proposes to remove a place.
    pub fn settled_without(self, pointer: &str) {
        self.fix(Fix { pointer: pointer.to_owned(), update: None });
    }

    fn fix(self, fix: Fix) {
        if let Some(finding) = self.0 {
            finding.fix = Some(fix);
        }
    }
}

/// The pointer of what a place is in.
pub(crate) fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The pointer of a member of a place.
pub(crate) fn member(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.pointer.is_empty() { "/" } else { &self.pointer }, self.message)?;
        if !self.advice.is_empty() {
            write!(f, "\n    {}", self.advice)?;
        }
        Ok(())
    }
}

/// All that was found, in the order of the document. As an error it holds at least one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Records a finding.
    pub fn add(
        &mut self,
        pointer: impl Into<String>,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Added<'_> {
        let (pointer, message) = (pointer.into(), message.into());
        let known = self.0.iter().position(|other| other.pointer == pointer && other.message == message);
        let position = known.unwrap_or(self.0.len());
        if known.is_none() {
            self.0.push(Finding { pointer, message, advice: advice.into(), fix: None });
        }
        Added(self.0.get_mut(position))
    }

    /// The findings, one after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` if nothing was found, else the findings.
    ///
    /// # Errors
    /// The findings themselves, if there are any.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} finding{} in the document", self.len(), if self.len() == 1 { "" } else { "s" })?;
        for finding in self.iter() {
            write!(f, "\n  {finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}
