//! What went wrong, in words.

use std::fmt;

/// A message of one or more lines, for the person who has called the command.
#[derive(Debug)]
pub(crate) struct Error(String);

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// What went wrong with a file.
    pub(crate) fn at(path: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self(format!("{path}: {reason}"))
    }

    /// All messages as one, or `value` if there are none.
    pub(crate) fn unless_none<T>(messages: &[String], value: T) -> Result<T, Self> {
        if messages.is_empty() { Ok(value) } else { Err(Self(messages.join("\n"))) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
