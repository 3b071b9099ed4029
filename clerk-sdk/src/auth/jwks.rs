//! The keys of instances (JWKS): loaded from a [`JwksSource`], and cached under the credential that they were loaded
//! with, for all clones of a client.
//!
//! A check with keys at hand takes a read lock for as long as it takes to copy a pointer. A fetch runs in a task of its
//! own, so it goes on when the request that began it is dropped. All other checks wait for its outcome; each has a
//! deadline of its own, and begins another fetch if the task is gone or makes no progress. No lock is held across an
//! `await`.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::error::{AuthError, Reason};
use super::jwks_endpoint::JwksEndpoint;
use super::key::KeySet;
use super::provider::sha256;
use crate::call::execute;
use crate::client::Clerk;
use crate::clock::Clock;
use crate::config::SecretKey;
use crate::error::{Error, ErrorKind};
use crate::operation::Operation as _;
use crate::retry::RetryPolicy;

/// The age up to which keys are used without a refresh.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// The age up to which keys are used while refreshes fail.
const USABLE: Duration = Duration::from_secs(60 * 60);
/// The time after a refresh for an unknown key, or after a failed fetch, in which nothing is fetched.
const PAUSE: Duration = Duration::from_secs(10);
/// The bounds of a `Retry-After` of a failed fetch, which replaces [`PAUSE`].
const RETRY_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// The time limit of a fetch.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);
/// The time limit of a check that waits for keys: a fetch that began with it has ended by then.
const PATIENCE: Duration = Duration::from_millis(5500);
/// The interval at which a running fetch reports that its task is polled.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// The time without a report after which a check looks again; after a second one it begins another fetch.
const MISSED: Duration = Duration::from_millis(1000);
/// The wait before a failed connection is retried in a cold cache.
const RECONNECT: Duration = Duration::from_millis(200);
/// The number of secret keys of a provider whose JWKS are kept.
const KEPT_CREDENTIALS: usize = 4;

/// Keys, and the number of this set: another set has another number, also that of another credential.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) set: Arc<KeySet>,
    pub(super) generation: u64,
}

impl Keys {
    pub(super) fn fixed(set: KeySet) -> Self {
        Self { set: Arc::new(set), generation: 0 }
    }

    fn loaded(set: KeySet) -> Self {
        Self { set: Arc::new(set), generation: next_number() }
    }
}

/// A number that no other call returns.
fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// A point in time by two clocks: the system's, which never jumps, and the one that tokens are checked by, which the
/// program may have set.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    instant: Instant,
    millis: i64,
}

impl Moment {
    pub(super) fn now(clock: &Clock) -> Self {
        Self { instant: Instant::now(), millis: clock.now() }
    }

    /// By the clock that says more.
    pub(super) fn age(self, now: Self) -> Duration {
        let by_tokens = u64::try_from(now.millis.saturating_sub(self.millis)).unwrap_or_default();
        now.instant.saturating_duration_since(self.instant).max(Duration::from_millis(by_tokens))
    }
}

/// An endpoint that serves a JWKS, with the credential for it.
#[derive(Clone)]
pub(super) enum JwksSource {
    /// `GET /jwks` of the Backend API. Without a key of its own, the client's is sent.
    BackendApi { clerk: Clerk, key: Option<SecretKey> },
    /// A URL that needs no credential.
    Url(Arc<JwksEndpoint>),
}

/// A failed fetch.
struct LoadError {
    error: AuthError,
    retry_after: Option<Duration>,
}

impl From<AuthError> for LoadError {
    fn from(error: AuthError) -> Self {
        Self { error, retry_after: None }
    }
}

impl JwksSource {
    /// Returns whether the endpoint is on this machine.
    fn is_local(&self) -> bool {
        match self {
            Self::BackendApi { clerk, .. } => clerk.0.server.is_local(),
            Self::Url(endpoint) => endpoint.is_local(),
        }
    }

