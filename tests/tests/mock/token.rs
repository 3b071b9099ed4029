//! Tokens, read and checked by who knows nothing of the server but its `/jwks`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value;

/// The three parts of a token.
pub(crate) struct Token {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Token {
    pub(crate) fn read(text: &str) -> Token {
        let (signed, signature) = text.rsplit_once('.').expect("a signature");
        let (header, claims) = signed.split_once('.').expect("a header");
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
        let json = |part: &str| serde_json::from_slice(&decode(part)).expect("JSON");
        Token {
            header: json(header),
            claims: json(claims),
            signed: signed.to_owned(),
            signature: decode(signature),
        }
    }

    /// Whether one of the published keys, found by its id, signed the token.
    pub(crate) fn is_signed_by(&self, jwks: &Value) -> bool {
        let keys = jwks["keys"].as_array().expect("keys");
        let Some(key) = keys.iter().find(|k| k["kid"] == self.header["kid"]) else { return false };
        assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&"RSA".into(), &"RS256".into(), &"sig".into()));
        let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().expect("text")).expect("base64url");
        let key = RsaPublicKeyComponents { n: part("n"), e: part("e") };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, self.signed.as_bytes(), &self.signature).is_ok()
    }

    /// Whether the key of this PEM signed the token.
    pub(crate) fn is_signed_by_pem(&self, pem: &str) -> bool {
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(base64).expect("base64");
        // The first 24 bytes say that it is an RSA key.
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der[24..]);
        key.verify(self.signed.as_bytes(), &self.signature).is_ok()
    }
}
