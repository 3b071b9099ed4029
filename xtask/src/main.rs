//! `cargo xtask`: what the project does to itself. Taking documents in is the only thing that reads anything from outside
//! of it.

mod check;
mod derived;
mod documents;
mod error;
mod readme;
mod regen;
#[cfg(test)]
mod sentences;
mod surface;
mod tree;
mod versions;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Error;
use tree::Tree;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Tasks of the project", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Brings every derived file along; with --from, takes a published document in first
    Regen(regen::Arguments),
    /// Whether all derived files are what `regen` would write; exits with 3 where one is not
    Check,
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
    match task {
        Task::Regen(arguments) => regen::regen(tree, arguments).map(|()| ExitCode::SUCCESS),
        Task::Check => match check::check(tree)? {
            None => Ok(ExitCode::SUCCESS),
            Some(report) => {
                eprintln!("{report}");
                Ok(ExitCode::from(STALE))
            }
        },
    }
}
