//! Tokens from a JWT template: its claims, with what is written `{{user.first_name}}` filled in.

use serde_json::{Map, Value, json};

use super::{Call, Handler, ISSUER, Object, State};
use crate::mock::claims::TEMPLATE;
use crate::mock::error::ApiError;
use crate::mock::keys::{self, Signer};

pub(super) const HANDLERS: &[(&str, Handler)] = &[("CreateSessionTokenFromTemplate", create)];

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = call.variable("session_id");
    super::sessions::check_active(state, id)?;
    let name = call.variable("template_name");
    let templates = state.table("jwt_template");
    let template = templates.and_then(|templates| templates.iter().find(|t| t["name"] == name));
    let template = template.ok_or_else(|| ApiError::not_found("JWT template", name))?.clone();
    let now = state.now() / 1000;
    let token_id = state.ids.trace();
    let session = state.sessions.get(id).ok_or_else(|| ApiError::not_found("session", id))?;
    let lifetime = call.body["expires_in_seconds"].as_i64().or(template["lifetime"].as_i64()).unwrap_or(60);
    let skew = template["allowed_clock_skew"].as_i64().unwrap_or(0);
    let own = json!({
        "iss": ISSUER, "sub": session["user_id"], "jti": token_id, "iat": now, "nbf": now - skew,
        "exp": now.saturating_add(lifetime),
    });
    let context = context(state, session);
    let mut claims = match render(&template["claims"], &context) {
        Value::Object(claims) => claims,
        _ => Map::new(),
    };
    claims.extend(own.as_object().cloned().unwrap_or_default());
    let jwt = match template["_signing_key"].as_str() {
        Some(key) => keys::token(template.text("signing_algorithm"), key, &claims).unwrap_or_default(),
        None => {
            let header = Map::from_iter([("cat".to_owned(), json!(TEMPLATE))]);
            state.keys.sign(header, &claims, Signer::Current)
        }
    };
    Ok(json!({ "object": "token", "jwt": jwt }))
}

/// What shortcodes can name: `user`, `org`, `org_membership`, `session`.
fn context(state: &State, session: &Object) -> Value {
    let user = state.users.get(session.text("user_id")).cloned().unwrap_or_default();
    let primary = |list: &str, id: &str| {
        let contacts = user[list].as_array().into_iter().flatten();
        contacts.into_iter().find(|c| c["id"] == user[id]).cloned().unwrap_or_default()
    };
    let email = primary("email_addresses", "primary_email_address_id");
    let phone = primary("phone_numbers", "primary_phone_number_id");
    let names: Vec<&str> =
        ["first_name", "last_name"].iter().map(|n| user.text(n)).filter(|n| !n.is_empty()).collect();
    let mut shown = Value::from(&user);
    shown["full_name"] = json!(names.join(" "));
    shown["primary_email_address"] = email["email_address"].clone();
    shown["email_verified"] = json!(email["verification"]["status"] == "verified");
    shown["primary_phone_number"] = phone["phone_number"].clone();
    shown["phone_number_verified"] = json!(phone["verification"]["status"] == "verified");
    let id = session.text("last_active_organization_id");
    let mut context = json!({ "user": shown, "session": Value::from(session) });
    let is = |m: &&Object| m["_organization_id"] == id && m["_user_id"] == user["id"];
    if let Some(membership) = state.memberships.iter().find(is) {
        context["org"] = state.organizations.get(id).map(Value::from).unwrap_or_default();
        context["org"]["role"] = membership["role"].clone();
        context["org_membership"] = Value::from(membership);
        context["org_membership"]["permissions"] = json!(state.permissions_of(membership.text("role")));
    }
    context
}

fn render(value: &Value, context: &Value) -> Value {
    match value {
        Value::String(text) => render_text(text, context),
        Value::Array(items) => items.iter().map(|item| render(item, context)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), render(value, context))).collect()
        }
        other => other.clone(),
    }
}

/// A text that is one shortcode becomes its value, whatever type that has; in a longer text it becomes text.
fn render_text(text: &str, context: &Value) -> Value {
    let whole = text.trim().strip_prefix("{{").and_then(|t| t.strip_suffix("}}"));
    if let Some(code) = whole.filter(|code| !code.contains("{{")) {
        return look_up(code, context);
    }
    Value::String(fill(text, context))
}

/// A text with its shortcodes filled in; what is unknown becomes nothing.
pub(super) fn fill(text: &str, context: &Value) -> String {
    let (mut rendered, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((code, after)) = after.split_once("}}") else { break };
        rendered.push_str(before);
        match look_up(code, context) {
            Value::Null => {}
            Value::String(text) => rendered.push_str(&text),
            other => rendered.push_str(&other.to_string()),
        }
        rest = after;
    }
    rendered.push_str(rest);
    rendered
}

/// The first alternative of `user.a || user.b || 'text'` that is there.
fn look_up(code: &str, context: &Value) -> Value {
    for alternative in code.split("||").map(str::trim) {
        let quoted = ['\'', '"'].iter().find_map(|q| alternative.strip_prefix(*q)?.strip_suffix(*q));
        let value = match quoted {
            Some(text) => json!(text),
            None => alternative.split('.').fold(context, |value, name| &value[name.trim()]).clone(),
        };
        if !value.is_null() {
            return value;
        }
    }
    Value::Null
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcodes_become_values_or_text() {
        let context = json!({ "user": { "id": "user_1", "n": 7, "public_metadata": { "a": { "b": [1] } } } });

        let claims = json!({
            "whole": "{{user.public_metadata.a.b}}", "number": "{{ user.n }}", "absent": "{{user.x.y}}",
            "text": "id={{user.id}}, n={{user.n}}, x={{user.x}}!", "other": "{{user.x || user.id}}",
            "constant": "{{user.x || 'none'}}", "deep": [{ "id": "{{user.id}}" }], "open": "{{user.id", "plain": 1,
        });

        assert_eq!(
            render(&claims, &context),
            json!({
                "whole": [1], "number": 7, "absent": null, "text": "id=user_1, n=7, x=!", "other": "user_1",
                "constant": "none", "deep": [{ "id": "user_1" }], "open": "{{user.id", "plain": 1,
            })
        );
    }
}
