//! OAuth applications: their secrets, and the tokens that they were given.

use serde_json::{Value, json};

use super::resource::{Action, Change, PLAIN, Resource};
use super::{Call, Handler, ISSUER, Object, State, fields};
use crate::mock::error::ApiError;
use crate::mock::prose::SCOPES;

pub(super) const APPLICATION: Resource = Resource {
    tag: "oauth_application",
    words: "OAuth application",
    variable: "oauth_application_id",
    operations: &[
        ("ListOAuthApplications", Action::List),
        ("CreateOAuthApplication", Action::Create),
        ("GetOAuthApplication", Action::Get),
        ("UpdateOAuthApplication", Action::Update),
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
    prepare: |state, call, object, change| {
        check(call, object)?;
        if object["public"] == true {
            // There is no secret that could stand in for it.
            fields!(object, { "pkce_required": true });
        }
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
    ("DeleteOAuthApplication", |state, call| {
        let application = RESOURCE.find(state, call)?;
        let client = application["client_id"].clone();
        let id = application.id().to_owned();
        let answer = RESOURCE.answer(Action::Delete, state, call)?;
        state.forget_image(&id);
        state.oauth_tokens.retain(|token| token["client_id"] != client);
        Ok(answer)
    }),
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
        let id = RESOURCE.find(state, call)?.id().to_owned();
        let url = state.keep_image(call, &id);
        RESOURCE.update(state, call, |_, object| {
            fields!(object, { "client_image_url": url });
            Ok(())
        })
    }),
    ("RevokeOAuthApplicationToken", revoke_token),
];

static RESOURCE: Resource = APPLICATION;
const SECRET: &str = "_secret";

fn check(call: &Call<'_>, object: &Object) -> Result<(), ApiError> {
    if object.text("name").chars().count() > 256 {
        return Err(ApiError::too_long("name", 256));
    }
    let mut scopes = call.text("scopes").unwrap_or_default().split_whitespace();
    if let Some(scope) = scopes.find(|scope| !SCOPES.contains(scope)) {
        return Err(ApiError::none_of("scopes", scope, &SCOPES.join(", ")));
    }
    let uris: Vec<&str> = call.texts("redirect_uris").collect();
    for (index, uri) in uris.iter().enumerate() {
        if url::Url::parse(uri).is_err() {
            return Err(ApiError::format("redirect_uris", "valid URLs"));
        }
        if uris[..index].contains(uri) {
            let (status, long) = (http::StatusCode::BAD_REQUEST, "the redirect URI already exists");
            return Err(ApiError::new(status, "duplicate_record", "duplicate redirect URI", long));
        }
    }
    let callback = call.text("callback_url").filter(|url| !url.is_empty());
    if callback.is_some_and(|url| url::Url::parse(url).is_err()) {
        return Err(ApiError::format("callback_url", "a valid URL"));
    }
    Ok(())
}

fn revoke_token(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    RESOURCE.find(state, call)?;
    let token = call.text("token").unwrap_or_default();
    if state.revoke_oauth_token(token) {
        return Ok(Value::Null);
    }
    let message = "There is no access token of this value.";
    Err(ApiError::new(http::StatusCode::NOT_FOUND, "resource_not_found", "not found", message))
}
