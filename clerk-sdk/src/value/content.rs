//! A JSON value that was read and not yet understood: what a union is read into until it is known which member it is.
//! It borrows its keys and texts, so that this costs little.

use std::borrow::Cow;
use std::fmt;
use std::slice::Iter;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, Expected, MapAccess, SeqAccess, Unexpected,
    Visitor, value::StrDeserializer,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Number, Value};

use super::path;

/// A value of any form.
pub(crate) enum Content<'de> {
    Null,
    Bool(bool),
    Number(Number),
    /// Borrowed where it stands in what is read as it is.
    Text(Cow<'de, str>),
    Array(Vec<Self>),
    /// The entries as they came; the last of equal keys counts.
    Object(Vec<(Cow<'de, str>, Self)>),
}

impl Content<'_> {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The error where something else was expected.
    fn is_not(&self, expected: &dyn Expected) -> Error {
        let found = match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Number(_) => Unexpected::Other("number"),
            Self::Text(text) => Unexpected::Str(text),
            Self::Array(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
        };
        Error::invalid_type(found, expected)
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// The value of a key, where this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => {
                entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }
}

impl From<Content<'_>> for Value {
    fn from(content: Content<'_>) -> Self {
        match content {
            Content::Null => Self::Null,
            Content::Bool(value) => value.into(),
            Content::Number(number) => number.into(),
            Content::Text(text) => text.into(),
            Content::Array(items) => items.into_iter().map(Self::from).collect(),
            Content::Object(entries) => {
                entries.into_iter().map(|(key, value)| (key.into_owned(), Self::from(value))).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Content<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyForm)
    }
}

struct AnyForm;

/// What a number is called that `serde_json` keeps in all its digits, with its feature `arbitrary_precision`.
const EXACT_NUMBER: &str = "$serde_json::private::Number";

impl<'de> Visitor<'de> for AnyForm {
    type Value = Content<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Content<'de>, E> {
        Ok(Content::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Content<'de>, E> {
        Ok(Content::Number(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Content<'de>, E> {
        Ok(Content::Number(value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Content<'de>, E> {
        Ok(Number::from_f64(value).map_or(Content::Null, Content::Number))
    }
    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Content<'de>, E> {
        Ok(Content::Text(value.into()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Content<'de>, E> {
        Ok(Content::Text(value.to_owned().into()))
    }
    fn visit_none<E>(self) -> Result<Content<'de>, E> {
        Ok(Content::Null)
    }
    fn visit_unit<E>(self) -> Result<Content<'de>, E> {
        Ok(Content::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content<'de>, D::Error> {
        Content::deserialize(deserializer)
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content<'de>, D::Error> {
        Content::deserialize(deserializer)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Content<'de>, A::Error> {
        let mut items = Vec::new();
        loop {
            match seq.next_element() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return Ok(Content::Array(items)),
                Err(error) => return Err(path::below_index(items.len(), error)),
            }
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            if key == EXACT_NUMBER {
                let number: Number = map.next_value::<String>()?.parse().map_err(A::Error::custom)?;
                return Ok(Content::Number(number));
            }
            if entries.capacity() == 0 {
                entries.reserve(8);
            }
            let value = map.next_value().map_err(|error| path::below_key(shown(&key), error))?;
            entries.push((key, value));
        }
        Ok(Content::Object(entries))
    }
}

/// What errors show of a key. What is not understood yet may have keys that nobody knows, and be no answer of Clerk's at
/// all: a key is shown where it looks like the name of a field.
fn shown(key: &str) -> &str {
    let like_a_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if key.len() <= 40 && key.bytes().all(like_a_name) { key } else { "…" }
}

/// A key, borrowed where that can be.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(value.into()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Key<'de>, E> {
                Ok(Key(value.to_owned().into()))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Reads what was kept; as often as it takes. Objects, arrays and texts are asked for by far the most: what asks for one
/// of them is compiled for no other form.
impl<'de> Deserializer<'de> for &'de Content<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Content::Null => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Number(number) => number.deserialize_any(visitor),
            Content::Text(text) => visitor.visit_borrowed_str(text),
            Content::Array(items) => visitor.visit_seq(Items(items.iter())),
            Content::Object(entries) => visitor.visit_map(Entries { entries: entries.iter(), value: None }),
        }
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Content::Object(entries) => visitor.visit_map(Entries { entries: entries.iter(), value: None }),
            _ => Err(self.is_not(&visitor)),
        }
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Content::Array(items) => visitor.visit_seq(Items(items.iter())),
            _ => Err(self.is_not(&visitor)),
        }
    }
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Content::Text(text) => visitor.visit_borrowed_str(text),
            _ => Err(self.is_not(&visitor)),
        }
    }
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct struct enum identifier
    }
}

struct Items<'de, 'a>(Iter<'de, Content<'a>>);

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }
}

struct Entries<'de, 'a> {
    entries: Iter<'de, (Cow<'a, str>, Content<'a>)>,
    value: Option<&'de Content<'a>>,
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(Error::custom("a value was read before its key")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{Error as AnyError, MapDeserializer};
    use serde_json::json;

    use super::*;

    fn read(json: &str) -> Content<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_of_any_form_stay_what_they_are_read_or_given_back() {
        for json in [
            "null",
            "true",
            "-1",
            "18446744073709551615",
            "0.1",
            r#""a\n\u00e6""#,
            "[]",
            r#"{"a": [1, {"b\t": "c", "d": null}, "e"], "": {}}"#,
            r#"{"a": 1, "b": 2, "a": 3}"#,
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(Value::deserialize(&read(json)).unwrap(), value, "{json}");
            assert_eq!(Value::from(read(json)), value, "{json}");
        }
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        let content = read(r#"{"a": "b", "a": "c"}"#);
        assert_eq!(content.get("a").and_then(Content::as_str), Some("c"));
        assert!(content.get("b").is_none() && read("[1]").get("a").is_none());
    }

    #[test]
    fn keys_and_texts_are_borrowed() {
        let Content::Object(entries) = read(r#"{"a": "b"}"#) else { panic!("it is an object") };
        assert!(matches!(entries.as_slice(), [(Cow::Borrowed("a"), Content::Text(Cow::Borrowed("b")))]));
    }

    #[test]
    fn a_number_that_comes_with_all_its_digits_is_a_number() {
        let map = MapDeserializer::<_, AnyError>::new([(EXACT_NUMBER, "12")].into_iter());
        assert_eq!(Value::from(Content::deserialize(map).unwrap()), json!(12));
    }

    #[test]
    fn what_is_wrong_is_at_a_place_of_named_fields() {
        for (json, expected) in [
            (r#"{"a": [1, {"b_2": nothing}]}"#, "a[1].b_2"),
            (r#"{"a": {"Some text": {"b": nothing}}}"#, "a.….b"),
        ] {
            path::forget();
            assert!(serde_json::from_str::<Content<'_>>(json).is_err());
            assert_eq!(path::take(), expected);
        }
    }
}
