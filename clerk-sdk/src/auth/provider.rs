//! What is needed of the cryptography: keys that are ready to check signatures, and hashes.

use crate::crypto::digest;
use crate::crypto::signature::{
    self, ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512,
};

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Es256,
    EdDsa,
}

/// The parts of an RSA key, without leading zeros.
pub(super) struct RsaParts {
    pub(super) modulus: Vec<u8>,
    pub(super) exponent: Vec<u8>,
}

/// A key that is ready to check signatures by one algorithm.
pub(super) struct Prepared(Backend);

#[cfg(not(feature = "rustls-aws-lc"))]
enum Backend {
    Rsa(&'static signature::RsaParameters, signature::RsaPublicKeyComponents<Vec<u8>>),
    Other(signature::UnparsedPublicKey<Vec<u8>>),
}

#[cfg(not(feature = "rustls-aws-lc"))]
impl Prepared {
    pub(super) fn rsa(algorithm: Algorithm, parts: &RsaParts) -> Option<Self> {
        let components =
            signature::RsaPublicKeyComponents { n: parts.modulus.clone(), e: parts.exponent.clone() };
        Some(Self(Backend::Rsa(rsa_parameters(algorithm)?, components)))
    }

    pub(super) fn p256(point: &[u8]) -> Option<Self> {
        let key = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.to_vec());
        Some(Self(Backend::Other(key)))
    }

    pub(super) fn ed25519(key: &[u8]) -> Option<Self> {
        Some(Self(Backend::Other(signature::UnparsedPublicKey::new(&ED25519, key.to_vec()))))
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Backend::Rsa(parameters, key) => key.verify(parameters, message, signature).is_ok(),
            Backend::Other(key) => key.verify(message, signature).is_ok(),
        }
    }
}

#[cfg(feature = "rustls-aws-lc")]
type Backend = signature::ParsedPublicKey;

#[cfg(feature = "rustls-aws-lc")]
impl Prepared {
    pub(super) fn rsa(algorithm: Algorithm, parts: &RsaParts) -> Option<Self> {
        let der = super::der::rsa_public_key(&parts.modulus, &parts.exponent);
        Backend::new(rsa_parameters(algorithm)?, der).ok().map(Self)
    }

    pub(super) fn p256(point: &[u8]) -> Option<Self> {
        Backend::new(&ECDSA_P256_SHA256_FIXED, point).ok().map(Self)
    }

    pub(super) fn ed25519(key: &[u8]) -> Option<Self> {
        Backend::new(&ED25519, key).ok().map(Self)
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

/// Those for keys of 2048 to 8192 bits; none where the algorithm is not RSA's.
fn rsa_parameters(algorithm: Algorithm) -> Option<&'static signature::RsaParameters> {
    match algorithm {
        Algorithm::Rs256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Es256 | Algorithm::EdDsa => None,
    }
}

pub(super) fn sha256(data: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, data).as_ref());
    hash
}

/// Not for security: Clerk names cookies after the SHA-1 of the publishable key.
pub(super) fn sha1(data: &[u8]) -> [u8; 20] {
    let mut hash = [0; 20];
    hash.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data).as_ref());
    hash
}
