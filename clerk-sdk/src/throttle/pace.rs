//! How fast calls may follow each other after the API has limited their rate: what is learnt from its answers.
//!
//! It knows nothing of tasks, and time is what it is told.
//!
//! Between two refusals a limited API accepts what its limit allows, be that by windows or by a bucket of tokens: the
//! answers in between, by the time in between, are the limit. Until there are two refusals, calls follow the answers:
//! one at first, then one more at once for each eight that were answered.

use std::time::Duration;

use tokio::time::Instant;

/// How long limits are remembered after the last refusal.
const REMEMBERED: Duration = Duration::from_secs(60);
/// For how long an answer is waited for before another call is tried without it, and the longest time between two calls
/// that nobody has asked for.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a call may be due before whoever is the first counts as absent.
const ABSENT: Duration = Duration::from_secs(1);
/// By how much calls that were released late, as timers are, may catch up.
const SLACK: Duration = Duration::from_millis(20);
/// How many answers a rate is measured by.
const SAMPLE: u32 = 8;
/// For how many answers a measured rate holds at least, and at most, before a higher one is tried.
const HOLDS: (u32, u32) = (32, 1024);

/// How often calls are slowed down in vain.
const GIVES_UP: u32 = 16;

#[derive(Debug)]
pub(super) struct Pace {
    /// Nothing is released before.
    closed_until: Instant,
    /// Calls a second, once measured.
    rate: Option<f64>,
    /// For how many answers that rate holds.
    holds: f64,
    /// When the next call is due by that rate.
    due: Instant,
    /// Since when answers are counted.
    since: Instant,
    answered: u32,
    /// Since when nobody waits.
    resting_since: Option<Instant>,
    /// How many calls were refused since one was answered.
    in_a_row: u32,
    /// How often calls were slowed down, and refused again soon.
    in_vain: u32,
    /// Counts the refusals that were news: those of calls that were released since the one before.
    epoch: u64,
    in_flight: u32,
    released: Instant,
    refused: Instant,
}

impl Pace {
    /// That of an API which has refused a call for the first time.
    pub(super) fn new(now: Instant, asked: Option<Duration>, backoff: Duration) -> Self {
        let since = after(now, asked.unwrap_or_default());
        Self {
            closed_until: after(now, asked.unwrap_or_default().max(backoff)),
            rate: None,
            holds: 0.0,
            due: since,
            since,
            answered: 0,
            resting_since: None,
            in_a_row: 0,
            in_vain: 0,
            epoch: 0,
            in_flight: 0,
            released: now,
            refused: now,
        }
    }

    /// Releases a call and says in which epoch, or says when to ask again.
    pub(super) fn release(&mut self, now: Instant) -> Result<u64, Instant> {
        self.resume(now);
        if self.has_given_up() {
            return Ok(self.epoch);
        }
        if now < self.closed_until {
            return Err(self.closed_until);
        }
        match self.interval() {
            Some(interval) => {
                if now < self.due {
                    return Err(self.due);
                }
                self.due = after(self.due.max(now.checked_sub(SLACK).unwrap_or(now)), interval);
            }
            None => {
                let patience = self.released + PATIENCE;
                if self.in_flight > self.answered / 8 && now < patience {
                    return Err(patience);
                }
            }
        }
        self.in_flight += 1;
        self.released = now;
        Ok(self.epoch)
    }

    /// Nobody waits any more: what is not asked for says nothing about the limit.
    pub(super) fn rest(&mut self, now: Instant) {
        self.resting_since = Some(now);
    }

    /// Leaves out the time in which nobody waited.
    fn resume(&mut self, now: Instant) {
        if let Some(rest) = self.resting_since.take() {
            self.since += now.saturating_duration_since(rest.max(self.since));
        }
    }

    /// A released call has ended.
    pub(super) fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// A released call was answered, and not refused.
    pub(super) fn answered(&mut self) {
        self.answered = self.answered.saturating_add(1);
        self.in_a_row = 0;
    }

    /// The API is not there for as long as it asks: that says nothing about rates.
    pub(super) fn closed(&mut self, now: Instant, asked: Duration, backoff: Duration) {
        if !self.has_given_up() {
            self.refused = now;
            self.closed_until = self.closed_until.max(after(now, asked.max(backoff)));
        }
    }

