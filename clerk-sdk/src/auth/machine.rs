//! Credentials of machines: what JWTs say about them, and opaque ones, which only Clerk can tell about.

use std::time::Duration;

use serde_json::{Map, Value};

use super::cache::Cache;
use super::carrier;
use super::claims::Claims;
use super::error::{AuthError, Reason};
use super::identity::{Auth, Machine, TokenType};
use super::jwks::{DEADLINE, failed};
use super::rules::{Kind, Rules, check_audience, cut_down};
use super::verifier::texts;
use crate::call::execute;
use crate::client::Clerk;
use crate::error::Error;
use crate::operation::Operation;
use crate::request::Request;

/// The longest opaque credential that is sent to Clerk, in bytes.
const LONGEST: usize = 4096;

/// The type of an opaque credential, by its prefix.
pub(super) fn opaque_type(credential: &str) -> Option<TokenType> {
    let types = [
        (carrier::MACHINE_TO_MACHINE, TokenType::M2m),
        (carrier::API_KEY, TokenType::ApiKey),
        (carrier::OAUTH, TokenType::OAuth),
    ];
    types.into_iter().find(|(prefix, _)| credential.starts_with(prefix)).map(|(_, token_type)| token_type)
}

/// What a machine's JWT says, after its checks.
pub(super) fn from_jwt(token_type: TokenType, claims: Claims) -> Auth {
    let raw = claims.raw();
    let words = |name| {
        let text = raw.get(name).and_then(Value::as_str)?;
        Some(text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    let scopes = match token_type {
        TokenType::OAuth => words("scp").or_else(|| texts(raw.get("scp"))).or_else(|| words("scope")),
        _ => words("scopes").or_else(|| texts(raw.get("aud"))),
    };
    let machine = Machine {
        id: claims.token_id().map(str::to_owned),
        subject: claims.user_id().to_owned(),
        client_id: claims.text("client_id").map(str::to_owned),
        scopes: scopes.unwrap_or_default(),
    };
    Auth::machine(token_type, claims, machine)
}

/// Positive answers of Clerk about opaque credentials, for a short time.
#[derive(Debug)]
pub(super) struct Answers {
    cache: Cache<Answer>,
    ttl: Duration,
}

#[derive(Clone)]
struct Answer {
    auth: Auth,
    /// Unix milliseconds.
    from: i64,
    until: i64,
}

impl Answers {
    pub(super) fn new(capacity: usize, ttl: Duration) -> Self {
        Self { cache: Cache::new(capacity), ttl }
    }
}

/// Asks Clerk about an opaque credential.
pub(super) async fn verify(
    clerk: Option<&Clerk>,
    token_type: TokenType,
    credential: String,
    rules: &Rules,
    answers: Option<&Answers>,
) -> Result<Auth, AuthError> {
    if credential.len() > LONGEST {
        return Err(AuthError::new(Reason::TokenInvalid, "the credential is longer than any of Clerk's"));
    }
    let Some(clerk) = clerk else {
        let message = "only Clerk can tell about this credential, and there is no secret key to ask it with";
        return Err(AuthError::new(Reason::SecretKeyMissing, message));
    };
    let now = rules.clock.now();
    let answers = answers.map(|answers| (answers, Cache::<Answer>::key(&credential)));
    if let Some((answers, key)) = &answers
        && let Some(answer) = answers.cache.get(0, key)
        && (answer.from..answer.until).contains(&now)
    {
        return Ok(answer.auth);
    }
    let answer = ask(clerk, token_type, credential).await?;
    let expires = answer.get("expiration").and_then(cut_down);
    let auth = read(token_type, answer, rules)?;
    if let Some((answers, key)) = answers {
        let ttl = i64::try_from(answers.ttl.as_millis()).unwrap_or(i64::MAX);
        let until = now.saturating_add(ttl).min(expires.map_or(i64::MAX, milliseconds));
        answers.cache.put(0, key, Answer { auth: auth.clone(), from: now, until });
    }
    Ok(auth)
}

/// Clerk's times are in milliseconds; those of some OAuth tokens have been seen in seconds.
fn milliseconds(time: i64) -> i64 {
    if time < 100_000_000_000 { time.saturating_mul(1000) } else { time }
}

async fn ask(
    clerk: &Clerk,
    token_type: TokenType,
    credential: String,
) -> Result<Map<String, Value>, AuthError> {
    let body = match token_type {
        TokenType::ApiKey => send(clerk.api_keys().verify(credential)).await,
        TokenType::OAuth => send(clerk.oauth_access_tokens().verify().access_token(credential)).await,
        TokenType::M2m | TokenType::Session => send(clerk.m2m().verify_token(credential)).await,
    };
    let body = body.map_err(|error| refusal(&error))?;
    serde_json::from_slice(&body).map_err(|_| {
        AuthError::new(Reason::TokenInvalid, "what Clerk answered about the credential is no object")
    })
}

/// Sends a request whose answer is read by ourselves: what is not needed to decide may be missing or new.
async fn send<Op: Operation>(request: Request<Op>) -> Result<bytes::Bytes, Error> {
    // Asking twice does no harm.
    let request = request.with_timeout(DEADLINE).with_repeatable(true);
    let response = execute(&request.clerk, Op::META, request.parts, &request.options).await?;
    Ok(response.into_inner())
}

fn refusal(error: &Error) -> AuthError {
    match error.status().map(|status| status.as_u16()) {
        Some(400 | 402..=407 | 409..=428 | 430..=499) => {
            AuthError::new(Reason::TokenInvalid, "Clerk does not know the credential, or it was revoked")
        }
        _ => failed("Clerk did not tell about the credential", error),
    }
}

fn read(token_type: TokenType, mut answer: Map<String, Value>, rules: &Rules) -> Result<Auth, AuthError> {
    let says = |name| !matches!(answer.get(name), None | Some(Value::Null | Value::Bool(false)));
    let refused = |reason, message| Err(AuthError::new(reason, message));
    if says("revoked") {
        return refused(Reason::TokenInvalid, "the credential was revoked");
    }
    if says("expired") {
        return refused(Reason::TokenExpired, "the credential has expired");
    }
    if !matches!(answer.get("active"), None | Some(Value::Bool(true))) {
        return refused(Reason::TokenInvalid, "the credential is not active: it has expired or was revoked");
    }
    let text = |name: &str| {
        let text = answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let Some(subject) = text("subject") else {
        return refused(Reason::TokenInvalid, "Clerk did not say whom the credential is about");
    };
    if let (TokenType::OAuth, Some(audiences)) = (token_type, &rules.audiences) {
        check_audience(audiences, answer.get("aud"))?;
    }
    let machine = Machine {
        id: text("id"),
        subject,
        client_id: text("client_id"),
        scopes: texts(answer.get("scopes")).unwrap_or_default(),
    };
    let claims = match answer.remove("claims") {
        Some(Value::Object(claims)) => claims,
        _ => Map::new(),
    };
    Ok(Auth::machine(token_type, Claims::new(Kind::MachineToMachine, claims), machine))
}
