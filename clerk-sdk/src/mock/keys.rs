//! The keys that sign tokens: published under `/jwks`, exchanged on demand.
//!
//! The key pairs in `keys/` were made for this server alone. They protect nothing, because their private halves are
//! published. `auth::published_key` therefore rejects them outside of tests. They are files because RSA key generation
//! takes longer than all the rest of a start; Clerk's own SDKs accept only RSA.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, UnparsedPublicKey,
};
use serde_json::{Map, Value, json};

/// One of the key pairs, PKCS#8 in DER and the public half in PEM.
#[derive(Debug)]
struct Pair {
    private: &'static [u8],
    public: &'static str,
    parsed: OnceLock<KeyPair>,
}

/// Those that sign, in turn.
static PAIRS: [Pair; 3] = [
    Pair::new(include_bytes!("keys/1.der"), include_str!("keys/1.pem")),
    Pair::new(include_bytes!("keys/2.der"), include_str!("keys/2.pem")),
    Pair::new(include_bytes!("keys/3.der"), include_str!("keys/3.pem")),
];

/// The one that is never published.
static FOREIGN: Pair = Pair::new(include_bytes!("keys/foreign.der"), include_str!("keys/foreign.pem"));

/// The keys of one server: the last one signs, all are published. There is always one.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    published: Vec<Published>,
    rotations: usize,
}

#[derive(Clone, Debug)]
struct Published {
    kid: String,
    pair: &'static Pair,
}

/// Who signs a token.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Signer {
    /// The current key.
    #[default]
    Current,
    /// A key that nobody knows, under the name of the current one.
    Foreign,
}

impl Keys {
    /// One key, of this id.
    pub(super) fn new(kid: String) -> Keys {
        Keys { published: vec![Published { kid, pair: &PAIRS[0] }], rotations: 0 }
    }

    /// Another key signs from now on; those before it stay published.
    pub(super) fn rotate(&mut self, kid: String) {
        self.rotations += 1;
        self.published.push(Published { kid, pair: &PAIRS[self.rotations % PAIRS.len()] });
    }

    /// Only the key that signs stays published.
    pub(super) fn retire(&mut self) {
        let last = self.published.len().saturating_sub(1);
        self.published.drain(..last);
    }

    /// What has to be known to have the same keys again.
    #[cfg(feature = "mock-data")]
    pub(super) fn kept(&self) -> Value {
        let kids: Vec<&str> = self.published.iter().map(|key| key.kid.as_str()).collect();
        json!({ "published": kids, "rotations": self.rotations })
    }

    /// The same keys again; `None` where this is not what [`kept`](Self::kept) gave.
    #[cfg(feature = "mock-data")]
    pub(super) fn of_kept(kept: &Value) -> Option<Keys> {
        let kids: Vec<&str> = kept["published"].as_array()?.iter().filter_map(Value::as_str).collect();
        let rotations = usize::try_from(kept["rotations"].as_u64()?).ok()?;
        let first = (rotations + 1).checked_sub(kids.len()).filter(|_| !kids.is_empty())?;
        let published = kids.iter().enumerate().map(|(index, kid)| Published {
            kid: (*kid).to_owned(),
            pair: &PAIRS[(first + index) % PAIRS.len()],
        });
        Some(Keys { published: published.collect(), rotations })
    }

    /// The public half of the key that signs, in PEM.
    pub(super) fn pem(&self) -> &'static str {
        self.current().pair.public
    }

    /// What `/jwks` answers.
    pub(super) fn jwks(&self) -> Value {
        let keys: Vec<Value> = self.published.iter().map(Published::jwk).collect();
        json!({ "keys": keys })
    }

    /// A token: `header` comes on top of algorithm, type and key id.
    pub(super) fn sign(
        &self,
        header: Map<String, Value>,
        claims: &Map<String, Value>,
        signer: Signer,
    ) -> String {
        let current = self.current();
        let mut full = Map::new();
        full.insert("alg".into(), "RS256".into());
        full.insert("typ".into(), "JWT".into());
        full.insert("kid".into(), current.kid.as_str().into());
        full.extend(header);
        let encode = |part: &Map<String, Value>| {
            URL_SAFE_NO_PAD.encode(serde_json::to_string(part).unwrap_or_default())
        };
        let signed = format!("{}.{}", encode(&full), encode(claims));
        let pair = if signer == Signer::Foreign { &FOREIGN } else { current.pair };
        let signature = URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The claims of a token that one of the published keys signed.
    pub(super) fn read(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
        let key = self.published.iter().find(|key| header["kid"] == key.kid)?;
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.pair.parsed().public().as_ref());
        public.verify(signed.as_bytes(), &decode(signature)?).ok()?;
        serde_json::from_slice(&decode(claims)?).ok()
    }

    #[allow(clippy::expect_used, reason = "there is one from the beginning, and none is taken away")]
    fn current(&self) -> &Published {
        self.published.last().expect("a key")
    }
}

