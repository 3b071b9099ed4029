//! The scripts and workflows that build this repository: locked dependencies, and proposals that change data alone.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

type Outcome = Result<(), Box<dyn Error>>;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The workflows and the script of the checks: their paths and texts.
fn scripts() -> Result<Vec<(PathBuf, String)>, Box<dyn Error>> {
    let mut paths = vec![workspace().join(".ci/run")];
    for entry in fs::read_dir(workspace().join(".github/workflows"))? {
        paths.push(entry?.path());
    }
    paths.into_iter().map(|path| Ok((path.clone(), fs::read_to_string(path)?))).collect()
}

#[test]
fn every_command_that_resolves_dependencies_is_locked() -> Outcome {
    let resolving = ["xtask", "run", "test", "clippy", "doc", "check", "metadata", "build"];
    let mut commands = Vec::new();
    for (path, text) in scripts()? {
        let text = text.replace("\\\n", " ");
        for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', '-'])) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let cargo = words.iter().position(|word| word.ends_with("cargo"));
            let after = cargo.map(|at| &words[at..]).unwrap_or_default();
            if after.iter().any(|word| resolving.contains(word)) {
                commands.push((path.clone(), after.join(" ")));
            }
        }
    }
    let unlocked: Vec<_> = commands.iter().filter(|(_, command)| !command.contains("--locked")).collect();

    assert!(commands.len() > 15, "{commands:?}");
    assert!(unlocked.is_empty(), "{unlocked:?}");
    Ok(())
}

#[test]
fn the_job_that_can_push_builds_nothing_and_the_one_that_builds_cannot_push() -> Outcome {
    let workflow = fs::read_to_string(workspace().join(".github/workflows/regen.yml"))?;
    let (derive, propose) = workflow.split_once("\n  propose:\n").ok_or("there is no job `propose`")?;

    assert!(derive.contains("cargo") && !derive.contains("write #") && !derive.contains("github.token"));
    assert!(propose.contains("contents: write") && propose.contains("core.hooksPath /dev/null"));
    assert!(!["cargo", "rustup", "npm", "pip"].iter().any(|tool| propose.contains(tool)), "{propose}");
    Ok(())
}

/// A repository with a file of each kind, and the patch that a change of it makes.
struct Repository(TempDir);

impl Repository {
    fn new() -> Result<Self, Box<dyn Error>> {
        let repository = Self(tempfile::tempdir()?);
        repository.git(&["init", "--quiet"])?;
        for path in
            ["README.md", "openapi/bapi/2026-05-12.json", "docs/reference/users.md", "clerk-sdk/build.rs"]
        {
            repository.write(path, "before\n")?;
        }
        repository.git(&["add", "--all"])?;
        repository.git(&["commit", "--quiet", "--message", "before"])?;
        Ok(repository)
    }

    fn write(&self, path: &str, text: &str) -> Outcome {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().ok_or("a path without a folder")?)?;
        Ok(fs::write(path, text)?)
    }

    fn git(&self, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
        let identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"];
        let output =
            Command::new("git").current_dir(self.0.path()).args(identity).args(arguments).output()?;
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout)?),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
        }
    }

    /// Takes the patch of what was changed, and the change back.
    fn take_patch(&self) -> Result<TempDir, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        self.git(&["add", "--all"])?;
        let patch = self.git(&["diff", "--cached", "--binary", "--full-index", "--no-renames"])?;
        fs::write(folder.path().join("changes.patch"), patch)?;
        self.git(&["reset", "--quiet", "--hard"])?;
        Ok(folder)
    }

    fn stage(&self, patch: &TempDir) -> Result<Output, Box<dyn Error>> {
        let mut script = Command::new(workspace().join(".ci/stage-proposal"));
        Ok(script.current_dir(self.0.path()).arg(patch.path().join("changes.patch")).output()?)
    }

    /// Returns the message with which the script rejects the patch of a change, and leaves nothing staged.
    fn rejects(&self) -> Result<String, Box<dyn Error>> {
        let patch = self.take_patch()?;
        let output = self.stage(&patch)?;
        assert!(!output.status.success(), "accepted: {}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(self.git(&["status", "--porcelain"])?, "");
        Ok(String::from_utf8(output.stderr)?)
    }
}

#[test]
fn a_proposal_of_data_and_pages_is_staged_and_touches_no_file() -> Outcome {
    let repository = Repository::new()?;
    repository.write("openapi/bapi/2026-05-12.json", "after\n")?;
    repository.write("openapi/effective/webhooks/2025-04-15.json", "new\n")?;
    repository.write("openapi/surface/webhooks-2025-04-15.txt", "new\n")?;
    fs::remove_file(repository.0.path().join("docs/reference/users.md"))?;
    let patch = repository.take_patch()?;

    let output = repository.stage(&patch)?;

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let staged = repository.git(&["diff", "--cached", "--name-status", "HEAD"])?;
    assert_eq!(
        staged,
        "D\tdocs/reference/users.md\nM\topenapi/bapi/2026-05-12.json\n\
         A\topenapi/effective/webhooks/2025-04-15.json\nA\topenapi/surface/webhooks-2025-04-15.txt\n"
    );
    assert_eq!(fs::read_to_string(repository.0.path().join("openapi/bapi/2026-05-12.json"))?, "before\n");
    assert!(!repository.0.path().join("openapi/effective").exists());
    Ok(())
}

#[test]
fn a_proposal_that_changes_code_scripts_or_workflows_is_rejected() -> Outcome {
    for path in [
        "clerk-sdk/build.rs",
        "clerk-sdk/Cargo.toml",
        ".github/workflows/regen.yml",
        ".github/CODEOWNERS",
        ".ci/run",
        ".cargo/config.toml",
        ".gitattributes",
        ".gitmodules",
        "docs/reference/.gitattributes",
        "docs/reference/a/b.md",
        "openapi/overlays/names.yaml",
        "openapi/bapi/2026-05-12.json.sh",
        "openapi/bapi/2026-05-12\n.json",
        "tests/README.md",
    ] {
        let repository = Repository::new()?;
        repository.write("README.md", "after\n")?;
        repository.write(path, "after\n")?;

        let error = repository.rejects()?;

        assert!(error.contains("changes a file that regen does not write"), "{path}: {error}");
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_proposal_with_links_or_programs_is_rejected() -> Outcome {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let linked = Repository::new()?;
    fs::remove_file(linked.0.path().join("README.md"))?;
    symlink("clerk-sdk/build.rs", linked.0.path().join("README.md"))?;
    let executable = Repository::new()?;
    fs::set_permissions(executable.0.path().join("README.md"), fs::Permissions::from_mode(0o755))?;

    for repository in [linked, executable] {
        let error = repository.rejects()?;
        assert!(error.contains("something else than a plain file"), "{error}");
    }
    Ok(())
}

#[test]
fn a_proposal_that_leaves_the_repository_or_changes_nothing_is_rejected() -> Outcome {
    let repository = Repository::new()?;
    let patch = tempfile::tempdir()?;
    let outside = "diff --git a/../outside b/../outside\nnew file mode 100644\n--- /dev/null\n+++ b/../outside\n\
                   @@ -0,0 +1 @@\n+after\n";
    let git = outside.replace("../outside", ".git/hooks/post-commit");
    for text in [outside, &git, ""] {
        fs::write(patch.path().join("changes.patch"), text)?;

        let output = repository.stage(&patch)?;

        assert!(!output.status.success(), "{text}");
        assert_eq!(repository.git(&["status", "--porcelain"])?, "");
        assert!(!repository.0.path().join(".git/hooks/post-commit").exists());
    }
    Ok(())
}
