//! Public keys: what they are good for, and sets of them as JWKS has them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::error::{AuthError, Reason};
use super::provider::{Algorithm, Prepared, RsaParts};
use super::published_key::is_published;
use super::seen;

impl Algorithm {
    /// By its name in JWS, if it is supported. `none` and HMAC are not.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "RS384" => Some(Self::Rs384),
            "RS512" => Some(Self::Rs512),
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A public key, ready for each algorithm that it is for.
pub(super) struct PublicKey {
    prepared: Vec<(Algorithm, Prepared)>,
    /// Set if its private half is published: see [`published_key`](super::published_key).
    published: bool,
}

impl PublicKey {
    /// An RSA key for one algorithm, or for all three. Leading zeros do not count.
    pub(super) fn rsa(
        modulus: &[u8],
        exponent: &[u8],
        algorithm: Option<Algorithm>,
    ) -> Result<Self, &'static str> {
        let number = |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().skip_while(|b| *b == 0).collect() };
        let parts = RsaParts { modulus: number(modulus), exponent: number(exponent) };
        let bits = parts.modulus.first().map_or(0, |first| {
            parts.modulus.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or_default()
        });
        if bits < 2048 {
            return Err("it is an RSA key of less than 2048 bits, which is too weak");
        }
        let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        if bits > 8192 || !odd(&parts.modulus) || !odd(&parts.exponent) || parts.exponent == [1] {
            return Err("its numbers are not those of an RSA key");
        }
        let all = [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512];
        let wanted = all.into_iter().filter(|each| algorithm.is_none_or(|only| only == *each));
        let prepared = wanted.map(|each| Prepared::rsa(each, &parts).map(|key| (each, key)));
        match prepared.collect::<Option<Vec<_>>>() {
            Some(prepared) if !prepared.is_empty() => {
                Ok(Self { prepared, published: is_published(&parts.modulus) })
            }
            _ => Err("its numbers are not those of an RSA key"),
        }
    }

    /// A key on the curve P-256, as an uncompressed point.
    pub(super) fn p256(point: &[u8]) -> Result<Self, &'static str> {
        let key = Some(point).filter(|point| point.len() == 65 && point[0] == 4).and_then(Prepared::p256);
        key.map(|key| Self::of(Algorithm::Es256, key)).ok_or("it is no uncompressed point of P-256")
    }

    pub(super) fn ed25519(key: &[u8]) -> Result<Self, &'static str> {
        let key = Some(key).filter(|key| key.len() == 32).and_then(Prepared::ed25519);
        key.map(|key| Self::of(Algorithm::EdDsa, key)).ok_or("it is no Ed25519 key of 32 bytes")
    }

    fn of(algorithm: Algorithm, key: Prepared) -> Self {
        Self { prepared: vec![(algorithm, key)], published: false }
    }

    /// Returns whether the private half of this key is published.
    pub(super) fn is_published(&self) -> bool {
        self.published
    }

    /// Whether the signature is this key's. `None` where the key is not for the algorithm.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Option<bool> {
        let (_, key) = self.prepared.iter().find(|(own, _)| *own == algorithm)?;
        Some(key.verifies(message, signature))
    }

    /// A key of a JWKS; none where it is not for checking signatures.
    fn from_jwk(jwk: &Value) -> Option<Result<Self, &'static str>> {
        let text = |name| jwk.get(name).and_then(Value::as_str);
        let bytes =
            |name| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        if let Some(Value::Array(operations)) = jwk.get("key_ops")
            && !operations.iter().any(|operation| operation == "verify")
        {
            return None;
        }
        let named = text("alg");
        let algorithm = named.and_then(Algorithm::named);
        if named.is_some() && algorithm.is_none() {
            return Some(Err("its algorithm is not supported"));
        }
        let only = |expected| algorithm.is_none_or(|algorithm| algorithm == expected);
        Some(match (text("kty"), text("crv")) {
            (Some("RSA"), _) => match (bytes("n"), bytes("e")) {
                (Some(modulus), Some(exponent)) => Self::rsa(&modulus, &exponent, algorithm),
                _ => Err("its numbers are missing"),
            },
            (Some("EC"), Some("P-256")) if only(Algorithm::Es256) => match (bytes("x"), bytes("y")) {
                (Some(x), Some(y)) if x.len() == 32 && y.len() == 32 => {
                    Self::p256(&[&[4], &x[..], &y].concat())
                }
                _ => Err("its coordinates are missing"),
            },
            (Some("OKP"), Some("Ed25519")) if only(Algorithm::EdDsa) => match bytes("x") {
                Some(x) => Self::ed25519(&x),
                None => Err("its value is missing"),
            },
            _ => Err("its kind is not supported"),
        })
    }
}

/// The keys that tokens are checked with.
pub(super) enum KeySet {
    /// One key for all tokens, whatever they name.
    Single(PublicKey),
    /// By `kid`. Keys that cannot be used are kept with the reason, so that a token that names one is told.
    Named(Vec<(String, Result<PublicKey, &'static str>)>),
}

impl KeySet {
    /// The keys of a JWKS that have a `kid`; `None` where it is no JWKS. One odd key does not spoil the others.
    pub(super) fn from_jwks(jwks: &Value) -> Option<Self> {
        let keys = jwks.get("keys")?.as_array()?;
        let named = keys.iter().filter_map(|jwk| {
            let kid = jwk.get("kid")?.as_str()?;
            Some((kid.to_owned(), PublicKey::from_jwk(jwk)?))
        });
        Some(Self::Named(named.collect()))
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Named(keys) if keys.is_empty())
    }

    /// The keys that a token which names this `kid` may be signed with; none where it is unknown. Two keys of
    /// different kinds may share a name.
    pub(super) fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
    ) -> impl Iterator<Item = Result<&'a PublicKey, &'static str>> + 'a {
        let (single, named): (Option<&PublicKey>, &[_]) = match self {
            Self::Single(key) => (Some(key), &[]),
            Self::Named(keys) => (None, keys),
        };
        let named = named.iter().filter(move |(name, _)| Some(name.as_str()) == kid);
        single.map(Ok).into_iter().chain(named.map(|(_, key)| key.as_ref().map_err(|reason| *reason)))
    }

    /// Returns the error of a token that names a key which is not among these.
    pub(super) fn mismatch(&self, kid: Option<&str>) -> AuthError {
        let named = kid.map_or("names no key (kid)".to_owned(), |kid| {
            format!("names the key {} (kid), which the instance does not have", seen::unverified(kid))
        });
        let keys = match self {
            Self::Single(_) => String::new(),
            Self::Named(keys) => format!("; its keys are {}", seen::list(keys.iter().map(|(name, _)| name))),
        };
        let message = format!(
            "the token {named}: it comes from another instance, or the key is no longer in use{keys}"
        );
        AuthError::new(Reason::JwkKidMismatch, message)
    }

    pub(super) fn has(&self, kid: Option<&str>) -> bool {
        self.candidates(kid).next().is_some()
    }
}
