//! Objects: reading, writing and showing a struct from the list of its fields.
//!
//! There are some hundred structs with some thousand fields, so what is done for each field is one call, and how it is
//! done is written down once, here: that is what the compiler has to check.

use std::fmt;
use std::iter::Enumerate;
use std::marker::PhantomData;
use std::slice::Iter;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use super::field::{AsField, Field, Seed};
use super::path;

/// Implements `Serialize`, `Deserialize`, `Debug` and [`Field`] for structs. Each field is its Rust name, the JSON
/// name where that differs, and what is special about it: `secret` is not shown by `Debug`, `null` is written as null
/// when there is no value, instead of being left out.
macro_rules! object {
    ($($name:ident { $($field:ident $(= $wire:literal)? $([$($flag:ident)*])?),* $(,)? })*) => {$(
        impl $crate::value::Object for $name {
            const NAME: &'static str = stringify!($name);
            const FIELDS: &'static [$crate::value::FieldFacts] = &[$(
                $crate::value::FieldFacts::new(
                    &[$($wire,)? stringify!($field)],
                    &[$($($crate::value::Flag::$flag),*)?],
                ),
            )*];
            #[inline]
            fn blank() -> Self {
                Self { $($field: $crate::value::Field::blank(),)* }
            }
            fn each<V: $crate::value::Each>(&self, visit: &mut V) {
                $(visit.field(&self.$field);)*
            }
            fn at<V: $crate::value::At>(&mut self, index: usize, visit: V) -> Result<(), V::Error> {
                #[allow(non_camel_case_types)]
                enum Key { $($field),* }
                $(if index == Key::$field as usize {
                    return visit.field(&mut self.$field);
                })*
                Ok(())
            }
        }
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::value::write_object(self, serializer)
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::read_object(deserializer)
            }
        }
        impl $crate::value::Field for $name {
            fn decode<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::read_object(deserializer)
            }
            fn encode<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::value::write_object(self, serializer)
            }
            #[inline]
            fn blank() -> Self {
                $crate::value::Object::blank()
            }
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::value::show_object(self, f)
            }
        }
    )*};
}
pub(crate) use object;

/// A struct and the list of its fields.
pub(crate) trait Object: Sized {
    const NAME: &'static str;
    /// What is known about each field.
    const FIELDS: &'static [FieldFacts];

    /// An object with nothing in it yet.
    fn blank() -> Self;

    /// Visits all fields in their order.
    fn each<V: Each>(&self, visit: &mut V);

    /// Visits one field, to change it.
    fn at<V: At>(&mut self, index: usize, visit: V) -> Result<(), V::Error>;
}

/// What is done with each field.
pub(crate) trait Each {
    fn field<T: Field>(&mut self, value: &T);
}

/// What is done to one field.
pub(crate) trait At {
    type Error;

    fn field<T: Field>(self, value: &mut T) -> Result<(), Self::Error>;
}

/// What is known about a field besides its type.
pub(crate) struct FieldFacts {
    /// Its name in JSON.
    wire: &'static str,
    /// Its name in Rust.
    name: &'static str,
    /// Whether `Debug` does not show it.
    secret: bool,
    /// Whether it is written as null where there is no value.
    null: bool,
}

/// What can be special about a field.
#[allow(non_camel_case_types, reason = "they are spelled as in the lists of fields")]
pub(crate) enum Flag {
    secret,
    null,
}

impl FieldFacts {
    /// From the name in JSON, where it is another one, and the name in Rust.
    pub(crate) const fn new(names: &[&'static str], flags: &[Flag]) -> Self {
        let (wire, name) = match names {
            [wire, name] => (*wire, *name),
            [name, ..] => (*name, *name),
            [] => ("", ""),
        };
        let (secret, null) = match flags {
            [] => (false, false),
            [Flag::secret] => (true, false),
            [Flag::null] => (false, true),
            _ => (true, true),
        };
        Self { wire, name, secret, null }
    }
}

/// Shows an object like a derived `Debug`, but for its secrets.
pub(crate) fn show_object<T: Object>(object: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut visit = Show { out: f.debug_struct(T::NAME), facts: T::FIELDS.iter() };
    object.each(&mut visit);
    visit.out.finish()
}

struct Show<'a, 'b> {
    out: fmt::DebugStruct<'a, 'b>,
    facts: Iter<'static, FieldFacts>,
}

impl Each for Show<'_, '_> {
    fn field<T: Field>(&mut self, value: &T) {
        if let Some(facts) = self.facts.next() {
            self.out.field(facts.name, if facts.secret { &Redacted } else { value });
        }
    }
}

/// Stands where a secret would be.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(super::REDACTED)
    }
}

/// Writes an object without the fields that are absent and may be so.
pub(crate) fn write_object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut visit = Write { map: serializer.serialize_map(None)?, facts: T::FIELDS.iter(), error: None };
    object.each(&mut visit);
    match visit.error {
        Some(error) => Err(error),
        None => visit.map.end(),
    }
}

struct Write<M: SerializeMap> {
    map: M,
    facts: Iter<'static, FieldFacts>,
    /// The first error; nothing is written after it.
    error: Option<M::Error>,
}

impl<M: SerializeMap> Each for Write<M> {
    fn field<T: Field>(&mut self, value: &T) {
        let Some(facts) = self.facts.next() else { return };
        if self.error.is_none() && (facts.null || !value.is_absent()) {
            self.error = self.map.serialize_entry(facts.wire, &AsField(value)).err();
        }
    }
}

