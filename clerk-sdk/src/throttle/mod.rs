//! One queue for all calls of a client that the API has told to wait: first come, first served, at the rate that the
//! API allows.
//!
//! As long as nothing is limited, a call takes a place among those that are on their way, of which there are more and
//! more. No task of its own runs the queue: the first in it has a timer, and wakes the next one when it leaves.

mod crowd;
mod pace;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use self::crowd::{Crowd, Place};
use self::pace::Pace;
use crate::prepare::Prepared;

/// Up to this long all calls wait where one is told to. Clerk limits all calls by ten seconds; what asks for longer is
/// a limit of one operation, such as invitations by the hour, and no reason to hold others up.
const SHARED: Duration = Duration::from_secs(30);

/// What a client knows of the limits that it has met.
#[derive(Default)]
pub(crate) struct Throttle {
    /// How many lanes there are.
    count: AtomicUsize,
    lanes: Mutex<HashMap<u64, Arc<Lane>>>,
    hasher: RandomState,
    /// How many calls there were.
    tickets: AtomicU64,
    crowd: Crowd,
}

/// The calls of one key to one server.
struct Lane(Mutex<State>);

struct State {
    pace: Pace,
    /// Those who wait, by their tickets.
    queue: BTreeMap<u64, Option<Waker>>,
}

/// A call, from its first attempt to its last.
pub(crate) struct Caller<'a> {
    throttle: &'a Throttle,
    prepared: &'a Prepared,
    /// Whether it waits, or only tells what it was told.
    waits: bool,
    /// Its rank in any queue, which it keeps when it is refused.
    ticket: u64,
    /// Where its next attempt waits.
    lane: Option<Arc<Lane>>,
    permit: Option<Permit>,
    place: Option<Place<'a>>,
}

/// What came of an attempt, as far as rates are concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// The API has looked at the request.
    Answered,
    /// 429.
    Limited(Option<Duration>),
    /// 503, with how long to wait.
    Closed(Duration),
    /// Nothing that tells anything.
    Unknown,
}

/// The turn did not come in time. How much longer nothing is sent, as far as is known.
#[derive(Debug)]
pub(crate) struct TooLate(pub(crate) Duration);

impl Throttle {
    pub(crate) fn caller<'a>(&'a self, prepared: &'a Prepared, waits: bool) -> Caller<'a> {
        let ticket = if waits { self.tickets.fetch_add(1, Ordering::Relaxed) } else { 0 };
        Caller { throttle: self, prepared, waits, ticket, lane: None, permit: None, place: None }
    }

    fn lane(&self, prepared: &Prepared) -> Option<Arc<Lane>> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let key = self.key(prepared);
        let mut lanes = lock(&self.lanes);
        let lane = lanes.get(&key)?;
        if !lane.is_over(Instant::now()) {
            return Some(lane.clone());
        }
        lanes.remove(&key);
        self.count.store(lanes.len(), Ordering::Release);
        None
    }

    fn lane_or_new(&self, prepared: &Prepared, asked: Option<Duration>, backoff: Duration) -> Arc<Lane> {
        let now = Instant::now();
        let key = self.key(prepared);
        let mut lanes = lock(&self.lanes);
        lanes.retain(|_, lane| !lane.is_over(now));
        let lane = lanes.entry(key).or_insert_with(|| {
            let pace = Pace::new(now, asked, backoff);
            Arc::new(Lane(Mutex::new(State { pace, queue: BTreeMap::new() })))
        });
        let lane = lane.clone();
        self.count.store(lanes.len(), Ordering::Release);
        lane
    }

    /// Limits are those of a key on a server. The key itself is not kept.
    fn key(&self, prepared: &Prepared) -> u64 {
        let uri = prepared.uri();
        self.hasher.hash_one((uri.scheme_str(), uri.authority(), prepared.authorization()))
    }
}

