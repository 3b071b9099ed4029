//! The documentation of what is generated: the document's sentence (`x-doc`) first, then its facts, put into words.

use super::example;
use crate::model::{
    Api, Argument, Body, Direction, Event, Field, Key, Operation, Output, Place, Resource, Type, TypeDef,
    TypeKind, UnionVariant, Variant, names,
};

pub(super) fn accessor(resource: &Resource) -> Vec<String> {
    let Resource { accessor, type_name, doc, .. } = resource;
    match doc {
        Some(doc) => {
            vec![doc.clone(), String::new(), format!("The operations are those of [`{type_name}`].")]
        }
        None => vec![format!("Operations on {}: [`{type_name}`].", names::prose(accessor))],
    }
}

pub(super) fn resource(api: &Api, resource: &Resource) -> Vec<String> {
    let Resource { accessor, doc, .. } = resource;
    let from = format!("[`{}::{accessor}`]", if api.is_root { "Clerk" } else { "Api" });
    match doc {
        Some(doc) => vec![doc.clone(), String::new(), format!("{from} answers it.")],
        None => vec![format!("Operations on {}, from {from}.", names::prose(accessor))],
    }
}

pub(super) fn events(api: &Api) -> Vec<String> {
    vec![
        "What has happened, as Clerk tells it to a webhook endpoint.".to_owned(),
        String::new(),
        format!("The {} kinds are those of Clerk's document of {}.", api.events.len(), api.version),
    ]
}

pub(super) fn event(event: &Event) -> Vec<String> {
    let kind = format!("`{}`.", event.kind);
    event.doc.clone().into_iter().chain([kind]).collect()
}

pub(super) fn request(operation: &Operation) -> Vec<String> {
    let Operation { resource, method_name, .. } = operation;
    let owner = names::type_name(resource);
    vec![format!(
        "A request of [`{resource}().{method_name}`](super::resources::{owner}::{method_name}): `{} {}`.",
        operation.method, operation.path
    )]
}

/// Everything about an operation that a caller wants to know before calling it.
pub(super) fn method(api: &Api, operation: &Operation) -> Vec<String> {
    let endpoint = format!("`{} {}`", operation.method, operation.path);
    let mut lines = match &operation.doc {
        Some(doc) => vec![doc.clone(), String::new(), endpoint, String::new()],
        None => vec![format!("{}: {endpoint}.", sentence(&operation.id)), String::new()],
    };
    for argument in &operation.arguments {
        lines.push(format!("* `{}`: {}", argument.ident, self::argument(argument).join(" ")));
    }
    if !operation.arguments.is_empty() {
        lines.push(String::new());
    }
    let optional = operation.setters.iter().filter(|argument| !argument.deprecated);
    let optional: Vec<String> = optional.map(|argument| format!("`{}`", argument.ident)).collect();
    if !optional.is_empty() {
        let marker = &operation.marker;
        let names = optional.join(", ");
        lines.extend([
            format!("Optional, by setters of [`{marker}`](requests::{marker}): {names}."),
            String::new(),
        ]);
    }
    let answer = match &operation.output {
        Output::Nothing => "Answers nothing".to_owned(),
        Output::Text => "Answers a text".to_owned(),
        Output::Bytes => "Answers bytes".to_owned(),
        Output::Value(ty) => format!("Answers {}", described(api, ty)),
        Output::Page(item) => format!("Answers a page of {}", described(api, item)),
    };
    lines.push(format!("{answer} ({}). {}", operation.status, failures(operation)));
    lines.extend(error_codes(operation).map(|codes| format!("Known error codes: {codes}.")));
    lines.push(
        if operation.repeatable {
            "A retry may repeat it."
        } else {
            "A retry repeats it only where it cannot have been acted on, unless told otherwise."
        }
        .to_owned(),
    );
    match operation.key {
        Key::Secret => {}
        Key::Machine => lines.push("It is called with a machine's secret key.".to_owned()),
        Key::Either => lines.push("It is called with the secret key, or with that of a machine.".to_owned()),
        Key::None => lines.push("It is called without a key.".to_owned()),
    }
    if operation.body == Body::OptionalJson
        && operation.arguments.iter().all(|argument| argument.place == Place::Path)
    {
        lines.push("Without any of its optional arguments no body is sent.".to_owned());
    }
    lines.push(format!("See [Clerk's reference]({}).", operation.reference));
    lines.extend([String::new(), "```no_run".to_owned()]);
    lines.extend(example::code(api, operation));
    lines.push("```".to_owned());
    lines
}

fn failures(operation: &Operation) -> String {
    match operation.failures.as_slice() {
        [] => "The document declares no failures.".to_owned(),
        some => format!("The document declares the failures {}.", some.join(", ")),
    }
}

/// Lists the codes of errors that an operation is known to return, where any is known.
pub(super) fn error_codes(operation: &Operation) -> Option<String> {
    let codes: Vec<String> = operation.error_codes.iter().map(|code| format!("`{code}`")).collect();
    (!codes.is_empty()).then(|| codes.join(", "))
}

