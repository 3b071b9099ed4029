#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::fs;

use serde_json::{Value, json};

use super::sources::{Sources, sha256};
use super::*;

const PUBLISHED: &str = r#"
openapi: 3.0.3
info:
  title: An API
  description: Prose.
  version: '2030-01-02'
  license: { name: MIT, url: https://example.com }
tags:
  - { name: Things, description: Prose., externalDocs: { url: https://example.com } }
paths:
  /things/{description}:
    get:
      operationId: GetThing
      summary: Prose.
      description: Prose.
      x-speakeasy-usage-example: true
      x-speakeasy-group: things
      parameters:
        - { name: description, in: path, required: true, description: Prose., example: a, schema: { type: string } }
      responses:
        '200':
          description: Prose.
          content:
            application/json:
              example: { description: Prose. }
              schema: { $ref: '#/components/schemas/title' }
components:
  schemas:
    title:
      type: object
      title: Prose
      description: Prose.
      properties:
        description: { type: string, description: Prose., example: Prose. }
        title: { type: string, enum: [title, description] }
        example: { type: array, items: { type: string, description: Prose. } }
        summary: { allOf: [ { type: object, title: Prose, properties: { contact: { type: string } } } ] }
        default: { type: object, default: { description: kept } }
      required: [description, title, example]
      discriminator: { propertyName: title, mapping: { description: '#/components/schemas/title' } }
"#;

fn facts() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"version": "2030-01-02", "license": {"name": "MIT"}},
        "tags": [{"name": "Things"}],
        "paths": {"/things/{description}": {"get": {
            "operationId": "GetThing",
            "x-speakeasy-group": "things",
            "parameters": [
                {"name": "description", "in": "path", "required": true, "schema": {"type": "string"}}
            ],
            "responses": {"200": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/title"}
            }}}},
        }}},
        "components": {"schemas": {"title": {
            "type": "object",
            "properties": {
                "description": {"type": "string"},
                "title": {"type": "string", "enum": ["title", "description"]},
                "example": {"type": "array", "items": {"type": "string"}},
                "summary": {"allOf": [{"type": "object", "properties": {"contact": {"type": "string"}}}]},
                "default": {"type": "object", "default": {"description": "kept"}},
            },
            "required": ["description", "title", "example"],
            "discriminator": {
                "propertyName": "title",
                "mapping": {"description": "#/components/schemas/title"}
            },
        }}},
    })
}

const ORIGIN: &str = "https://example.com/api.yml";
const OVERLAY: &str = "overlay: 1.0.0\nactions:\n\
    - { target: $.paths.*.get, x-reason: r, update: { x-rust-name: get } }\n";

/// A folder as `openapi/` is, and a published document beside it.
struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    fn new(published: &str, overlay: &str) -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(workspace.root().overlays()).unwrap();
        fs::write(workspace.root().overlays().join("names.yaml"), overlay).unwrap();
        fs::write(workspace.published(), published).unwrap();
        workspace
    }

    fn root(&self) -> Root {
        Root(self.folder.path().join("openapi"))
    }

    fn published(&self) -> PathBuf {
        self.folder.path().join("published.yml")
    }

    fn refresh(&self, origin: Option<&str>) -> Result<(), Error> {
        self.refresh_with(origin, None, None)
    }

    fn refresh_with(
        &self,
        origin: Option<&str>,
        api: Option<&str>,
        commit: Option<&str>,
    ) -> Result<(), Error> {
        let what = Refresh {
            from: self.published().to_str().unwrap().to_owned(),
            api: api.map(str::to_owned),
            commit: commit.map(str::to_owned),
            origin: origin.map(str::to_owned),
        };
        refresh(&self.root(), &what)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root().0.join(path)).unwrap()
    }

    /// Every file with its bytes.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = effective::files(&self.root().0);
        files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    }
}

#[test]
fn prose_goes_and_what_is_only_called_so_stays() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);

    workspace.refresh(Some(ORIGIN)).unwrap();

    let snapshot = workspace.text("bapi/2030-01-02.json");
    assert_eq!(serde_json::from_str::<Value>(&snapshot).unwrap(), facts());
    assert!(!snapshot.contains("Prose"), "{snapshot}");
    assert!(snapshot.ends_with("}\n"), "no newline at the end");
}

#[test]
fn a_snapshot_keeps_the_order_of_the_document() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);

    workspace.refresh(Some(ORIGIN)).unwrap();

    let snapshot: Value = serde_json::from_str(&workspace.text("bapi/2030-01-02.json")).unwrap();
    assert_eq!(snapshot.to_string(), facts().to_string());
}

