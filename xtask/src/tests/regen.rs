//! `regen` in a workspace of its own: what it writes, and when it writes nothing.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde_json::Value;

use clap::Parser as _;

use crate::error::Error;
use crate::regen::{Arguments, regen};
use crate::scratch;
use crate::steps::Steps;
use crate::tree::Tree;

const ORIGIN: &str = "https://example.com/api.yml";

/// A document with two operations, and a name that our overlay has to give.
const PUBLISHED: &str = "
openapi: 3.0.3
info: { version: '2030-01-02' }
paths:
  /things:
    get:
      operationId: ListThings
      x-speakeasy-group: things
      responses:
        '200': { content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Thing' } } } } }
  /things/{thing_id}:
    get:
      operationId: GetThing
      x-speakeasy-group: things
      x-speakeasy-name-override: get
      parameters: [{ name: thing_id, in: path, required: true, schema: { type: string } }]
      responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } } }
components:
  schemas:
    Thing: { type: object, required: [id, name], properties: { id: { type: string }, name: { type: string } } }
";

const OVERLAY: &str = "overlay: 1.0.0\nactions:\n  - target: $.paths['/things'].get\n    x-reason: It has no name.\n    \
    update: { x-rust-name: list }\n";

/// A workspace that has what `regen` reads and writes.
struct Workspace {
    folder: tempfile::TempDir,
    checks: Cell<usize>,
    compiles: Cell<bool>,
}

impl Workspace {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Self { folder, checks: Cell::new(0), compiles: Cell::new(true) };
        for (path, text) in [
            ("Cargo.toml", "[workspace.package]\nversion = \"0.4.2\"\n"),
            ("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- By hand.\n"),
            ("README.md", "# It\n\n<!-- operations -->\n<!-- end -->\n"),
            ("clerk-sdk/Cargo.toml", "[features]\napi-1999-01-01 = []\nother = []\n"),
            ("openapi/overlays/names.yaml", OVERLAY),
        ] {
            workspace.write(path, text);
        }
        workspace
    }

    /// One that has taken the document in.
    fn with_document() -> Self {
        let workspace = Self::new();
        workspace.take_in(PUBLISHED).unwrap();
        workspace
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    fn regen(&self, arguments: &Arguments) -> Result<(), Error> {
        self.regen_with(arguments, &Steps::quiet())
    }

    fn regen_with(&self, arguments: &Arguments, steps: &Steps) -> Result<(), Error> {
        let check = |workspace: &Path, _: &Path| {
            self.checks.set(self.checks.get() + 1);
            assert!(workspace.join("openapi/src/documents.rs").is_file(), "not the workspace as it will be");
            if self.compiles.get() { Ok(()) } else { Err(Error::new("the new client does not compile")) }
        };
        regen(&Tree::at(self.folder.path()), arguments, steps, &check)
    }

    fn from(&self, published: &str) -> Arguments {
        self.write("target/published.yml", published);
        let from = self.folder.path().join("target/published.yml").to_str().unwrap().to_owned();
        Arguments { from: Some(from), origin: Some(ORIGIN.to_owned()), ..Arguments::default() }
    }

    fn take_in(&self, published: &str) -> Result<(), Error> {
        self.regen(&self.from(published))
    }

    /// All files of the workspace but those of `target`.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for folder in ["openapi", "clerk-sdk", "tests", "docs"] {
            for path in Tree::at(self.folder.path()).files(folder) {
                files.insert(path.clone(), fs::read(self.folder.path().join(&path)).unwrap());
            }
        }
        for path in ["README.md", "CHANGELOG.md", "Cargo.toml"] {
            files.insert(path.to_owned(), self.text(path).into_bytes());
        }
        files
    }
}

/// Answers one request on loopback, and says where.
fn serve(status: &'static str, body: String) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api.yml", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]).unwrap();
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    });
    url
}

#[test]
fn everything_that_follows_from_a_document_is_written() {
    let workspace = Workspace::with_document();

    let readme = workspace.text("README.md");
    assert!(readme.contains("things()") && readme.contains("list") && readme.contains("get"), "{readme}");
    assert!(workspace.text("openapi/surface/2030-01-02.txt").contains("things().list() -> Page<Thing>"));
    assert!(workspace.text("openapi/src/documents.rs").contains("2030-01-02"));
    let features = workspace.text("clerk-sdk/Cargo.toml");
    assert!(features.ends_with("\napi-2030-01-02 = []\nother = []\n"), "{features}");
    assert!(!features.contains("1999"), "{features}");
    assert!(workspace.text("target/generated/v2030_01_02/types.rs").contains("pub struct Thing"));
    assert!(workspace.text("CHANGELOG.md").contains("it is additive: 0.4.2 → 0.4.3"));
    assert_eq!(workspace.checks.get(), 1);
}

