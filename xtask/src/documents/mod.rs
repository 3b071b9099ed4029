//! The folder `openapi/`: a snapshot of each published document (its facts, without its prose), where it comes from, and
//! the document that results from our overlays.

pub(crate) mod effective;
pub(crate) mod examples;
pub(crate) mod fetch;
pub(crate) mod intake;
pub(crate) mod snapshot;
pub(crate) mod sources;

#[cfg(test)]
mod tests;
