//! What becomes of a subscription as time goes by.

use std::time::Duration;

use clerk_tests::server::{Reply, Server};
use serde_json::{Value, json};

use super::{DAY, START, item, paid, plans, shop, subscription};
use crate::document::Document;

#[tokio::test]
async fn a_subscription_is_renewed_and_paid_for_as_time_goes_by() {
    let (api, ada) = shop().await;
    let begun = api.clerk.seed().subscription(&ada.id, "pro").await;

    api.clerk.advance(32 * DAY);
    let renewed = subscription(&api, &ada).await;

    assert!(begun.id.starts_with("csub_") && begun.payer_id.starts_with("cpayer_"));
    let item = &renewed["subscription_items"][0];
    assert_eq!(
        (&item["period_start"], &item["period_end"]),
        (&json!(START + 31 * 86_400_000), &json!(START + 59 * 86_400_000))
    );
    assert_eq!(
        (&renewed["next_payment"]["date"], &renewed["next_payment"]["amount"]["amount"]),
        (&item["period_end"], &json!(1000))
    );
    assert_eq!(item["lifetime_paid"]["amount"], 2000);
    assert_eq!(paid(&api).await, [1000, 1000]);
    let statements = api.get("/billing/statements").await.body;
    assert_eq!(
        (&statements["data"][0]["status"], &statements["data"][1]["status"]),
        (&json!("open"), &json!("closed"))
    );
    assert_eq!(statements["data"][0]["totals"]["grand_total"]["amount"], 1000);
    assert_eq!(statements["data"][0]["payer"]["email"], "ada@example.com");
    let id = statements["data"][0]["id"].as_str().expect("an id");
    let attempts = api.get(&format!("/billing/statements/{id}/payment_attempts")).await;
    assert_eq!(attempts.column("status"), ["paid"]);
    assert_eq!(attempts.body["data"][0]["subscription_item"]["id"], item["id"]);
    assert_eq!(api.get(&format!("/billing/statements/{id}")).await.body, statements["data"][0]);
}

#[tokio::test]
async fn what_is_canceled_goes_on_to_the_end_of_the_period_unless_it_ends_at_once() {
    let (api, ada) = shop().await;
    let bob = api.clerk.seed().user("bob@example.com").await;
    let one = api.clerk.seed().subscription(&ada.id, "pro").await;
    let other = api.clerk.seed().subscription(&bob.id, "pro").await;

    let later = api.delete(&item(&one)).await.body;
    let twice = api.delete(&item(&one)).await;
    let now = api.delete(&format!("{}?end_now=true", item(&other))).await.body;

    assert_eq!(
        (&later["status"], &later["ended_at"], &later["next_payment"]),
        (&json!("canceled"), &Value::Null, &Value::Null)
    );
    assert_eq!(twice.refusal(), (400, "subscription_item_cannot_be_canceled", None));
    assert_eq!((&now["status"], &now["ended_at"]), (&json!("ended"), &json!(START)));
    assert_eq!(
        (subscription(&api, &ada).await["status"].clone(), plans(&api, &ada)),
        (json!("canceled"), json!("u:pro"))
    );
    assert_eq!(
        (subscription(&api, &bob).await["status"].clone(), plans(&api, &bob)),
        (json!("ended"), Value::Null)
    );
    assert_eq!(api.delete(&item(&other)).await.status, 400);
    assert!(subscription(&api, &ada).await.get("next_payment").is_none());
    api.clerk.advance(31 * DAY);
    assert_eq!(
        (subscription(&api, &ada).await["status"].clone(), plans(&api, &ada)),
        (json!("ended"), Value::Null)
    );
    assert_eq!(paid(&api).await, [1000, 1000]);
    api.clerk.seed().subscription(&ada.id, "pro").await;
    assert_eq!(subscription(&api, &ada).await["status"], "active");
}

#[tokio::test]
async fn who_cancels_is_on_the_default_plan_afterwards() {
    let (api, ada) = shop().await;
    api.clerk.seed().plan("free").with("fee", 0).with("is_default", true).await;
    let begun = api.clerk.seed().subscription(&ada.id, "pro").await;

    api.delete(&item(&begun)).await;
    let waiting = subscription(&api, &ada).await;
    api.clerk.advance(31 * DAY);
    let after = subscription(&api, &ada).await;

    let upcoming = &waiting["subscription_items"][1];
    assert_eq!((&upcoming["status"], &upcoming["plan"]["slug"]), (&json!("upcoming"), &json!("free")));
    assert_eq!((&waiting["status"], &after["status"]), (&json!("active"), &json!("active")));
    let free = &after["subscription_items"][0];
    assert_eq!((&free["status"], &free["period_end"]), (&json!("active"), &Value::Null));
    assert_eq!(plans(&api, &ada), "u:free");
    let path = format!("/billing/subscription_items/{}", free["id"].as_str().expect("an id"));
    assert_eq!(api.delete(&path).await.status, 400);
}