#[test]
fn json_gives_the_same_snapshot_as_yaml() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.refresh(Some(ORIGIN)).unwrap();
    let from_yaml = workspace.text("bapi/2030-01-02.json");
    let published = clerk_codegen::overlay::read(PUBLISHED).unwrap().to_string();

    fs::write(workspace.published(), published).unwrap();
    workspace.refresh(None).unwrap();

    assert_eq!(workspace.text("bapi/2030-01-02.json"), from_yaml);
}

#[test]
fn refreshing_twice_changes_no_byte() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.refresh_with(Some(ORIGIN), None, Some("abc")).unwrap();
    let first = workspace.files();

    workspace.refresh(None).unwrap();

    assert_eq!(first.len(), 5, "snapshot, effective document, list, sources and overlay");
    assert_eq!(workspace.files(), first);
}

#[test]
fn the_source_is_recorded_without_the_folders_of_the_machine() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);

    workspace.refresh_with(Some(ORIGIN), None, Some("abc")).unwrap();

    let sources = Sources::read(&workspace.root()).unwrap();
    let source = sources.find("bapi", "2030-01-02").unwrap();
    assert_eq!(source.origin, ORIGIN);
    assert_eq!(source.commit.as_deref(), Some("abc"));
    assert_eq!(source.upstream_sha256, sha256(PUBLISHED.as_bytes()));
    assert_eq!(source.snapshot_sha256, sha256(workspace.text("bapi/2030-01-02.json").as_bytes()));
    assert_eq!(source.operations, 1);
    let folder = workspace.folder.path().to_str().unwrap();
    for (path, bytes) in workspace.files() {
        assert!(!String::from_utf8(bytes).unwrap().contains(folder), "{}", path.display());
    }
}

#[test]
fn a_commit_is_not_kept_for_other_bytes() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.refresh_with(Some(ORIGIN), None, Some("abc")).unwrap();

    fs::write(workspace.published(), format!("{PUBLISHED}\n# later\n")).unwrap();
    workspace.refresh(None).unwrap();

    let sources = Sources::read(&workspace.root()).unwrap();
    assert_eq!(sources.find("bapi", "2030-01-02").unwrap().commit, None);
}

#[test]
fn a_file_that_was_never_refreshed_needs_its_public_address() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);

    let error = workspace.refresh(None).unwrap_err();

    assert!(error.0.contains("--origin"), "{error}");
}

#[test]
fn the_effective_document_is_the_snapshot_with_the_corrections() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);

    workspace.refresh(Some(ORIGIN)).unwrap();

    let mut expected = facts();
    expected["paths"]["/things/{description}"]["get"]["x-rust-name"] = json!("get");
    let effective: Value = serde_json::from_str(&workspace.text("effective/bapi/2030-01-02.json")).unwrap();
    assert_eq!(effective, expected);
}

#[test]
fn the_crate_lists_every_document() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.refresh(Some(ORIGIN)).unwrap();
    let webhooks = PUBLISHED.replace("\npaths:", "\nx-webhooks:").replace("2030-01-02", "v1");

    fs::write(workspace.published(), webhooks).unwrap();
    fs::write(
        workspace.root().overlays().join("names.yaml"),
        OVERLAY.replace("actions", "x-applies-to: [bapi]\nactions"),
    )
    .unwrap();
    workspace.refresh_with(Some(ORIGIN), Some("2031-01-02"), None).unwrap();

    let list = workspace.text("src/documents.rs");
    let first = list.find(
        r#"Api::Backend, version: "2030-01-02", json: include_bytes!("../effective/bapi/2030-01-02.json")"#,
    );
    let second = list
        .find(r#"Api::Webhooks, version: "2031-01-02", json: include_bytes!("../effective/webhooks/2031-01-02.json")"#);
    assert!(first.is_some() && first < second, "{list}");
}

#[test]
fn nothing_is_written_when_an_overlay_does_not_fit_any_more() {
    let workspace = Workspace::new(PUBLISHED, &OVERLAY.replace("$.paths.*.get", "$.paths.*.put"));
    let before = workspace.files();

    let error = workspace.refresh(Some(ORIGIN)).unwrap_err();

    assert!(error.0.contains("openapi/overlays/names.yaml: actions[0] ($.paths.*.put)"), "{error}");
    assert_eq!(workspace.files(), before);
}