#[test]
fn run_twice_it_changes_nothing() {
    let workspace = Workspace::with_document();
    let before = workspace.files();

    workspace.regen(&Arguments::default()).unwrap();
    workspace.take_in(PUBLISHED).unwrap();

    assert_eq!(workspace.files(), before);
    assert_eq!(workspace.checks.get(), 1, "compiled although nothing had changed");
}

#[test]
fn what_breaks_callers_is_in_the_changelog_with_the_version_that_it_makes() {
    let workspace = Workspace::with_document();

    workspace.take_in(&PUBLISHED.replace("required: [id, name]", "required: [id]")).unwrap();

    let changelog = workspace.text("CHANGELOG.md");
    assert!(changelog.contains("<!-- regen: breaking -->"), "{changelog}");
    assert!(changelog.contains("0.4.2 → 0.5.0"), "{changelog}");
    assert!(
        changelog.contains("- **Breaking:** `Thing`, field `name` (`String` → `Option<String>`)"),
        "{changelog}"
    );
    assert!(changelog.contains("- New: 2 operations"), "what was there is kept: {changelog}");
}

#[test]
fn a_version_that_nothing_is_fetched_for_is_refused() {
    let parsed = |line: &str| crate::Arguments::try_parse_from(line.split(' '));

    for refused in ["xtask regen --api 2030-01-02", "xtask regen --refresh --from api.yml"] {
        assert!(parsed(refused).is_err(), "{refused}");
    }
    for taken in
        ["xtask regen", "xtask regen --refresh --api 2030-01-02", "xtask regen --from a.yml --api 2030-01-02"]
    {
        assert!(parsed(taken).is_ok(), "{taken}");
    }
}

#[test]
fn what_has_changed_is_said_with_its_version() {
    let workspace = Workspace::with_document();
    workspace.take_in(&PUBLISHED.replace("2030-01-02", "2031-05-06")).unwrap();
    workspace.write("openapi/overlays/names.yaml", &OVERLAY.replace("x-rust-name: list", "x-rust-name: all"));

    let steps = Steps::quiet();
    workspace.regen_with(&Arguments::default(), &steps).unwrap();

    let lines = steps.kept();
    for line in [
        "  changed   2030-01-02  renamed",
        "            2031-05-06  renamed",
        "            verdict    breaking",
    ] {
        assert!(lines.iter().any(|said| said.starts_with(line)), "{line} in {lines:#?}");
    }
}

#[test]
fn nothing_is_written_while_anything_is_wrong() {
    let broken = [
        (
            "a field may be a secret",
            PUBLISHED.replace("name: { type: string } }", "token: { type: string } }"),
        ),
        (
            "dangling",
            PUBLISHED.replace("items: { $ref: '#/components/schemas/Thing' }", "items: { $ref: '#/gone' }"),
        ),
        ("an overlay matches nothing", PUBLISHED.replace("/things:", "/others:")),
        ("no OpenAPI", "a: 1".to_owned()),
        ("no YAML", "a: [".to_owned()),
    ];
    for (name, published) in broken {
        let workspace = Workspace::with_document();
        let before = workspace.files();

        let error = workspace.take_in(&published);

        assert!(error.is_err(), "{name} went through");
        assert_eq!(workspace.files(), before, "{name}");
    }
}

#[test]
fn nothing_is_written_when_the_new_client_does_not_compile() {
    let workspace = Workspace::with_document();
    let before = workspace.files();
    workspace.compiles.set(false);

    let error = workspace.take_in(&PUBLISHED.replace("name: { type: string }", "size: { type: integer }"));

    assert!(error.unwrap_err().to_string().contains("does not compile"));
    assert_eq!(workspace.files(), before);
}

#[test]
fn a_dry_run_reports_and_writes_nothing() {
    let workspace = Workspace::with_document();
    let before = workspace.files();
    let [summary, json] = ["summary.md", "report.json"].map(|name| workspace.folder.path().join(name));
    let what = Arguments {
        dry_run: true,
        summary: Some(summary.clone()),
        json: Some(json.clone()),
        ..workspace.from(&PUBLISHED.replace("required: [id, name]", "required: [id]"))
    };

    workspace.regen(&what).unwrap();

    assert_eq!(workspace.files(), before);
    assert!(fs::read_to_string(summary).unwrap().contains("**Breaking:** `Thing`, field `name`"));
    let report: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!(report[0]["verdict"], "breaking");
    assert_eq!(report[0]["changes"][0]["owner"], "Thing");
}

