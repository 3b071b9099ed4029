//! Walks by offset: where they begin, what they ask for, and where they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clerk_tests::server::{Reply, Server};
use serde_json::{Value, json};

use crate::{client, ids, machine, ms, number, query, redirect_url, redirect_urls};

#[tokio::test]
async fn one_call_answers_one_page_that_reads_as_a_slice() {
    let server = redirect_urls(7);
    let clerk = client(&server);

    let bare = clerk.redirect_urls().list().limit(3).offset(2).await.unwrap();
    let counted = clerk.redirect_urls().list().limit(3).paginated(true).await.unwrap();

    assert_eq!(bare.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["ru_2", "ru_3", "ru_4"]);
    assert_eq!(bare.total_count(), None);
    assert_eq!((counted.len(), counted.total_count()), (3, Some(7)));
    assert_eq!(
        serde_json::to_value(&bare).unwrap(),
        json!([redirect_url(2), redirect_url(3), redirect_url(4)])
    );
    let again = serde_json::to_value(&counted).unwrap();
    assert_eq!(again["total_count"], 7);
    assert_eq!(again["data"][0]["id"], "ru_0");
    // What the caller did not set is not sent, defaults included.
    assert_eq!(server.seen()[0].target, "/v1/redirect_urls?limit=3&offset=2");
}

#[tokio::test]
async fn a_walk_sees_every_item_once_whatever_the_page_size() {
    for count in [0, 1, 2, 3, 4, 99, 100, 101, 250] {
        let server = redirect_urls(count);
        let clerk = client(&server);
        for limit in [Some(1).filter(|_| count < 10), Some(2).filter(|_| count < 10), Some(100), None]
            .into_iter()
            .flatten()
        {
            let expected: Vec<String> = (0..count).map(|index| format!("ru_{index}")).collect();
            for prefetch in [0, 1, 3] {
                let requests = server.take().len();
                assert_eq!(ids(&clerk, Some(limit), prefetch).await, expected, "{count} by {limit}");
                assert!(
                    prefetch == 0 || server.seen().len() == requests,
                    "{count} by {limit}: needless requests"
                );
            }
            server.take();
        }
        assert_eq!(ids(&clerk, None, 0).await.len(), count);
    }
}

#[tokio::test]
async fn a_walk_asks_for_the_total_and_makes_no_needless_request() {
    let server = redirect_urls(200);
    let clerk = client(&server);

    let mut items = clerk.redirect_urls().list().items();
    assert_eq!(items.total_count(), None);
    items.try_next().await.unwrap();
    assert_eq!(items.total_count(), Some(200));
    let rest: Vec<_> = items.try_collect().await.unwrap();

    assert_eq!(rest.len(), 199);
    let targets: Vec<String> = server.seen().into_iter().map(|request| request.target).collect();
    assert_eq!(
        targets,
        [
            "/v1/redirect_urls?paginated=true&limit=100&offset=0",
            "/v1/redirect_urls?paginated=true&limit=100&offset=100"
        ]
    );
}

#[tokio::test]
async fn a_walk_begins_at_the_callers_offset_and_keeps_the_filters() {
    let server = Server::answering(|request| {
        let offset = number(request, "offset");
        let items: Vec<Value> =
            (offset..offset + number(request, "limit")).take_while(|i| *i < 12).map(machine).collect();
        Reply::json(200, &json!({ "data": items, "total_count": 12 }).to_string())
    });
    let clerk = client(&server);

    let found: Vec<_> =
        clerk.machines().list().query("a b").offset(5).limit(4).items().try_collect().await.unwrap();

    assert_eq!(found.iter().map(|machine| machine.id.as_str()).next(), Some("mch_5"));
    assert_eq!(found.len(), 7);
    assert!(server.seen().iter().all(|request| query(request, "query").as_deref() == Some("a%20b")));
}

#[tokio::test]
async fn a_server_that_gives_less_than_was_asked_for_is_walked_to_its_total() {
    // The list allows at most two items a page, whatever is asked for.
    let server = Server::answering(|request| {
        let items: Vec<Value> = (0..5).skip(number(request, "offset")).take(2).map(machine).collect();
        Reply::json(200, &json!({ "data": items, "total_count": 5 }).to_string())
    });

    for prefetch in [0, 2] {
        let items = client(&server).machines().list().items().prefetch(prefetch);
        let all: Vec<_> = items.try_collect().await.unwrap();
        assert_eq!(all.len(), 5);
    }
}

