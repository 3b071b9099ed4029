//! The object of an answer: fields by name. Reading a field that is not there gives null and no panic.

use std::ops::{Deref, DerefMut, Index};

use serde_json::{Map, Value};

/// An object as the API shows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Object(Map<String, Value>);

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

impl From<Map<String, Value>> for Object {
    fn from(map: Map<String, Value>) -> Object {
        Object(map)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(object.0)
    }
}

impl From<&Object> for Value {
    fn from(object: &Object) -> Value {
        Value::Object(object.0.clone())
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
