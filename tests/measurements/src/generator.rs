//! What it takes to generate the client, in a debug build as users have it, and how that grows with the document.

use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::calls::numbers;
use crate::report::{Row, Section};

pub fn measure() -> Result<Section, Failure> {
    eprintln!("building and running the generator");
    let scratch = tempfile::tempdir()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let manifest =
        include_str!("../programs/generator/program.toml").replace("@root@", &root.display().to_string());
    std::fs::create_dir(scratch.path().join("src"))?;
    std::fs::write(scratch.path().join("Cargo.toml"), manifest)?;
    std::fs::write(scratch.path().join("src/main.rs"), include_str!("../programs/generator/main.rs"))?;
    let mut program = Command::new("cargo");
    program.args(["run", "--quiet"]).current_dir(scratch.path()).env_remove("CARGO_TARGET_DIR");
    let [once, twice, four_times, eight_times] = numbers(&mut program)?;

    let row = |title: &str, took| Row::new(title, "ms", [("clerk-codegen", took)]);
    let rows = vec![
        row("CPU to generate the client", once),
        row("with 2 times the paths", twice),
        row("with 4 times the paths", four_times),
        row("with 8 times the paths", eight_times),
    ];
    Ok(Section { title: "Generating, in a debug build", rows })
}
