//! What is to be paid: prices, discounts, credit.

use serde_json::{Value, json};

use super::{DAY, item, paid, shop, subscription};

#[tokio::test]
async fn a_plan_has_a_default_price_and_others_that_are_made() {
    let (api, _) = shop().await;
    let team = api.clerk.seed().plan("team").with("for_payer_type", "org").with("fee", 500).await;

    let price = |amount: Value| json!({ "plan_id": team.id, "amount": amount, "description": "Friends" });
    let made = api.post("/billing/prices", price(json!(1000))).await.body;
    let free = api.post("/billing/prices", price(json!(0))).await.body;
    let cheap = api.post("/billing/prices", price(json!(99))).await;
    let none = api.post("/billing/prices", price(Value::Null)).await;
    let nowhere = api.post("/billing/prices", json!({ "plan_id": "cplan_x", "amount": 100 })).await;
    let year = json!({ "plan_id": team.id, "amount": null, "annual_monthly_amount": 800 });
    let year = api.post("/billing/prices", year).await.body;

    assert_eq!((&made["is_default"], &made["supported_billing_periods"]), (&json!(false), &json!("month")));
    assert_eq!(made["fee"]["amount_formatted"], "$10.00");
    assert_eq!((&year["fee"], &year["supported_billing_periods"]), (&Value::Null, &json!("annual")));
    assert_eq!(cheap.refusal(), (422, "form_param_value_invalid", Some("amount")));
    assert_eq!(none.refusal(), (422, "form_param_missing", Some("amount")));
    assert_eq!(nowhere.refusal(), (404, "resource_not_found", Some("plan_id")));
    let all = api.get("/billing/prices").await;
    let amounts: Vec<&Value> =
        all.body["data"].as_array().expect("prices").iter().map(|p| &p["amount"]).collect();
    assert_eq!(amounts, [0, 0, 500, 1000, 1000]);
    assert_eq!((&all.body["data"][0]["id"], &all.body["data"][1]["id"]), (&year["id"], &free["id"]));
    assert_eq!(all.body["data"][3]["id"], made["id"]);
    assert_eq!(api.get(&format!("/billing/prices?plan_id={}", team.id)).await.body["total_count"], 4);
    assert_eq!(api.get("/billing/prices?plan_id=cplan_x").await.status, 404);
    assert_eq!(api.get("/billing/plans").await.column("slug"), ["team", "pro"]);
}

