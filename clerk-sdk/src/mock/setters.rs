//! What the types of answers have for tests: a sample, and a setter for each field. The table of types and fields is
//! generated; what is done for each is said here, once.

use crate::value::{IntoNullable, Nullable, Object};

/// Implements [`Sample`](super::Sample) for the types of a document by the places of their schemas, and for objects a
/// setter for each field. What a setter does with its value is said before the type: it is converted `into` it; or null
/// (`null`); taken as it is (`plain`); a list of objects (`items`), or a list or a map whose values are converted (`list`,
/// `map`).
macro_rules! samples {
    ($document:literal $($name:ident $pointer:literal $({ $($field:ident $how:ident $ty:ty),* $(,)? })?)*) => {$(
        /// # For tests
        ///
        /// With the feature `mock`: a sample, and a setter for each field.
        impl $name {
            /// A value for tests, complete and plausible, the same each time: see [`mock::sample`](crate::mock::sample).
            ///
            /// # Panics
            /// As [`mock::sample`](crate::mock::sample).
            pub fn sample() -> Self {
                $crate::mock::sample()
            }
            $($($crate::mock::setters::setter! { $field $how $ty })*)?
        }
        impl $crate::mock::Sample for $name {
            fn json() -> ::std::result::Result<::serde_json::Value, ::std::string::String> {
                $crate::mock::of_schema($document, $pointer, stringify!($name))
            }
        }
        $crate::mock::setters::union_is_nullable! { $name $({ $($field)* })? }
    )*};
}
pub(crate) use samples;

/// Returns the list that a sample is given.
pub(crate) fn into_list<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// A setter of a sample.
macro_rules! setter {
    ($field:ident into $ty:ty) => { $crate::mock::setters::setter! { $field impl Into<$ty>, Into::into } };
    ($field:ident null $ty:ty) => {
        $crate::mock::setters::setter! {
            $field impl $crate::value::IntoNullable<$ty>, $crate::mock::setters::into_option
        }
    };
    ($field:ident plain $ty:ty) => { $crate::mock::setters::setter! { $field $ty, ::std::convert::identity } };
    ($field:ident items $ty:ty) => {
        $crate::mock::setters::setter! { $field impl IntoIterator<Item = $ty>, $crate::mock::setters::into_list }
    };
    ($field:ident list $ty:ty) => {
        $crate::mock::setters::setter! { $field impl IntoIterator<Item = impl Into<$ty>>, $crate::mock::setters::into_list }
    };
    ($field:ident map $ty:ty) => {
        $crate::mock::setters::setter! {
            $field impl IntoIterator<Item = (impl Into<String>, impl Into<$ty>)>, $crate::value::into_map
        }
    };
    ($field:ident $taken:ty, $convert:path) => {
        #[doc = concat!("With this [`", stringify!($field), "`](#structfield.", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: $taken) -> Self {
            self.$field = $convert($field);
            self
        }
    };
}
pub(crate) use setter;

/// A union can be the value of a field that may be null; for objects that is said once.
macro_rules! union_is_nullable {
    ($name:ident) => { $crate::value::into_nullable!($name: $name); };
    ($name:ident { $($field:ident)* }) => {};
}
pub(crate) use union_is_nullable;

impl<T: Object> IntoNullable<Self> for T {
    fn into_nullable(self) -> Nullable<T> {
        Nullable::Value(self)
    }
}

/// The value of a field that may be absent.
pub(crate) fn into_option<T>(value: impl IntoNullable<T>) -> Option<T> {
    match value.into_nullable() {
        Nullable::Value(value) => Some(value),
        Nullable::Null => None,
    }
}
