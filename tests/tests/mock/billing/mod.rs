//! Billing: plans, prices, subscriptions, discounts, credit, statements, and what time does to them.

mod amounts;
mod subscriptions;

use std::time::{Duration, UNIX_EPOCH};

use clerk_sdk::mock::MockClerk;
use clerk_sdk::types::{CommerceSubscription, User};
use serde_json::{Value, json};

use crate::api::Api;
use crate::token::Token;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// 1 January 2030.
const START: i64 = 1_893_456_000_000;

/// A server whose clock stands at the beginning of 2030, with a plan `pro` for 10 dollars a month, and Ada.
async fn shop() -> (Api, User) {
    let start = UNIX_EPOCH + Duration::from_millis(START as u64);
    let clerk = MockClerk::builder().clock(start).start().await.expect("a server");
    let api = Api { clerk, http: clerk_sdk::reqwest_builder().build().expect("a client") };
    api.clerk.seed().plan("pro").with("features", json!(["export"])).await;
    let ada = api.clerk.seed().user("ada@example.com").with("first_name", "Ada").await;
    (api, ada)
}

/// The path of the one item of a subscription.
fn item(subscription: &CommerceSubscription) -> String {
    format!("/billing/subscription_items/{}", subscription.subscription_items[0].id)
}

async fn subscription(api: &Api, ada: &User) -> Value {
    api.get(&format!("/users/{}/billing/subscription", ada.id)).await.body
}

fn plans(api: &Api, ada: &User) -> Value {
    Token::read(&api.clerk.sign_in(ada).token()).claims["pla"].clone()
}

/// The amounts of the payments so far, the latest first.
async fn paid(api: &Api) -> Vec<i64> {
    let statements = api.get("/billing/statements?limit=100").await.body;
    let groups = statements["data"].as_array().expect("statements").iter();
    let groups = groups.flat_map(|statement| statement["groups"].as_array().expect("groups"));
    let payments = groups.flat_map(|group| group["items"].as_array().expect("payments"));
    payments.map(|payment| payment["amount"]["amount"].as_i64().expect("an amount")).collect()
}
