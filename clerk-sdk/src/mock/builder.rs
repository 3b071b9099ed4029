//! How an embedded Clerk is to be: where it listens, what time it is there, how its ids are drawn.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::faults::Faults;
use super::record::Record;
use super::state::State;
use super::time::{Clock, milliseconds};
use super::{Inner, MockClerk, document};

/// An embedded Clerk before it starts: see [`MockClerk::builder`].
#[must_use = "nothing runs before it is started"]
#[derive(Clone, Debug, Default)]
pub struct MockClerkBuilder {
    port: u16,
    ids: Option<u64>,
    clock: Option<SystemTime>,
    #[cfg(feature = "mock-data")]
    data: Option<std::path::PathBuf>,
}

impl MockClerk {
    /// For a server that is not like others: with fixed ids, with a clock of its own.
    pub fn builder() -> MockClerkBuilder {
        MockClerkBuilder::default()
    }
}

impl MockClerkBuilder {
    /// On this loopback port; 0, as without this, is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Draws the same ids each time, for the same requests in the same order. Another seed gives others.
    pub fn ids(mut self, seed: u64) -> Self {
        self.ids = Some(seed);
        self
    }

    /// With a clock that stands still at this time until it is [set ahead](MockClerk::advance).
    ///
    /// Tokens are of that time, too. Verifiers and authenticators of [`MockClerk::client`] follow this clock; other
    /// code that checks times takes [`MockClerk::clock`].
    pub fn clock(mut self, time: SystemTime) -> Self {
        self.clock = Some(time);
        self
    }

    /// Keeps the data in this file, which is made where there is none: who was told that something is stored finds
    /// it there after a crash.
    #[cfg(feature = "mock-data")]
    pub fn data(mut self, file: impl Into<std::path::PathBuf>) -> Self {
        self.data = Some(file.into());
        self
    }

    /// Starts it, on the Tokio runtime of the caller.
    ///
    /// # Errors
    /// Where the port cannot be bound, or the file cannot be read.
    pub async fn start(self) -> io::Result<MockClerk> {
        let document = document::Document::get().map_err(io::Error::other)?;
        let clock = self.clock.map_or_else(Clock::default, |time| Clock::fixed(milliseconds(time)));
        let mut state = State::new(document, clock, self.ids);
        #[cfg(feature = "mock-data")]
        let store = self.data.map(|file| super::store::Store::open(&file, &mut state)).transpose()?;
        state.commit();
        let inner = Inner {
            document,
            state: Arc::new(Mutex::new(state)),
            record: Record::default(),
            faults: Faults::default(),
            #[cfg(feature = "webhooks")]
            outbox: super::outbox::Outbox::default(),
            #[cfg(feature = "mock-data")]
            store: store.map(Arc::new),
        };
        MockClerk::serve(self.port, inner).await
    }
}
