//! Encrypted connections by the SDK's own client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, HttpErrorKind, Tls};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A server for `localhost` with a certificate of its own authority: its URL, and the authority's certificate.
async fn server() -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    // Another name than the server's: a certificate of the issuer's name counts as its own issuer.
    authority.distinguished_name.push(rcgen::DnType::CommonName, "an authority");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::new(authority, key);
    let key = rcgen::KeyPair::generate().unwrap();
    let mut leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"tls\":true}").await;
            }
        }
    });
    (url, root.pem())
}

/// All that can do TLS here: one, or with the cargo features of this package three.
fn providers() -> Vec<Tls> {
    vec![
        Tls::Ring,
        #[cfg(feature = "rustls-aws-lc")]
        Tls::AwsLc,
        #[cfg(feature = "native-tls")]
        Tls::Native,
    ]
}

#[tokio::test]
async fn an_added_root_is_trusted() {
    let (url, root) = server().await;
    for tls in providers() {
        let builder = Clerk::builder("sk_test_x").server_url(&url).tls(tls);
        let clerk = builder.add_root_certificate(root.as_str()).build().unwrap();

        let value: Result<Value, _> = clerk.request(Method::GET, "/x").await;

        let value = value.unwrap_or_else(|error| panic!("{tls:?}: {error}"));
        assert_eq!(value, json!({"tls": true}), "{tls:?}");
    }
}

#[tokio::test]
async fn an_unknown_root_is_refused_at_once_and_nothing_is_sent() {
    let (url, _) = server().await;
    for tls in providers() {
        let clerk = Clerk::builder("sk_test_x").server_url(&url).tls(tls).build().unwrap();
        let call = |method| clerk.request::<Value>(method, "/x");
        let file = clerk_sdk::FilePart::from_bytes("a.png", vec![7; 1 << 16]);
        let kinds =
            [call(Method::GET), call(Method::POST).json(json!({})), call(Method::POST).file("file", file)];
        for request in kinds {
            let error = request.await.unwrap_err();

            let seen = (error.transport_kind(), error.attempts());
            assert_eq!(seen, (Some(HttpErrorKind::Tls), 1), "{tls:?}: {error}");
            assert!(!error.maybe_sent());
            assert!(error.to_string().contains("TLS handshake"), "{error}");
        }
    }
}

/// A server that ends each handshake: its URL, and the first bytes of each client.
async fn offered_versions() -> (String, tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = vec![0; 4096];
            let length = stream.read(&mut hello).await.unwrap();
            hello.truncate(length);
            sender.send(hello).unwrap();
        }
    });
    (url, receiver)
}

/// The versions in the extension `supported_versions` of a ClientHello, or the one of its head.
fn versions(hello: &[u8]) -> Vec<u16> {
    let number = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
    let session = 5 + 4 + 2 + 32;
    let ciphers = session + 1 + usize::from(hello[session]);
    let compressions = ciphers + 2 + number(ciphers);
    let mut at = compressions + 1 + usize::from(hello[compressions]) + 2;
    while at < hello.len() {
        let (kind, length) = (number(at), number(at + 2));
        if kind == 43 {
            let list = &hello[at + 5..at + 4 + length];
            return list.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        }
        at += 4 + length;
    }
    vec![u16::try_from(number(9)).unwrap()]
}

#[tokio::test]
async fn configure_reqwest_cannot_weaken_tls() {
    let (url, _) = server().await;
    let (watched, mut hellos) = offered_versions().await;
    for tls in providers() {
        let weak = |url: &str| {
            let builder = Clerk::builder("sk_test_x").server_url(url).tls(tls);
            let builder = builder.retry(clerk_sdk::RetryPolicy::none()).configure_reqwest(|builder| {
                builder
                    .tls_danger_accept_invalid_certs(true)
                    .tls_danger_accept_invalid_hostnames(true)
                    .tls_version_min(reqwest::tls::Version::TLS_1_0)
            });
            builder.build().unwrap()
        };

        let untrusted = weak(&url).request::<Value>(Method::GET, "/x").await.unwrap_err();
        let ended = weak(&watched).request::<Value>(Method::GET, "/x").await.unwrap_err();

        assert_eq!(untrusted.transport_kind(), Some(HttpErrorKind::Tls), "{tls:?}: {untrusted}");
        assert!(!untrusted.maybe_sent() && !ended.maybe_sent());
        let offered = versions(&hellos.recv().await.unwrap());
        assert!(offered.iter().all(|version| *version >= 0x0303), "{tls:?}: {offered:x?}");
    }
}

#[tokio::test]
async fn configure_reqwest_cannot_skip_the_check_of_host_names() {
    let (url, root) = server().await;
    let url = url.replace("localhost", "127.0.0.1");
    for tls in providers() {
        let builder =
            Clerk::builder("sk_test_x").server_url(&url).tls(tls).add_root_certificate(root.as_str());
        let clerk = builder
            .configure_reqwest(|builder| builder.tls_danger_accept_invalid_hostnames(true))
            .build()
            .unwrap();

        let error = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();

        assert_eq!(error.transport_kind(), Some(HttpErrorKind::Tls), "{tls:?}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_refused_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    for tls in providers() {
        let clerk = Clerk::builder("sk_test_x").server_url(&url).tls(tls).build().unwrap();

        let error = clerk.request::<Value>(Method::POST, "/x").await.unwrap_err();

        let seen = (error.transport_kind(), error.attempts());
        assert_eq!(seen, (Some(HttpErrorKind::Tls), 1), "{tls:?}: {error}");
        assert!(!error.maybe_sent());
    }
}

#[tokio::test]
async fn a_client_of_one_s_own_has_the_tls_of_the_features() {
    let (url, _) = server().await;
    let own = clerk_sdk::reqwest_builder().build().unwrap();
    let clerk = Clerk::builder("sk_test_x").server_url(url).http_client(own).build().unwrap();

    let refused = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();

    assert_eq!(refused.transport_kind(), Some(HttpErrorKind::Tls), "{refused}");
}

/// Runs itself again, since what the machine trusts is told by the environment.
#[cfg(target_os = "linux")]
#[test]
fn a_machine_that_trusts_nobody_can_talk_to_itself_and_to_nobody_else() {
    const NAME: &str = "a_machine_that_trusts_nobody_can_talk_to_itself_and_to_nobody_else";
    if std::env::var_os("CLERK_TESTS_WITHOUT_ROOTS").is_none() {
        let again = std::process::Command::new(std::env::current_exe().unwrap())
            .args([NAME, "--exact"])
            .env("CLERK_TESTS_WITHOUT_ROOTS", "1")
            .env("SSL_CERT_FILE", "/dev/null")
            .env("SSL_CERT_DIR", "/nowhere")
            .status();
        assert!(again.unwrap().success());
        return;
    }

    let local = Clerk::builder("sk_test_x").server_url("http://127.0.0.1:1/v1").build();
    let remote = Clerk::builder("sk_test_x").tls(Tls::Ring).build();

    local.unwrap();
    assert_eq!(remote.unwrap_err().kind(), clerk_sdk::ErrorKind::Config);
}