#[tokio::test]
async fn a_free_trial_is_made_longer_and_then_paid_for() {
    let (api, ada) = shop().await;
    api.clerk.seed().plan("plus").with("free_trial_enabled", true).with("free_trial_days", 14).await;
    let begun = api.clerk.seed().subscription(&ada.id, "plus").with("is_free_trial", true).await;
    let path = format!("{}/extend_free_trial", item(&begun));
    let until = |time: &str| {
        let (api, path, body) = (&api, path.clone(), json!({ "extend_to": time }));
        async move { api.post(&path, body).await }
    };

    let longer = until("2030-01-20T00:00:00Z").await;
    let again = until("2030-01-20T00:00:00Z").await;

    assert_eq!(
        begun.subscription_items[0].period_end.map(|end| end.as_millis()),
        Some(START + 14 * 86_400_000)
    );
    assert_eq!((longer.status, &longer.body["period_end"]), (200, &json!(START + 19 * 86_400_000)));
    assert_eq!(longer.body["plan"]["amount_formatted"], "$10.00");
    assert_eq!(longer.body, again.body);
    for bad in ["2029-12-31T00:00:00Z", "2030-01-19T00:00:00Z", "2031-01-21T00:00:00Z", "tomorrow"] {
        assert_eq!(until(bad).await.refusal().2, Some("extend_to"), "{bad}");
    }
    assert_eq!((paid(&api).await, plans(&api, &ada)), (vec![], json!("u:plus")));
    assert_eq!(subscription(&api, &ada).await["eligible_for_free_trial"], false);
    api.clerk.advance(20 * DAY);
    let after = subscription(&api, &ada).await;
    assert_eq!(after["subscription_items"][0]["is_free_trial"], false);
    assert_eq!(paid(&api).await, [1000]);
    assert_eq!(until("2030-03-01T00:00:00Z").await.refusal().1, "subscription_item_not_in_free_trial");
}

#[tokio::test]
async fn a_higher_price_begins_at_once_and_a_lower_one_with_the_next_period() {
    let (api, ada) = shop().await;
    let max = api.clerk.seed().plan("max").with("fee", 3100).await;
    let begun = api.clerk.seed().subscription(&ada.id, "pro").await;
    let low = begun.subscription_items[0].price_id.clone().expect("a price");
    let high = api.get(&format!("/billing/prices?plan_id={}", max.id)).await.body["data"][0]["id"].clone();
    api.clerk.advance(Duration::from_secs(0));
    let path = |item: &Value| {
        format!("/billing/subscription_items/{}/price_transition", item.as_str().expect("an id"))
    };
    let first = json!(begun.subscription_items[0].id);

    let wrong = json!({ "from_price_id": high, "to_price_id": low });
    let wrong = api.post(&path(&first), wrong).await;
    let up = api.post(&path(&first), json!({ "from_price_id": low, "to_price_id": high })).await.body;
    let second = up["subscription_item"]["id"].clone();
    let down = api.post(&path(&second), json!({ "from_price_id": high, "to_price_id": low })).await.body;

    assert_eq!(wrong.refusal(), (409, "price_transition_conflict", Some("from_price_id")));
    let how = &up["transition"];
    assert_eq!(
        (&how["effective_mode"], &how["previous_subscription_item_status"]),
        (&json!("immediate"), &json!("ended"))
    );
    // The period that was paid for has just begun: all of it is credited.
    assert_eq!(
        (&how["charged_immediately"], &how["immediate_charge"]["amount"]),
        (&json!(true), &json!(2100))
    );
    assert_eq!((&how["previous_plan"]["slug"], &how["previous_price"]["id"]), (&json!("pro"), &json!(low)));
    let how = &down["transition"];
    assert_eq!(
        (&how["effective_mode"], &how["previous_subscription_item_status"]),
        (&json!("end_of_period"), &json!("canceled"))
    );
    assert_eq!(
        (&how["charged_immediately"], &how["effective_at"]),
        (&json!(false), &json!(START + 31 * 86_400_000))
    );
    assert_eq!(down["subscription_item"]["status"], "upcoming");
    assert_eq!(plans(&api, &ada), "u:max");
    api.clerk.advance(32 * DAY);
    assert_eq!(plans(&api, &ada), "u:pro");
    assert_eq!(paid(&api).await, [1000, 2100, 1000]);
    let read = subscription(&api, &ada).await;
    assert_eq!(
        (&read["status"], read["subscription_items"].as_array().map(Vec::len)),
        (&json!("active"), Some(1))
    );
}

