//! Who encrypts connections, and whom they trust: the TLS of the SDK's own client.
//!
//! The cryptography is named in the configuration; no process-wide default is installed or needed.

#[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
use std::error::Error as StdError;
#[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
use std::sync::Arc;

/// Who does TLS. The variants are those of the cargo features that are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tls {
    /// What the platform has. Feature `native-tls`; the default where it is on.
    #[cfg(feature = "native-tls")]
    Native,
    /// rustls on aws-lc. Feature `rustls-aws-lc`; the default where it is on and `native-tls` is not.
    #[cfg(feature = "rustls-aws-lc")]
    AwsLc,
    /// rustls on ring. Feature `rustls`, which is on by default.
    #[cfg(feature = "rustls")]
    Ring,
}

impl Tls {
    /// The one that is used unless another is asked for; `None` where no TLS feature is on.
    #[allow(unreachable_code, reason = "the first feature that is on decides")]
    pub(crate) fn preferred() -> Option<Self> {
        #[cfg(feature = "native-tls")]
        return Some(Self::Native);
        #[cfg(feature = "rustls-aws-lc")]
        return Some(Self::AwsLc);
        #[cfg(feature = "rustls")]
        return Some(Self::Ring);
        None
    }
}

/// Trusts what the platform trusts, and `extra_roots`. Where it trusts nobody, that is an error if `https` is needed.
#[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
pub(crate) fn rustls_config(
    provider: rustls::crypto::CryptoProvider,
    extra_roots: &[Vec<u8>],
    https: bool,
) -> Result<rustls::ClientConfig, Box<dyn StdError + Send + Sync>> {
    use rustls_platform_verifier::Verifier;

    let provider = Arc::new(provider);
    let config = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let verifier = if extra_roots.is_empty() {
        match Verifier::new(provider) {
            Ok(verifier) => verifier,
            Err(error) if https => return Err(error.into()),
            // A bare container has no roots, and needs none to talk to itself.
            Err(_) => {
                let nobody = rustls::RootCertStore::empty();
                return Ok(config.with_root_certificates(nobody).with_no_client_auth());
            }
        }
    } else {
        #[cfg(any(all(unix, not(target_os = "android")), target_os = "windows"))]
        {
            let mut roots = Vec::new();
            for root in extra_roots {
                roots.extend(certificates(root)?);
            }
            Verifier::new_with_extra_roots(roots, provider)?
        }
        #[cfg(not(any(all(unix, not(target_os = "android")), target_os = "windows")))]
        return Err("this platform takes no extra root certificates".into());
    };
    let mut config =
        config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The certificates of a PEM file, of which there is at least one, or the one of a DER file.
#[cfg(any(feature = "rustls", feature = "rustls-aws-lc"))]
fn certificates(
    file: &[u8],
) -> Result<Vec<rustls::pki_types::CertificateDer<'static>>, Box<dyn StdError + Send + Sync>> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    if !is_pem(file) {
        return Ok(vec![CertificateDer::from(file.to_vec())]);
    }
    let found: Vec<_> = CertificateDer::pem_slice_iter(file).collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Err("the PEM text holds no certificate".into());
    }
    Ok(found)
}

#[cfg(any(feature = "native-tls", feature = "rustls", feature = "rustls-aws-lc"))]
pub(crate) fn is_pem(file: &[u8]) -> bool {
    file.windows(11).any(|text| text == b"-----BEGIN ")
}
