//! The keys of an instance: fetched once for all, refreshed in time, and not at an attacker's will.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use clerk_sdk::auth::{Reason, Verifier};
use clerk_sdk::{Clerk, RetryPolicy};
use clerk_tests::server::{Reply, Server, nobody};
use clerk_tests::tokens::{Signer, jwks};
use serde_json::json;

use crate::common::{NOW, at, claims, reason};

/// A time that a test moves on.
#[derive(Clone)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn start() -> Self {
        Self(Arc::new(AtomicI64::new(NOW)))
    }

    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    pub fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let time = self.0.clone();
        move || at(time.load(Ordering::Relaxed))()
    }
}

pub fn client(url: String) -> Clerk {
    Clerk::builder("sk_test_x").server_url(url).retry(RetryPolicy::none()).build().unwrap()
}

pub fn keys(signers: &[&Signer]) -> Reply {
    Reply::json(200, &jwks(signers.iter().copied()).to_string())
}

pub fn verifier(clerk: &Clerk, time: &Time) -> Verifier {
    clerk.verifier().clock(time.clock()).build().unwrap()
}

/// A token that is good all day.
pub fn token(signer: &Signer) -> String {
    signer.session(&claims(json!({"exp": NOW + 86_400})))
}

#[tokio::test]
async fn keys_are_fetched_once_for_all_clones_of_a_client() {
    let server = Server::scripted([keys(&[&Signer::one()])]);
    let (clerk, time) = (client(server.url()), Time::start());

    verifier(&clerk, &time).verify(token(&Signer::one())).await.unwrap();
    verifier(&clerk.clone(), &time).verify(token(&Signer::one())).await.unwrap();
    assert!(verifier(&clerk, &time).verify_now(token(&Signer::one())).is_ok());

    let request = server.only();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/v1/jwks"));
    assert_eq!(request.header("authorization"), Some("Bearer sk_test_x"));
}

#[tokio::test]
async fn without_waiting_there_are_no_keys_before_the_first_fetch() {
    let server = Server::scripted([keys(&[&Signer::one()])]);
    let (clerk, time) = (client(server.url()), Time::start());

    let refused = verifier(&clerk, &time).verify_now(token(&Signer::one()));

    assert_eq!(reason(refused), Reason::JwkRemoteFailedToLoad);
    assert!(server.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_at_once_make_one_fetch() {
    let server = Server::scripted([keys(&[&Signer::one()]).after(Duration::from_millis(50))]);
    let verifier = verifier(&client(server.url()), &Time::start());
    let token = Arc::new(token(&Signer::one()));

    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), token.clone());
            tokio::spawn(async move { verifier.verify(&*token).await.is_ok() })
        })
        .collect();

    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_at_once_share_a_failure() {
    let asked = Arc::new(AtomicUsize::new(0));
    let tasks = asked.clone();
    let server = Server::answering(move |_| {
        // Until everyone has asked for the keys, but for those who are about to.
        while tasks.load(Ordering::SeqCst) < 1000 {
            std::thread::sleep(Duration::from_millis(1));
        }
        Reply::json(500, "{}").after(Duration::from_millis(200))
    });
    let verifier = verifier(&client(server.url()), &Time::start());
    let token = Arc::new(token(&Signer::one()));

    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let (verifier, token, asked) = (verifier.clone(), token.clone(), asked.clone());
            tokio::spawn(async move {
                asked.fetch_add(1, Ordering::SeqCst);
                reason(verifier.verify(&*token).await)
            })
        })
        .collect();

    for task in tasks {
        assert_eq!(task.await.unwrap(), Reason::JwkRemoteFailedToLoad);
    }
    assert!(server.seen().len() <= 2, "{}", server.seen().len());
}

