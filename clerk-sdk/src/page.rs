//! One page of a list, as a call answers it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::value::{AsField, Field, missing, path, read_items, take};

/// One page of a list: reads as a slice, iterates, and knows the total where the API tells it.
///
/// ```no_run
/// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// let page = clerk.organizations().list().limit(50).offset(100).await?;
/// println!("{} of {:?}", page.len(), page.total_count());
/// for organization in page {
///     println!("{}", organization.name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Page<T> {
    items: Vec<T>,
    /// The key of the items and the total, where the answer was an object.
    envelope: Option<(String, i64)>,
}

impl<T> Page<T> {
    /// How many items the whole list has, where the API tells it.
    pub fn total_count(&self) -> Option<i64> {
        self.envelope.as_ref().map(|(_, total)| *total)
    }

    /// A page of these items. The total is that of the whole list, where the API tells it.
    #[cfg(feature = "mock")]
    pub(crate) fn of(items: Vec<T>, total: Option<i64>) -> Self {
        Self { items, envelope: total.map(|total| (ITEMS.to_owned(), total)) }
    }

    /// The items of this page.
    pub fn into_items(self) -> Vec<T> {
        self.items
    }
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("items", &self.items).field("total_count", &self.total_count()).finish()
    }
}

impl<T: Field> Field for Page<T> {
    /// A bare array, or an object with the items under a key and the `total_count`: whichever comes.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BareOrEnveloped { items: None, item: PhantomData })
    }

    fn decode_answer<'de, D: Deserializer<'de>>(
        deserializer: D,
        items: &'static str,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BareOrEnveloped { items: Some(items), item: PhantomData })
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.envelope {
            None => self.items.encode(serializer),
            Some((key, total)) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry(key, &AsField(&self.items))?;
                map.serialize_entry("total_count", total)?;
                map.end()
            }
        }
    }
    fn blank() -> Self {
        Self { items: Vec::new(), envelope: None }
    }
}

impl<T: Field> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.encode(serializer)
    }
}

impl<'de, T: Field> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::decode(deserializer)
    }
}

struct BareOrEnveloped<T> {
    /// The key of the items; where it is not known, the first array is taken for them.
    items: Option<&'static str>,
    item: PhantomData<T>,
}

impl<'de, T: Field> Visitor<'de> for BareOrEnveloped<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, bare or in an object with its total")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Page<T>, A::Error> {
        Ok(Page { items: read_items(items)?, envelope: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<T>, A::Error> {
        let mut list: Option<(String, Vec<T>)> = None;
        let mut total: Option<i64> = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == TOTAL {
                total = take(&mut map, TOTAL)?;
                continue;
            }
            if let Some(items) = self.items {
                if key == items {
                    list = Some((key, take(&mut map, items)?.unwrap_or_default()));
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
                continue;
            }
            let member =
                map.next_value_seed(MemberSeed(PhantomData)).map_err(|error| path::below_key(&key, error))?;
            match member {
                Some(items) if list.is_none() || key == ITEMS => list = Some((key, items)),
                None if key == ITEMS => {
                    return Err(path::below_key(&key, A::Error::custom("invalid type: expected an array")));
                }
                _ => {}
            }
        }
        let (key, items) = list.unwrap_or_else(|| (self.items.unwrap_or(ITEMS).to_owned(), Vec::new()));
        let total = total.ok_or_else(|| missing(TOTAL))?;
        Ok(Page { items, envelope: Some((key, total)) })
    }
}

/// The key of the items, unless the document has another one.
pub(crate) const ITEMS: &str = "data";
const TOTAL: &str = "total_count";

/// Reads what stands beside the total: the items if it is an array or null, else nothing.
struct MemberSeed<T>(PhantomData<T>);

impl<'de, T: Field> DeserializeSeed<'de> for MemberSeed<T> {
    type Value = Option<Vec<T>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Field> Visitor<'de> for MemberSeed<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Vec::new()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        read_items(items).map(Some)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}
