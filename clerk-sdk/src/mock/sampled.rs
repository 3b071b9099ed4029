//! Values of the SDK's types for tests that need no server.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::document::Document;
use super::ids::Ids;
use super::sample::Sampler;

/// A value of a type that answers have, complete and plausible: a [`User`](crate::types::User) with an address, an
/// [`Organization`](crate::types::Organization) with a slug. It is the same each time.
///
/// ```
/// use clerk_sdk::types::User;
///
/// let mut ada = clerk_sdk::mock::sample::<User>();
/// ada.first_name = Some("Ada".to_owned());
/// assert!(ada.id.starts_with("user_"));
/// ```
///
/// # Panics
/// For a type that is none of the objects of the API's newest version.
#[allow(clippy::panic, reason = "a test that asks for what there is not cannot go on")]
pub fn sample<T: DeserializeOwned>() -> T {
    make(&Map::new()).unwrap_or_else(|why| panic!("{why}"))
}

/// A [`sample`] in which some fields are as given, by the names that they have in the API's JSON.
///
/// ```
/// use clerk_sdk::types::User;
/// use serde_json::json;
///
/// let ada: User = clerk_sdk::mock::sample_with(json!({ "first_name": "Ada", "public_metadata": { "plan": "pro" } }));
/// assert_eq!(ada.first_name.as_deref(), Some("Ada"));
/// ```
///
/// # Panics
/// As [`sample`], and where a field cannot have the value.
#[allow(clippy::panic, reason = "a test that asks for what cannot be cannot go on")]
pub fn sample_with<T: DeserializeOwned>(fields: Value) -> T {
    let Value::Object(fields) = fields else { panic!("the fields of a sample are an object, not {fields}") };
    make(&fields).unwrap_or_else(|why| panic!("{why}"))
}

fn make<T: DeserializeOwned>(fields: &Map<String, Value>) -> Result<T, String> {
    /// When samples were made: 2026-01-01, in Unix milliseconds.
    const NOW: i64 = 1_767_225_600_000;
    let path = std::any::type_name::<T>();
    let name = path.rsplit("::").next().unwrap_or_default();
    let document = Document::get()?;
    let schema = document.schema_of_type(name);
    let schema = schema.ok_or_else(|| format!("{path} is no object of the API's newest version"))?;
    let mut ids = Ids::new(Some(1));
    let mut value = Sampler { document, ids: &mut ids, now: NOW }.value(schema);
    if let Value::Object(object) = &mut value {
        object.extend(fields.clone());
    }
    serde_json::from_value(value).map_err(|error| format!("a sample of {name}: {error}"))
}
