//! Values of the SDK's types for tests that need no server.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::ids::Ids;
use super::sample::Sampler;
use crate::Page;
use crate::value::{Field, path};

/// When samples were made: 2026-01-01, in Unix milliseconds.
pub(crate) const MADE_AT: i64 = 1_767_225_600_000;

/// A type that has samples: what the API answers, lists and pages of it, and the data of events.
///
/// The types have a `sample` of their own, too, such as [`User::sample`](crate::types::User::sample).
#[diagnostic::on_unimplemented(message = "the API answers no `{Self}`, so there is no sample of it")]
pub trait Sample: Field {
    /// A sample as the API sends it.
    #[doc(hidden)]
    fn json() -> Result<Value, String>;
}

/// A value of a type that answers have, complete and plausible: a [`User`](crate::types::User) with an address, an
/// [`Organization`](crate::types::Organization) with a slug. It is valid by the API's document, and the same each time.
///
/// The types have it as `sample`, too, and a setter for each field. Null is what clears a field that may be absent.
///
/// ```
/// use clerk_sdk::Null;
/// use clerk_sdk::types::{EmailAddress, User};
///
/// fn greeting(user: &User) -> String {
///     format!("Hello, {}!", user.first_name.as_deref().unwrap_or("you"))
/// }
///
/// let ada = User::sample()
///     .first_name("Ada")
///     .email_addresses([EmailAddress::sample().email_address("ada@example.com")]);
/// assert_eq!(greeting(&ada), "Hello, Ada!");
/// assert_eq!(greeting(&ada.first_name(Null)), "Hello, you!");
/// ```
///
/// Of a page there is one item, and a total. [`Page::sample_of`] is one of given items.
///
/// ```
/// use clerk_sdk::Page;
/// use clerk_sdk::types::User;
///
/// let page: Page<User> = clerk_sdk::mock::sample();
/// assert_eq!((page.len(), page.total_count()), (1, Some(1)));
/// ```
///
/// # Panics
/// Never, as long as this crate's tests pass: they make a sample of every type.
#[allow(clippy::panic, reason = "a test that asks for what there is not cannot go on")]
pub fn sample<T: Sample>() -> T {
    make(Map::new()).unwrap_or_else(|why| panic!("{why}"))
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
/// Where a field cannot have the value.
#[allow(clippy::panic, reason = "a test that asks for what cannot be cannot go on")]
pub fn sample_with<T: Sample>(fields: Value) -> T {
    let Value::Object(fields) = fields else { panic!("the fields of a sample are an object, not {fields}") };
    make(fields).unwrap_or_else(|why| panic!("{why}"))
}

fn make<T: Sample>(fields: Map<String, Value>) -> Result<T, String> {
    let mut value = T::json()?;
    if let Value::Object(object) = &mut value {
        object.extend(fields);
    }
    path::forget();
    T::decode(value)
        .map_err(|error| format!("a sample of {}: {error} at `{}`", std::any::type_name::<T>(), path::take()))
}

/// A sample of a type, whose schema is at a place of a document such as `bapi/2026-05-12`.
pub(crate) fn of_schema(document: &str, pointer: &str, name: &str) -> Result<Value, String> {
    let document = Document::named(document)?;
    let mut ids = Ids::new(Some(1));
    Ok(Sampler { document, ids: &mut ids, now: MADE_AT }.of_type(name, pointer))
}

impl<T: Sample> Sample for Vec<T> {
    fn json() -> Result<Value, String> {
        Ok(json!([T::json()?]))
    }
}

impl<T: Sample> Sample for Page<T> {
    fn json() -> Result<Value, String> {
        Ok(json!({ "data": [T::json()?], "total_count": 1 }))
    }
}

impl<T: Sample> Page<T> {
    /// For tests (feature `mock`): a page of these items.
    ///
    /// The total is given where the API tells one: a number, or `None`.
    ///
    /// ```
    /// use clerk_sdk::Page;
    /// use clerk_sdk::types::User;
    ///
    /// let page = Page::sample_of([User::sample()], 25);
    /// assert_eq!((page.len(), page.total_count()), (1, Some(25)));
    /// ```
    pub fn sample_of(items: impl IntoIterator<Item = T>, total_count: impl Into<Option<i64>>) -> Self {
        Self::of(items.into_iter().collect(), total_count.into())
    }
}
