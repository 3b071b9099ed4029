//! What Clerk's webhooks say about a change.

use serde_json::{Value, json};

use super::memberships::public_user_data;
use super::table::Changed;
use super::{Object, State};
use super::{resources, users};

impl State {
    /// The types and the data of the events that a change is; none where Clerk sends none.
    /// `all` is what changed together: of what is gone, it says how it was.
    pub(in crate::mock) fn events(&self, changed: &Changed, all: &[Changed]) -> Vec<(String, Value)> {
        let billing = self.billing_events(changed);
        if billing.is_empty() { self.event(changed, all).into_iter().collect() } else { billing }
    }

    fn event(&self, changed: &Changed, all: &[Changed]) -> Option<(String, Value)> {
        let kind = kind(changed.tag)?;
        let (what, object) = match (&changed.before, &changed.after) {
            (None, Some(object)) => ("created", object),
            (Some(before), Some(after)) => (updated(changed.tag, before, after)?, after),
            (Some(object), None) if changed.tag == "session" => ("removed", object),
            (Some(object), None) => ("deleted", object),
            (None, None) => return None,
        };
        // The waitlist and invitations have no event for what goes.
        if what == "deleted" && matches!(changed.tag, "waitlist_entry" | "organization_invitation") {
            return None;
        }
        let gone = what == "deleted" && changed.tag != "organization_membership";
        let data = if gone { deleted(changed.tag, object) } else { self.show(changed.tag, object, all) };
        Some((format!("{kind}.{what}"), data))
    }

    fn show(&self, tag: &str, object: &Object, all: &[Changed]) -> Value {
        let gone = |tag: &str, id: &str| {
            all.iter().filter(|c| c.tag == tag).find_map(|c| c.before.as_ref().filter(|o| o.id() == id))
        };
        match resources::RESOURCES.iter().find(|resource| resource.tag == tag) {
            Some(resource) => resource.show(self, object),
            None if tag == "organization_membership" => {
                let mut shown = self.show_membership(object);
                if shown["organization"].is_null() {
                    let organization = gone("organization", object.text("_organization_id"));
                    shown["organization"] = organization.map(Value::from).unwrap_or_default();
                }
                if shown["public_user_data"].is_null() {
                    let user = gone("user", object.text("_user_id"));
                    shown["public_user_data"] = user.map(public_user_data).unwrap_or_default();
                }
                shown
            }
            None if tag == "session" => {
                let mut shown = Value::from(object);
                shown["user"] = self
                    .users
                    .get(object.text("user_id"))
                    .or_else(|| gone("user", object.text("user_id")))
                    .map(|user| users::show(user, self.at()))
                    .unwrap_or_default();
                shown
            }
            None if tag == "user" => users::show(object, self.at()),
            None => Value::from(object),
        }
    }
}

/// What the types of a kind's events begin with.
fn kind(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "user" => "user",
        "session" => "session",
        "organization" => "organization",
        "organization_membership" => "organizationMembership",
        "organization_invitation" => "organizationInvitation",
        "organization_domain" => "organizationDomain",
        "role" => "role",
        "permission" => "permission",
        "waitlist_entry" => "waitlistEntry",
        _ => return None,
    })
}

/// Sessions and invitations have an event for what becomes of them, the others one for every change.
fn updated(tag: &str, before: &Object, after: &Object) -> Option<&'static str> {
    if !matches!(tag, "session" | "organization_invitation") {
        return Some("updated");
    }
    if before["status"] == after["status"] {
        return None;
    }
    match after.text("status") {
        "pending" => Some("pending"),
        "ended" => Some("ended"),
        "removed" => Some("removed"),
        "revoked" => Some("revoked"),
        "accepted" => Some("accepted"),
        _ => None,
    }
}

fn deleted(tag: &str, object: &Object) -> Value {
    let mut data = json!({ "object": tag, "id": object["id"], "deleted": true });
    for name in ["slug", "external_id"] {
        if object[name].is_string() {
            data[name] = object[name].clone();
        }
    }
    data
}
