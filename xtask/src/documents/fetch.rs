//! Reading a document from a file or a URL. The one place of the project's tools that uses the network.

use std::time::Duration;

use crate::error::Error;

/// The most that a document may have; the largest published one has about 1 MB.
const LIMIT: u64 = 32 << 20;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Whether `from` is meant as a URL.
pub(crate) fn is_url(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

/// The bytes at `from`, a file's path or an http(s) URL.
pub(crate) fn fetch(from: &str) -> Result<Vec<u8>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::at(from, error);
    if !is_url(from) {
        return std::fs::read(from).map_err(|error| failed(&error));
    }
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).build().into();
    agent
        .get(from)
        .call()
        .and_then(|mut answer| answer.body_mut().with_config().limit(LIMIT).read_to_vec())
        .map_err(|error| failed(&error))
}
