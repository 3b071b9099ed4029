//! From one price to another: a higher one begins at once, with what is left of the period credited, a lower one
//! when the period ends.

use serde_json::{Value, json};

use super::items::{in_force, show_wide, unused};
use super::plans::wide;
use super::{Call, Handler, ITEM, Object, PRICES, State, fields, row};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[("CreateBillingPriceTransition", transition)];

fn transition(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let before = state.item_in_force(call)?;
    let item = state.item(call)?.clone();
    let [from, to] = ["from_price_id", "to_price_id"].map(|name| call.text(name).unwrap_or_default());
    let previous = price(state, from, "from_price_id")?;
    let price = price(state, to, "to_price_id")?;
    if item["price_id"] != from {
        let long = "from_price_id is not the price of the subscription item.";
        let status = http::StatusCode::CONFLICT;
        return Err(
            ApiError::new(status, "price_transition_conflict", "another price", long).about("from_price_id")
        );
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
    let now = state.now();
    let mut given = Object::default();
    let period = match price.text("supported_billing_periods") {
        "both" => item.text("plan_period"),
        one => one,
    };
    fields!(given, { "plan_period": period, "price_id": to });
    let fees = [&item, &given].map(|of| a_month(state, of));
    let immediate = item["is_free_trial"] == true || fees[1] > fees[0];
    // What was to come before is not to come any more.
    let subscription = item.text("_subscription").to_owned();
    state.table_mut(ITEM).change(
        |other| other["_subscription"] == subscription.as_str() && other["status"] == "upcoming",
        |other| fields!(other, { "status": "abandoned", "ended_at": now, "updated_at": now }),
    );
    let effective_at = if immediate { now } else { item["period_end"].as_i64().unwrap_or(now) };
    let (next, charge) = if immediate {
        let proration = unused(state, &item, now);
        let next = state.begin_item(&subscription, &plan, to, given);
        state.end_item(&before, now);
        let charge = state.charge(&next, now, "checkout", proration);
        state.settle(&subscription);
        (next, charge)
    } else {
        if let Some(item) = state.table_mut(ITEM).get_mut(&before) {
            fields!(item, { "canceled_at": now, "updated_at": now });
        }
        fields!(given, { "status": "upcoming", "period_start": effective_at });
        let next = state.begin_item(&subscription, &plan, to, given);
        state.settle(&subscription);
        (next, None)
    };
    let next = row(state, ITEM, &next).cloned().unwrap_or_default();
    let billing_date = state.next_payment(&next).map(|payment| payment["date"].clone());
    let ended = row(state, ITEM, &before).is_some_and(|item| !in_force(item));
    Ok(json!({
        "object": "commerce_price_transition", "subscription_item": show_wide(state, &next),
        "transition": {
            "previous_plan": wide(&previous_plan), "previous_price": Value::from(&previous),
            "effective_at": effective_at, "effective_mode": if immediate { "immediate" } else { "end_of_period" },
            "next_billing_date": billing_date, "charged_immediately": charge.is_some(), "immediate_charge": charge,
            "previous_subscription_item_status": if ended { "ended" } else { "canceled" },
            "previous_subscription_item_id": before,
        },
    }))
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
