//! Pages that are fetched while the ones before are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clerk_tests::server::{Reply, Server};
use serde_json::{Value, json};

use crate::{client, machine, machines, ms, number, user, users};

/// Waits until the server has got so many requests, and whether there are more.
async fn settled(server: &Server, requests: usize) -> usize {
    for _ in 0..500 {
        if server.seen().len() >= requests {
            break;
        }
        tokio::time::sleep(ms(10)).await;
    }
    tokio::time::sleep(ms(100)).await;
    server.seen().len()
}

#[tokio::test]
async fn pages_are_fetched_ahead_as_far_as_was_asked_for_and_no_further() {
    let server = machines(20, |_| Duration::ZERO);
    for (prefetch, requests) in [(0, 1), (1, 2), (3, 4)] {
        server.take();
        let mut pages = client(&server).machines().list().limit(2).pages().prefetch(prefetch);

        pages.try_next().await.unwrap();

        // While nobody polls the stream.
        assert_eq!(settled(&server, requests).await, requests, "{prefetch}");
    }

    let server = users(user().await, 5);
    let mut pages = client(&server).users().list().limit(2).pages().prefetch(3);
    pages.try_next().await.unwrap();
    assert_eq!(settled(&server, 2).await, 2, "where the next one begins, only the page before it tells");
}

#[tokio::test]
async fn pages_that_are_fetched_at_once_come_in_their_order() {
    // The further behind, the sooner.
    let server = machines(10, |offset| if offset == 0 { ms(0) } else { ms(2500 - 250 * offset as u64) });
    let started = std::time::Instant::now();

    let items = client(&server).machines().list().limit(2).items().prefetch(4);
    let all: Vec<_> = items.try_collect().await.unwrap();

    let ids: Vec<_> = all.into_iter().map(|machine| machine.id).collect();
    assert_eq!(ids, (0..10).map(|index| format!("mch_{index}")).collect::<Vec<_>>());
    assert!(started.elapsed() < ms(4900), "one after the other they take 5,000 ms: {:?}", started.elapsed());
}

#[tokio::test]
async fn an_error_of_a_page_that_was_fetched_ahead_comes_at_its_place() {
    let server = Server::answering(|request| match number(request, "offset") {
        2 => Reply::json(500, "{}"),
        offset => Reply::json(200, &json!({ "data": [machine(offset)], "total_count": 9 }).to_string())
            .after(ms(100)),
    });

    let mut items = client(&server).machines().list().limit(1).items().prefetch(4);

    for id in ["mch_0", "mch_1"] {
        assert_eq!(items.try_next().await.unwrap().unwrap().id, id);
    }
    assert_eq!(items.try_next().await.unwrap_err().status().map(|status| status.as_u16()), Some(500));
    assert!(items.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_stream_that_is_dropped_fetches_nothing_more() {
    let server = machines(100, |offset| if offset == 0 { ms(0) } else { ms(30_000) });
    let tasks = tokio::runtime::Handle::current().metrics();
    let mut pages = client(&server).machines().list().limit(1).pages().prefetch(5);
    pages.try_next().await.unwrap();
    assert_eq!(settled(&server, 6).await, 6);
    let busy = (tasks.num_alive_tasks(), server.open_connections());

    drop(pages);

    // Far sooner than the answers come.
    for _ in 0..1000 {
        if tasks.num_alive_tasks() + 5 <= busy.0 {
            break;
        }
        tokio::time::sleep(ms(10)).await;
    }
    assert!(tasks.num_alive_tasks() + 5 <= busy.0, "{busy:?}, then {} tasks", tasks.num_alive_tasks());
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn a_step_that_is_interrupted_loses_nothing() {
    for prefetch in [0, 2] {
        let server = machines(4, |_| ms(100));
        let mut items = client(&server).machines().list().limit(1).items().prefetch(prefetch);
        let (mut ids, mut interrupted) = (Vec::new(), 0);

        loop {
            tokio::select! {
                biased;
                item = items.try_next() => match item.unwrap() {
                    Some(item) => ids.push(item.id),
                    None => break,
                },
                () = tokio::time::sleep(ms(15)) => {
                    interrupted += 1;
                    assert!(interrupted < 2000, "it begins again and again: {ids:?}");
                }
            }
        }

        assert_eq!(ids, ["mch_0", "mch_1", "mch_2", "mch_3"]);
        assert!(interrupted > 3, "{interrupted}");
        assert_eq!(server.seen().len(), 4, "no page is asked for twice");
    }
}

#[tokio::test]
async fn items_deleted_meanwhile_end_a_walk_with_pages_ahead_too() {
    // The total was 9 when the walk began; then seven are gone, and pages are shorter.
    let calls = Arc::new(AtomicUsize::new(0));
    let server = Server::answering(move |request| {
        let count = if calls.fetch_add(1, Ordering::SeqCst) == 0 { 9 } else { 5 };
        let items: Vec<Value> = (0..count).skip(number(request, "offset")).take(2).map(machine).collect();
        Reply::json(200, &json!({ "data": items, "total_count": count }).to_string())
    });

    let items = client(&server).machines().list().limit(2).items().prefetch(3);
    let all: Vec<_> = items.try_collect().await.unwrap();

    assert_eq!(all.len(), 5);
}
