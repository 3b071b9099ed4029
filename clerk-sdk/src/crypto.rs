//! Whose cryptography is used: aws-lc where that feature is on, else ring. Both have the same names.

#[cfg(feature = "rustls-aws-lc")]
use aws_lc_rs as provider;
#[cfg(not(feature = "rustls-aws-lc"))]
use ring as provider;

#[cfg(feature = "webhooks")]
pub(crate) use provider::hmac;
#[cfg(feature = "auth")]
pub(crate) use provider::{digest, signature};
