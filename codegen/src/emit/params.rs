//! How a caller passes a value, and how it gets into the request.

use super::{literal, rust_type};
use crate::model::{Api, Argument, Place, Type, TypeKind};

/// The type of an argument. A whole number in a query, such as `limit`, may be of any integer type.
pub(super) fn argument_type(api: &Api, argument: &Argument) -> String {
    if is_count(argument) {
        return "impl TryInto<i64>".to_owned();
    }
    parameter_type(api, &argument.ty, argument.nullable)
}

fn is_count(argument: &Argument) -> bool {
    argument.place == Place::Query && argument.ty == Type::Integer && !argument.nullable
}

/// Returns whether a parameter takes whatever converts into its type.
fn converts(api: &Api, ty: &Type) -> bool {
    match ty {
        Type::String
        | Type::Timestamp
        | Type::DateTime
        | Type::Number
        | Type::JsonObject
        | Type::Metadata => true,
        Type::Named(id) => is_enum(api, *id),
        _ => false,
    }
}

/// The type of a parameter.
pub(super) fn parameter_type(api: &Api, ty: &Type, nullable: bool) -> String {
    let plain = || rust_type(api, ty, "types::");
    match ty {
        Type::Json => "impl Serialize".to_owned(),
        _ if nullable => format!("impl IntoNullable<{}>", plain()),
        _ if converts(api, ty) => format!("impl Into<{}>", plain()),
        Type::List(item) => {
            format!("impl IntoList<{}>", rust_type(api, item, "types::"))
        }
        Type::Map(value) => {
            format!(
                "impl IntoIterator<Item = (impl Into<String>, impl Into<{}>)>",
                rust_type(api, value, "types::")
            )
        }
        _ => plain(),
    }
}

/// The call that puts an argument into the request, such as `set_query("limit", limit)`.
pub(super) fn setting(api: &Api, argument: &Argument) -> String {
    let Argument { ident, wire, ty, nullable, place, .. } = argument;
    let name = literal(wire);
    if is_count(argument) {
        return format!("set_count({name}, {ident})");
    }
    match (place, ty) {
        (Place::FormPart, Type::File) => format!("set_part({name}, FormValue::File({ident}))"),
        (Place::FormPart, _) => format!("set_part({name}, FormValue::Text({ident}.into()))"),
        (Place::BodyField, Type::Json) => format!("set_json({name}, {ident})"),
        (Place::WholeBody, Type::File) => format!("set_file({ident})"),
        (Place::WholeBody, Type::Json) => format!("set_whole({ident})"),
        _ => {
            let value = value(api, ident, ty, *nullable);
            match place {
                Place::Path => format!("set_path({name}, {value})"),
                Place::Query => format!("set_query({name}, {value})"),
                Place::JoinedQuery => format!("set_query({name}, joined({value}))"),
                Place::DelimitedQuery(delimiter) => {
                    format!("set_query({name}, delimited({value}, {delimiter:?}))")
                }
                Place::Header => format!("set_header({name}, {value})"),
                Place::Cookie => format!("set_cookie({name}, {value})"),
                Place::BodyField | Place::FormPart => format!("set_body({name}, {value})"),
                Place::WholeBody => format!("set_value({value})"),
            }
        }
    }
}

/// The expression that turns a parameter into the type of the model.
pub(super) fn value(api: &Api, ident: &str, ty: &Type, nullable: bool) -> String {
    match ty {
        _ if nullable => format!("{ident}.into_nullable()"),
        _ if converts(api, ty) => format!("Into::<{}>::into({ident})", rust_type(api, ty, "types::")),
        Type::List(_) => format!("{ident}.into_list()"),
        Type::Map(value) => format!("into_map::<{}>({ident})", rust_type(api, value, "types::")),
        _ => ident.to_owned(),
    }
}

pub(super) fn is_enum(api: &Api, id: usize) -> bool {
    api.types.get(id).is_some_and(|def| matches!(def.kind, TypeKind::Enum(_)))
}
