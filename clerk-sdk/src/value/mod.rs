//! Values on their way in and out: what absent, null and unknown mean for each type. Decoding never breaks because
//! the API moved: unknown fields, enum values and union members are kept or ignored, never refused; what cannot be
//! true (a missing identity, a fraction where a count belongs) always is.

mod field;
mod metadata;
mod nullable;
mod object;
mod open_enum;
pub(crate) mod path;
mod timestamp;
mod union;

pub(crate) use field::AsField;
pub use field::Field;
#[doc(hidden)]
pub use field::{Query, into_list, into_map, joined};
pub use metadata::{JsonObject, Metadata};
pub use nullable::{IntoNullable, Null, Nullable};
#[doc(hidden)]
pub use object::{Keys, Redacted, finish, put, take};
pub(crate) use open_enum::read_text;
pub use timestamp::Timestamp;
#[doc(hidden)]
pub use union::{Shape, UnknownValue, choose};
