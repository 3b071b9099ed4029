//! Subscriptions: one for each payer, with an item for each plan. How a subscription stands follows from its items.

use serde_json::{Map, Value, json};

use super::items::{in_force, show};
use super::money::{Bill, amount, money};
use super::{DAY, Handler, ITEM, Object, SUBSCRIPTION, State, fields, row};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetUserBillingSubscription", |state, call| {
        state.pass_periods();
        let owner = state.user(call)?.id();
        of_payer(state, owner)
    }),
    ("GetOrganizationBillingSubscription", |state, call| {
        state.pass_periods();
        let owner = state.organization_id(call)?;
        of_payer(state, &owner)
    }),
];

/// Fields of a seed that are the item's; the others are the subscription's.
const OF_ITEM: &[&str] =
    &["plan_period", "price_id", "is_free_trial", "period_start", "period_end", "canceled_at"];

impl State {
    /// A subscription of a user or an organization to a plan, paid for unless it is a free trial. One who has a
    /// subscription gets one more item in it.
    pub(in crate::mock) fn add_subscription(
        &mut self,
        owner: &str,
        plan: &str,
        given: Map<String, Value>,
    ) -> Result<Value, String> {
        let plan = self.plan_named(plan).ok_or_else(|| format!("there is no plan {plan}"))?.clone();
        let price = self.default_price(plan.id()).map_or("", Object::id).to_owned();
        let payer = self
            .payer_of(owner)
            .ok_or_else(|| format!("there is no user and no organization of the id {owner}"))?;
        let (of_item, own): (Map<String, Value>, Map<String, Value>) =
            given.into_iter().partition(|(name, _)| OF_ITEM.contains(&name.as_str()));
        let status = own.get("status").and_then(Value::as_str).unwrap_or("active").to_owned();
        let subscription = self.subscription_for(&payer);
        let now = self.now();
        let mut begin = Object::default();
        fields!(begin, { "status": if status == "canceled" { "active" } else { &status } });
        begin.extend(of_item);
        match status.as_str() {
            "canceled" => fields!(begin, { "canceled_at": now }),
            "past_due" => fields!(begin, { "past_due_at": now }),
            "ended" => fields!(begin, { "ended_at": now }),
            _ => {}
        }
        let item = self.begin_item(&subscription, &plan, &price, begin);
        if status == "active" && row(self, ITEM, &item).is_some_and(|item| item["is_free_trial"] != true) {
            self.charge(&item, now, "checkout", None);
        }
        self.settle(&subscription);
        if let Some(kept) = self.table_mut(SUBSCRIPTION).get_mut(&subscription) {
            kept.extend(own);
        }
        Ok(self.show_subscription(&subscription))
    }

    /// The id of a payer's subscription, which is made where there is none, or only one that is over.
    fn subscription_for(&mut self, payer: &str) -> String {
        let going = self.rows(SUBSCRIPTION).find(|s| s["payer_id"] == payer && s["status"] != "ended");
        if let Some(subscription) = going {
            return subscription.id().to_owned();
        }
        let now = self.now();
        let id = self.ids.object(SUBSCRIPTION);
        let mut subscription = Object::default();
        fields!(subscription, {
            "object": SUBSCRIPTION, "id": id, "instance_id": self.instance_id, "payer_id": payer,
            "status": "incomplete", "active_at": null, "past_due_at": null, "canceled_at": null, "ended_at": null,
            "created_at": now, "updated_at": now,
        });
        self.table_mut(SUBSCRIPTION).insert(subscription);
        id
    }

    /// A new item of a subscription, from now on unless it is said otherwise, for a month unless it is said.
    pub(super) fn begin_item(
        &mut self,
        subscription: &str,
        plan: &Object,
        price: &str,
        given: Object,
    ) -> String {
        let now = self.now();
        let id = self.ids.object(ITEM);
        let payer = row(self, SUBSCRIPTION, subscription).map_or("", |s| s.text("payer_id")).to_owned();
        let mut item = Object::default();
        fields!(item, {
            "object": ITEM, "id": id, "instance_id": self.instance_id, "_subscription": subscription,
            "payer_id": payer, "plan_id": plan["id"], "price_id": price, "plan_period": "month",
            "status": "active", "is_free_trial": false, "period_start": now, "canceled_at": null,
            "past_due_at": null, "ended_at": null, "_paid": 0, "created_at": now, "updated_at": now,
        });
        item.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        if !item.contains_key("period_end") {
            let start = item["period_start"].as_i64().unwrap_or(now);
            let end = match plan["free_trial_days"].as_i64() {
                Some(days) if item["is_free_trial"] == true => {
                    Some(start.saturating_add(days.saturating_mul(DAY)))
                }
                _ => self.period_end(&item, start),
            };
            fields!(item, { "period_end": end });
        }
        self.table_mut(ITEM).insert(item);
        id
    }

