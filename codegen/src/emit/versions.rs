//! `versions.rs`: a line for each version, for the macro of `clerk-sdk/src/generated.rs` that makes a module of it, and
//! what they are called.

use super::{line, literal};
use crate::GeneratedFile;
use crate::model::Api;

pub(super) fn file(apis: &[Api]) -> GeneratedFile {
    let mut text = String::new();
    let mut versions = Vec::new();
    for api in apis.iter().filter(|api| !api.is_webhooks()) {
        line(&mut text, "", &format!("api_version! {{ {} {} }}", api.module(), literal(&api.version)));
        versions.push(literal(&api.version));
        if api.is_root {
            line(&mut text, "", &format!("pub(crate) use {} as newest;", api.module()));
        }
    }
    line(&mut text, "", &format!("pub(crate) const VERSIONS: &[&str] = &[{}];", versions.join(", ")));
    GeneratedFile { name: "versions.rs".to_owned(), text }
}
