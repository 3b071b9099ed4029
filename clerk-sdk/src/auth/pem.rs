//! Keys as PEM text, in all the forms in which environment variables have them.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::der;
use super::error::{AuthError, Reason};
use super::key::PublicKey;

/// Padding may have been lost with the line breaks.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads a public key, with or without its header lines, with real line breaks, escaped ones, or spaces instead;
/// or as the base64 of the whole PEM file.
pub(super) fn public_key(pem: &str) -> Result<PublicKey, AuthError> {
    read(pem).map_err(|reason| {
        let message = format!(
            "the PEM key cannot be used: {reason}. Copy the \"JWKS Public Key\" from Clerk's dashboard, API keys"
        );
        AuthError::new(Reason::JwkFailedToResolve, message)
    })
}

fn read(pem: &str) -> Result<PublicKey, &'static str> {
    // A key is at most a few hundred bytes; nothing is gained by looking at more.
    if pem.len() > 16 * 1024 {
        return Err("it is too long for a key");
    }
    let pem = unescaped(pem);
    let pem = pem.trim().trim_matches(['"', '\'']);
    let decoded = whole(pem);
    let pem = decoded.as_deref().unwrap_or(pem);
    let body = match pem.split_once("-----BEGIN") {
        None => pem,
        Some((before, rest)) if before.trim().is_empty() => {
            let (label, rest) = rest.split_once("-----").ok_or("its first line is cut off")?;
            let (body, end) = rest.split_once("-----END").ok_or("its last line is missing")?;
            match label.trim() {
                "PUBLIC KEY" | "RSA PUBLIC KEY" => {}
                "CERTIFICATE" => return Err("it is a certificate; the public key is needed"),
                label if label.ends_with("PRIVATE KEY") => {
                    return Err(
                        "it is a private key, which belongs nowhere near here; the public key is needed",
                    );
                }
                _ => return Err("it is no public key"),
            }
            let (end, after) = end.split_once("-----").ok_or("its last line is cut off")?;
            if end.trim() != label.trim() || !after.trim().is_empty() {
                return Err("its first and last line do not belong together");
            }
            body
        }
        Some(_) => return Err("there is text before its first line"),
    };
    let text: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let der = BASE64.decode(text).map_err(|_| "it is no base64 text")?;
    if der.is_empty() {
        return Err("it is empty");
    }
    der::public_key(&der)
}

/// Replaces escaped line breaks, however often they were escaped, and removes backslashes that continue a line.
fn unescaped(pem: &str) -> String {
    let mut text = String::with_capacity(pem.len());
    let mut rest = pem;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let after = after.trim_start_matches('\\');
        // Neither PEM nor base64 has a backslash.
        rest = match after.strip_prefix(['n', 'r']) {
            Some(after) => {
                text.push('\n');
                after
            }
            None => after,
        };
    }
    text + rest
}

/// Decodes a text that is the base64 of a whole PEM file.
fn whole(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let pem = BASE64.decode(text).ok().and_then(|pem| String::from_utf8(pem).ok())?;
    pem.trim_start().starts_with("-----BEGIN").then_some(pem)
}
