//! A function for every operation that makes the typed call from JSON: what the conformance driver is made of. And one
//! for every type.

use super::{doc, line, literal, rust_type};
use crate::GeneratedFile;
use crate::model::{Api, Argument, Operation, Place, Type};

/// A file for each API, and `dispatch.rs`, which lists their modules for the macro
/// `dispatch_versions`, the newest first.
pub fn dispatch(apis: &[Api]) -> Vec<GeneratedFile> {
    let mut text = String::from("dispatch_versions! {\n");
    for api in apis {
        line(&mut text, "    ", &format!("{},", api.module()));
    }
    text.push_str("}\n");
    let mut files = vec![GeneratedFile { name: "dispatch.rs".to_owned(), text }];
    files.extend(apis.iter().map(version));
    files
}

/// The file of an API. It expects `Args`, `Invalid`, `Pending`, `Typed` and `types` where it is included, and a
/// function for each place of an argument (`path`, `query`, `body`, `whole_body`, `file`) to tell `Args` what to take.
fn version(api: &Api) -> GeneratedFile {
    let mut out = String::new();
    doc(&mut out, "", &["What has the operations.".to_owned()]);
    let root =
        if api.is_root { "clerk_sdk::Clerk".to_owned() } else { format!("clerk_sdk::{}::Api", api.module()) };
    line(&mut out, "", &format!("type Api = {root};"));
    doc(&mut out, "", &["Leads there from a client.".to_owned()]);
    line(&mut out, "", "pub fn api(clerk: &clerk_sdk::Clerk) -> Api {");
    let api_of = if api.is_root {
        "clerk.clone()".to_owned()
    } else {
        format!("clerk_sdk::{0}::ClerkExt::{0}(clerk)", api.module())
    };
    line(&mut out, "    ", &api_of);
    line(&mut out, "", "}");
    doc(&mut out, "", &["Prepares the call of an operation; `None` if there is none of that id.".to_owned()]);
    line(
        &mut out,
        "",
        "pub fn prepare(clerk: &Api, call: &str, args: Args) -> Option<Result<Pending, Invalid>> {",
    );
    line(&mut out, "    ", "Some(match call {");
    for operation in &api.operations {
        line(
            &mut out,
            "        ",
            &format!("{} => calls::{}(clerk, args),", literal(&operation.id), function(operation)),
        );
    }
    line(&mut out, "        ", "_ => return None,");
    line(&mut out, "    ", "})");
    line(&mut out, "", "}");
    doc(&mut out, "", &["The ids of all operations.".to_owned()]);
    line(&mut out, "", "pub const OPERATIONS: &[&str] = &[");
    for operation in &api.operations {
        line(&mut out, "    ", &format!("{},", literal(&operation.id)));
    }
    line(&mut out, "", "];");
    doc(&mut out, "", &["All types, with where the document says what they are.".to_owned()]);
    line(&mut out, "", "pub const TYPES: &[Typed] = &[");
    for ty in &api.types {
        let (name, place) = (literal(&ty.name), literal(&ty.pointer));
        line(&mut out, "    ", &format!("Typed::of::<types::{}>({name}, {place}),", ty.name));
    }
    line(&mut out, "", "];");
    line(&mut out, "", "mod calls {");
    line(&mut out, "    ", "use super::*;");
    for operation in &api.operations {
        call(api, operation, &mut out);
    }
    line(&mut out, "", "}");
    GeneratedFile { name: format!("{}/dispatch.rs", api.module()), text: out }
}

fn function(operation: &Operation) -> String {
    format!("{}_{}", operation.resource, operation.method_name)
}

fn call(api: &Api, operation: &Operation, out: &mut String) {
    let takes = if operation.all_arguments().next().is_some() { "mut " } else { "" };
    let head = format!("pub(super) fn {}(clerk: &Api, {takes}args: Args)", function(operation));
    line(out, "    ", &format!("{head} -> Result<Pending, Invalid> {{"));
    let arguments: Vec<String> = operation
        .arguments
        .iter()
        .map(|argument| format!("args.required({})?", taking(api, argument)))
        .collect();
    let mutable = if operation.setters.is_empty() { "" } else { "mut " };
    let call = format!("clerk.{}().{}", operation.resource, operation.method_name);
    line(out, "        ", &format!("let {mutable}request = {call}({});", arguments.join(", ")));
    for argument in &operation.setters {
        line(out, "        ", &format!("if let Some(value) = args.optional({})? {{", taking(api, argument)));
        line(out, "            ", &format!("request = request.{}(value);", argument.ident));
        line(out, "        ", "}");
    }
    line(out, "        ", "args.send(request)");
    line(out, "    ", "}");
}

/// How an argument is taken from the JSON: the place, the name and the type that the typed call is given.
fn taking(api: &Api, argument: &Argument) -> String {
    let plain = rust_type(api, &argument.ty, "types::");
    let ty = match argument.ty {
        Type::Json | Type::JsonObject | Type::Metadata => "serde_json::Value".to_owned(),
        _ if argument.nullable => format!("Nullable<{plain}>"),
        _ => plain,
    };
    let place = match argument.place {
        Place::Path => "path",
        Place::Query | Place::JoinedQuery | Place::DelimitedQuery(_) => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
        Place::BodyField => "body",
        Place::WholeBody if argument.ty == Type::File => {
            return format!("file({})", literal(&argument.ident));
        }
        Place::WholeBody => "whole_body",
        Place::FormPart if argument.ty == Type::File => return format!("file({})", literal(&argument.wire)),
        Place::FormPart => "body",
    };
    format!("{place}::<{ty}>({})", literal(&argument.wire))
}
