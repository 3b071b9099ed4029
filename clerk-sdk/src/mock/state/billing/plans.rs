//! Plans, which seeds make as the dashboard would, and their prices: each has a default one, others are made.

use serde_json::{Map, Value, json};

use super::super::list::page;
use super::super::resource::{Action, Change, PLAIN, Resource};
use super::money::{amount, money};
use super::{Call, Handler, Object, PLAN, PRICES, State, fields, row};
use crate::mock::error::ApiError;

pub(in super::super) const PRICE: Resource = Resource {
    tag: PRICES,
    words: "price",
    operations: &[("CreateBillingPrice", Action::Create)],
    prepare,
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetCommercePlanList", |state, call| {
        let payer = call.query.first("payer_type");
        let plans = state.rows(PLAN).rev().filter(|p| payer.is_none_or(|payer| p["for_payer_type"] == payer));
        Ok(page(call, plans.collect(), Value::from))
    }),
    ("GetBillingPriceList", |state, call| {
        let plan = call.query.first("plan_id");
        if let Some(plan) = plan {
            state.plan(plan)?;
        }
        let mut prices: Vec<&Object> =
            state.rows(PRICES).rev().filter(|p| plan.is_none_or(|plan| p["plan_id"] == plan)).collect();
        // The newest first where two are equal.
        prices.sort_by_key(|price| price["amount"].as_i64());
        Ok(page(call, prices, Value::from))
    }),
];

impl State {
    /// The plan of this id.
    pub(super) fn plan(&self, id: &str) -> Result<&Object, ApiError> {
        row(self, PLAN, id).ok_or_else(|| ApiError::not_found("plan", id).about("plan_id"))
    }

    /// The plan of this id or slug.
    pub(super) fn plan_named(&self, name: &str) -> Option<&Object> {
        self.rows(PLAN).find(|plan| plan["slug"] == name || plan["id"] == name)
    }

    /// The price that a plan has unless another is said.
    pub(super) fn default_price(&self, plan: &str) -> Option<&Object> {
        self.rows(PRICES).find(|price| price["plan_id"] == plan && price["is_default"] == true)
    }

    /// A plan of this slug, with its default price. Fees may be given as cents, features as slugs.
    pub(in crate::mock) fn add_plan(&mut self, slug: &str, mut given: Map<String, Value>) -> Value {
        let currency = given.remove("currency");
        let currency = currency.as_ref().and_then(Value::as_str).unwrap_or("USD");
        for name in ["fee", "annual_monthly_fee", "annual_fee"] {
            if let Some(cents) = given.get(name).and_then(Value::as_i64) {
                given.insert(name.to_owned(), money(cents, currency));
            }
        }
        let fee = given.get("fee").cloned().unwrap_or_else(|| money(1000, currency));
        let monthly = given.get("annual_monthly_fee").cloned().unwrap_or_else(|| fee.clone());
        let annual = money(amount(&monthly).saturating_mul(12), currency);
        let features = given.remove("features").unwrap_or_else(|| json!([]));
        let features: Vec<Value> =
            features.as_array().into_iter().flatten().map(|given| self.feature(given)).collect();
        let mut plan = self.sample("CommercePlan");
        fields!(plan, {
            "slug": slug, "name": slug, "for_payer_type": "user", "features": features, "is_default": false,
            "fee": fee, "annual_monthly_fee": monthly, "annual_fee": annual, "description": null,
            "avatar_url": null, "is_recurring": amount(&fee) > 0, "has_base_fee": amount(&fee) > 0,
            "publicly_visible": true, "free_trial_enabled": false, "free_trial_days": null, "unit_prices": [],
        });
        plan.extend(given);
        if plan["free_trial_enabled"] == true && plan["free_trial_days"].is_null() {
            fields!(plan, { "free_trial_days": 7 });
        }
        let now = self.now();
        let mut price = Object::default();
        fields!(price, {
            "object": PRICES, "id": self.ids.object(PRICES), "plan_id": plan["id"],
            "instance_id": self.instance_id, "currency": currency, "currency_symbol": fee["currency_symbol"],
            "amount": amount(&fee), "annual_monthly_amount": amount(&monthly), "fee": fee,
            "annual_monthly_fee": monthly, "description": null, "is_default": true, "created_at": now,
            "supported_billing_periods": "both",
        });
        let shown = Value::from(&plan);
        self.table_mut(PLAN).insert(plan);
        self.table_mut(PRICES).insert(price);
        shown
    }