#[tokio::test]
async fn keys_are_asked_for_again_after_five_minutes() {
    let server = Server::scripted([keys(&[&Signer::one()]), keys(&[&Signer::two()])]);
    let (clerk, time) = (client(server.url()), Time::start());
    let verifier = verifier(&clerk, &time);

    verifier.verify(token(&Signer::one())).await.unwrap();
    time.pass(299);
    verifier.verify(token(&Signer::one())).await.unwrap();
    assert_eq!(server.seen().len(), 1);
    time.pass(1);

    assert_eq!(reason(verifier.verify(token(&Signer::one())).await), Reason::JwkKidMismatch);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_unknown_keys_cause_one_refresh_in_ten_seconds() {
    let server = Server::scripted([keys(&[&Signer::one()])]);
    let (clerk, time) = (client(server.url()), Time::start());
    let verifier = verifier(&clerk, &time);
    verifier.verify(token(&Signer::one())).await.unwrap();
    let signer = Arc::new(Signer::one());

    let tasks: Vec<_> = (0..10)
        .map(|task| {
            let (verifier, signer) = (verifier.clone(), signer.clone());
            let good = token(&signer);
            let mut header = signer.header();
            let (_, rest) = good.split_once('.').unwrap();
            let rest = rest.to_owned();
            tokio::spawn(async move {
                for n in 0..1000 {
                    use base64::Engine as _;
                    header["kid"] = format!("unknown_{task}_{n}").into();
                    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header.to_string());
                    let refused = verifier.verify(format!("{head}.{rest}")).await;
                    assert_eq!(reason(refused), Reason::JwkKidMismatch);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    assert_eq!(server.seen().len(), 2, "the first fetch, and one refresh");
    verifier.verify(token(&Signer::one())).await.unwrap();
    time.pass(10);
    assert_eq!(reason(verifier.verify(token(&Signer::two())).await), Reason::JwkKidMismatch);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn an_unknown_key_in_a_cold_client_causes_one_fetch() {
    let server = Server::scripted([keys(&[&Signer::one()])]);
    let verifier = verifier(&client(server.url()), &Time::start());

    assert_eq!(reason(verifier.verify(token(&Signer::two())).await), Reason::JwkKidMismatch);

    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_token_that_names_no_key_causes_no_refresh() {
    let server = Server::scripted([keys(&[&Signer::one()])]);
    let verifier = verifier(&client(server.url()), &Time::start());
    verifier.verify(token(&Signer::one())).await.unwrap();
    let nameless = Signer::one().sign(&json!({"alg": "RS256"}), &claims(json!({})));

    assert_eq!(reason(verifier.verify(nameless).await), Reason::JwkKidMismatch);

    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_rotate_under_load_without_a_false_refusal() {
    let rotated = Arc::new(AtomicBool::new(false));
    let state = rotated.clone();
    let server = Server::answering(move |_| {
        let both: &[&Signer] = &[&Signer::one(), &Signer::two()];
        keys(if state.load(Ordering::SeqCst) { both } else { &both[..1] }).after(Duration::from_millis(20))
    });
    let verifier = verifier(&client(server.url()), &Time::start());
    let (old, new) = (Arc::new(token(&Signer::one())), Arc::new(token(&Signer::two())));
    let checked = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (verifier, rotated) = (verifier.clone(), rotated.clone());
            let (old, new, checked) = (old.clone(), new.clone(), checked.clone());
            tokio::spawn(async move {
                let mut with_new = 0;
                while with_new < 20 {
                    let rotated = rotated.load(Ordering::SeqCst);
                    with_new += u32::from(rotated);
                    verifier.verify(if rotated { &*new } else { &*old }).await.unwrap();
                    verifier.verify(&*old).await.unwrap();
                    checked.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();

    while checked.load(Ordering::Relaxed) < 500 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    rotated.store(true, Ordering::SeqCst);

    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn old_keys_go_on_being_used_for_an_hour_while_clerk_is_away() {
    let one = Signer::one();
    let broken = Arc::new(AtomicBool::new(false));
    let state = broken.clone();
    let server = Server::answering(move |_| match state.load(Ordering::Relaxed) {
        true => Reply::json(500, "{}"),
        false => keys(&[&Signer::one()]),
    });
    let (clerk, time) = (client(server.url()), Time::start());
    let verifier = verifier(&clerk, &time);
    verifier.verify(token(&one)).await.unwrap();
    broken.store(true, Ordering::Relaxed);

    time.pass(300);
    for _ in 0..3 {
        verifier.verify(token(&one)).await.unwrap();
    }
    assert_eq!(server.seen().len(), 2, "it is not asked again at once");
    time.pass(10);
    verifier.verify(token(&one)).await.unwrap();
    assert_eq!(server.seen().len(), 3);
    time.pass(3600 - 310 - 1);
    verifier.verify(token(&one)).await.unwrap();
    time.pass(1);
    assert_eq!(reason(verifier.verify(token(&one)).await), Reason::JwkRemoteFailedToLoad);

    broken.store(false, Ordering::Relaxed);
    time.pass(10);
    verifier.verify(token(&one)).await.unwrap();
}

#[tokio::test]
async fn what_clerk_answers_instead_of_keys_has_its_reasons() {
    for (reply, expected) in [
        (Reply::json(401, "{}"), Reason::SecretKeyInvalid),
        (Reply::json(404, "{}"), Reason::JwkRemoteFailedToLoad),
        (Reply::json(500, "{}"), Reason::JwkRemoteFailedToLoad),
        (Reply::hang_up(), Reason::JwkRemoteFailedToLoad),
        (Reply::json(200, ""), Reason::JwkRemoteInvalid),
        (Reply::json(200, "<html>"), Reason::JwkRemoteInvalid),
        (Reply::json(200, "[]"), Reason::JwkRemoteInvalid),
        (Reply::json(200, r#"{"keys": null}"#), Reason::JwkRemoteInvalid),
        (Reply::json(200, r#"{"keys": []}"#), Reason::JwkRemoteInvalid),
    ] {
        let server = Server::scripted([reply]);
        let refused = verifier(&client(server.url()), &Time::start()).verify(token(&Signer::one())).await;
        let refused = reason(refused);
        assert_eq!(refused, expected);
        assert!(refused.is_unavailable());
    }
    let refused = verifier(&client(nobody()), &Time::start()).verify(token(&Signer::one())).await;
    assert_eq!(reason(refused), Reason::JwkRemoteFailedToLoad);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::scripted([keys(&[&Signer::one()])]);
    let server =
        Server::scripted([Reply::json(302, "").header("location", &format!("{}/jwks", elsewhere.url()))]);

    let refused = verifier(&client(server.url()), &Time::start()).verify(token(&Signer::one())).await;

    assert_eq!(reason(refused), Reason::JwkRemoteFailedToLoad);
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_fetch_is_given_up_after_five_seconds() {
    let server = Server::scripted([keys(&[&Signer::one()]).after(Duration::from_secs(60))]);
    let clerk = Clerk::builder("sk_test_x").server_url(server.url()).build().unwrap();
    let started = Instant::now();

    let refused = verifier(&clerk, &Time::start()).verify(token(&Signer::one())).await;

    assert_eq!(reason(refused), Reason::JwkRemoteFailedToLoad);
    let took = started.elapsed();
    assert!(took > Duration::from_millis(4900) && took < Duration::from_secs(30), "{took:?}");
}

#[tokio::test]
async fn remembered_tokens_are_forgotten_when_the_keys_change() {
    let server =
        Server::scripted([keys(&[&Signer::one()]), keys(&[&Signer::one()]), keys(&[&Signer::two()])]);
    let (clerk, time) = (client(server.url()), Time::start());
    let verifier = clerk.verifier().clock(time.clock()).cache_tokens(100).build().unwrap();
    verifier.verify(token(&Signer::one())).await.unwrap();
    time.pass(300);
    verifier.verify(token(&Signer::one())).await.unwrap();
    assert_eq!(server.seen().len(), 2, "the keys are asked for again although the token is known");
    time.pass(300);

    for _ in 0..2 {
        // The first time the keys are fetched, the second time they are at hand.
        assert_eq!(reason(verifier.verify(token(&Signer::one())).await), Reason::JwkKidMismatch);
    }
}

#[tokio::test]
async fn a_public_key_makes_it_networkless() {
    let server = Server::scripted([keys(&[&Signer::two()])]);
    let clerk =
        Clerk::builder("sk_test_x").server_url(server.url()).jwt_key(Signer::one().pem()).build().unwrap();
    let time = Time::start();

    verifier(&clerk, &time).verify(token(&Signer::one())).await.unwrap();
    let own = clerk.verifier().clock(time.clock()).jwt_key(Signer::two().pem()).build().unwrap();
    own.verify(token(&Signer::two())).await.unwrap();

    assert!(server.seen().is_empty());
}
