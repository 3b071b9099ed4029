//! Clerk's SDKs for other languages. They are installed once, beside the program that measures.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// A language that Clerk has an SDK for.
#[derive(Clone, Copy)]
pub enum Peer {
    Python,
    JavaScript,
}

impl Peer {
    pub const ALL: [Self; 2] = [Self::Python, Self::JavaScript];

    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "Python SDK",
            Self::JavaScript => "JavaScript SDK",
        }
    }

    /// A command that runs one of the programs of `programs/python` or `programs/javascript`; none where the language
    /// or its SDK cannot be had.
    pub fn program(self, name: &str) -> Option<Command> {
        match self.installed() {
            Ok(folder) => Some(self.command(&folder, name)),
            Err(error) => {
                eprintln!("passed over, since the {} could not be installed: {error}", self.name());
                None
            }
        }
    }

    fn command(self, folder: &Path, name: &str) -> Command {
        match self {
            Self::Python => {
                let mut command = Command::new(folder.join("bin/python"));
                command.arg(self.sources().join(name).with_extension("py"));
                command
            }
            Self::JavaScript => {
                let mut command = Command::new("node");
                command.arg(folder.join(name).with_extension("mjs"));
                command
            }
        }
    }

    fn sources(self) -> PathBuf {
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        programs.join(match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
        })
    }

    /// The folder of the installation.
    fn installed(self) -> Result<PathBuf, Failure> {
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("../clients");
        let program = std::env::current_exe()?;
        let folder = program.parent().ok_or("no folder")?.join("peers").join(self.name().replace(' ', "-"));
        std::fs::create_dir_all(&folder)?;
        match self {
            Self::Python => {
                if !folder.join("installed").exists() {
                    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
                    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
                    let requirements = clients.join("python/requirements.txt");
                    run(Command::new(folder.join("bin/python")).args(pip).arg(requirements))?;
                }
            }
            Self::JavaScript => {
                // Packages are looked for beside the program.
                for source in std::fs::read_dir(self.sources())? {
                    let source = source?;
                    std::fs::copy(source.path(), folder.join(source.file_name()))?;
                }
                if !folder.join("installed").exists() {
                    std::fs::copy(clients.join("javascript/package.json"), folder.join("package.json"))?;
                    let npm = ["install", "--silent", "--no-audit", "--no-fund"];
                    run(Command::new("npm").args(npm).current_dir(&folder))?;
                }
            }
        }
        std::fs::write(folder.join("installed"), "")?;
        Ok(folder)
    }
}

fn run(command: &mut Command) -> Result<(), Failure> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}").into()),
        Err(error) => Err(format!("{command:?}: {error}").into()),
    }
}
