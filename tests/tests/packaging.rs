//! What leaves the repository: packages that build anywhere, with a Rust that is not the newest.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace());
    cargo
}

/// Runs a command to its end and gives what it printed; what it complained about is in the error.
fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The packages that a user of the default features compiles, those of the build script among them.
fn compiled_by_users() -> Result<BTreeSet<String>, Box<dyn Error>> {
    compiled(cargo().args(["tree", "--package", "clerk-sdk"]))
}

/// The packages, with their versions, of what a `cargo tree` shows.
fn compiled(tree: &mut Command) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let tree = run(tree.args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"]))?;
    let name = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    Ok(tree.lines().map(name).filter(|name| !name.is_empty()).collect())
}

#[test]
fn few_crates_are_compiled_beyond_those_that_reqwest_needs() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::create_dir_all(folder.path().join("src"))?;
    fs::write(folder.path().join("src/main.rs"), "fn main() {}")?;
    fs::write(folder.path().join("Cargo.toml"), BARE)?;
    fs::copy(workspace().join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    let mut bare = Command::new(env!("CARGO"));
    let bare = compiled(bare.current_dir(folder.path()).args(["tree", "--offline"]))?;

    let ours = compiled_by_users()?;

    let more: Vec<&String> = ours.difference(&bare).collect();
    assert!(bare.len() > 50, "only {} packages", bare.len());
    assert!(more.len() <= 20, "{} more: {more:#?}", more.len());
    Ok(())
}

/// A program that does HTTP and JSON without clerk-sdk.
const BARE: &str = r#"
[package]
name = "bare"
edition = "2024"

[dependencies]
reqwest = { version = "0.13", default-features = false, features = ["rustls-no-provider"] }
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

[workspace]
"#;

#[test]
fn no_dependency_needs_a_newer_rust_than_this_crate_says() -> Outcome {
    let used = compiled_by_users()?;

    let metadata: Value = serde_json::from_str(&run(cargo().args(["metadata", "--format-version", "1"]))?)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    let own = packages.iter().find(|package| package["name"] == "clerk-sdk").ok_or("no clerk-sdk")?;
    let promised = version(&own["rust_version"]).ok_or("clerk-sdk says no rust-version")?;

    let used: Vec<&Value> = packages.iter().filter(|package| used.contains(&label(package))).collect();
    assert!(used.len() > 50, "only {} packages found", used.len());
    let newer: Vec<String> = used
        .iter()
        .filter(|package| version(&package["rust_version"]).is_some_and(|needed| needed > promised))
        .map(|package| format!("{} needs {}", label(package), package["rust_version"]))
        .collect();
    assert!(newer.is_empty(), "{newer:#?}");
    Ok(())
}

#[test]
fn users_compile_no_crate_twice() -> Outcome {
    let tree = ["tree", "--package", "clerk-sdk", "--edges", "normal,build", "--format", "{p} {f}"];

    // In two versions, or for the program and for the build script with features that differ.
    let twice = run(cargo().args(tree).args(["--duplicates", "--depth", "0"]))?;

    assert!(run(cargo().args(tree))?.contains("clerk-codegen"), "the build script is not looked at");
    assert_eq!(twice.trim(), "");
    Ok(())
}

