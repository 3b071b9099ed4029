//! Places of the API where anything may stand, and why.

use clerk_codegen::model::{Api, Field, Output, Type, TypeDef, TypeKind};
use serde_json::Value;

/// A place that had to become untyped JSON.
#[derive(Debug)]
pub(crate) struct Place {
    /// What is there in the SDK, such as `User.public_metadata`.
    pub(crate) name: String,
    /// Where it stands in the document, as far as that is known.
    pub(crate) pointer: String,
    pub(crate) reason: &'static str,
}

/// All of them, in the order of the model.
pub(crate) fn places(api: &Api, document: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    for operation in &api.operations {
        let call = format!("{}().{}", operation.resource, operation.method_name);
        let method = operation.method.to_ascii_lowercase();
        let pointer = format!("/paths/{}/{method}", operation.path.replace('~', "~0").replace('/', "~1"));
        for argument in operation.all_arguments() {
            if let Some(reason) = reason(&argument.ty, None) {
                let name = format!("{call}.{}", argument.ident);
                places.push(Place { name, pointer: pointer.clone(), reason });
            }
        }
        if let Output::Value(ty) | Output::Page(ty) = &operation.output
            && let Some(reason) = reason(ty, None)
        {
            places.push(Place { name: format!("{call}'s answer"), pointer, reason });
        }
    }
    for def in &api.types {
        if let TypeKind::Object(fields) = &def.kind {
            places.extend(fields.iter().filter_map(|field| in_field(document, def, field)));
        }
    }
    places
}

fn in_field(document: &Value, def: &TypeDef, field: &Field) -> Option<Place> {
    let wire = field.wire.replace('~', "~0").replace('/', "~1");
    let pointer = format!("{}/properties/{wire}", def.pointer);
    let schema = document.pointer(&pointer);
    let reason = reason(&field.ty, schema)?;
    let pointer = if schema.is_some() { pointer } else { def.pointer.clone() };
    Some(Place { name: format!("{}.{}", def.name, field.ident), pointer, reason })
}

fn reason(ty: &Type, schema: Option<&Value>) -> Option<&'static str> {
    Some(match ty {
        Type::Json => "the document says nothing about its type",
        Type::JsonObject if schema.is_some_and(|schema| schema.get("additionalProperties").is_some()) => {
            "an object that may have any keys"
        }
        Type::JsonObject => "an object without properties",
        Type::Metadata => "metadata, whose keys are the application's",
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => return reason(inner, None),
        _ => return None,
    })
}
