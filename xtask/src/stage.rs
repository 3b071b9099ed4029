//! All or nothing: files are written beside the tree first, then a journal says that they count, then they are moved in.
//! Who is killed before the journal is there has changed nothing; who is killed after it leaves a journal that the next
//! command carries out to its end.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::tree::Change;

/// The folder of what is on its way, below the workspace, so that a file can be moved and need not be copied.
const FOLDER: &str = "target/regen";

/// A place beside a workspace for what is on its way.
#[derive(Debug)]
pub(crate) struct Stage {
    root: PathBuf,
    folder: PathBuf,
}

/// Called before every step with what is about to happen; an error ends everything there.
pub(crate) type Watch<'a> = &'a mut dyn FnMut(&str) -> io::Result<()>;

impl Stage {
    pub(crate) fn of(root: &Path) -> Self {
        Self { root: root.to_owned(), folder: root.join(FOLDER) }
    }

    /// Where a copy of the workspace has its place.
    pub(crate) fn copy(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// Where that copy is built. Not where the workspace is: cargo would take the crates of one for those of the other.
    pub(crate) fn build(&self) -> PathBuf {
        self.folder.join("build")
    }

    /// Carries out what a command that was killed had decided. Whether there was anything.
    pub(crate) fn recover(&self) -> Result<bool, Error> {
        self.move_in(&mut |_| Ok(())).map_err(|error| Error::at(FOLDER, error))
    }

    /// Makes the changes.
    pub(crate) fn commit(&self, changes: &[Change]) -> Result<(), Error> {
        self.commit_watched(changes, &mut |_| Ok(())).map_err(|error| Error::at(FOLDER, error))
    }

    fn commit_watched(&self, changes: &[Change], watch: Watch<'_>) -> io::Result<()> {
        watch("clear the stage")?;
        remove_folder(&self.files())?;
        fs::create_dir_all(self.files())?;
        let mut journal = String::new();
        for change in changes {
            match &change.new {
                Some(bytes) => {
                    watch(&format!("stage {}", change.path))?;
                    write_through(&self.files().join(&change.path), bytes)?;
                    journal.push_str(&format!("write {}\n", change.path));
                }
                None => journal.push_str(&format!("remove {}\n", change.path)),
            }
        }
        watch("write the journal")?;
        let draft = self.folder.join("journal.draft");
        write_through(&draft, journal.as_bytes())?;
        watch("make the journal count")?;
        fs::rename(draft, self.journal())?;
        self.move_in(watch).map(|_| ())
    }

    /// Does what the journal says, as far as it is not done yet.
    fn move_in(&self, watch: Watch<'_>) -> io::Result<bool> {
        let journal = match fs::read_to_string(self.journal()) {
            Ok(journal) => journal,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        for line in journal.lines() {
            watch(line)?;
            if let Some(path) = line.strip_prefix("write ") {
                move_file(&self.files().join(path), &self.root.join(path))?;
            } else if let Some(path) = line.strip_prefix("remove ") {
                ignore_missing(fs::remove_file(self.root.join(path)))?;
            }
        }
        watch("forget the journal")?;
        fs::remove_file(self.journal())?;
        watch("clean up")?;
        remove_folder(&self.files())?;
        Ok(true)
    }

    fn files(&self) -> PathBuf {
        self.folder.join("files")
    }

    fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }
}

/// Writes a file, and waits until it is on disk.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Moves a file to its place. Where it is not any more, it has been moved before.
fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    if !from.exists() {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::rename(from, to)
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    ignore_missing(fs::remove_dir_all(folder))
}

fn ignore_missing(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// A workspace with two files.
    fn before(root: &Path) {
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(root.join("a/changed"), "old").unwrap();
        fs::write(root.join("removed"), "old").unwrap();
    }

    fn changes() -> Vec<Change> {
        let change = |path: &str, old: Option<&str>, new: Option<&str>| Change {
            path: path.to_owned(),
            old: old.map(|text| text.as_bytes().to_vec()),
            new: new.map(|text| text.as_bytes().to_vec()),
        };
        vec![
            change("a/changed", Some("old"), Some("new")),
            change("b/added", None, Some("new")),
            change("removed", Some("old"), None),
        ]
    }

    fn contents(root: &Path) -> [Option<String>; 3] {
        ["a/changed", "b/added", "removed"].map(|path| fs::read_to_string(root.join(path)).ok())
    }

    #[test]
    fn killed_at_any_step_the_tree_is_as_before_or_as_after() {
        let as_before = [Some("old".to_owned()), None, Some("old".to_owned())];
        let as_after = [Some("new".to_owned()), Some("new".to_owned()), None];
        let (mut seen_before, mut seen_after) = (0, 0);
        for survived in 0.. {
            let folder = tempfile::tempdir().unwrap();
            before(folder.path());
            let stage = Stage::of(folder.path());
            let mut steps = 0;

            let outcome = stage.commit_watched(&changes(), &mut |_| {
                steps += 1;
                if steps > survived { Err(io::Error::other("killed")) } else { Ok(()) }
            });
            stage.recover().unwrap();

            let now = contents(folder.path());
            if now == as_before {
                assert_eq!(seen_after, 0, "step {survived} took back what had happened");
                seen_before += 1;
            } else {
                assert_eq!(now, as_after, "half of it after {survived} steps");
                seen_after += 1;
            }
            assert!(!folder.path().join(FOLDER).join("journal").exists());
            if outcome.is_ok() {
                break;
            }
        }
        assert!(seen_before >= 5 && seen_after >= 6, "{seen_before} {seen_after}");
    }

    /// Runs itself again, and has the kernel end that process before a step.
    #[cfg(unix)]
    #[test]
    fn a_process_that_is_killed_leaves_what_the_next_one_carries_out_or_forgets() {
        const NAME: &str =
            "stage::tests::a_process_that_is_killed_leaves_what_the_next_one_carries_out_or_forgets";
        if let (Ok(root), Ok(survives)) = (std::env::var("XTASK_ROOT"), std::env::var("XTASK_SURVIVES")) {
            let mut left: usize = survives.parse().unwrap();
            let outcome = Stage::of(Path::new(&root)).commit_watched(&changes(), &mut |_| {
                if left == 0 {
                    let itself = std::process::id().to_string();
                    std::process::Command::new("kill").args(["-KILL", &itself]).status()?;
                    return Err(io::Error::other("it lives on"));
                }
                left -= 1;
                Ok(())
            });
            return outcome.unwrap();
        }
        let (mut killed, mut before_it, mut after_it) = (0, 0, 0);
        for survives in 0.. {
            let folder = tempfile::tempdir().unwrap();
            before(folder.path());
            let mut again = std::process::Command::new(std::env::current_exe().unwrap());
            again.args([NAME, "--exact"]).env("XTASK_ROOT", folder.path());
            let ended = again.env("XTASK_SURVIVES", survives.to_string()).output().unwrap().status;
            Stage::of(folder.path()).recover().unwrap();

            match contents(folder.path()) {
                [Some(old), None, Some(_)] if old == "old" => before_it += 1,
                [Some(new), Some(_), None] if new == "new" => after_it += 1,
                other => panic!("{other:?} after {survives} steps"),
            }
            if ended.success() {
                break;
            }
            // By a signal it has no code.
            assert_eq!(ended.code(), None, "{ended}");
            killed += 1;
        }
        assert!(killed >= 10 && before_it >= 5 && after_it >= 6, "{killed}: {before_it}, {after_it}");
    }

    #[test]
    fn killed_again_while_it_is_made_up_for_it_still_ends_as_after() {
        let folder = tempfile::tempdir().unwrap();
        before(folder.path());
        let stage = Stage::of(folder.path());
        let kill_at = |name: &'static str| {
            move |step: &str| if step == name { Err(io::Error::other("killed")) } else { Ok(()) }
        };
        stage.commit_watched(&changes(), &mut kill_at("write b/added")).unwrap_err();

        stage.move_in(&mut kill_at("remove removed")).unwrap_err();
        let recovered = stage.recover().unwrap();

        assert!(recovered);
        assert_eq!(contents(folder.path()), [Some("new".to_owned()), Some("new".to_owned()), None]);
    }
}
