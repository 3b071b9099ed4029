//! A Clerk in the process, for tests and first steps: a server on a loopback port that answers every operation of
//! the Backend API in its newest version, checks what it is asked, keeps Clerk's rules, and remembers what an
//! application makes for as long as it runs.
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

mod builder;
mod check;
mod claims;
mod client;
mod document;
mod error;
#[cfg(feature = "webhooks")]
mod event;
mod faults;
mod fixtures;
mod host;
mod ids;
mod keys;
mod nearest;
mod oauth;
#[cfg(feature = "webhooks")]
mod outbox;
mod prose;
mod query;
mod record;
mod request;
mod sample;
mod sampled;
mod seed;
mod server;
pub(crate) mod setters;
mod sign_in;
mod sign_up;
mod state;
#[cfg(feature = "mock-data")]
mod store;
mod time;
mod unknown;
#[cfg(feature = "webhooks")]
mod webhook;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use builder::MockClerkBuilder;
pub use faults::Fault;
pub use fixtures::FixtureError;
pub use oauth::OAuthAccessToken;
#[cfg(feature = "webhooks")]
pub use outbox::SentWebhook;
pub use record::{RecordedBody, RecordedPart, RecordedRequest};
pub use request::{TestRequest, get};
#[cfg(feature = "webhooks")]
pub(crate) use sampled::MADE_AT;
pub(crate) use sampled::of_schema;
pub use sampled::{Sample, sample, sample_with};
pub use seed::{Seed, Seeding};
pub use sign_in::SignIn;
#[cfg(feature = "webhooks")]
pub use webhook::SendWebhook;

const SECRET_KEY: &str = "sk_test_embedded";
/// The same as if the instance were one in production.
const LIVE_KEY: &str = "sk_live_embedded";
/// The key of a machine that nobody has to make first, for the operations of machines.
const MACHINE_KEY: &str = "ak_test_embedded";
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
    #[cfg(feature = "webhooks")]
    outbox: outbox::Outbox,
    #[cfg(feature = "mock-data")]
    store: Option<Arc<store::Store>>,
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
        MockClerk::builder().port(port).start().await
    }

    async fn serve(port: u16, inner: Inner) -> io::Result<MockClerk> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        inner.change(|state| state.move_to(format!("http://{address}")));
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

    /// Returns the secret key of the instance. With `sk_live_embedded` instead, the instance counts as one in production.
    /// Operations on machine-to-machine tokens take the keys of machines, and only such a key creates a token.
    pub fn secret_key(&self) -> &'static str {
        SECRET_KEY
    }

    /// The next `n` requests are answered with this status and an error in Clerk's shape. A status outside
    /// 100–999 counts as 500. A 429 has `Retry-After: 1`; [`Fault::RateLimited`] is for another time.
    pub fn fail_next(&self, status: u16, n: usize) {
        self.inject(Fault::Status(status), n);
    }

    /// Something goes wrong with the answers to the next `n` requests. Faults happen in the order in which they were
    /// ordered.
    pub fn inject(&self, fault: Fault, n: usize) {
        self.inner.faults.order(None, fault, n);
    }

    /// Something goes wrong with the answers to the next `n` requests for one operation, by the document's id of it,
    /// such as `CreateUser`.
    ///
    /// # Panics
    /// Where there is no such operation.
    pub fn inject_on(&self, operation_id: impl Into<String>, fault: Fault, n: usize) {
        let operation_id = operation_id.into();
        self.expect_operation(&operation_id);
        self.inner.faults.order(Some(operation_id), fault, n);
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

    /// Ends all faults: those ordered by [`fail_next`](Self::fail_next), [`inject`](Self::inject),
    /// [`delay`](Self::delay) and [`rate_limit`](Self::rate_limit).
    pub fn clear_faults(&self) {
        self.inner.faults.clear();
    }

    /// Sets the server's clock ahead: tokens, invitations and codes get older, and expire.
    pub fn advance(&self, time: Duration) {
        self.inner.change(|state| state.advance(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)));
    }

    /// Returns the server's clock, which [`advance`](Self::advance) sets ahead, for other code that checks times:
    /// `Verifier::with_pem(mock.jwt_key()).accept_test_keys().clock(mock.clock())`,
    /// `Webhook::new(mock.webhook_secret())?.clock(mock.clock())`. The clients of [`client`](Self::client) follow it
    /// already. Once the server has ended, it shows the system's time.
    pub fn clock(&self) -> impl Fn() -> SystemTime + Clone + Send + Sync + use<> {
        let state = Arc::downgrade(&self.inner.state);
        move || {
            let Some(state) = state.upgrade() else { return SystemTime::now() };
            let since = Duration::from_millis(u64::try_from(lock(&state).now()).unwrap_or_default());
            SystemTime::UNIX_EPOCH.checked_add(since).unwrap_or_else(SystemTime::now)
        }
    }

    /// All that the server knows, to come back to with [`restore`](Self::restore).
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(lock(&self.inner.state).clone())
    }

    /// The server knows what it knew then, its clock and the ids that come next included. Requests that were noted
    /// and faults that were ordered stay.
    pub fn restore(&self, snapshot: &Snapshot) {
        let mut state = lock(&self.inner.state);
        state.become_again(&snapshot.0);
        let changes = state.commit();
        // Going back is no change that anybody made: no webhook tells of it.
        let _ = self.inner.keep(&changes, &state);
    }

    /// The requests so far, in their order.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.inner.record.all()
    }

    /// The requests for one operation so far, by the document's id of it, such as `CreateUser`.
    ///
    /// # Panics
    /// Where there is no such operation, so that a misspelt id is no operation that was never called.
    pub fn received(&self, operation_id: &str) -> Vec<RecordedRequest> {
        self.expect_operation(operation_id);
        self.inner.record.of(operation_id)
    }

    #[allow(clippy::panic, reason = "a test that asks for what there is not cannot go on")]
    fn expect_operation(&self, id: &str) {
        if let Err(likely) = self.inner.document.has_operation(id) {
            panic!("there is no operation {id}; is {likely} meant?");
        }
    }

    /// Whether the server keeps state for an operation, by the document's id of it, such as `CreateUser`. What it keeps
    /// none for is checked and answered.
    pub fn remembers(operation_id: &str) -> bool {
        state::State::remembers(operation_id)
    }

    /// Forgets the requests so far. The state stays.
    pub fn clear_requests(&self) {
        self.inner.record.clear();
    }
}

