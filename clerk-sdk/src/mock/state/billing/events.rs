//! What webhooks say about changes of billing.

use serde_json::{Value, json};

use super::super::table::Changed;
use super::{ITEM, Object, PAYMENT, PLAN, SUBSCRIPTION, State, row};

impl State {
    /// The events that a change is, each with its type and data.
    pub(in super::super) fn billing_events(&self, changed: &Changed) -> Vec<(String, Value)> {
        let (Some(after), before) = (&changed.after, &changed.before) else { return Vec::new() };
        let kinds: Vec<String> = match changed.tag {
            SUBSCRIPTION => of_subscription(before.as_ref(), after),
            ITEM => vec![of_item(before.as_ref(), after)],
            PAYMENT if before.is_none() => vec!["paymentAttempt.created".to_owned()],
            PAYMENT => vec!["paymentAttempt.updated".to_owned()],
            _ => Vec::new(),
        };
        let data = |state: &State| match changed.tag {
            SUBSCRIPTION => state.subscription_event(after),
            ITEM => state.item_event(after),
            _ => state.payment_event(after),
        };
        kinds.into_iter().map(|kind| (kind, data(self))).collect()
    }

    fn subscription_event(&self, subscription: &Object) -> Value {
        let payer = subscription.text("payer_id");
        let mut data = Value::from(subscription);
        let items = self.rows(ITEM).filter(|item| item["_subscription"] == subscription["id"]);
        let latest = self.rows(PAYMENT).rfind(|payment| payment["payer_id"] == payer);
        data["items"] = items
            .map(|item| {
                let mut item = self.item_event(item);
                item["subscription_id"] = Value::Null;
                if let Value::Object(fields) = &mut item {
                    fields.remove("payer");
                }
                item
            })
            .collect();
        data["payer"] = self.show_payer_in_full(payer);
        data["payment_source_id"] = self.payment_method(payer)["id"].clone();
        data["latest_payment_id"] = latest.map(|payment| payment["payment_id"].clone()).unwrap_or_default();
        data
    }

    fn item_event(&self, item: &Object) -> Value {
        let mut data = json!({
            "interval": item["plan_period"], "plan": self.plan_event(item),
            "payer": self.show_payer_in_full(item.text("payer_id")),
            "subscription_id": item["_subscription"], "status": status(item),
        });
        for name in [
            "object",
            "id",
            "is_free_trial",
            "created_at",
            "updated_at",
            "period_start",
            "period_end",
            "plan_id",
        ] {
            data[name] = item[name].clone();
        }
        data
    }

    fn plan_event(&self, item: &Object) -> Value {
        let Some(plan) = row(self, PLAN, item.text("plan_id")) else { return Value::Null };
        let (fee, currency) = self.fee(item).unwrap_or((0, "USD".to_owned()));
        json!({
            "id": plan["id"], "slug": plan["slug"], "name": plan["name"], "is_recurring": plan["is_recurring"],
            "amount": fee, "currency": currency,
        })
    }

    fn payment_event(&self, payment: &Object) -> Value {
        let payer = payment.text("payer_id");
        let method = self.payment_method(payer);
        let item = row(self, ITEM, payment.text("subscription_item_id"));
        let items: Vec<Value> = item
            .into_iter()
            .map(|item| {
                let mut data = self.item_event(item);
                // The document knows no period without an end here.
                if data["period_end"].is_null() {
                    data["period_end"] = item["period_start"].clone();
                }
                data
            })
            .collect();
        let totals = &payment["totals"];
        let failed = payment["status"] == "failed";
        let mut data = json!({
            "invoice_id": payment["statement_id"], "billing_date": payment["created_at"],
            "failed_reason": failed.then(|| json!({ "code": "card_declined", "decline_code": "generic_decline" })),
            "payee": self.payee(), "payer": self.show_payer_in_full(payer),
            "totals": {
                "subtotal": totals["subtotal"], "tax_total": totals["tax_total"],
                "grand_total": totals["grand_total"],
            },
            "payment_source": {
                "id": method["id"], "gateway": method["gateway"],
                "gateway_external_id": method["gateway_external_id"], "gateway_external_account_id": null,
                "payment_method": "card", "status": "active", "card_type": method["card_type"],
                "last4": method["last4"],
            },
            "subscription_items": items,
        });
        for name in [
            "id",
            "instance_id",
            "payment_id",
            "statement_id",
            "gateway_external_id",
            "status",
            "created_at",
            "updated_at",
            "paid_at",
            "failed_at",
            "charge_type",
        ] {
            data[name] = payment[name].clone();
        }
        data
    }
}

/// A new subscription, then how it stands; later how it stands, or that something else of it changed.
fn of_subscription(before: Option<&Object>, after: &Object) -> Vec<String> {
    let stands = match after.text("status") {
        "active" => Some("subscription.active"),
        "past_due" => Some("subscription.pastDue"),
        _ => None,
    };
    let told = match before {
        None => [Some("subscription.created"), stands],
        Some(before) if before["status"] == after["status"] => [Some("subscription.updated"), None],
        Some(_) => [Some(stands.unwrap_or("subscription.updated")), None],
    };
    told.into_iter().flatten().map(str::to_owned).collect()
}

fn of_item(before: Option<&Object>, after: &Object) -> String {
    let now = status(after);
    let what = match before {
        Some(before) if before["_trial_ending"] != true && after["_trial_ending"] == true => {
            "freeTrialEnding"
        }
        Some(before) if status(before) == now => "updated",
        _ if now == "past_due" => "pastDue",
        _ => now,
    };
    format!("subscriptionItem.{what}")
}

/// How an item stands: one that was canceled, but goes on to the end of its period, is `canceled`.
fn status(item: &Object) -> &str {
    if item["status"] == "active" && !item["canceled_at"].is_null() {
        "canceled"
    } else {
        item.text("status")
    }
}
