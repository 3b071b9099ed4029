//! Every query parameter has the effect that its name promises.

use std::collections::BTreeSet;

use super::effects::Trial;
use super::tried::{TRIED, UNTRIED};
use super::{List, items};
use crate::crowd::crowd;
use crate::document::Document;

#[tokio::test]
async fn every_query_parameter_of_every_list_has_its_effect() {
    let document = Document::newest();
    let (api, ids) = crowd().await;
    let (mut findings, mut used, mut tried) = (Vec::new(), BTreeSet::new(), 0);

    for list in List::all(&document, &api, &ids) {
        let operation = list.operation;
        for parameter in list.parameters() {
            let untried =
                |(id, name, _): &(&str, &str, &str)| *id == operation && (*name == parameter || *name == "*");
            if UNTRIED.iter().any(untried) || matches!(parameter, "limit" | "offset") {
                continue;
            }
            let line =
                |wanted: &str| TRIED.iter().position(|(id, name, _)| *id == wanted && *name == parameter);
            let Some(index) = line(operation).or_else(|| line("*")) else {
                findings.push(format!("{operation} {parameter} is not tried"));
                continue;
            };
            let how = TRIED[index].2;
            used.insert(index);
            tried += 1;
            if let Err(why) = Trial::of(&document, &list, parameter).await.judge(how).await {
                findings.push(format!("{operation} {parameter} ({how:?}): {why}"));
            }
        }
    }

    let unused = (0..TRIED.len()).filter(|index| !used.contains(index));
    findings.extend(unused.map(|index| format!("{:?} is of no use", TRIED[index])));
    assert!(tried > 100, "{tried}");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn users_are_counted_by_the_filters_that_they_are_listed_by() {
    let document = Document::newest();
    let (api, ids) = crowd().await;
    let lists = List::all(&document, &api, &ids);
    let count = lists.iter().find(|list| list.operation == "GetUsersCount").expect("it");
    let mut tried = 0;

    for parameter in count.parameters() {
        let value = match parameter {
            "provider" => "oauth_google&provider_user_id=x",
            "provider_user_id" => "x&provider=oauth_google",
            "banned" => "true",
            "phone_number_query" => "0101",
            "organization_id" => &ids["ORGANIZATION"],
            name if name.starts_with("created_at") => &ids["CREATED"],
            name if name.contains("_at_") => &ids["ACTIVE"],
            _ => "bob_2",
        };
        let list = items(&api.get(&format!("/users?{parameter}={value}")).await.body).len();
        let count = api.get(&format!("/users/count?{parameter}={value}")).await.body;
        assert_eq!(count["total_count"], list, "{parameter}");
        assert!(list < 3, "{parameter} has no effect");
        tried += 1;
    }

    assert_eq!(tried, 22);
}
