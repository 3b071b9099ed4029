//! Metadata: the JSON objects that an application keeps with its users and organizations.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Field, IntoNullable, Nullable, into_nullable, show_redacted};

/// A JSON object whose keys the API does not know.
pub type JsonObject = Map<String, Value>;

/// Metadata of a user, an organization or a membership: a JSON object with keys of the application's own.
///
/// It reads as a map. [`get_as`](Self::get_as) decodes one key, [`decode`](Self::decode) all of it.
///
/// To send some, pass what has the form of an object: `json!({ "plan": "pro" })`, an array of pairs or a map. Any other
/// JSON is refused before anything is sent.
#[derive(Clone, Default, PartialEq)]
pub struct Metadata {
    map: JsonObject,
    /// Set where a caller has passed JSON that is no object, so that sending it says so.
    refused: bool,
}

impl Metadata {
    /// The value of a key, decoded; `None` if it is not there or null.
    ///
    /// # Errors
    /// If the value is not a `T`.
    pub fn get_as<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, serde_json::Error> {
        match self.map.get(key) {
            Some(value) => Option::<T>::deserialize(value),
            None => Ok(None),
        }
    }

    /// All of the metadata as a type of the application's own.
    ///
    /// # Errors
    /// If the metadata is not a `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.map.clone()))
    }

    /// The map itself.
    pub fn into_inner(self) -> JsonObject {
        self.map
    }
}

impl Deref for Metadata {
    type Target = JsonObject;

    fn deref(&self) -> &JsonObject {
        &self.map
    }
}

impl DerefMut for Metadata {
    fn deref_mut(&mut self) -> &mut JsonObject {
        &mut self.map
    }
}

impl From<JsonObject> for Metadata {
    fn from(map: JsonObject) -> Self {
        Self { map, refused: false }
    }
}

impl From<Value> for Metadata {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(map) => map.into(),
            _ => Self { map: JsonObject::new(), refused: true },
        }
    }
}

impl fmt::Debug for Metadata {
    /// Without what is secret by its name, or by the look of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_redacted(&self.map, f)
    }
}

impl<K: Into<String>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Metadata {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect::<JsonObject>().into()
    }
}

impl Field for Metadata {
    const REQUIRED: bool = false;
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        JsonObject::decode(deserializer).map(Self::from)
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.refused {
            return Err(S::Error::custom("metadata must be a JSON object"));
        }
        self.map.serialize(serializer)
    }
    fn blank() -> Self {
        Self::default()
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.encode(serializer)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Field::decode(deserializer)
    }
}

into_nullable!(Metadata: Metadata, JsonObject);

impl IntoNullable<Metadata> for Value {
    fn into_nullable(self) -> Nullable<Metadata> {
        match self {
            Self::Null => Nullable::Null,
            value => Nullable::Value(value.into()),
        }
    }
}

impl<K: Into<String>, V: Into<Value>, const N: usize> IntoNullable<Metadata> for [(K, V); N] {
    fn into_nullable(self) -> Nullable<Metadata> {
        Nullable::Value(self.into())
    }
}

into_nullable!(JsonObject: JsonObject);

impl<K: Into<String>, V: Into<Value>, const N: usize> IntoNullable<JsonObject> for [(K, V); N] {
    fn into_nullable(self) -> Nullable<JsonObject> {
        Nullable::Value(self.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl IntoNullable<Self> for Value {
    fn into_nullable(self) -> Nullable<Self> {
        match self {
            Self::Null => Nullable::Null,
            value => Nullable::Value(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_can_be_read_as_a_type_of_ones_own() {
        let metadata = Metadata::from(json!({ "plan": "pro", "gone": null }));
        assert_eq!(metadata.get_as::<String>("plan").unwrap().as_deref(), Some("pro"));
        assert_eq!(metadata.get_as::<String>("gone").unwrap(), None);
        assert_eq!(metadata.get_as::<String>("never").unwrap(), None);
        assert!(metadata.get_as::<i64>("plan").is_err());
    }

    #[test]
    fn what_is_no_object_is_refused_when_it_is_written() {
        assert_eq!(serde_json::to_value(Metadata::from(json!({ "a": null }))).unwrap(), json!({ "a": null }));
        assert_eq!(serde_json::to_value(Metadata::from([("a", 1)])).unwrap(), json!({ "a": 1 }));
        let error = serde_json::to_value(Metadata::from(json!([1]))).unwrap_err();
        assert!(error.to_string().contains("must be a JSON object"), "{error}");
    }
}
