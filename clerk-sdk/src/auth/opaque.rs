//! Limits of the requests that verify opaque credentials, so that the credentials of strangers leave the instance's
//! rate limit to the application.
//!
//! A credential that Clerk has vouched for before is verified whenever there is a slot. All others share a budget, from
//! which each one is taken that Clerk does not vouch for. A refusal is remembered for some seconds.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::cache::Cache;
use super::error::{AuthError, Reason};
use super::jwks::{Moment, runtime};

/// The time for which a refusal is remembered.
const REFUSED: Duration = Duration::from_secs(5);
/// The number of refusals that are remembered, more than [`BUDGET`] makes in that time.
const REMEMBERED_REFUSALS: usize = 512;
/// The number of credentials of which it is remembered that Clerk vouched for them.
const REMEMBERED_VOUCHED: usize = 4096;
/// The number of credentials that Clerk may refuse, or not tell about, in each [`WINDOW`]: a tenth of the rate limit of
/// a production instance.
const BUDGET: usize = 100;
const WINDOW: Duration = Duration::from_secs(10);
/// The number of verifications in flight of credentials that Clerk has not vouched for, and of the others.
const UNKNOWN_IN_FLIGHT: usize = 32;
const VOUCHED_IN_FLIGHT: usize = 64;
/// The longest wait for a slot.
const WAIT: Duration = Duration::from_secs(1);
/// The pause after a 429 without a `Retry-After`, and the longest one.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The hash of a credential with the key that it is verified with, and the count of `forget_keys` so far.
#[derive(Clone, Copy)]
pub(super) struct CredentialId {
    pub(super) epoch: u64,
    pub(super) hash: [u8; 32],
}

/// The limits that all clones of a client share.
pub(crate) struct OpaqueLimits {
    epoch: AtomicU64,
    vouched: Cache<()>,
    refused: Cache<(Moment, AuthError)>,
    vouched_slots: Semaphore,
    unknown_slots: Semaphore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The times at which the budget was used, of the current window.
    spent: VecDeque<Instant>,
    /// The end of the pauses after a 429: for credentials that Clerk has vouched for, and for others.
    paused: Option<[Instant; 2]>,
}

impl Default for OpaqueLimits {
    fn default() -> Self {
        Self {
            epoch: AtomicU64::default(),
            vouched: Cache::new(REMEMBERED_VOUCHED),
            refused: Cache::new(REMEMBERED_REFUSALS),
            vouched_slots: Semaphore::new(VOUCHED_IN_FLIGHT),
            unknown_slots: Semaphore::new(UNKNOWN_IN_FLIGHT),
            state: Mutex::default(),
        }
    }
}

impl OpaqueLimits {
    /// Returns the number that entries of caches are valid for, until `forget`.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Forgets which credentials were vouched for or refused.
    pub(super) fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Returns a permit for one verification, after a short wait at most.
    pub(super) async fn admit(&self, id: CredentialId, now: Moment) -> Result<Permit<'_>, AuthError> {
        if let Some((at, error)) = self.refused.get(id.epoch, &id.hash)
            && at.age(now) < REFUSED
        {
            return Err(error);
        }
        runtime()?;
        let is_vouched = || self.vouched.get(id.epoch, &id.hash).is_some();
        let mut vouched = is_vouched();
        loop {
            self.check(vouched)?;
            let slots = if vouched { &self.vouched_slots } else { &self.unknown_slots };
            let slot = match slots.try_acquire() {
                Ok(slot) => Some(slot),
                Err(_) => timeout(WAIT, slots.acquire()).await.ok().and_then(Result::ok),
            };
            match slot {
                Some(slot) => {
                    // Meanwhile the budget may have been used up.
                    self.check(vouched)?;
                    return Ok(Permit { limits: self, id, vouched, good: false, _slot: slot });
                }
                // Another request with the same credential has succeeded meanwhile.
                None if !vouched && is_vouched() => vouched = true,
                None => return Err(overloaded()),
            }
        }
    }

    fn check(&self, vouched: bool) -> Result<(), AuthError> {
        let now = Instant::now();
        let mut state = self.state();
        if state.paused.is_some_and(|until| now < until[usize::from(!vouched)]) {
            let message =
                "credentials are not verified for now: Clerk limits the rate of the instance's requests";
            return Err(AuthError::new(Reason::JwkRemoteFailedToLoad, message));
        }
        while state.spent.front().is_some_and(|at| now.saturating_duration_since(*at) >= WINDOW) {
            state.spent.pop_front();
        }
        if vouched || state.spent.len() < BUDGET { Ok(()) } else { Err(overloaded()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn overloaded() -> AuthError {
    let message =
        "the credential was not verified: too many others that Clerk does not know are being verified";
    AuthError::new(Reason::JwkRemoteFailedToLoad, message)
}

/// One verification in flight. Unless Clerk vouches for the credential it counts against the budget, also where it is
/// dropped before the response.
pub(super) struct Permit<'a> {
    limits: &'a OpaqueLimits,
    id: CredentialId,
    vouched: bool,
    good: bool,
    _slot: SemaphorePermit<'a>,
}

impl Permit<'_> {
    /// Returns whether Clerk has vouched for the credential before.
    pub(super) fn was_vouched_for(&self) -> bool {
        self.vouched
    }

    /// Notes that Clerk vouches for the credential.
    pub(super) fn vouch(mut self) {
        self.good = true;
        // Again each time, so that new ones displace those that are not in use.
        self.limits.vouched.put(self.id.epoch, self.id.hash, ());
    }

    /// Remembers a refusal that does not depend on the settings of an authenticator.
    pub(super) fn refuse(self, error: &AuthError, now: Moment) {
        self.limits.refused.put(self.id.epoch, self.id.hash, (now, error.clone()));
    }

    /// Pauses verifications after a 429. A pause that is longer already goes on.
    pub(super) fn pause(self, retry_after: Option<Duration>) {
        let (now, pause) = (Instant::now(), retry_after.unwrap_or(PAUSE).min(LONGEST_PAUSE));
        let mut state = self.limits.state();
        let before = state.paused.unwrap_or([now; 2]);
        state.paused = Some([before[0].max(now + pause), before[1].max(now + pause.max(WINDOW))]);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.good && !self.vouched {
            self.limits.state().spent.push_back(Instant::now());
        }
    }
}
