//! Objects: reading, writing and showing a struct from the list of its fields.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use super::field::{AsField, Field, Seed};
use super::path;

/// Implements `Serialize`, `Deserialize`, `Debug` and [`Field`] for structs. Each field is its Rust name, the JSON
/// name where that differs, and what is special about it: `secret` is not shown by `Debug`, `null` is written as null
/// when there is no value, instead of being left out.
macro_rules! object {
    ($($name:ident { $($field:ident $(= $wire:literal)? $([$($flag:ident)*])?),* $(,)? })*) => {$(
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut object = $crate::value::ObjectWriter::new(serializer)?;
                $(object.put(
                    $crate::value::object!(@wire $field $($wire)?),
                    &self.$field,
                    $crate::value::object!(@null $($($flag)*)?),
                );)*
                object.end()
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[allow(non_camel_case_types)]
                enum Key { $($field),* }
                const NAMES: &[&str] = &[$($crate::value::object!(@wire $field $($wire)?)),*];
                const KEYS: &[Key] = &[$(Key::$field),*];
                struct Object;
                impl<'de> ::serde::de::Visitor<'de> for Object {
                    type Value = $name;
                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: ::serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        $(let mut $field = None;)*
                        let mut keys = $crate::value::Keys::new(NAMES);
                        while let Some(index) = keys.next(&mut map)? {
                            match KEYS.get(index) {
                                $(Some(Key::$field) => {
                                    let name = $crate::value::object!(@wire $field $($wire)?);
                                    $crate::value::fill(&mut $field, &mut map, name)
                                })*
                                None => keys.skip(&mut map),
                            }?
                        }
                        Ok($name {
                            $($field: $crate::value::finish($field, $crate::value::object!(@wire $field $($wire)?))?,)*
                        })
                    }
                }
                deserializer.deserialize_map(Object)
            }
        }
        impl $crate::value::Field for $name {
            fn decode<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                ::serde::Deserialize::deserialize(deserializer)
            }
            fn encode<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(self, serializer)
            }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), $crate::value::object!(@show self.$field, $($($flag)*)?)))*
                    .finish()
            }
        }
    )*};
    (@wire $field:ident) => { stringify!($field) };
    (@wire $field:ident $wire:literal) => { $wire };
    (@null) => { false };
    (@null null) => { true };
    (@null secret) => { false };
    (@null secret null) => { true };
    (@show $value:expr,) => { &$value };
    (@show $value:expr, null) => { &$value };
    (@show $value:expr, secret $(null)?) => { &$crate::value::Redacted };
}
pub(crate) use object;

/// Stands where a secret would be.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(super::REDACTED)
    }
}

/// Writes an object field by field. It keeps the first error until the end, which is less code for each field, of
/// which there are thousands, than returning it at once.
pub(crate) struct ObjectWriter<M: SerializeMap> {
    map: M,
    error: Option<M::Error>,
}

impl<M: SerializeMap> ObjectWriter<M> {
    pub(crate) fn new<S: Serializer<SerializeMap = M, Error = M::Error>>(
        serializer: S,
    ) -> Result<Self, S::Error> {
        Ok(Self { map: serializer.serialize_map(None)?, error: None })
    }

    /// Writes a field, unless it is absent and may be so.
    pub(crate) fn put<T: Field>(&mut self, name: &'static str, value: &T, null_if_absent: bool) {
        if self.error.is_none() && (null_if_absent || !value.is_absent()) {
            self.error = self.map.serialize_entry(name, &AsField(value)).err();
        }
    }

    pub(crate) fn end(self) -> Result<M::Ok, M::Error> {
        match self.error {
            Some(error) => Err(error),
            None => self.map.end(),
        }
    }
}

/// Reads the value of a field into the place for it.
pub(crate) fn fill<'de, A: MapAccess<'de>, T: Field>(
    field: &mut Option<T>,
    map: &mut A,
    name: &'static str,
) -> Result<(), A::Error> {
    *field = take(map, name)?;
    Ok(())
}

/// Reads the value of a field.
pub(crate) fn take<'de, A: MapAccess<'de>, T: Field>(
    map: &mut A,
    name: &'static str,
) -> Result<Option<T>, A::Error> {
    map.next_value_seed(Seed::new()).map(Some).map_err(|error| path::below_key(name, error))
}

/// The value of a field when all were read: what was there, or what absence means.
pub(crate) fn finish<T: Field, E: Error>(value: Option<T>, name: &'static str) -> Result<T, E> {
    match value.or_else(T::absent) {
        Some(value) => Ok(value),
        None => Err(path::below_key(name, E::missing_field(name))),
    }
}

/// Finds the fields of an object by their names. Objects mostly come in the order of the document, so the search
/// goes on where the last one ended.
pub(crate) struct Keys {
    names: &'static [&'static str],
    expected: usize,
}

impl Keys {
    /// For an object with these fields.
    pub(crate) fn new(names: &'static [&'static str]) -> Self {
        Self { names, expected: 0 }
    }

    /// The index of the next field; the number of fields for an unknown one.
    pub(crate) fn next<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<usize>, A::Error> {
        let index = map.next_key_seed(&mut *self)?;
        if let Some(index) = index {
            self.expected = index + 1;
        }
        Ok(index)
    }

    /// Skips the value of an unknown field.
    pub(crate) fn skip<'de, A: MapAccess<'de>>(&self, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>().map(|_| ())
    }

    fn index(&self, name: &str) -> usize {
        let (before, after) = self.names.split_at(self.expected.min(self.names.len()));
        let found = after.iter().position(|known| *known == name).map(|index| before.len() + index);
        found.or_else(|| before.iter().position(|known| *known == name)).unwrap_or(self.names.len())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Keys {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for &mut Keys {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        Ok(self.index(name))
    }
}