#[test]
fn a_changed_overlay_makes_the_effective_document_stale_until_it_is_written_again() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.refresh(Some(ORIGIN)).unwrap();
    let fresh = stale_effective(&workspace.root()).unwrap();

    fs::write(workspace.root().overlays().join("names.yaml"), OVERLAY.replace("name: get", "name: fetch"))
        .unwrap();
    fs::write(workspace.root().effective("bapi/1999-01-01"), "{}").unwrap();
    let stale = stale_effective(&workspace.root()).unwrap();
    fs::remove_file(workspace.root().effective("bapi/1999-01-01")).unwrap();
    write_effective(&workspace.root()).unwrap();

    assert_eq!(fresh, Vec::<String>::new());
    assert_eq!(stale, ["openapi/effective/bapi/2030-01-02.json", "openapi/effective/bapi/1999-01-01.json"]);
    assert_eq!(stale_effective(&workspace.root()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_snapshot_that_was_edited_by_hand_is_refused() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.refresh(Some(ORIGIN)).unwrap();

    fs::write(workspace.root().snapshot("bapi/2030-01-02"), "{}").unwrap();
    let error = stale_effective(&workspace.root()).unwrap_err();

    assert!(
        error.0.contains("openapi/bapi/2030-01-02.json") && error.0.contains("openapi/overlays"),
        "{error}"
    );
}

#[test]
fn what_is_no_openapi_3_0_document_is_refused() {
    let cases = [
        ("a: [", "no YAML"),
        ("a: 1", "no `openapi`"),
        ("openapi: 3.1.0\npaths: {}", "OpenAPI 3.1.0"),
        ("openapi: 3.0.3\npaths: {}", "no operation"),
        (&PUBLISHED.replace("'2030-01-02'", "v1"), "`v1` is not a date"),
    ];
    for (published, expected) in cases {
        let error = Workspace::new(published, OVERLAY).refresh(Some(ORIGIN)).unwrap_err();
        assert!(error.0.contains(expected), "{published}: {error}");
    }
}

#[test]
fn a_version_that_contradicts_the_document_is_refused() {
    let workspace = Workspace::new(PUBLISHED, OVERLAY);

    let error = workspace.refresh_with(Some(ORIGIN), Some("2030-01-03"), None).unwrap_err();

    assert!(error.0.contains("2030-01-03") && error.0.contains("2030-01-02"), "{error}");
}

#[test]
fn a_document_can_be_read_from_a_url() {
    use std::io::{Read, Write};
    let workspace = Workspace::new("", OVERLAY);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api.yml", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{PUBLISHED}", PUBLISHED.len()).unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });

    let what = Refresh { from: url.clone(), api: None, commit: None, origin: None };
    refresh(&workspace.root(), &what).unwrap();

    assert!(server.join().unwrap().starts_with("GET /api.yml "));
    let sources = Sources::read(&workspace.root()).unwrap();
    assert_eq!(sources.find("bapi", "2030-01-02").unwrap().origin, url);
}

#[test]
fn the_committed_documents_are_what_sources_toml_says() {
    let root = Root::of_workspace();
    let sources = Sources::read(&root).unwrap();

    assert_eq!(stale_effective(&root).unwrap(), Vec::<String>::new());
    assert!(!sources.documents.is_empty());
    assert_eq!(clerk_openapi::DOCUMENTS.len(), sources.documents.len());
    for source in &sources.documents {
        assert!(source.origin.starts_with("https://"), "{}", source.origin);
        let shipped = fs::read(root.effective(&source.id())).unwrap();
        assert!(clerk_openapi::DOCUMENTS.iter().any(|document| document.json == shipped), "{}", source.id());
    }
}

/// Where the published documents are at hand, beside the workspace.
#[test]
fn transcribing_the_published_documents_again_gives_the_committed_snapshots() {
    let root = Root::of_workspace();
    let published = root.0.join("../../shared/upstream");
    let mut checked = 0;
    for source in Sources::read(&root).unwrap().documents {
        let Ok(bytes) = fs::read(published.join(format!("{}.yml", source.id()))) else { continue };
        if sha256(&bytes) != source.upstream_sha256 {
            continue;
        }
        let document = clerk_codegen::overlay::read(std::str::from_utf8(&bytes).unwrap()).unwrap();
        assert_eq!(
            sha256(refresh::transcribe(&document).unwrap().as_bytes()),
            source.snapshot_sha256,
            "{}",
            source.id()
        );
        checked += 1;
    }
    if checked == 0 {
        eprintln!("skipped: the published documents are not at hand");
    }
}