    /// A call was refused that was released in `epoch`, if it was released here at all.
    pub(super) fn limited(
        &mut self,
        now: Instant,
        epoch: Option<u64>,
        asked: Option<Duration>,
        backoff: Duration,
    ) {
        if self.has_given_up() {
            return;
        }
        self.refused = now;
        self.resume(now);
        let asked = asked.filter(|asked| !asked.is_zero());
        let end = after(now, asked.unwrap_or_default());
        if epoch == Some(self.epoch) {
            self.epoch += 1;
            self.in_vain = match self.answered {
                answered if answered >= HOLDS.0 => self.in_vain.saturating_sub(2),
                answered => self.in_vain + u32::from(answered > 0 && asked.is_none()),
            };
            if self.in_vain == GIVES_UP {
                return;
            }
            self.learn(end, asked.is_some());
            let pause = match (asked, self.interval()) {
                (Some(asked), Some(_)) => asked,
                (asked, None) => asked.unwrap_or_default().max(backoff),
                (None, Some(interval)) => (interval * (1 << self.in_a_row.min(16))).min(PATIENCE),
            };
            self.in_a_row += 1;
            self.closed_until = self.closed_until.max(after(now, pause));
            self.due = self.closed_until;
        } else {
            // It went out with others, one of which has told the same already.
            self.closed_until = self.closed_until.max(end);
        }
    }

    /// Takes the rate from what was answered until `end`, if that is enough.
    fn learn(&mut self, end: Instant, asked: bool) {
        let time = end.saturating_duration_since(self.since).as_secs_f64().max(1e-3);
        let mut measured = f64::from(self.answered) / time;
        if asked && self.rate.is_some() && self.answered < HOLDS.0 {
            // Refused so soon, it may have been for other reasons than the rate: then it would shrink for ever.
            measured *= 17.0 / 16.0;
        }
        match self.current_rate() {
            Some(rate) if self.answered < SAMPLE => {
                if self.answered > 0 && !asked {
                    self.rate = Some(rate.min(measured.max(0.75 * rate)));
                }
                return;
            }
            None if self.answered < SAMPLE => return,
            // Windows that were known to their ends: there is nothing to guess.
            Some(rate) if asked => self.rate = Some(rate.min(measured)),
            // What a bucket could not hold while calls were slow was not counted: the limit is in between.
            Some(rate) if rate > measured => {
                self.rate = Some((rate * measured).sqrt().min(1.5 * measured));
            }
            _ => self.rate = Some(measured),
        }
        self.holds = f64::from(self.answered.clamp(HOLDS.0, HOLDS.1));
        self.since = end;
        self.answered = 0;
    }

    /// The measured rate, and more the longer nothing is refused.
    fn current_rate(&self) -> Option<f64> {
        let beyond = (f64::from(self.answered) / self.holds - 1.0).max(0.0);
        self.rate.map(|rate| rate * (1.0 + beyond / 4.0 + beyond * beyond))
    }

    /// The time between two calls: never more than is waited for an answer.
    fn interval(&self) -> Option<Duration> {
        let interval = |rate| Duration::try_from_secs_f64(1.0 / rate).unwrap_or(PATIENCE).min(PATIENCE);
        self.current_rate().map(interval)
    }

    /// How long nothing is released.
    pub(super) fn closed_for(&self, now: Instant) -> Duration {
        self.closed_until.saturating_duration_since(now)
    }

    /// From when on, if nothing is released until then, whoever has to ask for it is absent.
    pub(super) fn overdue_at(&self) -> Instant {
        after(self.closed_until.max(self.due).max(self.released + PATIENCE), ABSENT)
    }

    /// Whether the API refuses calls however slowly they come: then, for the time that limits are remembered, they are
    /// not held.
    pub(super) fn has_given_up(&self) -> bool {
        self.in_vain >= GIVES_UP
    }

    /// Whether all of it can be forgotten.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.closed_until && now.saturating_duration_since(self.refused) >= REMEMBERED
    }
}

/// What is asked for is bounded before it comes here: it can be added to any time.
fn after(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait).unwrap_or(now)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
