//! What time it is, as far as checks are concerned: the system's time, or what a test says.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::value::Timestamp;

/// Where the time comes from; the system unless set.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// Unix milliseconds.
    pub(crate) fn now(&self) -> i64 {
        let now = self.0.as_ref().map_or_else(SystemTime::now, |clock| clock());
        Timestamp::from(now).as_millis()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "custom" } else { "system" })
    }
}
