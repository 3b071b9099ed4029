//! `samples.rs`: for each type that answers have, where its schema is and how its fields are set, for the macro of the
//! embedded Clerk that makes samples of them.

use super::params::is_enum;
use super::{fill, line, literal, rust_type};
use crate::model::{Api, Direction, Field, Type, TypeKind};

pub(super) fn file(api: &Api) -> String {
    let mut out = String::new();
    let folder = if api.is_webhooks() { "webhooks" } else { "bapi" };
    line(&mut out, "", &format!("samples! {{ {}", literal(&format!("{folder}/{}", api.version))));
    let own = api.types.iter().filter(|def| def.defined_in.is_none());
    for def in own.filter(|def| def.direction == Direction::Response) {
        let head = format!("{} {}", def.name, literal(&def.pointer));
        match &def.kind {
            TypeKind::Object(fields) => {
                line(&mut out, "    ", &format!("{head} {{"));
                let entries = fields.iter().map(|field| format!("{} {}", field.ident, taken(api, field)));
                fill(&mut out, "        ", &entries.collect::<Vec<_>>());
                line(&mut out, "    ", "}");
            }
            TypeKind::Union(_) => line(&mut out, "    ", &head),
            TypeKind::Enum(_) => {}
        }
    }
    line(&mut out, "", "}");
    out
}

/// What a field is set to: how it is converted, and into what.
fn taken(api: &Api, field: &Field) -> String {
    let plain = |ty: &Type| rust_type(api, ty, "");
    let is_enum = |ty: &Type| matches!(ty, Type::Named(id) if is_enum(api, *id));
    match &field.ty {
        ty if field.is_option() => format!("null {}", plain(ty)),
        Type::List(item) if matches!(**item, Type::Named(_)) && !is_enum(item) => {
            format!("items {}", plain(item))
        }
        Type::List(item) => format!("list {}", plain(item)),
        Type::Map(value) => format!("map {}", plain(value)),
        ty @ (Type::Bool | Type::Integer | Type::Boxed(_)) => format!("plain {}", plain(ty)),
        ty @ Type::Named(_) if !is_enum(ty) => format!("plain {}", plain(ty)),
        ty => format!("into {}", plain(ty)),
    }
}
