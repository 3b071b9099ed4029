//! The example of each operation, which is compiled where the documentation is tested.

use super::{WIDTH, rust_type};
use crate::model::{Api, Argument, Operation, Output, Place, Type, TypeDef, TypeKind};

/// The call of an operation with what is required of it, and else with some of what may be set. Lines that begin with
/// `#` are for the compiler alone.
pub(super) fn code(api: &Api, operation: &Operation) -> Vec<String> {
    let arguments: Vec<String> =
        operation.arguments.iter().map(|argument| sample(api, &argument.ty, &argument.wire, 0)).collect();
    let root = api_path(api, "clerk", "()");
    let mut steps = vec![
        format!(".{}()", operation.resource),
        format!(".{}({})", operation.method_name, arguments.join(", ")),
    ];
    for argument in settings(operation) {
        steps.push(format!(".{}({})", argument.ident, sample(api, &argument.ty, &argument.wire, 0)));
    }
    steps.push(".await?;".to_owned());
    let binding = match operation.output {
        Output::Nothing => "",
        Output::Value(_) | Output::Text | Output::Bytes => "let answer = ",
        Output::Page(_) => "let page = ",
    };
    let mut lines = vec!["# #![allow(deprecated, unused)]".to_owned()];
    if !api.is_root {
        lines.push(format!("use clerk_sdk::{}::ClerkExt as _;", api.module()));
    }
    lines.push("# async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {".to_owned());
    let call = steps.concat();
    if root.len() + call.len() <= WIDTH {
        lines.push(format!("{binding}{root}{call}"));
    } else {
        lines.push(format!("{binding}{root}"));
        lines.extend(steps.iter().map(|step| format!("    {step}")));
    }
    if matches!(operation.output, Output::Page(_)) {
        lines.push("println!(\"{} of {:?}\", page.len(), page.total_count());".to_owned());
    }
    lines.extend(["# Ok(())".to_owned(), "# }".to_owned()]);
    lines
}

/// Two optional arguments, where nothing but them says what is to be written: first those by which people are known.
fn settings(operation: &Operation) -> impl Iterator<Item = &Argument> {
    let written = |argument: &&Argument| matches!(argument.place, Place::BodyField | Place::FormPart);
    let said = operation.arguments.iter().any(|argument| argument.place != Place::Path);
    let fits = |argument: &&Argument| match &argument.ty {
        Type::String | Type::Bool | Type::Metadata => true,
        Type::List(item) => **item == Type::String && !argument.nullable,
        _ => false,
    };
    let usable = |argument: &&Argument| !said && !argument.deprecated && fits(argument);
    let mut settings: Vec<_> = operation.setters.iter().filter(written).filter(usable).collect();
    settings.sort_by_key(|argument| match argument.wire.as_str() {
        "email_address" => 0,
        wire if wire.ends_with("name") => 1,
        _ => 2,
    });
    settings.into_iter().take(2)
}

/// What belongs to an API, which for the newest one is at the root: `clerk`, or `clerk.v2024_10_01()`.
fn api_path(api: &Api, root: &str, call: &str) -> String {
    let separator = if call.is_empty() { "::" } else { "." };
    if api.is_root { root.to_owned() } else { format!("{root}{separator}{}{call}", api.module()) }
}

/// A value for an example. Lists that hold what holds them end somewhere.
fn sample(api: &Api, ty: &Type, wire: &str, depth: usize) -> String {
    match ty {
        Type::List(_) | Type::Map(_) if depth > 3 => {
            let types = format!("{}::types::", api_path(api, "clerk_sdk", ""));
            format!("{}::new()", rust_type(api, ty, &types).replacen('<', "::<", 1))
        }
        Type::String if wire == "first_name" => "\"Ada\"".to_owned(),
        Type::String if wire == "last_name" => "\"Lovelace\"".to_owned(),
        Type::String if wire.ends_with("_id") => {
            format!("{:?}", format!("{}_1", wire.trim_end_matches("_id")))
        }
        Type::String if wire.contains("email") => "\"ada@example.com\"".to_owned(),
        Type::String if wire.ends_with("url") => "\"https://example.com\"".to_owned(),
        Type::String => format!("{wire:?}"),
        Type::Bool => "true".to_owned(),
        Type::Integer => "1".to_owned(),
        Type::Number => "1.0".to_owned(),
        Type::Timestamp => "1_700_000_000_000".to_owned(),
        Type::DateTime => "clerk_sdk::Timestamp::from_millis(1_700_000_000_000)".to_owned(),
        Type::Json | Type::JsonObject | Type::Metadata => {
            "serde_json::json!({ \"key\": \"value\" })".to_owned()
        }
        Type::File => "clerk_sdk::FilePart::from_bytes(\"logo.png\", &b\"...\"[..])".to_owned(),
        Type::List(item) => format!("[{}]", sample(api, item, wire, depth + 1)),
        Type::Map(value) => format!("[(\"key\", {})]", sample(api, value, wire, depth + 1)),
        Type::Nullable(inner) => sample(api, inner, wire, depth),
        Type::Named(id) | Type::Boxed(id) => match api.types.get(*id) {
            Some(TypeDef { name, kind: TypeKind::Enum(variants), .. }) => {
                let variant = variants.first().map_or("Unknown", |variant| &variant.ident);
                format!("{}::types::{name}::{variant}", api_path(api, "clerk_sdk", ""))
            }
            Some(TypeDef { name, kind: TypeKind::Object(fields), .. }) => {
                let required = fields.iter().filter(|field| field.required);
                let arguments: Vec<String> =
                    required.map(|field| sample(api, &field.ty, &field.wire, depth + 1)).collect();
                let sdk = api_path(api, "clerk_sdk", "");
                format!("{sdk}::types::{name}::new({})", arguments.join(", "))
            }
            _ => String::new(),
        },
    }
}
