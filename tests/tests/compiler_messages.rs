//! Messages of rustc for programs that use the client wrongly in a way that is easily made: each leads to the right place.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Programs that are wrong: a name, the body, and what the messages of rustc contain.
const WRONG: &[(&str, &str, &[&str])] = &[
    (
        "text_for_a_list",
        "clerk.users().create().email_address(\"ada@example.com\").await?;",
        &["`&str` is not a list of `String`", "`[value]`"],
    ),
    (
        "characters_for_a_list",
        "clerk.users().create().email_address(\"ada@example.com\".chars()).await?;",
        &["is not a list of `String`", "`[value]`"],
    ),
    (
        "number_for_a_text_that_may_be_null",
        "clerk.users().update(\"user_1\").username(1).await?;",
        &["is neither a `String` nor `Null`", "clerk_sdk::Null"],
    ),
    (
        "none_without_a_type",
        "clerk.users().update(\"user_1\").username(None).await?;",
        &[
            "type annotations needed",
            "IntoNullable<String>",
            "`Option<_>` to implement `IntoNullable<String>`",
        ],
    ),
    (
        "request_that_is_not_sent",
        "clerk.users().delete(\"user_1\");",
        &[
            "unused `clerk_sdk::Request` that must be used",
            "a request is not sent until you `.await` it or call `.send()`",
        ],
    ),
    (
        "request_for_its_output",
        "let user: clerk_sdk::types::User = clerk.users().get(\"user_1\"); drop(user);",
        &["expected `User`, found `Request<GetUser>`"],
    ),
];

/// Programs that are right and similar.
const RIGHT: &[(&str, &str)] = &[
    (
        "lists",
        "let addresses: Vec<String> = Vec::new();
         clerk.users().create().email_address([\"ada@example.com\"]).await?;
         clerk.users().create().email_address(&addresses).await?;
         clerk.users().create().email_address(addresses.iter().map(|it| it.trim())).await?;
         clerk.users().create().email_address(addresses).await?;",
    ),
    (
        "nulls",
        "clerk.users().update(\"user_1\").username(Null).await?;
         clerk.users().update(\"user_1\").username(Some(\"ada\")).await?;
         clerk.users().update(\"user_1\").username(None::<&str>).await?;",
    ),
    (
        "integers",
        "let ids = [1, 2];
         clerk.users().list().limit(50).await?;
         clerk.users().list().limit(50_i64).await?;
         clerk.users().list().limit(ids.len()).offset(3_u32).await?;",
    ),
];

const MANIFEST: &str = r#"
[package]
name = "programs"
edition = "2024"

[dependencies]
clerk-sdk = { path = "CLERK_SDK" }

[profile.dev]
debug = "line-tables-only"

[workspace]
"#;

fn source(body: &str) -> String {
    format!(
        "#![deny(unused_must_use)]\n#[allow(unused_imports)]\nuse clerk_sdk::{{Clerk, Error, Null}};\n\
         #[allow(dead_code)]\nasync fn program(clerk: &Clerk) -> Result<(), Error> {{\n{body}\nOk(())\n}}\nfn main() {{}}\n"
    )
}

/// Checks all programs at once; what rustc says about each that is wrong, by its name.
fn messages() -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    // The folder of the workspace: what is built already is not built again.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let folder = tempfile::tempdir()?;
    let programs = folder.path().join("src/bin");
    fs::create_dir_all(&programs)?;
    let sdk = workspace.join("clerk-sdk").display().to_string();
    fs::write(folder.path().join("Cargo.toml"), MANIFEST.replace("CLERK_SDK", &sdk))?;
    fs::copy(workspace.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    let wrong = WRONG.iter().map(|(name, body, _)| (*name, *body));
    for (name, body) in wrong.chain(RIGHT.iter().copied()) {
        fs::write(programs.join(format!("{name}.rs")), source(body))?;
    }
    let outcome = Command::new(env!("CARGO"))
        .current_dir(folder.path())
        .args(["check", "--keep-going", "--message-format", "json", "--target-dir"])
        .arg(target)
        .output()?;
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    let mut compiled = 0;
    for line in String::from_utf8(outcome.stdout)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        if message["target"]["kind"][0] != "bin" {
            continue;
        }
        let name = message["target"]["name"].as_str().unwrap_or_default().to_owned();
        if message["reason"] == "compiler-artifact" {
            compiled += 1;
        }
        if let Some(text) = message["message"]["rendered"].as_str() {
            said.entry(name).or_default().push_str(text);
        }
    }
    let complaints = String::from_utf8_lossy(&outcome.stderr);
    assert_eq!(compiled, RIGHT.len(), "{said:#?} {complaints}");
    Ok(said)
}

#[test]
fn messages_of_rustc_lead_to_the_right_place() -> Result<(), Box<dyn Error>> {
    let said = messages()?;

    let names: Vec<&str> = said.keys().map(String::as_str).collect();
    let mut expected: Vec<&str> = WRONG.iter().map(|(name, ..)| *name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    let lacking: Vec<String> = WRONG
        .iter()
        .flat_map(|(name, _, texts)| texts.iter().map(move |text| (name, *text)))
        .filter(|(name, text)| !said[**name].contains(text))
        .map(|(name, text)| format!("{name} does not say {text:?} but\n{}", said[*name]))
        .collect();
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
    Ok(())
}
