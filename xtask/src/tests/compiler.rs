//! Whether the verdicts on changes are what the compiler says: programs that were written against one client are compiled
//! against the next one. Each is concerned by one change, and which that is, is all that it says about itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use clerk_codegen::changes::{self, Change, Effect};
use clerk_codegen::model::Api;
use serde_json::Value;

use crate::scratch;
use crate::tree::Tree;

/// Programs: a name, what of the API it is concerned with, and what it does with a client.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("removed_operation", "things().gone", "clerk.things().gone().await?;"),
    ("renamed_operation", "things().new_name", "clerk.things().old_name().await?;"),
    ("renamed_id", "things().by_id", "let _: requests::GetOldId = clerk.things().by_id();"),
    ("id_not_named", "nothing", "clerk.things().by_id().await?;"),
    ("deprecated_operation", "things().soon_deprecated", "clerk.things().soon_deprecated().await?;"),
    ("removed_setter", "things().list.dropped", "let _ = clerk.things().list().dropped(\"a\");"),
    ("retyped_setter", "things().list.size", "let _ = clerk.things().list().size(\"a\");"),
    ("setter_required", "things().find.wanted", "let _ = clerk.things().find();"),
    ("setter_added", "things().list.another", "let _ = clerk.things().list();"),
    ("text_nullable", "things().create.label", "let _ = clerk.things().create(\"a\").label(Own);"),
    ("flag_nullable", "things().create.shared", "let _ = clerk.things().create(\"a\").shared(true);"),
    ("object_nullable", "things().create.more", "let _ = clerk.things().create(\"a\").more(Own);"),
    ("json_of_any_kind", "things().create.extra", "let _ = clerk.things().create(\"a\").extra(Own);"),
    ("argument_renamed", "things().get.id", "clerk.things().get(\"a\").await?;"),
    ("argument_optional", "things().update.note", "clerk.things().update(\"a\", \"b\").await?;"),
    ("answer_where_none_was", "things().delete", "let () = clerk.things().delete(\"a\").await?;"),
    ("value_removed", "Colour.Green", "let _ = types::Colour::Green;"),
    ("value_added", "Colour.Blue", "match types::Colour::Red { types::Colour::Red => {} _ => {} }"),
    ("field_optional", "Thing.name", "let _: String = clerk.things().get(\"a\").await?.name;"),
    ("field_retyped", "Thing.count", "let _: i64 = clerk.things().get(\"a\").await?.count;"),
    ("field_removed", "Thing.flag", "let _ = clerk.things().get(\"a\").await?.flag;"),
    ("field_renamed", "Thing.fresh", "let _ = clerk.things().get(\"a\").await?.dropped;"),
    (
        "field_added",
        "Thing.more",
        "let types::Thing { id, .. } = clerk.things().get(\"a\").await?; drop(id);",
    ),
    ("type_renamed", "Keeper", "let _: types::Owner = clerk.things().get(\"a\").await?.owner;"),
    ("type_not_named", "nothing", "let _ = clerk.things().get(\"a\").await?.owner.login;"),
    (
        "variant_removed",
        "ThingShape.Square",
        "if let types::ThingShape::Square(it) = clerk.things().get(\"a\").await?.shape { drop(it) }",
    ),
    (
        "variant_added",
        "ThingShape.Triangle",
        "match clerk.things().get(\"a\").await?.shape { types::ThingShape::Circle(_) => {} _ => {} }",
    ),
    ("optional_field_to_send", "Part.note", "let _ = types::Part::new(\"a\");"),
    ("required_field_to_send", "Piece.weight", "let _ = types::Piece::new(\"a\");"),
];

