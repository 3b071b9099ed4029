//! A type before it has its name, and what it will be named after.

use crate::model::{Direction, Field, TypeKind, Variant};

/// A definition on its way to become a type of the model.
#[derive(Debug)]
pub(in crate::model) struct Def {
    pub(in crate::model) origin: Origin,
    /// A name that an overlay has given.
    pub(in crate::model) explicit_name: Option<String>,
    /// What it is called as a variant of a union, if the document says so.
    pub(in crate::model) variant_name: Option<String>,
    pub(in crate::model) pointer: String,
    pub(in crate::model) direction: Direction,
    pub(in crate::model) deprecated: bool,
    pub(in crate::model) doc: Option<String>,
    pub(in crate::model) kind: TypeKind,
}

impl Def {
    /// A field by its position.
    pub(in crate::model) fn field(&self, index: usize) -> Option<&Field> {
        match &self.kind {
            TypeKind::Object(fields) => fields.get(index),
            _ => None,
        }
    }

    /// A value by its JSON string.
    pub(in crate::model) fn variant(&self, wire: &str) -> Option<&Variant> {
        match &self.kind {
            TypeKind::Enum(variants) => variants.iter().find(|variant| variant.wire == wire),
            _ => None,
        }
    }
}

/// Where a definition was met first, which is what it is named after.
#[derive(Clone, Debug)]
pub(in crate::model) enum Origin {
    /// A component, by its key.
    Component(String),
    /// The inline answer or array item of an operation.
    Answer { operation: String, suffix: &'static str },
    /// A property, or an item of it.
    Property { parent: Parent, property: String },
    /// A type that the generator makes up for many places.
    Shared(&'static str),
}

/// What a property belongs to.
#[derive(Clone, Debug)]
pub(in crate::model) enum Parent {
    Def(usize),
    Operation(String),
}
