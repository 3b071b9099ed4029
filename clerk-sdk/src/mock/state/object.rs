//! An object as it is kept: fields by name. Reading a field that is not there gives null and no panic. Fields whose
//! name begins with `_` are the server's own (a secret, a password's hash): no answer has them.

use std::fmt;
use std::ops::{Deref, DerefMut, Index};

use serde_json::{Map, Value};

/// The fields of an object, those that no answer has among them.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// A field's text; empty where it is absent or something else.
    pub(super) fn text(&self, name: &str) -> &str {
        self[name].as_str().unwrap_or_default()
    }

    /// The object's id.
    pub(super) fn id(&self) -> &str {
        self.text("id")
    }
}

impl Index<&str> for Object {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }
}

impl Deref for Object {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Object {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl fmt::Debug for Object {
    /// The id alone: the fields hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl From<Map<String, Value>> for Object {
    fn from(map: Map<String, Value>) -> Object {
        Object(map)
    }
}

/// What an answer shows of the object.
impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(object.0.into_iter().filter(|(name, _)| !name.starts_with('_')).collect())
    }
}

/// What an answer shows of the object.
impl From<&Object> for Value {
    fn from(object: &Object) -> Value {
        let shown = object.0.iter().filter(|(name, _)| !name.starts_with('_'));
        Value::Object(shown.map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

/// Sets fields of an object: `fields!(object, { "name": value, … })`, with what `json!` takes.
macro_rules! fields {
    ($object:expr, $values:tt) => {
        if let serde_json::Value::Object(values) = serde_json::json!($values) {
            $object.extend(values);
        }
    };
}
pub(super) use fields;