    fn feature(&mut self, given: &Value) -> Value {
        match given.as_str() {
            Some(slug) => json!({
                "object": "feature", "id": self.ids.object("feature"), "name": slug, "description": null,
                "slug": slug, "avatar_url": null,
            }),
            None => given.clone(),
        }
    }
}

/// A plan as some answers have it: with its amounts as numbers and as text, and nothing that is null.
pub(super) fn wide(plan: &Object) -> Value {
    let currency = plan["fee"]["currency"].as_str().unwrap_or("USD");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let features = plan["features"].as_array().into_iter().flatten().map(|feature| {
        json!({
            "object": "feature", "id": feature["id"], "name": feature["name"], "slug": feature["slug"],
            "description": text(&feature["description"]), "avatar_url": text(&feature["avatar_url"]),
        })
    });
    let mut wide = json!({
        "features": features.collect::<Vec<Value>>(), "payer_type": [plan["for_payer_type"]],
        "description": text(&plan["description"]), "avatar_url": text(&plan["avatar_url"]),
        "currency": currency, "currency_symbol": money(0, currency)["currency_symbol"],
        "period": "month", "interval": 1,
    });
    for (name, fee) in
        [("amount", "fee"), ("annual_monthly_amount", "annual_monthly_fee"), ("annual_amount", "annual_fee")]
    {
        let money = money(amount(&plan[fee]), currency);
        wide[format!("{name}_formatted")] = money["amount_formatted"].clone();
        wide[name] = money["amount"].clone();
    }
    for name in [
        "object",
        "id",
        "name",
        "fee",
        "annual_monthly_fee",
        "annual_fee",
        "product_id",
        "is_default",
        "is_recurring",
        "publicly_visible",
        "has_base_fee",
        "for_payer_type",
        "slug",
        "free_trial_enabled",
        "free_trial_days",
    ] {
        wide[name] = plan[name].clone();
    }
    wide
}

fn prepare(state: &mut State, call: &Call<'_>, price: &mut Object, _: Change) -> Result<(), ApiError> {
    state.plan(call.text("plan_id").unwrap_or_default())?;
    let amounts = ["amount", "annual_monthly_amount"];
    let [month, year] = amounts.map(|name| call.body[name].as_i64());
    for (name, amount) in amounts.iter().zip([month, year]) {
        if amount.is_some_and(|amount| amount < 0 || (1..100).contains(&amount)) {
            return Err(ApiError::value(name, "must be 0, or at least 100 cents"));
        }
    }
    let told = match (month, year) {
        (None, None) => return Err(ApiError::missing("amount")),
        (Some(_), None) => "month",
        (None, Some(_)) => "annual",
        (Some(_), Some(_)) => "both",
    };
    let periods = call.text("supported_billing_periods").unwrap_or(told);
    if told != "both" && periods != told {
        let reason = format!("must be {told}, since there is no other amount");
        return Err(ApiError::value("supported_billing_periods", &reason));
    }
    let currency = call.text("currency").unwrap_or("USD").to_owned();
    if currency.len() != 3 || !currency.chars().all(|c| c.is_ascii_uppercase()) {
        return Err(ApiError::format("currency", "a code of three capital letters, such as USD"));
    }
    fields!(price, {
        "currency": currency, "currency_symbol": money(0, &currency)["currency_symbol"],
        "amount": month.unwrap_or(0), "annual_monthly_amount": year.unwrap_or(0),
        "fee": month.map(|amount| money(amount, &currency)),
        "annual_monthly_fee": year.map(|amount| money(amount, &currency)),
        "description": call.text("description"), "is_default": false, "supported_billing_periods": periods,
    });
    Ok(())
}
