//! Points in time that are text on the wire.

use std::fmt;
use std::time::SystemTime;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{Field, Query, Timestamp, into_nullable};

/// A point in time that the API takes as text (RFC 3339), such as `created_at` of a user who is imported.
///
/// Made of a [`Timestamp`], a [`SystemTime`], Unix milliseconds, or a text that is sent as it is.
///
/// ```
/// use clerk_sdk::{DateTime, Timestamp};
///
/// let imported = DateTime::from(Timestamp::from_millis(1_700_000_000_123));
/// assert_eq!(imported.as_str(), "2023-11-14T22:13:20.123Z");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DateTime(String);

impl DateTime {
    /// Returns the text that is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Timestamp> for DateTime {
    fn from(time: Timestamp) -> Self {
        Self(time.to_string())
    }
}

impl From<i64> for DateTime {
    /// Converts Unix milliseconds.
    fn from(millis: i64) -> Self {
        Timestamp::from_millis(millis).into()
    }
}

impl From<SystemTime> for DateTime {
    fn from(time: SystemTime) -> Self {
        Timestamp::from(time).into()
    }
}

impl From<&str> for DateTime {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for DateTime {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for DateTime {
    /// Formats it as `Display` does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Field for DateTime {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::decode(deserializer).map(Self)
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
    fn blank() -> Self {
        Self(String::new())
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.encode(serializer)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::decode(deserializer)
    }
}

impl Query for DateTime {
    fn texts(self, out: &mut Vec<String>) {
        out.push(self.0);
    }
}

into_nullable!(DateTime: DateTime, Timestamp, i64, SystemTime);
