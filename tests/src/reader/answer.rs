//! Answers that the document allows.
