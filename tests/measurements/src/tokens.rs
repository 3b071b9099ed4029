//! What it costs to check a session token, without the network.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clap::ValueEnum;
use clerk_sdk::auth::Verifier;
use clerk_sdk::mock::MockClerk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use nix::sys::resource::UsageWho;
use serde::Deserialize;

use crate::Failure;
use crate::calls::{cpu, numbers};
use crate::peers::Peer;
use crate::report::{Row, Section};

const ROUNDS: usize = 5;
const CHECKS: usize = 20_000;

/// Who checks the tokens, in a process of its own.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Candidate {
    Sdk,
    /// Tokens that it has seen before.
    Remembering,
    /// On as many threads as there are processors.
    Threads,
    AwsLc,
    Jsonwebtoken,
}

/// The claims of a session token that are used most.
#[derive(Deserialize)]
#[allow(dead_code, reason = "decoding them is what is measured")]
struct Claims {
    sub: String,
    sid: String,
    iss: String,
    azp: Option<String>,
    exp: i64,
    nbf: i64,
    iat: i64,
    o: Option<Organization>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "decoding them is what is measured")]
struct Organization {
    id: String,
    slg: Option<String>,
    rol: Option<String>,
    per: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// The key as PEM, and a token that is good for an hour.
pub struct Signed {
    pem: String,
    token: String,
}

impl Signed {
    #[tokio::main(flavor = "current_thread")]
    async fn new() -> Result<Self, Failure> {
        let clerk = MockClerk::start().await?;
        let ada = clerk.client().users().create().email_address(["ada@example.com"]).await?;
        let session = clerk.sign_in(&ada).organization("acme", "org:admin");
        let token = session.lifetime(Duration::from_secs(3600)).token();
        Ok(Self { pem: clerk.jwt_key().to_owned(), token })
    }

    /// The same token, read as one would by hand, with a key that is parsed once.
    fn by_hand(&self) -> Result<impl Fn() -> bool + use<>, Failure> {
        let lines: String = self.pem.lines().filter(|line| !line.starts_with("-----")).collect();
        // What is before the key itself says that it is an RSA key.
        let key = STANDARD.decode(lines)?.split_off(24);
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)?;
        let token = self.token.clone();
        Ok(move || claims_by_hand(&key, black_box(&token)).is_some_and(|claims| claims.exp > 0))
    }
}

fn claims_by_hand(key: &ParsedPublicKey, token: &str) -> Option<Claims> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if header.alg != "RS256" || key.verify_sig(message.as_bytes(), &signature).is_err() {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Checks a token, after some to warm up, and prints the microseconds of CPU of each check.
pub fn check(candidate: Candidate) -> Result<(), Failure> {
    let signed = Signed::new()?;
    let Signed { pem, token } = &signed;
    let verifier = Verifier::with_pem(pem).accept_test_keys();
    match candidate {
        Candidate::Sdk => {
            let verifier = verifier.build()?;
            print(1, || verifier.verify_now(black_box(token)).is_ok())
        }
        Candidate::Remembering => {
            let verifier = verifier.cache_tokens(100).build()?;
            print(1, || verifier.verify_now(black_box(token)).is_ok())
        }
        Candidate::Threads => {
            let verifier = verifier.build()?;
            print(std::thread::available_parallelism()?.get(), || {
                verifier.verify_now(black_box(token)).is_ok()
            })
        }
        Candidate::AwsLc => print(1, signed.by_hand()?),
        Candidate::Jsonwebtoken => {
            let key = DecodingKey::from_rsa_pem(pem.as_bytes())?;
            let validation = Validation::new(Algorithm::RS256);
            print(1, || jsonwebtoken::decode::<Claims>(black_box(token), &key, &validation).is_ok())
        }
    }
}

fn print(threads: usize, check: impl Fn() -> bool + Sync) -> Result<(), Failure> {
    let failures = AtomicUsize::new(0);
    let all = |checks: usize| {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let failed = (0..checks / threads).filter(|_| !check()).count();
                    failures.fetch_add(failed, Ordering::Relaxed);
                });
            }
        });
    };
    all(CHECKS / 10);
    let before = cpu(UsageWho::RUSAGE_SELF)?;
    all(CHECKS);
    let cpu = cpu(UsageWho::RUSAGE_SELF)? - before;
    if failures.into_inner() > 0 {
        return Err("a good token was refused".into());
    }
    println!("{}", cpu * 1e6 / CHECKS as f64);
    Ok(())
}

pub fn measure() -> Result<Section, Failure> {
    use Candidate::{AwsLc, Jsonwebtoken, Remembering, Sdk, Threads};

    let candidates = [Sdk, AwsLc, Jsonwebtoken, Remembering, Threads];
    let program = std::env::current_exe()?;
    let on_aws_lc = build_on_aws_lc(&program)?;
    let mut best = [f64::MAX; 5];
    let mut sdk_on_aws_lc = f64::MAX;
    for round in 0..ROUNDS {
        eprintln!("tokens: round {} of {ROUNDS}", round + 1);
        for (candidate, best) in candidates.iter().zip(&mut best) {
            *best = best.min(check_by(&program, *candidate)?);
        }
        sdk_on_aws_lc = sdk_on_aws_lc.min(check_by(&on_aws_lc, Sdk)?);
    }
    let [sdk, aws_lc, jsonwebtoken, remembering, threads] = best;
    let mut checks = vec![
        ("clerk-sdk", sdk),
        ("clerk-sdk with `rustls-aws-lc`", sdk_on_aws_lc),
        ("by hand on aws-lc", aws_lc),
        ("jsonwebtoken on aws-lc", jsonwebtoken),
    ];
    let signed = Signed::new()?;
    for peer in Peer::ALL {
        if let Some(mut check) = peer.program("tokens") {
            eprintln!("tokens: {}", peer.name());
            let [each] = numbers(check.args([&signed.token, &signed.pem]))?;
            checks.push((peer.name(), each));
        }
    }
    let rows = vec![
        Row::new("CPU to check a token (RS256, 2048 bits)", "µs", checks),
        Row::new("on all processors at once", "µs", [("clerk-sdk", threads)]),
        Row::new("seen before, with `cache_tokens`", "µs", [("clerk-sdk", remembering)]),
    ];
    Ok(Section { title: "Session tokens", rows })
}

/// What a program says that it took.
fn check_by(program: &Path, candidate: Candidate) -> Result<f64, Failure> {
    let value = candidate.to_possible_value().ok_or("no name")?;
    let [each] = numbers(Command::new(program).args(["token", value.get_name()]))?;
    Ok(each)
}

/// Builds the program again, with the SDK on aws-lc, beside the one that runs.
fn build_on_aws_lc(program: &Path) -> Result<PathBuf, Failure> {
    eprintln!("tokens: building with the feature rustls-aws-lc");
    let releases = program.parent().ok_or("no folder")?;
    let target = releases.parent().ok_or("no folder")?;
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--bin", "on-aws-lc", "--features", "rustls-aws-lc"])
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .status()?;
    if status.success() {
        Ok(releases.join("on-aws-lc"))
    } else {
        Err(format!("cargo build: {status}").into())
    }
}
