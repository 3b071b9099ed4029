//! Connections that do not come about, and servers that go away and come back.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clerk_sdk::http::Method;
use clerk_sdk::{HttpErrorKind, RetryPolicy};
use clerk_tests::server::{Behaviour, Recorded, Reply, Server, nobody};
use serde_json::Value;

use crate::{Kind, SOON, builder, ms, printed};

#[tokio::test]
async fn where_nobody_listens_every_call_is_tried_until_the_budget_ends() {
    let budget = RetryPolicy::exponential().initial(ms(20)).max_interval(ms(60)).max_elapsed(ms(1000));
    let clerk = builder(nobody()).retry(budget).build().unwrap();
    for kind in Kind::ALL {
        let started = Instant::now();

        let error = kind.request(&clerk).await.unwrap_err();

        assert_eq!(error.transport_kind(), Some(HttpErrorKind::Connect), "{error}");
        assert!(error.attempts() > 1 && !error.maybe_sent(), "{error}");
        assert!(error.to_string().contains("could not connect"), "{error}");
        assert!(error.to_string().contains("the request was not sent"), "{error}");
        assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    }
}

/// Resolves no name.
struct NoNames(Arc<AtomicUsize>);

impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Err("no such name".into()) })
    }
}

#[tokio::test]
async fn a_name_that_does_not_resolve_was_no_request() {
    let budget = RetryPolicy::exponential().initial(ms(20)).max_interval(ms(60)).max_elapsed(ms(1000));
    for kind in Kind::ALL {
        let asked = Arc::new(AtomicUsize::new(0));
        let names = Arc::new(NoNames(asked.clone()));
        let clerk = builder("https://api.example.com/v1")
            .retry(budget.clone())
            .configure_reqwest(move |builder| builder.dns_resolver(names))
            .build()
            .unwrap();
        let started = Instant::now();

        let error = kind.request(&clerk).await.unwrap_err();

        assert_eq!(error.transport_kind(), Some(HttpErrorKind::Connect), "{error}");
        assert!(!error.maybe_sent() && error.to_string().contains("no such name"), "{error}");
        assert_eq!(asked.load(Ordering::Relaxed), error.attempts() as usize);
        assert!(error.attempts() > 1 && started.elapsed() < SOON, "{error} {:?}", started.elapsed());
        assert!(!printed(&error).contains("sk_test"), "{error}");
    }
}

/// Resets the first connections, and answers from then on.
struct ResetsFirst(usize);

impl Behaviour for ResetsFirst {
    fn accepts(&self, connection: usize) -> bool {
        connection >= self.0
    }

    fn answers(&self, _: &Recorded) -> Reply {
        Reply::json(200, "{}")
    }
}

#[tokio::test]
async fn a_connection_that_is_reset_at_once_is_made_again_where_that_is_safe() {
    for kind in Kind::ALL {
        let server = Server::behaving(ResetsFirst(3));

        let outcome = kind.request(&builder(server.url()).build().unwrap()).await;

        if kind.is_safe() {
            assert_eq!((server.connections(), server.seen().len()), (4, 1), "{outcome:?}");
            outcome.unwrap();
            continue;
        }
        // A reset that comes before anything was written was no request; of a later one that cannot be known.
        assert_eq!(server.seen().len(), usize::from(outcome.is_ok()), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_handshake_that_is_cut_was_no_request_and_is_made_again() {
    let budget = RetryPolicy::exponential().initial(ms(20)).max_interval(ms(60)).max_elapsed(ms(1000));
    for kind in Kind::ALL {
        let server = Server::behaving(ResetsFirst(usize::MAX));
        let url = server.url().replace("http://", "https://");
        let clerk = builder(url).retry(budget.clone()).build().unwrap();
        let started = Instant::now();

        let error = kind.request(&clerk).await.unwrap_err();

        let reason = error.transport_kind().unwrap();
        assert!(matches!(reason, HttpErrorKind::Tls | HttpErrorKind::Connect), "{error}");
        assert!(!error.maybe_sent() && error.attempts() > 1, "{error}");
        assert_eq!(server.connections(), error.attempts() as usize);
        assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
        assert!(error.to_string().contains("the request was not sent"), "{error}");
    }
}

/// An address whose connections are closed, and not reset, as soon as something has arrived.
fn closes() -> std::net::SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            // What is not read would make it a reset.
            let _ = connection.unwrap().read(&mut [0; 16_384]);
        }
    });
    address
}

