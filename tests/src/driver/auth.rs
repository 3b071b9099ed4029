//! `$authenticate`, `$verify_token` and `$has`: who is calling, and what may they do?

use std::collections::HashMap;
use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

use clerk_sdk::auth::{
    AuthError, Authenticator, AuthenticatorBuilder, Caller, Claims, Factor, Feature, Permission, Plan,
    Reason, Requirement, Reverification, Role, TokenType, Verifier, VerifierBuilder,
};
use clerk_sdk::http::HeaderMap;
use clerk_sdk::{Clerk, Error};
use serde_json::{Map, Value, json};

use super::{line, report};

/// The clients of these calls, and with them the keys that they fetched.
#[derive(Debug, Default)]
pub(super) struct Clients(HashMap<(Option<String>, String), Clerk>);

/// The `options` of a line.
#[derive(Default)]
struct Options {
    secret_key: Option<String>,
    base_url: Option<String>,
    jwt_key: Option<String>,
    publishable_key: Option<String>,
    authorized_parties: Option<Vec<String>>,
    audience: Option<Vec<String>>,
    issuers: Vec<String>,
    clock_skew: Option<Duration>,
    accepts: Option<Vec<TokenType>>,
    accept_pending: bool,
    now: Option<Duration>,
}

/// The setters that verifiers and authenticators have both.
macro_rules! configured {
    ($builder:expr, $options:expr) => {{
        let (mut builder, options) = ($builder, $options);
        if let Some(parties) = &options.authorized_parties {
            builder = builder.authorized_parties(parties);
        }
        if let Some(audience) = &options.audience {
            builder = builder.audience(audience);
        }
        for issuer in &options.issuers {
            builder = builder.issuer(issuer);
        }
        if let Some(skew) = options.clock_skew {
            builder = builder.clock_skew(skew);
        }
        if let Some(now) = options.now {
            builder = builder.clock(move || UNIX_EPOCH + now);
        }
        if let Some(pem) = &options.jwt_key {
            builder = builder.jwt_key(pem);
        }
        builder
    }};
}

/// The result of a check: the caller of a request, or the claims of a token.
enum Checked {
    Request(Caller),
    Token(Claims),
}

impl Clients {
    pub(super) async fn check(&mut self, call: &str, mut keys: Map<String, Value>) -> Result<Value, Value> {
        let invalid = |message: String| report::driver(&message);
        let options = line::object(&mut keys, "options").and_then(Options::read).map_err(invalid)?;
        if call == "$authenticate" {
            let headers = line::header_pairs(&mut keys, "headers").map_err(invalid)?;
            let headers =
                line::header_map(headers).map_err(|message| refusal(&Reason::TokenInvalid, &message))?;
            let auth = self.authenticate(&options, &headers, options.accept_pending).await?;
            return Ok(answer(&Checked::Request(auth)));
        }
        let token = line::text(&mut keys, "token")
            .and_then(|token| token.ok_or("the line has no `token`".to_owned()));
        let token = token.map_err(invalid)?;
        let template = keys.get("template") == Some(&Value::Bool(true));
        let checked = self.verify(&options, &token, template).await?;
        if call == "$verify_token" {
            return Ok(answer(&checked));
        }
        let wanted = line::object(&mut keys, "has").map_err(invalid)?.unwrap_or_default();
        match checked {
            Checked::Request(auth) => Ok(all(&wanted, |one| auth.has(one)).into()),
            Checked::Token(claims) => {
                let claims = claims.accept_pending(options.accept_pending);
                Ok(all(&wanted, |one| claims.has(one)).into())
            }
        }
    }

    async fn authenticate(
        &mut self,
        options: &Options,
        headers: &HeaderMap,
        accept_pending: bool,
    ) -> Result<Caller, Value> {
        // A refusal that is remembered would decide about the same credential in the next line.
        let builder = if options.secret_key.is_some() && is_opaque(headers) {
            options.new_client()?.authenticator()
        } else {
            self.authenticator(options)?
        };
        let mut builder = configured!(builder, options);
        if let Some(key) = &options.publishable_key {
            builder = builder.publishable_key(key);
        }
        if let Some(types) = &options.accepts {
            builder = builder.accepts(types.iter().copied());
        }
        let authenticator = builder.accept_pending(accept_pending).build().map_err(|e| failure(&e))?;
        authenticator.authenticate(headers).await.into_caller().map_err(|error| refused(&error))
    }

    async fn verify(&mut self, options: &Options, token: &str, template: bool) -> Result<Checked, Value> {
        let sessions_alone = options.accepts.as_ref().is_none_or(|types| *types == [TokenType::Session]);
        if !template && !sessions_alone {
            // A token of several kinds: as if it came in a request, but that one of a pending session is no less a token.
            let pair = ("authorization".to_owned(), format!("Bearer {token}"));
            let headers =
                line::header_map(vec![pair]).map_err(|message| refusal(&Reason::TokenInvalid, &message))?;
            let caller = self.authenticate(options, &headers, true).await?;
            return Ok(match caller {
                Caller::User(auth) => Checked::Token(auth.claims().clone()),
                other => Checked::Request(other),
            });
        }
        let verifier =
            configured!(self.verifier(options)?, options).build().map_err(|error| failure(&error))?;
        let outcome =
            if template { verifier.verify_template(token).await } else { verifier.verify(token).await };
        outcome.map(Checked::Token).map_err(|error| refused(&error))
    }

    fn authenticator(&mut self, options: &Options) -> Result<AuthenticatorBuilder, Value> {
        match (&options.secret_key, &options.jwt_key) {
            (None, Some(pem)) => Ok(Authenticator::with_pem(pem)),
            _ => Ok(self.client(options)?.authenticator()),
        }
    }