/// Reads an object: keys that it does not know are skipped, fields that have to be there must be.
pub(crate) fn read_object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Whole<T>(PhantomData<T>);
    impl<'de, T: Object> Visitor<'de> for Whole<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
            let mut object = T::blank();
            let mut came = Came::default();
            let mut expected = 0;
            while let Some(key) = map.next_key_seed(Key { fields: T::FIELDS, expected })? {
                let Some((index, name)) = key else {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                };
                object.at(index, Read { map: &mut map, name, de: PhantomData })?;
                came.insert(index);
                expected = index + 1;
            }
            let mut check = Check { came, fields: T::FIELDS.iter().enumerate(), missing: None };
            object.each(&mut check);
            match check.missing {
                Some(name) => Err(missing(name)),
                None => Ok(object),
            }
        }
    }
    deserializer.deserialize_map(Whole(PhantomData))
}

/// Reads the value that comes next into a field.
struct Read<'a, 'de, A: MapAccess<'de>> {
    map: &'a mut A,
    name: &'static str,
    de: PhantomData<&'de ()>,
}

impl<'de, A: MapAccess<'de>> At for Read<'_, 'de, A> {
    type Error = A::Error;

    fn field<T: Field>(self, value: &mut T) -> Result<(), A::Error> {
        match self.map.next_value_seed(Seed(PhantomData)) {
            Ok(read) => *value = read,
            Err(error) => return Err(path::below_key(self.name, error)),
        }
        Ok(())
    }
}

/// The fields that came: a bit for each, and a list of those for which there is none.
#[derive(Default)]
struct Came {
    bits: u128,
    others: Vec<usize>,
}

impl Came {
    #[inline]
    fn insert(&mut self, index: usize) {
        match Self::bit(index) {
            0 => self.others.push(index),
            bit => self.bits |= bit,
        }
    }

    #[inline]
    fn contains(&self, index: usize) -> bool {
        self.bits & Self::bit(index) != 0 || self.others.contains(&index)
    }

    #[inline]
    fn bit(index: usize) -> u128 {
        u32::try_from(index).ok().and_then(|index| 1_u128.checked_shl(index)).unwrap_or_default()
    }
}

/// Finds the first field that has to be there and is not.
struct Check {
    came: Came,
    /// The fields that are visited next.
    fields: Enumerate<Iter<'static, FieldFacts>>,
    missing: Option<&'static str>,
}

impl Check {
    #[inline]
    fn next(&mut self, required: bool) {
        if let Some((index, facts)) = self.fields.next()
            && required
            && self.missing.is_none()
            && !self.came.contains(index)
        {
            self.missing = Some(facts.wire);
        }
    }
}

impl Each for Check {
    fn field<T: Field>(&mut self, _: &T) {
        self.next(T::REQUIRED);
    }
}

/// Says that a field is not there that has to be.
pub(crate) fn missing<E: Error>(name: &'static str) -> E {
    path::below_key(name, E::missing_field(name))
}

/// Reads the value of a field.
pub(crate) fn take<'de, A: MapAccess<'de>, T: Field>(
    map: &mut A,
    name: &'static str,
) -> Result<Option<T>, A::Error> {
    match map.next_value_seed(Seed(PhantomData)) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(path::below_key(name, error)),
    }
}

/// Finds a field by its JSON name, looking first where it is expected: its index and that name.
struct Key {
    fields: &'static [FieldFacts],
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<(usize, &'static str)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<(usize, &'static str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let is_it = |(_, facts): &(usize, &FieldFacts)| facts.wire == name;
        let mut fields = self.fields.iter().enumerate();
        let found = fields.clone().nth(self.expected).filter(is_it).or_else(|| fields.find(is_it));
        Ok(found.map(|(index, facts)| (index, facts.wire)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq)]
    struct Thing {
        id: String,
        size: i64,
        kind: Option<String>,
        key: Option<String>,
    }
    object! { Thing { id, size, kind = "type", key [secret null] } }

    fn read(json: &str) -> Result<Thing, serde_json::Error> {
        path::forget();
        serde_json::from_str(json)
    }

    #[test]
    fn keys_come_in_any_order_among_others_and_the_last_of_equal_ones_counts() {
        let thing = Thing { id: "a".to_owned(), size: 2, kind: Some("b".to_owned()), key: None };
        for json in [
            r#"{"id": "a", "size": 2, "type": "b", "key": null}"#,
            r#"{"kind": 5, "type": "b", "size": 2, "new": [{"id": 1}], "id": "a"}"#,
            r#"{"size": 1, "id": "x", "id": "a", "type": "b", "size": 2}"#,
        ] {
            assert_eq!(read(json).unwrap(), thing, "{json}");
        }
        assert_eq!(serde_json::to_string(&thing).unwrap(), r#"{"id":"a","size":2,"type":"b","key":null}"#);
    }

    #[test]
    fn what_is_missing_is_the_first_that_has_to_be_there() {
        for (json, name) in [("{}", "id"), (r#"{"type": "b", "id": ""}"#, "size"), (r#"{"size": 0}"#, "id")] {
            let error = read(json).unwrap_err();
            assert!(error.to_string().starts_with(&format!("missing field `{name}`")), "{json}: {error}");
            assert_eq!(path::take(), name);
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let thing = read(r#"{"id": "a", "size": 2, "key": "hidden"}"#).unwrap();
        assert_eq!(format!("{thing:?}"), "Thing { id: \"a\", size: 2, kind: None, key: [redacted] }");
    }

    #[test]
    fn fields_beyond_the_bits_are_kept_in_mind_too() {
        let mut came = Came::default();
        came.insert(127);
        came.insert(300);
        assert_eq!([0, 127, 128, 300].map(|index| came.contains(index)), [false, true, false, true]);
    }
}
