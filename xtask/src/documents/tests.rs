#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::intake::{self, Published, take_in};
use super::sources::{Api, Sources, sha256};
use super::*;
use crate::error::Error;
use crate::tests::published::published;
use crate::tree::Tree;

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

/// A workspace with an overlay alone, and a published document beside it.
struct Workspace {
    folder: tempfile::TempDir,
    tree: Tree,
}

impl Workspace {
    fn new(published: &str, overlay: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut tree = Tree::at(&folder.path().join("workspace"));
        tree.put("openapi/overlays/names.yaml", overlay);
        let workspace = Self { tree, folder };
        workspace.publish(published);
        workspace
    }

    fn published(&self) -> PathBuf {
        self.folder.path().join("published.yml")
    }

    fn publish(&self, document: &str) {
        fs::write(self.published(), document).unwrap();
    }

    fn overlay(&mut self, overlay: &str) {
        self.tree.put("openapi/overlays/names.yaml", overlay);
    }

    fn take_in(&mut self, origin: Option<&str>) -> Result<(), Error> {
        self.take_in_with(origin, None, None)
    }

    fn take_in_with(
        &mut self,
        origin: Option<&str>,
        api: Option<&str>,
        commit: Option<&str>,
    ) -> Result<(), Error> {
        let what = Published {
            from: self.published().to_str().unwrap().to_owned(),
            api: api.map(str::to_owned),
            commit: commit.map(str::to_owned),
            origin: origin.map(str::to_owned),
        };
        take_in(&mut self.tree, &what)?;
        for (path, text) in effective::documents(&self.tree)?.files {
            self.tree.put(path, text);
        }
        Ok(())
    }

    fn text(&self, path: &str) -> String {
        self.tree.text(path).unwrap()
    }

    fn sources(&self) -> Sources {
        Sources::read(&self.tree).unwrap()
    }

    /// Every file with its text.
    fn files(&self) -> Vec<(String, String)> {
        self.tree.files("openapi").into_iter().map(|path| (path.clone(), self.text(&path))).collect()
    }
}

#[test]
fn prose_goes_and_what_is_only_called_so_stays() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);

    workspace.take_in(Some(ORIGIN)).unwrap();

    let snapshot = workspace.text("openapi/bapi/2030-01-02.json");
    assert_eq!(serde_json::from_str::<Value>(&snapshot).unwrap(), facts());
    assert!(!snapshot.contains("Prose"), "{snapshot}");
    assert!(snapshot.ends_with("}\n"), "no newline at the end");
}

#[test]
fn a_snapshot_keeps_the_order_of_the_document() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);

    workspace.take_in(Some(ORIGIN)).unwrap();

    let snapshot: Value = serde_json::from_str(&workspace.text("openapi/bapi/2030-01-02.json")).unwrap();
    assert_eq!(snapshot.to_string(), facts().to_string());
}

#[test]
fn json_gives_the_same_snapshot_as_yaml() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.take_in(Some(ORIGIN)).unwrap();
    let from_yaml = workspace.text("openapi/bapi/2030-01-02.json");
    let published = clerk_codegen::overlay::read(PUBLISHED).unwrap().to_string();

    workspace.publish(&published);
    workspace.take_in(None).unwrap();

    assert_eq!(workspace.text("openapi/bapi/2030-01-02.json"), from_yaml);
}

#[test]
fn refreshing_twice_changes_no_byte() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.take_in_with(Some(ORIGIN), None, Some("abc")).unwrap();
    let first = workspace.files();

    workspace.take_in(None).unwrap();

    assert_eq!(first.len(), 5, "snapshot, effective document, list, sources and overlay");
    assert_eq!(workspace.files(), first);
}

#[test]
fn the_source_is_recorded_without_the_folders_of_the_machine() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);

    workspace.take_in_with(Some(ORIGIN), None, Some("abc")).unwrap();

    let sources = workspace.sources();
    let source = sources.find(Api::Backend, "2030-01-02").unwrap();
    assert_eq!(source.origin, ORIGIN);
    assert_eq!(source.commit.as_deref(), Some("abc"));
    assert_eq!(source.upstream_sha256, sha256(PUBLISHED.as_bytes()));
    assert_eq!(source.snapshot_sha256, sha256(workspace.text("openapi/bapi/2030-01-02.json").as_bytes()));
    assert_eq!(source.operations, 1);
    let folder = workspace.folder.path().to_str().unwrap();
    for (path, text) in workspace.files() {
        assert!(!text.contains(folder), "{path}");
    }
}

#[test]
fn a_commit_is_not_kept_for_other_bytes() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.take_in_with(Some(ORIGIN), None, Some("abc")).unwrap();

    workspace.publish(&format!("{PUBLISHED}\n# later\n"));
    workspace.take_in(None).unwrap();

    let sources = workspace.sources();
    assert_eq!(sources.find(Api::Backend, "2030-01-02").unwrap().commit, None);
}

#[test]
fn a_file_that_was_never_refreshed_needs_its_public_address() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);

    let error = workspace.take_in(None).unwrap_err();

    assert!(error.to_string().contains("--origin"), "{error}");
}

#[test]
fn the_effective_document_is_the_snapshot_with_the_corrections() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);

    workspace.take_in(Some(ORIGIN)).unwrap();

    let mut expected = facts();
    expected["paths"]["/things/{description}"]["get"]["x-rust-name"] = json!("get");
    let effective: Value =
        serde_json::from_str(&workspace.text("openapi/effective/bapi/2030-01-02.json")).unwrap();
    assert_eq!(effective, expected);
}

