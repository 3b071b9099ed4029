//! One-time codes for e-mail addresses and phone numbers. Nothing is sent: the code is always the one that Clerk
//! has for test addresses.

use serde_json::{Value, json};

use super::contacts::Contact;
use super::{Call, Handler, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("PrepareEmailAddressVerification", |state, call| prepare(state, call, Contact::Email)),
    ("AttemptEmailAddressVerification", |state, call| attempt(state, call, Contact::Email)),
    ("PreparePhoneNumberVerification", |state, call| prepare(state, call, Contact::Phone)),
    ("AttemptPhoneNumberVerification", |state, call| attempt(state, call, Contact::Phone)),
];

/// What every address and number is sent.
const CODE: &str = "424242";
/// How long a code holds, in milliseconds.
const LIFETIME: i64 = 10 * 60 * 1000;
/// With so many wrong attempts a verification has failed.
const ATTEMPTS: i64 = 3;

fn prepare(state: &mut State, call: &Call<'_>, kind: Contact) -> Result<Value, ApiError> {
    let contact = call.variable(kind.variable());
    state.owner_of(kind, contact)?;
    let now = state.now();
    let mut verification = Object::default();
    fields!(verification, {
        "object": "verification_otp", "id": state.ids.prefixed("ver"), "status": "unverified",
        "strategy": strategy(kind), "attempts": 0, "expire_at": now + LIFETIME, "channel": null,
        "_contact": contact,
    });
    if kind == Contact::Phone {
        fields!(verification, { "channel": "sms" });
    }
    let shown = Value::from(&verification);
    state.table_mut("verification").insert(verification);
    Ok(shown)
}

/// What came of an attempt is said by the status; only what cannot be attempted is an error.
fn attempt(state: &mut State, call: &Call<'_>, kind: Contact) -> Result<Value, ApiError> {
    let contact = call.variable(kind.variable());
    state.check_free(kind, contact)?;
    let now = state.now();
    let id = call.text("verification_id").unwrap_or_default();
    let found = state.table_mut("verification").get_mut(id).filter(|v| v["_contact"] == contact);
    let verification = found.ok_or_else(|| ApiError::not_found("verification", id))?;
    if verification["status"] == "verified" {
        let message = "This verification has already been verified.";
        return Err(ApiError::bad_request("verification_already_verified", message));
    }
    let attempts = verification["attempts"].as_i64().unwrap_or(0) + 1;
    let status = if verification["expire_at"].as_i64() < Some(now) {
        "expired"
    } else if attempts > ATTEMPTS {
        "failed"
    } else if call.text("code") == Some(CODE) {
        "verified"
    } else if attempts == ATTEMPTS {
        "failed"
    } else {
        "unverified"
    };
    fields!(verification, { "attempts": attempts, "status": status });
    let shown = Value::from(&*verification);
    if status == "verified" {
        state.mark_verified(kind, contact, attempts, now);
    }
    Ok(shown)
}

impl State {
    /// Notes that a code proved an address or number, if nothing had done so before.
    fn mark_verified(&mut self, kind: Contact, id: &str, attempts: i64, now: i64) {
        let Ok(owner) = self.owner_of(kind, id) else { return };
        let contacts = owner.get_mut(kind.list()).and_then(Value::as_array_mut);
        let Some(contact) = contacts.into_iter().flatten().find(|c| c["id"] == id) else { return };
        if contact["verification"]["status"] == "verified" {
            return;
        }
        contact["verification"] = json!({
            "object": "verification_otp", "status": "verified", "strategy": strategy(kind), "attempts": attempts,
            "expire_at": now + LIFETIME, "channel": null, "verified_at_client": null,
        });
        contact["updated_at"] = json!(now);
        let first = owner[kind.primary()].is_null();
        if first {
            owner.insert(kind.primary().into(), json!(id));
        }
        owner.insert("updated_at".into(), json!(now));
    }
}

fn strategy(kind: Contact) -> &'static str {
    match kind {
        Contact::Email => "email_code",
        Contact::Phone => "phone_code",
    }
}
