//! Lists: pages and items as streams, where they stop, and what a page knows.

mod ahead;
mod bounds;
mod cursor;
mod short_pages;
mod walks;

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
