//! Access to the server: programs on this machine have it, the web pages that its browser shows have not.
//!
//! A page may make its own host name resolve to 127.0.0.1 (DNS rebinding). Then the browser takes the page and this
//! server for one origin, and lets the page read every response. `Host` still has the page's name.

use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, StatusCode, Version};

use super::error::ApiError;

/// Checks that a request is meant for this machine, and that no page from elsewhere sent it.
///
/// # Errors
/// * 421 `host_invalid`: `Host`, `:authority` or the authority of the target is not a loopback name.
/// * 400 `host_invalid`: `Host` is missing or repeated. HTTP/1.0 has none, and no browser speaks it.
/// * 403 `origin_invalid`: a page whose origin is not on this machine sent the request. Programs send no `Origin`.
pub(super) fn check(request: &Parts) -> Result<(), ApiError> {
    let refuse = |status, code, short: &str, long: &str| Err(ApiError::new(status, code, short, long));
    let hosts: Vec<&HeaderValue> = request.headers.get_all(HOST).iter().collect();
    let authority = request.uri.authority();
    if hosts.len() > 1 || (hosts.is_empty() && authority.is_none() && request.version > Version::HTTP_10) {
        let long = "The request must have one Host header.";
        return refuse(StatusCode::BAD_REQUEST, "host_invalid", "Invalid host", long);
    }
    let names = hosts.iter().all(|host| host.to_str().is_ok_and(|host| host.parse().is_ok_and(is_loopback)));
    if !names || authority.is_some_and(|authority| !is_loopback(authority.clone())) {
        let long = "The embedded Clerk answers requests for this machine alone: Host must be localhost, a name below \
                    it, an address in 127.0.0.0/8, or [::1]. Use the URL from `MockClerk::url`.";
        return refuse(StatusCode::MISDIRECTED_REQUEST, "host_invalid", "Invalid host", long);
    }
    let local = |origin: &HeaderValue| {
        let (_, authority) = origin.to_str().ok()?.split_once("://")?;
        Some(is_loopback(authority.parse().ok()?))
    };
    if request.headers.get_all(ORIGIN).iter().any(|origin| local(origin) != Some(true)) {
        let long = "The embedded Clerk takes no requests from web pages of other machines. The Backend API is for \
                    servers, which send no Origin.";
        return refuse(StatusCode::FORBIDDEN, "origin_invalid", "Invalid origin", long);
    }
    Ok(())
}

/// Returns whether a host, with any port, is this machine by its name.
fn is_loopback(authority: Authority) -> bool {
    let host = authority.host().to_ascii_lowercase();
    // `localhost.` is the same name, written absolutely.
    let name = host.strip_suffix('.').unwrap_or(&host);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    let local =
        address.map_or_else(|_| name == "localhost" || name.ends_with(".localhost"), |ip| ip.is_loopback());
    local && !authority.as_str().contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(version: Version, target: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = http::Request::builder().version(version).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        check(&parts).err().map(|error| error.status.as_u16())
    }

    #[test]
    fn loopback_names_are_accepted_with_any_port() {
        for host in [
            "localhost",
            "LOCALHOST:3000",
            "localhost.",
            "clerk.localhost:80",
            "127.0.0.1",
            "127.255.0.9:1",
            "[::1]",
            "[::1]:4010",
        ] {
            assert_eq!(status(Version::HTTP_11, "/v1/users", &[("host", host)]), None, "{host}");
        }
    }

    #[test]
    fn other_hosts_are_misdirected() {
        for host in [
            "evil.example",
            "evil.example:4010",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "evil.example@127.0.0.1",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "[fe80::1]",
            "2130706433",
            "",
            "127.0.0.1 evil.example",
        ] {
            assert_eq!(status(Version::HTTP_11, "/v1/users", &[("host", host)]), Some(421), "{host}");
        }
    }

    #[test]
    fn the_authority_of_the_target_counts_beside_the_host() {
        let evil = "http://evil.example/v1/users";
        let own = "http://127.0.0.1:4010/v1/users";

        assert_eq!(status(Version::HTTP_2, evil, &[]), Some(421));
        assert_eq!(status(Version::HTTP_11, evil, &[("host", "127.0.0.1")]), Some(421));
        assert_eq!(status(Version::HTTP_2, own, &[("host", "evil.example")]), Some(421));
        assert_eq!(status(Version::HTTP_2, own, &[]), None);
    }

    #[test]
    fn only_http_1_0_needs_no_host() {
        let two = [("host", "localhost"), ("host", "localhost")];

        assert_eq!(status(Version::HTTP_10, "/v1/users", &[]), None);
        assert_eq!(status(Version::HTTP_11, "/v1/users", &[]), Some(400));
        assert_eq!(status(Version::HTTP_11, "/v1/users", &two), Some(400));
        assert_eq!(status(Version::HTTP_10, "/v1/users", &[("host", "evil.example")]), Some(421));
    }

    #[test]
    fn pages_of_other_machines_are_forbidden() {
        let from = |origin| status(Version::HTTP_11, "/", &[("host", "127.0.0.1"), ("origin", origin)]);

        for origin in ["https://evil.example", "null", "", "file://", "http://127.0.0.1.evil.example"] {
            assert_eq!(from(origin), Some(403), "{origin}");
        }
        for origin in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8080"] {
            assert_eq!(from(origin), None, "{origin}");
        }
    }
}
