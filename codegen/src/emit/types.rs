//! `types.rs`: objects, enums and unions. A type is written out as anyone would write it; how it is read, written and
//! shown follows from one line per type for the macros of the runtime.

use super::params::is_enum;
use super::{WIDTH, doc, docs, fill, line, list, literal, private, rust_type};
use crate::model::{Api, Direction, Field, Type, TypeDef, TypeKind, Union, Variant};

pub(super) fn file(api: &Api) -> String {
    let mut out = String::new();
    taken(api, &mut out);
    let holders = private::holders(api);
    for (id, def) in api.types.iter().enumerate().filter(|(_, def)| def.defined_in.is_none()) {
        doc(&mut out, "", &docs::type_def(def));
        match &def.kind {
            TypeKind::Object(fields) => {
                object(api, def, fields, &mut out);
                if holders.contains(&id) {
                    private::method(&def.name, fields, &holders, &mut out);
                }
            }
            TypeKind::Enum(variants) => open_enum(def, variants, &mut out),
            TypeKind::Union(union) => self::union(api, def, union, &mut out),
        }
        out.push('\n');
    }
    out
}

/// The types that are those of newer versions.
fn taken(api: &Api, out: &mut String) {
    let mut modules: Vec<&str> = api.types.iter().filter_map(|def| def.defined_in.as_deref()).collect();
    modules.sort_unstable();
    modules.dedup();
    for module in modules {
        let same = api.types.iter().filter(|def| def.defined_in.as_deref() == Some(module));
        let mut names: Vec<&str> = same.map(|def| def.name.as_str()).collect();
        names.sort_unstable();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        line(out, "", &format!("pub use crate::{module}::types::{{"));
        fill(out, "    ", &names);
        line(out, "", "};");
    }
}

fn object(api: &Api, def: &TypeDef, fields: &[Field], out: &mut String) {
    let name = &def.name;
    let buildable = def.direction == Direction::Request && fields.iter().all(|field| !field.required);
    line(
        out,
        "",
        if buildable { "#[derive(Clone, Default, PartialEq)]" } else { "#[derive(Clone, PartialEq)]" },
    );
    line(out, "", "#[non_exhaustive]");
    line(out, "", &format!("pub struct {name} {{"));
    for field in fields {
        doc(out, "    ", &docs::field(field));
        line(out, "    ", &format!("pub {}: {},", field.ident, field_type(api, field, def.direction)));
    }
    line(out, "", "}");
    if def.direction == Direction::Request {
        setters(api, name, fields, out);
    } else {
        primaries(api, name, fields, out);
    }
    let entries: Vec<String> = fields.iter().map(|field| entry(field, def.direction)).collect();
    invocation(out, "object", name, &entries);
}

/// An accessor for each item that a field such as `primary_phone_number_id` names in a list such as `phone_numbers`.
fn primaries(api: &Api, name: &str, fields: &[Field], out: &mut String) {
    let found: Vec<_> = fields.iter().filter_map(|id| Some((id, listed(api, fields, id)?))).collect();
    if found.is_empty() {
        return;
    }
    line(out, "", &format!("impl {name} {{"));
    for (id, (accessor, items, item)) in found {
        let sentence = format!(
            "Returns the item of `{0}` with the id [`{1}`](Self::{1}). `None` if there is none.",
            items.ident, id.ident
        );
        doc(out, "    ", &[sentence]);
        line(out, "    ", &format!("pub fn {accessor}(&self) -> Option<&{item}> {{"));
        line(out, "        ", &format!("let id = self.{}.as_deref()?;", id.ident));
        line(out, "        ", &format!("self.{}.iter().find(|item| item.id == id)", items.ident));
        line(out, "    ", "}");
    }
    line(out, "", "}");
}

