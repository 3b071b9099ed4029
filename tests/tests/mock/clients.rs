//! Clerk's own SDKs for Python and JavaScript, each with a scenario against the server as it runs alone. They are
//! installed once, below `target/`; where that is not possible, the test says so and is passed over, unless
//! `CLERK_TESTS_CLIENTS=required` is set.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clerk_sdk::mock::MockClerk;

/// What could not be had, in words.
type Missing = String;

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

fn run(command: &mut Command) -> Result<Output, Missing> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A folder in which exactly these dependencies are installed: `install` fills it, unless that was done before.
fn installed(
    name: &str,
    manifest: &Path,
    install: impl FnOnce(&Path) -> Result<(), Missing>,
) -> Result<PathBuf, Missing> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let wanted = std::fs::read_to_string(manifest).expect("the list of dependencies");
    let done = folder.join("installed");
    if std::fs::read_to_string(&done).ok().as_ref() != Some(&wanted) {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        install(&folder)?;
        std::fs::write(&done, wanted).map_err(|error| error.to_string())?;
    }
    Ok(folder)
}

/// A Python of its own, with these packages.
fn venv(into: &Path, requirements: &Path) -> Result<(), Missing> {
    run(Command::new("python3").args(["-m", "venv"]).arg(into))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    run(Command::new(into.join("bin/python")).args(pip).arg(requirements))?;
    Ok(())
}

fn python() -> Result<Command, Missing> {
    let folder = scenarios().join("python");
    let requirements = folder.join("requirements.txt");
    let installed = installed("client-python", &requirements, |into| venv(into, &requirements))?;
    let mut command = Command::new(installed.join("bin/python"));
    command.arg(folder.join("scenario.py"));
    Ok(command)
}

fn javascript() -> Result<Command, Missing> {
    let folder = scenarios().join("javascript");
    run(Command::new("node").arg("--version"))?;
    let manifest = folder.join("package.json");
    let installed = installed("client-javascript", &manifest, |into| {
        std::fs::copy(&manifest, into.join("package.json")).map_err(|error| error.to_string())?;
        run(Command::new("npm").args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(into))?;
        Ok(())
    })?;
    // Packages are looked for beside the script.
    let script = installed.join("scenario.mjs");
    std::fs::copy(folder.join("scenario.mjs"), &script).map_err(|error| error.to_string())?;
    let mut command = Command::new("node");
    command.arg(script);
    Ok(command)
}

fn schemathesis() -> Result<Command, Missing> {
    let requirements = scenarios().join("fuzz/requirements.txt");
    let installed = installed("client-fuzz", &requirements, |into| venv(into, &requirements))?;
    let document = installed.join("document.json");
    let text = serde_json::to_string(&undeclared()).map_err(|error| error.to_string())?;
    std::fs::write(&document, text).map_err(|error| error.to_string())?;
    let mut command = Command::new(installed.join("bin/schemathesis"));
    // It leaves its notes where it is.
    command.current_dir(&installed);
    command.arg("run").arg(document).args([
        "--header",
        "Authorization: Bearer sk_test_embedded",
        "--seed",
        "1",
    ]);
    command.args(["--phases", "fuzzing", "--max-examples", "20", "--workers", "2", "--no-color"]);
    let checks = "not_a_server_error,response_schema_conformance,content_type_conformance";
    command.args(["--continue-on-failure", "--checks", checks]);
    Ok(command)
}

/// The document without `paginated`, which turns an array into an object and is not declared to.
fn undeclared() -> serde_json::Value {
    let document = clerk_openapi::newest_bapi().expect("a document");
    let mut document: serde_json::Value = serde_json::from_slice(document.json).expect("JSON");
    let paths = document["paths"].as_object_mut().expect("paths");
    for operation in
        paths.values_mut().flat_map(|item| item.as_object_mut().expect("operations").values_mut())
    {
        if let Some(parameters) = operation.get_mut("parameters").and_then(|p| p.as_array_mut()) {
            let reference = |p: &serde_json::Value| {
                p["$ref"].as_str().is_some_and(|r| r.to_lowercase().contains("paginated"))
            };
            parameters.retain(|p| p["name"] != "paginated" && !reference(p));
        }
    }
    document
}

#[tokio::test]
#[ignore = "takes a minute and a half; CI runs it"]
async fn nothing_that_is_made_up_from_the_document_makes_it_fail() {
    let command = tokio::task::spawn_blocking(schemathesis).await.expect("no panic");
    let mut command = match command {
        Ok(command) => command,
        Err(missing) if std::env::var_os("CLERK_TESTS_CLIENTS").is_some() => panic!("{missing}"),
        Err(missing) => return println!("passed over, since schemathesis could not be installed: {missing}"),
    };
    let clerk = MockClerk::start().await.expect("a server");
    command.args(["--url", &clerk.url()]);

    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");

    let output = output.expect("an outcome");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("Tested: 249"), "{text}");
    assert!(clerk.requests().len() > 3000, "{}", clerk.requests().len());
}

/// Runs a scenario, whose checks print a line each.
async fn holds(client: fn() -> Result<Command, Missing>) {
    let command = tokio::task::spawn_blocking(client).await.expect("no panic");
    let mut command = match command {
        Ok(command) => command,
        Err(missing) if std::env::var_os("CLERK_TESTS_CLIENTS").is_some() => panic!("{missing}"),
        Err(missing) => return println!("passed over, since the client could not be installed: {missing}"),
    };
    let clerk = MockClerk::start().await.expect("a server");
    command.arg(clerk.url().trim_end_matches("/v1")).arg(clerk.secret_key());

    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");

    let output = output.expect("an outcome");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.lines().filter(|line| line.starts_with("ok ")).count() >= 12, "{text}");
}

#[tokio::test]
async fn clerks_python_sdk_works_against_it() {
    holds(python).await;
}

#[tokio::test]
async fn clerks_javascript_sdk_works_against_it() {
    holds(javascript).await;
}