const MANIFEST: &str = "[package]\nname = \"programs\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
    clerk-sdk = { path = \"../clerk-sdk\", default-features = false }\nserde_json = \"1\"\n";

fn source(body: &str) -> String {
    format!(
        "#![allow(warnings)]\nuse clerk_sdk::{{Clerk, Error, requests, types}};\n\
         struct Own;\nimpl From<Own> for String {{ fn from(_: Own) -> Self {{ String::new() }} }}\n\
         impl From<Own> for clerk_sdk::JsonObject {{ fn from(_: Own) -> Self {{ Self::default() }} }}\n\
         async fn program(clerk: &Clerk) -> Result<(), Error> {{ {body} Ok(()) }}\n\
         fn main() {{}}\n"
    )
}

/// Compiles programs against the client of a document; the names of those that do not compile.
pub(super) fn compile(document: &Value, programs: &[(&str, &str)]) -> BTreeSet<String> {
    let tree = Tree::of_workspace();
    let scratch = super::scratch();
    let version = document["info"]["version"].as_str().unwrap();
    scratch::copy(&tree, &scratch).unwrap();
    for left_over in ["xtask", "tests"] {
        fs::remove_dir_all(scratch.join(left_over)).unwrap();
    }
    let write = |path: &str, text: &str| {
        let path = scratch.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let manifest = tree.text("Cargo.toml").unwrap();
    let lines = manifest.lines().filter(|line| !line.starts_with("default-members"));
    let members = "members = [\"openapi\", \"codegen\", \"clerk-sdk\", \"programs\"]";
    let manifest: Vec<&str> =
        lines.map(|line| if line.starts_with("members") { members } else { line }).collect();
    write("Cargo.toml", &manifest.join("\n"));
    write(&format!("openapi/effective/bapi/{version}.json"), &document.to_string());
    write(
        "openapi/src/documents.rs",
        &format!(
            "use super::{{Api, Document}};\npub const DOCUMENTS: &[Document] = &[Document {{ api: Api::Backend, version: \
             {version:?}, json: include_bytes!(\"../effective/bapi/{version}.json\") }}];\n"
        ),
    );
    write("programs/Cargo.toml", MANIFEST);
    for (name, body) in programs {
        write(&format!("programs/src/bin/{name}.rs"), &source(body));
    }
    check(&scratch, &super::build(), programs.len())
}

fn check(workspace: &Path, target: &Path, programs: usize) -> BTreeSet<String> {
    let outcome = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(workspace)
        .args(["check", "--package", "programs", "--keep-going", "--message-format", "json", "--target-dir"])
        .arg(target)
        .output()
        .unwrap();
    let (mut refused, mut checked) = (BTreeSet::new(), BTreeSet::new());
    for line in String::from_utf8(outcome.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let of_programs = message["target"]["kind"][0] == "bin";
        let name = message["target"]["name"].as_str().unwrap_or_default().to_owned();
        if message["message"]["level"] == "error" {
            let text = message["message"]["rendered"].as_str().unwrap_or_default().to_owned();
            assert!(of_programs, "the client does not compile: {text}");
            refused.insert(name);
        } else if of_programs && message["reason"] == "compiler-artifact" {
            checked.insert(name);
        }
    }
    let said = String::from_utf8_lossy(&outcome.stderr);
    assert_eq!(refused.len() + checked.len(), programs, "not every program was compiled: {said}");
    refused
}

/// Whether a change is the one that a program is concerned with.
fn concerns(change: &Change, what: &str) -> bool {
    match &change.member {
        Some(member) => format!("{}.{member}", change.owner) == what,
        None => change.owner == what,
    }
}

/// The client of the old document, and that of the new one.
fn models() -> [(Value, Api); 2] {
    [include_str!("before.yaml"), include_str!("after.yaml")].map(|text| {
        let document = clerk_codegen::overlay::read(text).unwrap();
        let model = clerk_codegen::read(document.to_string().as_bytes()).unwrap();
        (document, model)
    })
}

#[test]
fn what_compiles_and_would_be_sent_otherwise_breaks_with_a_reason() {
    let [(_, old), (_, new)] = models();

    let report = changes::between(&old, &new);

    let of_extra = report.changes.iter().find(|change| concerns(change, "things().create.extra")).unwrap();
    assert_eq!(of_extra.effect, Effect::Breaking);
    assert!(of_extra.note.contains("pairs are sent as a list"), "{of_extra:?}");
}

#[test]
fn a_program_breaks_where_the_report_says_so_and_nowhere_else() {
    let _alone = super::alone();
    let [(before, old), (after, new)] = models();
    let report = changes::between(&old, &new);
    let breaking: BTreeSet<String> = PROGRAMS
        .iter()
        .filter(|(name, what, _)| {
            let mut changes = report.changes.iter().filter(|change| concerns(change, what)).peekable();
            assert!(*what == "nothing" || changes.peek().is_some(), "{name}: nothing is reported on {what}");
            changes.any(|change| change.effect == Effect::Breaking)
        })
        .map(|(name, ..)| (*name).to_owned())
        .collect();

    let programs: Vec<(&str, &str)> = PROGRAMS.iter().map(|(name, _, body)| (*name, *body)).collect();
    let written = compile(&before, &programs);
    let next = compile(&after, &programs);

    assert!(written.is_empty(), "not written against the old client: {written:?}");
    assert_eq!(next, breaking);
    assert!(breaking.len() > 10 && PROGRAMS.len() - breaking.len() > 8, "{breaking:?}");
}
