//! `cargo xtask bench`: starts the measurements, which are a workspace of their own for the sake of all other builds.

use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::tree::Tree;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder for the results, as JSON, as a Markdown table and as a chart [default: target/measurements]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Builds programs too, from nothing, which takes minutes
    #[arg(long)]
    builds: bool,
    /// Builds them as releases too, which takes some more
    #[arg(long, requires = "builds")]
    releases: bool,
}

pub(crate) fn bench(tree: &Tree, arguments: &Arguments) -> Result<(), Error> {
    let target = tree.root().join("target");
    let out = arguments.out.clone().unwrap_or_else(|| target.join("measurements"));
    let mut command = Command::new("cargo");
    command
        .args(["run", "--locked", "--quiet", "--release", "--manifest-path"])
        .arg(tree.root().join("tests/measurements/Cargo.toml"));
    command.arg("--target-dir").arg(target.join("bench")).args(["--", "run", "--out"]).arg(&out);
    command.args(arguments.builds.then_some("--builds")).args(arguments.releases.then_some("--releases"));
    let status = command.status().map_err(|error| Error::at("cargo", error))?;
    if status.success() { Ok(()) } else { Err(Error::at("tests/measurements", status)) }
}
