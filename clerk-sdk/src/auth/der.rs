//! Public keys in DER: X.509's SubjectPublicKeyInfo, and PKCS #1's RSAPublicKey.

use super::key::PublicKey;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Reads a public key of either form.
///
/// # Errors
/// A sentence about what it is instead.
pub(super) fn public_key(der: &[u8]) -> Result<PublicKey, &'static str> {
    const BROKEN: &str = "its content is no public key";
    let mut outer = Reader(der);
    let mut body = Reader(outer.take(SEQUENCE).ok_or(BROKEN)?);
    if !outer.0.is_empty() {
        return Err(BROKEN);
    }
    if body.0.first() == Some(&INTEGER) {
        return rsa(body);
    }
    let mut algorithm = Reader(body.take(SEQUENCE).ok_or(BROKEN)?);
    let key = body.take(BIT_STRING).ok_or(BROKEN)?;
    // The first byte says how many bits of the last one do not count.
    let key = key.strip_prefix(&[0]).filter(|_| body.0.is_empty()).ok_or(BROKEN)?;
    match algorithm.take(OID).ok_or(BROKEN)? {
        RSA => {
            let mut outer = Reader(key);
            let content = outer.take(SEQUENCE).filter(|_| outer.0.is_empty()).ok_or(BROKEN)?;
            rsa(Reader(content))
        }
        EC if algorithm.take(OID) == Some(P256) => PublicKey::p256(key),
        EC => Err("its elliptic curve is not P-256"),
        ED25519 => PublicKey::ed25519(key),
        _ => Err("it is neither an RSA, nor a P-256, nor an Ed25519 key"),
    }
}

/// The content of an RSAPublicKey.
fn rsa(mut body: Reader<'_>) -> Result<PublicKey, &'static str> {
    let (modulus, exponent) = (body.take(INTEGER), body.take(INTEGER));
    match (modulus, exponent) {
        (Some(modulus), Some(exponent)) if body.0.is_empty() => PublicKey::rsa(modulus, exponent, None),
        _ => Err("it is a private key or no key; the public key is needed"),
    }
}

/// An RSAPublicKey of these numbers.
#[cfg(feature = "rustls-aws-lc")]
pub(super) fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    fn value(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        let length = content.len().to_be_bytes();
        let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
        if content.len() >= 0x80 {
            out.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
        }
        out.extend(length);
        out.extend(content);
        out
    }
    /// Numbers here are positive, which a leading zero says where the first bit is set.
    fn integer(number: &[u8]) -> Vec<u8> {
        let mut content = Vec::new();
        if number.first().is_none_or(|first| *first >= 0x80) {
            content.push(0);
        }
        content.extend(number);
        value(INTEGER, &content)
    }
    value(SEQUENCE, &[integer(modulus), integer(exponent)].concat())
}

/// Reads values one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next value, if it has this tag and its length is written as DER wants it.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81 => (usize::from(*rest.first().filter(|length| **length >= 0x80)?), &rest[1..]),
            0x82 => {
                let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
                (length, (length >= 0x100).then(|| &rest[2..])?)
            }
            // Longer than 64 KiB, which no key is, or of no definite length.
            _ => return None,
        };
        if found != tag || length > rest.len() {
            return None;
        }
        let (content, rest) = rest.split_at(length);
        self.0 = rest;
        Some(content)
    }
}
