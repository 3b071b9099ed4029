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
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// An API that limits the rate of calls.
    trait Limit {
        /// Accepts a call, or says how long to wait.
        fn accepts(&mut self, now: Instant) -> Result<(), Option<Duration>>;
    }

    struct Windows {
        start: Instant,
        length: Duration,
        limit: u32,
        used: u32,
        tells: bool,
    }

    impl Limit for Windows {
        fn accepts(&mut self, now: Instant) -> Result<(), Option<Duration>> {
            while now >= self.start + self.length {
                (self.start, self.used) = (self.start + self.length, 0);
            }
            if self.used == self.limit {
                return Err(self.tells.then_some(self.start + self.length - now));
            }
            self.used += 1;
            Ok(())
        }
    }

    struct Bucket {
        rate: f64,
        size: f64,
        tokens: f64,
        at: Instant,
    }

    impl Limit for Bucket {
        fn accepts(&mut self, now: Instant) -> Result<(), Option<Duration>> {
            self.tokens = (self.tokens + (now - self.at).as_secs_f64() * self.rate).min(self.size);
            self.at = now;
            if self.tokens < 1.0 {
                return Err(None);
            }
            self.tokens -= 1.0;
            Ok(())
        }
    }

    /// Makes `calls` from `tasks` tasks, each answered after `latency`: all at once, as long as nothing was refused.
    /// How many requests that took, and how long.
    fn drain(
        api: &mut dyn Limit,
        pace: &mut Option<Pace>,
        start: Instant,
        (tasks, calls, latency): (usize, u32, Duration),
    ) -> (u32, Duration) {
        let (mut accepted, mut requests, mut now) = (0, 0, start);
        // When it is answered, in which epoch it was released, and the answer.
        type Answer = (Instant, Option<u64>, Result<(), Option<Duration>>);
        let mut answers = std::collections::VecDeque::<Answer>::new();
        while accepted < calls {
            while answers.front().is_some_and(|(at, ..)| *at <= now) {
                let (_, epoch, answer) = answers.pop_front().unwrap();
                match answer {
                    Ok(()) => {
                        accepted += 1;
                        if epoch.is_some() {
                            pace.as_mut().unwrap().answered();
                        }
                    }
                    Err(asked) => {
                        let pace = pace.get_or_insert_with(|| Pace::new(now, asked, ms(100)));
                        pace.limited(now, epoch, asked, ms(100));
                    }
                }
                if epoch.is_some() {
                    pace.as_mut().unwrap().ended();
                }
            }
            while answers.len() < tasks && accepted + (answers.len() as u32) < calls {
                let epoch = match pace.as_mut().map(|pace| pace.release(now)) {
                    None => None,
                    Some(Ok(epoch)) => Some(epoch),
                    Some(Err(_)) => break,
                };
                answers.push_back((now + latency, epoch, api.accepts(now)));
                requests += 1;
            }
            now += ms(1);
            assert!(now - start < Duration::from_secs(3600), "it does not end: {accepted} {pace:?}");
        }
        (requests, now - start)
    }

    fn windows(limit: u32, length: Duration, tells: bool) -> (Windows, Instant) {
        let start = Instant::now();
        (Windows { start, length, limit, used: 0, tells }, start)
    }

    #[test]
    fn windows_that_say_when_they_end_are_used_up_with_few_refusals() {
        for (limit, length, tasks, calls, latency) in [
            (100, ms(200), 200, 1000, ms(1)),
            (1000, ms(10_000), 200, 10_000, ms(100)),
            (100, ms(10_000), 50, 1000, ms(50)),
            (10, ms(1000), 20, 300, ms(20)),
        ] {
            let (mut api, start) = windows(limit, length, true);
            let (requests, time) = drain(&mut api, &mut None, start, (tasks, calls, latency));

            let needed = length * (calls.div_ceil(limit) - 1);
            let what =
                format!("{limit} in {length:?}: {requests} requests for {calls}, {time:?} for {needed:?}");
            assert!(f64::from(requests) <= 1.2 * f64::from(calls), "{what}");
            assert!(time.as_secs_f64() <= 1.3 * needed.as_secs_f64() + 0.2, "{what}");
        }
    }

    #[test]
    fn limits_that_say_nothing_are_found_out() {
        for (rate, size, tasks, calls, latency) in [
            (500.0, 50.0, 200, 1000, ms(1)),
            (100.0, 20.0, 50, 1000, ms(100)),
            (1000.0, 200.0, 300, 5000, ms(20)),
            (5.0, 5.0, 20, 200, ms(50)),
        ] {
            let start = Instant::now();
            let mut api = Bucket { rate, size, tokens: size, at: start };
            let (requests, time) = drain(&mut api, &mut None, start, (tasks, calls, latency));

            let needed = (f64::from(calls) - size) / rate;
            let what = format!("{rate}/s: {requests} requests for {calls}, {time:?} for {needed} s");
            assert!(f64::from(requests) <= 1.2 * f64::from(calls), "{what}");
            assert!(time.as_secs_f64() <= 1.4 * needed + 1.0, "{what}");
        }
        let (mut api, start) = windows(100, ms(1000), false);
        let (requests, time) = drain(&mut api, &mut None, start, (100, 1000, ms(10)));
        assert!(requests <= 1200 && time < ms(14_000), "{requests} in {time:?}");
    }

    #[test]
    fn a_limit_that_becomes_wider_or_narrower_is_followed() {
        let start = Instant::now();
        let mut pace = Pace::new(start, None, ms(0));
        (pace.rate, pace.holds) = (Some(100.0), 32.0);
        let mut pace = Some(pace);
        let mut begin = start;
        for (rate, calls) in [(1000.0, 3000), (50.0, 600)] {
            let mut api = Bucket { rate, size: 10.0, tokens: 10.0, at: begin };
            let (requests, time) = drain(&mut api, &mut pace, begin, (50, calls, ms(10)));
            begin += time;

            let needed = f64::from(calls) / rate;
            let what = format!("{rate}/s: {requests} requests for {calls}, {time:?} for {needed} s");
            assert!(f64::from(requests) <= 1.2 * f64::from(calls), "{what}");
            assert!(time.as_secs_f64() <= 1.5 * needed + 1.0, "{what}");
        }
    }

    #[test]
    fn refusals_that_have_nothing_to_do_with_the_rate_do_not_slow_calls_down_for_ever() {
        for (asked, longest) in [(Some(ms(1)), ms(20)), (None, ms(20))] {
            let start = Instant::now();
            let mut now = start;
            let mut pace = Pace::new(now, asked, ms(5));
            for number in 0..3000 {
                let epoch = loop {
                    match pace.release(now) {
                        Ok(epoch) => break epoch,
                        Err(_) => now += ms(1),
                    }
                };
                pace.rest(now);
                now += ms(2);
                if number % 7 == 0 {
                    pace.limited(now, Some(epoch), asked, ms(5))
                } else {
                    pace.answered()
                }
                pace.ended();
            }

            let time = (now - start) / 3000;
            assert!(time < longest, "{asked:?}: {time:?} for each call");
        }
    }

    #[test]
    fn an_api_that_refuses_at_random_is_found_out() {
        let start = Instant::now();
        let mut pace = Some(Pace::new(start, None, ms(5)));
        struct Dice(u32);
        impl Limit for Dice {
            fn accepts(&mut self, _: Instant) -> Result<(), Option<Duration>> {
                self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if (self.0 >> 16).is_multiple_of(20) { Err(None) } else { Ok(()) }
            }
        }
        drain(&mut Dice(7), &mut pace, start, (64, 2000, ms(5)));

        let pace = pace.unwrap();
        assert!(pace.has_given_up(), "{pace:?}");
        assert!(pace.is_over(pace.refused + REMEMBERED));
    }

    #[test]
    fn one_answer_that_never_comes_holds_nobody_up_for_long() {
        let now = Instant::now();
        let mut pace = Pace::new(now, None, ms(100));
        let at = pace.release(now).unwrap_err();
        assert_eq!(at, now + ms(100));
        assert!(pace.release(at).is_ok());

        assert_eq!(pace.release(at).unwrap_err(), at + PATIENCE);
        assert!(pace.release(at + PATIENCE).is_ok());
    }

    #[test]
    fn who_is_refused_again_and_again_asks_ever_less() {
        let now = Instant::now();
        let mut pace = Pace::new(now, None, ms(100));
        pace.rate = Some(10.0);
        let mut at = now;
        let mut waits = Vec::new();
        for _ in 0..4 {
            let next = pace.release(at).unwrap_err();
            waits.push(next - at);
            at = next;
            let epoch = pace.release(at).unwrap();
            pace.limited(at, Some(epoch), None, ms(100));
            pace.ended();
        }

        assert!(waits[1..].windows(2).all(|pair| pair[1] >= pair[0] * 2 - ms(1)), "{waits:?}");
    }

    #[test]
    fn it_is_forgotten_a_minute_after_the_last_refusal() {
        let now = Instant::now();
        let mut pace = Pace::new(now, Some(ms(500)), ms(0));
        pace.limited(now + ms(1000), None, None, ms(0));

        assert!(!pace.is_over(now + REMEMBERED));
        assert!(pace.is_over(now + ms(1000) + REMEMBERED));
    }
}