#[test]
fn the_crate_lists_every_document() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.take_in(Some(ORIGIN)).unwrap();
    let webhooks = PUBLISHED.replace("\npaths:", "\nx-webhooks:").replace("2030-01-02", "v1");

    workspace.publish(&webhooks);
    workspace.overlay(&OVERLAY.replace("actions", "x-applies-to: [bapi]\nactions"));
    workspace.take_in_with(Some(ORIGIN), Some("2031-01-02"), None).unwrap();

    let list = workspace.text("openapi/src/documents.rs");
    let first = list.find(
        r#"Api::Backend, version: "2030-01-02", json: include_bytes!("../effective/bapi/2030-01-02.json")"#,
    );
    let second = list
        .find(r#"Api::Webhooks, version: "2031-01-02", json: include_bytes!("../effective/webhooks/2031-01-02.json")"#);
    assert!(first.is_some() && first < second, "{list}");
}

#[test]
fn an_overlay_that_does_not_fit_any_more_is_refused_by_name() {
    let mut workspace = Workspace::new(PUBLISHED, &OVERLAY.replace("$.paths.*.get", "$.paths.*.put"));

    let error = workspace.take_in(Some(ORIGIN)).unwrap_err().to_string();

    assert!(error.contains("openapi/overlays/names.yaml: actions[0] ($.paths.*.put)"), "{error}");
}

#[test]
fn what_need_not_fit_every_document_has_to_fit_one() {
    let somewhere = OVERLAY.replace("actions", "x-match: somewhere\nactions");
    let mut workspace = Workspace::new(PUBLISHED, &somewhere);
    workspace.take_in(Some(ORIGIN)).unwrap();
    workspace.publish(&PUBLISHED.replace("get:", "put:").replace("2030-01-02", "2031-01-02"));

    workspace.take_in(Some(ORIGIN)).unwrap();
    workspace.overlay(&somewhere.replace("$.paths.*.get", "$.paths.*.post"));
    let error = effective::documents(&workspace.tree).unwrap_err().to_string();

    assert!(
        error.starts_with("all documents: openapi/overlays/names.yaml: actions[0] ($.paths.*.post)"),
        "{error}"
    );
}

#[test]
fn a_snapshot_that_was_edited_by_hand_is_refused() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);
    workspace.take_in(Some(ORIGIN)).unwrap();

    workspace.tree.put("openapi/bapi/2030-01-02.json", "{}");
    let error = effective::documents(&workspace.tree).unwrap_err().to_string();

    assert!(error.contains("openapi/bapi/2030-01-02.json") && error.contains("openapi/overlays"), "{error}");
}

#[test]
fn what_is_no_openapi_3_0_document_is_refused() {
    let cases = [
        ("a: [", "no YAML"),
        ("a: 1", "no `openapi`"),
        ("\n<!DOCTYPE html>\n<title>404: gone</title>", "HTML"),
        ("openapi: 3.1.0\npaths: {}", "OpenAPI 3.1.0"),
        ("openapi: 3.0.3\npaths: {}", "no operation"),
        (&PUBLISHED.replace("'2030-01-02'", "v1"), "`v1` is not a date"),
    ];
    for (published, expected) in cases {
        let error = Workspace::new(published, OVERLAY).take_in(Some(ORIGIN)).unwrap_err();
        assert!(error.to_string().contains(expected), "{published}: {error}");
    }
}

#[test]
fn a_version_that_contradicts_the_document_is_refused() {
    let mut workspace = Workspace::new(PUBLISHED, OVERLAY);

    let error = workspace.take_in_with(Some(ORIGIN), Some("2030-01-03"), None).unwrap_err();

    assert!(error.to_string().contains("2030-01-03") && error.to_string().contains("2030-01-02"), "{error}");
}

#[test]
fn a_document_can_be_read_from_a_url() {
    use std::io::{Read, Write};
    let mut workspace = Workspace::new("", OVERLAY);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api.yml", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{PUBLISHED}", PUBLISHED.len()).unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });

    take_in(&mut workspace.tree, &Published { from: url.clone(), ..Published::default() }).unwrap();

    assert!(server.join().unwrap().starts_with("GET /api.yml "));
    let sources = workspace.sources();
    assert_eq!(sources.find(Api::Backend, "2030-01-02").unwrap().origin, url);
}

#[test]
fn the_crate_ships_what_sources_toml_says() {
    let tree = Tree::of_workspace();
    let sources = Sources::read(&tree).unwrap();

    assert!(!sources.documents.is_empty());
    assert_eq!(clerk_openapi::DOCUMENTS.len(), sources.documents.len());
    for source in &sources.documents {
        assert!(source.origin.starts_with("https://"), "{}", source.origin);
        let shipped = tree.read(&source.effective()).unwrap();
        assert!(clerk_openapi::DOCUMENTS.iter().any(|document| document.json == shipped), "{}", source.id());
    }
}

#[test]
fn transcribing_the_published_documents_again_gives_the_committed_snapshots() {
    for source in Sources::read(&Tree::of_workspace()).unwrap().documents {
        let Some(path) = published(&source.id()) else { continue };
        let bytes = fs::read(path).unwrap();
        // What has been published since is what `regen` takes in.
        if sha256(&bytes) != source.upstream_sha256 {
            continue;
        }
        let document = clerk_codegen::overlay::read(std::str::from_utf8(&bytes).unwrap()).unwrap();
        let text = intake::transcribe(&document).unwrap();
        assert_eq!(sha256(text.as_bytes()), source.snapshot_sha256, "{}", source.id());
    }
}