#[tokio::test]
async fn items_deleted_meanwhile_end_the_walk_instead_of_repeating_it() {
    // The total was 6 when the walk began; after the first page three items are gone.
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let server = Server::answering(move |request| {
        let count = if counted.fetch_add(1, Ordering::SeqCst) == 0 { 6 } else { 3 };
        let items: Vec<Value> = (0..count).skip(number(request, "offset")).take(2).map(machine).collect();
        Reply::json(200, &json!({ "data": items, "total_count": count }).to_string())
    });

    let all: Vec<_> = client(&server).machines().list().limit(2).items().try_collect().await.unwrap();

    assert_eq!(all.len(), 3);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_empty_page_ends_a_walk_even_where_the_total_says_otherwise() {
    let server =
        Server::answering(|_| Reply::json(200, &json!({ "data": [], "total_count": 99 }).to_string()));

    let mut pages = client(&server).machines().list().pages();
    let first = pages.try_next().await.unwrap().unwrap();
    let second = pages.try_next().await.unwrap();

    assert!(first.is_empty());
    assert!(second.is_none());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_error_is_handed_out_and_ends_the_stream() {
    let server = Server::scripted([
        Reply::json(200, &json!({ "data": [machine(0)], "total_count": 3 }).to_string()),
        Reply::json(500, "{}"),
    ]);

    let mut items = client(&server).machines().list().limit(1).items();

    assert!(items.try_next().await.unwrap().is_some());
    assert_eq!(items.try_next().await.unwrap_err().status().map(|status| status.as_u16()), Some(500));
    assert!(items.try_next().await.unwrap().is_none());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_page_that_does_not_decode_names_key_and_index() {
    let mut broken = machine(1);
    broken.as_object_mut().unwrap().remove("id");
    let body = json!({ "data": [machine(0), broken], "total_count": 2 }).to_string();
    let server = Server::answering(move |_| Reply::json(200, &body));

    let error = client(&server).machines().list().await.unwrap_err();

    assert_eq!(error.decode_path(), Some("data[1].id"));
    assert!(error.to_string().contains("ListMachines: GET /machines"), "{error}");
}

#[tokio::test]
async fn streams_can_be_spawned_and_used_with_futures() {
    use tokio_stream::StreamExt as _;
    let server = redirect_urls(5);
    let clerk = client(&server);

    let count = tokio::spawn(async move {
        let pages = clerk.redirect_urls().list().limit(2).pages();
        pages.map(|page| page.unwrap().len()).collect::<Vec<_>>().await
    });

    assert_eq!(count.await.unwrap(), [2, 2, 1]);
}

#[test]
fn blocking_iterators_walk_the_same() {
    let server = redirect_urls(5);
    let clerk = client(&server);

    let items: Result<Vec<_>, _> = clerk.redirect_urls().list().limit(2).items_blocking().collect();
    let pages: Vec<usize> =
        clerk.redirect_urls().list().limit(2).pages_blocking().map(|page| page.unwrap().len()).collect();

    assert_eq!(items.unwrap().len(), 5);
    assert_eq!(pages, [2, 2, 1]);

    let mut ahead = clerk.redirect_urls().list().limit(2).items_blocking().prefetch(2);
    server.take();
    ahead.next().unwrap().unwrap();
    for _ in 0..500 {
        if server.seen().len() >= 3 {
            break;
        }
        std::thread::sleep(ms(10));
    }
    assert_eq!(server.seen().len(), 3, "the others come while the first is used");
    assert_eq!(ahead.count(), 4);
}

#[tokio::test]
async fn the_key_of_the_items_may_be_another_than_data() {
    let body = json!({ "m2m_tokens": [], "total_count": 0 }).to_string();
    let server = Server::answering(move |_| Reply::json(200, &body));

    let page = client(&server).m2m().list_tokens("mch_1").await.unwrap();

    assert_eq!(serde_json::to_value(&page).unwrap(), json!({ "m2m_tokens": [], "total_count": 0 }));
}
