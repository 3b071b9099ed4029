//! Reading a document from a file or a URL. The one place of the project's tools that uses the network.

use std::time::Duration;

use crate::error::Error;

/// The most that a document may have; the largest published one has about 1 MB.
const LIMIT: u64 = 32 << 20;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Whether `from` is meant as a URL.
pub(crate) fn is_url(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

/// The bytes at `from`, a file's path or an http(s) URL.
pub(crate) fn fetch(from: &str) -> Result<Vec<u8>, Error> {
    fetch_within(TIMEOUT, from)
}

fn fetch_within(timeout: Duration, from: &str) -> Result<Vec<u8>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::at(from, error);
    if !is_url(from) {
        return std::fs::read(from).map_err(|error| failed(&error));
    }
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(timeout)).build().into();
    agent
        .get(from)
        .call()
        .and_then(|mut answer| answer.body_mut().with_config().limit(LIMIT).read_to_vec())
        .map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::time::Instant;

    use super::*;

    /// Answers one request on loopback with what `answer` writes after the head, and says where.
    fn serve(answer: impl FnOnce(&mut TcpStream) -> std::io::Result<()> + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api.yml", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").unwrap();
            // Who is not listened to any more has to say no more.
            let _ = answer(&mut stream);
        });
        url
    }

    #[test]
    fn a_document_that_never_ends_is_given_up() {
        let url = serve(|stream| {
            loop {
                stream.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let started = Instant::now();

        let error = fetch_within(Duration::from_millis(500), &url).unwrap_err();

        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        assert!(error.to_string().contains(&url) && error.to_string().contains("timeout"), "{error}");
        assert_eq!(TIMEOUT, Duration::from_secs(60));
    }

    #[test]
    fn a_document_beyond_32_megabytes_is_not_read() {
        let megabytes = |number: usize| {
            serve(move |stream| (0..number).try_for_each(|_| stream.write_all(&[b' '; 1 << 20])))
        };

        let enough = fetch(&megabytes(32)).unwrap();
        let error = fetch(&megabytes(33)).unwrap_err();

        assert_eq!(enough.len(), 32 << 20);
        assert!(error.to_string().contains("limit"), "{error}");
    }
}
