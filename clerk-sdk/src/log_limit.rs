//! A rate limit for log lines that a request of a stranger can cause.
//!
//! [`permit`] decides for the whole process: for each key one line in [`INTERVAL`], with the number of lines that were
//! suppressed since the one before.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time between two lines of one key.
const INTERVAL: Duration = Duration::from_secs(10);

static LIMIT: LogLimit = LogLimit::new();

/// Returns the number of suppressed lines of this key since the last one, or `None` if this line is suppressed too.
///
/// A key is a constant of the program, never a text of the request, so the number of keys has a bound.
pub(crate) fn permit(key: &'static str) -> Option<u64> {
    LIMIT.permit(key, Instant::now())
}

/// The last line of each key. Few keys exist, so a scan is cheaper than a hash.
struct LogLimit(Mutex<Vec<LastLine>>);

struct LastLine {
    key: &'static str,
    at: Instant,
    suppressed: u64,
}

impl LogLimit {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn permit(&self, key: &'static str, now: Instant) -> Option<u64> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(line) = lines.iter_mut().find(|line| line.key == key) else {
            lines.push(LastLine { key, at: now, suppressed: 0 });
            return Some(0);
        };
        if now.saturating_duration_since(line.at) < INTERVAL {
            line.suppressed += 1;
            return None;
        }
        line.at = now;
        Some(std::mem::take(&mut line.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_of_a_key_in_ten_seconds_has_the_number_of_suppressed_ones() {
        let limit = LogLimit::new();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);

        assert_eq!(limit.permit("a", at(0)), Some(0));
        assert_eq!(limit.permit("b", at(0)), Some(0));
        for seconds in 1..10 {
            assert_eq!(limit.permit("a", at(seconds)), None);
        }
        assert_eq!(limit.permit("a", at(10)), Some(9));
        assert_eq!(limit.permit("a", at(11)), None);
        assert_eq!(limit.permit("b", at(11)), Some(0));
        assert_eq!(limit.permit("a", at(20)), Some(1));
    }
}
