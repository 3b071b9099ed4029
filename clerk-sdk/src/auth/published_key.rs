//! Key pairs whose private halves are published: the embedded Clerk signs with them, and so can any reader of its
//! source. A token that one of them signed proves nothing, unless it was made for a test.

use super::error::{AuthError, Reason};
use super::key::{KeySet, PublicKey};
use super::provider::sha256;

/// The reason why such a key is rejected.
const REASON: &str = "it is a test key of the embedded Clerk, whose private half is published: any reader of its \
                      source can sign tokens with it";

/// The SHA-256 of each modulus, in hexadecimal digits. A test of the embedded Clerk compares its key pairs with these.
const FINGERPRINTS: [&str; 4] = [
    "3fad393ab004fb237dca3db56e3e30e0748ffab76237a62697d4193f35f9b20e",
    "1876c6d2ee31cd3ebb2a01a7802585cd058e0e1d4cde1ba760da5e3e6d4d5d56",
    "768c5364a0fa66766d316cbacd012e1e301b51cc592b1251da21dadec5b4131d",
    "a909fd2d3e9308bc04020da20e7c207123f0fbd31bc2cd686194f048355f2596",
];

/// Returns whether the key with this modulus, without leading zeros, is one of the published ones.
pub(crate) fn is_published(modulus: &[u8]) -> bool {
    use std::fmt::Write as _;

    let mut digits = String::with_capacity(64);
    for byte in sha256(modulus) {
        // Writing to a text cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    FINGERPRINTS.contains(&digits.as_str())
}

impl KeySet {
    /// Rejects the keys that are configured for checks without a network if one of them is published.
    ///
    /// # Errors
    /// [`Reason::JwkFailedToResolve`], which names the reason and the opt-in.
    pub(super) fn check_unpublished(&self) -> Result<(), AuthError> {
        let published = match self {
            Self::Single(key) => key.is_published(),
            Self::Named(keys) => {
                keys.iter().filter_map(|(_, key)| key.as_ref().ok()).any(PublicKey::is_published)
            }
        };
        if !published {
            return Ok(());
        }
        let message = format!(
            "the key cannot be used: {REASON}. Configure the key of your own instance; in tests, use \
             `mock.client()`, or add `accept_test_keys()` (feature `mock`)"
        );
        Err(AuthError::new(Reason::JwkFailedToResolve, message))
    }

    /// Returns the set with each published key replaced by the reason why it cannot be used.
    pub(super) fn without_published(self) -> Self {
        match self {
            Self::Single(key) => Self::Single(key),
            Self::Named(keys) => Self::Named(
                keys.into_iter()
                    .map(|(kid, key)| {
                        (kid, key.and_then(|key| if key.is_published() { Err(REASON) } else { Ok(key) }))
                    })
                    .collect(),
            ),
        }
    }
}