#[tokio::test]
async fn a_payment_that_fails_makes_the_subscription_past_due() {
    let (api, ada) = shop().await;
    api.clerk.seed().subscription(&ada.id, "pro").await;

    let failed = api.clerk.seed().payment_attempt(&ada.id, 1000).with("status", "failed").await;

    let read = subscription(&api, &ada).await;
    assert_eq!((&read["status"], &read["past_due_at"]), (&json!("past_due"), &json!(START)));
    assert_eq!(plans(&api, &ada), Value::Null);
    let statement = api.get(&format!("/billing/statements/{}", failed.statement_id)).await.body;
    assert_eq!(statement["totals"]["grand_total"]["amount"], 1000);
    assert_eq!(statement["groups"][0]["items"][0]["status"], "failed");
    assert_eq!(api.get("/billing/subscription_items?status=past_due").await.body["total_count"], 1);
    assert_eq!(api.get("/billing/statements/stmt_x").await.status, 404);
}

#[tokio::test]
async fn webhooks_tell_what_becomes_of_subscriptions_and_payments() {
    let (api, ada) = shop().await;
    let endpoint = Server::scripted([Reply::json(200, "{}")]);
    api.clerk.webhook_endpoint(format!("{}/hooks", endpoint.url()));
    api.clerk.seed().plan("plus").with("free_trial_enabled", true).with("free_trial_days", 7).await;
    api.clerk.seed().plan("free").with("fee", 0).with("is_default", true).await;

    let begun = api.clerk.seed().subscription(&ada.id, "plus").with("is_free_trial", true).await;
    api.clerk.advance(5 * DAY);
    api.clerk.advance(3 * DAY);
    api.clerk.seed().payment_attempt(&ada.id, 1000).with("status", "failed").await;
    api.delete(&item(&begun)).await;
    api.delete(&format!("{}?end_now=true", item(&begun))).await;
    let sent = api.clerk.webhooks_sent().await;

    let types: Vec<&str> = sent.iter().map(|sent| sent.event_type.as_str()).collect();
    assert_eq!(
        types,
        [
            // The trial begins,
            "subscription.created",
            "subscription.active",
            "subscriptionItem.active",
            // is about to end,
            "subscriptionItem.freeTrialEnding",
            // is paid for,
            "paymentAttempt.created",
            "subscriptionItem.updated",
            // a payment fails,
            "paymentAttempt.created",
            "subscription.pastDue",
            "subscriptionItem.pastDue",
            // and it is canceled, first for the end of the period, then at once.
            "subscriptionItem.updated",
            "subscriptionItem.upcoming",
            "subscription.active",
            "subscriptionItem.ended",
            "subscriptionItem.active",
        ]
    );
    let document = Document::of_webhooks();
    let findings: Vec<String> = sent.iter().flat_map(|sent| document.event_findings(&sent.event)).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    let payment = &sent[4].event["data"];
    assert_eq!(payment["totals"]["grand_total"]["amount_formatted"], "$10.00");
    assert_eq!(payment["subscription_items"][0]["plan"]["slug"], "plus");
    assert_eq!(sent[6].event["data"]["failed_reason"]["code"], "card_declined");
    assert_eq!(sent[13].event["data"]["payer"]["user_id"], json!(ada.id));
    let webhook = clerk_sdk::webhooks::Webhook::new(api.clerk.webhook_secret()).expect("a secret");
    let webhook = webhook.clock(api.clerk.clock());
    let arrived = endpoint.seen();
    assert_eq!(arrived.len(), sent.len());
    for request in arrived {
        let event = webhook.verify(&request.header_map(), &request.body).expect("a signed event");
        assert!(!matches!(event, clerk_sdk::webhooks::Event::Unknown(_)), "{event:?}");
    }
}

#[tokio::test]
async fn a_free_trial_may_last_for_as_many_days_as_a_plan_can_say() {
    let (api, ada) = shop().await;
    api.clerk.seed().plan("plus").with("free_trial_enabled", true).with("free_trial_days", i64::MAX).await;

    let begun = api.clerk.seed().subscription(&ada.id, "plus").with("is_free_trial", true).await;

    assert_eq!(begun.subscription_items[0].period_end.map(|end| end.as_millis()), Some(i64::MAX));
}

#[tokio::test]
async fn nothing_of_a_far_future_makes_it_hang() {
    let (api, ada) = shop().await;
    api.clerk.seed().subscription(&ada.id, "pro").await;

    api.clerk.advance(Duration::from_secs(60 * 60 * 24 * 365 * 300_000));
    api.clerk.advance(Duration::MAX);

    assert_eq!(subscription(&api, &ada).await["status"], "active");
}
