//! Discounts, which seeds make as the dashboard would, and the items of subscriptions that have one.

use serde_json::{Map, Value};

use super::money::{amount, money};
use super::{Call, DISCOUNT, Handler, Object, REDEMPTION, State, fields, row};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("ApplyBillingSubscriptionItemDiscount", apply), ("RemoveBillingSubscriptionItemDiscount", remove)];

impl State {
    /// A discount: `percent_off`, or `amount_off` in cents; for so many `cycles`, or for ever.
    pub(in crate::mock) fn add_discount(&mut self, name: &str, given: Map<String, Value>) -> Value {
        let mut discount = Object::default();
        let id = self.ids.object(DISCOUNT);
        fields!(discount, {
            "object": DISCOUNT, "id": id, "name": name, "percent_off": null, "amount_off": null, "cycles": null,
        });
        discount.extend(given);
        if let Some(cents) = discount["amount_off"].as_i64() {
            fields!(discount, { "amount_off": money(cents, "USD") });
        }
        if discount["percent_off"].is_null() && discount["amount_off"].is_null() {
            fields!(discount, { "percent_off": 10 });
        }
        let effect = if discount["amount_off"].is_null() { "percentage" } else { "fixed_amount" };
        fields!(discount, { "effect": effect });
        let shown = Value::from(&discount);
        self.table_mut(DISCOUNT).insert(discount);
        shown
    }

    /// What an item's discount takes off a fee.
    pub(super) fn discount_on(&self, item: &str, fee: i64) -> i64 {
        let Some(redemption) = self.redemption(item) else { return 0 };
        let off = match redemption["percent_off"].as_f64() {
            Some(percent) => (fee as f64 * percent / 100.0).round() as i64,
            None => amount(&redemption["amount_off"]),
        };
        off.clamp(0, fee)
    }

    /// An item's discount has been given once more.
    pub(super) fn count_discount(&mut self, item: &str) {
        let found = |r: &Object| r["subscription_item_id"] == item && r["status"] == "active";
        let Some(redemption) = self.table_mut(REDEMPTION).find_mut(found) else { return };
        let applied = redemption["cycles_applied"].as_i64().unwrap_or(0) + 1;
        fields!(redemption, { "cycles_applied": applied });
        if let Some(left) = redemption["cycles_remaining"].as_i64() {
            let status = if left <= 1 { "exhausted" } else { "active" };
            fields!(redemption, { "cycles_remaining": left - 1, "status": status });
        }
    }

    /// The discount that an item has now.
    fn redemption(&self, item: &str) -> Option<&Object> {
        self.rows(REDEMPTION).find(|r| r["subscription_item_id"] == item && r["status"] == "active")
    }

    fn end_redemption(&mut self, id: &str) {
        if let Some(redemption) = self.table_mut(REDEMPTION).get_mut(id) {
            fields!(redemption, { "status": "removed" });
        }
    }

    fn show_redemption(&self, id: &str) -> Value {
        let nothing = Object::default();
        let redemption = row(self, REDEMPTION, id).unwrap_or(&nothing);
        let mut shown = Value::from(redemption);
        let item = redemption.text("subscription_item_id");
        if redemption["status"] == "active"
            && let Some((fee, currency)) = self.next_fee(item)
        {
            shown["amount"] = money(self.discount_on(item, fee), &currency);
        }
        shown
    }
}

/// In place of the one that the item has.
fn apply(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let item = state.item_in_force(call)?;
    let name = call.text("discount_id").unwrap_or_default();
    let discount = row(state, DISCOUNT, name);
    let discount =
        discount.ok_or_else(|| ApiError::not_found("discount", name).about("discount_id"))?.clone();
    if let Some(before) = state.redemption(&item) {
        if before["discount_id"] == name {
            let message = "The subscription item has this discount already.";
            let status = http::StatusCode::CONFLICT;
            return Err(ApiError::new(status, "discount_already_applied", message, message));
        }
        let before = before.id().to_owned();
        state.end_redemption(&before);
    }
    let now = state.now();
    let id = state.ids.object(REDEMPTION);
    let mut redemption = Object::default();
    fields!(redemption, {
        "object": REDEMPTION, "id": id, "subscription_item_id": item, "discount_id": name,
        "name": discount["name"], "source": "manual", "effect": discount["effect"],
        "percent_off": discount["percent_off"], "amount_off": discount["amount_off"], "amount": null,
        "cycles_remaining": discount["cycles"], "cycles_applied": 0, "status": "active", "redeemed_at": now,
        "redeemed_by": null,
    });
    state.table_mut(REDEMPTION).insert(redemption);
    Ok(state.show_redemption(&id))
}

fn remove(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let item = state.item(call)?.id().to_owned();
    let name = call.variable("discount_id");
    let Some(redemption) = state.redemption(&item) else {
        return Err(ApiError::not_found("discount of the subscription item", name));
    };
    if redemption["discount_id"] != name {
        let long = "The subscription item has another discount.";
        let status = http::StatusCode::CONFLICT;
        return Err(
            ApiError::new(status, "discount_not_active", "another discount", long).about("discount_id")
        );
    }
    let id = redemption.id().to_owned();
    state.end_redemption(&id);
    Ok(state.show_redemption(&id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_effect_is_told_by_what_is_taken_off() {
        let document = crate::mock::document::Document::get().unwrap();
        let mut state = State::new(document, crate::mock::time::Clock::fixed(0), Some(1));

        let percent = state.add_discount("a", Map::new());
        let fixed = state.add_discount("b", Map::from_iter([("amount_off".to_owned(), json!(250))]));

        assert_eq!((&percent["effect"], &percent["percent_off"]), (&json!("percentage"), &json!(10)));
        assert_eq!(
            (&fixed["effect"], &fixed["amount_off"]["amount_formatted"]),
            (&json!("fixed_amount"), &json!("$2.50"))
        );
    }
}
