//! `cargo xtask`: what the project does to itself. Refreshing is the only thing that reads anything
//! from outside of it.

mod documents;
mod readme;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Tasks of the project", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Transcribes a published OpenAPI document into openapi/
    Refresh(documents::Refresh),
    /// Applies the overlays to the snapshots again
    Effective {
        /// Write nothing; exit with 3 where a file is not what it would be
        #[arg(long)]
        check: bool,
    },
    /// Writes the README's table of operations and the code in the README and docs/ again
    Readme {
        /// Write nothing; exit with 3 where a file is not what it would be
        #[arg(long)]
        check: bool,
    },
}

/// The code of an exit that says: derived files are out of date.
const STALE: u8 = 3;

fn main() -> ExitCode {
    let root = documents::Root::of_workspace();
    let outcome = match Arguments::parse().task {
        Task::Refresh(refresh) => documents::refresh(&root, &refresh).map(|()| ExitCode::SUCCESS),
        Task::Effective { check: false } => documents::write_effective(&root).map(|()| ExitCode::SUCCESS),
        Task::Effective { check: true } => {
            documents::stale_effective(&root).map(|files| verdict(files, "cargo xtask effective"))
        }
        Task::Readme { check: false } => readme::write(&workspace()).map(|()| ExitCode::SUCCESS),
        Task::Readme { check: true } => {
            readme::stale(&workspace()).map(|files| verdict(files, "cargo xtask readme"))
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

/// What a check says about the files that are out of date, if any.
fn verdict(stale: Vec<String>, command: &str) -> ExitCode {
    if stale.is_empty() {
        return ExitCode::SUCCESS;
    }
    for file in stale {
        eprintln!("{file} is out of date");
    }
    eprintln!("`{command}` writes it again");
    ExitCode::from(STALE)
}

fn workspace() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}
