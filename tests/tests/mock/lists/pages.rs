//! Pages follow one another, come to an end, and say how many items there are.

use serde_json::Value;

use super::{List, items};
use crate::crowd::crowd;
use crate::document::Document;
use crate::furnished::furnished;

#[tokio::test]
async fn every_list_has_pages_that_follow_one_another() {
    let document = Document::newest();
    let (api, ids) = crowd().await;
    let (mut findings, mut lists) = (Vec::new(), 0);

    for list in List::all(&document, &api, &ids).iter().filter(|list| list.takes("limit")) {
        let all = list.ask("").await;
        let (first, second) = (list.ask("limit=1").await, list.ask("limit=1&offset=1").await);
        let pages = [items(&first), items(&second)].concat();
        if items(&all).len() < 2 || pages != items(&all)[..2] {
            findings.push(format!("{}: {} items", list.operation, items(&all).len()));
        }
        if all["total_count"] != first["total_count"] {
            let totals = (&all["total_count"], &first["total_count"]);
            findings.push(format!("{}: {} in all, then {}", list.operation, totals.0, totals.1));
        }
        lists += 1;
    }

    assert!(lists > 25, "{lists}");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn lists_say_how_many_there_are_where_paginated_asks_for_it() {
    let document = Document::newest();
    let (api, ids) = furnished().await;
    let mut lists = 0;

    for operation in document.operations() {
        if !document.parameters(&operation).iter().any(|p| p["name"] == "paginated") {
            continue;
        }
        let (path, _) = document.address(&operation, &ids);
        let answer = api.get(&format!("{path}?paginated=true")).await;
        assert!(answer.body["data"].is_array(), "{}: {}", operation.id, answer.body);
        assert!(answer.body["total_count"].is_u64(), "{}: {}", operation.id, answer.body);
        lists += 1;
    }

    assert_eq!(lists, 13);
}

#[tokio::test]
async fn walks_along_lists_come_to_an_end() {
    let document = Document::newest();
    let (api, ids) = furnished().await;
    let mut lists = 0;

    for operation in document.operations() {
        let names: Vec<&Value> = document.parameters(&operation).iter().map(|p| &p["name"]).collect();
        if !names.iter().any(|n| *n == "limit") || !names.iter().any(|n| *n == "offset") {
            continue;
        }
        let (path, query) = document.address(&operation, &ids);
        let answer = api.get(&format!("{path}?limit=1&offset=100&{query}")).await;
        let items =
            answer.body.as_array().or_else(|| answer.body.as_object()?.values().find_map(Value::as_array));
        assert_eq!(items.map(Vec::len), Some(0), "{}: {}", operation.id, answer.body);
        lists += 1;
    }

    assert_eq!(lists, 37);
}
