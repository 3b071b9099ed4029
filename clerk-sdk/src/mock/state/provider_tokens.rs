//! The access tokens that users have at providers such as Google: each external account has one.

use serde_json::Value;

use super::resource::{Change, PLAIN, Parent, Resource};
use super::{Call, Handler, Object, State, fields, list};
use crate::mock::error::ApiError;

pub(super) const PROVIDER_TOKEN: Resource = Resource {
    tag: "oauth_access_token",
    words: "access token",
    schema: "/components/schemas/OAuthAccessToken/items",
    parent: Some(Parent { field: "_user_id", id: State::user_id }),
    prepare,
    show: |_, token| {
        let mut shown = Value::from(token);
        if let Some(shown) = shown.as_object_mut() {
            shown.remove("id");
        }
        shown
    },
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[("GetOAuthAccessToken", tokens)];

/// Whether the provider gave a refresh token, too.
const REFRESHABLE: &str = "_refreshable";
/// So long a refreshed token is good, in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;

impl State {
    /// Gives an account of a user a token.
    pub(super) fn add_provider_token(&mut self, user_id: &str, account: &Value) {
        let id = self.ids.object(PROVIDER_TOKEN.tag);
        let mut token = self.token_of(account);
        fields!(token, { "id": id, "_user_id": user_id });
        self.table_mut(PROVIDER_TOKEN.tag).insert(token);
    }

    fn token_of(&mut self, account: &Value) -> Object {
        let scopes = account["approved_scopes"].as_str().unwrap_or_default().split_whitespace();
        let token = self.ids.secret("token");
        let mut object = Object::default();
        fields!(object, {
            "object": PROVIDER_TOKEN.tag, "external_account_id": account["id"],
            "provider_user_id": account["provider_user_id"], "token": token, "expires_at": null,
            "provider": account["provider"], "public_metadata": account["public_metadata"],
            "label": account["label"], "scopes": scopes.collect::<Vec<_>>(),
        });
        object
    }
}

/// A seeded token replaces that of the account.
fn prepare(state: &mut State, call: &Call<'_>, token: &mut Object, _: Change) -> Result<(), ApiError> {
    let user = state.user(call)?;
    let provider = name(call.variable("provider"));
    let accounts = user["external_accounts"].as_array().into_iter().flatten();
    let account = accounts.into_iter().find(|a| name(a["provider"].as_str().unwrap_or_default()) == provider);
    let account = account.ok_or_else(|| ApiError::not_found("external account", provider))?.clone();
    state.table_mut(PROVIDER_TOKEN.tag).retain(|other| other["external_account_id"] != account["id"]);
    for (name, value) in state.token_of(&account).iter() {
        if call.body.get(name).is_none() {
            token.insert(name.clone(), value.clone());
        }
    }
    fields!(token, { REFRESHABLE: call.flag(REFRESHABLE) });
    Ok(())
}

/// Tokens that have expired are refreshed where that is possible.
fn tokens(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let (user, now) = (state.user(call)?.id().to_owned(), state.at());
    let provider = name(call.variable("provider"));
    let wanted =
        |token: &Object| token["_user_id"] == user.as_str() && name(token.text("provider")) == provider;
    let expired =
        |token: &Object| wanted(token) && token["expires_at"].as_i64().is_some_and(|end| end <= now);
    let rows = || state.rows(PROVIDER_TOKEN.tag);
    if rows().any(|token| expired(token) && token[REFRESHABLE] != true) {
        let long = "The current access token has expired and we cannot refresh it, because the authorization \
                    server hasn't provided us with a refresh token";
        let (status, code) = (http::StatusCode::UNPROCESSABLE_ENTITY, "oauth_missing_refresh_token");
        return Err(ApiError::new(status, code, "Cannot refresh OAuth access token", long));
    }
    if rows().any(expired) {
        let fresh = state.ids.secret("token");
        state.table_mut(PROVIDER_TOKEN.tag).change(expired, |token| {
            fields!(token, { "token": fresh, "expires_at": now.saturating_add(HOUR) });
        });
    }
    let rows = state.rows(PROVIDER_TOKEN.tag).filter(|t| wanted(t));
    Ok(list::page(call, rows.collect(), |token| PROVIDER_TOKEN.show(state, token)))
}

/// A provider's name: `oauth_google` is an older way to write `google`.
fn name(provider: &str) -> &str {
    provider.strip_prefix("oauth_").unwrap_or(provider)
}
