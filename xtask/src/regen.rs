//! `cargo xtask regen`: takes documents in, and brings everything that follows from them along.

use clap::Args;

use crate::derived;
use crate::documents::intake::{self, Published};
use crate::error::Error;
use crate::tree::Tree;

/// What to take in, if anything.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// A published document to take in: a file or a URL, YAML or JSON
    #[arg(long, value_name = "FILE|URL")]
    from: Option<String>,
    /// The API version that it describes, a date [default: what the document says]
    #[arg(long, value_name = "VERSION")]
    api: Option<String>,
    /// The commit of the publishing repository
    #[arg(long, requires = "from")]
    commit: Option<String>,
    /// The public URL of the document, where --from is a copy [default: as recorded before]
    #[arg(long, requires = "from", value_name = "URL")]
    origin: Option<String>,
}

/// Regenerates. Nothing is written unless everything is in order.
pub(crate) fn regen(tree: &Tree, what: &Arguments) -> Result<(), Error> {
    let mut tree = tree.clone();
    if let Some(from) = &what.from {
        let published = Published {
            from: from.clone(),
            api: what.api.clone(),
            commit: what.commit.clone(),
            origin: what.origin.clone(),
        };
        intake::take_in(&mut tree, &published)?;
    }
    derived::derive(&mut tree)?;
    for change in tree.changes() {
        let path = tree.root().join(&change.path);
        let failed = |error| Error::at(&change.path, error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        match &change.new {
            Some(bytes) => std::fs::write(&path, bytes).map_err(failed)?,
            None => std::fs::remove_file(&path).map_err(failed)?,
        }
    }
    Ok(())
}
