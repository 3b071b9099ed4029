//! A listing of the public API: one line for each thing that a program can name. Two listings differ where programs can
//! tell the difference, so it is in the order of names, not of the document.

use std::fmt::Write as _;

use crate::emit::{field_type, rust_type};
use crate::model::{Api, Argument, Event, Operation, Output, Place, TypeDef, TypeKind};

/// The listing of a document's API.
pub fn listing(api: &Api) -> String {
    let mut operations: Vec<&Operation> = api.operations.iter().collect();
    operations.sort_by_key(|operation| (&operation.resource, &operation.method_name));
    let mut types: Vec<&TypeDef> = api.types.iter().collect();
    types.sort_by_key(|def| &def.name);
    let mut out = format!("# The public API of version {}, made by `cargo xtask regen`.\n", api.version);
    for operation in operations {
        out.push('\n');
        self::operation(api, operation, &mut out);
    }
    let mut events: Vec<&Event> = api.events.iter().collect();
    events.sort_by_key(|event| &event.variant);
    for (position, event) in events.into_iter().enumerate() {
        if position == 0 {
            out.push_str("\nenum Event\n");
        }
        let deprecated = if event.deprecated { "  # deprecated" } else { "" };
        let (variant, data) = (&event.variant, rust_type(api, &event.data, ""));
        let _ = writeln!(out, "Event::{variant}(Event<{data}>) = {:?}{deprecated}", event.kind);
    }
    for def in types {
        out.push('\n');
        type_def(api, def, &mut out);
    }
    out
}

fn operation(api: &Api, operation: &Operation, out: &mut String) {
    let name = call(operation);
    let arguments: Vec<String> = operation
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.ident, argument_type(api, argument)))
        .collect();
    let deprecated = if operation.deprecated { ", deprecated" } else { "" };
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        out,
        "{name}({}) -> {}  # {}: {} {}{deprecated}",
        arguments.join(", "),
        output(api, &operation.output),
        operation.marker,
        operation.method,
        operation.path
    );
    let mut setters: Vec<&Argument> = operation.setters.iter().collect();
    setters.sort_by_key(|setter| &setter.ident);
    for setter in setters {
        let place = match setter.place {
            Place::Path => "path",
            Place::Query | Place::JoinedQuery | Place::DelimitedQuery(_) => "query",
            Place::Header => "header",
            Place::Cookie => "cookie",
            Place::BodyField | Place::WholeBody => "body",
            Place::FormPart => "form",
        };
        let deprecated = if setter.deprecated { ", deprecated" } else { "" };
        let _ =
            writeln!(out, "{name}.{}({})  # {place}{deprecated}", setter.ident, argument_type(api, setter));
    }
}

fn type_def(api: &Api, def: &TypeDef, out: &mut String) {
    let name = &def.name;
    let word = match def.kind {
        TypeKind::Object(_) => "struct",
        TypeKind::Enum(_) | TypeKind::Union(_) => "enum",
    };
    let deprecated = if def.deprecated { "  # deprecated" } else { "" };
    let _ = writeln!(out, "{word} {name}{deprecated}");
    let mut lines: Vec<String> = match &def.kind {
        TypeKind::Object(fields) => fields
            .iter()
            .map(|field| {
                let deprecated = if field.deprecated { "  # deprecated" } else { "" };
                format!("{name}.{}: {}{deprecated}", field.ident, field_type(api, field, def.direction))
            })
            .collect(),
        TypeKind::Enum(variants) => {
            variants.iter().map(|variant| format!("{name}::{} = {:?}", variant.ident, variant.wire)).collect()
        }
        TypeKind::Union(union) => union
            .variants
            .iter()
            .map(|variant| {
                let ty = api.types.get(variant.ty).map_or("", |def| def.name.as_str());
                format!("{name}::{}({ty})", variant.ident)
            })
            .collect(),
    };
    lines.sort();
    for line in lines {
        let _ = writeln!(out, "{line}");
    }
}

/// How a program names an operation, such as `users().list`.
pub fn call(operation: &Operation) -> String {
    format!("{}().{}", operation.resource, operation.method_name)
}

/// The type of an argument, as the SDK takes it in the end.
pub fn argument_type(api: &Api, argument: &Argument) -> String {
    let plain = rust_type(api, &argument.ty, "");
    if argument.nullable { format!("Nullable<{plain}>") } else { plain }
}

/// The type of an answer.
pub fn output(api: &Api, output: &Output) -> String {
    match output {
        Output::Nothing => "()".to_owned(),
        Output::Text => "String".to_owned(),
        Output::Bytes => "Bytes".to_owned(),
        Output::Value(ty) => rust_type(api, ty, ""),
        Output::Page(item) => format!("Page<{}>", rust_type(api, item, "")),
    }
}
