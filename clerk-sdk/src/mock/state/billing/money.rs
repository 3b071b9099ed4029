//! Amounts of money, and what a payment comes to.

use serde_json::{Value, json};

/// An amount in cents, with its currency.
pub(super) fn money(amount: i64, currency: &str) -> Value {
    let symbol = match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        other => other,
    };
    let sign = if amount < 0 { "-" } else { "" };
    let cents = amount.unsigned_abs();
    json!({
        "amount": amount, "amount_formatted": format!("{sign}{symbol}{}.{:02}", cents / 100, cents % 100),
        "currency": currency, "currency_symbol": symbol,
    })
}

/// How much, in cents; nothing where there is no amount.
pub(super) fn amount(money: &Value) -> i64 {
    money["amount"].as_i64().unwrap_or(0)
}

/// What a payment comes to, part by part. The grand total is what is left of the fee.
#[derive(Clone, Debug, Default)]
pub(super) struct Bill {
    pub(super) fee: i64,
    pub(super) discount: i64,
    /// What is credited for the rest of the period before: the amount, the days left and all days.
    pub(super) proration: Option<(i64, i64, i64)>,
    /// What is taken of the payer's credit, and what is left of that.
    pub(super) credit: Option<(i64, i64)>,
}

impl Bill {
    pub(super) fn grand_total(&self) -> i64 {
        self.fee - self.discount - self.credits()
    }

    fn credits(&self) -> i64 {
        self.proration.map_or(0, |(amount, ..)| amount) + self.credit.map_or(0, |(amount, _)| amount)
    }

    pub(super) fn totals(&self, currency: &str) -> Value {
        let money = |amount| money(amount, currency);
        let mut totals = json!({
            "subtotal": money(self.fee), "base_fee": money(self.fee), "tax_total": money(0),
            "grand_total": money(self.grand_total()), "credits": null, "discounts": null,
        });
        if self.discount > 0 {
            totals["discounts"] = json!({ "proration": null, "total": money(self.discount) });
        }
        if self.credits() > 0 {
            let proration = self.proration.map(|(amount, left, all)| {
                let percent = if all > 0 { left as f64 * 100.0 / all as f64 } else { 0.0 };
                json!({
                    "amount": money(amount), "cycle_days_remaining": left, "cycle_days_total": all,
                    "cycle_remaining_percent": percent,
                })
            });
            let payer = self.credit.map(
                |(used, left)| json!({ "applied_amount": money(used), "remaining_balance": money(left) }),
            );
            totals["credits"] =
                json!({ "proration": proration, "payer": payer, "total": money(self.credits()) });
        }
        totals
    }
}
