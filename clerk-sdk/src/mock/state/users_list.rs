//! The list of users and its filters, and the count that takes the same filters.

use serde_json::{Value, json};

use super::list::{among, among_signed, contains, order, order_by, page, within};
use super::{Call, Handler, Object, State};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[("GetUserList", list), ("GetUsersCount", count)];

/// What users can be ordered by.
const ORDERS: &[&str] = &[
    "created_at",
    "updated_at",
    "email_address",
    "web3wallet",
    "first_name",
    "last_name",
    "phone_number",
    "username",
    "last_active_at",
    "last_sign_in_at",
];

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let mut users = matching(state, call)?;
    order(call, &mut users, ORDERS, |user, name| sort_key(user, name))?;
    if let Some(cursor) = call.query.first("starting_after").filter(|c| !c.is_empty()) {
        users = after(state, call, users, cursor)?;
    }
    let now = state.at();
    Ok(page(call, users, |user| super::users::show(user, now)))
}

fn count(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    Ok(json!({ "object": "total_count", "total_count": matching(state, call)?.len() }))
}

fn matching<'a>(state: &'a State, call: &Call<'_>) -> Result<Vec<&'a Object>, ApiError> {
    let (provider, ids) = (call.query.first("provider"), call.query.first("provider_user_id"));
    if provider.is_some() != ids.is_some() {
        return Err(ApiError::missing(if provider.is_some() { "provider_user_id" } else { "provider" }));
    }
    let organizations = |user: &Object, id: &str| {
        state.memberships.iter().any(|m| m["_organization_id"] == id && user["id"] == m["_user_id"])
    };
    let account = |user: &Object| {
        user["external_accounts"].as_array().into_iter().flatten().any(|a| {
            Some(a["provider"].as_str().unwrap_or_default()) == provider
                && among(call, "provider_user_id", |id| a["provider_user_id"] == id)
        })
    };
    let users = state.users.iter();
    let users = users.filter(|user| {
        matches(call, user)
            && among_signed(call, "organization_id", |id| organizations(user, id))
            && call.query.flag("banned").is_none_or(|banned| user["banned"] == banned)
            && ["last_active_at", "created_at", "last_sign_in_at"].iter().all(|f| within(call, user, f))
            && (provider.is_none() || account(user))
    });
    Ok(users.collect())
}

/// The filters by identifiers and names, which lists of users and of members share.
pub(super) fn matches(call: &Call<'_>, user: &Object) -> bool {
    let email = |wanted: &str| texts(user, "email_addresses").any(|e| e.eq_ignore_ascii_case(wanted));
    let username = user["username"].as_str();
    let name = names(user).collect::<Vec<_>>().join(" ");
    let id = user["id"].as_str();
    let everything = texts(user, "email_addresses")
        .chain(texts(user, "phone_numbers"))
        .chain(texts(user, "web3_wallets"))
        .chain(username)
        .chain(id)
        .chain([name.as_str()]);
    among(call, "email_address", email)
        && among(call, "phone_number", |wanted| texts(user, "phone_numbers").any(|p| p == wanted.trim()))
        && among(call, "web3_wallet", |wanted| {
            texts(user, "web3_wallets").any(|w| w.eq_ignore_ascii_case(wanted))
        })
        && among(call, "username", |wanted| username.is_some_and(|u| u.eq_ignore_ascii_case(wanted)))
        && among_signed(call, "external_id", |wanted| user["external_id"] == wanted)
        && among_signed(call, "user_id", |wanted| id == Some(wanted))
        && contains(call, "query", everything)
        && contains(call, "email_address_query", texts(user, "email_addresses"))
        && contains(call, "phone_number_query", texts(user, "phone_numbers"))
        && contains(call, "username_query", username)
        && contains(call, "name_query", [name.as_str()])
}

/// What a user is ordered by.
pub(super) fn sort_key(user: &Object, name: &str) -> Value {
    let primary = |list: &str, id: &str, field: &str| {
        let contacts = user[list].as_array().into_iter().flatten();
        contacts.into_iter().find(|c| c["id"] == user[id]).map_or(Value::Null, |c| c[field].clone())
    };
    match name {
        "email_address" => primary("email_addresses", "primary_email_address_id", "email_address"),
        "phone_number" => primary("phone_numbers", "primary_phone_number_id", "phone_number"),
        "web3wallet" => primary("web3_wallets", "primary_web3_wallet_id", "web3_wallet"),
        _ => user.get(name).cloned().unwrap_or_default(),
    }
}

fn texts<'a>(user: &'a Object, list: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let field = match list {
        "email_addresses" => "email_address",
        "phone_numbers" => "phone_number",
        _ => "web3_wallet",
    };
    user[list].as_array().into_iter().flatten().filter_map(move |c| c[field].as_str())
}

fn names(user: &Object) -> impl Iterator<Item = &str> {
    ["first_name", "last_name"].iter().filter_map(|field| user[*field].as_str())
}

/// The users that follow the one whose id is the cursor. The cursor's user need not pass the filters.
fn after<'a>(
    state: &State,
    call: &Call<'_>,
    users: Vec<&'a Object>,
    cursor: &str,
) -> Result<Vec<&'a Object>, ApiError> {
    let (descending, name) = order_by(call);
    if name != "created_at" {
        return Err(ApiError::value("starting_after", "needs an order by created_at"));
    }
    if call.query.number("offset").is_some_and(|offset| offset != 0) {
        let long = "`offset` isn't allowed when `starting_after` is present.";
        return Err(ApiError::param("form_conditional_param_disallowed", "offset", "is not allowed", long));
    }
    if let Some(position) = users.iter().position(|u| u["id"] == cursor) {
        return Ok(users.into_iter().skip(position + 1).collect());
    }
    let Some(time) = state.users.get(cursor).and_then(|u| u["created_at"].as_i64()) else {
        return Err(ApiError::value("starting_after", "must be the id of a user"));
    };
    let follows = |user: &&Object| {
        user["created_at"].as_i64().is_some_and(|t| if descending { t < time } else { t > time })
    };
    Ok(users.into_iter().filter(follows).collect())
}
