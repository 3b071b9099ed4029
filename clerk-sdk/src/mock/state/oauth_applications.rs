//! OAuth applications: their secrets, and the tokens that they were given.

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Resource};
use super::{Call, Handler, ISSUER, State, fields};
use crate::mock::error::ApiError;

pub(super) const APPLICATION: Resource = Resource {
    tag: "oauth_application",
    words: "OAuth application",
    variable: "oauth_application_id",
    operations: &[
        ("ListOAuthApplications", Action::List),
        ("CreateOAuthApplication", Action::Create),
        ("GetOAuthApplication", Action::Get),
        ("UpdateOAuthApplication", Action::Update),
        ("DeleteOAuthApplication", Action::Delete),
    ],
    order: &["name"],
    defaults: |_| {
        json!({
            "scopes": "profile email", "consent_screen_enabled": true,
            "callback_url": "", "authorize_url": format!("{ISSUER}/oauth/authorize"),
            "token_fetch_url": format!("{ISSUER}/oauth/token"),
            "user_info_url": format!("{ISSUER}/oauth/userinfo"),
            "discovery_url": format!("{ISSUER}/.well-known/openid-configuration"),
            "token_introspection_url": format!("{ISSUER}/oauth/token_info"),
        })
    },
    prepare: |state, _, object, change| {
        if change == Change::Create {
            let (client_id, secret) = (state.ids.secret("client"), state.ids.trace());
            let client_id = client_id.trim_start_matches("client_");
            fields!(object, { "client_id": client_id, SECRET: secret });
        }
        Ok(())
    },
    // A public application could not keep a secret.
    once: |object| match &object["public"] {
        Value::Bool(true) => json!({}),
        _ => json!({ "client_secret": object[SECRET] }),
    },
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("RotateOAuthApplicationSecret", |state, call| {
        let secret = state.ids.trace();
        let mut shown = RESOURCE.update(state, call, |_, object| {
            fields!(object, { SECRET: secret });
            Ok(())
        })?;
        shown["client_secret"] = json!(secret);
        Ok(shown)
    }),
    ("UploadOAuthApplicationLogo", |state, call| {
        let url = format!("https://img.example.com/{}.png", state.ids.trace());
        RESOURCE.update(state, call, |_, object| {
            fields!(object, { "client_image_url": url });
            Ok(())
        })
    }),
    ("RevokeOAuthApplicationToken", revoke_token),
];

static RESOURCE: Resource = APPLICATION;
const SECRET: &str = "_secret";

fn revoke_token(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    RESOURCE.find(state, call)?;
    let token = call.text("token").unwrap_or_default();
    if state.revoke_oauth_token(token) {
        return Ok(Value::Null);
    }
    let message = "There is no access token of this value.";
    Err(ApiError::new(http::StatusCode::NOT_FOUND, "resource_not_found", "not found", message))
}
