//! Clerk's own SDKs for Python and JavaScript, each with a scenario against the server as it runs alone.

use std::path::Path;
use std::process::Command;

use clerk_sdk::mock::MockClerk;
use clerk_tests::clients::{Missing, javascript, obtained, python, python_with};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn schemathesis() -> Result<Command, Missing> {
    let installed = python_with("fuzz", folder())?;
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
    let installed = tokio::task::spawn_blocking(schemathesis).await.expect("no panic");
    let Some(mut command) = obtained(installed) else { return };
    let clerk = MockClerk::start().await.expect("a server");
    command.args(["--url", &clerk.url()]);

    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");

    let output = output.expect("an outcome");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("Tested: 249"), "{text}");
    assert!(clerk.requests().len() > 3000, "{}", clerk.requests().len());
}

/// Runs a scenario, whose checks print a line each, and are so many at least.
async fn holds(client: fn() -> Result<Command, Missing>, least: usize) {
    let installed = tokio::task::spawn_blocking(client).await.expect("no panic");
    let Some(mut command) = obtained(installed) else { return };
    let clerk = MockClerk::start().await.expect("a server");
    command.arg(clerk.url().trim_end_matches("/v1")).arg(clerk.secret_key());

    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");

    let output = output.expect("an outcome");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.lines().filter(|line| line.starts_with("ok ")).count() >= least, "{text}");
}

#[tokio::test]
async fn clerks_python_sdk_works_against_it() {
    holds(|| python(folder(), "scenario.py"), 24).await;
}

#[tokio::test]
async fn clerks_javascript_sdk_works_against_it() {
    holds(|| javascript(folder(), "scenario.mjs"), 20).await;
}
