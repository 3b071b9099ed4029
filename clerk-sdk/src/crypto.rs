//! Whose cryptography is used: aws-lc where that feature is on, else ring. Both have the same names.

#[cfg(feature = "rustls-aws-lc")]
pub(crate) use aws_lc_rs::hmac;
#[cfg(not(feature = "rustls-aws-lc"))]
pub(crate) use ring::hmac;
