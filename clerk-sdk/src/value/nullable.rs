//! The three states of a field that a caller may set: not mentioned, null, or a value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::Deserializer;
use serde::ser::{Serialize, Serializer};

use super::{Field, Timestamp};

/// Null, for a field that is to be cleared: `.username(Null)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Null;

impl Serialize for Null {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// Null or a value, for a field that a caller mentions; what is not mentioned is not touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nullable<T> {
    /// Null.
    Null,
    /// A value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if it is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T: Field> Field for Nullable<T> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::decode(deserializer).map(|value| value.map_or(Self::Null, Self::Value))
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Value(value) => value.encode(serializer),
        }
    }
    fn blank() -> Self {
        Self::Null
    }
    fn null() -> Option<Self> {
        Some(Self::Null)
    }
}

/// What a nullable field can be set to: a value, [`Null`], or an `Option` whose `None` is null.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `{T}` nor `Null`",
    label = "expected a value of `{T}`, an `Option` of one, or `clerk_sdk::Null`"
)]
pub trait IntoNullable<T> {
    /// The value, or null.
    fn into_nullable(self) -> Nullable<T>;
}

impl<T> IntoNullable<T> for Null {
    fn into_nullable(self) -> Nullable<T> {
        Nullable::Null
    }
}

impl<T> IntoNullable<T> for Nullable<T> {
    fn into_nullable(self) -> Self {
        self
    }
}

impl<T, U: IntoNullable<T>> IntoNullable<T> for Option<U> {
    fn into_nullable(self) -> Nullable<T> {
        self.map_or(Nullable::Null, U::into_nullable)
    }
}

/// Says which types a nullable field takes as its value.
macro_rules! into_nullable {
    ($($target:ty: $($from:ty),*;)*) => {$($(
        impl $crate::value::IntoNullable<$target> for $from {
            #[inline]
            fn into_nullable(self) -> $crate::value::Nullable<$target> {
                $crate::value::Nullable::Value(<$target>::from(self))
            }
        }
    )*)*};
    ($target:ty: $($from:ty),*) => { $crate::value::into_nullable!($target: $($from),*;); };
}
pub(crate) use into_nullable;

into_nullable! {
    String: &String, Cow<'_, str>, Box<str>, char;
    bool: bool;
    i64: i64, i32, u32, i16, u16, i8, u8;
    f64: f64, f32, i32, u32, i16, u16, i8, u8;
    Timestamp: Timestamp, i64, std::time::SystemTime;
}

/// Text, for strings and for enums of them. One implementation for all: one for each enum is what compilers compare with
/// each other one.
#[diagnostic::do_not_recommend]
impl<'a, T: From<&'a str>> IntoNullable<T> for &'a str {
    fn into_nullable(self) -> Nullable<T> {
        Nullable::Value(T::from(self))
    }
}

#[diagnostic::do_not_recommend]
impl<T: From<String>> IntoNullable<T> for String {
    fn into_nullable(self) -> Nullable<T> {
        Nullable::Value(T::from(self))
    }
}

impl<T, U: Into<T>> IntoNullable<Vec<T>> for Vec<U> {
    fn into_nullable(self) -> Nullable<Vec<T>> {
        Nullable::Value(self.into_iter().map(Into::into).collect())
    }
}

impl<T, U: Into<T>, const N: usize> IntoNullable<Vec<T>> for [U; N] {
    fn into_nullable(self) -> Nullable<Vec<T>> {
        Nullable::Value(self.into_iter().map(Into::into).collect())
    }
}

impl<T, U: Into<T> + Clone> IntoNullable<Vec<T>> for &[U] {
    fn into_nullable(self) -> Nullable<Vec<T>> {
        Nullable::Value(self.iter().cloned().map(Into::into).collect())
    }
}

impl<T> IntoNullable<Self> for BTreeMap<String, T> {
    fn into_nullable(self) -> Nullable<Self> {
        Nullable::Value(self)
    }
}

impl<T, K: Into<String>, V: Into<T>, const N: usize> IntoNullable<BTreeMap<String, T>> for [(K, V); N] {
    fn into_nullable(self) -> Nullable<BTreeMap<String, T>> {
        Nullable::Value(super::into_map(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(value: impl IntoNullable<String>) -> Nullable<String> {
        value.into_nullable()
    }

    #[test]
    fn a_value_null_and_an_option_can_be_passed() {
        assert_eq!(set("a"), Nullable::Value("a".to_owned()));
        assert_eq!(set(Null), Nullable::Null);
        assert_eq!(set(None::<&str>), Nullable::Null);
        assert_eq!(set(Some(String::from("a"))), Nullable::Value("a".to_owned()));
        assert_eq!(set(Nullable::Value("a".to_owned())).value().map(String::as_str), Some("a"));
    }

    #[test]
    fn an_optional_nullable_field_tells_absent_null_and_value_apart() {
        let read = |json: &str| {
            Option::<Nullable<i64>>::decode(&mut serde_json::Deserializer::from_str(json)).unwrap()
        };
        const { assert!(!<Option<Nullable<i64>> as Field>::REQUIRED) };
        assert_eq!(Option::<Nullable<i64>>::blank(), None);
        assert_eq!(read("null"), Some(Nullable::Null));
        assert_eq!(read("3"), Some(Nullable::Value(3)));
    }
}