    /// Returns whether a cold fetch may send its request again.
    fn repeats(&self) -> bool {
        match self {
            Self::BackendApi { clerk, .. } => clerk.0.retry.repeats(),
            Self::Url(_) => true,
        }
    }

    /// Sends one request for the JWKS.
    async fn get(&self, time_limit: Duration) -> Result<Bytes, Error> {
        let (clerk, key) = match self {
            Self::BackendApi { clerk, key } => (clerk, key),
            Self::Url(endpoint) => return endpoint.get(time_limit).await,
        };
        let mut request = clerk.jwks().get().with_timeout(time_limit).with_retry(RetryPolicy::none());
        request.options.bypass_rate_limit = true;
        request.options.key.clone_from(key);
        let meta = crate::op::GetJwks::META;
        let response = execute(&request.clerk, meta, request.parts, &request.options).await?;
        Ok(response.into_inner())
    }

    /// Returns the reason why a request for the JWKS has failed.
    fn failed(&self, error: &Error) -> AuthError {
        let what = "Clerk's keys could not be loaded";
        match self {
            Self::BackendApi { .. } => failed(what, error),
            // No secret key was sent that could be the reason.
            Self::Url(_) => AuthError::new(Reason::JwkRemoteFailedToLoad, format!("{what}: {error}")),
        }
    }

    /// Returns the keys and the hash of the document that has them. `cold` says that the cache is empty.
    async fn load(&self, cold: bool) -> Result<(KeySet, [u8; 32]), LoadError> {
        let body = get_jwks(self, cold).await?;
        let set = serde_json::from_slice(&body).ok().and_then(|jwks| KeySet::from_jwks(&jwks));
        // Only a server on this machine may be the embedded Clerk.
        let set = if self.is_local() { set } else { set.map(KeySet::without_published) };
        let invalid = |message| Err(AuthError::new(Reason::JwkRemoteInvalid, message).into());
        match set {
            Some(set) if !set.is_empty() => Ok((set, sha256(&body))),
            Some(_) => invalid("the JWKS of the instance has no keys"),
            None => invalid("the response to the request for keys is not a JWKS"),
        }
    }
}

