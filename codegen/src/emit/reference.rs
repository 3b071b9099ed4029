//! The reference as Markdown: a page for each resource, with its operations and the types that belong to it; one for
//! the events; and an index. Sentences, facts and examples are those of the generated documentation.

mod homes;

use std::fmt::Write as _;

use homes::Homes;

use super::{docs, example, resources, rust_type};
use crate::GeneratedFile;
use crate::model::{Api, Argument, Direction, Key, Operation, Output, Resource, Type, TypeDef, TypeKind};

/// The pages of the resources, and the index of them: `README.md`, which is what is shown of a folder.
pub fn reference(api: &Api) -> Vec<GeneratedFile> {
    let homes = Homes::of(api);
    let mut files = vec![GeneratedFile { name: "README.md".to_owned(), text: index(api) }];
    for (position, resource) in api.resources.iter().enumerate() {
        let page = Page { api, homes: &homes, position };
        files.push(GeneratedFile { name: page_name(resource), text: page.resource(resource) });
    }
    files
}

/// The page of the events, for the document that has them.
pub fn events(api: &Api) -> GeneratedFile {
    let page = Page { api, homes: &Homes::here(api), position: 0 };
    let mut out = head("Events");
    let _ = writeln!(
        out,
        "What Clerk tells a webhook endpoint: the variants of `webhooks::Event`, from Clerk's document of {}.\n",
        api.version
    );
    out.push_str("| event | variant | data | |\n|---|---|---|---|\n");
    for event in &api.events {
        let (doc, data) = (event.doc.as_deref().unwrap_or_default(), page.linked(&event.data));
        let _ = writeln!(out, "| `{}` | `{}` | {data} | {} |", event.kind, event.variant, cell(doc));
    }
    page.types(&mut out);
    GeneratedFile { name: "events.md".to_owned(), text: out }
}

fn page_name(resource: &Resource) -> String {
    format!("{}.md", resource.accessor)
}

fn head(title: &str) -> String {
    format!("<!-- `cargo xtask regen` writes this file. -->\n\n# {title}\n\n")
}

fn index(api: &Api) -> String {
    let mut out = head("Reference");
    let _ = writeln!(
        out,
        "All {} operations of version {}, by resource: `clerk.users().list()`. What Clerk tells by itself is in \
         [events](events.md).\n",
        api.operations.len(),
        api.version
    );
    out.push_str("| resource | | operations |\n|---|---|---|\n");
    let mut resources: Vec<&Resource> = api.resources.iter().collect();
    resources.sort_by_key(|resource| &resource.accessor);
    for resource in resources {
        let page = page_name(resource);
        let operations = resource.operations.iter().filter_map(|index| api.operations.get(*index));
        let links = operations.map(|it| format!("[`{0}`]({page}#{0})", it.method_name)).collect::<Vec<_>>();
        let doc = cell(resource.doc.as_deref().unwrap_or_default());
        let _ = writeln!(out, "| [`{}()`]({page}) | {doc} | {} |", resource.accessor, links.join(" "));
    }
    out
}

/// What a page is written from: the API, where each type is described, and which page this is.
struct Page<'a> {
    api: &'a Api,
    homes: &'a Homes,
    position: usize,
}

