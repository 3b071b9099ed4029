//! Session tokens: made out of what is known of the session, its user and its organization at that moment.

use serde_json::{Map, Value, json};

use super::{Call, Handler, ISSUER, State};
use crate::mock::claims::{ActiveOrganization, SESSION, SessionClaims};
use crate::mock::error::ApiError;
use crate::mock::keys::Signer;
use crate::mock::sign_in::override_with;
use crate::value::Redacted;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("GetJWKS", |state, _| Ok(state.keys.jwks())),
    ("CreateSessionToken", create),
    ("RefreshSession", refresh),
];

/// How long a session token holds unless it says otherwise, in seconds.
const LIFETIME: i64 = 60;

/// What of a token does not come from the session.
#[derive(Clone, Debug)]
pub(in crate::mock) struct TokenOptions {
    pub(in crate::mock) version: u8,
    /// Instead of those of the role.
    pub(in crate::mock) permissions: Option<Vec<String>>,
    /// Instead of those of the subscriptions.
    pub(in crate::mock) features: Option<Vec<String>>,
    pub(in crate::mock) plans: Option<Vec<String>>,
    /// In seconds from when it was issued.
    pub(in crate::mock) lifetime: i64,
    /// Seconds from now.
    pub(in crate::mock) issued: i64,
    pub(in crate::mock) authorized_party: Option<String>,
    pub(in crate::mock) pending: Option<bool>,
    pub(in crate::mock) factor_ages: [i64; 2],
    pub(in crate::mock) actor: Option<Value>,
    pub(in crate::mock) claims: Redacted,
    pub(in crate::mock) header: Redacted,
    pub(in crate::mock) signer: Signer,
}

impl Default for TokenOptions {
    fn default() -> TokenOptions {
        TokenOptions {
            version: 2,
            permissions: None,
            features: None,
            plans: None,
            lifetime: LIFETIME,
            issued: 0,
            authorized_party: None,
            pending: None,
            factor_ages: [0, -1],
            actor: None,
            claims: Redacted::default(),
            header: Redacted::default(),
            signer: Signer::Current,
        }
    }
}

impl State {
    pub(in crate::mock) fn rotate_keys(&mut self) {
        let kid = self.ids.object("instance");
        self.keys.rotate(kid);
    }

    /// Puts a session into an organization, and makes it pending or not, where that was said.
    pub(in crate::mock) fn enter(
        &mut self,
        session_id: &str,
        organization: Option<&str>,
        pending: Option<bool>,
    ) {
        let Some(session) = self.sessions.get_mut(session_id) else { return };
        if let Some(organization) = organization {
            session.insert("last_active_organization_id".into(), json!(organization));
        }
        if pending == Some(true) {
            session.insert("status".into(), json!("pending"));
        }
    }

    /// A token of a session; `None` where there is no such session.
    pub(in crate::mock) fn session_token(
        &mut self,
        session_id: &str,
        options: &TokenOptions,
    ) -> Option<String> {
        let now = self.now() / 1000;
        let token_id = self.ids.trace();
        let session = self.sessions.get(session_id)?;
        let user_id = session["user_id"].as_str().unwrap_or_default();
        let organization = session.text("last_active_organization_id");
        let (mut plans, mut features) = (Vec::new(), Vec::new());
        for (payer, scope) in [(user_id, "u"), (organization, "o")] {
            let (of_payer, with) = self.plans_of(payer);
            plans.extend(of_payer.iter().map(|slug| format!("{scope}:{slug}")));
            features.extend(with.iter().map(|slug| format!("{scope}:{slug}")));
        }
        let issued_at = now.saturating_add(options.issued);
        let claims = SessionClaims {
            version: options.version,
            issuer: ISSUER.to_owned(),
            user_id: user_id.to_owned(),
            session_id: session_id.to_owned(),
            token_id,
            issued_at,
            expires_at: issued_at.saturating_add(options.lifetime),
            pending: options.pending.unwrap_or(session["status"] == "pending"),
            organization: self.active_organization(session, options.permissions.as_deref()),
            features: options.features.clone().unwrap_or(features),
            plans: options.plans.clone().unwrap_or(plans),
            factor_ages: options.factor_ages,
            authorized_party: options.authorized_party.clone(),
            actor: options.actor.clone().or_else(|| Some(session["actor"].clone()).filter(|a| !a.is_null())),
        };
        let mut claims = claims.to_map();
        override_with(&mut claims, &options.claims.0);
        let mut header = Map::from_iter([("cat".to_owned(), json!(SESSION))]);
        header.extend(options.header.0.clone());
        Some(self.keys.sign(header, &claims, options.signer))
    }

    /// The organization that a session is in, if its user is still a member. The permissions of the system are in
    /// no token.
    fn active_organization(
        &self,
        session: &super::Object,
        permissions: Option<&[String]>,
    ) -> Option<ActiveOrganization> {
        let id = session["last_active_organization_id"].as_str()?;
        let organization = self.organizations.get(id)?;
        let membership = self
            .memberships
            .iter()
            .find(|m| m["_organization_id"] == id && session["user_id"] == m["_user_id"])?;
        let of_role = || self.permissions_of(membership.text("role")).into_iter();
        Some(ActiveOrganization {
            id: id.to_owned(),
            slug: organization["slug"].as_str().unwrap_or_default().to_owned(),
            role: membership["role"].as_str().unwrap_or_default().to_owned(),
            permissions: match permissions {
                Some(permissions) => permissions.to_vec(),
                None => of_role().filter(|p| !p.starts_with("org:sys_")).collect(),
            },
        })
    }
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let jwt = token(state, call)?;
    Ok(json!({ "object": "token", "jwt": jwt }))
}

/// The document has two answers: the token, or the cookie that holds it.
fn refresh(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let refused = |code: &str, message: &str| {
        Err(ApiError::new(http::StatusCode::UNAUTHORIZED, code, message, message))
    };
    let id = call.variable("session_id");
    let Some(claims) = state.keys.read(call.text("expired_token").unwrap_or_default()) else {
        let message = "The session token provided could not be successfully verified";
        return refused("expired_session_token_invalid", message);
    };
    if claims["sid"] != id {
        let message = "Session ID does not match the 'sid' claim";
        return refused("refresh_sid_mismatch", message);
    }
    if state.sessions.get(id).is_none() {
        return refused("session_refresh_session_not_found", "Session not found");
    }
    let jwt = token(state, call)?;
    if call.text("format") == Some("cookie") {
        let cookie = format!("__session={jwt}; Path=/; SameSite=Lax; Secure");
        return Ok(json!({ "object": "cookies", "cookies": [cookie] }));
    }
    Ok(json!({ "object": "token", "jwt": jwt }))
}

fn token(state: &mut State, call: &Call<'_>) -> Result<String, ApiError> {
    let id = call.variable("session_id");
    super::sessions::check_active(state, id)?;
    let mut options = TokenOptions::default();
    if let Some(seconds) = call.body["expires_in_seconds"].as_i64() {
        options.lifetime = seconds;
    }
    state.session_token(id, &options).ok_or_else(|| ApiError::not_found("session", id))
}
