//! The SDK's own client for an embedded Clerk.

use super::{MACHINE_KEY, MockClerk, SECRET_KEY};
use crate::Clerk;

impl MockClerk {
    /// Returns a client of this server, ready for use. All that it hands out share connections. Its verifiers and
    /// authenticators follow the server's [clock](Self::clock).
    ///
    /// # Panics
    /// Where no HTTP client can be set up on this machine: as
    /// [`ClerkBuilder::build`](crate::ClerkBuilder::build) says, with the same advice.
    #[allow(clippy::expect_used, reason = "keys and URL are right, and a test without a client cannot go on")]
    pub fn client(&self) -> Clerk {
        // Set up when it is first asked for: reading the machine's root certificates takes longer than all the rest.
        let client = self.client.get_or_init(|| {
            let builder = Clerk::builder(SECRET_KEY).machine_secret_key(MACHINE_KEY).server_url(self.url());
            let clerk = builder.build().expect("an HTTP client for a loopback URL");
            #[cfg(feature = "auth")]
            clerk.0.auth.follow(crate::clock::Clock::new(self.clock()));
            clerk
        });
        client.clone()
    }
}
