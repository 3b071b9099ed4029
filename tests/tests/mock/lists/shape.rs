//! What is listed: ids like Clerk's, each its own, the newest first.

use std::collections::BTreeSet;

use super::{List, items};
use crate::api::Api;
use crate::crowd::crowd;
use crate::document::Document;

/// What ids begin with, as Clerk's documents have it in their examples, by the tag of the object.
const PREFIXES: &[(&str, &str)] = &[
    ("api_key", "ak"),
    ("client", "client"),
    ("commerce_plan", "cplan"),
    ("commerce_statement", "stmt"),
    ("commerce_subscription_item", "csub_item"),
    ("invitation", "inv"),
    ("machine", "mch"),
    ("machine_to_machine_token", "mt"),
    ("organization", "org"),
    ("organization_domain", "orgdmn"),
    ("organization_invitation", "orginv"),
    ("organization_membership", "orgmem"),
    ("permission", "perm"),
    ("role", "role"),
    ("session", "sess"),
    ("user", "user"),
    ("waitlist_entry", "wle"),
];

/// Whether an id is a prefix of words, an underscore, and 27 letters and digits or 32 hexadecimal ones.
fn shaped(id: &str) -> bool {
    let Some((prefix, random)) = id.rsplit_once('_') else { return false };
    let hexadecimal = random.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    prefix.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        && (random.len() == 27 && random.chars().all(|c| c.is_ascii_alphanumeric())
            || random.len() == 32 && hexadecimal)
}

#[tokio::test]
async fn what_is_listed_has_ids_like_clerks_each_its_own_and_is_the_newest_first() {
    let document = Document::newest();
    let (api, ids) = crowd().await;
    let (mut findings, mut known, mut seen) = (Vec::new(), BTreeSet::new(), BTreeSet::new());

    for list in List::all(&document, &api, &ids).iter().filter(|list| list.takes("limit")) {
        let items = items(&list.ask("").await);
        let of_list: BTreeSet<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
        if !of_list.is_empty() && of_list.len() != items.len() {
            findings.push(format!("{}: an id is there twice", list.operation));
        }
        for item in &items {
            let (Some(tag), Some(id)) = (item["object"].as_str(), item["id"].as_str()) else { continue };
            let prefix = PREFIXES.iter().find(|(name, _)| *name == tag).map(|(_, prefix)| *prefix);
            known.extend(prefix.map(|_| tag.to_owned()));
            seen.insert(tag.to_owned());
            let own = prefix.is_none_or(|prefix| id.rsplit_once('_').is_some_and(|(own, _)| own == prefix));
            if !own || !shaped(id) {
                findings.push(format!("{}: {tag} {id}", list.operation));
            }
        }
        let times: Vec<i64> = items.iter().filter_map(|item| item["created_at"].as_i64()).collect();
        // Two lists have an order of their own: prices by amount, applications the oldest first.
        let own_order = matches!(list.operation, "GetBillingPriceList" | "ListOAuthApplications");
        if !own_order && !times.is_sorted_by(|a, b| a >= b) {
            findings.push(format!("{}: {times:?}", list.operation));
        }
    }

    assert_eq!(known.len(), PREFIXES.len(), "{known:?} of {seen:?}");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn what_is_made_in_one_moment_keeps_its_order() {
    let api = Api::start().await;
    let mut made = Vec::new();
    for n in 0..30 {
        made.push(api.user(&format!("{n}@example.com")).await);
    }

    let listed = api.get("/users?limit=100").await;
    let oldest_first = api.get("/users?limit=100&order_by=created_at").await;

    assert_eq!(oldest_first.column("id"), made);
    made.reverse();
    assert_eq!(listed.column("id"), made);
    let times = |answer: &crate::api::Answer| {
        let users = answer.body.as_array().expect("users").iter();
        users.map(|user| user["created_at"].as_i64().expect("a time")).collect::<Vec<_>>()
    };
    assert!(times(&oldest_first).is_sorted());
}
