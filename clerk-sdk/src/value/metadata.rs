//! Metadata: the JSON objects that an application keeps with its users and organizations.

use std::ops::{Deref, DerefMut};

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Field, IntoNullable, Nullable, into_nullable};

/// A JSON object whose keys the API does not know.
pub type JsonObject = Map<String, Value>;

/// Metadata of a user, an organization or a membership: a JSON object with keys of the application's own.
///
/// It reads as a map. [`get_as`](Self::get_as) decodes one key, [`decode`](Self::decode) all of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata(JsonObject);

impl Metadata {
    /// The value of a key, decoded; `None` if it is not there or null.
    ///
    /// # Errors
    /// If the value is not a `T`.
    pub fn get_as<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, serde_json::Error> {
        match self.0.get(key) {
            Some(value) => Option::<T>::deserialize(value),
            None => Ok(None),
        }
    }

    /// All of the metadata as a type of the application's own.
    ///
    /// # Errors
    /// If the metadata is not a `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.0.clone()))
    }

    /// The map itself.
    pub fn into_inner(self) -> JsonObject {
        self.0
    }
}

impl Deref for Metadata {
    type Target = JsonObject;

    fn deref(&self) -> &JsonObject {
        &self.0
    }
}

impl DerefMut for Metadata {
    fn deref_mut(&mut self) -> &mut JsonObject {
        &mut self.0
    }
}

impl From<JsonObject> for Metadata {
    fn from(map: JsonObject) -> Self {
        Self(map)
    }
}

impl<K: Into<String>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Metadata {
    fn from(entries: [(K, V); N]) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl Field for Metadata {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        JsonObject::decode(deserializer).map(Self)
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Field::decode(deserializer)
    }
}

into_nullable!(Metadata: Metadata, JsonObject);

impl<K: Into<String>, V: Into<Value>, const N: usize> IntoNullable<Metadata> for [(K, V); N] {
    fn into_nullable(self) -> Nullable<Metadata> {
        Nullable::Value(self.into())
    }
}

into_nullable!(JsonObject: JsonObject);
