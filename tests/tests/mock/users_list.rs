//! The list of users: pages, cursors, orders and filters.

use serde_json::json;

use crate::api::Api;

/// Users `u0` … of which each is newer than the one before.
async fn with_users(count: usize) -> (Api, Vec<String>) {
    let api = Api::start().await;
    let mut ids = Vec::new();
    for n in 0..count {
        let user = json!({
            "email_address": [format!("u{n}@example.com")], "phone_number": [format!("+1555555010{n}")],
            "username": format!("user-{n}"), "first_name": format!("Name{n}"), "external_id": format!("ext{n}"),
        });
        ids.push(api.create("/users", user).await);
    }
    (api, ids)
}

/// The list under a query, as the numbers of the users.
async fn numbers(api: &Api, query: &str) -> String {
    let answer = api.get(&format!("/users?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let numbers = answer.column("username").into_iter().map(|name| name.replace("user-", ""));
    numbers.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn comes_newest_first_ten_at_a_time() {
    let (api, _) = with_users(5).await;
    for n in 0..7 {
        api.create("/users", json!({ "username": format!("user-x{n}") })).await;
    }

    assert_eq!(numbers(&api, "").await, "x6 x5 x4 x3 x2 x1 x0 4 3 2");
    assert_eq!(numbers(&api, "offset=10").await, "1 0");
    assert_eq!(api.get("/users/count").await.body, json!({ "object": "total_count", "total_count": 12 }));
}

#[tokio::test]
async fn pages_by_offset_and_by_cursor_meet_everybody_once() {
    let (api, ids) = with_users(5).await;

    assert_eq!(numbers(&api, "limit=2").await, "4 3");
    assert_eq!(numbers(&api, "limit=2&offset=2").await, "2 1");
    assert_eq!(numbers(&api, "limit=2&offset=4").await, "0");
    assert_eq!(numbers(&api, &format!("limit=2&starting_after={}", ids[3])).await, "2 1");
    assert_eq!(numbers(&api, &format!("order_by=created_at&starting_after={}", ids[2])).await, "3 4");
    assert_eq!(numbers(&api, &format!("starting_after={}", ids[0])).await, "");
}

#[tokio::test]
async fn a_cursor_wants_the_order_of_creation_and_no_offset() {
    let (api, ids) = with_users(1).await;
    let cursor = &ids[0];

    let order = api.get(&format!("/users?starting_after={cursor}&order_by=username")).await;
    let offset = api.get(&format!("/users?starting_after={cursor}&offset=1")).await;
    let zero = api.get(&format!("/users?starting_after={cursor}&offset=0&order_by=%2Bcreated_at")).await;
    let stranger = api.get("/users?starting_after=user_x").await;

    assert_eq!(order.refusal(), (422, "form_param_value_invalid", Some("starting_after")));
    assert_eq!(offset.refusal(), (422, "form_conditional_param_disallowed", Some("offset")));
    assert_eq!(zero.status, 200);
    assert_eq!(stranger.refusal(), (422, "form_param_value_invalid", Some("starting_after")));
}

#[tokio::test]
async fn is_ordered_as_asked() {
    let (api, ids) = with_users(3).await;
    api.patch(&format!("/users/{}", ids[1]), json!({ "first_name": "Zoe" })).await;
    api.patch(&format!("/users/{}", ids[0]), json!({ "first_name": null })).await;

    for (order, expected) in [
        ("created_at", "0 1 2"),
        ("%2Bcreated_at", "0 1 2"),
        ("+created_at", "0 1 2"),
        ("-created_at", "2 1 0"),
        ("first_name", "0 2 1"),
        ("-first_name", "1 2 0"),
        ("email_address", "0 1 2"),
        ("-phone_number", "2 1 0"),
        ("-username", "2 1 0"),
    ] {
        assert_eq!(numbers(&api, &format!("order_by={order}")).await, expected, "{order}");
    }
    assert_eq!(numbers(&api, "order_by=username&order_by=-created_at").await, "0 1 2");
}

#[tokio::test]
async fn is_filtered_as_asked_and_counted_alike() {
    let (api, ids) = with_users(3).await;
    let created = api.get(&format!("/users/{}", ids[1])).await.body["created_at"].as_i64().expect("a time");
    let organization = api.create("/organizations", json!({ "name": "Acme", "created_by": ids[1] })).await;
    api.post(&format!("/users/{}/ban", ids[2]), json!({})).await;
    let old = json!({ "username": "user-old", "created_at": "2020-01-01T00:00:00Z" });
    api.create("/users", old).await;

    for (query, expected) in [
        ("email_address=u1@example.com&email_address=U2@example.com", "2 1"),
        ("email_address=nobody@example.com", ""),
        ("phone_number=%2B15555550101", "1"),
        ("username=USER-0", "0"),
        ("external_id=ext1&external_id=none", "1"),
        ("external_id=-ext1&external_id=-ext0", "2 old"),
        (&format!("user_id={}", ids[0]), "0"),
        (&format!("user_id=-{}", ids[0]), "2 1 old"),
        (&format!("user_id=%2B{}", ids[0]), "0"),
        (&format!("organization_id={organization}"), "1"),
        (&format!("organization_id=-{organization}"), "2 0 old"),
        ("query=NAME2", "2"),
        ("query=u1%40exam", "1"),
        (&format!("query={}", ids[1]), "1"),
        ("email_address_query=U0%40", "0"),
        ("phone_number_query=0102", "2"),
        ("username_query=R-1", "1"),
        ("name_query=ame1", "1"),
        ("banned=true", "2"),
        ("banned=false", "1 0 old"),
        (&format!("created_at_before={}", created - 86_400_000), "old"),
        (&format!("created_at_after={}", created - 86_400_000), "2 1 0"),
        ("last_sign_in_at_after=1", ""),
        ("provider=oauth_google&provider_user_id=1", ""),
    ] {
        assert_eq!(numbers(&api, query).await, expected, "{query}");
        let count = api.get(&format!("/users/count?{query}")).await.body["total_count"].clone();
        assert_eq!(count, json!(expected.split_whitespace().count()), "{query}");
    }
}

#[tokio::test]
async fn times_of_creation_never_go_back() {
    let (api, _) = with_users(5).await;

    let users = api.get("/users?order_by=created_at").await.body;

    let times: Vec<_> = users.as_array().expect("users").iter().map(|u| u["created_at"].as_i64()).collect();
    assert!(times.is_sorted(), "{times:?}");
}
