//! Credit: what payers have, and the ledger of what was added and taken.

use serde_json::{Value, json};

use super::money::money;
use super::{Call, Handler, LEDGER, Object, PAYER, State, fields, row};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetUserBillingCreditBalance", |state, call| {
        let owner = state.user(call)?.id();
        Ok(balance(state, owner))
    }),
    ("GetOrganizationBillingCreditBalance", |state, call| {
        let owner = state.organization_id(call)?;
        Ok(balance(state, &owner))
    }),
    ("AdjustUserBillingCreditBalance", |state, call| {
        let owner = state.user(call)?.id().to_owned();
        adjust(state, call, &owner)
    }),
    ("AdjustOrganizationBillingCreditBalance", |state, call| {
        let owner = state.organization_id(call)?;
        adjust(state, call, &owner)
    }),
];

impl State {
    /// What a payer has.
    pub(super) fn credit_of(&self, payer: &str) -> i64 {
        row(self, PAYER, payer).and_then(|payer| payer["_balance"].as_i64()).unwrap_or(0)
    }

    /// Changes what a payer has, and writes it down. The caller has checked that it is enough.
    pub(super) fn write_credit(&mut self, payer: &str, by: i64, source: (&str, &str), more: Value) -> Value {
        let now = self.now();
        let balance = self.credit_of(payer).saturating_add(by);
        let mut currency = "USD".to_owned();
        if let Some(payer) = self.table_mut(PAYER).get_mut(payer) {
            fields!(payer, { "_balance": balance, "updated_at": now });
            payer.text("_currency").clone_into(&mut currency);
        }
        let mut entry = Object::default();
        fields!(entry, {
            "object": LEDGER, "id": self.ids.object(LEDGER), "payer_id": payer, "amount": money(by, &currency),
            "source_type": source.0, "source_id": source.1, "note": null,
            "created_at": crate::mock::time::rfc3339(now),
        });
        entry.extend(more.as_object().cloned().unwrap_or_default());
        let shown = Value::from(&entry);
        self.table_mut(LEDGER).insert(entry);
        shown
    }
}

/// Null for who never had any.
fn balance(state: &State, owner: &str) -> Value {
    let payer = state.known_payer(owner);
    let balance = payer.and_then(|p| Some(money(p["_balance"].as_i64()?, p.text("_currency"))));
    json!({ "object": "commerce_credit_balance", "balance": balance })
}

fn adjust(state: &mut State, call: &Call<'_>, owner: &str) -> Result<Value, ApiError> {
    let amount = call.body["amount"].as_i64().unwrap_or(0);
    if amount <= 0 {
        return Err(ApiError::value("amount", "must be greater than 0"));
    }
    let key = call.text("idempotency_key").unwrap_or_default();
    if key.is_empty() {
        return Err(ApiError::value("idempotency_key", "must not be empty"));
    }
    let payer = state.payer_of(owner).ok_or_else(|| ApiError::not_found("payer", owner))?;
    let done = state.rows(LEDGER).find(|entry| entry["payer_id"] == payer.as_str() && entry["_key"] == key);
    if let Some(entry) = done {
        return Ok(Value::from(entry));
    }
    let currency = call.text("currency").unwrap_or("USD");
    let had = row(state, PAYER, &payer).filter(|payer| !payer["_balance"].is_null());
    match had.map(|payer| payer.text("_currency").to_owned()) {
        Some(own) if own != currency => {
            return Err(ApiError::value("currency", &format!("must be {own}, as the balance is")));
        }
        Some(_) => {}
        None => {
            if let Some(payer) = state.table_mut(PAYER).get_mut(&payer) {
                fields!(payer, { "_currency": currency });
            }
        }
    }
    let by = if call.text("action") == Some("decrease") { -amount } else { amount };
    if state.credit_of(&payer).checked_add(by).is_none_or(|balance| balance < 0) {
        let long = "The credit balance is not enough to be decreased by this amount.";
        let status = http::StatusCode::CONFLICT;
        return Err(ApiError::new(status, "insufficient_credit_balance", "insufficient balance", long)
            .about("amount"));
    }
    let more = json!({ "note": call.text("note"), "_key": key });
    let grant = state.ids.prefixed("ccg");
    Ok(state.write_credit(&payer, by, ("grant", &grant), more))
}