/// What a server knew at a moment: see [`MockClerk::snapshot`].
#[derive(Clone)]
pub struct Snapshot(state::State);

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}

impl Inner {
    /// Performs a request, and passes on what it changed.
    fn perform(&self, call: &state::Call<'_>) -> Result<Option<serde_json::Value>, error::ApiError> {
        let mut state = self.state_now()?;
        let answer = state.answer(call)?;
        self.pass_on(&mut state)?;
        Ok(answer)
    }

    /// Changes the state otherwise.
    fn change<T>(&self, change: impl FnOnce(&mut state::State) -> T) -> T {
        let mut state = lock(&self.state);
        state.pass_time();
        let outcome = change(&mut state);
        // A file that cannot be written fails the next request, too, which says so.
        let _ = self.pass_on(&mut state);
        outcome
    }

    /// The state, in which what is over has ended. A request that is refused takes back nothing of that.
    fn state_now(&self) -> Result<MutexGuard<'_, state::State>, error::ApiError> {
        let mut state = lock(&self.state);
        if state.pass_time() {
            self.pass_on(&mut state)?;
        }
        Ok(state)
    }

    /// Tells those who keep what changed, while nothing else can change.
    fn pass_on(&self, state: &mut state::State) -> Result<(), error::ApiError> {
        let changes = state.commit();
        self.keep(&changes, state)?;
        #[cfg(feature = "webhooks")]
        self.outbox.put(&changes, state);
        Ok(())
    }

    /// Puts what changed into the file, where there is one.
    #[cfg_attr(
        not(feature = "mock-data"),
        allow(clippy::unused_self, clippy::unnecessary_wraps, unused_variables)
    )]
    fn keep(&self, changes: &[state::Changed], state: &state::State) -> Result<(), error::ApiError> {
        #[cfg(feature = "mock-data")]
        if let Some(store) = &self.store {
            store.keep(changes, state)?;
        }
        Ok(())
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
