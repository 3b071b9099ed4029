//! Lists: pages and items as streams, where they stop, and what a page knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clerk_sdk::{Clerk, RetryPolicy};
use clerk_tests::server::{Recorded, Reply, Server};
use serde_json::{Value, json};

fn client(server: &Server) -> Clerk {
    Clerk::builder("sk_test_key").server_url(server.url()).retry(RetryPolicy::none()).build().unwrap()
}

fn query(request: &Recorded, name: &str) -> Option<String> {
    let (_, query) = request.target.split_once('?')?;
    let pair = query.split('&').find(|pair| pair.split('=').next() == Some(name))?;
    Some(pair.split_once('=').map_or(String::new(), |(_, value)| value.to_owned()))
}

fn number(request: &Recorded, name: &str) -> usize {
    query(request, name).and_then(|value| value.parse().ok()).unwrap_or(0)
}

fn redirect_url(index: usize) -> Value {
    json!({ "object": "redirect_url", "id": format!("ru_{index}"), "url": "https://example.com", "created_at": 1, "updated_at": 1 })
}

fn machine(index: usize) -> Value {
    json!({ "object": "machine", "id": format!("mch_{index}"), "name": "m", "instance_id": "ins_1", "created_at": 1,
            "updated_at": 1, "default_token_ttl": 1, "scoped_machines": [] })
}

/// A server with so many redirect URLs, which answers a bare array, or an object with `paginated=true`.
fn redirect_urls(count: usize) -> Server {
    Server::answering(move |request| {
        let items: Vec<Value> = (0..count)
            .skip(number(request, "offset"))
            .take(number(request, "limit"))
            .map(redirect_url)
            .collect();
        let body = match query(request, "paginated").as_deref() {
            Some("true") => json!({ "data": items, "total_count": count }),
            _ => Value::Array(items),
        };
        Reply::json(200, &body.to_string())
    })
}

async fn ids(clerk: &Clerk, limit: Option<i64>, prefetch: usize) -> Vec<String> {
    let request = clerk.redirect_urls().list().apply_if(limit, |request, limit| request.limit(limit));
    let items = request.items().prefetch(prefetch);
    let items: Vec<clerk_sdk::types::RedirectUrl> = items.try_collect().await.unwrap();
    items.into_iter().map(|item| item.id).collect()
}

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

/// Machines by pages, each after as long as `delay` says for its offset.
fn machines(count: usize, delay: impl Fn(usize) -> Duration + Send + Sync + 'static) -> Server {
    Server::answering(move |request| {
        let offset = number(request, "offset");
        let items: Vec<Value> = (offset..count).take(number(request, "limit")).map(machine).collect();
        Reply::json(200, &json!({ "data": items, "total_count": count }).to_string()).after(delay(offset))
    })
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

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

    for _ in 0..3000 {
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
                () = tokio::time::sleep(ms(15)) => interrupted += 1,
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

/// A user as the embedded Clerk makes it, with another id.
async fn user() -> Value {
    let mock = clerk_sdk::mock::MockClerk::start().await.unwrap();
    let user = mock.client().users().create().email_address(["ada@example.com"]).await.unwrap();
    serde_json::to_value(user).unwrap()
}

fn users(template: Value, count: usize) -> Server {
    Server::answering(move |request| {
        let after = query(request, "starting_after")
            .map(|id| id.trim_start_matches("user_").parse::<usize>().unwrap() + 1);
        let start = after.unwrap_or_else(|| number(request, "offset"));
        let items: Vec<Value> = (start..count)
            .take(number(request, "limit"))
            .map(|index| {
                let mut user = template.clone();
                user["id"] = json!(format!("user_{index}"));
                user
            })
            .collect();
        Reply::json(200, &Value::Array(items).to_string())
    })
}

#[tokio::test]
async fn users_are_walked_by_cursor_in_the_order_of_creation() {
    let server = users(user().await, 5);
    let clerk = client(&server);
    for order in [None, Some("created_at"), Some("-created_at"), Some("+created_at")] {
        let seen = server.seen().len();

        let request = clerk.users().list().limit(2).apply_if(order, |request, order| request.order_by(order));
        let all: Vec<_> = request.items().try_collect().await.unwrap();

        assert_eq!(all.len(), 5, "{order:?}");
        let requests = &server.seen()[seen..];
        let cursors: Vec<_> = requests.iter().map(|request| query(request, "starting_after")).collect();
        assert_eq!(cursors, [None, Some("user_1".to_owned()), Some("user_3".to_owned())], "{order:?}");
        assert!(requests.iter().all(|request| query(request, "offset").is_none()));
    }
}

#[tokio::test]
async fn users_in_another_order_or_from_an_offset_are_walked_by_offset() {
    let server = users(user().await, 5);
    let clerk = client(&server);

    let by_name: Vec<_> =
        clerk.users().list().limit(2).order_by("username").items().try_collect().await.unwrap();
    let from_offset: Vec<_> = clerk.users().list().limit(2).offset(1).items().try_collect().await.unwrap();

    assert_eq!((by_name.len(), from_offset.len()), (5, 4));
    assert!(server.seen().iter().all(|request| query(request, "starting_after").is_none()));
    let offsets: Vec<_> = server.seen().iter().map(|request| number(request, "offset")).collect();
    assert_eq!(offsets, [0, 2, 4, 1, 3, 5]);
}

#[tokio::test]
async fn a_callers_cursor_is_where_the_walk_begins() {
    let server = users(user().await, 5);

    let rest: Vec<_> =
        client(&server).users().list().starting_after("user_2").items().try_collect().await.unwrap();

    assert_eq!(rest.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["user_3", "user_4"]);
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
