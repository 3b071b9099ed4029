//! JSON objects whose keys the API does not know, such as the metadata that an application keeps with its users.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Field, IntoNullable, Nullable, into_nullable, show_redacted};
use crate::error::reason_without_values;

/// A JSON object whose keys the API does not know.
///
/// It reads as a map. [`get_as`](Self::get_as) decodes one key, [`decode`](Self::decode) all of it.
///
/// To send one, pass what has the form of an object: `json!({ … })`, pairs of keys and values (an array or a `Vec`; an
/// iterator is collected), a map, or a reference to what serializes as an object. What cannot be an object does not
/// compile; JSON that is none is refused before anything is sent.
///
/// ```no_run
/// use clerk_sdk::{Clerk, JsonObject};
/// use serde_json::json;
///
/// # fn main() -> Result<(), clerk_sdk::Error> {
/// # let clerk = Clerk::new("sk_test_example")?;
/// # let labels = vec![("plan", "pro")];
/// # let settings = std::collections::BTreeMap::from([("plan", "pro")]);
/// let update = || clerk.users().update_metadata("user_1");
/// let _ = update().public_metadata(json!({ "plan": "pro", "seats": 3 }));
/// let _ = update().public_metadata([("plan", "pro")]);
/// let _ = update().public_metadata(labels.into_iter().collect::<JsonObject>());
/// let _ = update().public_metadata(&settings); // a struct with `#[derive(Serialize)]`
/// # Ok(())
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # fn main() -> Result<(), clerk_sdk::Error> {
/// # let clerk = clerk_sdk::Clerk::new("sk_test_example")?;
/// let _ = clerk.users().update_metadata("user_1").public_metadata(["plan", "pro"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct JsonObject {
    map: Map<String, Value>,
    /// Why it cannot be sent, where a caller has passed what is no object.
    refused: Option<Box<str>>,
}

/// Metadata of a user, an organization or a membership: a JSON object with keys of the application's own.
pub type Metadata = JsonObject;

impl JsonObject {
    /// The value of a key, decoded; `None` if it is not there or null.
    ///
    /// # Errors
    /// If the value is not a `T`. The error names the key, and contains nothing of the value.
    pub fn get_as<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, serde_json::Error> {
        let Some(value) = self.map.get(key) else { return Ok(None) };
        Option::<T>::deserialize(value).map_err(|error| {
            let reason = reason_without_values(&error);
            serde::de::Error::custom(format_args!("the value of the key {key:?} does not decode: {reason}"))
        })
    }

    /// All of the object as a type of the application's own.
    ///
    /// # Errors
    /// If the object is not a `T`. The error contains nothing of the values.
    #[doc(alias = "to")]
    #[doc(alias = "deserialize")]
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.map).map_err(|error| serde::de::Error::custom(reason_without_values(&error)))
    }

    /// The map itself.
    pub fn into_inner(self) -> Map<String, Value> {
        self.map
    }

    fn refused(reason: impl Into<Box<str>>) -> Self {
        Self { map: Map::new(), refused: Some(reason.into()) }
    }

    fn of_pairs(pairs: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>) -> Self {
        let map: Map<_, _> = pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        map.into()
    }
}

impl Deref for JsonObject {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        &self.map
    }
}

impl DerefMut for JsonObject {
    fn deref_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.map
    }
}

impl IntoIterator for JsonObject {
    type Item = (String, Value);
    type IntoIter = serde_json::map::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.map.into_iter()
    }
}

impl<'a> IntoIterator for &'a JsonObject {
    type Item = (&'a String, &'a Value);
    type IntoIter = serde_json::map::Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.map.iter()
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for JsonObject {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self::of_pairs(pairs)
    }
}

impl From<Map<String, Value>> for JsonObject {
    fn from(map: Map<String, Value>) -> Self {
        Self { map, refused: None }
    }
}

impl From<Value> for JsonObject {
    /// What is no object is refused when it is sent.
    fn from(value: Value) -> Self {
        match value {
            Value::Object(map) => map.into(),
            Value::Null => Self::refused("it may not be null"),
            _ => Self::refused("it is no JSON object: pass json!({ … }), pairs of keys and values, or a map"),
        }
    }
}

impl<T: Serialize> From<&T> for JsonObject {
    /// What does not serialize as an object is refused when it is sent.
    fn from(value: &T) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => value.into(),
            Err(error) => Self::refused(error.to_string()),
        }
    }
}

impl From<JsonObject> for Value {
    fn from(object: JsonObject) -> Self {
        Self::Object(object.map)
    }
}

/// Says which collections of pairs are an object, each after what it is generic over besides keys and values.
macro_rules! of_pairs {
    ($([$($more:tt)*] $pairs:ty;)*) => {$(
        impl<K: Into<String>, V: Into<Value> $($more)*> From<$pairs> for JsonObject {
            fn from(pairs: $pairs) -> Self {
                Self::of_pairs(pairs)
            }
        }
        impl<K: Into<String>, V: Into<Value> $($more)*> IntoNullable<JsonObject> for $pairs {
            fn into_nullable(self) -> Nullable<JsonObject> {
                Nullable::Value(self.into())
            }
        }
    )*};
}
of_pairs! {
    [, const N: usize] [(K, V); N];
    [] Vec<(K, V)>;
    [] BTreeMap<K, V>;
    [, S] HashMap<K, V, S>;
}

