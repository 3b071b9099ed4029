//! Time: periods that end, and what comes of it.

use serde_json::json;

use super::items::in_force;
use super::{DAY, ITEM, Object, State, fields};

/// So many periods pass at once; who sets the clock ahead by centuries has seen enough by then.
const MOST: usize = 1200;

impl State {
    /// Has all periods end that are over: what was canceled ends, the rest is renewed and paid for.
    pub(in crate::mock) fn pass_periods(&mut self) {
        let now = self.now();
        for _ in 0..MOST {
            let end = |item: &Object| item["period_end"].as_i64().filter(|_| in_force(item));
            let due = self.rows(ITEM).filter_map(|item| Some((end(item)?, item.id().to_owned())));
            let Some((end, id)) = due.filter(|(end, _)| *end <= now).min() else { break };
            self.pass_period(&id, end);
        }
        let ending = |item: &Object| {
            let left = item["period_end"].as_i64().map(|end| end - now);
            in_force(item)
                && item["is_free_trial"] == true
                && item["_trial_ending"] != true
                && left.is_some_and(|left| left <= 3 * DAY)
        };
        self.table_mut(ITEM).change(ending, |item| fields!(item, { "_trial_ending": true }));
    }

    fn pass_period(&mut self, id: &str, end: i64) {
        let Some(item) = self.table_mut(ITEM).get_mut(id) else { return };
        if !item["canceled_at"].is_null() || item["status"] == "past_due" {
            self.end_item(id, end);
            return;
        }
        fields!(item, { "is_free_trial": false, "period_start": end, "updated_at": end });
        let item = item.clone();
        // A period that cannot be counted any more does not end.
        let next = self.period_end(&item, end).filter(|next| *next > end);
        if let Some(item) = self.table_mut(ITEM).get_mut(id) {
            item.insert("period_end".to_owned(), json!(next));
        }
        self.charge(id, end, "recurring", None);
    }

    /// When a period of an item ends that begins at a time; `None` where it is free and has no end.
    pub(super) fn period_end(&self, item: &Object, start: i64) -> Option<i64> {
        if self.fee(item).is_none_or(|(fee, _)| fee == 0) {
            return None;
        }
        let months = chrono::Months::new(if item["plan_period"] == "annual" { 12 } else { 1 });
        let end = chrono::DateTime::from_timestamp_millis(start)?.checked_add_months(months)?;
        Some(end.timestamp_millis())
    }
}
