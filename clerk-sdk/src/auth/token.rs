//! Takes a JWT apart. Nothing in here is believed before its signature has been checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::error::{AuthError, Reason};
use super::header::Header;
use super::key::KeySet;

/// The longest token that is looked at, in bytes. Cookies have room for 4 KiB, most servers' headers for 16.
pub(super) const LONGEST: usize = 16 * 1024;

/// The longest header that is parsed, in bytes of JSON.
const LONGEST_HEADER: usize = 4 * 1024;

/// A token, taken apart. Its header is parsed, its claims are not.
pub(super) struct Token<'a> {
    pub(super) header: Header,
    /// JSON, or what should be.
    claims: Vec<u8>,
    /// The signed text: header and claims as they came.
    message: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Splits a token into its header, which is parsed, and the bytes of its claims and signature.
    ///
    /// # Errors
    /// [`Reason::TokenInvalid`] where it is not three segments of unpadded base64url, or where a header or claims that
    /// are JSON objects are missing. Claims that begin and end as an object does are parsed by
    /// [`verified_claims`](Self::verified_claims) alone.
    pub(super) fn parse(text: &'a str) -> Result<Self, AuthError> {
        if text.len() > LONGEST {
            return Err(invalid("the token is longer than 16 KiB"));
        }
        let mut segments = text.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(invalid("it is no JWT: it does not consist of three segments"));
        };
        let message = &text.as_bytes()[..header.len() + 1 + claims.len()];
        if header.len() * 3 / 4 > LONGEST_HEADER {
            return Err(invalid("the header of the token is longer than 4 KiB"));
        }
        let header = URL_SAFE_NO_PAD.decode(header).ok();
        let header = header.and_then(|json| serde_json::from_slice(&json).ok());
        let header = header.ok_or_else(|| invalid("the header of the token is no JSON object"))?;
        let claims = URL_SAFE_NO_PAD.decode(claims).ok().filter(|json| has_braces(json));
        let claims = claims.ok_or_else(|| invalid(NO_CLAIMS))?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| invalid("the signature of the token is no unpadded base64url"))?;
        Ok(Self { header, claims, message, signature })
    }

    /// Returns the claims, once the signature has been checked with the keys that the header points to.
    ///
    /// # Errors
    /// Those of a signature that is not good, then [`Reason::TokenInvalid`] where the claims are not a JSON object.
    pub(super) fn verified_claims(&self, keys: &KeySet) -> Result<Map<String, Value>, AuthError> {
        self.check_signature(keys)?;
        serde_json::from_slice(&self.claims).map_err(|_| invalid(NO_CLAIMS))
    }

    fn check_signature(&self, keys: &KeySet) -> Result<(), AuthError> {
        let Some(algorithm) = self.header.algorithm else {
            return Err(AuthError::new(
                Reason::TokenInvalidAlgorithm,
                "the token's algorithm is not supported",
            ));
        };
        let mut refusal = None;
        for key in keys.candidates(self.header.kid.as_deref()) {
            let outcome = key.map(|key| key.verifies(algorithm, self.message, &self.signature));
            refusal = Some(match outcome {
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
                    tracing::debug!(target: "clerk_sdk", kid = ?self.header.kid, reason, "unusable key named by a token");
                    let message = format!("the key that the token names cannot be used: {reason}");
                    AuthError::new(Reason::JwkKidMismatch, message)
                }
            });
        }
        Err(refusal.unwrap_or_else(|| keys.mismatch(self.header.kid.as_deref())))
    }
}

const NO_CLAIMS: &str = "the claims of the token are no JSON object";

fn invalid(message: &'static str) -> AuthError {
    AuthError::new(Reason::TokenInvalid, message)
}

/// Returns whether a text begins and ends like a JSON object. This rejects most malformed claims without parsing them.
fn has_braces(json: &[u8]) -> bool {
    let json = json.trim_ascii();
    json.first() == Some(&b'{') && json.last() == Some(&b'}')
}
