//! The clock: Unix milliseconds that never go back, and the text form of times that requests carry.

use std::time::{SystemTime, UNIX_EPOCH};

/// One server's clock: the machine's, or one that stands still; either can be set ahead.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// Where it stands still.
    fixed: Option<i64>,
    ahead: i64,
    latest: i64,
}

impl Clock {
    /// A clock that stands still at this time.
    pub(super) fn fixed(milliseconds: i64) -> Clock {
        Clock { fixed: Some(milliseconds), ..Clock::default() }
    }

    /// Now, in Unix milliseconds; never less than what it said before.
    pub(super) fn now(&mut self) -> i64 {
        let system = || milliseconds(SystemTime::now());
        let now = self.fixed.unwrap_or_else(system).saturating_add(self.ahead);
        self.latest = self.latest.max(now);
        self.latest
    }

    /// What it said last.
    pub(super) fn told(&self) -> i64 {
        self.latest
    }

    /// How far it was set ahead.
    #[cfg(feature = "mock-data")]
    pub(super) fn ahead(&self) -> i64 {
        self.ahead
    }

    pub(super) fn advance(&mut self, milliseconds: i64) {
        self.ahead = self.ahead.saturating_add(milliseconds);
    }
}

/// Unix milliseconds; 0 for what was before.
pub(super) fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis());
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// Unix milliseconds out of an RFC 3339 time.
pub(super) fn parse_rfc3339(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}

/// Unix milliseconds as an RFC 3339 time in UTC.
pub(super) fn rfc3339(milliseconds: i64) -> String {
    crate::Timestamp::from_millis(milliseconds).to_string()
}
