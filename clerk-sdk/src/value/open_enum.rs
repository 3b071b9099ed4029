//! Open string enums: values that the document lists, and whatever else the API sends.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// Implements everything for an enum whose variants stand for strings, with an `Unknown(String)` for all others.
macro_rules! open_enum {
    ($($name:ident { $($variant:ident = $wire:literal),* $(,)? })*) => {$(
        impl $name {
            /// The value as the API spells it.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(value) => value,
                }
            }
        }
        impl From<&str> for $name {
            #[inline]
            fn from(value: &str) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown(value.to_owned()),
                }
            }
        }
        impl From<String> for $name {
            #[inline]
            fn from(value: String) -> Self {
                match Self::from(value.as_str()) {
                    Self::Unknown(_) => Self::Unknown(value),
                    known => known,
                }
            }
        }
        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant => f.write_str(stringify!($variant)),)*
                    Self::Unknown(value) => $crate::value::UnknownValue::Text(value.len()).fmt(f),
                }
            }
        }
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::read_text(deserializer)
            }
        }
        impl $crate::value::Field for $name {
            fn decode<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::read_text(deserializer)
            }
            fn encode<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
            #[inline]
            fn blank() -> Self {
                Self::Unknown(String::new())
            }
        }
        impl $crate::value::Query for $name {
            #[inline]
            fn texts(self, out: &mut Vec<String>) {
                out.push(self.as_str().to_owned());
            }
        }
        $crate::value::into_nullable!($name: $name);
        $crate::value::into_item!($name: String;);
    )*};
}
pub(crate) use open_enum;

/// Implements everything for an enum whose variants stand for integers, with an `Unknown(i64)` for all others.
#[allow(unused_macros, reason = "not every document has one")]
macro_rules! integer_enum {
    ($($name:ident { $($variant:ident = $wire:literal),* $(,)? })*) => {$(
        impl $name {
            /// The value as the API has it.
            #[inline]
            pub fn as_i64(&self) -> i64 {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(value) => *value,
                }
            }
        }
        impl From<i64> for $name {
            #[inline]
            fn from(value: i64) -> Self {
                match value {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown(value),
                }
            }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.as_i64(), f)
            }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant => f.write_str(stringify!($variant)),)*
                    Self::Unknown(value) => f.debug_tuple("Unknown").field(value).finish(),
                }
            }
        }
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.as_i64())
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <i64 as $crate::value::Field>::decode(deserializer).map(Self::from)
            }
        }
        impl $crate::value::Field for $name {
            fn decode<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <i64 as $crate::value::Field>::decode(deserializer).map(Self::from)
            }
            fn encode<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.as_i64())
            }
            #[inline]
            fn blank() -> Self {
                Self::Unknown(0)
            }
        }
        impl $crate::value::Query for $name {
            #[inline]
            fn texts(self, out: &mut Vec<String>) {
                out.push(self.as_i64().to_string());
            }
        }
        $crate::value::into_nullable!($name: $name);
        $crate::value::into_item!($name: i64;);
    )*};
}
#[allow(unused_imports, reason = "not every document has one")]
pub(crate) use integer_enum;

/// Reads a string, and nothing else, into an enum.
pub(crate) fn read_text<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Text<T>(PhantomData<T>);
    impl<T: for<'a> From<&'a str>> Visitor<'_> for Text<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
            Ok(T::from(value))
        }
    }
    deserializer.deserialize_str(Text(PhantomData))
}
