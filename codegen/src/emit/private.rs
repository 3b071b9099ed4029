//! `without_private`: for a type that holds private metadata, the same without it.

use std::collections::HashSet;

use super::{doc, line};
use crate::model::{Api, Direction, Field, Type, TypeDef, TypeKind};

/// The field that only the back end may see.
const PRIVATE: &str = "private_metadata";

/// Returns the indexes of the types that hold private metadata, by themselves or in one of their fields.
pub(super) fn holders(api: &Api) -> HashSet<usize> {
    let mut found = HashSet::new();
    loop {
        let holds = |def: &TypeDef| match &def.kind {
            TypeKind::Object(fields) => fields.iter().any(|field| is_private(field) || leads(field, &found)),
            TypeKind::Union(_) | TypeKind::Enum(_) => false,
        };
        let of_responses = |def: &TypeDef| def.direction == Direction::Response;
        let all = api.types.iter().enumerate().filter(|(_, def)| of_responses(def) && holds(def));
        let all: HashSet<usize> = all.map(|(id, _)| id).collect();
        if all.len() == found.len() {
            return found;
        }
        found = all;
    }
}

fn is_private(field: &Field) -> bool {
    field.wire == PRIVATE && field.is_option()
}

fn leads(field: &Field, holders: &HashSet<usize>) -> bool {
    field.ty.definition().is_some_and(|id| holders.contains(&id))
}

/// The method of a type that is among the [`holders`].
pub(super) fn method(name: &str, fields: &[Field], holders: &HashSet<usize>, out: &mut String) {
    let inner: Vec<&Field> = fields.iter().filter(|field| leads(field, holders)).collect();
    let own = fields.iter().find(|field| is_private(field));
    let names: Vec<String> = inner.iter().map(|field| format!("`{}`", field.ident)).collect();
    let places = match (own.is_some(), names.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!(", here and in {},", names.join(", ")),
        (false, _) => format!(" in {},", names.join(", ")),
    };
    let sentence = format!("Returns the same without `{PRIVATE}`{places} for a browser.");
    line(out, "", &format!("impl {name} {{"));
    doc(out, "    ", &[sentence]);
    line(out, "    ", "#[must_use]");
    line(out, "    ", "pub fn without_private(mut self) -> Self {");
    if let Some(field) = own {
        line(out, "        ", &format!("self.{} = None;", field.ident));
    }
    for field in inner {
        let place = format!("self.{}", field.ident);
        let value = if field.is_option() { mapped(&place, &field.ty) } else { without(&place, &field.ty) };
        line(out, "        ", &format!("{place} = {value};"));
    }
    line(out, "        ", "self");
    line(out, "    ", "}");
    line(out, "", "}");
}

/// An expression for a value of this type without private metadata.
fn without(value: &str, ty: &Type) -> String {
    match ty {
        Type::List(item) => format!("{}.collect()", mapped(&format!("{value}.into_iter()"), item)),
        Type::Map(item) => {
            format!("{value}.into_iter().map(|(key, item)| (key, {})).collect()", without("item", item))
        }
        Type::Nullable(inner) => mapped(value, inner),
        Type::Boxed(_) => format!("Box::new((*{value}).without_private())"),
        _ => format!("{value}.without_private()"),
    }
}

fn mapped(value: &str, ty: &Type) -> String {
    format!("{value}.map(|item| {})", without("item", ty))
}
