//! What stops the generator: findings, each with the place in the document, the reason and what to do about it.

use std::fmt;

/// One thing in a document that the generator refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer of the place, such as `/paths/~1users/get`.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
    /// What settles it, usually an overlay action; empty where there is nothing to advise.
    pub advice: String,
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
    pub fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>, advice: impl Into<String>) {
        let finding = Finding { pointer: pointer.into(), message: message.into(), advice: advice.into() };
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
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
