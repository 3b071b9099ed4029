//! The keys of an instance, fetched from Clerk and kept for all clones of a client.
//!
//! Reading takes a lock for as long as it takes to copy a pointer. One fetch runs at a time, driven by one of those
//! who need it; the others wait for what becomes of it. No lock is held while anybody waits.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::error::{AuthError, Reason};
use super::key::KeySet;
use super::provider::sha256;
use super::token::UNKNOWN_KEY;
use crate::call::execute;
use crate::client::Clerk;
use crate::error::Error;
use crate::operation::Operation as _;
use crate::retry::RetryPolicy;

/// How long keys are good without asking again.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How long keys that could not be refreshed go on being used.
const USABLE: Duration = Duration::from_secs(60 * 60);
/// How long nothing is fetched after a refresh for an unknown key, or after one that failed.
const PAUSE: Duration = Duration::from_secs(10);
/// How long Clerk may take.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);

/// Keys, and which keys they are: the number changes when the keys do.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) set: Arc<KeySet>,
    pub(super) generation: u64,
}

impl Keys {
    pub(super) fn fixed(set: KeySet) -> Self {
        Self { set: Arc::new(set), generation: 0 }
    }
}

/// The keys of one instance.
#[derive(Default)]
pub(crate) struct JwksCache(RwLock<State>);

#[derive(Default)]
struct State {
    loaded: Option<Loaded>,
    /// When a refresh last failed that was due because of the keys' age.
    failed: Option<Moment>,
    /// When an unknown key last caused a refresh.
    looked_for: Option<Moment>,
    fetch: Option<watch::Receiver<Option<Outcome>>>,
}

type Outcome = Result<(), AuthError>;

#[derive(Clone)]
struct Loaded {
    keys: Keys,
    at: Moment,
    hash: [u8; 32],
}

/// A point in time by two clocks: the system's, which never jumps, and the one that tokens are checked by, which the
/// program may have set.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    instant: Instant,
    millis: i64,
}

impl Moment {
    pub(super) fn now(millis: i64) -> Self {
        Self { instant: Instant::now(), millis }
    }

    /// By the clock that says more.
    fn age(self, now: Self) -> Duration {
        let by_tokens = u64::try_from(now.millis.saturating_sub(self.millis)).unwrap_or_default();
        now.instant.saturating_duration_since(self.instant).max(Duration::from_millis(by_tokens))
    }
}

/// What one who needs a key does next.
enum Step<'a> {
    Use(Keys),
    Wait(watch::Receiver<Option<Outcome>>),
    Fetch(Fetch<'a>),
    GiveUp,
}

impl JwksCache {
    /// The keys as they are, if nothing has to be fetched first.
    pub(super) fn at_hand(&self, now: Moment) -> Option<Keys> {
        self.read().usable(now).cloned()
    }

    /// Keys among which the one of this name is.
    pub(super) async fn with(
        &self,
        clerk: &Clerk,
        kid: Option<&str>,
        clock: impl Fn() -> i64,
    ) -> Result<Keys, AuthError> {
        // What became of a fetch that this call waited for, and whether that fetch began for this call.
        let mut outcome: Outcome = Ok(());
        let mut fetched = false;
        loop {
            match self.step(kid, Moment::now(clock()), fetched, outcome.is_err()) {
                Step::Use(keys) => return Ok(keys),
                Step::GiveUp => {
                    outcome?;
                    return Err(AuthError::new(Reason::JwkKidMismatch, UNKNOWN_KEY));
                }
                Step::Wait(mut fetch) => {
                    // Without an outcome whoever drove the fetch went away: then it is somebody else's turn.
                    if let Ok(done) = fetch.wait_for(Option::is_some).await
                        && let Some(done) = &*done
                    {
                        outcome = done.clone();
                    }
                }
                Step::Fetch(fetch) => {
                    outcome = fetch.run(clerk, &clock).await;
                    fetched = true;
                }
            }
        }
    }

