//! Billing: plans and their prices, who pays, what they are subscribed to, what they were charged. Nobody pays
//! anything: a charge is paid the moment it is made. Time passes as the clock does: periods end, trials become paid,
//! what was canceled ends.

mod credits;
mod discounts;
#[cfg(feature = "webhooks")]
mod events;
mod items;
mod money;
mod payers;
mod periods;
mod plans;
mod statements;
mod subscriptions;
mod transitions;

use super::resource::Resource;
use super::{Call, Handler, Object, State, fields};

/// The handlers of all parts.
pub(super) const HANDLERS: &[&[(&str, Handler)]] = &[
    plans::HANDLERS,
    credits::HANDLERS,
    discounts::HANDLERS,
    items::HANDLERS,
    statements::HANDLERS,
    subscriptions::HANDLERS,
    transitions::HANDLERS,
];

/// The kinds that rules alone look after.
pub(super) const PRICE: Resource = plans::PRICE;
pub(super) const STATEMENT: Resource = statements::STATEMENT;

const PLAN: &str = "commerce_plan";
const PRICES: &str = "commerce_price";
const PAYER: &str = "commerce_payer";
const SUBSCRIPTION: &str = "commerce_subscription";
const ITEM: &str = "commerce_subscription_item";
const PAYMENT: &str = "commerce_payment";
const LEDGER: &str = "commerce_credit_ledger";
const DISCOUNT: &str = "commerce_discount";
const REDEMPTION: &str = "commerce_discount_redemption";
const STATEMENTS: &str = "commerce_statement";

/// The kinds that are kept beside those.
#[cfg(feature = "mock-data")]
pub(super) const TAGS: &[&str] = &[PLAN, PAYER, SUBSCRIPTION, ITEM, PAYMENT, LEDGER, DISCOUNT, REDEMPTION];

const DAY: i64 = 24 * 60 * 60 * 1000;

fn row<'a>(state: &'a State, tag: &str, id: &str) -> Option<&'a Object> {
    state.table(tag)?.get(id)
}
