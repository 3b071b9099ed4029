//! The waitlist: who asked to be let in, and was invited or rejected.

use serde_json::{Value, json};

use super::list::envelope;
use super::resource::{Action, Change, PLAIN, Resource};
use super::table::Table;
use super::{Call, Handler, Object, State, fields, identifiers, invitations};
use crate::mock::error::ApiError;

pub(super) const ENTRY: Resource = Resource {
    tag: "waitlist_entry",
    words: "waitlist entry",
    variable: "waitlist_entry_id",
    operations: &[
        ("ListWaitlistEntries", Action::List),
        ("DeleteWaitlistEntry", Action::Delete),
        ("InviteWaitlistEntry", Action::Settle("invited", "waitlist_entry_not_pending")),
        ("RejectWaitlistEntry", Action::Settle("rejected", "waitlist_entry_not_pending")),
    ],
    order: &["email_address", "invited_at"],
    searched: &["email_address"],
    defaults: |_| json!({ "status": "pending", "is_locked": false }),
    prepare,
    // The invitation goes on changing.
    show: |state, entry| {
        let mut shown = Value::from(entry);
        if let Some(invitation) =
            state.invitations.get(entry["invitation"]["id"].as_str().unwrap_or_default())
        {
            shown["invitation"] = Value::from(invitation);
        }
        shown
    },
    keep: |_, object| {
        if object["status"] == "pending" {
            return Ok(());
        }
        let message = "Only pending waitlist entries can be deleted.";
        Err(ApiError::new(http::StatusCode::CONFLICT, "waitlist_entry_not_pending", message, message))
    },
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("CreateWaitlistEntry", create),
    ("CreateBulkWaitlistEntries", |state, call| {
        let items = call.items();
        for (index, item) in items.iter().enumerate() {
            if items[..index].iter().any(|other| address(other) == address(item)) {
                return Err(ApiError::param(
                    "form_param_duplicate",
                    "email_address",
                    "duplicate values",
                    "email_address contains duplicate values",
                ));
            }
        }
        let entries = items.iter().map(|item| create(state, item)).collect::<Result<Vec<Value>, _>>()?;
        let total = entries.len();
        Ok(envelope(call, entries, total))
    }),
];

static RESOURCE: Resource = ENTRY;

/// Who is on the list already stays there once.
fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let address = address(call);
    let entries = state.table(ENTRY.tag).into_iter().flat_map(Table::iter);
    if let Some(entry) = { entries }.find(|entry| entry["email_address"] == address.as_str()) {
        return Ok(RESOURCE.show(state, entry));
    }
    RESOURCE.answer(Action::Create, state, call)
}

fn prepare(state: &mut State, call: &Call<'_>, entry: &mut Object, change: Change) -> Result<(), ApiError> {
    let address = entry.text("email_address").trim().to_lowercase();
    identifiers::check_email(&address, "email_address")?;
    fields!(entry, { "email_address": address });
    if change == Change::Update && entry["status"] == "invited" && !entry.contains_key("invitation") {
        let ignore_existing = call.flag("ignore_existing") == Some(true);
        let invitation = invitations::invite_once(state, &address, ignore_existing)?;
        fields!(entry, { "invitation": invitation, "_invited_at": state.now() });
    }
    Ok(())
}

fn address(call: &Call<'_>) -> String {
    call.text("email_address").unwrap_or_default().trim().to_lowercase()
}