pub(super) fn argument(argument: &Argument) -> Vec<String> {
    let place = match argument.place {
        Place::Path => "in the path",
        Place::Query => "in the query",
        Place::JoinedQuery => "in the query, joined with commas",
        Place::DelimitedQuery(' ') => "in the query, joined with spaces",
        Place::DelimitedQuery(_) => "in the query, joined with pipes",
        Place::Header => "in a header",
        Place::Cookie => "in a cookie",
        Place::BodyField => "in the body",
        Place::WholeBody => "the body",
        Place::FormPart => "in the form",
    };
    let mut lines = Vec::from_iter(argument.doc.clone());
    lines.push(if argument.wire.is_empty() || argument.wire == argument.ident {
        format!("{}.", capital(place))
    } else {
        format!("`{}` {place}.", argument.wire)
    });
    lines.extend(facts(&argument.ty, &argument.facts));
    if argument.nullable {
        lines.push("May be null: `Null`.".to_owned());
    }
    lines
}

pub(super) fn type_def(def: &TypeDef) -> Vec<String> {
    let kind = match (&def.kind, def.direction) {
        (TypeKind::Object(_), Direction::Request) => "An object that callers send",
        (TypeKind::Object(_), Direction::Response) => "An object that the API answers",
        (TypeKind::Enum(variants), _) if variants.iter().any(|variant| variant.number.is_some()) => {
            "A whole number of which some values are known"
        }
        (TypeKind::Enum(_), _) => "A text of which some values are known",
        (TypeKind::Union(_), _) => "One of several objects",
    };
    let pointer =
        if def.pointer.is_empty() { String::new() } else { format!(" (`{}` in the document)", def.pointer) };
    let mut lines = match &def.doc {
        Some(doc) => vec![doc.clone(), String::new(), format!("{kind}{pointer}.")],
        None => vec![format!("{}: {}{pointer}.", sentence(&def.name), kind.to_lowercase())],
    };
    if def.deprecated {
        lines.push("Deprecated.".to_owned());
    }
    lines
}

pub(super) fn field(field: &Field) -> Vec<String> {
    let mut lines = vec![match (&field.constant, &field.doc) {
        (Some(value), _) => format!("Always `{value}`."),
        (None, Some(doc)) => doc.clone(),
        (None, None) => format!("{}.", sentence(&field.wire)),
    }];
    if field.wire != field.ident {
        lines.push(format!("`{}` in JSON.", field.wire));
    }
    lines.extend(facts(&field.ty, &field.facts));
    if field.deprecated {
        lines.push("Deprecated.".to_owned());
    }
    if field.sensitive {
        lines.push("Not shown by `Debug`.".to_owned());
    }
    lines
}

pub(super) fn value(variant: &Variant) -> Vec<String> {
    let value = format!("`{}`.", variant.wire);
    variant.doc.clone().into_iter().chain([value]).collect()
}

pub(super) fn union_variant(variant: &UnionVariant, tag: Option<&str>) -> Vec<String> {
    vec![match (tag, variant.tags.as_slice()) {
        (Some(tag), [one]) => format!("`{tag}` is `{one}`."),
        _ => format!("{}.", sentence(&variant.ident)),
    }]
}

fn facts(ty: &Type, facts: &crate::document::Facts) -> Vec<String> {
    let mut lines = facts.lines.clone();
    if *ty == Type::Timestamp {
        lines.push("Unix milliseconds.".to_owned());
    }
    if *ty == Type::DateTime {
        lines.push("Takes a `Timestamp`, or the text of one (RFC 3339).".to_owned());
    }
    match facts.format.as_deref() {
        Some("date-time") if *ty == Type::DateTime => {}
        None | Some("int64" | "int32" | "float" | "double" | "binary") => {}
        Some(format) => lines.push(format!("Format: `{format}`.")),
    }
    if let Some(pattern) = &facts.pattern {
        lines.push(format!("Pattern: `{pattern}`."));
    }
    lines
}

/// A type in words, linked where it has a page.
fn described(api: &Api, ty: &Type) -> String {
    match ty {
        Type::List(item) => format!("a list of {}", described(api, item)),
        Type::Map(value) => format!("a map of {}", described(api, value)),
        Type::Named(id) | Type::Boxed(id) => {
            let name = api.types.get(*id).map_or("", |def| def.name.as_str());
            format!("[`{name}`](types::{name})")
        }
        Type::Nullable(inner) => described(api, inner),
        Type::JsonObject | Type::Metadata => "a JSON object".to_owned(),
        Type::Json => "any JSON".to_owned(),
        Type::String => "text".to_owned(),
        Type::DateTime => "a date and time".to_owned(),
        Type::Bool => "true or false".to_owned(),
        Type::Integer | Type::Number | Type::Timestamp => "a number".to_owned(),
        Type::File => "a file".to_owned(),
    }
}

/// A name as the beginning of a sentence: `api_key_id` is `API key id`.
pub(super) fn sentence(name: &str) -> String {
    capital(&names::prose(name))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}
