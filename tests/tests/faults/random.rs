//! Thousands of calls of a server that does at random whatever servers and networks do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, Error, FilePart, RetryPolicy};
use clerk_tests::random::{Random, runs};
use clerk_tests::server::{Behaviour, Recorded, Reply, Server};
use serde_json::Value;

use crate::ms;

const SEED: usize = 20_261_125;
const LIMIT: Duration = Duration::from_secs(3);

/// What the server did in each run. Clones share it.
#[derive(Clone, Default)]
struct Chaos(Arc<Mutex<HashMap<usize, Run>>>);

#[derive(Clone, Copy, Debug, Default)]
struct Run {
    /// How many requests arrived, wholly or in part.
    arrived: usize,
    /// After how many of them the server may have acted.
    acted: usize,
}

fn run_of(request: &Recorded) -> usize {
    request.header("x-run").unwrap().parse().unwrap()
}

impl Chaos {
    fn of(&self, run: usize) -> Run {
        self.0.lock().unwrap().get(&run).copied().unwrap_or_default()
    }

    fn count(&self, run: usize, count: impl FnOnce(&mut Run)) -> Run {
        let mut runs = self.0.lock().unwrap();
        let run = runs.entry(run).or_default();
        count(run);
        *run
    }
}

/// The numbers that decide about an attempt, always the same for one seed.
fn dice(run: usize, attempt: usize) -> Random {
    Random::new((SEED + run * 64 + attempt) as u64)
}

impl Behaviour for Chaos {
    fn accepts(&self, connection: usize) -> bool {
        Random::new((SEED + connection) as u64).below(20) > 0
    }

    fn interrupts(&self, head: &Recorded) -> Option<Reply> {
        let run = run_of(head);
        let attempt = self.count(run, |run| run.arrived += 1).arrived;
        (dice(run, attempt).below(12) == 0).then(|| {
            self.count(run, |run| run.acted += 1);
            Reply::raw("").reset()
        })
    }

    fn answers(&self, request: &Recorded) -> Reply {
        let run = run_of(request);
        let mut dice = dice(run, self.of(run).arrived);
        dice.below(12);
        let status = |dice: &mut Random| *dice.one_of(&[200, 200, 200, 404, 500, 502, 503, 504, 408]);
        let json = |status| Reply::json(status, r#"{"a": "an answer of some length"}"#);
        let mut acted = true;
        let reply = match dice.below(24) {
            0..=7 => json(200),
            8..=10 => json(status(&mut dice)),
            11 | 12 => {
                acted = false;
                let value = *dice.one_of(&["0", "0.002", "soon", "9e99", "Wed, 21 Oct 2015 07:28:00 GMT"]);
                json(429).header("retry-after", value)
            }
            13 => {
                acted = false;
                json(503).header("retry-after-ms", "2")
            }
            14 => Reply::hang_up(),
            15 => Reply::raw("HTTP/1.1 200 OK\r\ncontent-le"),
            16 => json(status(&mut dice)).cut(),
            17 => json(status(&mut dice)).cut().reset(),
            18 => json(status(&mut dice)).stalled(),
            19 => Reply::raw("").stalled(),
            20 => json(status(&mut dice)).dribbled(ms(3)),
            21 => Reply::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n{}"),
            22 => {
                let mut bytes =
                    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".to_vec();
                dice.mutate(&mut bytes);
                Reply::raw(bytes)
            }
            _ => json(200).chunked(3).after(ms(20)),
        };
        self.count(run, |run| run.acted += usize::from(acted));
        reply
    }
}

/// A call that is made as the number says: the method and the body, and whether it may have effects only once.
async fn call(clerk: &Clerk, run: usize) -> (bool, Duration, Result<Value, Error>) {
    let mut random = Random::new((SEED ^ run) as u64);
    let method = random
        .one_of(&[Method::GET, Method::PUT, Method::DELETE, Method::POST, Method::POST, Method::PATCH])
        .clone();
    let once = !method.is_idempotent();
    let request = clerk.request::<Value>(method.clone(), "/x").with_header("x-run", run.to_string());
    let request = match random.below(3) {
        _ if method == Method::GET => request,
        0 => request.file("file", FilePart::from_bytes("a.png", vec![7; random.below(40_000)])),
        _ => request.json(serde_json::json!({"run": run})),
    };
    let started = Instant::now();
    let outcome = request.with_timeout(LIMIT).await;
    (once, started.elapsed(), outcome)
}

#[test]
fn nothing_hangs_panics_leaks_or_happens_twice_whatever_the_network_does() {
    let runs = runs(10_000);
    let chaos = Chaos::default();
    let server = Server::behaving(chaos.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let policy = RetryPolicy::exponential().initial(ms(1)).max_interval(ms(10)).max_elapsed(ms(1500));
    let clerk = Clerk::builder("sk_test_random")
        .server_url(server.url())
        .retry(policy)
        .attempt_timeout(ms(300))
        .idle_timeout(ms(300))
        // What is refused at random is no limit that calls had to wait for.
        .throttle(false)
        .build()
        .unwrap();

    let (good, failed) = runtime.block_on(async {
        let (mut good, mut failed) = (0, 0);
        let mut calls = tokio::task::JoinSet::new();
        for next in 0..runs + 64 {
            if next < runs {
                let clerk = clerk.clone();
                calls.spawn(async move {
                    let outcome = tokio::time::timeout(8 * LIMIT, call(&clerk, next)).await;
                    (next, outcome.unwrap_or_else(|_| panic!("run {next} hangs")))
                });
            }
            if next < 64 {
                continue;
            }
            let Some(done) = calls.join_next().await else { break };
            let (number, (once, took, outcome)) = done.unwrap();
            let run = chaos.of(number);
            let what = format!("run {number}: {run:?} {outcome:?}");
            assert!(took < 4 * LIMIT, "{took:?} {what}");
            assert!(!once || run.acted <= 1, "happened twice: {what}");
            match outcome {
                Ok(_) => {
                    assert!(run.acted >= 1, "a success of nothing: {what}");
                    good += 1;
                }
                Err(error) => {
                    assert!(error.maybe_sent() || run.acted == 0, "{what}");
                    assert!(run.arrived <= error.attempts() as usize, "{what}");
                    assert!(!format!("{error} {error:?}").contains("sk_test"), "{what}");
                    failed += 1;
                }
            }
        }
        (good, failed)
    });
    assert_eq!(good + failed, runs);
    assert!(good > runs / 4 && failed > runs / 10, "{good} good, {failed} failed");

    drop(clerk);
    let metrics = runtime.handle().metrics();
    let since = Instant::now();
    while (metrics.num_alive_tasks(), server.open_connections()) != (0, 0) && since.elapsed() < 4 * LIMIT {
        std::thread::sleep(ms(20));
    }
    assert_eq!(
        (metrics.num_alive_tasks(), server.open_connections()),
        (0, 0),
        "tasks and connections that are left"
    );
}
