//! The clock: Unix milliseconds that never go back, and the text form of times that requests carry.

use std::time::{SystemTime, UNIX_EPOCH};

/// One server's clock.
#[derive(Debug, Default)]
pub(super) struct Clock {
    latest: i64,
}

impl Clock {
    /// Now, in Unix milliseconds; never less than what it said before.
    pub(super) fn now(&mut self) -> i64 {
        let system = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis());
        self.latest = self.latest.max(i64::try_from(system).unwrap_or(i64::MAX));
        self.latest
    }
}

/// Unix milliseconds out of an RFC 3339 time.
pub(super) fn parse_rfc3339(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}

/// Unix milliseconds as an RFC 3339 time in UTC.
pub(super) fn rfc3339(milliseconds: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
