//! Points in time, as Clerk writes most of them.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{Field, Query};

/// A point in time: Unix milliseconds, which is how Clerk writes most times.
///
/// Converts to and from [`SystemTime`], and with the features `jiff` and `chrono` to the types of these crates. It is
/// shown in UTC, as RFC 3339 has it; years that RFC 3339 has not, with a sign and at least six digits, as ISO 8601 has
/// them.
///
/// ```
/// use clerk_sdk::Timestamp;
///
/// assert_eq!(Timestamp::from_millis(1_700_000_000_123).to_string(), "2023-11-14T22:13:20.123Z");
/// ```
///
/// A `Duration` can be added and subtracted. What 64 bits cannot hold becomes the nearest that they can.
///
/// ```
/// use std::time::Duration;
///
/// use clerk_sdk::Timestamp;
///
/// let a_week_ago = Timestamp::now() - Duration::from_secs(7 * 24 * 60 * 60);
/// assert!(a_week_ago < Timestamp::now());
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time by this machine's clock.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

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

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let (year, month, day) = date(self.0.div_euclid(DAY));
        let time = self.0.rem_euclid(DAY);
        let (minutes, millis) = (time / 60_000, time % 60_000);
        let (hour, minute, second, millis) = (minutes / 60, minutes % 60, millis / 1000, millis % 1000);
        let year = if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+07}") };
        f.pad(&format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"))
    }
}

impl fmt::Debug for Timestamp {
    /// As it is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Year, month and day in the Gregorian calendar, from days since the beginning of 1970.
fn date(days: i64) -> (i64, i64, i64) {
    // The calendar repeats after 400 years. Years are counted from 1 March, so that a leap day is a year's last day.
    const DAYS_OF_400_YEARS: i64 = 146_097;
    const FROM_MARCH_OF_YEAR_0: i64 = 719_468;
    let days = days + FROM_MARCH_OF_YEAR_0;
    let day = days.rem_euclid(DAYS_OF_400_YEARS);
    let year = (day - day / 1460 + day / 36_524 - day / (DAYS_OF_400_YEARS - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // From March on, months have 31, 30, 31, 30, 31 days, and again.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = days.div_euclid(DAYS_OF_400_YEARS) * 400 + year;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
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
            Ok(after) => Self(millis(after)),
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

    #[test]
    fn times_are_shown_in_utc() {
        for (millis, shown) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (i64::MAX, "+292278994-08-17T07:12:55.807Z"),
            (i64::MIN, "-292275055-05-16T16:47:04.192Z"),
        ] {
            assert_eq!(Timestamp::from_millis(millis).to_string(), shown);
        }
        assert_eq!(format!("{:>26}", Timestamp::default()), "  1970-01-01T00:00:00.000Z");
        assert_eq!(format!("{:?}", Some(Timestamp::default())), "Some(1970-01-01T00:00:00.000Z)");
    }

    #[test]
    fn a_time_before_or_after_another_stays_within_its_bounds() {
        let (begin, second) = (Timestamp::from_millis(1_000), Duration::from_secs(1));

        assert_eq!((begin + second).as_millis(), 2_000);
        assert_eq!((begin - second - second).as_millis(), -1_000);
        assert_eq!((begin + Duration::MAX).as_millis(), i64::MAX);
        assert_eq!((Timestamp::from_millis(-2) - Duration::MAX).as_millis(), i64::MIN);
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn times_are_shown_as_chrono_shows_them() {
        // Each day of more than 400 years, and times of all kinds in them.
        for millis in (-70_000_i64..80_000).map(|days| days * 86_400_123) {
            let time = chrono::DateTime::<chrono::Utc>::try_from(Timestamp::from_millis(millis)).unwrap();
            let expected = time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
            assert_eq!(Timestamp::from_millis(millis).to_string(), expected);
        }
    }
}
