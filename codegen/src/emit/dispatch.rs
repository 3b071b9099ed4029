//! A function for every operation that makes the typed call from JSON: what the conformance driver is made of.

use super::{doc, line, literal, rust_type};
use crate::GeneratedFile;
use crate::model::{Api, Argument, Operation, Place, Type};

/// The file `dispatch.rs`. It expects `Api`, `Args`, `Invalid`, `Pending` and `types` where it is included, and a
/// function for each place of an argument (`path`, `query`, `body`, `whole_body`, `file`) to tell `Args` what to take.
pub fn dispatch(api: &Api) -> GeneratedFile {
    let mut out = String::new();
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
        Place::Query | Place::JoinedQuery => "query",
        Place::BodyField => "body",
        Place::WholeBody => "whole_body",
        Place::FormPart if argument.ty == Type::File => return format!("file({})", literal(&argument.wire)),
        Place::FormPart => "body",
    };
    format!("{place}::<{ty}>({})", literal(&argument.wire))
}
