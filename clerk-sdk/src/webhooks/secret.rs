//! The signing secret of an endpoint: makes signatures and compares them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::Choice;

use self::tag::Tag;
use super::{WebhookError, WebhookErrorReason};
use crate::crypto::hmac;
use crate::forms;
use crate::value::never_compared;

const PREFIX: &str = "whsec_";
/// The version of the signatures that this is, before the comma.
const VERSION: &str = "v1";

/// A secret. Never printed.
#[derive(Clone)]
pub(super) struct SigningSecret(hmac::Key);

never_compared!(SigningSecret);

impl SigningSecret {
    /// Reads a secret, `whsec_…` or without the prefix. `what` names it in the error.
    pub(super) fn read(secret: &str, what: &str) -> Result<Self, WebhookError> {
        let refused = |reason: &str| {
            let detail = format!(
                "{what} {reason}; copy the signing secret (whsec_…) from the endpoint's page of Clerk's dashboard"
            );
            WebhookError::new(WebhookErrorReason::InvalidSecret, detail)
        };
        forms::webhook_secret(secret).map_err(|reason| refused(&reason))?;
        let text = secret.strip_prefix(PREFIX).unwrap_or(secret);
        // The decoder's own error would repeat a character of the secret.
        let key = STANDARD.decode(text).map_err(|_| refused("is not base64 after its prefix"))?;
        if key.is_empty() {
            return Err(refused("is empty"));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// The signature, as it stands in the header.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        format!("{VERSION},{}", self.tag(id, timestamp, body).to_base64())
    }

    /// Whether one of these signatures, with spaces between them, is that of this message.
    ///
    /// Those of other versions, and what is no signature at all, do not count.
    pub(super) fn accepts(&self, signatures: &str, id: &str, timestamp: &str, body: &[u8]) -> bool {
        // Once, however many signatures there are: a long header must not multiply the work for a long body.
        let tag = self.tag(id, timestamp, body);
        let mut accepted = Choice::from(0);
        for element in signatures.split(' ') {
            let Some((VERSION, signature)) = element.split_once(',') else { continue };
            let Ok(signature) = STANDARD.decode(signature) else { continue };
            accepted |= tag.is(&signature);
        }
        accepted.into()
    }

    fn tag(&self, id: &str, timestamp: &str, body: &[u8]) -> Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            context.update(part);
        }
        Tag::new(context.sign())
    }
}

/// Apart, so that nothing else has the bytes to compare them.
mod tag {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use subtle::{Choice, ConstantTimeEq as _};

    use crate::crypto::hmac;
    use crate::value::never_compared;

    /// What a signature has to be. It is told in constant time whether one is, and a `bool` of it does not compile
    /// where a [`Choice`] is wanted.
    pub(super) struct Tag(hmac::Tag);

    never_compared!(Tag);
    never_compared!(hmac::Tag);

    impl Tag {
        pub(super) fn new(tag: hmac::Tag) -> Self {
            Self(tag)
        }

        pub(super) fn is(&self, signature: &[u8]) -> Choice {
            signature.ct_eq(self.0.as_ref())
        }

        pub(super) fn to_base64(&self) -> String {
            STANDARD.encode(self.0)
        }
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
