//! Writes a model down as Rust. Nothing is decided here: every name and shape is the model's. The text is written as
//! rustfmt would leave it where that is cheap, since people will read it.

mod dispatch;
mod docs;
mod events;
mod example;
mod op;
mod params;
mod private;
#[cfg(feature = "reference")]
mod reference;
mod requests;
mod resources;
mod samples;
mod types;
mod versions;

pub use dispatch::dispatch;
#[cfg(feature = "reference")]
pub use reference::{events, reference};
#[cfg(feature = "changes")]
pub(crate) use types::field_type;

use crate::GeneratedFile;
use crate::model::{Api, Type};

/// The files of the client, those of an API in a folder that is named after its module; and `versions.rs`, which
/// declares the modules. The newest API comes first.
pub fn client(apis: &[Api]) -> Vec<GeneratedFile> {
    let mut files = vec![versions::file(apis)];
    for api in apis {
        let module = api.module();
        let mut file = |name: &str, text: String| {
            files.push(GeneratedFile { name: format!("{module}/{name}"), text });
        };
        file("types.rs", types::file(api));
        if api.is_webhooks() {
            file("events.rs", events::file(api));
            continue;
        }
        file("op.rs", op::file(api));
        file("requests.rs", requests::file(api));
        file("resources.rs", resources::file(api));
    }
    files
}

/// How long a line may become before it is broken.
const WIDTH: usize = 110;

/// What samples of the answers' types are made by, a file for each API in the folder of its module. The types are those
/// of [`client`].
pub fn samples(apis: &[Api]) -> Vec<GeneratedFile> {
    let file =
        |api| GeneratedFile { name: format!("{}/samples.rs", Api::module(api)), text: samples::file(api) };
    apis.iter().map(file).collect()
}

/// A type as it is spelt in Rust, with `module` before the names of generated types.
pub(crate) fn rust_type(api: &Api, ty: &Type, module: &str) -> String {
    let inner = |ty: &Type| rust_type(api, ty, module);
    let named = |id: usize| format!("{module}{}", api.types.get(id).map_or("", |def| &def.name));
    match ty {
        Type::String => "String".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Timestamp => "Timestamp".to_owned(),
        Type::DateTime => "DateTime".to_owned(),
        Type::Json => "serde_json::Value".to_owned(),
        Type::JsonObject => "JsonObject".to_owned(),
        Type::Metadata => "Metadata".to_owned(),
        Type::File => "FilePart".to_owned(),
        Type::List(item) => format!("Vec<{}>", inner(item)),
        Type::Map(value) => format!("BTreeMap<String, {}>", inner(value)),
        Type::Nullable(value) => format!("Option<{}>", inner(value)),
        Type::Named(id) => named(*id),
        Type::Boxed(id) => format!("Box<{}>", named(*id)),
    }
}

/// Doc comment lines, broken where they are long; empty lines become `///`. What the document has of line ends would
/// end the comment.
fn doc(out: &mut String, indent: &str, lines: &[String]) {
    let mut code = false;
    for line in lines {
        code ^= line.starts_with("```");
        let mut rest = line.replace(['\n', '\r'], " ");
        let hanging = if line.starts_with("* ") { "  " } else { "" };
        let width = WIDTH.saturating_sub(indent.len() + "/// ".len());
        while let Some(end) = rest.get(..width).filter(|_| !code).and_then(|start| last_break(start, &rest)) {
            let (before, after) = rest.split_at(end);
            comment(out, indent, before);
            rest = format!("{hanging}{}", after.trim_start());
        }
        comment(out, indent, &rest);
    }
}

fn comment(out: &mut String, indent: &str, text: &str) {
    line(out, indent, format!("/// {text}").trim_end());
}

/// The last space of `start` that a line may end at: one that begins as a list, a quote or a heading would be one.
fn last_break(start: &str, whole: &str) -> Option<usize> {
    let begins = |next: &str| next.starts_with(|c: char| c.is_alphabetic() || "`[(…".contains(c));
    let mut spaces = start.rmatch_indices(' ').map(|(at, _)| at).filter(|at| *at > 2);
    spaces.find(|at| whole.get(at + 1..).is_some_and(begins))
}

/// A line.
fn line(out: &mut String, indent: &str, text: &str) {
    out.push_str(indent);
    out.push_str(text);
    out.push('\n');
}

/// `head(items)tail` on one line, or with each item on its own where that is too long.
fn list(out: &mut String, indent: &str, head: &str, items: &[String], tail: &str) {
    let one = format!("{indent}{head}({}){tail}", items.join(", "));
    if one.len() <= WIDTH {
        out.push_str(&one);
        out.push('\n');
        return;
    }
    line(out, indent, &format!("{head}("));
    for item in items {
        line(out, indent, &format!("    {item},"));
    }
    line(out, indent, &format!("){tail}"));
}

/// Items behind each other, as many to a line as fit.
fn fill(out: &mut String, indent: &str, items: &[String]) {
    let mut current = String::new();
    for item in items {
        if !current.is_empty() && indent.len() + current.len() + item.len() + 2 > WIDTH {
            line(out, indent, current.trim_end());
            current.clear();
        }
        current.push_str(item);
        // What opens a list is followed by its first item.
        current.push_str(if item.ends_with('[') { "" } else { ", " });
    }
    if !current.is_empty() {
        line(out, indent, current.trim_end());
    }
}

/// A Rust string literal.
fn literal(text: &str) -> String {
    format!("{text:?}")
}