/// Fetches the keys of an instance. One fetch is one request. Without keys at hand, a request that did not reach
/// the server is sent again, and once one that the server wants again within a second.
async fn get_jwks(source: &JwksSource, cold: bool) -> Result<Bytes, LoadError> {
    let started = Instant::now();
    let mut answered = false;
    loop {
        let left = DEADLINE.saturating_sub(started.elapsed());
        let error = match source.get(left).await {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        let unsent = error.http_error().is_some_and(|error| error.request_not_sent());
        let soon = error.retry_after().filter(|wait| !answered && *wait < RETRY_AFTER.0);
        answered |= !unsent;
        let wait = soon.or_else(|| unsent.then_some(RECONNECT));
        match wait.filter(|_| cold && source.repeats()) {
            Some(wait) if started.elapsed() + wait < DEADLINE => sleep(wait).await,
            _ => {
                let retry_after = error.retry_after();
                return Err(LoadError { error: source.failed(&error), retry_after });
            }
        }
    }
}

/// Returns the reason why a request that a check needs has failed.
pub(super) fn failed(what: &str, error: &Error) -> AuthError {
    if error.is_unauthorized() {
        let message = "Clerk refused the secret key: it is not one of the instance, or was revoked";
        return AuthError::new(Reason::SecretKeyInvalid, message);
    }
    // A client that has the key of a machine alone.
    if error.kind() == ErrorKind::InvalidRequest {
        return AuthError::new(Reason::SecretKeyMissing, format!("{what}: {error}"));
    }
    AuthError::new(Reason::JwkRemoteFailedToLoad, format!("{what}: {error}"))
}

/// Returns the runtime that tasks are spawned on and that timers need.
pub(super) fn runtime() -> Result<Handle, AuthError> {
    Handle::try_current().map_err(|_| {
        let message = "a request to Clerk is needed, and requests need a tokio runtime: there is none here";
        AuthError::new(Reason::JwkRemoteFailedToLoad, message)
    })
}

/// Returns the secret key of a client. A key provider has as long as a fetch.
pub(super) async fn secret_key(clerk: &Clerk) -> Result<SecretKey, AuthError> {
    let failed = |error: Error| failed("the secret key is not available", &error);
    let mut key = pin!(clerk.0.key.get());
    // A key from memory takes neither a timer nor a runtime.
    if let Poll::Ready(key) = poll_fn(|cx| Poll::Ready(key.as_mut().poll(cx))).await {
        return key.map_err(failed);
    }
    runtime()?;
    match timeout(DEADLINE, key).await {
        Ok(key) => key.map_err(failed),
        Err(_) => {
            let message = "the key provider did not return a key within 5 seconds";
            Err(AuthError::new(Reason::JwkRemoteFailedToLoad, message))
        }
    }
}

/// The JWKS of a client, by the secret key that they were fetched with.
#[derive(Default)]
pub(crate) struct JwksCache {
    /// Those of the secret key of a client without a provider.
    fixed: Arc<CachedJwks>,
    /// Those of a provider's secret keys, by SHA-256, the last used first.
    provided: Mutex<Vec<([u8; 32], Arc<CachedJwks>)>>,
}

impl JwksCache {
    /// Returns access to the keys that the current secret key vouches for.
    pub(super) async fn handle(&self, clerk: &Clerk) -> Result<JwksHandle, AuthError> {
        let key = if clerk.0.key.is_fixed() { None } else { Some(secret_key(clerk).await?) };
        Ok(self.open(clerk, key))
    }

    /// Returns the same where a key provider returns its key at once.
    pub(super) fn handle_now(&self, clerk: &Clerk) -> Option<JwksHandle> {
        let key = if clerk.0.key.is_fixed() { None } else { Some(clerk.0.key.get_now()?.ok()?) };
        Some(self.open(clerk, key))
    }

    fn open(&self, clerk: &Clerk, key: Option<SecretKey>) -> JwksHandle {
        let cached = match &key {
            None => self.fixed.clone(),
            Some(key) => self.provided(sha256(key.expose().as_bytes())),
        };
        JwksHandle { source: JwksSource::BackendApi { clerk: clerk.clone(), key }, cached }
    }

    fn provided(&self, hash: [u8; 32]) -> Arc<CachedJwks> {
        let mut all = self.provided.lock().unwrap_or_else(PoisonError::into_inner);
        match all.iter().position(|(other, _)| *other == hash) {
            Some(at) => all[..=at].rotate_right(1),
            None => {
                all.truncate(KEPT_CREDENTIALS - 1);
                all.insert(0, (hash, Arc::default()));
            }
        }
        all[0].1.clone()
    }

    /// Forgets all keys. A fetch that is in flight counts no more.
    pub(super) fn forget(&self) {
        let provided = std::mem::take(&mut *self.provided.lock().unwrap_or_else(PoisonError::into_inner));
        // Checks in flight have a handle to theirs.
        for cached in provided.iter().map(|(_, cached)| cached).chain([&self.fixed]) {
            *cached.write() = State::default();
        }
    }
}

/// Access to the keys of one source: those that are cached, or else those that are fetched.
#[derive(Clone)]
pub(super) struct JwksHandle {
    source: JwksSource,
    cached: Arc<CachedJwks>,
}

impl JwksHandle {
    /// Returns access to the keys of an endpoint, with a cache of its own.
    pub(super) fn of(endpoint: JwksEndpoint) -> Self {
        Self { source: JwksSource::Url(Arc::new(endpoint)), cached: Arc::default() }
    }

    /// Returns the keys if nothing has to be fetched first.
    pub(super) fn at_hand(&self, clock: &Clock) -> Option<Keys> {
        self.cached.read().usable(Moment::now(clock)).cloned()
    }

    /// Returns keys that include the one of this name, after a fetch where that may help.
    pub(super) async fn keys(&self, kid: Option<&str>, clock: &Clock) -> Result<Keys, AuthError> {
        let mut check = Check { kid, until: None, fetched: false, failed: None, stalled: None };
        loop {
            let fetch = match self.cached.step(&check, Moment::now(clock)) {
                Step::Use(keys) => return Ok(keys),
                Step::GiveUp(error) => return Err(error),
                Step::Wait(running) => running,
                Step::Fetch(fetch, running) => {
                    let task = fetch.run(self.source.clone(), clock.clone());
                    drop(runtime()?.spawn(task));
                    check.fetched = true;
                    running
                }
            };
            check.wait(fetch).await?;
        }
    }
}

/// A check that needs a key.
struct Check<'a> {
    kid: Option<&'a str>,
    /// The end of its patience, from its first wait on.
    until: Option<Instant>,
    /// Set once this check has begun a fetch.
    fetched: bool,
    /// The failure of the fetch that it waited for.
    failed: Option<AuthError>,
    /// The fetch that makes no progress.
    stalled: Option<u64>,
}

