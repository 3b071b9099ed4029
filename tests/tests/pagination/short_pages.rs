//! Servers that return fewer items than were asked for, without a total: a walk still reaches the last item.

use clerk_sdk::Clerk;
use clerk_tests::server::{Recorded, Reply, Server};
use serde_json::{Value, json};

use crate::{client, machine, number, query, redirect_url, user};

/// A bare list of `count` redirect URLs from a server that has a page size of its own: `page(limit)`.
fn bare(count: usize, page: impl Fn(usize) -> usize + Send + Sync + 'static) -> Server {
    Server::answering(move |request| {
        let size = page(number(request, "limit"));
        let items = (0..count).skip(number(request, "offset")).take(size).map(redirect_url);
        Reply::json(200, &Value::Array(items.collect()).to_string())
    })
}

async fn walk(clerk: &Clerk, limit: i64, prefetch: usize) -> Vec<String> {
    let items = clerk.redirect_urls().list().with_query("limit", limit).items().prefetch(prefetch);
    let all: Vec<_> = items.try_collect().await.unwrap();
    all.into_iter().map(|item| item.id).collect()
}

fn expected(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("ru_{index}")).collect()
}

#[tokio::test]
async fn a_limit_that_the_server_caps_or_resets_loses_no_item() {
    for count in [0_usize, 1, 9, 10, 11, 25, 30, 499, 500, 501, 1000] {
        let needed = |size: usize| count.div_ceil(size).max(1);
        let capped = bare(count, |limit| limit.min(500));
        let reset = bare(count, |limit| if limit > 500 { 10 } else { limit });
        for (server, size) in [(&capped, 500), (&reset, 10)] {
            for prefetch in [0, 1, 3] {
                server.take();

                assert_eq!(walk(&client(server), 501, prefetch).await, expected(count), "{count} by {size}");

                let requests = server.take().len();
                assert!(requests <= needed(size) + 1, "{count} by {size}: {requests} requests");
            }
        }
    }
}

#[tokio::test]
async fn a_walk_whose_last_page_is_shorter_makes_no_needless_request() {
    for prefetch in [0, 1, 3] {
        let server = bare(25, |limit| limit);

        assert_eq!(walk(&client(&server), 10, prefetch).await, expected(25));

        assert_eq!(server.seen().len(), 3);
    }
}

#[tokio::test]
async fn a_page_that_is_longer_than_the_first_sets_the_page_size() {
    // The first page of the server is short, as after a filter.
    let server = Server::answering(|request| {
        let offset = number(request, "offset");
        let size = if offset == 0 { 2 } else { 4 };
        let items = (offset..13).take(size).map(redirect_url).collect();
        Reply::json(200, &Value::Array(items).to_string())
    });

    for prefetch in [0, 2] {
        assert_eq!(walk(&client(&server), 4, prefetch).await, expected(13));
    }
}

#[tokio::test]
async fn a_walk_by_cursor_reaches_the_last_user_where_the_server_caps_the_limit() {
    let template = user().await;
    for (count, total) in [(6, false), (7, false), (6, true), (7, true)] {
        let template = template.clone();
        let server = Server::answering(move |request| {
            let after = query(request, "starting_after").map_or(0, |id| index(&id) + 1);
            let items: Vec<Value> = (after..count)
                .take(3)
                .map(|index| {
                    let mut user = template.clone();
                    user["id"] = json!(format!("user_{index}"));
                    user
                })
                .collect();
            let body = if total { json!({ "data": items, "total_count": count }) } else { json!(items) };
            Reply::json(200, &body.to_string())
        });
        for prefetch in [0, 2] {
            server.take();

            let items = client(&server).users().list().limit(100).items().prefetch(prefetch);
            let all: Vec<_> = items.try_collect().await.unwrap();

            assert_eq!(all.len(), count, "{total}");
            assert_eq!(server.seen().len(), 3, "{count} {total}");
        }
    }
}

fn index(id: &str) -> usize {
    id.trim_start_matches("user_").parse().unwrap()
}

/// A server that returns the same items whatever it is asked for.
fn deaf(body: Value) -> Server {
    Server::answering(move |_: &Recorded| Reply::json(200, &body.to_string()))
}

#[tokio::test]
async fn a_server_that_always_returns_the_whole_list_is_asked_twice() {
    for count in [1, 3, 250] {
        let server = deaf((0..count).map(redirect_url).collect());

        for prefetch in [0, 2] {
            assert_eq!(walk(&client(&server), 100, prefetch).await, expected(count));
        }

        assert_eq!(server.seen().len(), 4);
    }
    let template = user().await;
    let server = deaf(json!([template]));
    let users: Vec<_> = client(&server).users().list().items().try_collect().await.unwrap();
    assert_eq!((users.len(), server.seen().len()), (1, 2));
}

#[tokio::test]
async fn a_server_that_returns_the_same_page_twice_is_an_error_if_items_may_be_missing() {
    let bare = deaf((0..10).map(redirect_url).collect());
    let counted = deaf(json!({ "data": [machine(0), machine(1)], "total_count": 9 }));

    let by_limit = client(&bare).redirect_urls().list().limit(10).items();
    let by_limit = by_limit.try_collect::<Vec<_>>().await.unwrap_err();
    let by_total = client(&counted).machines().list().items();
    let by_total = by_total.try_collect::<Vec<_>>().await.unwrap_err();

    for (error, operation) in [(by_limit, "listRedirectURLs"), (by_total, "ListMachines")] {
        assert!(error.to_string().contains("the same page twice"), "{error}");
        assert!(error.operation().is_some_and(|id| id.eq_ignore_ascii_case(operation)), "{error}");
    }
}
