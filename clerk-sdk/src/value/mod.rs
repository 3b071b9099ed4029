//! Values on their way in and out: what absent, null and unknown mean for each type. Decoding never breaks because
//! the API moved: unknown fields, enum values and union members are kept or ignored, never refused; what cannot be
//! true (a missing identity, a fraction where a count belongs) always is.

mod content;
mod date_time;
mod field;
mod json_object;
mod list;
mod nullable;
mod object;
mod open_enum;
pub(crate) mod path;
mod query;
mod secret;
mod timestamp;
mod union;

pub(crate) use content::Content;
pub use date_time::DateTime;
pub use field::Field;
#[cfg(feature = "auth")]
pub(crate) use field::whole;
pub(crate) use field::{AsField, into_map, read_items};
pub use json_object::{JsonObject, Metadata};
pub(crate) use list::into_item;
pub use list::{IntoItem, IntoList};
pub(crate) use nullable::into_nullable;
pub use nullable::{IntoNullable, Null, Nullable};
pub(crate) use object::{
    At, Each, FieldFacts, Flag, Object, missing, object, read_object, show_object, take, write_object,
};
#[allow(unused_imports, reason = "not every document has an enum of integers")]
pub(crate) use open_enum::integer_enum;
pub(crate) use open_enum::{open_enum, read_text};
#[allow(unused_imports, reason = "not every document has such a parameter")]
pub(crate) use query::delimited;
pub(crate) use query::{Query, joined};
#[cfg(feature = "mock")]
pub(crate) use secret::Redacted;
pub(crate) use secret::{REDACTED, never_compared, redact, show_redacted, without_secrets};
pub use timestamp::{OutOfRange, Timestamp};
pub(crate) use union::{Shape, Union, UnknownValue, read_union, union};