impl Check<'_> {
    /// Waits for the outcome of a fetch, as long as its task makes progress.
    async fn wait(&mut self, mut fetch: Running) -> Result<(), AuthError> {
        runtime()?;
        let lost = |message| Err(AuthError::new(Reason::JwkRemoteFailedToLoad, message));
        let until = *self.until.get_or_insert_with(|| Instant::now() + PATIENCE);
        let mut missed = false;
        loop {
            if let Some(outcome) = &*fetch.progress.borrow_and_update() {
                self.failed = outcome.clone().err();
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return lost("Clerk's keys were not loaded within 5 seconds");
            }
            match timeout(left.min(MISSED), fetch.progress.changed()).await {
                Ok(Ok(())) => missed = false,
                Ok(Err(_)) if self.fetched => {
                    return lost("the runtime that fetched Clerk's keys was shut down");
                }
                // The task was dropped with its runtime.
                Ok(Err(_)) => return Ok(()),
                Err(_) if missed && !self.fetched => {
                    self.stalled = Some(fetch.number);
                    return Ok(());
                }
                Err(_) => missed = true,
            }
        }
    }
}

/// The keys of one source, and the state of their refresh.
#[derive(Default)]
struct CachedJwks(RwLock<State>);

#[derive(Default)]
struct State {
    loaded: Option<Loaded>,
    /// The last fetch, if it failed.
    failed: Option<Failure>,
    /// The last refresh for an unknown key.
    looked_for: Option<Moment>,
    fetch: Option<Running>,
}

struct Loaded {
    keys: Keys,
    at: Moment,
    hash: [u8; 32],
}

struct Failure {
    error: AuthError,
    at: Moment,
    pause: Duration,
}

/// A fetch that runs in a task. The channel has its outcome at the end, and until then a change for each heartbeat.
#[derive(Clone)]
struct Running {
    number: u64,
    began: Moment,
    progress: watch::Receiver<Option<Outcome>>,
}

type Outcome = Result<(), AuthError>;

/// The next thing that a check does.
enum Step {
    Use(Keys),
    Wait(Running),
    Fetch(Fetch, Running),
    GiveUp(AuthError),
}