#[tokio::test]
async fn a_handshake_that_the_other_side_ends_is_one_of_tls_that_may_succeed_later() {
    let budget = RetryPolicy::exponential().initial(ms(20)).max_interval(ms(60)).max_elapsed(ms(1000));
    let clerk = builder(format!("https://{}", closes())).retry(budget).build().unwrap();
    for kind in Kind::ALL {
        let error = kind.request(&clerk).await.unwrap_err();

        assert_eq!(error.transport_kind(), Some(HttpErrorKind::Tls), "{error}");
        assert!(!error.maybe_sent() && error.attempts() > 1, "{error}");
    }
}

/// A server on an address that another one has just left.
fn back(address: std::net::SocketAddr) -> Server {
    let started = Instant::now();
    loop {
        match TcpListener::bind(address) {
            Ok(listener) => return Server::on(listener, |_: &Recorded| Reply::json(200, "{}")),
            Err(error) => assert!(started.elapsed() < SOON, "{error}"),
        }
        std::thread::sleep(ms(5));
    }
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let server = Server::answering(|_| Reply::json(200, "{}"));
    let (url, address) = (server.url(), server.address());
    let patient = RetryPolicy::exponential().initial(ms(20)).max_interval(ms(50)).max_elapsed(ms(20_000));
    let clerk = builder(url).retry(patient).build().unwrap();
    // A connection that is kept for the next call.
    Kind::Get.request(&clerk).await.unwrap();

    drop(server);
    tokio::time::sleep(ms(100)).await;
    let call = |kind: Kind| kind.request(&clerk).with_header("x-kind", format!("{kind:?}"));
    let calls: Vec<_> = Kind::ALL.map(|kind| tokio::spawn(call(kind).into_future())).into();
    tokio::time::sleep(ms(150)).await;
    let server = back(address);

    for (call, kind) in calls.into_iter().zip(Kind::ALL) {
        let outcome = call.await.unwrap();
        // Of the kept connection it cannot be known whether a request went with it.
        assert!(outcome.is_ok() || !kind.is_safe(), "{kind:?} {outcome:?}");
    }
    let seen = server.seen();
    for kind in [Kind::Post, Kind::PostedUpload] {
        let arrived = seen.iter().filter(|seen| seen.header("x-kind") == Some(&format!("{kind:?}"))).count();
        assert!(arrived <= 1, "{kind:?} arrived {arrived} times");
    }
    Kind::Post.request(&clerk).await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_refuses_learns_no_key() {
    // To an https server through a proxy: it is asked for a tunnel, and that is all it hears.
    let proxy = Server::scripted([Reply::text(403, "not allowed")]);
    let address = proxy.url();
    let clerk = builder("https://api.example.com/v1")
        .retry(RetryPolicy::none())
        .configure_reqwest(move |builder| builder.proxy(reqwest::Proxy::all(address).unwrap()))
        .build()
        .unwrap();

    let error = clerk.request::<Value>(Method::POST, "/x").await.unwrap_err();

    let seen = proxy.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("CONNECT", "api.example.com:443"));
    assert!(seen.headers.iter().all(|(_, value)| !value.contains("sk_test")), "{seen:?}");
    assert!(!error.maybe_sent() && !printed(&error).contains("sk_test"), "{error}");
}

#[tokio::test]
async fn a_call_that_is_dropped_leaves_no_connection() {
    let server = Server::answering(|_| Reply::json(200, "{}").after(Duration::from_secs(60)));
    let clerk = builder(server.url()).attempt_timeout(Duration::from_secs(30)).build().unwrap();

    for kind in Kind::ALL {
        let dropped = tokio::time::timeout(ms(200), kind.request(&clerk)).await;
        assert!(dropped.is_err());
    }

    // The server sleeps; whether the client has gone away is what the kernel knows.
    let metrics = tokio::runtime::Handle::current().metrics();
    let started = Instant::now();
    while metrics.num_alive_tasks() > 0 && started.elapsed() < SOON {
        tokio::time::sleep(ms(10)).await;
    }
    assert_eq!(metrics.num_alive_tasks(), 0);
}