/// The rules of `deny.toml` that need no network, so that a change which breaks them does not land. `cargo deny` looks
/// closer: at the texts of the licences, and at the advisories.
#[test]
fn dependencies_come_from_the_registry_and_under_licences_that_are_allowed() -> Outcome {
    let rules: toml::Table = toml::from_str(&fs::read_to_string(workspace().join("deny.toml"))?)?;
    let listed = |value: &toml::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let (allowed, registries) =
        (listed(&rules["licenses"]["allow"]), listed(&rules["sources"]["allow-registry"]));
    let exceptions = rules["licenses"]["exceptions"].as_array().ok_or("no exceptions")?;
    let metadata: Value = serde_json::from_str(&run(cargo().args(["metadata", "--format-version", "1"]))?)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    assert!(packages.len() > 300, "only {} packages", packages.len());
    let mut wrong = Vec::new();
    for package in packages {
        let (source, licence) = (&package["source"], package["license"].as_str().unwrap_or_default());
        let own = metadata["workspace_members"].as_array().is_some_and(|own| own.contains(&package["id"]));
        let registered = source.as_str().and_then(|source| source.strip_prefix("registry+"));
        if !own && !registered.is_some_and(|from| registries.iter().any(|registry| registry == from)) {
            wrong.push(format!("{} comes from {source}", label(package)));
        }
        let excepted = exceptions.iter().filter(|it| it["crate"].as_str() == package["name"].as_str());
        let also: Vec<String> = excepted.flat_map(|it| listed(&it["allow"])).collect();
        if !is_allowed(licence, &|one| allowed.iter().chain(&also).any(|it| it == one)) {
            wrong.push(format!("{} is under {licence:?}", label(package)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

/// Whether an SPDX expression can be met by licences that are allowed: one of what is joined by `OR`, all of what is
/// joined by `AND`.
fn is_allowed(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.replace('/', " OR ");
    let depth_of = |at: usize| {
        let before = &expression[..at];
        before.matches('(').count() - before.matches(')').count()
    };
    for (word, all) in [(" OR ", false), (" AND ", true)] {
        let mut splits = expression.match_indices(word).filter(|(at, _)| depth_of(*at) == 0);
        if let Some((at, _)) = splits.next() {
            let (left, right) = (&expression[..at], &expression[at + word.len()..]);
            let (left, right) = (is_allowed(left, allowed), is_allowed(right, allowed));
            return if all { left && right } else { left || right };
        }
    }
    let inner = expression.trim().strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    inner.map_or_else(|| allowed(expression.trim()), |inner| is_allowed(inner, allowed))
}

#[test]
fn a_choice_of_licences_is_met_by_one_and_a_sum_by_all() {
    let allowed = |one: &str| ["MIT", "ISC"].contains(&one);
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("(GPL-3.0 OR ISC) AND MIT", true),
        ("MIT AND GPL-3.0", false),
        ("MIT AND (GPL-3.0 OR AGPL-3.0)", false),
        ("Apache-2.0 WITH LLVM-exception OR ISC", true),
        ("MIT WITH something", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
    }
}

fn label(package: &Value) -> String {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    format!("{} v{}", text("name"), text("version"))
}

/// `1.88` and `1.88.0` are the same.
fn version(text: &Value) -> Option<Vec<u64>> {
    let mut parts: Vec<u64> =
        text.as_str()?.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    parts.resize(3, 0);
    Some(parts)
}

#[test]
fn the_packages_build_outside_of_the_workspace() -> Outcome {
    let folder = tempfile::tempdir()?;
    let packages = package(folder.path())?;
    let consumer = folder.path().join("consumer");
    fs::create_dir_all(consumer.join("src"))?;
    fs::write(consumer.join("Cargo.toml"), manifest(&packages))?;
    fs::write(consumer.join("src/main.rs"), PROGRAM)?;
    // The same versions and the same folder: what is built already is not built again.
    fs::copy(workspace().join("Cargo.lock"), consumer.join("Cargo.lock"))?;
    let metadata: Value =
        serde_json::from_str(&run(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?)?;
    let target = metadata["target_directory"].as_str().ok_or("no target directory")?;

    run(Command::new(env!("CARGO")).current_dir(&consumer).args(["check", "--target-dir", target]))?;

    for file in ["LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        for package in &packages {
            assert!(package.join(file).is_file(), "{} has no {file}", package.display());
        }
    }
    assert!(packages[0].join("NOTICE").is_file(), "the documents come without their licence");
    Ok(())
}

/// The names of the packages, in the order in which they depend on each other.
const PACKAGES: [&str; 3] = ["clerk-openapi", "clerk-codegen", "clerk-sdk"];

const PROGRAM: &str = r#"
fn main() -> Result<(), clerk_sdk::Error> {
    let clerk = clerk_sdk::Clerk::new("sk_test_x")?;
    let _request = clerk.users().list().limit(10);
    Ok(())
}
"#;

/// Packs the crates as for publishing, and unpacks them where nothing else of the repository is.
fn package(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let target = folder.join("target");
    let mut command = cargo();
    command.args(["package", "--no-verify", "--allow-dirty", "--target-dir"]).arg(&target);
    run(command.args(PACKAGES.iter().flat_map(|name| ["--package", name])))?;
    let mut unpacked = Vec::new();
    for name in PACKAGES {
        let stem = format!("{name}-{}", env!("CARGO_PKG_VERSION"));
        let archive = target.join("package").join(format!("{stem}.crate"));
        run(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder))?;
        unpacked.push(folder.join(stem));
    }
    Ok(unpacked)
}

/// A crate on its own that takes the unpacked packages for those of crates.io.
fn manifest(packages: &[PathBuf]) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut manifest = format!(
        "[package]\nname = \"consumer\"\nedition = \"2024\"\n\n\
         [dependencies]\nclerk-sdk = \"{version}\"\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n\n\
         [workspace]\n\n[patch.crates-io]\n"
    );
    for (name, path) in PACKAGES.iter().zip(packages) {
        manifest += &format!("{name} = {{ path = {:?} }}\n", path.display().to_string());
    }
    manifest
}
