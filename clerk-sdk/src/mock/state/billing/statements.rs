//! What payers were charged: a payment for each charge, and a statement for each payer and month.

use chrono::Datelike;
use serde_json::{Map, Value, json};

use super::super::list::page;
use super::super::resource::{Action, PLAIN, Resource};
use super::items::{in_force, show};
use super::money::{Bill, amount, money};
use super::{DAY, Handler, ITEM, Object, PAYMENT, STATEMENTS, State, fields, row};

pub(in super::super) const STATEMENT: Resource = Resource {
    tag: STATEMENTS,
    words: "statement",
    variable: "statementID",
    operations: &[("GetBillingStatementList", Action::List), ("GetBillingStatement", Action::Get)],
    show: show_statement,
    ..PLAIN
};

static RESOURCE: Resource = STATEMENT;

pub(super) const HANDLERS: &[(&str, Handler)] = &[("GetBillingStatementPaymentAttempts", |state, call| {
    let id = RESOURCE.find(state, call)?.id();
    let payments = state.rows(PAYMENT).rev().filter(|payment| payment["statement_id"] == id);
    Ok(page(call, payments.collect(), |payment| show_payment(state, payment)))
})];

impl State {
    /// Charges for a period of an item, where there is something to pay: what is left of its fee after discounts and
    /// credits, which are used up. Gives what was paid.
    pub(super) fn charge(
        &mut self,
        item: &str,
        at: i64,
        kind: &str,
        proration: Option<(i64, i64, i64)>,
    ) -> Option<Value> {
        let (fee, currency) = self.fee(row(self, ITEM, item)?)?;
        if fee == 0 {
            return None;
        }
        let payer = row(self, ITEM, item)?.text("payer_id").to_owned();
        let discount = self.discount_on(item, fee);
        let proration = proration.map(|(amount, left, all)| (amount.min(fee - discount), left, all));
        let mut bill = Bill { fee, discount, proration, credit: None };
        let used = self.credit_of(&payer).min(bill.grand_total());
        if used > 0 {
            bill.credit = Some((used, self.credit_of(&payer) - used));
        }
        let paid = bill.grand_total();
        let mut given = Map::new();
        given.insert("charge_type".to_owned(), json!(kind));
        given.insert("totals".to_owned(), bill.totals(&currency));
        given.insert("subscription_item_id".to_owned(), json!(item));
        let payment = self.add_payment(&payer, money(paid, &currency), at, given);
        if used > 0 {
            self.write_credit(&payer, -used, ("payment", &payment), json!({}));
        }
        self.count_discount(item);
        if let Some(item) = self.table_mut(ITEM).get_mut(item) {
            let before = item["_paid"].as_i64().unwrap_or(0);
            fields!(item, { "_paid": before.saturating_add(paid) });
        }
        Some(money(paid, &currency))
    }

    /// A charge of a user or an organization, as a seed has it; `None` where there is nobody of this id.
    pub(in crate::mock) fn add_payment_attempt(
        &mut self,
        owner: &str,
        cents: i64,
        mut given: Map<String, Value>,
    ) -> Option<Value> {
        let payer = self.payer_of(owner)?;
        let now = self.now();
        if !given.contains_key("subscription_item_id")
            && let Some(item) =
                self.rows(ITEM).rfind(|item| item["payer_id"] == payer.as_str() && in_force(item))
        {
            given.insert("subscription_item_id".to_owned(), item["id"].clone());
        }
        if given.get("status").is_some_and(|status| status == "failed") {
            self.miss_payment(given.get("subscription_item_id").and_then(Value::as_str).unwrap_or_default());
        }
        let id = self.add_payment(&payer, money(cents, "USD"), now, given);
        row(self, PAYMENT, &id).map(|payment| show_payment(self, payment))
    }

    /// Puts a payment into its statement, and gives its id.
    fn add_payment(&mut self, payer: &str, paid: Value, at: i64, given: Map<String, Value>) -> String {
        let statement = self.statement_for(payer, at);
        let id = self.ids.object(PAYMENT);
        let bill = Bill { fee: amount(&paid), ..Bill::default() };
        let currency = paid["currency"].as_str().unwrap_or("USD").to_owned();
        let mut payment = Object::default();
        fields!(payment, {
            "object": PAYMENT, "id": id, "payment_id": self.ids.prefixed("cpa"),
            "instance_id": self.instance_id, "charge_type": "recurring", "payer_id": payer, "amount": paid,
            "totals": bill.totals(&currency), "statement_id": statement,
            "gateway_external_id": self.ids.prefixed("pi"), "gateway_external_url": null, "status": "paid",
            "created_at": at, "updated_at": at,
        });
        payment.extend(given);
        for (status, field) in [("paid", "paid_at"), ("failed", "failed_at")] {
            let time = (payment["status"] == status).then_some(at);
            payment.entry(field).or_insert(json!(time));
        }
        self.table_mut(PAYMENT).insert(payment);
        id
    }

