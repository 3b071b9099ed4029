//! The items of subscriptions: listed, canceled, their free trials made longer.

use serde_json::{Value, json};

use super::super::list::{contains, page};
use super::money::{Bill, amount, money};
use super::plans::wide;
use super::{Call, DAY, Handler, ITEM, Object, PLAN, State, fields, row};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetCommerceSubscriptionItemList", list),
    ("CancelCommerceSubscriptionItem", cancel),
    ("ExtendBillingSubscriptionItemFreeTrial", extend_free_trial),
];

impl State {
    /// The item that the path names.
    pub(super) fn item(&self, call: &Call<'_>) -> Result<&Object, ApiError> {
        let id = call.variable("subscription_item_id");
        row(self, ITEM, id).ok_or_else(|| ApiError::not_found("subscription item", id))
    }

    /// The id of the item that the path names, which is not over and has begun.
    pub(super) fn item_in_force(&mut self, call: &Call<'_>) -> Result<String, ApiError> {
        self.pass_periods();
        let item = self.item(call)?;
        if in_force(item) {
            return Ok(item.id().to_owned());
        }
        let message = format!("The subscription item is {}, not active.", item.text("status"));
        Err(ApiError::bad_request("subscription_item_not_active", &message))
    }

    /// An item is over, and nothing comes of it any more. What was to come after it comes now.
    pub(super) fn end_item(&mut self, id: &str, at: i64) {
        let Some(item) = self.table_mut(ITEM).get_mut(id) else { return };
        let status = if item["status"] == "upcoming" { "abandoned" } else { "ended" };
        fields!(item, { "status": status, "ended_at": at, "updated_at": at });
        let subscription = item.text("_subscription").to_owned();
        let next =
            |item: &&Object| item["_subscription"] == subscription.as_str() && item["status"] == "upcoming";
        let next = self.rows(ITEM).find(next).map(|item| item.id().to_owned());
        if status == "ended"
            && let Some(next) = next
        {
            self.start_item(&next, at);
        }
        self.settle(&subscription);
    }

    /// An item that was to come is there, and paid for.
    fn start_item(&mut self, id: &str, at: i64) {
        let Some(item) = row(self, ITEM, id) else { return };
        let end = self.period_end(item, at);
        if let Some(item) = self.table_mut(ITEM).get_mut(id) {
            fields!(item, { "status": "active", "period_start": at, "period_end": end, "updated_at": at });
        }
        self.charge(id, at, "recurring", None);
    }

    /// The plan that everyone of a payer's kind is on, unless it is this one.
    fn default_plan(&self, instead_of: &str) -> Option<&Object> {
        let kind = &row(self, PLAN, instead_of)?["for_payer_type"];
        self.rows(PLAN).find(|plan| {
            plan["is_default"] == true && plan["for_payer_type"] == *kind && plan["id"] != instead_of
        })
    }
}

/// Whether an item is what its payer has now.
pub(super) fn in_force(item: &Object) -> bool {
    matches!(item.text("status"), "active" | "past_due")
}

/// An item as most answers have it. One that was canceled goes on to the end of its period.
pub(super) fn show(state: &State, item: &Object) -> Value {
    let mut shown = Value::from(item);
    let (fee, currency) = state.fee(item).unwrap_or((0, "USD".to_owned()));
    let payer = item.text("payer_id");
    if item["status"] == "active" && !item["canceled_at"].is_null() {
        shown["status"] = json!("canceled");
    }
    let bill = Bill { fee, discount: state.discount_on(item.id(), fee), ..Bill::default() };
    shown["plan"] = row(state, PLAN, item.text("plan_id")).map(Value::from).unwrap_or_default();
    shown["payer"] = state.show_payer(payer);
    shown["payment_method"] = state.payment_method(payer);
    shown["lifetime_paid"] = money(item["_paid"].as_i64().unwrap_or(0), &currency);
    shown["next_payment"] = state.next_payment(item).unwrap_or_default();
    shown["totals"] = bill.totals(&currency);
    shown["credits"] = Value::Null;
    shown["seats"] = Value::Null;
    shown
}

