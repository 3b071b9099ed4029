//! The SDK's own client for an embedded Clerk.

use std::net::SocketAddr;

use super::{MockClerk, SECRET_KEY};
use crate::{Clerk, Error};

impl MockClerk {
    /// A client of this server, ready for use.
    pub fn client(&self) -> Clerk {
        self.client.clone()
    }
}

/// The client that a new server hands out. It has a key for the operations of machines, too.
pub(super) fn build(address: SocketAddr) -> Result<Clerk, Error> {
    let builder = Clerk::builder(SECRET_KEY).machine_secret_key("ak_test_embedded");
    builder.server_url(format!("http://{address}/v1")).build()
}