    /// An item whose payment has failed is past due.
    fn miss_payment(&mut self, item: &str) {
        let now = self.now();
        let Some(item) = self.table_mut(ITEM).get_mut(item).filter(|item| in_force(item)) else { return };
        fields!(item, { "status": "past_due", "past_due_at": now, "updated_at": now });
        let subscription = item.text("_subscription").to_owned();
        self.settle(&subscription);
    }

    /// The statement of a payer for the month of a time.
    fn statement_for(&mut self, payer: &str, at: i64) -> String {
        // Charges come in the order of time, so that only the latest can be the one.
        let latest = self.rows(STATEMENTS).rfind(|statement| statement["_payer"] == payer);
        if let Some(statement) = latest
            && month(statement["timestamp"].as_i64().unwrap_or(0)) == month(at)
        {
            return statement.id().to_owned();
        }
        let id = self.ids.object(STATEMENTS);
        let mut statement = Object::default();
        fields!(statement, {
            "object": STATEMENTS, "id": id, "instance_id": self.instance_id, "timestamp": at, "_payer": payer,
        });
        self.table_mut(STATEMENTS).insert(statement);
        id
    }
}

/// A statement is open as long as its month goes on. What has failed is in it, but not in what it comes to.
fn show_statement(state: &State, statement: &Object) -> Value {
    let payments: Vec<&Object> =
        state.rows(PAYMENT).filter(|payment| payment["statement_id"] == statement["id"]).collect();
    let mut shown = Value::from(statement);
    let currency = payments.first().and_then(|p| p["amount"]["currency"].as_str()).unwrap_or("USD");
    let good = || payments.iter().filter(|payment| payment["status"] != "failed");
    let totals = ["grand_total", "subtotal", "base_fee", "tax_total"];
    let sum = |name: &str| good().map(|payment| amount(&payment["totals"][name])).sum::<i64>();
    shown["totals"] = totals.iter().map(|name| ((*name).to_owned(), money(sum(name), currency))).collect();
    let over = month(statement["timestamp"].as_i64().unwrap_or(0)) != month(state.at());
    shown["status"] = json!(if over { "closed" } else { "open" });
    shown["payer"] = state.show_payer(statement.text("_payer"));
    let mut groups: Vec<(i64, Vec<Value>)> = Vec::new();
    for payment in payments.iter().rev() {
        let day = payment["created_at"].as_i64().unwrap_or(0).div_euclid(DAY) * DAY;
        match groups.iter_mut().find(|(of, _)| *of == day) {
            Some((_, items)) => items.push(show_payment(state, payment)),
            None => groups.push((day, vec![show_payment(state, payment)])),
        }
    }
    let group =
        |(day, items)| json!({ "object": "commerce_statement_group", "timestamp": day, "items": items });
    shown["groups"] = groups.into_iter().map(group).collect();
    shown
}

fn show_payment(state: &State, payment: &Object) -> Value {
    let mut shown = Value::from(payment);
    let payer = payment.text("payer_id");
    shown["payer"] = state.show_payer(payer);
    shown["payee"] = state.payee();
    shown["payee_id"] = shown["payee"]["id"].clone();
    let method = state.payment_method(payer);
    shown["payment_method_id"] = method["id"].clone();
    shown["payment_method"] = method;
    if let Some(item) = row(state, ITEM, payment.text("subscription_item_id")) {
        shown["subscription_item"] = show(state, item);
    }
    shown
}

impl State {
    /// Who is paid: the instance.
    pub(super) fn payee(&self) -> Value {
        let id = self.instance_id.replacen("ins_", "cpayee_", 1);
        json!({
            "id": id, "gateway_type": "stripe", "gateway_external_id": "acct_embedded", "gateway_status": "active",
        })
    }
}

/// The year and the month of a time.
fn month(time: i64) -> (i32, u32) {
    let time = chrono::DateTime::from_timestamp_millis(time).unwrap_or_default();
    (time.year(), time.month())
}
