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
        let what = format!("{limit} in {length:?}: {requests} requests for {calls}, {time:?} for {needed:?}");
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
