//! From one price to another: a higher one begins at once, with what is left of the period credited, a lower one
//! when the period ends.

use serde_json::{Value, json};

use super::items::{in_force, show_wide, unused};
use super::plans::wide;
use super::{Call, Handler, ITEM, Object, PRICES, State, fields, row};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[("CreateBillingPriceTransition", transition)];

fn transition(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    state.item_in_force(call)?;
    let change = Transition::asked(state, call)?;
    let now = state.now();
    state.abandon_upcoming(change.subscription(), now);
    let immediate = change.is_immediate(state);
    let effective_at = if immediate { now } else { change.item["period_end"].as_i64().unwrap_or(now) };
    let (next, charge) =
        if immediate { change.begin(state, now) } else { (change.announce(state, now, effective_at), None) };
    let next = row(state, ITEM, &next).cloned().unwrap_or_default();
    let billing_date = state.next_payment(&next).map(|payment| payment["date"].clone());
    let ended = row(state, ITEM, change.item.id()).is_some_and(|item| !in_force(item));
    Ok(json!({
        "object": "commerce_price_transition", "subscription_item": show_wide(state, &next),
        "transition": {
            "previous_plan": wide(&change.previous_plan), "previous_price": Value::from(&change.previous_price),
            "effective_at": effective_at, "effective_mode": if immediate { "immediate" } else { "end_of_period" },
            "next_billing_date": billing_date, "charged_immediately": charge.is_some(), "immediate_charge": charge,
            "previous_subscription_item_status": if ended { "ended" } else { "canceled" },
            "previous_subscription_item_id": change.item.id(),
        },
    }))
}

/// What a request asks for, which is possible.
struct Transition {
    /// The item as it is before.
    item: Object,
    previous_plan: Object,
    previous_price: Object,
    plan: Object,
    /// The price and the period of the item that comes instead.
    given: Object,
}

impl Transition {
    fn asked(state: &State, call: &Call<'_>) -> Result<Self, ApiError> {
        let item = state.item(call)?.clone();
        let [from, to] = ["from_price_id", "to_price_id"].map(|name| call.text(name).unwrap_or_default());
        let previous_price = price(state, from, "from_price_id")?;
        let price = price(state, to, "to_price_id")?;
        if item["price_id"] != from {
            let long = "from_price_id is not the price of the subscription item.";
            let status = http::StatusCode::CONFLICT;
            let error = ApiError::new(status, "price_transition_conflict", "another price", long);
            return Err(error.about("from_price_id"));
        }
        if from == to {
            return Err(ApiError::value("to_price_id", "must be another price"));
        }
        let plan = state.plan(price.text("plan_id"))?.clone();
        let previous_plan = state.plan(item.text("plan_id"))?.clone();
        if plan["for_payer_type"] != previous_plan["for_payer_type"] {
            let reason = format!("must be a price of a plan for {}", previous_plan.text("for_payer_type"));
            return Err(ApiError::value("to_price_id", &reason));
        }
        let period = match price.text("supported_billing_periods") {
            "both" => item.text("plan_period"),
            one => one,
        };
        let mut given = Object::default();
        fields!(given, { "plan_period": period, "price_id": to });
        Ok(Self { item, previous_plan, previous_price, plan, given })
    }

    fn subscription(&self) -> &str {
        self.item.text("_subscription")
    }

    /// Whether it does not wait for the end of the period.
    fn is_immediate(&self, state: &State) -> bool {
        self.item["is_free_trial"] == true || a_month(state, &self.given) > a_month(state, &self.item)
    }

    /// The next item begins, and is charged for, less what is left of the one before. Gives its id and the charge.
    fn begin(&self, state: &mut State, now: i64) -> (String, Option<Value>) {
        let proration = unused(state, &self.item, now);
        let next = self.next(state, self.given.clone());
        state.end_item(self.item.id(), now);
        let charge = state.charge(&next, now, "checkout", proration);
        state.settle(self.subscription());
        (next, charge)
    }

    /// The item is canceled, and the next one will begin at its end. Gives the id of that.
    fn announce(&self, state: &mut State, now: i64, at: i64) -> String {
        if let Some(item) = state.table_mut(ITEM).get_mut(self.item.id()) {
            fields!(item, { "canceled_at": now, "updated_at": now });
        }
        let mut given = self.given.clone();
        fields!(given, { "status": "upcoming", "period_start": at });
        let next = self.next(state, given);
        state.settle(self.subscription());
        next
    }

    fn next(&self, state: &mut State, given: Object) -> String {
        state.begin_item(self.subscription(), &self.plan, self.given.text("price_id"), given)
    }
}

impl State {
    /// What was to come after an item of a subscription is not to come any more.
    fn abandon_upcoming(&mut self, subscription: &str, now: i64) {
        self.table_mut(ITEM).change(
            |item| item["_subscription"] == subscription && item["status"] == "upcoming",
            |item| fields!(item, { "status": "abandoned", "ended_at": now, "updated_at": now }),
        );
    }
}

fn price(state: &State, id: &str, field: &str) -> Result<Object, ApiError> {
    let found = state.rows(PRICES).find(|price| price["id"] == id);
    found.cloned().ok_or_else(|| ApiError::not_found("price", id).about(field))
}

/// What a month costs at an item's price, whether it is paid by the month or the year.
fn a_month(state: &State, item: &Object) -> i64 {
    let fee = state.fee(item).map_or(0, |(fee, _)| fee);
    if item["plan_period"] == "annual" { fee / 12 } else { fee }
}