into_nullable!(JsonObject: JsonObject, Map<String, Value>);

impl IntoNullable<JsonObject> for Value {
    fn into_nullable(self) -> Nullable<JsonObject> {
        match self {
            Self::Null => Nullable::Null,
            value => Nullable::Value(value.into()),
        }
    }
}

impl<T: Serialize> IntoNullable<JsonObject> for &T {
    fn into_nullable(self) -> Nullable<JsonObject> {
        match serde_json::to_value(self) {
            Ok(value) => value.into_nullable(),
            Err(_) => Nullable::Value(self.into()),
        }
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

impl fmt::Debug for JsonObject {
    /// Without what is secret by its name, or by the look of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_redacted(&self.map, f)
    }
}

impl Field for JsonObject {
    const REQUIRED: bool = false;
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Option::<Map<String, Value>>::deserialize(deserializer)?;
        Ok(map.unwrap_or_default().into())
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.refused {
            None => self.map.serialize(serializer),
            Some(reason) => Err(S::Error::custom(reason)),
        }
    }
    fn blank() -> Self {
        Self::default()
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.encode(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Field::decode(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Null;

    fn sent(object: impl Into<JsonObject>) -> Result<Value, String> {
        serde_json::to_value(object.into()).map_err(|error| error.to_string())
    }

    fn nullable(object: impl IntoNullable<JsonObject>) -> Result<Value, String> {
        match object.into_nullable() {
            Nullable::Null => Ok(Value::Null),
            Nullable::Value(object) => sent(object),
        }
    }

    struct Own;

    impl Serialize for Own {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([("plan", "pro")])
        }
    }

    #[test]
    fn a_key_can_be_read_as_a_type_of_ones_own() {
        let metadata = Metadata::from(json!({ "plan": "pro", "gone": null }));
        assert_eq!(metadata.get_as::<String>("plan").unwrap().as_deref(), Some("pro"));
        assert_eq!(metadata.get_as::<String>("gone").unwrap(), None);
        assert_eq!(metadata.get_as::<String>("never").unwrap(), None);
    }

    #[test]
    fn a_key_that_is_something_else_is_named_and_its_value_is_not() {
        let metadata = Metadata::from(json!({ "plan": "pro" }));
        let error = metadata.get_as::<i64>("plan").unwrap_err().to_string();
        assert!(error.contains("\"plan\"") && error.contains("expected i64"), "{error}");
        assert!(!error.contains("\"pro\""), "{error}");
    }

    #[test]
    fn an_object_that_is_something_else_says_so_without_its_values() {
        let metadata = Metadata::from(json!({ "plan": "pro" }));
        assert_eq!(metadata.decode::<BTreeMap<String, String>>().unwrap()["plan"], "pro");
        let error = metadata.decode::<BTreeMap<String, i64>>().unwrap_err().to_string();
        assert!(error.contains("expected i64") && !error.contains("pro"), "{error}");
    }

    #[test]
    fn whatever_has_the_form_of_an_object_is_one() {
        let plan = json!({ "plan": "pro" });
        let Value::Object(map) = plan.clone() else { panic!("it is an object") };
        let pairs = || [("plan", "pro")];
        let metadata = Metadata::from(pairs());
        for object in [
            sent(plan.clone()),
            sent(pairs()),
            sent(Vec::from(pairs())),
            sent(BTreeMap::from(pairs())),
            sent(HashMap::from(pairs())),
            sent(pairs().into_iter().collect::<JsonObject>()),
            sent(map.clone()),
            sent(&metadata),
            sent(&Own),
            nullable(plan.clone()),
            nullable(pairs()),
            nullable(Vec::from(pairs())),
            nullable(BTreeMap::from(pairs())),
            nullable(HashMap::from(pairs())),
            nullable(map),
            nullable(&metadata),
            nullable(Some(metadata)),
            nullable(&Own),
        ] {
            assert_eq!(object.as_ref(), Ok(&plan));
        }
        for null in [nullable(Null), nullable(None::<Value>), nullable(json!(null)), nullable(&json!(null))] {
            assert_eq!(null, Ok(Value::Null));
        }
    }

    #[test]
    fn what_is_no_object_is_refused_when_it_is_written() {
        for (refused, reason) in [
            (sent(json!([["plan", "pro"]])), "is no JSON object"),
            (sent(&["plan"]), "is no JSON object"),
            (sent(json!(null)), "may not be null"),
            (sent(&HashMap::from([((1, 2), 3)])), "key must be a string"),
            (nullable(json!("plan")), "is no JSON object"),
            (nullable(&HashMap::from([((1, 2), 3)])), "key must be a string"),
        ] {
            let error = refused.unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn an_object_can_be_walked_changed_and_given_away() {
        let mut object = JsonObject::from([("plan", "pro")]);
        object.insert("seats".to_owned(), json!(3));
        assert_eq!((&object).into_iter().count(), 2);
        assert_eq!(Value::from(object.clone()), json!({ "plan": "pro", "seats": 3 }));
        assert_eq!(object.clone().into_inner(), object.into_iter().collect());
    }
}
