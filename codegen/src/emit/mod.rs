//! Writes.
use crate::{GeneratedFile, model::Api};
/// x
pub fn client(_api: &Api) -> Vec<GeneratedFile> {
    Vec::new()
}
