//! Credentials of machines: JWTs, and opaque ones, which Clerk has to verify.

use std::time::Duration;

use serde_json::{Map, Value};

use super::cache::Cache;
use super::carrier;
use super::claims::Claims;
use super::error::{AuthError, Reason};
use super::identity::{Machine, MachineAuth, TokenType};
use super::jwks::{DEADLINE, Moment, failed, secret_key};
use super::opaque::CredentialId;
use super::rules::{Rules, check_audience, cut_down};
use super::seen;
use super::verifier::texts;
use crate::call::execute;
use crate::client::Clerk;
use crate::config::SecretKey;
use crate::error::Error;
use crate::operation::Operation;
use crate::request::Request;
use crate::retry::RetryPolicy;

/// The longest opaque credential that is sent to Clerk, in bytes.
const LONGEST: usize = 1024;

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
pub(super) fn from_jwt(token_type: TokenType, claims: Claims) -> MachineAuth {
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
        token_type,
        id: claims.token_id().map(str::to_owned),
        name: None,
        subject: claims.subject().to_owned(),
        client_id: claims.text("client_id").map(str::to_owned),
        scopes: scopes.unwrap_or_default(),
    };
    MachineAuth::new(machine, claims)
}

/// Positive answers of Clerk about opaque credentials, for a short time.
#[derive(Debug)]
pub(super) struct Answers {
    cache: Cache<Answer>,
    ttl: Duration,
}

#[derive(Clone)]
struct Answer {
    auth: MachineAuth,
    /// Unix milliseconds.
    from: i64,
    until: i64,
}

impl Answers {
    pub(super) fn new(capacity: usize, ttl: Duration) -> Self {
        Self { cache: Cache::new(capacity), ttl }
    }
}

/// Refuses what cannot be an opaque credential: it has the characters of a bearer token (RFC 6750) after its prefix.
fn check_form(credential: &str) -> Result<(), AuthError> {
    let refused = |message| Err(AuthError::new(Reason::TokenInvalid, message));
    if credential.len() > LONGEST {
        return refused("the credential is longer than any of Clerk's");
    }
    let plausible = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    match credential.split_once('_') {
        Some((_, rest)) if !rest.is_empty() && rest.bytes().all(|byte| plausible(byte) || byte == b'_') => {
            Ok(())
        }
        _ => refused("the credential is empty after its prefix, or has characters that no credential has"),
    }
}

/// Refuses a machine's token that does not name this machine, if it is configured, in its `scopes` or `aud`.
pub(super) fn check_recipient(machine: Option<&str>, token: &Map<String, Value>) -> Result<(), AuthError> {
    let Some(machine) = machine else { return Ok(()) };
    let names = |claim| match token.get(claim) {
        Some(Value::String(words)) => words.split_whitespace().any(|word| word == machine),
        Some(Value::Array(all)) => all.iter().any(|one| one == machine),
        _ => false,
    };
    if names("scopes") || names("aud") {
        return Ok(());
    }
    let message = format!(
        "the machine's token does not name this machine, {}, in its scopes or `aud`",
        seen::quoted(machine)
    );
    Err(AuthError::new(Reason::TokenInvalidAudience, message))
}

/// Verifies an opaque credential with Clerk.
pub(super) async fn verify(
    clerk: Option<&Clerk>,
    token_type: TokenType,
    credential: String,
    rules: &Rules,
    answers: Option<&Answers>,
) -> Result<MachineAuth, AuthError> {
    check_form(&credential)?;
    let Some(clerk) = clerk else {
        let message = "only Clerk can verify this credential, and there is no secret key to ask it with";
        return Err(AuthError::new(Reason::SecretKeyMissing, message));
    };
    // With the instance's key all machines' tokens are good, with a machine's own key those for this machine.
    let key = match &clerk.0.machine_key {
        Some(key) if token_type == TokenType::M2m => key.clone(),
        _ => secret_key(clerk).await?,
    };
    let limits = &clerk.0.auth.opaque;
    let hash = Cache::<Answer>::key_under(key.expose(), &credential);
    let id = CredentialId { epoch: limits.epoch(), hash };
    let now = rules.clock.now();
    if let Some(answers) = answers
        && let Some(answer) = answers.cache.get(id.epoch, &id.hash)
        && (answer.from..answer.until).contains(&now)
    {
        return Ok(answer.auth);
    }
    let moment = Moment::now(&rules.clock);
    let permit = limits.admit(id, moment).await?;
    let request = Verification { key, retried: permit.was_vouched_for() };
    let answer = match request.ask(clerk, token_type, credential).await.and_then(vouched) {
        Ok(answer) => {
            permit.vouch();
            answer
        }
        Err(Unvouched::Refused(error)) => {
            permit.refuse(&error, moment);
            return Err(error);
        }
        Err(Unvouched::Limited(error, retry_after)) => {
            permit.pause(retry_after);
            return Err(error);
        }
        Err(Unvouched::Failed(error)) => return Err(error),
    };
    let expires = answer.get("expiration").and_then(cut_down);
    let auth = read(token_type, answer, rules)?;
    if let Some(answers) = answers {
        let ttl = i64::try_from(answers.ttl.as_millis()).unwrap_or(i64::MAX);
        let until = now.saturating_add(ttl).min(expires.map_or(i64::MAX, milliseconds));
        answers.cache.put(id.epoch, id.hash, Answer { auth: auth.clone(), from: now, until });
    }
    Ok(auth)
}