impl Caller<'_> {
    /// Whether the next attempt has to wait for its [`turn`](Self::turn). If not, it is on its way from now on.
    pub(crate) fn is_held(&mut self) -> bool {
        if !self.waits {
            return false;
        }
        self.lane = self.throttle.lane(self.prepared);
        if self.lane.is_some() {
            return true;
        }
        self.place = self.throttle.crowd.try_enter();
        self.place.is_none() && !self.throttle.crowd.is_over()
    }

    /// Waits until it is this call's turn, unless that is not before `deadline`. Where the API has refused nothing, the
    /// first attempt of a call (it is not made `again`) has none.
    pub(crate) async fn turn(&mut self, deadline: Option<Instant>, again: bool) -> Result<(), TooLate> {
        if self.lane.is_none() {
            let place = self.throttle.crowd.enter();
            self.place = match deadline {
                Some(deadline) if again => {
                    timeout_at(deadline, place).await.map_err(|_| TooLate(Duration::ZERO))?
                }
                _ => place.await,
            };
            self.lane = self.throttle.lane(self.prepared);
        }
        let Some(lane) = &self.lane else { return Ok(()) };
        // Who comes after it goes there too.
        self.place = None;
        let now = Instant::now();
        let closed = lane.closed_for(now);
        let permit = match deadline {
            None => lane.turn(self.ticket).await,
            // Nothing will be sent before then.
            Some(deadline) if deadline.saturating_duration_since(now) <= closed && !closed.is_zero() => {
                return Err(TooLate(closed));
            }
            Some(deadline) => timeout_at(deadline, lane.turn(self.ticket))
                .await
                .map_err(|_| TooLate(lane.closed_for(Instant::now())))?,
        };
        self.permit = Some(permit);
        Ok(())
    }

    /// Tells what came of an attempt. Answers how long nobody calls now, where this call waits with the others: then
    /// its next [`turn`](Self::turn) is its wait. `backoff` is how long it would wait by itself.
    pub(crate) fn tell(&mut self, outcome: Outcome, backoff: Duration) -> Option<Duration> {
        let (permit, place) = (self.permit.take(), self.place.take());
        let asked = match outcome {
            Outcome::Unknown => return None,
            Outcome::Answered => {
                if let Some(permit) = &permit {
                    permit.lane.state().pace.answered();
                }
                if let Some(place) = place {
                    place.answered();
                }
                return None;
            }
            Outcome::Limited(asked) => asked,
            Outcome::Closed(asked) => Some(asked),
        };
        if asked.is_some_and(|asked| asked > SHARED) {
            return None;
        }
        let lane = self.throttle.lane_or_new(self.prepared, asked, backoff);
        let now = Instant::now();
        let mut state = lane.state();
        let epoch =
            permit.as_ref().filter(|permit| Arc::ptr_eq(&permit.lane, &lane)).map(|permit| permit.epoch);
        match outcome {
            Outcome::Closed(asked) => state.pace.closed(now, asked, backoff),
            _ => state.pace.limited(now, epoch, asked, backoff),
        }
        let (wait, given_up) = (state.pace.closed_for(now), state.pace.has_given_up());
        drop(state);
        (self.waits && !given_up).then_some(wait)
    }
}

impl Lane {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }

    fn closed_for(&self, now: Instant) -> Duration {
        self.state().pace.closed_for(now)
    }

    fn is_over(&self, now: Instant) -> bool {
        let state = self.state();
        state.queue.is_empty() && state.pace.is_over(now)
    }

    async fn turn(self: &Arc<Self>, ticket: u64) -> Permit {
        self.state().queue.insert(ticket, None);
        let queued = Queued { lane: self, ticket };
        let mut timer = pin!(sleep_until(Instant::now()));
        let epoch = poll_fn(|cx| queued.poll(timer.as_mut(), cx)).await;
        Permit { lane: self.clone(), epoch }
    }

    /// Has the first in the queue look again.
    fn wake_first(&self) {
        let first = self.state().queue.first_entry().and_then(|mut first| first.get_mut().take());
        if let Some(first) = first {
            first.wake();
        }
    }
}

/// Somebody who waits, until it is dropped.
struct Queued<'a> {
    lane: &'a Arc<Lane>,
    ticket: u64,
}

impl Queued<'_> {
    fn poll(&self, mut timer: std::pin::Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<u64> {
        loop {
            let now = Instant::now();
            let mut state = self.lane.state();
            let overdue_at = state.pace.overdue_at();
            if now >= overdue_at {
                // Those in front are futures that nobody polls for now. When they are, they are back in their places.
                state.queue = state.queue.split_off(&self.ticket);
            }
            state.queue.insert(self.ticket, Some(cx.waker().clone()));
            let first = state.queue.keys().next() == Some(&self.ticket);
            let at = match if first { state.pace.release(now) } else { Err(overdue_at) } {
                Ok(epoch) => return Poll::Ready(epoch),
                Err(at) => at,
            };
            drop(state);
            timer.as_mut().reset(at);
            ready!(timer.as_mut().poll(cx));
        }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut state = self.lane.state();
        state.queue.remove(&self.ticket);
        if state.queue.is_empty() {
            state.pace.rest(Instant::now());
        }
        drop(state);
        self.lane.wake_first();
    }
}

/// What an attempt is made with that has waited for its turn, until its end.
struct Permit {
    lane: Arc<Lane>,
    epoch: u64,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.lane.state().pace.ended();
        self.lane.wake_first();
    }
}

/// A panic of another thread has left nothing half done in here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").field("lanes", &self.count).finish_non_exhaustive()
    }
}
