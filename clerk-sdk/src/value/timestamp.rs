//! Points in time, as Clerk writes most of them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{Field, Query};

/// A point in time: Unix milliseconds, which is how Clerk writes most times.
///
/// Converts to and from [`SystemTime`], and with the features `jiff` and `chrono` to the types of these crates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time so many milliseconds after (before, if negative) the beginning of 1970 in UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the beginning of 1970 in UTC.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the beginning of 1970 in UTC, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl From<i64> for Timestamp {
    /// From milliseconds.
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

impl From<SystemTime> for Timestamp {
    /// Cut down to whole milliseconds; times that 64 bits cannot hold become the nearest that they can.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
            Err(before) => {
                Self(i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis))
            }
        }
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = OutOfRange;

    /// Fails for times that the platform's clock cannot express.
    fn try_from(time: Timestamp) -> Result<Self, OutOfRange> {
        let distance = Duration::from_millis(time.0.unsigned_abs());
        let time =
            if time.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        time.ok_or(OutOfRange)
    }
}

/// A time that the other type cannot express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the timestamp lies outside of what the other type can express")
    }
}

impl std::error::Error for OutOfRange {}

#[cfg(feature = "jiff")]
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = jiff::Error;

    fn try_from(time: Timestamp) -> Result<Self, jiff::Error> {
        Self::from_millisecond(time.0)
    }
}

#[cfg(feature = "jiff")]
impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        Self(time.as_millisecond())
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = OutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, OutOfRange> {
        Self::from_timestamp_millis(time.0).ok_or(OutOfRange)
    }
}

#[cfg(feature = "chrono")]
impl From<chrono::DateTime<chrono::Utc>> for Timestamp {
    fn from(time: chrono::DateTime<chrono::Utc>) -> Self {
        Self(time.timestamp_millis())
    }
}

impl Field for Timestamp {
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::decode(deserializer).map(Self)
    }
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
    fn blank() -> Self {
        Self::default()
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.encode(serializer)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::decode(deserializer)
    }
}

impl Query for Timestamp {
    fn texts(self, out: &mut Vec<String>) {
        self.0.texts(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_to_the_clock_and_back() {
        for millis in [0, 1, -1, 1_700_000_000_123, 253_402_300_800_000] {
            let time = SystemTime::try_from(Timestamp::from_millis(millis)).unwrap();
            assert_eq!(Timestamp::from(time).as_millis(), millis);
        }
        assert_eq!(Timestamp::from_millis(-1).as_secs(), -1);
        assert_eq!(Timestamp::from_millis(1999).as_secs(), 1);
    }
}