/// Clerk's times are in milliseconds; those of some OAuth tokens have been seen in seconds.
fn milliseconds(time: i64) -> i64 {
    if time < 100_000_000_000 { time.saturating_mul(1000) } else { time }
}

/// The reason why Clerk does not vouch for a credential.
enum Unvouched {
    Refused(AuthError),
    /// The rate of the instance's requests is limited.
    Limited(AuthError, Option<Duration>),
    Failed(AuthError),
}

/// A request to verify a credential.
struct Verification {
    key: SecretKey,
    /// Set if the client's retry policy applies.
    retried: bool,
}

impl Verification {
    async fn ask(
        self,
        clerk: &Clerk,
        token_type: TokenType,
        credential: String,
    ) -> Result<Map<String, Value>, Unvouched> {
        let body = match token_type {
            TokenType::ApiKey => self.send(clerk.api_keys().verify(credential)).await,
            TokenType::OAuth => {
                self.send(clerk.oauth_access_tokens().verify().access_token(credential)).await
            }
            TokenType::M2m | TokenType::Session => self.send(clerk.m2m().verify_token(credential)).await,
        };
        let body = body.map_err(|error| unvouched(&error))?;
        serde_json::from_slice(&body).map_err(|_| {
            let message = "the response about the credential is not a JSON object";
            Unvouched::Refused(AuthError::new(Reason::TokenInvalid, message))
        })
    }

    /// Sends a request without decoding its response: fields that are not needed to decide may be missing or new.
    async fn send<Op: Operation>(self, request: Request<Op>) -> Result<bytes::Bytes, Error> {
        // A verification has no effect: it is idempotent.
        let mut request = request.with_timeout(DEADLINE).with_repeatable(true);
        if !self.retried {
            request = request.with_retry(RetryPolicy::none());
        }
        request.options.bypass_rate_limit = true;
        request.options.key = Some(self.key);
        let response = execute(&request.clerk, Op::META, request.parts, &request.options).await?;
        Ok(response.into_inner())
    }
}

fn unvouched(error: &Error) -> Unvouched {
    let failure = || failed("Clerk did not verify the credential", error);
    match error.status().map(|status| status.as_u16()) {
        Some(400 | 402..=407 | 409..=428 | 430..=499) => {
            let message = "Clerk does not know the credential, or it was revoked";
            Unvouched::Refused(AuthError::new(Reason::TokenInvalid, message))
        }
        Some(429) => Unvouched::Limited(failure(), error.retry_after()),
        _ => Unvouched::Failed(failure()),
    }
}

/// Returns the response if Clerk vouches for the credential in it, whatever the settings of the authenticator.
fn vouched(answer: Map<String, Value>) -> Result<Map<String, Value>, Unvouched> {
    let says = |name| !matches!(answer.get(name), None | Some(Value::Null | Value::Bool(false)));
    let refused = |reason, message| Err(Unvouched::Refused(AuthError::new(reason, message)));
    if says("revoked") {
        return refused(Reason::TokenInvalid, "the credential was revoked");
    }
    if says("expired") {
        return refused(Reason::TokenExpired, "the credential has expired");
    }
    if !matches!(answer.get("active"), None | Some(Value::Bool(true))) {
        return refused(Reason::TokenInvalid, "the credential is not active: it has expired or was revoked");
    }
    if text(&answer, "subject").is_none() {
        return refused(Reason::TokenInvalid, "the response about the credential has no subject");
    }
    Ok(answer)
}

fn text(answer: &Map<String, Value>, name: &str) -> Option<String> {
    answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn read(
    token_type: TokenType,
    mut answer: Map<String, Value>,
    rules: &Rules,
) -> Result<MachineAuth, AuthError> {
    let scopes = texts(answer.get("scopes")).unwrap_or_default();
    match (token_type, &rules.audiences) {
        (TokenType::OAuth, Some(audiences)) => check_audience(audiences, answer.get("aud"))?,
        (TokenType::M2m, Some(audiences)) if !scopes.iter().any(|scope| audiences.contains(scope)) => {
            let (seen, wanted) = (seen::list(&scopes), seen::list(audiences));
            let message = format!(
                "the machine's token has the scopes [{seen}], and the audience {wanted} is configured"
            );
            return Err(AuthError::new(Reason::TokenInvalidAudience, message));
        }
        _ => {}
    }
    if token_type == TokenType::M2m {
        check_recipient(rules.machine.as_deref(), &answer)?;
    }
    let subject = text(&answer, "subject").unwrap_or_default();
    let machine = Machine {
        token_type,
        id: text(&answer, "id"),
        name: text(&answer, "name"),
        subject: subject.clone(),
        client_id: text(&answer, "client_id"),
        scopes,
    };
    let claims = match answer.remove("claims") {
        Some(Value::Object(claims)) => claims,
        _ => Map::new(),
    };
    Ok(MachineAuth::new(machine, Claims::opaque(subject, claims)))
}