#[tokio::test]
async fn items_are_found_by_how_they_stand_who_pays_and_what_for() {
    let (api, ada) = shop().await;
    let seed = api.clerk.seed();
    let acme = seed.organization("Acme").await;
    let team = seed.plan("team").with("for_payer_type", "org").with("free_trial_enabled", true).await;
    seed.plan("free").with("fee", 0).await;
    let bob = seed.user("bob@example.com").await;
    seed.subscription(&ada.id, "pro").await;
    seed.subscription(&acme.id, "team").with("is_free_trial", true).await;
    seed.subscription(&bob.id, "free").await;

    let found = |query: String| {
        let api = &api;
        async move {
            let answer = api.get(&format!("/billing/subscription_items?{query}")).await;
            let items = answer.body["data"].as_array().expect("items").iter();
            items.map(|item| item["plan"]["slug"].as_str().expect("a slug").to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(found(String::new()).await, ["team", "pro"]);
    assert_eq!(found("include_free=true".to_owned()).await, ["free", "team", "pro"]);
    assert_eq!(found("status=free_trial".to_owned()).await, ["team"]);
    assert_eq!(found("status=ended".to_owned()).await, [""; 0]);
    assert_eq!(found("payer_type=user".to_owned()).await, ["pro"]);
    assert_eq!(found(format!("plan_id={}", team.id)).await, ["team"]);
    assert_eq!(found("query=acm".to_owned()).await, ["team"]);
    assert_eq!(found("query=ADA%40".to_owned()).await, ["pro"]);
    assert_eq!(found("limit=1&offset=1".to_owned()).await, ["pro"]);
}

#[tokio::test]
async fn a_discount_lowers_what_is_paid_next_for_so_many_periods() {
    let (api, ada) = shop().await;
    let begun = api.clerk.seed().subscription(&ada.id, "pro").await;
    let launch =
        api.clerk.seed().discount("launch").with("percent_off", 20).with("cycles", 1).await["id"].clone();
    let friends = api.clerk.seed().discount("friends").with("amount_off", 300).await["id"].clone();
    let path = format!("{}/discounts", item(&begun));
    let apply = |id: &Value| {
        let (api, path, body) = (&api, path.clone(), json!({ "discount_id": id }));
        async move { api.post(&path, body).await }
    };

    let first = apply(&friends).await.body;
    let second = apply(&launch).await.body;
    let twice = apply(&launch).await;
    let gone = api.delete(&format!("{path}/{}", friends.as_str().expect("an id"))).await;
    let next = subscription(&api, &ada).await["next_payment"]["totals"].clone();

    assert_eq!((&first["effect"], &first["amount"]["amount"]), (&json!("fixed_amount"), &json!(300)));
    assert_eq!((&second["percent_off"], &second["amount"]["amount"]), (&json!(20), &json!(200)));
    assert_eq!((&second["source"], &second["cycles_remaining"]), (&json!("manual"), &json!(1)));
    assert_eq!(twice.refusal(), (409, "discount_already_applied", None));
    assert_eq!(gone.status, 409);
    assert_eq!(apply(&json!("cdisc_x")).await.refusal(), (404, "resource_not_found", Some("discount_id")));
    let amounts = ["subtotal", "grand_total"].map(|name| next[name]["amount"].clone());
    assert_eq!((amounts, &next["discounts"]["total"]["amount"]), ([json!(1000), json!(800)], &json!(200)));
    api.clerk.advance(32 * DAY);
    assert_eq!(paid(&api).await, [800, 1000]);
    assert_eq!(subscription(&api, &ada).await["next_payment"]["totals"]["grand_total"]["amount"], 1000);
    apply(&friends).await;
    let removed = api.delete(&format!("{path}/{}", friends.as_str().expect("an id"))).await.body;
    assert_eq!((&removed["status"], &removed["amount"]), (&json!("removed"), &Value::Null));
    assert_eq!(api.delete(&format!("{path}/x")).await.status, 404);
}

#[tokio::test]
async fn credit_is_given_once_for_a_key_and_used_up_by_what_is_paid() {
    let (api, ada) = shop().await;
    let path = format!("/users/{}/billing/credits", ada.id);
    let adjust = |action: &str, amount: i64, key: &str| {
        let body = json!({ "action": action, "amount": amount, "idempotency_key": key, "note": "Sorry" });
        let (api, path) = (&api, path.clone());
        async move { api.post(&path, body).await }
    };

    let before = api.get(&path).await.body;
    let given = adjust("increase", 1500, "a").await.body;
    let again = adjust("increase", 1500, "a").await.body;
    let taken = adjust("decrease", 300, "b").await.body;
    let too_much = adjust("decrease", 1201, "c").await;
    let nothing = adjust("increase", 0, "d").await;

    assert_eq!((&before["object"], &before["balance"]), (&json!("commerce_credit_balance"), &Value::Null));
    assert_eq!(
        (&given["amount"]["amount"], &given["source_type"], &given["note"]),
        (&json!(1500), &json!("grant"), &json!("Sorry"))
    );
    assert_eq!(given, again);
    assert_eq!(taken["amount"]["amount_formatted"], "-$3.00");
    assert_eq!(too_much.refusal(), (409, "insufficient_credit_balance", Some("amount")));
    assert_eq!(nothing.refusal(), (422, "form_param_value_invalid", Some("amount")));
    assert_eq!(api.get(&path).await.body["balance"]["amount"], 1200);
    api.clerk.seed().subscription(&ada.id, "pro").await;
    assert_eq!(api.get(&path).await.body["balance"]["amount"], 200);
    api.clerk.advance(32 * DAY);
    let statement = api.get("/billing/statements").await.body["data"][0].clone();
    let payment = &statement["groups"][0]["items"][0];
    assert_eq!(
        (&payment["amount"]["amount"], &payment["totals"]["subtotal"]["amount"]),
        (&json!(800), &json!(1000))
    );
    assert_eq!(payment["totals"]["credits"]["payer"]["applied_amount"]["amount"], 200);
    assert_eq!(statement["totals"]["grand_total"]["amount"], 800);
    assert_eq!(api.get(&path).await.body["balance"]["amount"], 0);
    assert_eq!(
        subscription(&api, &ada).await["subscription_items"][0]["payer"]["credits_balance"]["amount"],
        0
    );
    let acme = api.create("/organizations", json!({ "name": "Acme" })).await;
    let body = json!({ "action": "increase", "amount": 5, "idempotency_key": "a", "currency": "EUR" });
    let of_acme = api.post(&format!("/organizations/{acme}/billing/credits"), body).await.body;
    assert_eq!(of_acme["amount"]["amount_formatted"], "€0.05");
}
