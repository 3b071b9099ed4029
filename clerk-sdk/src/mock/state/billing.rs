//! Plans and subscriptions, as seeds have them: nobody pays, and no time passes by itself.

use serde_json::{Map, Value, json};

use super::list::page;
use super::table::Table;
use super::{Handler, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetCommercePlanList", |state, call| {
        let payer = call.query.first("payer_type");
        let plans = rows(state, PLAN).filter(|p| payer.is_none_or(|payer| p["for_payer_type"] == payer));
        Ok(page(call, plans.collect(), Value::from))
    }),
    ("GetUserBillingSubscription", |state, call| {
        let id = state.user(call)?.id();
        subscription(state, id)
    }),
    ("GetOrganizationBillingSubscription", |state, call| {
        let id = state.organization_id(call)?;
        subscription(state, &id)
    }),
];

const PLAN: &str = "commerce_plan";
const SUBSCRIPTION: &str = "commerce_subscription";

impl State {
    /// A plan of this slug.
    pub(in crate::mock) fn add_plan(&mut self, slug: &str, given: Map<String, Value>) -> Value {
        let mut plan = self.sample("CommercePlan");
        fields!(plan, {
            "slug": slug, "name": slug, "for_payer_type": "user", "features": [], "is_default": false,
        });
        plan.extend(given);
        let shown = Value::from(&plan);
        self.table_mut(PLAN).insert(plan);
        shown
    }

    /// A subscription of a user or an organization to a plan; `None` where there is no such plan.
    pub(in crate::mock) fn add_subscription(
        &mut self,
        payer: &str,
        plan: &str,
        given: Map<String, Value>,
    ) -> Option<Value> {
        let plan = rows(self, PLAN).find(|p| p["slug"] == plan || p["id"] == plan)?.clone();
        let mut subscription = self.sample("CommerceSubscription");
        fields!(subscription, { "payer_id": payer, "status": "active", "past_due_at": null });
        for item in subscription.get_mut("subscription_items").and_then(Value::as_array_mut)?.iter_mut() {
            item["plan_id"] = plan["id"].clone();
            item["plan"] = Value::from(&plan);
            item["status"] = json!("active");
        }
        subscription.extend(given);
        let shown = Value::from(&subscription);
        self.table_mut(SUBSCRIPTION).insert(subscription);
        Some(shown)
    }

    /// The slugs of the plans that a payer is on, and of their features.
    pub(super) fn plans_of(&self, payer: &str) -> (Vec<String>, Vec<String>) {
        let active = rows(self, SUBSCRIPTION).filter(|s| s["payer_id"] == payer && s["status"] == "active");
        let (mut plans, mut features) = (Vec::new(), Vec::new());
        for item in active.filter_map(|s| s["subscription_items"].as_array()).flatten() {
            plans.extend(item["plan"]["slug"].as_str().map(str::to_owned));
            let of_plan = item["plan"]["features"].as_array().into_iter().flatten();
            features.extend(of_plan.filter_map(|f| f["slug"].as_str()).map(str::to_owned));
        }
        (plans, features)
    }
}

fn rows<'a>(state: &'a State, tag: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
    state.table(tag).into_iter().flat_map(Table::iter)
}

/// The latest subscription of a payer.
fn subscription(state: &State, payer: &str) -> Result<Value, ApiError> {
    let found = rows(state, SUBSCRIPTION).filter(|s| s["payer_id"] == payer).last();
    found.map(Value::from).ok_or_else(|| ApiError::not_found("subscription of the payer", payer))
}
