//! Calls from code that is not async.
//!
//! They run on a runtime of the SDK's own, so that they work on plain threads and, although they stop the thread,
//! inside of any other runtime too.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::mpsc;

use tokio::runtime::Runtime;

use crate::error::Error;
use crate::transport::{HttpError, HttpErrorKind};

thread_local! {
    /// Set on threads of the runtime of blocking calls.
    static OWN: Cell<bool> = const { Cell::new(false) };
}

/// Runs a call to its end and stops the current thread until then.
pub(crate) fn block_on<T, F>(call: F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: Send + 'static,
{
    let (sender, receiver) = mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        // Nobody listens any more only where the waiting thread is gone.
        let _ = sender.send(call.await);
    });
    let received = if OWN.get() {
        // A hook or a key provider of a blocking call makes another one: its thread is replaced meanwhile.
        tokio::task::block_in_place(|| receiver.recv())
    } else {
        receiver.recv()
    };
    received.unwrap_or_else(|_| {
        Err(Error::transport(HttpError::message(HttpErrorKind::Other, "the call was broken off by a panic")))
    })
}

fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Result<Runtime, std::io::ErrorKind>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("clerk-sdk-blocking")
            .on_thread_start(|| OWN.set(true))
            .enable_all()
            .build()
            .map_err(|error| error.kind())
    });
    runtime
        .as_ref()
        .map_err(|kind| Error::config(format!("the thread for blocking calls cannot be started: {kind}")))
}
