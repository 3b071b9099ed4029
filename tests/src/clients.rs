//! Clerk's own SDKs for Python and JavaScript, for the tests that run them: scripts below `tests/clients`. Their
//! packages are installed once, into a folder that the test names; where that is not possible, the test says so and is
//! passed over, unless `CLERK_TESTS_CLIENTS=required` is set.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What could not be had, in words.
pub type Missing = String;

/// Where the scripts are.
pub fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// A script that is run by Python, with Clerk's SDK at hand. `folder` is the test's `CARGO_TARGET_TMPDIR`.
///
/// # Errors
/// Where Python or the packages are missing.
pub fn python(folder: &Path, script: &str) -> Result<Command, Missing> {
    let mut command = Command::new(python_with("python", folder)?.join("bin/python"));
    command.arg(scripts().join("python").join(script));
    Ok(command)
}

/// A Python of its own, in a folder, with the packages that `tests/clients/NAME/requirements.txt` lists.
///
/// # Errors
/// Where Python or the packages are missing.
pub fn python_with(name: &str, folder: &Path) -> Result<PathBuf, Missing> {
    let requirements = scripts().join(name).join("requirements.txt");
    installed(&folder.join(format!("client-{name}")), &requirements, |into| {
        run(Command::new("python3").args(["-m", "venv"]).arg(into))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
        run(Command::new(into.join("bin/python")).args(pip).arg(&requirements))?;
        Ok(())
    })
}

/// A script that is run by Node, with Clerk's SDK at hand. `folder` is the test's `CARGO_TARGET_TMPDIR`.
///
/// # Errors
/// Where Node or the packages are missing.
pub fn javascript(folder: &Path, script: &str) -> Result<Command, Missing> {
    let scripts = scripts().join("javascript");
    run(Command::new("node").arg("--version"))?;
    let manifest = scripts.join("package.json");
    let installed = installed(&folder.join("client-javascript"), &manifest, |into| {
        copy(&manifest, &into.join("package.json"))?;
        run(Command::new("npm").args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(into))?;
        Ok(())
    })?;
    // Packages are looked for beside the script.
    let beside = installed.join(script);
    copy(&scripts.join(script), &beside)?;
    let mut command = Command::new("node");
    command.arg(beside);
    Ok(command)
}

/// What was installed; `None`, with a line that says why, where it could not be and need not be.
///
/// # Panics
/// Where it could not be and is required.
#[allow(clippy::panic, reason = "it is how a test fails")]
pub fn obtained<T>(installed: Result<T, Missing>) -> Option<T> {
    match installed {
        Ok(installed) => Some(installed),
        Err(missing) if std::env::var_os("CLERK_TESTS_CLIENTS").is_some() => panic!("{missing}"),
        Err(missing) => {
            println!("passed over, since a client could not be installed: {missing}");
            None
        }
    }
}

fn run(command: &mut Command) -> Result<Output, Missing> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn copy(from: &Path, to: &Path) -> Result<(), Missing> {
    std::fs::copy(from, to).map(drop).map_err(|error| failed(from, &error))
}

fn failed(path: &Path, error: &io::Error) -> Missing {
    format!("{}: {error}", path.display())
}

/// A folder in which exactly these dependencies are installed: `install` fills it, unless that was done before.
fn installed(
    folder: &Path,
    manifest: &Path,
    install: impl FnOnce(&Path) -> Result<(), Missing>,
) -> Result<PathBuf, Missing> {
    let wanted = std::fs::read_to_string(manifest).map_err(|error| failed(manifest, &error))?;
    let done = folder.join("installed");
    if std::fs::read_to_string(&done).ok().as_ref() != Some(&wanted) {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        install(folder)?;
        std::fs::write(&done, wanted).map_err(|error| failed(&done, &error))?;
    }
    Ok(folder.to_owned())
}
