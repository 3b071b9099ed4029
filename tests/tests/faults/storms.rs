//! Servers that answer nothing but failures, or for a while.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use clerk_sdk::RetryPolicy;
use clerk_tests::server::{Reply, Server};

use crate::{Kind, SOON, builder, ms};

fn http_date(from_now: Duration) -> String {
    httpdate::fmt_http_date(SystemTime::now() + from_now)
}

/// The failures of a storm, and whether the server has acted on none of them.
fn storms() -> Vec<(Reply, bool)> {
    let status = |status| Reply::json(status, "{}");
    let after = |status, value: &str| Reply::json(status, "{}").header("retry-after", value);
    vec![
        (status(500), false),
        (status(502), false),
        (status(503), false),
        (status(504), false),
        (status(408), false),
        (status(429), true),
        (after(500, "0"), false),
        (after(503, "0"), true),
        (after(503, "0.001"), true),
        (after(503, "Wed, 21 Oct 2015 07:28:00 GMT"), true),
        (after(503, "soon"), false),
        (after(503, "-1"), false),
        (after(429, "NaN"), true),
        (after(429, ""), true),
    ]
}

#[tokio::test]
async fn a_storm_that_ends_is_sat_out_where_that_is_safe() {
    for (reply, refused) in storms() {
        for kind in Kind::ALL {
            let storm = std::iter::repeat_n(reply.clone(), 4);
            let server = Server::scripted(storm.chain([Reply::json(200, "{}")]));

            let started = Instant::now();

            let outcome = kind.request(&builder(server.url()).build().unwrap()).await;

            let what = format!("{reply:?} {kind:?} {outcome:?}");
            assert!(started.elapsed() < SOON, "{:?} {what}", started.elapsed());
            if kind.is_safe() || refused {
                assert_eq!((server.seen().len(), outcome.is_ok()), (5, true), "{what}");
            } else {
                assert_eq!(server.seen().len(), 1, "{what}");
                assert!(outcome.unwrap_err().maybe_sent(), "{what}");
            }
        }
    }
}

/// Calls in a storm without an end, until the budget is used up.
async fn in_storm(reply: Reply, refused: bool, kind: Kind, budget: RetryPolicy) {
    let server = Server::scripted([reply.clone()]);
    let clerk = builder(server.url()).retry(budget).build().unwrap();
    let started = Instant::now();

    let error = kind.request(&clerk).await.unwrap_err();

    let what = format!("{reply:?} {kind:?}: {error}");
    assert!(started.elapsed() < SOON, "{:?} {what}", started.elapsed());
    assert_eq!(server.seen().len(), error.attempts() as usize, "{what}");
    if kind.is_safe() || refused {
        assert!(error.attempts() > 1, "{what}");
        assert!(error.to_string().contains(&format!("{} attempts", error.attempts())), "{what}");
    } else {
        assert_eq!((error.attempts(), error.maybe_sent()), (1, true), "{what}");
    }
}

#[tokio::test]
async fn a_storm_without_an_end_ends_with_the_budget() {
    let budget = RetryPolicy::exponential().initial(ms(20)).max_interval(ms(60)).max_elapsed(ms(2000));
    let calls: Vec<_> = storms()
        .into_iter()
        .map(|(reply, refused)| tokio::spawn(in_storm(reply, refused, Kind::Get, budget.clone())))
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    // One after the other, since an upload is a megabyte each time.
    let budget = budget.max_elapsed(ms(600));
    for (reply, refused) in storms().into_iter().step_by(5) {
        for kind in [Kind::Put, Kind::Upload, Kind::Post, Kind::PostedUpload] {
            in_storm(reply.clone(), refused, kind, budget.clone()).await;
        }
    }
}

#[tokio::test]
async fn a_wait_that_nobody_would_wait_is_not_begun() {
    let years = "Fri, 31 Dec 9999 23:59:59 GMT".to_owned();
    let digits = "9".repeat(400);
    for value in [http_date(Duration::from_secs(3600)), years, digits, "1e300".to_owned(), "60".to_owned()] {
        for (status, kind) in
            [429, 500, 502, 503, 504].into_iter().flat_map(|status| Kind::ALL.map(|it| (status, it)))
        {
            let server = Server::scripted([Reply::json(status, "{}").header("retry-after", &value)]);

            let clerk = builder(server.url()).build().unwrap();
            let outcome = tokio::time::timeout(SOON, kind.request(&clerk).into_future()).await;

            let error = outcome.unwrap_or_else(|_| panic!("{value} is waited for")).unwrap_err();
            assert_eq!((server.seen().len(), error.attempts()), (1, 1), "{value}: {error}");
            assert!(error.api().unwrap().retry_after().unwrap() > Duration::from_secs(59), "{value}");
        }
    }
}

#[tokio::test]
async fn a_date_is_waited_for() {
    let calls = Kind::ALL.map(|kind| {
        tokio::spawn(async move {
            let asked = AtomicUsize::new(0);
            let server = Server::answering(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
                0 => Reply::json(429, "{}").header("retry-after", &http_date(Duration::from_secs(2))),
                _ => Reply::json(200, "{}"),
            });

            kind.request(&builder(server.url()).build().unwrap()).await.unwrap();

            // Dates have whole seconds.
            let seen = server.seen();
            assert!(seen[1].at - seen[0].at > ms(600), "{kind:?}: {:?}", seen[1].at - seen[0].at);
        })
    });
    for call in calls {
        call.await.unwrap();
    }
}
