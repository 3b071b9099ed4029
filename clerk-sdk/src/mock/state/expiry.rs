//! What ends by itself: invitations and sessions expire, locks are taken away.

use serde_json::json;

use super::{Object, State, fields};

impl State {
    /// Has end what is over; whether anything was.
    pub(in crate::mock) fn pass_time(&mut self) -> bool {
        let now = self.now();
        if now < self.next_end {
            return false;
        }
        let mut next = i64::MAX;
        for (tag, table) in self.tables_mut() {
            let is_over = |object: &Object| end(tag, object).is_some_and(|(at, _)| at <= now);
            table.change(is_over, |object| {
                if let Some((at, status)) = end(tag, object) {
                    finish(object, at, status);
                }
            });
            next = table.iter().filter_map(|object| end(tag, object)).map(|(at, _)| at).fold(next, i64::min);
        }
        self.next_end = next;
        true
    }
}

/// When an object ends, and the status that it has then; `None` for one that stays as it is.
pub(super) fn end(tag: &str, object: &Object) -> Option<(i64, &'static str)> {
    let at = |field: &str, status| Some((object[field].as_i64()?, status));
    match (tag, object.text("status")) {
        ("invitation" | "organization_invitation", "pending") => at("expires_at", "expired"),
        ("session", "active" | "pending") => {
            at("expire_at", "expired").into_iter().chain(at("abandon_at", "abandoned")).min()
        }
        ("user", _) => at(LOCKED_UNTIL, ""),
        _ => None,
    }
}

/// The field of a locked user that has the time at which the lock ends; not there where it never does.
pub(super) const LOCKED_UNTIL: &str = "_locked_until";

fn finish(object: &mut Object, at: i64, status: &str) {
    if object.remove(LOCKED_UNTIL).is_some() {
        fields!(object, { "locked": false });
    } else {
        fields!(object, { "status": status, "updated_at": at });
    }
}

/// How many seconds a user is still locked, as answers have it.
pub(super) fn lockout(user: &Object, now: i64) -> serde_json::Value {
    let left = |until: i64| until.saturating_sub(now).saturating_add(999) / 1000;
    user[LOCKED_UNTIL].as_i64().map_or(serde_json::Value::Null, |until| json!(left(until)))
}
