//! What each type of value does about absence, null and numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::path;

/// A value of the API: how it is read, written, and what it is where it is absent.
///
/// All types of answers and arguments implement it; there is no need to do so elsewhere.
pub trait Field: fmt::Debug + Sized {
    /// Whether it has to be there: what may be absent is [`blank`](Self::blank) then.
    const REQUIRED: bool = true;

    /// Reads a value that is there.
    ///
    /// # Errors
    /// If the value is of another JSON type.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Reads a value that is a whole answer. A page is told the key of its items.
    ///
    /// # Errors
    /// Those of [`decode`](Self::decode).
    fn decode_answer<'de, D: Deserializer<'de>>(
        deserializer: D,
        _items: &'static str,
    ) -> Result<Self, D::Error> {
        Self::decode(deserializer)
    }

    /// Writes the value.
    ///
    /// # Errors
    /// Those of the serializer.
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// A value without content, which is what a field has until it is read.
    fn blank() -> Self;

    /// What null means inside of an `Option`.
    fn null() -> Option<Self> {
        None
    }

    /// Whether it is left out when it is written.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A field as serde sees it.
pub(crate) struct AsField<'a, T>(pub(crate) &'a T);

impl<T: Field> Serialize for AsField<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.encode(serializer)
    }
}

/// Asks serde for a field.
pub(crate) struct Seed<T>(pub(crate) PhantomData<T>);

impl<'de, T: Field> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::decode(deserializer)
    }
}

/// Types whose own serde implementations do what is wanted.
macro_rules! plain {
    ($($ty:ty),*) => {$(
        impl Field for $ty {
            fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
            fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
            fn blank() -> Self {
                Self::default()
            }
        }
    )*};
}
plain!(String, bool, Value);

impl Field for i64 {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Whole)
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(*self)
    }
    fn blank() -> Self {
        0
    }
}

/// A whole number, however it is written: `10`, `10.0` and `1e1`.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of at most 64 bits")
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        whole(value).ok_or_else(|| E::invalid_value(Unexpected::Float(value), &self))
    }
}

/// The integer that a float stands for, if it stands for one.
pub(crate) fn whole(value: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2^63, which is exact as a float
    #[allow(clippy::cast_possible_truncation, reason = "whole, and within the limits of i64")]
    // An integer just below the limit is read as the limit itself, so that is no value anyone can mean.
    (value.fract() == 0.0 && value.abs() < LIMIT).then_some(value as i64)
}

impl Field for f64 {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer)
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match whole(*self) {
            Some(whole) => serializer.serialize_i64(whole),
            // As JSON it would silently become null.
            None if !self.is_finite() => {
                Err(serde::ser::Error::custom(format!("{self} is no number that JSON has")))
            }
            None => serializer.serialize_f64(*self),
        }
    }
    fn blank() -> Self {
        0.0
    }
}

impl<T: Field> Field for Box<T> {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::decode(deserializer).map(Box::new)
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::encode(self, serializer)
    }
    fn blank() -> Self {
        Self::new(T::blank())
    }
}

impl<T: Field> Field for Option<T> {
    const REQUIRED: bool = false;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Optional<T>(PhantomData<T>);
        impl<'de, T: Field> Visitor<'de> for Optional<T> {
            type Value = Option<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }
            fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
                Ok(T::null())
            }
            fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
                Ok(T::null())
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
                match T::decode(deserializer) {
                    Ok(value) => Ok(Some(value)),
                    Err(error) => Err(error),
                }
            }
        }
        deserializer.deserialize_option(Optional(PhantomData))
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.encode(serializer),
            None => serializer.serialize_unit(),
        }
    }
    fn blank() -> Self {
        None
    }
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Field> Field for Vec<T> {
    const REQUIRED: bool = false;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: Field> Visitor<'de> for List<T> {
            type Value = Vec<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_none<E: Error>(self) -> Result<Vec<T>, E> {
                Ok(Vec::new())
            }
            fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
                Ok(Vec::new())
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
                deserializer.deserialize_seq(self)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Vec<T>, A::Error> {
                read_items(items)
            }
        }
        deserializer.deserialize_option(List(PhantomData))
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(AsField))
    }
    fn blank() -> Self {
        Vec::new()
    }
}

/// The items of an array; an error names the index.
pub(crate) fn read_items<'de, T: Field, A: SeqAccess<'de>>(mut items: A) -> Result<Vec<T>, A::Error> {
    let mut list = Vec::new();
    loop {
        match items.next_element_seed(Seed(PhantomData)) {
            Ok(Some(item)) => list.push(item),
            Ok(None) => return Ok(list),
            Err(error) => return Err(path::below_index(list.len(), error)),
        }
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    const REQUIRED: bool = false;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Field> Visitor<'de> for Entries<T> {
            type Value = BTreeMap<String, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(BTreeMap::new())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    match map.next_value_seed(Seed(PhantomData)) {
                        Ok(value) => entries.insert(key, value),
                        Err(error) => return Err(path::below_key(&key, error)),
                    };
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_any(Entries(PhantomData))
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, AsField(value))))
    }
    fn blank() -> Self {
        BTreeMap::new()
    }
}

/// A map from what a caller has at hand.
pub(crate) fn into_map<T>(
    entries: impl IntoIterator<Item = (impl Into<String>, impl Into<T>)>,
) -> BTreeMap<String, T> {
    entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Field>(json: &str) -> Option<T> {
        T::decode(&mut serde_json::Deserializer::from_str(json)).ok()
    }

    #[test]
    fn integers_are_exact_to_their_limits_and_never_cut() {
        for (json, expected) in [("10", 10), ("10.0", 10), ("1e3", 1000), ("-0.0", 0)] {
            assert_eq!(read::<i64>(json), Some(expected), "{json}");
        }
        assert_eq!(read::<i64>("9223372036854775807"), Some(i64::MAX));
        assert_eq!(read::<i64>("-9223372036854775808"), Some(i64::MIN));
        for json in ["10.5", "9223372036854775808", "-9223372036854775809", "1e30", "\"10\"", "null", "true"]
        {
            assert_eq!(read::<i64>(json), None, "{json}");
        }
    }

    #[test]
    fn whole_numbers_are_written_without_a_fraction() {
        let written = |value: f64| serde_json::to_string(&AsField(&value)).unwrap();
        assert_eq!([written(10.0), written(-3.0), written(0.5)], ["10", "-3", "0.5"]);
    }

    #[test]
    fn absent_and_null_lists_are_empty_and_other_values_are_refused() {
        assert_eq!(read::<Vec<String>>("null"), Some(Vec::new()));
        const { assert!(!<Vec<String> as Field>::REQUIRED) };
        assert_eq!(Vec::<String>::blank(), Vec::<String>::new());
        assert_eq!(read::<Vec<String>>("{}"), None);
        assert_eq!(read::<Option<String>>("null"), Some(None));
        assert_eq!(read::<Option<String>>("5"), None);
        const { assert!(<String as Field>::REQUIRED) };
    }

    #[test]
    fn the_path_leads_through_keys_and_indexes() {
        path::forget();
        assert!(read::<BTreeMap<String, Vec<i64>>>(r#"{"a": [1], "b": [1, 2, "x"]}"#).is_none());
        assert_eq!(path::take(), "b[2]");
        assert_eq!(path::take(), "");
    }
}
