//! Sign-ups: begun in a browser, or by a seed, watched and changed from here.

use serde_json::{Map, Value, json};

use super::resource::{Action, Change, PLAIN, Resource};
use super::{Call, Object, State, fields, identifiers};
use crate::mock::error::ApiError;

pub(super) const SIGN_UP: Resource = Resource {
    tag: "sign_up_attempt",
    words: "sign-up",
    variable: "id",
    schema: "/components/schemas/SignUp",
    operations: &[("GetSignUp", Action::Get), ("UpdateSignUp", Action::Update)],
    defaults: |state| {
        json!({
            "status": OPEN, "required_fields": ["email_address"],
            "optional_fields": ["first_name", "last_name", "username"],
            "verifications": {
                "email_address": { "next_action": "needs_attempt", "supported_strategies": ["email_code"] },
                "phone_number": null, "web3_wallet": null, "external_account": null,
            },
            "unsafe_metadata": {}, "public_metadata": {}, "abandon_at": state.at().saturating_add(DAY),
        })
    },
    prepare,
    show: |state, sign_up| {
        let mut shown = Value::from(sign_up);
        shown["status"] = json!(status(state, sign_up));
        shown
    },
    ..PLAIN
};

const OPEN: &str = "missing_requirements";
/// So long nobody goes on with a sign-up before it counts as abandoned, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

fn status<'a>(state: &State, sign_up: &'a Object) -> &'a str {
    match sign_up.text("status") {
        OPEN if sign_up["abandon_at"].as_i64() <= Some(state.at()) => "abandoned",
        status => status,
    }
}

fn prepare(state: &mut State, call: &Call<'_>, sign_up: &mut Object, change: Change) -> Result<(), ApiError> {
    if change == Change::Create {
        let address = sign_up.text("email_address").trim().to_lowercase();
        identifiers::check_email(&address, "email_address")?;
        fields!(sign_up, { "email_address": address });
        if call.body.get("unverified_fields").is_none() {
            fields!(sign_up, { "unverified_fields": ["email_address"] });
        }
        return Ok(());
    }
    if status(state, sign_up) != OPEN {
        let (short, long) =
            ("Sign up cannot be updated", "This sign up has reached a terminal state and cannot be updated");
        let status = http::StatusCode::FORBIDDEN;
        return Err(ApiError::new(status, "sign_up_cannot_be_updated", short, long));
    }
    let external_id = &sign_up["external_id"];
    if external_id.is_string() && state.users.iter().any(|user| user["external_id"] == *external_id) {
        return Err(ApiError::taken("external_id", "external id"));
    }
    Ok(())
}

impl State {
    /// What a user has who comes of a sign-up, as the fields of a request that makes one.
    pub(in crate::mock) fn user_of_sign_up(&mut self, id: &str) -> Result<Map<String, Value>, String> {
        self.now();
        let sign_up = self.table(SIGN_UP.tag).and_then(|table| table.get(id));
        let sign_up = sign_up.ok_or_else(|| format!("there is no sign-up {id}"))?;
        match status(self, sign_up) {
            OPEN => {}
            status => return Err(format!("its status is {status}")),
        }
        let mut user = Map::new();
        for (name, own) in [("email_address", "email_address"), ("phone_number", "phone_number")] {
            if sign_up[own].is_string() {
                user.insert(name.to_owned(), json!([sign_up[own]]));
            }
        }
        let same = [
            "username",
            "first_name",
            "last_name",
            "external_id",
            "public_metadata",
            "unsafe_metadata",
            "locale",
        ];
        for name in same.into_iter().filter(|name| !sign_up[*name].is_null()) {
            user.insert(name.to_owned(), sign_up[name].clone());
        }
        Ok(user)
    }

    /// A sign-up came to its end: there are this user and this session now.
    pub(in crate::mock) fn end_sign_up(&mut self, id: &str, user_id: &str, session_id: &str) {
        if let Some(sign_up) = self.table_mut(SIGN_UP.tag).get_mut(id) {
            fields!(sign_up, {
                "status": "complete", "missing_fields": [], "unverified_fields": [],
                "created_user_id": user_id, "created_session_id": session_id,
                "verifications": {
                    "email_address": { "next_action": "", "supported_strategies": ["email_code"] },
                    "phone_number": null, "web3_wallet": null, "external_account": null,
                },
            });
        }
    }
}