impl CachedJwks {
    fn step(self: &Arc<Self>, check: &Check<'_>, now: Moment) -> Step {
        let known = |keys: &&Keys| keys.set.has(check.kid);
        if let Some(keys) = self.read().usable(now).filter(known) {
            return Step::Use(keys.clone());
        }
        let mut state = self.write();
        let usable = state.usable(now);
        if let Some(keys) = usable.filter(known) {
            return Step::Use(keys.clone());
        }
        if let Some(error) = &check.failed {
            return Step::GiveUp(error.clone());
        }
        if let Some(keys) = usable.filter(|_| check.fetched || check.kid.is_none()) {
            return Step::GiveUp(keys.set.mismatch(check.kid));
        }
        if let Some(fetch) = state.fetch.as_ref().filter(|fetch| check.stalled != Some(fetch.number)) {
            return Step::Wait(fetch.clone());
        }
        if let Some(failure) = state.failure(now) {
            return Step::GiveUp(failure.error.clone());
        }
        if let Some(keys) = usable {
            if check.stalled.is_none() && state.looked_for.is_some_and(|at| at.age(now) < PAUSE) {
                return Step::GiveUp(keys.set.mismatch(check.kid));
            }
            state.looked_for = Some(now);
        }
        let (sender, progress) = watch::channel(None);
        let running = Running { number: next_number(), began: now, progress };
        let cold = state.loaded.is_none();
        state.fetch = Some(running.clone());
        Step::Fetch(Fetch { cache: self.clone(), number: running.number, sender, cold, began: now }, running)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the keys if they are fresh, or if their refresh has failed and the next one is not due or in flight.
    fn usable(&self, now: Moment) -> Option<&Keys> {
        let loaded = self.loaded.as_ref()?;
        let age = loaded.at.age(now);
        let failing = || self.failure(now).is_some() || self.is_retrying(now);
        (age < FRESH || age < USABLE && failing()).then_some(&loaded.keys)
    }

    /// Returns whether a fetch after a failed one is in flight. One that should have ended by now does not count.
    fn is_retrying(&self, now: Moment) -> bool {
        self.failed.is_some() && self.fetch.as_ref().is_some_and(|fetch| fetch.began.age(now) < PATIENCE)
    }

    /// Returns the failure after which nothing is fetched for now.
    fn failure(&self, now: Moment) -> Option<&Failure> {
        self.failed.as_ref().filter(|failure| failure.at.age(now) < failure.pause)
    }

    fn is_fetching(&self, number: u64) -> bool {
        self.fetch.as_ref().is_some_and(|fetch| fetch.number == number)
    }
}

/// A fetch in flight. Dropped without an outcome, it makes room for another one, unless it panics: that is a failure.
struct Fetch {
    cache: Arc<CachedJwks>,
    number: u64,
    sender: watch::Sender<Option<Outcome>>,
    cold: bool,
    began: Moment,
}

impl Fetch {
    async fn run(self, source: JwksSource, clock: Clock) {
        let mut load = pin!(source.load(self.cold));
        let loaded = loop {
            match timeout(HEARTBEAT, load.as_mut()).await {
                Ok(loaded) => break loaded,
                Err(_) => drop(self.sender.send_replace(None)),
            }
        };
        let outcome = self.store(loaded, Moment::now(&clock));
        self.sender.send_replace(Some(outcome));
    }

    /// Stores keys or failure, unless another fetch has replaced this one or the keys were forgotten meanwhile.
    fn store(&self, loaded: Result<(KeySet, [u8; 32]), LoadError>, at: Moment) -> Outcome {
        let mut state = self.cache.write();
        if !state.is_fetching(self.number) {
            return loaded.map(drop).map_err(|failure| failure.error);
        }
        state.fetch = None;
        match loaded {
            Ok((set, hash)) => {
                let keys = match &state.loaded {
                    // The same keys as before: tokens that were verified with them stay verified.
                    Some(loaded) if loaded.hash == hash => loaded.keys.clone(),
                    _ => Keys::loaded(set),
                };
                state.loaded = Some(Loaded { keys, at, hash });
                state.failed = None;
                Ok(())
            }
            Err(LoadError { error, retry_after }) => {
                let (least, most) = RETRY_AFTER;
                let pause = retry_after.map_or(PAUSE, |wait| wait.clamp(least, most));
                state.failed = Some(Failure { error: error.clone(), at, pause });
                Err(error)
            }
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        // Hooks and HTTP clients of the program may panic, at each fetch.
        if std::thread::panicking() {
            let message = "the fetch of Clerk's keys panicked";
            let error = AuthError::new(Reason::JwkRemoteFailedToLoad, message);
            let outcome = self.store(Err(error.into()), self.began);
            self.sender.send_replace(Some(outcome));
            return;
        }
        let mut state = self.cache.write();
        if state.is_fetching(self.number) {
            state.fetch = None;
        }
    }
}
