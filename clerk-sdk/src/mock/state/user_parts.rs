//! What users bring from elsewhere, passkeys, wallets and accounts: seen in fixtures, and taken away.

use serde_json::{Map, Value, json};

use super::{Call, Handler, State, deleted, fields, find};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("UserPasskeyDelete", |state, call| {
        remove(state, call, "passkeys", "passkey_identification_id", "passkey")
    }),
    ("UserWeb3WalletDelete", |state, call| {
        remove(state, call, "web3_wallets", "web3_wallet_identification_id", "web3_wallet")
    }),
    ("DeleteExternalAccount", |state, call| {
        let answer = remove(state, call, ACCOUNTS, "external_account_id", "external_account")?;
        let account = call.variable("external_account_id");
        let tokens = state.table_mut(super::provider_tokens::PROVIDER_TOKEN.tag);
        tokens.retain(|token| token["external_account_id"] != account);
        Ok(answer)
    }),
    ("SetUserPasswordCompromised", |state, call| {
        let answer = set_compromised(state, call, true)?;
        if call.flag("revoke_all_sessions") == Some(true) {
            state.revoke_sessions(call.variable("user_id"));
        }
        Ok(answer)
    }),
    ("UnsetUserPasswordCompromised", |state, call| set_compromised(state, call, false)),
    ("CreateTestingToken", |state, _| {
        let (token, now) = (state.ids.trace(), state.now());
        Ok(json!({ "object": "testing_token", "token": token, "expires_at": (now + 60 * 60 * 1000) / 1000 }))
    }),
];

/// The list of a user's accounts elsewhere.
const ACCOUNTS: &str = "external_accounts";

impl State {
    /// Adds to a user what only a browser can add, and gives it; `None` where there is no such user.
    pub(in crate::mock) fn add_part(
        &mut self,
        user_id: &str,
        list: &str,
        component: &str,
        given: Map<String, Value>,
    ) -> Option<Value> {
        let now = self.now();
        let mut part = self.sample(component);
        part.extend(given);
        let user = self.users.get_mut(user_id)?;
        user.get_mut(list)?.as_array_mut()?.push(Value::from(&part));
        fields!(user, { "updated_at": now });
        let part = Value::from(part);
        if list == ACCOUNTS {
            self.add_provider_token(user_id, &part);
        }
        Some(part)
    }
}

fn remove(
    state: &mut State,
    call: &Call<'_>,
    list: &str,
    variable: &str,
    tag: &str,
) -> Result<Value, ApiError> {
    let now = state.now();
    let (user_id, id) = (call.variable("user_id"), call.variable(variable));
    let user = state.users.get_mut(user_id).ok_or_else(|| ApiError::not_found("user", user_id))?;
    let words = tag.replace('_', " ");
    if find(&user[list], "id", id).is_none() {
        return Err(ApiError::not_found(&words, id));
    }
    if tag != "passkey" {
        super::contacts::check_not_last(user)?;
    }
    if let Some(parts) = user.get_mut(list).and_then(Value::as_array_mut) {
        parts.retain(|part| part["id"] != id);
    }
    if user["primary_web3_wallet_id"] == id {
        let next = user["web3_wallets"][0]["id"].clone();
        fields!(user, { "primary_web3_wallet_id": next });
    }
    fields!(user, { "updated_at": now });
    Ok(deleted(tag, id))
}

fn set_compromised(state: &mut State, call: &Call<'_>, compromised: bool) -> Result<Value, ApiError> {
    let now = state.now();
    let id = call.variable("user_id");
    let user = state.users.get_mut(id).ok_or_else(|| ApiError::not_found("user", id))?;
    if user["password_enabled"] != true {
        return Err(super::passwords::none_set());
    }
    fields!(user, { "_password_compromised": compromised, "updated_at": now });
    Ok(super::users::show(user, now))
}
