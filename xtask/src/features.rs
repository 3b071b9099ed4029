//! The features of `clerk-sdk` that choose API versions: one for each document of the Backend API, and one for all.

use crate::derived::File;
use crate::documents::sources::{Api, Sources};
use crate::error::Error;
use crate::tree::Tree;

const PATH: &str = "clerk-sdk/Cargo.toml";

/// The manifest with a feature for each version, the newest first.
pub(crate) fn manifest(tree: &Tree) -> Result<Vec<File>, Error> {
    let sources = Sources::read(tree)?;
    let names: Vec<String> =
        sources.of(Api::Backend).map(|source| format!("api-{}", source.version)).collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let mut features = format!("api-all = [{}]\n", quoted.join(", "));
    features.extend(names.iter().map(|name| format!("{name} = []\n")));
    let old = tree.text(PATH)?;
    let mut new = String::new();
    let mut written = false;
    for line in old.lines() {
        if !line.starts_with("api-") {
            new.push_str(line);
            new.push('\n');
        } else if !written {
            new.push_str(&features);
            written = true;
        }
    }
    if !written {
        return Err(Error::at(PATH, "no feature begins with `api-`, so there is no place for the versions"));
    }
    Ok(vec![(PATH.to_owned(), new)])
}
