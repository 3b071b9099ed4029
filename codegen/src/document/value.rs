//! The JSON of a document. Its objects keep their order, since what is generated is in the order of the document.
//!
//! `serde_json` can do that, too, by a feature: but one that programs seldom have, so that cargo would build `serde_json`
//! twice, for the program and for the generator.

use std::collections::BTreeMap;
use std::fmt;

use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A value.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Self>),
    Object(Object),
}

/// An object: each member by its name, with its position.
#[derive(Debug, Default)]
pub(super) struct Object(BTreeMap<String, (usize, Value)>);

impl Value {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.0.get(key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The member of an object, to be changed.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match self {
            Self::Object(object) => object.0.get_mut(key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// All members of an object, to be changed, in no order.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = (&str, &mut Self)> {
        let members = match self {
            Self::Object(object) => Some(&mut object.0),
            _ => None,
        };
        members.into_iter().flatten().map(|(key, (_, value))| (key.as_str(), value))
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements of an array; of anything else, none.
    pub(super) fn elements(&self) -> &[Self] {
        match self {
            Self::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The members of an object in their order; of anything else, none.
    pub(super) fn members(&self) -> Vec<(&str, &Self)> {
        match self {
            Self::Object(object) => object.members(),
            _ => Vec::new(),
        }
    }

    /// What a JSON pointer leads to.
    pub(super) fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |value, token| match value {
            Self::Object(_) if token.contains('~') => value.get(&token.replace("~1", "/").replace("~0", "~")),
            Self::Object(_) => value.get(token),
            Self::Array(elements) => elements.get(token.parse::<usize>().ok()?),
            _ => None,
        })
    }
}

impl Object {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a member where there is none of this name.
    pub(super) fn complete(&mut self, key: &str, value: Value) {
        let position = self.0.len();
        self.0.entry(key.to_owned()).or_insert((position, value));
    }

    fn members(&self) -> Vec<(&str, &Value)> {
        let mut members: Vec<_> = self.0.iter().collect();
        members.sort_unstable_by_key(|(_, (position, _))| *position);
        members.into_iter().map(|(key, (_, value))| (key.as_str(), value)).collect()
    }
}

/// As JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::String(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Self::Array(elements) => {
                let elements: Vec<String> = elements.iter().map(Self::to_string).collect();
                write!(f, "[{}]", elements.join(","))
            }
            Self::Object(object) => {
                let member = |(key, value)| format!("{}:{value}", serde_json::Value::from(key));
                let members: Vec<String> = object.members().into_iter().map(member).collect();
                write!(f, "{{{}}}", members.join(","))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element()? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Object::default();
        while let Some((key, value)) = members.next_entry::<String, Value>()? {
            let position = object.0.len();
            if object.0.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            object.0.insert(key, (position, value));
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn json_is_written_as_it_was_read() {
        for json in [
            r#"{"z":null,"a":[true,-1,18446744073709551615,1.5,"\"\n\u0001"],"m":{"~/":{},"":[]}}"#,
            "[]",
            "0",
        ] {
            assert_eq!(serde_json::from_str::<Value>(json).unwrap().to_string(), json);
        }
    }

    #[test]
    fn a_key_that_is_there_twice_is_an_error() {
        let error = serde_json::from_str::<Value>(r#"{"a": {"b": 1, "c": 2, "b": 1}}"#).unwrap_err();

        assert_eq!(error.to_string(), "the key \"b\" is there twice at line 1 column 30");
    }

    #[test]
    fn a_pointer_leads_through_objects_and_arrays() {
        let value: Value =
            serde_json::from_str(r#"{"paths": {"/users/~me": [0, {"ref": "here"}]}}"#).unwrap();
        let at = |pointer: &str| value.pointer(pointer).map(Value::to_string);

        assert_eq!(at("/paths/~1users~1~0me/1/ref").as_deref(), Some("\"here\""));
        assert_eq!(at("/paths/~1users~1~0me/0").as_deref(), Some("0"));
        assert_eq!(at("").as_deref(), Some(value.to_string().as_str()));
        for nowhere in [
            "paths",
            "/paths/users",
            "/paths/~1users~1~0me/2",
            "/paths/~1users~1~0me/x",
            "/paths/~1users~1~0me/0/ref",
        ] {
            assert_eq!(at(nowhere), None, "{nowhere}");
        }
    }
}
