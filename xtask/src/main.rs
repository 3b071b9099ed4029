//! `cargo xtask`: what the project does to itself. Taking documents in is the only thing that reads anything from outside
//! of it.

mod bench;
mod changelog;
mod check;
mod derived;
mod diff;
mod documents;
mod error;
mod features;
mod inherit;
mod lint;
mod proposal;
mod reading;
mod readme;
mod reference;
mod regen;
mod scratch;
#[cfg(test)]
mod sentences;
mod stage;
mod steps;
mod surface;
#[cfg(test)]
mod tests;
mod tree;
mod untyped;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Error;
use tree::Tree;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    about = "Tasks of the project",
    after_help = "Exits with 0 where there was nothing to do or it is done, 1 where something failed, 2 where the command \
                  was not understood, and 3 where `check` found something out of date.",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Brings everything along that follows from Clerk's documents, and says what has changed
    Regen(regen::Arguments),
    /// What is different between two documents, said for callers of the SDK
    Diff(diff::Arguments),
    /// Writes what of the README and of docs/ is derived, and nothing else
    Docs,
    /// Everything but writing, for any document: what stands in the way of a client, and what would settle it
    Lint(lint::Arguments),
    /// Whether all derived files are what `regen` would write; exits with 3 where one is not
    Check,
    /// Measures the SDK on this machine, side by side with what one would use instead
    Bench(bench::Arguments),
}

/// The code of an exit that says: derived files are out of date.
const STALE: u8 = 3;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    run(&Tree::of_workspace(), &arguments.task).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn run(tree: &Tree, task: &Task) -> Result<ExitCode, Error> {
    // Whatever is read below has to be whole.
    stage::Stage::of(tree.root()).recover()?;
    match task {
        Task::Regen(arguments) => {
            let steps = steps::Steps::default();
            let check = |workspace: &Path, target: &Path| scratch::check_client(workspace, target, &[]);
            regen::regen(tree, arguments, &steps, &check).map(|()| ExitCode::SUCCESS)
        }
        Task::Docs => {
            let written = derived::write_documentation(tree)?;
            written.iter().for_each(|path| println!("{path}"));
            Ok(ExitCode::SUCCESS)
        }
        Task::Lint(arguments) => {
            lint::lint(tree, arguments).map(|ok| if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Task::Bench(arguments) => bench::bench(tree, arguments).map(|()| ExitCode::SUCCESS),
        Task::Diff(arguments) => diff::diff(tree, arguments).map(|()| ExitCode::SUCCESS),
        Task::Check => match check::check(tree)? {
            None => Ok(ExitCode::SUCCESS),
            Some(report) => {
                eprintln!("{report}");
                Ok(ExitCode::from(STALE))
            }
        },
    }
}
