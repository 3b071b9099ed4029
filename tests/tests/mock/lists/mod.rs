//! Every list of the document, asked of a server on which there is much of everything: what its query parameters do,
//! and in which order and pages its items come.

mod effects;
mod pages;
mod parameters;
mod shape;
mod tried;

use clerk_sdk::mock::MockClerk;
use serde_json::Value;

use crate::api::Api;
use crate::document::{Document, Ids, Operation};

/// An operation that only looks, and takes query parameters.
struct List<'a> {
    api: &'a Api,
    ids: &'a Ids,
    operation: &'a str,
    path: String,
    parameters: Vec<&'a Value>,
}

impl<'a> List<'a> {
    /// All that the server remembers anything for.
    fn all(document: &'a Document, api: &'a Api, ids: &'a Ids) -> Vec<Self> {
        let operations = document.operations().into_iter();
        let lists = operations.filter(|it| it.method == reqwest::Method::GET && MockClerk::remembers(it.id));
        lists.map(|operation| Self::of(document, &operation, api, ids)).collect()
    }

    fn of(document: &'a Document, operation: &Operation<'a>, api: &'a Api, ids: &'a Ids) -> Self {
        let parameters = document.parameters(operation).into_iter();
        Self {
            api,
            ids,
            operation: operation.id,
            path: document.address(operation, ids).0,
            parameters: parameters.filter(|parameter| parameter["in"] == "query").collect(),
        }
    }

    /// The names of its query parameters.
    fn parameters(&self) -> Vec<&'a str> {
        self.parameters.iter().map(|parameter| parameter["name"].as_str().expect("a name")).collect()
    }

    fn takes(&self, parameter: &str) -> bool {
        self.parameters().contains(&parameter)
    }

    /// What it answers, as much at once as it can.
    async fn ask(&self, query: &str) -> Value {
        let limit = if self.takes("limit") && !query.contains("limit=") { "&limit=100" } else { "" };
        let answer = self.api.get(&format!("{}?{query}{limit}{}", self.path, self.needed(query))).await;
        assert_eq!(answer.status, 200, "{} {query}: {}", self.operation, answer.body);
        answer.body
    }

    /// What it is asked for beside what is tried.
    fn needed(&self, query: &str) -> String {
        match self.operation {
            "getApiKeys" if !query.starts_with("subject=") => format!("&subject={}", self.ids["SUBJECT"]),
            "getM2MTokens" if !query.starts_with("subject=") => format!("&subject={}", self.ids["MACHINE"]),
            "ListOrganizations" if query.starts_with("order_by=") => "&include_members_count=true".to_owned(),
            _ => String::new(),
        }
    }
}

/// The items of an answer: those of a list, bare or with its total, or the one thing that it is.
fn items(body: &Value) -> Vec<Value> {
    match body {
        Value::Array(items) => items.clone(),
        Value::Object(fields) => match fields.values().find_map(Value::as_array) {
            Some(items) if fields.contains_key("total_count") => items.clone(),
            _ => vec![body.clone()],
        },
        _ => Vec::new(),
    }
}