/// The name of the accessor, the list, and the type of its items, for a field that holds the id of one of them.
fn listed<'a>(api: &Api, fields: &'a [Field], id: &'a Field) -> Option<(&'a str, &'a Field, String)> {
    let accessor = id.ident.strip_suffix("_id").filter(|_| id.ty == Type::String && id.is_option())?;
    let singular = accessor.strip_prefix("primary_")?;
    let is_plural = |field: &&Field| {
        field.ident.strip_prefix(singular).is_some_and(|ending| matches!(ending, "s" | "es"))
    };
    let items = fields.iter().filter(|field| !field.is_option()).find(is_plural)?;
    let Type::List(item) = &items.ty else { return None };
    let Type::Named(named) = &**item else { return None };
    let TypeKind::Object(members) = &api.types.get(*named)?.kind else { return None };
    let has_id = |member: &Field| member.ident == "id" && member.ty == Type::String && !member.is_option();
    members.iter().any(has_id).then(|| (accessor, items, rust_type(api, item, "")))
}

/// The line for a macro of the runtime, or a few lines where it is long.
pub(super) fn invocation(out: &mut String, macro_name: &str, name: &str, entries: &[String]) {
    let one = format!("{macro_name}! {{ {name} {{ {} }} }}", entries.join(", "));
    if one.len() <= WIDTH {
        return line(out, "", &one);
    }
    line(out, "", &format!("{macro_name}! {{ {name} {{"));
    fill(out, "    ", entries);
    line(out, "", "} }");
}

/// Answers know a value or none; what a caller sends can be absent, null or a value.
pub(crate) fn field_type(api: &Api, field: &Field, direction: Direction) -> String {
    let plain = rust_type(api, &field.ty, "");
    match direction {
        Direction::Response if field.is_option() => format!("Option<{plain}>"),
        Direction::Response => plain,
        Direction::Request => match (field.required, field.nullable) {
            (true, false) => plain,
            (true, true) => format!("Nullable<{plain}>"),
            (false, false) => format!("Option<{plain}>"),
            (false, true) => format!("Option<Nullable<{plain}>>"),
        },
    }
}

fn entry(field: &Field, direction: Direction) -> String {
    let mut text = field.ident.clone();
    if field.wire != field.ident {
        text.push_str(&format!(" = {}", literal(&field.wire)));
    }
    let mut flags = Vec::new();
    if field.sensitive {
        flags.push("secret");
    }
    if direction == Direction::Response && field.required && field.nullable {
        flags.push("null");
    }
    if !flags.is_empty() {
        text.push_str(&format!(" [{}]", flags.join(" ")));
    }
    text
}

/// `new` with what is required, and a setter for everything else.
fn setters(api: &Api, name: &str, fields: &[Field], out: &mut String) {
    let (required, optional): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| field.required);
    line(out, "", &format!("impl {name} {{"));
    doc(out, "    ", &[format!("A `{name}` with what is required of it.")]);
    let parameters: Vec<String> =
        required.iter().map(|field| format!("{}: {}", field.ident, parameter(api, field))).collect();
    list(out, "    ", "pub fn new", &parameters, " -> Self {");
    line(out, "        ", "Self {");
    for field in fields {
        let value = if field.required { value(api, field) } else { "None".to_owned() };
        let text = if value == field.ident { value } else { format!("{}: {value}", field.ident) };
        line(out, "            ", &format!("{text},"));
    }
    line(out, "        ", "}");
    line(out, "    ", "}");
    for field in optional {
        doc(out, "    ", &docs::field(field));
        line(
            out,
            "    ",
            &format!("pub fn {0}(mut self, {0}: {1}) -> Self {{", field.ident, parameter(api, field)),
        );
        line(out, "        ", &format!("self.{} = Some({});", field.ident, value(api, field)));
        line(out, "        ", "self");
        line(out, "    ", "}");
    }
    line(out, "", "}");
}