#[test]
fn findings_are_shown_where_they_stand_with_an_action_that_settles_them() {
    let workspace = Workspace::with_document();
    let published = PUBLISHED.replace("name: { type: string } }", "token: { type: string } }");

    let error = workspace.take_in(&published).unwrap_err().to_string();

    let line = published.lines().position(|line| line.contains("token:")).unwrap() + 1;
    assert!(error.contains(&format!("published.yml:{line}:")), "{error}");
    assert!(error.contains("x-applies-to: [bapi/2030-01-02..]"), "{error}");
    assert!(error.contains("at /components/schemas/Thing/properties/token"), "{error}");
    let action = error.split_once("such as\n").unwrap().1;
    workspace.write("openapi/overlays/sensitive.yaml", &format!("overlay: 1.0.0\nactions:\n{action}\n"));
    workspace.take_in(&published).unwrap();
}

#[test]
fn an_entry_in_the_sources_and_one_refresh_add_a_version() {
    let workspace = Workspace::with_document();
    let url = serve("200 OK", PUBLISHED.replace("2030-01-02", "2031-05-06"));
    let sources = workspace.text("openapi/sources.toml");
    workspace.write(
        "openapi/sources.toml",
        &format!("{sources}\n[[document]]\napi = \"bapi\"\nversion = \"2031-05-06\"\norigin = \"{url}\"\n"),
    );
    let refused = workspace.regen(&Arguments::default()).unwrap_err().to_string();

    let what = Arguments { refresh: true, api: Some("2031-05-06".to_owned()), ..Arguments::default() };
    workspace.regen(&what).unwrap();

    assert!(refused.contains("regen --refresh --api 2031-05-06"), "{refused}");
    let features = workspace.text("clerk-sdk/Cargo.toml");
    assert!(features.ends_with("\napi-2031-05-06 = []\napi-2030-01-02 = []\nother = []\n"), "{features}");
    assert!(workspace.text("openapi/surface/2031-05-06.txt").contains("things().list"));
    assert!(workspace.text("openapi/src/documents.rs").contains("2031-05-06"));
    assert!(workspace.text("openapi/sources.toml").contains("upstream_sha256"));
    assert!(workspace.text("target/generated/versions.rs").contains("v2031_05_06"));
}

#[test]
fn a_download_that_fails_says_where_and_why() {
    for (status, body, reason) in [("404 Not Found", "", "404"), ("200 OK", "<html>", "HTML")] {
        let workspace = Workspace::with_document();
        let before = workspace.files();
        let url = serve(status, body.to_owned());

        let what = Arguments { from: Some(url.clone()), ..Arguments::default() };
        let error = workspace.regen(&what).unwrap_err().to_string();

        assert!(error.contains(&url) && error.contains(reason), "{error}");
        assert_eq!(workspace.files(), before);
    }
}

/// The real workspace with a version that nobody has published: it compiles, so nobody had to write anything for it.
#[test]
fn a_new_version_of_the_real_documents_compiles_without_a_line_by_hand() {
    let _alone = super::alone();
    let real = Tree::of_workspace();
    let folder = tempfile::tempdir().unwrap();
    scratch::copy(&real, folder.path()).unwrap();
    let snapshot = real.text("openapi/bapi/2026-05-12.json").unwrap();
    let published = folder.path().join("published.json");
    fs::write(&published, snapshot.replace("2026-05-12", "2099-01-02")).unwrap();
    let check = |workspace: &Path, _: &Path| {
        scratch::copy(&Tree::at(workspace), &super::scratch())?;
        scratch::check_client(&super::scratch(), &super::build(), &["--no-default-features"])
    };

    let what = Arguments {
        from: Some(published.to_str().unwrap().to_owned()),
        origin: Some(ORIGIN.to_owned()),
        ..Arguments::default()
    };
    regen(&Tree::at(folder.path()), &what, &Steps::quiet(), &check).unwrap();

    let text = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    assert!(text("clerk-sdk/Cargo.toml").contains("\napi-2099-01-02 = []\napi-2026-05-12 = []\n"));
    assert!(text("openapi/surface/2099-01-02.txt").contains("users().list() -> Page<User>"));
}
