//! The tokio runtime that a request needs: for timers, sockets, and threads that read files.

use tokio::runtime::Handle;

use crate::error::Error;

/// The message of a request outside of a runtime: what was wrong, and what to do.
pub(crate) const OUTSIDE: &str = "awaited outside of a tokio runtime; await it inside of one, \
                                  or use the blocking calls of the feature `blocking`";

/// Returns the current runtime.
///
/// # Errors
/// Of kind `Config`, outside of any runtime.
pub(crate) fn current() -> Result<Handle, Error> {
    Handle::try_current().map_err(|_| Error::config(OUTSIDE))
}
