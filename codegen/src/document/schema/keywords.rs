//! The keywords of a schema. `openapiv3` keeps them in a variant for each type, and in one more for what is of no single
//! type; here they stand side by side.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, IntegerFormat, NumberFormat, ReferenceOr, Schema, SchemaKind, StringFormat, Type,
    VariantOrUnknownOrEmpty,
};

/// The keywords of a schema that decide the type of its values.
#[derive(Debug, Default)]
pub(super) struct Keywords<'t> {
    pub(super) typ: Option<&'t str>,
    pub(super) format: Option<&'t str>,
    pub(super) pattern: Option<&'t str>,
    pub(super) listed: Listed<'t>,
    pub(super) minimum: Option<Limit>,
    pub(super) maximum: Option<Limit>,
    pub(super) exclusive_minimum: bool,
    pub(super) exclusive_maximum: bool,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) properties: Option<&'t IndexMap<String, ReferenceOr<Box<Schema>>>>,
    pub(super) required: &'t [String],
    pub(super) additional: Option<&'t AdditionalProperties>,
    pub(super) items: Option<&'t ReferenceOr<Box<Schema>>>,
    pub(super) all_of: &'t [ReferenceOr<Schema>],
    pub(super) one_of: &'t [ReferenceOr<Schema>],
    pub(super) any_of: &'t [ReferenceOr<Schema>],
}

/// The listed values, in the form that `openapiv3` has them.
#[derive(Debug, Default)]
pub(super) enum Listed<'t> {
    #[default]
    Nothing,
    Texts(&'t [Option<String>]),
    Integers(&'t [Option<i64>]),
    Numbers,
    Any(&'t [serde_json::Value]),
}

/// A bound of a number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    Whole(i64),
    Number(f64),
}

impl Limit {
    /// The bound, if it is a whole number.
    pub(super) fn whole(self) -> Option<i64> {
        match self {
            Self::Whole(whole) => Some(whole),
            // Written out, since no conversion says whether it loses something.
            Self::Number(number) => number.to_string().parse().ok(),
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(whole) => whole.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl<'t> Keywords<'t> {
    pub(super) fn of(schema: &'t Schema) -> Self {
        match &schema.schema_kind {
            SchemaKind::Type(typ) => Self::of_type(typ),
            SchemaKind::AllOf { all_of } => Self { all_of, ..Self::default() },
            SchemaKind::OneOf { one_of } => Self { one_of, ..Self::default() },
            SchemaKind::AnyOf { any_of } => Self { any_of, ..Self::default() },
            // The audit refuses `not`.
            SchemaKind::Not { .. } => Self::default(),
            SchemaKind::Any(any) => Self {
                typ: any.typ.as_deref(),
                format: any.format.as_deref(),
                pattern: any.pattern.as_deref(),
                listed: if any.enumeration.is_empty() {
                    Listed::Nothing
                } else {
                    Listed::Any(&any.enumeration)
                },
                minimum: any.minimum.map(Limit::Number),
                maximum: any.maximum.map(Limit::Number),
                exclusive_minimum: any.exclusive_minimum.unwrap_or(false),
                exclusive_maximum: any.exclusive_maximum.unwrap_or(false),
                min_length: any.min_length,
                max_length: any.max_length,
                min_items: any.min_items,
                max_items: any.max_items,
                properties: (!any.properties.is_empty()).then_some(&any.properties),
                required: &any.required,
                additional: any.additional_properties.as_ref(),
                items: any.items.as_ref(),
                all_of: &any.all_of,
                one_of: &any.one_of,
                any_of: &any.any_of,
            },
        }
    }

    fn of_type(typ: &'t Type) -> Self {
        match typ {
            Type::String(string) => Self {
                typ: Some("string"),
                format: format(&string.format, |format| match format {
                    StringFormat::Date => "date",
                    StringFormat::DateTime => "date-time",
                    StringFormat::Password => "password",
                    StringFormat::Byte => "byte",
                    StringFormat::Binary => "binary",
                }),
                pattern: string.pattern.as_deref(),
                listed: if string.enumeration.is_empty() {
                    Listed::Nothing
                } else {
                    Listed::Texts(&string.enumeration)
                },
                min_length: string.min_length,
                max_length: string.max_length,
                ..Self::default()
            },
            Type::Number(number) => Self {
                typ: Some("number"),
                format: format(&number.format, |format| match format {
                    NumberFormat::Float => "float",
                    NumberFormat::Double => "double",
                }),
                listed: if number.enumeration.is_empty() { Listed::Nothing } else { Listed::Numbers },
                minimum: number.minimum.map(Limit::Number),
                maximum: number.maximum.map(Limit::Number),
                exclusive_minimum: number.exclusive_minimum,
                exclusive_maximum: number.exclusive_maximum,
                ..Self::default()
            },
            Type::Integer(integer) => Self {
                typ: Some("integer"),
                format: format(&integer.format, |format| match format {
                    IntegerFormat::Int32 => "int32",
                    IntegerFormat::Int64 => "int64",
                }),
                listed: if integer.enumeration.is_empty() {
                    Listed::Nothing
                } else {
                    Listed::Integers(&integer.enumeration)
                },
                minimum: integer.minimum.map(Limit::Whole),
                maximum: integer.maximum.map(Limit::Whole),
                exclusive_minimum: integer.exclusive_minimum,
                exclusive_maximum: integer.exclusive_maximum,
                ..Self::default()
            },
            Type::Boolean(_) => Self { typ: Some("boolean"), ..Self::default() },
            Type::Object(object) => Self {
                typ: Some("object"),
                properties: (!object.properties.is_empty()).then_some(&object.properties),
                required: &object.required,
                additional: object.additional_properties.as_ref(),
                ..Self::default()
            },
            Type::Array(array) => Self {
                typ: Some("array"),
                items: array.items.as_ref(),
                min_items: array.min_items,
                max_items: array.max_items,
                ..Self::default()
            },
        }
    }
}

fn format<T>(format: &VariantOrUnknownOrEmpty<T>, known: impl Fn(&T) -> &'static str) -> Option<&str> {
    match format {
        VariantOrUnknownOrEmpty::Item(format) => Some(known(format)),
        VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
        VariantOrUnknownOrEmpty::Empty => None,
    }
}
