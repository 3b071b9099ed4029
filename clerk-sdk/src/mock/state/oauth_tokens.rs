//! OAuth access tokens. An application gets them through a browser, so no operation makes one: tests do.

use serde_json::{Map, Value, json};

use super::machine_credential::{self, SECRET};
use super::{Call, Handler, ISSUER, Object, State, fields};
use crate::mock::error::ApiError;
use crate::mock::keys::Signer;

pub(super) const HANDLERS: &[(&str, Handler)] = &[("verifyOAuthAccessToken", verify)];

impl State {
    /// An access token of a user for an application.
    pub(in crate::mock) fn oauth_token(
        &mut self,
        user_id: &str,
        client_id: &str,
        scopes: &[String],
        lifetime: i64,
        jwt: bool,
    ) -> String {
        let now = self.now();
        let expires = now.saturating_add(lifetime.saturating_mul(1000));
        let id = self.ids.hexadecimal("oat");
        let token = if jwt {
            let claims = json!({
                "iss": ISSUER, "sub": user_id, "client_id": client_id, "jti": id, "scope": scopes.join(" "),
                "iat": now / 1000, "nbf": now / 1000, "exp": expires / 1000,
            });
            let header = Map::from_iter([("typ".to_owned(), json!("at+jwt"))]);
            let claims = claims.as_object().cloned().unwrap_or_default();
            self.keys.sign(header, &claims, Signer::Current)
        } else {
            self.ids.secret("oat")
        };
        let mut object = Object::default();
        fields!(object, {
            "object": "clerk_idp_oauth_access_token", "id": id, "client_id": client_id, "subject": user_id,
            "scopes": scopes, "revoked": false, "revocation_reason": null, "expired": false,
            "expiration": expires, "created_at": now, "updated_at": now, SECRET: token,
        });
        self.oauth_tokens.insert(object);
        token
    }

    /// Revokes the access token of this value; whether there was one.
    pub(in crate::mock) fn revoke_oauth_token(&mut self, token: &str) -> bool {
        let now = self.now();
        let found = self.oauth_tokens.find_mut(|t| t[SECRET] == token);
        found.is_some_and(|t| {
            fields!(t, { "revoked": true, "updated_at": now });
            true
        })
    }
}

fn verify(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let token = call.text("access_token").or_else(|| call.text("secret"));
    if token.is_none() {
        return Err(ApiError::missing("access_token"));
    }
    machine_credential::verify(&mut state.oauth_tokens, token, now, "access token", |_| true)
}