    fn step(&self, kid: Option<&str>, now: Moment, fetched: bool, failed: bool) -> Step<'_> {
        let known = |keys: &&Keys| keys.set.has(kid);
        if let Some(keys) = self.read().usable(now).filter(known) {
            return Step::Use(keys.clone());
        }
        let mut state = self.write();
        let usable = state.usable(now);
        if let Some(keys) = usable.filter(known) {
            return Step::Use(keys.clone());
        }
        let unknown_key = usable.is_some();
        if failed || unknown_key && (fetched || kid.is_none()) {
            return Step::GiveUp;
        }
        if let Some(fetch) = &state.fetch {
            return Step::Wait(fetch.clone());
        }
        if unknown_key {
            if state.looked_for.is_some_and(|at| at.age(now) < PAUSE) {
                return Step::GiveUp;
            }
            state.looked_for = Some(now);
        }
        let (sender, receiver) = watch::channel(None);
        state.fetch = Some(receiver);
        let cold = state.loaded.is_none();
        Step::Fetch(Fetch { cache: self, sender, cold, due: !unknown_key })
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keys that are fresh, or that Clerk was asked about in vain a moment ago.
    fn usable(&self, now: Moment) -> Option<&Keys> {
        let loaded = self.loaded.as_ref()?;
        let age = loaded.at.age(now);
        let just_failed = || self.failed.is_some_and(|at| at.age(now) < PAUSE);
        (age < FRESH || age < USABLE && just_failed()).then_some(&loaded.keys)
    }
}

/// A fetch that is on its way. Where it is dropped, those who wait for it learn that, and one of them fetches.
struct Fetch<'a> {
    cache: &'a JwksCache,
    sender: watch::Sender<Option<Outcome>>,
    /// Whether there have been no keys so far.
    cold: bool,
    /// Whether it is because of the keys' age, and not for a key that is unknown.
    due: bool,
}

impl Fetch<'_> {
    async fn run(self, clerk: &Clerk, clock: &impl Fn() -> i64) -> Outcome {
        let answer = fetch(clerk, self.cold).await;
        let now = Moment::now(clock());
        let mut state = self.cache.write();
        let outcome = answer.map(|(set, hash)| {
            let keys = match &state.loaded {
                // The same keys as before: what was verified with them stays verified.
                Some(loaded) if loaded.hash == hash => loaded.keys.clone(),
                before => {
                    let generation = before.as_ref().map_or(0, |loaded| loaded.keys.generation + 1);
                    Keys { set: Arc::new(set), generation }
                }
            };
            state.loaded = Some(Loaded { keys, at: now, hash });
            state.failed = None;
        });
        if outcome.is_err() && self.due {
            state.failed = Some(now);
        }
        state.fetch = None;
        drop(state);
        self.sender.send_replace(Some(outcome.clone()));
        outcome
    }
}

impl Drop for Fetch<'_> {
    fn drop(&mut self) {
        // With an outcome it has ended, and the place may be taken by the next one.
        if self.sender.borrow().is_none() {
            self.cache.write().fetch = None;
        }
    }
}

async fn fetch(clerk: &Clerk, cold: bool) -> Result<(KeySet, [u8; 32]), AuthError> {
    let mut request = clerk.jwks().get().with_timeout(DEADLINE).with_throttle(false);
    if !cold {
        // There are keys to go on with meanwhile: nobody shall wait for long.
        request = request.with_retry(RetryPolicy::none());
    }
    let response = execute(&request.clerk, crate::op::GetJwks::META, request.parts, &request.options).await;
    let body = response.map_err(|error| failed("Clerk's keys could not be loaded", &error))?.into_inner();
    let set = serde_json::from_slice(&body).ok().and_then(|jwks| KeySet::from_jwks(&jwks));
    // Only a server on this machine may be the embedded Clerk.
    let set = if clerk.0.server.is_local() { set } else { set.map(KeySet::without_published) };
    match set {
        Some(set) if !set.is_empty() => Ok((set, sha256(&body))),
        Some(_) => Err(AuthError::new(Reason::JwkRemoteInvalid, "Clerk answered with no key at all")),
        None => Err(AuthError::new(Reason::JwkRemoteInvalid, "what Clerk answered is no set of keys (JWKS)")),
    }
}

/// What a call of the API that failed means for who waits for it.
pub(super) fn failed(what: &str, error: &Error) -> AuthError {
    if error.is_unauthorized() {
        let message = "Clerk refused the secret key: it is not one of the instance, or was revoked";
        return AuthError::new(Reason::SecretKeyInvalid, message);
    }
    AuthError::new(Reason::JwkRemoteFailedToLoad, format!("{what}: {error}"))
}
