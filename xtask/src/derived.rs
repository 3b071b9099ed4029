//! The list of all derived files: what follows from the snapshots, the overlays and the documentation's code. `regen`
//! writes them, `check` compares them.

use crate::documents::effective;
use crate::error::Error;
use crate::stage::Stage;
use crate::tree::Tree;
use crate::{features, readme, reference, surface};

/// A derived file: its path and its text.
pub(crate) type File = (String, String);

/// Makes some of the derived files.
type Maker = fn(&Tree) -> Result<Vec<File>, Error>;

/// All of them but the effective documents, which all others follow from. Each may read what those before it have made.
const MAKERS: &[Maker] = &[features::manifest, surface::listings, reference::pages, readme::pages];

/// Folders in which nothing else is: a file there that nobody makes is left over.
const OWNED: &[&str] = &["openapi/effective", "openapi/surface", reference::FOLDER];

/// Puts every derived file into the tree as it should be, and has those removed that are left over.
pub(crate) fn derive(tree: &mut Tree) -> Result<(), Error> {
    let corrected = effective::documents(tree)?;
    follow(tree, corrected.files)
}

/// The same, where the effective documents are at hand.
pub(crate) fn follow(tree: &mut Tree, effective: Vec<File>) -> Result<(), Error> {
    let mut made = Vec::new();
    let mut put = |tree: &mut Tree, files: Vec<File>| {
        for (path, text) in files {
            tree.put(path.clone(), text);
            made.push(path);
        }
    };
    put(tree, effective);
    for maker in MAKERS {
        let files = maker(tree)?;
        put(tree, files);
    }
    for folder in OWNED {
        for path in tree.files(folder).into_iter().filter(|path| !made.contains(path)) {
            tree.remove(path);
        }
    }
    Ok(())
}

/// Writes the derived files that people read. Which were not what they should be.
pub(crate) fn write_documentation(tree: &Tree) -> Result<Vec<String>, Error> {
    let mut tree = tree.clone();
    derive(&mut tree)?;
    let mut changes = tree.changes();
    changes.retain(|change| change.path == "README.md" || change.path.starts_with("docs/"));
    Stage::of(tree.root()).commit(&changes)?;
    Ok(changes.into_iter().map(|change| change.path).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_derived_file_of_the_workspace_is_up_to_date() {
        let mut tree = Tree::of_workspace();

        derive(&mut tree).unwrap();

        let stale: Vec<String> = tree.changes().into_iter().map(|change| change.path).collect();
        assert!(stale.is_empty(), "`cargo xtask regen` writes these again: {stale:?}");
    }
}
