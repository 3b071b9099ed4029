//! Tokens for tests, signed with keys that are made for nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RsaKeyPair,
};
use serde_json::{Value, json};

/// The key of an instance.
#[derive(Debug)]
pub struct Signer {
    kid: String,
    keys: Keys,
    public: Vec<u8>,
}

#[derive(Debug)]
enum Keys {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// The content of a PEM file.
#[allow(clippy::expect_used, reason = "the files are part of the tests")]
pub fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).expect("the content of a PEM file")
}

#[allow(clippy::expect_used, reason = "the files are part of the tests")]
impl Signer {
    fn rsa(kid: &str, private: &str, public: &str) -> Self {
        let keys = Keys::Rsa(Box::new(RsaKeyPair::from_pkcs8(&der(private)).expect("an RSA key")));
        Self { kid: kid.to_owned(), keys, public: der(public) }
    }

    /// An RSA key. Its `kid` is `one`.
    pub fn one() -> Self {
        Self::rsa("one", include_str!("../keys/rsa_one.pem"), include_str!("../keys/rsa_one.pub.pem"))
    }

    /// Another RSA key. Its `kid` is `two`.
    pub fn two() -> Self {
        Self::rsa("two", include_str!("../keys/rsa_two.pem"), include_str!("../keys/rsa_two.pub.pem"))
    }

    /// A key on the curve P-256. Its `kid` is `p256`.
    pub fn p256() -> Self {
        let private = der(include_str!("../keys/p256.pem"));
        let keys = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &private, &SystemRandom::new());
        let public = der(include_str!("../keys/p256.pub.pem"));
        Self { kid: "p256".to_owned(), keys: Keys::P256(Box::new(keys.expect("a P-256 key"))), public }
    }

    /// An Ed25519 key. Its `kid` is `ed25519`.
    pub fn ed25519() -> Self {
        let keys = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(include_str!("../keys/ed25519.pem")));
        let public = der(include_str!("../keys/ed25519.pub.pem"));
        Self {
            kid: "ed25519".to_owned(),
            keys: Keys::Ed25519(Box::new(keys.expect("an Ed25519 key"))),
            public,
        }
    }

    /// The same key by another name.
    #[must_use]
    pub fn named(mut self, kid: &str) -> Self {
        kid.clone_into(&mut self.kid);
        self
    }

    /// The algorithm that the key signs with unless told otherwise.
    pub fn algorithm(&self) -> &'static str {
        match self.keys {
            Keys::Rsa(_) => "RS256",
            Keys::P256(_) => "ES256",
            Keys::Ed25519(_) => "EdDSA",
        }
    }

    /// The header of a session token.
    pub fn header(&self) -> Value {
        json!({"alg": self.algorithm(), "cat": "cl_B7d4PD111AAA", "kid": self.kid, "typ": "JWT"})
    }

    /// A session token with these claims.
    pub fn session(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }

    /// A token with this header, signed as its `alg` says, and as the key does otherwise.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let algorithm = header["alg"].as_str().unwrap_or_default();
        self.sign_text(&header.to_string(), &claims.to_string(), algorithm)
    }

    /// A token of these texts.
    pub fn sign_text(&self, header: &str, claims: &str, algorithm: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.signature(message.as_bytes(), algorithm);
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The signature of a message.
    pub fn signature(&self, message: &[u8], algorithm: &str) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.keys {
            Keys::Rsa(keys) => {
                let padding = match algorithm {
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; keys.public().modulus_len()];
                keys.sign(padding, &random, message, &mut signature).expect("a signature");
                signature
            }
            Keys::P256(keys) => keys.sign(&random, message).expect("a signature").as_ref().to_vec(),
            Keys::Ed25519(keys) => keys.sign(message).as_ref().to_vec(),
        }
    }

    /// The public key as a JWK.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.keys {
            Keys::Rsa(_) => {
                // It ends with 256 bytes of modulus and 5 of exponent.
                let (rest, exponent) = self.public.split_at(self.public.len() - 3);
                let modulus = &rest[rest.len() - 258..rest.len() - 2];
                json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent)})
            }
            Keys::P256(_) => {
                let point = &self.public[self.public.len() - 64..];
                json!({"kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(&point[..32]),
                       "y": URL_SAFE_NO_PAD.encode(&point[32..])})
            }
            Keys::Ed25519(_) => {
                let key = &self.public[self.public.len() - 32..];
                json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(key)})
            }
        };
        for (name, value) in [("use", "sig"), ("alg", self.algorithm()), ("kid", &self.kid)] {
            jwk[name] = value.into();
        }
        jwk
    }

    /// The public key in DER.
    pub fn public_der(&self) -> &[u8] {
        &self.public
    }

    /// The public key as PEM.
    pub fn pem(&self) -> String {
        let text = STANDARD.encode(&self.public);
        let lines: Vec<&str> =
            (0..text.len()).step_by(64).map(|from| &text[from..text.len().min(from + 64)]).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }
}

/// A JWKS of these keys.
pub fn jwks<'a>(signers: impl IntoIterator<Item = &'a Signer>) -> Value {
    json!({"keys": signers.into_iter().map(Signer::jwk).collect::<Vec<_>>()})
}
