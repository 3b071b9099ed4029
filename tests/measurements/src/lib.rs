//! Measures the SDK side by side with what one would use instead. `cargo xtask bench` runs it.
//!
//! All that counts is CPU time, the kernel's included, of a process of its own for each candidate; the server that
//! answers is another process. Candidates take turns and the quickest of their rounds counts, so that what else runs on
//! the machine disturbs all alike, and little.

mod building;
mod calls;
mod generator;
mod peers;
mod report;
mod scale;
mod server;
mod tokens;
mod uploads;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measures, and writes `measurements.json`, `measurements.md` and `measurements.svg`
    Run {
        /// The folder for the results
        #[arg(long)]
        out: PathBuf,
        /// Builds programs too, from nothing, which takes minutes
        #[arg(long)]
        builds: bool,
        /// Builds them as releases too, which takes some more
        #[arg(long, requires = "builds")]
        releases: bool,
    },
    /// Answers requests with ten users until it is ended
    #[command(hide = true)]
    Serve,
    /// Calls a server and says what it took
    #[command(hide = true)]
    Call { candidate: calls::Candidate, url: String, calls: usize, at_once: usize },
    /// Checks tokens and says what it took
    #[command(hide = true)]
    Token { candidate: tokens::Candidate },
    /// Takes uploads until it is ended
    #[command(hide = true)]
    ServeUploads,
    /// Uploads a file and says what it took
    #[command(hide = true)]
    Upload { candidate: uploads::Candidate, url: String, file: PathBuf },
    /// Answers a million users, by pages, until it is ended
    #[command(hide = true)]
    ServeUsers,
    /// Walks them and says what it took
    #[command(hide = true)]
    Walk { url: String },
}

/// What both programs do.
pub fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Run { out, builds, releases } => run(&out, builds, releases),
        Task::Serve => server::serve(),
        Task::Call { candidate, url, calls, at_once } => calls::call(candidate, &url, calls, at_once),
        Task::Token { candidate } => tokens::check(candidate),
        Task::ServeUploads => uploads::serve(),
        Task::Upload { candidate, url, file } => uploads::upload(candidate, &url, &file),
        Task::ServeUsers => scale::serve(),
        Task::Walk { url } => scale::walk(&url),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(out: &std::path::Path, builds: bool, releases: bool) -> Result<(), Failure> {
    let mut results = vec![
        calls::measure()?,
        tokens::measure()?,
        generator::measure()?,
        uploads::measure()?,
        scale::measure()?,
    ];
    if builds {
        results.push(building::measure(releases)?);
    }
    report::write(out, &results)
}
