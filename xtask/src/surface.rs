//! `openapi/surface/`: the public API of each document, one line for each thing that a program can name.

use clerk_codegen::model::Api;
use clerk_codegen::surface;

use crate::derived::File;
use crate::documents::sources::{Source, Sources};
use crate::error::Error;
use crate::tree::Tree;

/// A listing for each document.
pub(crate) fn listings(tree: &Tree) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    for source in Sources::read(tree)?.documents {
        files.push((source.surface(), surface::listing(&api(tree, &source)?)));
    }
    Ok(files)
}

/// The model of a source's effective document.
pub(crate) fn api(tree: &Tree, source: &Source) -> Result<Api, Error> {
    let path = source.effective();
    clerk_codegen::read(&tree.read(&path)?).map_err(|findings| Error::at(path, findings))
}
