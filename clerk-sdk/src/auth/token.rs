//! Takes a JWT apart. Nothing in here is believed before its signature has been checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::error::{AuthError, Reason};
use super::key::KeySet;
use super::provider::Algorithm;

/// The longest token that is looked at, in bytes. Cookies have room for 4 KiB, most servers' headers for 16.
const LONGEST: usize = 64 * 1024;

/// A token, taken apart.
pub(super) struct Token<'a> {
    pub(super) header: Header,
    pub(super) claims: Map<String, Value>,
    /// What is signed: header and claims as they came.
    message: &'a [u8],
    signature: Vec<u8>,
}

/// What is read of a header.
pub(super) struct Header {
    pub(super) class: Class,
    /// Whether it names extensions that must be understood.
    pub(super) critical: bool,
    /// None where it is not supported.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) kid: Option<String>,
}

/// What a header says about what kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) typ: Typ,
    pub(super) category: Category,
}

/// `typ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typ {
    Absent,
    Jwt,
    /// An OAuth access token, by RFC 9068.
    AccessToken,
    Other,
}

/// `cat`, by which Clerk tells tokens apart that are signed with one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Absent,
    Session,
    Template,
    MachineToMachine,
    /// Some instances put it on every token: it says nothing.
    Ignore,
    Other,
}

impl<'a> Token<'a> {
    /// Three segments of unpadded base64url, of which the first two are JSON objects.
    pub(super) fn parse(text: &'a str) -> Result<Self, AuthError> {
        let invalid = |message| AuthError::new(Reason::TokenInvalid, message);
        if text.len() > LONGEST {
            return Err(invalid("the token is longer than 64 KiB"));
        }
        let mut segments = text.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(invalid("it is no JWT: it does not consist of three segments"));
        };
        let message = &text.as_bytes()[..header.len() + 1 + claims.len()];
        let header = object(header).ok_or_else(|| invalid("the header of the token is no JSON object"))?;
        let claims = object(claims).ok_or_else(|| invalid("the claims of the token are no JSON object"))?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| invalid("the signature of the token is no unpadded base64url"))?;
        Ok(Self { header: Header::read(header), claims, message, signature })
    }

    /// Checks the signature with the keys that the header points to.
    pub(super) fn check_signature(&self, keys: &KeySet) -> Result<(), AuthError> {
        let Some(algorithm) = self.header.algorithm else {
            return Err(AuthError::new(
                Reason::TokenInvalidAlgorithm,
                "the token's algorithm is not supported",
            ));
        };
        let mut refusal = AuthError::new(Reason::JwkKidMismatch, UNKNOWN_KEY);
        for key in keys.candidates(self.header.kid.as_deref()) {
            let outcome = key.map(|key| key.verifies(algorithm, self.message, &self.signature));
            refusal = match outcome {
                Ok(Some(true)) => return Ok(()),
                Ok(Some(false)) => {
                    let message = "the token's signature is not that of its key: it was changed on the way, or \
                                   comes from another instance";
                    AuthError::new(Reason::TokenInvalidSignature, message)
                }
                Ok(None) => {
                    let message = "the token's algorithm is not that of its key";
                    AuthError::new(Reason::TokenInvalidAlgorithm, message)
                }
                Err(reason) => {
                    let message = format!("the key that the token names cannot be used: {reason}");
                    AuthError::new(Reason::JwkFailedToResolve, message)
                }
            };
        }
        Err(refusal)
    }
}

pub(super) const UNKNOWN_KEY: &str = "none of the instance's keys is the one that the token names: it comes from \
                                      another instance, or its key is no longer in use";

fn object(segment: &str) -> Option<Map<String, Value>> {
    let json = URL_SAFE_NO_PAD.decode(segment).ok()?;
    serde_json::from_slice(&json).ok()
}

impl Header {
    fn read(mut header: Map<String, Value>) -> Self {
        let typ = match header.get("typ") {
            None => Typ::Absent,
            Some(Value::String(typ)) if typ == "JWT" => Typ::Jwt,
            Some(Value::String(typ))
                if typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt") =>
            {
                Typ::AccessToken
            }
            Some(_) => Typ::Other,
        };
        let category = match header.get("cat").map(Value::as_str) {
            None => Category::Absent,
            Some(Some("cl_B7d4PD111AAA")) => Category::Session,
            Some(Some("cl_B7d4PD222AAA")) => Category::Template,
            Some(Some("cl_B7d4PD333AAA")) => Category::MachineToMachine,
            Some(Some("cl_I7d4PD111III")) => Category::Ignore,
            Some(_) => Category::Other,
        };
        let algorithm = header.get("alg").and_then(Value::as_str).and_then(Algorithm::named);
        let kid = match header.remove("kid") {
            Some(Value::String(kid)) => Some(kid),
            _ => None,
        };
        Self { class: Class { typ, category }, critical: header.contains_key("crit"), algorithm, kid }
    }
}
