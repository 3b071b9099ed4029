//! What authentication costs next to the RSA verification in it, in CPU time and in one run:
//!
//!     cargo bench -p clerk-sdk --bench authentication
//!
//! Fails where verifying a token takes more than 1.2 times what the bare signature takes, or where remembering tokens
//! makes it less than 20 times faster. It also says what the layer for tower adds to a request.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clerk_sdk::auth::{Authenticator, Verifier};
use clerk_sdk::frameworks::{ClerkLayer, require_auth};
use clerk_sdk::http::{HeaderMap, HeaderValue, Request, Response};
use clerk_sdk::mock::MockClerk;
use tower_layer::Layer as _;
use tower_service::Service;

#[cfg(feature = "rustls-aws-lc")]
use aws_lc_rs::signature;
#[cfg(not(feature = "rustls-aws-lc"))]
use ring::signature;

const ROUNDS: usize = 8;

#[tokio::main]
async fn main() {
    let mock = MockClerk::start().await.unwrap();
    let ada = mock.client().users().create().email_address(["ada@example.com"]).await.unwrap();
    let parties = ["http://localhost:3000", "https://app.example.com"];
    let sign_in = mock.sign_in(&ada).organization("acme", "org:admin").authorized_party(parties[1]);
    let token = sign_in.lifetime(std::time::Duration::from_secs(3600)).token();
    let verifier = || Verifier::with_pem(mock.jwt_key()).accept_test_keys().authorized_parties(parties);
    let (plain, remembering) =
        (verifier().build().unwrap(), verifier().cache_tokens(10_000).build().unwrap());
    let authenticator =
        Authenticator::with_pem(mock.jwt_key()).accept_test_keys().authorized_parties(parties);
    let authenticator = authenticator.publishable_key(mock.publishable_key());
    // With remembered tokens, so that what is around them is to be seen.
    let layer = ClerkLayer::from(authenticator.clone().cache_tokens(10_000));
    let (mut layered, mut guarded) = (layer.layer(Answer), layer.layer(require_auth().layer(Answer)));
    let remembered = authenticator.clone().cache_tokens(10_000).build().unwrap();
    let authenticator = authenticator.build().unwrap();
    let (request, anonymous) = (request(&token), HeaderMap::new());

    let key = Bare::new(mock.jwt_key());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();

    let mut best = [f64::INFINITY; 9];
    for _ in 0..ROUNDS {
        // One after the other in each round, so that all meet the same machine.
        let times = [
            time(10_000, || assert!(key.verifies(message.as_bytes(), &signature))),
            time(10_000, || drop(black_box(plain.verify_now(&token).unwrap()))),
            time(200_000, || drop(black_box(remembering.verify_now(&token).unwrap()))),
            time(10_000, || assert!(now(authenticator.authenticate(&request)).is_signed_in())),
            time(200_000, || assert!(now(remembered.authenticate(&request)).is_signed_in())),
            time(200_000, || ask(&mut Answer, &request)),
            time(200_000, || ask(&mut layered, &request)),
            time(200_000, || ask(&mut guarded, &request)),
            time(200_000, || ask(&mut layered, &anonymous)),
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = best.min(time);
        }
    }

    let [bare, verified, remembered, request, found, service, layered, guarded, nobody] = best;
    println!("token of {} bytes, CPU time of the best of {ROUNDS} rounds", token.len());
    println!("bare RSA verification        {bare:7.2} µs");
    println!("verify a token               {verified:7.2} µs  {:.2} times the bare one", verified / bare);
    println!("verify, remembered           {remembered:7.2} µs  {:.1} times faster", verified / remembered);
    println!("request with 10 cookies      {request:7.2} µs  {:.2} times the bare one", request / bare);
    println!("request, remembered          {found:7.2} µs");
    println!(
        "the same through ClerkLayer  {:7.2} µs  the layer adds {:.2} µs",
        layered - service,
        layered - service - found
    );
    println!(
        "… and through a guard        {:7.2} µs  the guard adds {:.2} µs",
        guarded - service,
        guarded - layered
    );
    println!("nobody, through ClerkLayer   {nobody:7.2} µs  with the service itself");
    assert!(verified / bare < 1.2, "verification is too slow");
    assert!(verified / remembered > 20.0, "remembering tokens does not help enough");
}

/// A request with the token in one of ten cookies.
fn request(token: &str) -> HeaderMap {
    let others = (0..9).map(|n| format!("cookie_{n}=value-of-cookie-{n}; ")).collect::<String>();
    let mut headers = HeaderMap::new();
    headers.insert("cookie", HeaderValue::try_from(format!("{others}__session={token}")).unwrap());
    headers
}

/// A service that answers at once.
#[derive(Clone)]
struct Answer;

impl Service<Request<()>> for Answer {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Ok(Response::new(String::new())))
    }
}

fn ask<B>(service: &mut impl Service<Request<()>, Response = Response<B>>, headers: &HeaderMap) {
    let mut request = Request::new(());
    *request.headers_mut() = headers.clone();
    assert!(now(service.call(request)).is_ok_and(|answer| answer.status() == 200));
}

/// What a future that never waits answers.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// Microseconds of a call. There are so many of them that the system's clock ticks often meanwhile.
fn time(calls: u32, mut call: impl FnMut()) -> f64 {
    let started = Clock::now();
    for _ in 0..calls {
        call();
    }
    started.elapsed_nanos() / f64::from(calls) / 1000.0
}

/// The CPU time of this thread, where the system tells; else the time on the wall.
enum Clock {
    Cpu(u64),
    Wall(Instant),
}

impl Clock {
    fn cpu() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        status.split(' ').next()?.parse().ok()
    }

    fn now() -> Self {
        Self::cpu().map_or_else(|| Self::Wall(Instant::now()), Self::Cpu)
    }

    fn elapsed_nanos(&self) -> f64 {
        match self {
            Self::Cpu(from) => (Self::cpu().unwrap() - from) as f64,
            Self::Wall(from) => from.elapsed().as_nanos() as f64,
        }
    }
}

/// The key, as far as the library prepares it.
#[cfg(not(feature = "rustls-aws-lc"))]
struct Bare(signature::UnparsedPublicKey<Vec<u8>>);
#[cfg(feature = "rustls-aws-lc")]
struct Bare(signature::ParsedPublicKey);

impl Bare {
    fn new(pem: &str) -> Self {
        let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        // What is before the key itself says that it is an RSA key.
        let key = STANDARD.decode(text).unwrap().split_off(24);
        let algorithm = &signature::RSA_PKCS1_2048_8192_SHA256;
        #[cfg(not(feature = "rustls-aws-lc"))]
        return Self(signature::UnparsedPublicKey::new(algorithm, key));
        #[cfg(feature = "rustls-aws-lc")]
        Self(signature::ParsedPublicKey::new(algorithm, key).unwrap())
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        #[cfg(not(feature = "rustls-aws-lc"))]
        return self.0.verify(message, signature).is_ok();
        #[cfg(feature = "rustls-aws-lc")]
        self.0.verify_sig(message, signature).is_ok()
    }
}