impl Page<'_> {
    fn resource(&self, resource: &Resource) -> String {
        let mut out = head(&docs::sentence(&resource.accessor));
        if let Some(doc) = &resource.doc {
            let _ = writeln!(out, "{doc}\n");
        }
        let operations: Vec<&Operation> =
            resource.operations.iter().filter_map(|index| self.api.operations.get(*index)).collect();
        let _ = writeln!(out, "| `clerk.{}()` | |\n|---|---|", resource.accessor);
        for operation in &operations {
            let doc = cell(operation.doc.as_deref().unwrap_or_default());
            let _ = writeln!(out, "| [`{0}`](#{0}) | {doc} |", operation.method_name);
        }
        for operation in operations {
            self.operation(operation, &mut out);
        }
        self.types(&mut out);
        out
    }

    fn operation(&self, operation: &Operation, out: &mut String) {
        let _ = writeln!(out, "\n## `{}`\n", operation.method_name);
        if let Some(doc) = &operation.doc {
            let _ = writeln!(out, "{doc}\n");
        }
        if operation.deprecated {
            out.push_str("**Deprecated** by Clerk.\n\n");
        }
        out.push_str("```rust\n");
        resources::signature(self.api, operation, "", "", out);
        out.push_str("```\n\n");
        let Operation { method, path, reference, .. } = operation;
        let _ = writeln!(out, "`{method} {path}`, [in Clerk's reference]({reference})\n");
        if operation.all_arguments().next().is_some() {
            out.push_str("| argument | type | | |\n|---|---|---|---|\n");
            let required = operation.arguments.iter().map(|argument| (argument, "required"));
            for (argument, required) in required.chain(operation.setters.iter().map(|it| (it, "optional"))) {
                self.argument(argument, required, out);
            }
            out.push('\n');
        }
        self.facts(operation, out);
        out.push_str("\n```rust\n");
        let code = example::code(self.api, operation);
        for line in code.iter().filter(|line| !line.starts_with('#')) {
            let _ = writeln!(out, "{line}");
        }
        out.push_str("```\n");
    }

    fn argument(&self, argument: &Argument, required: &str, out: &mut String) {
        let mut words = docs::argument(argument);
        if argument.deprecated {
            words.push("Deprecated.".to_owned());
        }
        let (ident, ty) = (&argument.ident, self.linked(&argument.ty));
        let _ = writeln!(out, "| `{ident}` | {ty} | {required} | {} |", cell(&words.join(" ")));
    }

    /// What comes back, what may go wrong, and with which key it is called.
    fn facts(&self, operation: &Operation, out: &mut String) {
        let answer = match &operation.output {
            Output::Nothing => "nothing".to_owned(),
            Output::Text => "text".to_owned(),
            Output::Bytes => "bytes".to_owned(),
            Output::Value(ty) => self.linked(ty),
            Output::Page(item) if operation.paging.is_none() => {
                format!("a page of {}, which holds all of them", self.linked(item))
            }
            Output::Page(item) => {
                format!("a page of {}; `pages()` and `items()` walk all of them", self.linked(item))
            }
        };
        let _ = writeln!(out, "* **Answer** ({}): {answer}", operation.status);
        let failures = match operation.failures.as_slice() {
            [] => "none is declared".to_owned(),
            some => some.join(", "),
        };
        let _ = writeln!(out, "* **Failures**: {failures}");
        if let Some(codes) = docs::error_codes(operation) {
            let _ = writeln!(out, "* **Known error codes**: {codes}");
        }
        let key = match operation.key {
            Key::Secret => "the secret key",
            Key::Machine => "a machine's secret key",
            Key::Either => "the secret key, or a machine's",
            Key::None => "none",
        };
        let _ = writeln!(out, "* **Key**: {key}");
        let retries = if operation.repeatable {
            "it may be repeated"
        } else {
            "only where it cannot have been acted on, unless told otherwise"
        };
        let _ = writeln!(out, "* **Retries**: {retries}");
    }

    /// The types that belong to this page.
    fn types(&self, out: &mut String) {
        let here = |id: &usize| self.homes.position(*id) == Some(self.position);
        let mut defs =
            (0..self.api.types.len()).filter(here).filter_map(|id| self.api.types.get(id)).peekable();
        if defs.peek().is_some() {
            out.push_str("\n## Types\n");
        }
        for def in defs {
            self.type_def(def, out);
        }
    }

    fn type_def(&self, def: &TypeDef, out: &mut String) {
        let _ = writeln!(out, "\n### `{}`\n", def.name);
        if let Some(doc) = &def.doc {
            let _ = writeln!(out, "{doc}\n");
        }
        if def.deprecated {
            out.push_str("**Deprecated** by Clerk.\n\n");
        }
        match &def.kind {
            TypeKind::Object(fields) => {
                out.push_str("| field | type | |\n|---|---|---|\n");
                for field in fields {
                    let ty = match (def.direction, field.is_option(), field.required) {
                        (Direction::Response, true, _) => "or none",
                        (Direction::Request, _, true) => "required",
                        (Direction::Request, _, false) => "optional",
                        (Direction::Response, false, _) => "",
                    };
                    let words = docs::field(field).join(" ");
                    let ty = format!("{} {ty}", self.linked(&field.ty));
                    let _ = writeln!(out, "| `{}` | {} | {} |", field.ident, ty.trim_end(), cell(&words));
                }
            }
            TypeKind::Enum(variants) => {
                out.push_str("| variant | value | |\n|---|---|---|\n");
                for variant in variants {
                    let doc = cell(variant.doc.as_deref().unwrap_or_default());
                    let _ = writeln!(out, "| `{}` | `{:?}` | {doc} |", variant.ident, variant.wire);
                }
                out.push_str("| `Unknown(String)` | any other | |\n");
            }
            TypeKind::Union(union) => {
                out.push_str("| variant | holds | |\n|---|---|---|\n");
                for variant in &union.variants {
                    let words = docs::union_variant(variant, union.tag.as_deref()).join(" ");
                    let holds = self.linked(&Type::Named(variant.ty));
                    let _ = writeln!(out, "| `{}` | {holds} | {} |", variant.ident, cell(&words));
                }
                out.push_str("| `Unknown` | `serde_json::Value` | Anything else. |\n");
            }
        }
    }

    /// A type as it is spelt in Rust, with a link where it is described.
    fn linked(&self, ty: &Type) -> String {
        let spelt = format!("`{}`", rust_type(self.api, ty, ""));
        let Some(def) = ty.definition().and_then(|id| Some((id, self.api.types.get(id)?))) else {
            return spelt;
        };
        let (id, TypeDef { name, .. }) = def;
        match self.homes.position(id) {
            None => spelt,
            Some(position) if position == self.position => format!("[{spelt}](#{})", name.to_lowercase()),
            Some(position) => {
                let page = self.api.resources.get(position).map(page_name).unwrap_or_default();
                format!("[{spelt}]({page}#{})", name.to_lowercase())
            }
        }
    }
}

/// Text that fits into the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