fn parameter(api: &Api, field: &Field) -> String {
    let plain = rust_type(api, &field.ty, "");
    match &field.ty {
        _ if field.nullable => format!("impl IntoNullable<{plain}>"),
        Type::Bool | Type::Integer | Type::Boxed(_) => plain,
        Type::Named(id) if !is_enum(api, *id) => plain,
        Type::List(item) => format!("impl IntoList<{}>", rust_type(api, item, "")),
        Type::Map(value) => {
            format!("impl IntoIterator<Item = (impl Into<String>, impl Into<{}>)>", rust_type(api, value, ""))
        }
        _ => format!("impl Into<{plain}>"),
    }
}

fn value(api: &Api, field: &Field) -> String {
    let ident = &field.ident;
    match &field.ty {
        _ if field.nullable => format!("{ident}.into_nullable()"),
        Type::Bool | Type::Integer | Type::Boxed(_) => ident.clone(),
        Type::Named(id) if !is_enum(api, *id) => ident.clone(),
        Type::List(_) => format!("{ident}.into_list()"),
        Type::Map(_) => format!("into_map({ident})"),
        _ => format!("{ident}.into()"),
    }
}

fn open_enum(def: &TypeDef, variants: &[Variant], out: &mut String) {
    let name = &def.name;
    let is_integer = variants.iter().any(|variant| variant.number.is_some());
    let (other, macro_name) = if is_integer { ("i64", "integer_enum") } else { ("String", "open_enum") };
    line(out, "", "#[derive(Clone, PartialEq, Eq, Hash)]");
    line(out, "", "#[non_exhaustive]");
    line(out, "", &format!("pub enum {name} {{"));
    for variant in variants {
        doc(out, "    ", &docs::value(variant));
        line(out, "    ", &format!("{},", variant.ident));
    }
    doc(out, "    ", &["A value that this version of the SDK does not know.".to_owned()]);
    line(out, "    ", &format!("Unknown({other}),"));
    line(out, "", "}");
    let value = |variant: &Variant| match variant.number {
        Some(number) => number.to_string(),
        None => literal(&variant.wire),
    };
    let entries: Vec<String> =
        variants.iter().map(|variant| format!("{} = {}", variant.ident, value(variant))).collect();
    invocation(out, macro_name, name, &entries);
}

fn union(api: &Api, def: &TypeDef, union: &Union, out: &mut String) {
    let name = &def.name;
    let type_name = |id: usize| api.types.get(id).map_or("", |def| def.name.as_str());
    line(out, "", "#[derive(Clone, PartialEq)]");
    line(out, "", "#[non_exhaustive]");
    line(out, "", &format!("pub enum {name} {{"));
    for variant in &union.variants {
        doc(out, "    ", &docs::union_variant(variant, union.tag.as_deref()));
        line(out, "    ", &format!("{}({}),", variant.ident, type_name(variant.ty)));
    }
    doc(out, "    ", &["Something that this version of the SDK does not know, as it came.".to_owned()]);
    line(out, "    ", "Unknown(serde_json::Value),");
    line(out, "", "}");
    let tag = union.tag.as_deref().map_or("None".to_owned(), |tag| format!("Some({})", literal(tag)));
    line(out, "", "union! {");
    line(out, "    ", &format!("{name} [{tag}] {{"));
    let strings = |texts: &[String]| texts.iter().map(|text| literal(text)).collect::<Vec<_>>().join(", ");
    for variant in &union.variants {
        // Of an object that is the value of several variants, nobody can tell which is meant.
        let alone = union.variants.iter().filter(|other| other.ty == variant.ty).count() == 1;
        let from = if alone { "@From " } else { "" };
        line(out, "        ", &format!("{from}{}({}) Shape {{", variant.ident, type_name(variant.ty)));
        let mut parts = vec![
            format!("tags: &[{}]", strings(&variant.tags)),
            format!("keys: &[{}]", strings(&variant.keys)),
            "hints: &[".to_owned(),
        ];
        let hints = variant.hints.iter();
        parts.extend(hints.map(|(key, values)| format!("({}, &[{}])", literal(key), strings(values))));
        fill(out, "            ", &parts);
        line(out, "            ", "],");
        line(out, "        ", "},");
    }
    line(out, "    ", "}");
    line(out, "", "}");
}
