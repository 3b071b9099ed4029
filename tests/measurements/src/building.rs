//! What a program costs to build that lists users.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::resource::UsageWho;

use crate::Failure;
use crate::calls::{Candidate, cpu};
use crate::report::{Row, Section};

/// How often the program is changed; the quickest build after it counts.
const CHANGES: usize = 5;

/// Crates, a cold build, a build after a change of the program and, if asked for, the size of the released program.
pub fn measure(released: bool) -> Result<Section, Failure> {
    let scratch = tempfile::tempdir()?;
    let mut rows = [(); 3].map(|()| [0.0; 4]);
    for (row, candidate) in rows.iter_mut().zip(Candidate::ALL) {
        *row = program(scratch.path(), candidate, released)?;
    }
    let titles = [
        ("Crates that are built", ""),
        ("Cold debug build, CPU", "s"),
        ("Build after a change, CPU", "s"),
        ("Release binary", "MB"),
    ];
    let rows =
        titles.into_iter().enumerate().take(if released { 4 } else { 3 }).map(|(column, (title, unit))| {
            let values = Candidate::ALL.into_iter().zip(&rows);
            Row::new(title, unit, values.map(|(candidate, row)| (candidate.name(), row[column])))
        });
    Ok(Section { title: "Building", rows: rows.collect() })
}

fn program(scratch: &Path, candidate: Candidate, released: bool) -> Result<[f64; 4], Failure> {
    let name = candidate.name();
    let folder = scratch.join(name);
    let source = folder.join("src/main.rs");
    std::fs::create_dir_all(folder.join("src"))?;
    let (manifest, main) = match candidate {
        Candidate::Sdk => {
            (include_str!("../programs/sdk/program.toml"), include_str!("../programs/sdk/main.rs"))
        }
        Candidate::Reqwest => {
            (include_str!("../programs/reqwest/program.toml"), include_str!("../programs/reqwest/main.rs"))
        }
        Candidate::ClerkRs => {
            (include_str!("../programs/clerk-rs/program.toml"), include_str!("../programs/clerk-rs/main.rs"))
        }
    };
    let sdk = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../clerk-sdk");
    std::fs::write(folder.join("Cargo.toml"), manifest.replace("@clerk-sdk@", &sdk.display().to_string()))?;
    std::fs::write(&source, main)?;

    cargo(&folder, &["fetch"])?;
    let crates = built(&folder)?;
    eprintln!("building {name} ({crates} crates)");
    let cold = cargo(&folder, &["build"])?;
    let mut changed = f64::MAX;
    for round in 0..CHANGES {
        std::fs::write(&source, format!("{main}\n// Changed {round} times.\n"))?;
        changed = changed.min(cargo(&folder, &["build"])?);
    }
    let mut megabytes = 0.0;
    if released {
        cargo(&folder, &["build", "--release"])?;
        let binary = folder.join(format!("target/release/hello-{}", directory(candidate)));
        megabytes = std::fs::metadata(binary)?.len() as f64 / 1e6;
    }
    std::fs::remove_dir_all(folder.join("target"))?;
    Ok([crates, cold, changed, megabytes])
}

fn directory(candidate: Candidate) -> &'static str {
    match candidate {
        Candidate::Sdk => "sdk",
        other => other.name(),
    }
}

/// How many crates are built on this platform, besides the program.
fn built(folder: &Path) -> Result<f64, Failure> {
    let arguments = ["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe", "--format", "{p}"];
    let output = Command::new("cargo").args(arguments).current_dir(folder).output()?;
    let text = String::from_utf8(output.stdout)?;
    let crates: BTreeSet<_> = text.lines().collect();
    Ok(crates.len() as f64 - 1.0)
}

/// The CPU seconds of cargo and all that it starts.
fn cargo(folder: &Path, arguments: &[&str]) -> Result<f64, Failure> {
    let before = cpu(UsageWho::RUSAGE_CHILDREN)?;
    let status = Command::new("cargo")
        .args(arguments)
        .arg("--quiet")
        .current_dir(folder)
        .env_remove("CARGO_TARGET_DIR")
        .status()?;
    if !status.success() {
        return Err(format!("`cargo {}` failed in {}", arguments.join(" "), folder.display()).into());
    }
    Ok(cpu(UsageWho::RUSAGE_CHILDREN)? - before)
}