impl Published {
    fn jwk(&self) -> Value {
        let parts = PublicKeyComponents::<Vec<u8>>::from(self.pair.parsed().public());
        json!({
            "kid": self.kid, "kty": "RSA", "alg": "RS256", "use": "sig",
            "n": URL_SAFE_NO_PAD.encode(parts.n), "e": URL_SAFE_NO_PAD.encode(parts.e),
        })
    }
}

impl Pair {
    const fn new(private: &'static [u8], public: &'static str) -> Pair {
        Pair { private, public, parsed: OnceLock::new() }
    }

    /// The key, read on first use.
    #[allow(clippy::expect_used, reason = "the files are part of the program, and a test reads them all")]
    fn parsed(&self) -> &KeyPair {
        self.parsed.get_or_init(|| KeyPair::from_pkcs8(self.private).expect("a key pair"))
    }

    #[allow(clippy::expect_used, reason = "the buffer has the length that is asked for")]
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let key = self.parsed();
        let mut signature = vec![0; key.public().modulus_len()];
        let random = SystemRandom::new();
        key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a signature");
        signature
    }
}

/// Returns a new signing secret of webhooks, or the one of this seed. None is built in: a service that was given one
/// by mistake would accept what any reader of this source signs.
#[cfg(feature = "webhooks")]
pub(super) fn webhook_secret(seed: Option<u64>) -> String {
    use ring::digest::{SHA256, digest};
    use ring::rand::SecureRandom as _;

    let mut bytes = [0; 32];
    // Without a source of random numbers it is the time that tells servers apart.
    if seed.is_some() || SystemRandom::new().fill(&mut bytes).is_err() {
        let now = seed.map_or_else(|| format!("{:?}", std::time::SystemTime::now()), |seed| seed.to_string());
        bytes.copy_from_slice(digest(&SHA256, format!("webhooks of {now}").as_bytes()).as_ref());
    }
    format!("whsec_{}", STANDARD.encode(bytes))
}

/// A token that a key of somebody's own signs; `None` where it is no key for this algorithm.
pub(super) fn token(algorithm: &str, key: &str, claims: &Map<String, Value>) -> Option<String> {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let header = json!({ "alg": algorithm, "typ": "JWT" });
    let signed = format!("{}.{}", encode(&header), encode(&Value::Object(claims.clone())));
    let signature = sign_with(algorithm, key, signed.as_bytes())?;
    Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// A signature by a key of somebody's own: a text for HMAC, PEM with PKCS#8 for RSA.
pub(super) fn sign_with(algorithm: &str, key: &str, message: &[u8]) -> Option<Vec<u8>> {
    let hmac = |algorithm| {
        let key = hmac::Key::new(algorithm, key.as_bytes());
        Some(hmac::sign(&key, message).as_ref().to_vec())
    };
    let padding = match algorithm {
        "HS256" => return hmac(hmac::HMAC_SHA256),
        "HS384" => return hmac(hmac::HMAC_SHA384),
        "HS512" => return hmac(hmac::HMAC_SHA512),
        "RS256" => &RSA_PKCS1_SHA256,
        "RS384" => &RSA_PKCS1_SHA384,
        "RS512" => &RSA_PKCS1_SHA512,
        _ => return None,
    };
    let pem: String = key.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
    let pair = KeyPair::from_pkcs8(&STANDARD.decode(pem).ok()?).ok()?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(padding, &SystemRandom::new(), message, &mut signature).ok()?;
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_pair_is_one_and_has_a_public_half_of_its_own() {
        let pairs: Vec<&Pair> = PAIRS.iter().chain([&FOREIGN]).collect();

        for (index, pair) in pairs.iter().enumerate() {
            let pem: String = pair.public.lines().filter(|line| !line.starts_with("-----")).collect();
            let der = base64::engine::general_purpose::STANDARD.decode(pem).unwrap();
            // A PEM holds the key behind 24 bytes that say what kind it is.
            assert_eq!(&der[24..], pair.parsed().public().as_ref(), "{index}");
            assert!(pairs[..index].iter().all(|other| other.public != pair.public), "{index}");
        }
    }

    #[cfg(feature = "auth")]
    #[test]
    fn every_key_pair_is_known_as_published() {
        for (index, pair) in PAIRS.iter().chain([&FOREIGN]).enumerate() {
            let parts = PublicKeyComponents::<Vec<u8>>::from(pair.parsed().public());

            assert!(crate::auth::published_key::is_published(&parts.n), "{index}");
        }
    }
}