/// An item as the answers of later operations have it.
pub(super) fn show_wide(state: &State, item: &Object) -> Value {
    let mut shown = Value::from(item);
    let (fee, currency) = state.fee(item).unwrap_or((0, "USD".to_owned()));
    let (payer, plan) = (item.text("payer_id"), row(state, PLAN, item.text("plan_id")));
    let source = state.payment_source(payer);
    let start = item["period_start"].as_i64().unwrap_or(0);
    let next = state.next_payment(item).unwrap_or_default();
    let day: String = crate::mock::time::rfc3339(start).chars().take(10).collect();
    shown["plan"] = plan.map(wide).unwrap_or_default();
    shown["payer"] = state.show_payer_in_full(payer);
    shown["payment_source_id"] = source["id"].clone();
    shown["payment_source"] = source;
    shown["lifetime_paid"] = money(item["_paid"].as_i64().unwrap_or(0), &currency);
    shown["amount"] = money(fee, &currency);
    shown["next_invoice"] = next.clone();
    shown["next_payment"] = next;
    shown["proration_date"] = json!(day);
    shown
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    state.pass_periods();
    let state = &*state;
    let nothing = Object::default();
    let passes = |item: &&Object| {
        let plan = row(state, PLAN, item.text("plan_id")).unwrap_or(&nothing);
        let status = call.query.first("status").is_none_or(|wanted| match wanted {
            "free_trial" => in_force(item) && item["is_free_trial"] == true,
            other => item["status"] == other,
        });
        let free = state.fee(item).is_none_or(|(fee, _)| fee == 0);
        let payer = state.show_payer(item.text("payer_id"));
        let names = ["user_id", "first_name", "last_name", "email", "organization_id", "organization_name"];
        let texts = names.iter().filter_map(|name| payer[*name].as_str());
        let texts = texts.chain([plan.text("name"), plan.text("slug"), item.id()]);
        status
            && call.query.first("payer_type").is_none_or(|kind| plan["for_payer_type"] == kind)
            && call.query.first("plan_id").is_none_or(|id| item["plan_id"] == id)
            && (!free || call.query.flag("include_free") == Some(true))
            && contains(call, "query", texts)
    };
    let items = state.rows(ITEM).rev().filter(passes).collect();
    Ok(page(call, items, |item| show(state, item)))
}

/// At the end of the period that is paid for, or at once. Who is without a plan then is on the default one, where
/// there is one.
fn cancel(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    state.pass_periods();
    let item = state.item(call)?.clone();
    let (id, now) = (item.id().to_owned(), state.now());
    let end_now = call.query.flag("end_now") == Some(true) || item["period_end"].is_null();
    let refused = |message: &str| Err(ApiError::bad_request("subscription_item_cannot_be_canceled", message));
    if !in_force(&item) && item["status"] != "upcoming" {
        return refused(&format!("The subscription item is {} already.", item.text("status")));
    }
    let plan = row(state, PLAN, item.text("plan_id"));
    if plan.is_some_and(|plan| plan["is_default"] == true) {
        return refused("The default plan cannot be canceled.");
    }
    if !item["canceled_at"].is_null() && !end_now {
        return refused("The subscription item is canceled already.");
    }
    if let Some(item) = state.table_mut(ITEM).get_mut(&id)
        && item["canceled_at"].is_null()
    {
        fields!(item, { "canceled_at": now, "updated_at": now });
    }
    let subscription = item.text("_subscription").to_owned();
    let follows = state.rows(ITEM).any(|other| {
        other["_subscription"] == subscription.as_str() && other["status"] == "upcoming" && other.id() != id
    });
    if in_force(&item)
        && !follows
        && let Some(plan) = state.default_plan(item.text("plan_id")).cloned()
    {
        let price = state.default_price(plan.id()).map_or("", Object::id).to_owned();
        let mut given = Object::default();
        fields!(given, { "status": "upcoming", "period_start": item["period_end"], "period_end": null });
        state.begin_item(&subscription, &plan, &price, given);
    }
    if end_now || item["status"] == "upcoming" {
        state.end_item(&id, now);
    } else {
        state.settle(&subscription);
    }
    Ok(row(state, ITEM, &id).map(|item| show(state, item)).unwrap_or_default())
}

fn extend_free_trial(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = state.item_in_force(call)?;
    let item = state.item(call)?;
    let plan = row(state, PLAN, item.text("plan_id"));
    if item["is_free_trial"] != true || plan.is_none_or(|plan| plan["free_trial_enabled"] != true) {
        let message = "The subscription item is not in a free trial.";
        return Err(ApiError::bad_request("subscription_item_not_in_free_trial", message));
    }
    let end = item["period_end"].as_i64().unwrap_or(0);
    let wanted = crate::mock::time::parse_rfc3339(call.text("extend_to").unwrap_or_default());
    let wanted = wanted.ok_or_else(|| ApiError::format("extend_to", "a date and time of RFC 3339"))?;
    let now = state.now();
    if wanted <= now {
        return Err(ApiError::value("extend_to", "must be in the future"));
    }
    if wanted < end {
        return Err(ApiError::value("extend_to", "must not be before the end of the trial"));
    }
    if wanted > end.saturating_add(365 * DAY) {
        return Err(ApiError::value("extend_to", "must be at most 365 days after the end of the trial"));
    }
    if let Some(item) = state.table_mut(ITEM).get_mut(&id)
        && wanted != end
    {
        fields!(item, { "period_end": wanted, "updated_at": now, "_trial_ending": false });
    }
    Ok(row(state, ITEM, &id).map(|item| show_wide(state, item)).unwrap_or_default())
}

/// What is left of a period that was paid for: its part of the fee, the days left and all days.
pub(super) fn unused(state: &State, item: &Object, now: i64) -> Option<(i64, i64, i64)> {
    let (start, end) = (item["period_start"].as_i64()?, item["period_end"].as_i64()?);
    let (left, all) = ((end - now).max(0), (end - start).max(1));
    let fee = state.fee(item)?.0;
    if item["is_free_trial"] == true || item["_paid"] == 0 || left == 0 {
        return None;
    }
    let part = i128::from(fee) * i128::from(left) / i128::from(all);
    let days = |time: i64| (time + DAY - 1) / DAY;
    Some((amount(&json!({ "amount": i64::try_from(part).ok()? })), days(left), days(all)))
}