    /// Has a subscription stand as its items do.
    pub(super) fn settle(&mut self, id: &str) {
        let now = self.now();
        let items: Vec<&Object> = self.rows(ITEM).filter(|item| item["_subscription"] == id).collect();
        let any = |is: &dyn Fn(&Object) -> bool| items.iter().any(|item| is(item));
        let status = if any(&|item| item["status"] == "past_due") {
            "past_due"
        } else if any(&|item| {
            item["status"] == "upcoming" || item["status"] == "active" && item["canceled_at"].is_null()
        }) {
            "active"
        } else if any(&|item| in_force(item)) {
            "canceled"
        } else if any(&|item| item["status"] == "incomplete") {
            "incomplete"
        } else {
            "ended"
        };
        let Some(subscription) = self.table_mut(SUBSCRIPTION).get_mut(id) else { return };
        if subscription["status"] == status {
            return;
        }
        fields!(subscription, { "status": status, "updated_at": now });
        let since = format!("{status}_at");
        if subscription.contains_key(&since) {
            fields!(subscription, { since: now });
        }
        if status == "active" {
            fields!(subscription, { "past_due_at": null, "canceled_at": null });
        }
    }

    pub(super) fn show_subscription(&self, id: &str) -> Value {
        let nothing = Object::default();
        let subscription = row(self, SUBSCRIPTION, id).unwrap_or(&nothing);
        let mut shown = Value::from(subscription);
        if let Value::Object(fields) = &mut shown {
            fields.remove("canceled_at");
            fields.remove("ended_at");
        }
        let all = || self.rows(ITEM).filter(|item| item["_subscription"] == id);
        let over = |item: &&Object| matches!(item.text("status"), "ended" | "abandoned");
        let mut items: Vec<&Object> = all().filter(|item| !over(item)).collect();
        if items.is_empty() {
            items.extend(all().next_back());
        }
        shown["subscription_items"] = items.iter().map(|item| show(self, item)).collect();
        let next = items.iter().filter_map(|item| self.next_payment(item));
        if let Some(next) = next.min_by_key(|next| next["date"].as_i64()) {
            shown["next_payment"] = next;
        }
        let payer = subscription.text("payer_id");
        let mut before = self.rows(ITEM).filter(|item| item["payer_id"] == payer);
        shown["eligible_for_free_trial"] =
            json!(!before.any(|item| item["_paid"] != 0 || item["is_free_trial"] == true));
        shown
    }

    /// What an item costs when its period ends, and the currency; `None` where nothing is paid.
    pub(super) fn next_fee(&self, id: &str) -> Option<(i64, String)> {
        let item = row(self, ITEM, id)?;
        let (fee, currency) = self.fee(item)?;
        let goes_on = item["canceled_at"].is_null() && matches!(item.text("status"), "active" | "upcoming");
        (goes_on && fee > 0).then_some((fee, currency))
    }

    /// The payment that comes next for an item.
    pub(super) fn next_payment(&self, item: &Object) -> Option<Value> {
        let (fee, currency) = self.next_fee(item.id())?;
        let date = if item["status"] == "upcoming" { &item["period_start"] } else { &item["period_end"] };
        let discount = self.discount_on(item.id(), fee);
        let bill = Bill { fee, discount, ..Bill::default() };
        Some(json!({
            "date": date.as_i64()?, "amount": money(fee, &currency), "totals": bill.totals(&currency),
        }))
    }

    /// What a period of an item costs, and the currency.
    pub(super) fn fee(&self, item: &Object) -> Option<(i64, String)> {
        let price = row(self, super::PRICES, item.text("price_id"))?;
        let (month, year) = (amount(&price["fee"]), amount(&price["annual_monthly_fee"]));
        let fee = if item["plan_period"] == "annual" { year.saturating_mul(12) } else { month };
        Some((fee, price.text("currency").to_owned()))
    }

    /// The slugs of the plans that a user or an organization is on, and of their features.
    pub(in super::super) fn plans_of(&self, owner: &str) -> (Vec<String>, Vec<String>) {
        let (mut plans, mut features) = (Vec::new(), Vec::new());
        let Some(payer) = self.known_payer(owner) else { return (plans, features) };
        let now = self.at();
        let going = |item: &&Object| {
            item["payer_id"] == payer["id"]
                && item["status"] == "active"
                && (item["canceled_at"].is_null() || item["period_end"].as_i64().is_none_or(|end| now < end))
        };
        for item in self.rows(ITEM).filter(going) {
            let Some(plan) = row(self, super::PLAN, item.text("plan_id")) else { continue };
            if !plans.iter().any(|slug| plan["slug"] == slug.as_str()) {
                plans.push(plan.text("slug").to_owned());
            }
            for feature in plan["features"].as_array().into_iter().flatten() {
                let Some(slug) = feature["slug"].as_str() else { continue };
                if !features.iter().any(|there| there == slug) {
                    features.push(slug.to_owned());
                }
            }
        }
        (plans, features)
    }
}

/// The latest subscription of who pays.
fn of_payer(state: &State, owner: &str) -> Result<Value, ApiError> {
    let payer = state.known_payer(owner).map_or("", Object::id);
    let found = state.rows(SUBSCRIPTION).rfind(|s| s["payer_id"] == payer);
    let found = found.ok_or_else(|| ApiError::not_found("subscription of the payer", owner))?;
    Ok(state.show_subscription(found.id()))
}
