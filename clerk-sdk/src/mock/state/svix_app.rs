//! The instance's application at Svix, through which Clerk sends webhooks: there is one, or none.

use serde_json::{Value, json};

use super::{Handler, State};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("CreateSvixApp", |state, _| {
        if state.settings[SETTING] == true {
            let message = "A Svix app is already associated with the current instance.";
            return Err(ApiError::bad_request("svix_app_exists", message));
        }
        state.settings[SETTING] = json!(true);
        Ok(url(state))
    }),
    ("GenerateSvixAuthURL", |state, _| {
        check(state)?;
        Ok(url(state))
    }),
    ("DeleteSvixApp", |state, _| {
        check(state)?;
        state.settings[SETTING] = json!(false);
        Ok(Value::Null)
    }),
];

/// Whether there is one.
const SETTING: &str = "svix_app";

fn check(state: &State) -> Result<(), ApiError> {
    if state.settings[SETTING] == true {
        return Ok(());
    }
    let message = "No Svix apps are associated with the current instance.";
    Err(ApiError::bad_request("svix_app_missing", message))
}

/// A way in, which is another one each time.
fn url(state: &mut State) -> Value {
    json!({ "svix_url": format!("https://app.svix.com/login#key={}", state.ids.trace()) })
}
