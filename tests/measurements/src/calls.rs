//! What a call costs that lists ten users: CPU time and allocations.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::ValueEnum;
use clerk_rs::{ClerkConfiguration, apis::users_api::get_user_list};
use clerk_sdk::Clerk;
use nix::sys::resource::{UsageWho, getrusage};
use stats_alloc::Region;

use crate::peers::Peer;
use crate::report::{Row, Section};
use crate::user::User;
use crate::{ALLOCATOR, Failure};

const KEY: &str = "sk_test_measurement";
const ROUNDS: usize = 5;
const CALLS: usize = 2000;
const CALLS_OF_PEERS: usize = 640;

/// Who makes the calls.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Candidate {
    Sdk,
    Reqwest,
    ClerkRs,
}

impl Candidate {
    pub const ALL: [Self; 3] = [Self::Sdk, Self::Reqwest, Self::ClerkRs];

    /// The name of its program and of its row.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sdk => "clerk-sdk",
            Self::Reqwest => "reqwest",
            Self::ClerkRs => "clerk-rs",
        }
    }
}

enum Client {
    Sdk(Clerk),
    Reqwest(reqwest::Client, String),
    ClerkRs(Box<ClerkConfiguration>),
}

impl Client {
    fn new(candidate: Candidate, url: &str) -> Result<Self, Failure> {
        Ok(match candidate {
            Candidate::Sdk => Self::Sdk(Clerk::builder(KEY).server_url(url).build()?),
            Candidate::Reqwest => Self::Reqwest(reqwest::Client::new(), url.to_owned()),
            Candidate::ClerkRs => {
                Self::ClerkRs(Box::new(ClerkConfiguration::new(KEY).with_base_path(format!("{url}/v1"))))
            }
        })
    }

    /// How many users came.
    async fn list(&self) -> Result<usize, Failure> {
        match self {
            Self::Sdk(clerk) => Ok(clerk.users().list().limit(10).await?.len()),
            Self::Reqwest(client, url) => {
                let request = client.get(format!("{url}/v1/users?limit=10")).bearer_auth(KEY);
                let users: Vec<User> = request.send().await?.error_for_status()?.json().await?;
                Ok(users.len())
            }
            Self::ClerkRs(clerk) => {
                let users = get_user_list(
                    clerk,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    Some(10),
                    None,
                    None,
                    None,
                );
                Ok(users.await.map_err(|error| error.to_string())?.len())
            }
        }
    }
}

/// Makes the calls, after some to warm up, and prints the microseconds of CPU and the allocations of each.
#[tokio::main]
pub async fn call(candidate: Candidate, url: &str, calls: usize, at_once: usize) -> Result<(), Failure> {
    let client = Arc::new(Client::new(candidate, url)?);
    all(&client, calls / 10, at_once).await?;
    let allocations = Region::new(ALLOCATOR);
    let before = cpu(UsageWho::RUSAGE_SELF)?;
    all(&client, calls, at_once).await?;
    let cpu = cpu(UsageWho::RUSAGE_SELF)? - before;
    let allocations = allocations.change();
    let per_call = |count: usize| count as f64 / calls as f64;
    println!(
        "{:.1} {:.0}",
        cpu * 1e6 / calls as f64,
        per_call(allocations.allocations + allocations.reallocations)
    );
    Ok(())
}

async fn all(client: &Arc<Client>, calls: usize, at_once: usize) -> Result<(), Failure> {
    let left = Arc::new(AtomicUsize::new(calls));
    let tasks: Vec<_> = (0..at_once)
        .map(|_| {
            let (client, left) = (client.clone(), left.clone());
            tokio::spawn(async move {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                    .is_ok()
                {
                    let users = client.list().await?;
                    if users != 10 {
                        return Err(format!("{users} users instead of 10").into());
                    }
                }
                Ok::<(), Failure>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// The CPU seconds of this process, or of those that it has waited for.
pub fn cpu(who: UsageWho) -> Result<f64, Failure> {
    let usage = getrusage(who)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

/// A server that ends with the measurement, and its URL.
pub struct Server(Child, String);

impl Server {
    /// Starts this program as a server.
    pub fn start(task: &str) -> Result<Self, Failure> {
        let mut server = Command::new(std::env::current_exe()?).arg(task).stdout(Stdio::piped()).spawn()?;
        let out = server.stdout.take();
        let mut server = Self(server, String::new());
        BufReader::new(out.ok_or("no address")?).read_line(&mut server.1)?;
        Ok(server)
    }

    /// The origin.
    pub fn url(&self) -> &str {
        self.1.trim()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Calls one after the other and 64 at once.
pub fn measure() -> Result<Section, Failure> {
    let program = std::env::current_exe()?;
    let server = Server::start("serve")?;
    let url = server.url();

    let mut rows = Vec::new();
    for (at_once, title) in [(1, "one after the other"), (64, "64 at once")] {
        let mut best = [(f64::MAX, f64::MAX); 3];
        for round in 0..ROUNDS {
            eprintln!("calls, {title}: round {} of {ROUNDS}", round + 1);
            for (candidate, best) in Candidate::ALL.into_iter().zip(&mut best) {
                let value = candidate.to_possible_value().ok_or("no name")?;
                let mut call = Command::new(&program);
                call.args(["call", value.get_name(), url, &CALLS.to_string(), &at_once.to_string()]);
                let [cpu, allocations] = numbers(&mut call)?;
                *best = (best.0.min(cpu), best.1.min(allocations));
            }
        }
        let of_all = |value: fn(&(f64, f64)) -> f64| {
            Candidate::ALL
                .into_iter()
                .zip(&best)
                .map(move |(candidate, best)| (candidate.name(), value(best)))
        };
        let mut cpu: Vec<_> = of_all(|(cpu, _)| *cpu).collect();
        for peer in Peer::ALL {
            if let Some(mut call) = peer.program("calls") {
                eprintln!("calls, {title}: {}", peer.name());
                call.args([url, &CALLS_OF_PEERS.to_string(), &at_once.to_string()]);
                let mut best = f64::MAX;
                for _ in 0..ROUNDS {
                    let [each] = numbers(&mut call)?;
                    best = best.min(each);
                }
                cpu.push((peer.name(), best));
            }
        }
        rows.push(Row::new(format!("CPU of a call, {title}"), "µs", cpu));
        rows.push(Row::new(format!("Allocations of a call, {title}"), "", of_all(|(_, count)| *count)));
    }
    Ok(Section { title: "Calls", rows })
}

/// The numbers that a program prints, which is all that it prints.
pub fn numbers<const N: usize>(program: &mut Command) -> Result<[f64; N], Failure> {
    let output = program.stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    numbers.try_into().map_err(|_| format!("{program:?} has failed").into())
}