    fn verifier(&mut self, options: &Options) -> Result<VerifierBuilder, Value> {
        match (&options.secret_key, &options.jwt_key) {
            (None, Some(pem)) => Ok(Verifier::with_pem(pem)),
            _ => Ok(self.client(options)?.verifier()),
        }
    }

    fn client(&mut self, options: &Options) -> Result<&Clerk, Value> {
        let target = (options.base_url.clone(), options.secret_key.clone().unwrap_or_default());
        if !self.0.contains_key(&target) {
            self.0.insert(target.clone(), options.new_client()?);
        }
        Ok(&self.0[&target])
    }
}

/// Returns whether the request carries a credential that only Clerk can verify.
fn is_opaque(headers: &HeaderMap) -> bool {
    let value = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let credential = value.rsplit(' ').next().unwrap_or_default();
    ["mt_", "ak_", "oat_"].iter().any(|prefix| credential.starts_with(prefix))
}

impl Options {
    fn new_client(&self) -> Result<Clerk, Value> {
        // A client cannot even be made without one.
        let Some(secret_key) = &self.secret_key else {
            return Err(refusal(&Reason::SecretKeyMissing, "there is neither a secret key nor a public key"));
        };
        let builder = Clerk::builder(secret_key);
        let builder = match &self.base_url {
            Some(url) => builder.server_url(url),
            None => builder,
        };
        builder.build().map_err(|error| failure(&error))
    }

    fn read(keys: Option<Map<String, Value>>) -> Result<Self, String> {
        let mut keys = keys.unwrap_or_default();
        let keys = &mut keys;
        Ok(Self {
            secret_key: line::text(keys, "secret_key")?.filter(|key| !key.is_empty()),
            base_url: line::text(keys, "base_url")?,
            jwt_key: line::text(keys, "jwt_key")?,
            publishable_key: line::text(keys, "publishable_key")?,
            authorized_parties: line::texts(keys, "authorized_parties")?,
            audience: line::texts(keys, "audience")?,
            issuers: line::texts(keys, "issuer")?.unwrap_or_default(),
            clock_skew: line::milliseconds(keys, "clock_skew_ms")?,
            accepts: line::texts(keys, "accepts")?.map(token_types).transpose()?,
            accept_pending: keys.get("accept_pending") == Some(&Value::Bool(true)),
            now: line::now(keys)?,
        })
    }
}

fn token_types(names: Vec<String>) -> Result<Vec<TokenType>, String> {
    let mut types = Vec::new();
    for name in names {
        match TokenType::ALL.into_iter().find(|each| each.as_str() == name) {
            Some(token_type) => types.push(token_type),
            None if name == "any" => types.extend(TokenType::ALL),
            None => return Err(format!("there is no type of token called {name:?}")),
        }
    }
    Ok(types)
}

fn answer(checked: &Checked) -> Value {
    let (claims, token_type, subject, scopes) = match checked {
        Checked::Token(claims) => (claims, TokenType::Session, claims.subject(), &[][..]),
        Checked::Request(caller) => {
            (caller.claims(), caller.token_type(), caller.claims().subject(), caller.scopes())
        }
    };
    json!({
        "token_type": token_type.as_str(),
        "subject": subject,
        "claims": claims.raw(),
        "session_id": claims.session_id(),
        "org_id": claims.org_id(),
        "org_role": claims.org_role(),
        "org_permissions": claims.org_permissions(),
        "features": claims.features().collect::<Vec<_>>(),
        "plans": claims.plans().collect::<Vec<_>>(),
        "scopes": scopes,
    })
}

/// Whether there is all of it; what cannot be asked for is not there.
fn all(wanted: &Map<String, Value>, has: impl Fn(&dyn Requirement) -> bool) -> bool {
    !wanted.is_empty()
        && wanted.iter().all(|(kind, value)| requirement(kind, value).is_some_and(|wanted| has(&*wanted)))
}

fn requirement<'a>(kind: &str, value: &'a Value) -> Option<Box<dyn Requirement + 'a>> {
    let text = value.as_str();
    Some(match kind {
        "role" => Box::new(Role(text?)),
        "permission" => Box::new(Permission(text?)),
        "feature" => Box::new(Feature(text?)),
        "plan" => Box::new(Plan(text?)),
        "reverification" => Box::new(match text {
            Some("strict_mfa") => Reverification::StrictMfa,
            Some("strict") => Reverification::Strict,
            Some("moderate") => Reverification::Moderate,
            Some("lax") => Reverification::Lax,
            Some(_) => return None,
            None => within(value)?,
        }),
        _ => return None,
    })
}

/// `{"level": "second_factor", "afterMinutes": 10}`, as the JavaScript SDK takes it.
fn within(value: &Value) -> Option<Reverification> {
    let factor = match value.get("level")?.as_str()? {
        "first_factor" => Factor::First,
        "second_factor" => Factor::Second,
        "multi_factor" => Factor::Both,
        _ => return None,
    };
    let minutes = value.get("afterMinutes")?.as_f64()?;
    Some(Reverification::Within(factor, Duration::try_from_secs_f64(minutes * 60.0).ok()?))
}

fn refusal(reason: &Reason, message: &str) -> Value {
    json!({"kind": "auth", "reason": reason.as_str(), "message": message})
}

fn refused(error: &AuthError) -> Value {
    refusal(&error.reason(), error.message())
}

/// A verifier that cannot be built: for the sake of its key, or of its other settings.
fn failure(error: &Error) -> Value {
    match error.source().and_then(|source| source.downcast_ref::<AuthError>()) {
        Some(error) => refused(error),
        None => report::error("$authenticate", error),
    }
}
