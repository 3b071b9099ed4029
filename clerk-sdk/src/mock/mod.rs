//! A Clerk in the process, for tests and first steps: a server on a loopback port that answers every operation of
//! the Backend API, checks what it is asked, and remembers users, organizations, memberships, invitations and
//! sessions for as long as it runs.
//!
//! What it does not keep state for it answers with a well-formed value of the declared type.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clerk = clerk_sdk::mock::MockClerk::start().await?;
//! let ada = clerk.seed().user("ada@example.com").with("first_name", "Ada").await;
//!
//! // What the program under test does with the client that it is given:
//! let user = clerk.client().users().get(&ada.id).await?;
//!
//! assert_eq!(user.first_name.as_deref(), Some("Ada"));
//! assert_eq!(clerk.received("GetUser").len(), 1);
//! # Ok(())
//! # }
//! ```

mod check;
mod claims;
mod client;
mod document;
mod error;
mod faults;
mod ids;
mod keys;
mod oauth;
mod query;
mod record;
mod request;
mod sample;
mod seed;
mod server;
mod sign_in;
mod state;
mod time;
#[cfg(feature = "webhooks")]
mod webhook;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use oauth::OAuthAccessToken;
pub use record::{RecordedBody, RecordedPart, RecordedRequest};
pub use request::{TestRequest, get};
pub use seed::{Seed, Seeding};
pub use sign_in::SignIn;
#[cfg(feature = "webhooks")]
pub use webhook::SendWebhook;

const SECRET_KEY: &str = "sk_test_embedded";
/// `clerk.example.com$` in base64, as publishable keys are.
const PUBLISHABLE_KEY: &str = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";

/// An embedded Clerk that runs until it is dropped. Each has a port and a state of its own.
pub struct MockClerk {
    address: SocketAddr,
    client: OnceLock<crate::Clerk>,
    inner: Inner,
    /// Dropped with the server, which ends it.
    _stop: oneshot::Sender<()>,
}

/// What the server's tasks share with the handle.
#[derive(Clone)]
struct Inner {
    document: &'static document::Document,
    state: Arc<Mutex<state::State>>,
    record: record::Record,
    faults: faults::Faults,
}

impl MockClerk {
    /// Starts a server on a free loopback port, on the Tokio runtime of the caller.
    ///
    /// # Errors
    /// Where no port can be bound.
    pub async fn start() -> io::Result<MockClerk> {
        MockClerk::start_on(0).await
    }

    /// Starts a server on this loopback port; 0 is any free one.
    ///
    /// # Errors
    /// Where the port cannot be bound.
    pub async fn start_on(port: u16) -> io::Result<MockClerk> {
        let document = document::Document::get().map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let inner = Inner {
            document,
            state: Arc::new(Mutex::new(state::State::new(document))),
            record: record::Record::default(),
            faults: faults::Faults::default(),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().fallback(server::answer).with_state(inner.clone());
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            // Nothing is ever sent: the sender's end is the sign.
            let _ = stopped.await;
        });
        tokio::spawn(serving.into_future());
        Ok(MockClerk { address, client: OnceLock::new(), inner, _stop: stop })
    }

    /// The URL that a client is given, `/v1` included.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// A secret key that the server takes. It takes every other that begins with `sk_`, `ak_` or `mk_`, too.
    pub fn secret_key(&self) -> &'static str {
        SECRET_KEY
    }

    /// The next `n` requests are answered with this status and an error in Clerk's shape. A status outside
    /// 100–999 counts as 500.
    pub fn fail_next(&self, status: u16, n: usize) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.inner.faults.fail_next(status, n);
    }

    /// Every answer from now on waits this long; zero ends it.
    pub fn delay(&self, delay: Duration) {
        self.inner.faults.set_delay(delay);
    }

    /// Takes `n` requests in each stretch of `per`; the others are answered with 429 `too_many_requests` and, in
    /// `Retry-After`, the whole seconds after which the next is taken.
    pub fn rate_limit(&self, n: usize, per: Duration) {
        self.inner.faults.set_limit(n, per);
    }

    /// Ends all faults: those ordered by [`fail_next`](Self::fail_next), [`delay`](Self::delay) and
    /// [`rate_limit`](Self::rate_limit).
    pub fn clear_faults(&self) {
        self.inner.faults.clear();
    }

    /// The requests so far, in their order.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.inner.record.all()
    }

    /// The requests for one operation so far, by the document's id of it, such as `CreateUser`.
    pub fn received(&self, operation_id: &str) -> Vec<RecordedRequest> {
        self.inner.record.of(operation_id)
    }

    /// Forgets the requests so far. The state stays.
    pub fn clear_requests(&self) {
        self.inner.record.clear();
    }
}

impl fmt::Debug for MockClerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockClerk").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// Locks, and goes on with what is there if another thread panicked while it held the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
