//! The part of reqwest's settings that a program cannot change: no redirects, and TLS.

use std::error::Error as StdError;

use crate::tls::Tls;

/// The TLS of the SDK's own clients, made once.
pub(super) enum TlsSetup {
    /// reqwest's own, since no TLS feature of this crate is on.
    Unset,
    #[cfg(feature = "native-tls")]
    Native(Vec<reqwest::Certificate>),
    #[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
    Rustls(Box<rustls::ClientConfig>),
}

type Reason = Box<dyn StdError + Send + Sync>;

impl TlsSetup {
    /// Reads the roots, which are PEM or DER; `https` says that a machine that trusts none is an error.
    pub(super) fn new(tls: Option<Tls>, extra_roots: &[Vec<u8>], https: bool) -> Result<Self, Reason> {
        match tls {
            #[cfg(feature = "native-tls")]
            Some(Tls::Native) => {
                let mut roots = Vec::new();
                for root in extra_roots {
                    if crate::tls::is_pem(root) {
                        roots.extend(reqwest::Certificate::from_pem_bundle(root)?);
                    } else {
                        roots.push(reqwest::Certificate::from_der(root)?);
                    }
                }
                Ok(Self::Native(roots))
            }
            #[cfg(feature = "rustls-aws-lc")]
            Some(Tls::AwsLc) => rustls(rustls::crypto::aws_lc_rs::default_provider(), extra_roots, https),
            #[cfg(feature = "rustls")]
            Some(Tls::Ring) => rustls(rustls::crypto::ring::default_provider(), extra_roots, https),
            None => {
                let _ = (extra_roots, https);
                builds(|| reqwest::Client::builder().build())?;
                Ok(Self::Unset)
            }
        }
    }

    /// Sets what the program cannot change, after all that it has set.
    pub(super) fn secure(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        let builder = builder.redirect(reqwest::redirect::Policy::none());
        match self {
            Self::Unset => builder,
            // The settings of reqwest's builder count here, those that weaken TLS among them.
            #[cfg(feature = "native-tls")]
            Self::Native(roots) => builder
                .tls_backend_native()
                .tls_version_min(reqwest::tls::Version::TLS_1_2)
                .tls_danger_accept_invalid_certs(false)
                .tls_danger_accept_invalid_hostnames(false)
                .tls_certs_merge(roots.iter().cloned()),
            #[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
            Self::Rustls(config) => builder.tls_backend_preconfigured((**config).clone()),
        }
    }
}

#[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
fn rustls(
    provider: rustls::crypto::CryptoProvider,
    extra_roots: &[Vec<u8>],
    https: bool,
) -> Result<TlsSetup, Reason> {
    crate::tls::rustls_config(provider, extra_roots, https).map(|config| TlsSetup::Rustls(Box::new(config)))
}

/// Tries whether reqwest can build a client: it panics where another crate has switched on its rustls without a provider
/// of cryptography. No feature and no function of reqwest tells.
fn builds<T>(build: impl FnOnce() -> T + std::panic::UnwindSafe) -> Result<(), Reason> {
    std::panic::catch_unwind(build).map(drop).map_err(|_| {
        "another crate enables `reqwest/rustls-no-provider`, and no crypto provider is installed; \
         enable the feature `rustls`, `rustls-aws-lc` or `native-tls` of clerk-sdk, or install a provider"
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_reqwest_is_an_error_that_names_the_features() {
        let error = builds(|| panic!("No rustls crypto provider is configured")).unwrap_err().to_string();

        assert!(error.contains("rustls-no-provider") && error.contains("`rustls-aws-lc`"), "{error}");
        assert!(builds(|| 1).is_ok());
    }

    /// `.ci/run` runs this with `reqwest/rustls-no-provider`, too, as if another crate had enabled it.
    #[cfg(not(any(feature = "rustls", feature = "rustls-aws-lc", feature = "native-tls")))]
    #[test]
    fn without_a_tls_feature_a_client_is_built_where_reqwest_can_and_an_error_otherwise() {
        let by_reqwest = std::panic::catch_unwind(|| reqwest::Client::builder().build()).is_ok();

        let built = crate::Clerk::builder("sk_test_x").server_url("http://127.0.0.1:1").build();

        assert_eq!((built.is_ok(), crate::reqwest_builder().build().is_ok()), (by_reqwest, by_reqwest));
        assert!(built.err().is_none_or(|error| error.kind() == crate::ErrorKind::Config));
    }
}
