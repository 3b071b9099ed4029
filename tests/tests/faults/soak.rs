//! A long life in a short time: keys rotate, the API restarts and limits rates, and nothing grows.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use clerk_sdk::{Clerk, RetryPolicy};
use clerk_tests::random::runs;
use clerk_tests::server::{Recorded, Reply, Server};
use clerk_tests::tokens::{Signer, jwks};
use serde_json::json;

use crate::{Kind, ms};

/// The beginning, in Unix seconds.
const START: i64 = 1_700_000_000;

/// Clerk, as long as it lives: the number of its key, and the requests it got.
#[derive(Clone, Default)]
struct Api {
    key: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Api {
    fn signer(&self) -> Signer {
        let key = self.key.load(Ordering::SeqCst);
        let signer = if key.is_multiple_of(2) { Signer::one() } else { Signer::two() };
        signer.named(&format!("key_{key}"))
    }

    fn answer(&self, request: &Recorded) -> Reply {
        match self.requests.fetch_add(1, Ordering::SeqCst) {
            number if number % 7 == 0 => Reply::json(429, "{}").header("retry-after-ms", "1"),
            _ if request.target == "/v1/jwks" => Reply::json(200, &jwks([&self.signer()]).to_string()),
            _ => Reply::json(200, "{}"),
        }
    }

    fn serve(&self, listener: TcpListener) -> Server {
        let api = self.clone();
        Server::on(listener, move |request: &Recorded| api.answer(request))
    }
}

/// The memory that the process has now, in bytes.
#[cfg(target_os = "linux")]
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[cfg(not(target_os = "linux"))]
fn memory() -> usize {
    0
}

/// Runs itself again, alone: it measures the whole process.
#[test]
fn an_hour_with_new_keys_restarts_and_limits_leaves_nothing_behind() {
    const NAME: &str = "soak::an_hour_with_new_keys_restarts_and_limits_leaves_nothing_behind";
    if std::env::var_os("CLERK_TESTS_ALONE").is_none() {
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let status = alone.args([NAME, "--exact", "--nocapture"]).env("CLERK_TESTS_ALONE", "1").status();
        assert!(status.unwrap().success());
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(an_hour());
}

async fn an_hour() {
    let minutes = runs(120);
    let api = Api::default();
    let time = Arc::new(AtomicI64::new(START));
    let mut server = api.serve(TcpListener::bind("127.0.0.1:0").unwrap());
    let address = server.address();
    let policy = RetryPolicy::exponential().initial(ms(1)).max_interval(ms(20)).max_elapsed(ms(4000));
    // A call may begin before the connection of the one before is back. Then there are two, and both would be kept.
    let clerk = Clerk::builder("sk_test_soak")
        .server_url(server.url())
        .retry(policy)
        .configure_reqwest(|builder| builder.pool_max_idle_per_host(1))
        .build()
        .unwrap();
    let now = time.clone();
    let clock = move || SystemTime::UNIX_EPOCH + Duration::from_secs(now.load(Ordering::SeqCst) as u64);
    let verifier = clerk.verifier().clock(clock).cache_tokens(100).build().unwrap();
    let metrics = tokio::runtime::Handle::current().metrics();
    let mut before = (0, 0);
    for minute in 0..minutes {
        let seconds = time.fetch_add(60, Ordering::SeqCst) + 60;
        if minute % 10 == 9 {
            api.key.fetch_add(1, Ordering::SeqCst);
        }
        if minute % 15 == 14 {
            drop(server);
            let listener = loop {
                match TcpListener::bind(address) {
                    Ok(listener) => break listener,
                    Err(_) => tokio::time::sleep(ms(5)).await,
                }
            };
            server = api.serve(listener);
        }
        let signer = api.signer();
        for number in 0..5 {
            let sid = format!("sess_{minute}_{number}");
            let claims = json!({"azp": "https://a.example", "exp": seconds + 60, "iat": seconds, "sid": sid, "sub": "user_1", "v": 2});
            let token = signer.session(&claims);

            let claims = verifier.verify(&token).await;
            let call = Kind::Get.request(&clerk).await;

            assert_eq!(claims.unwrap().session_id(), Some(sid.as_str()), "minute {minute}");
            call.unwrap_or_else(|error| panic!("minute {minute}: {error}"));
        }
        if minute == minutes / 3 {
            until(|| server.open_connections() == 1).await;
            before = (memory(), metrics.num_alive_tasks());
        }
    }

    let requests = api.requests.load(Ordering::SeqCst);
    let fetches = requests - minutes * 5 - requests.div_ceil(7);
    // Keys are good for five minutes, and looked for when a token names another one.
    assert!(fetches <= minutes / 5 + minutes / 10 + 2, "{fetches} fetches of keys, {requests} requests");
    let grown = memory().saturating_sub(before.0);
    assert!(grown < 8 << 20, "{} KiB more than at a third of the time", grown >> 10);
    // At a third of the time, a task of a connection that was just closed may still have been counted.
    let settled = || metrics.num_alive_tasks() <= before.1 && server.open_connections() == 1;
    until(settled).await;
    let (tasks, connections) = (metrics.num_alive_tasks(), server.open_connections());
    assert!(settled(), "{tasks} tasks and {connections} connections, {} tasks before", before.1);
}

/// Waits, but not for ever: for what is over at one end of a connection and not yet at the other.
async fn until(settled: impl Fn() -> bool) {
    for _ in 0..250 {
        if settled() {
            break;
        }
        tokio::time::sleep(ms(20)).await;
    }
}
