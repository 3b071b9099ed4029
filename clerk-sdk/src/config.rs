//! What a client is told: keys, the server's URL, and the environment variables that they come from.

use std::fmt;
use std::net::IpAddr;

use http::HeaderValue;
use url::Url;

use crate::forms;

/// Where Clerk is, unless said otherwise.
pub(crate) const DEFAULT_SERVER: &str = "https://api.clerk.com/v1";

/// A secret key of an instance or of a machine. Never printed.
#[derive(Clone)]
pub(crate) struct SecretKey {
    /// `Bearer …`, marked as sensitive.
    header: HeaderValue,
}

crate::value::never_compared!(SecretKey);

impl SecretKey {
    /// Refuses what cannot be a key, and says why without repeating it. `what` names the key in that text.
    pub(crate) fn new(key: &str, what: &str) -> Result<Self, String> {
        forms::secret_key(key, what)?;
        let mut header = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| format!("{what} contains characters that no key has"))?;
        header.set_sensitive(true);
        Ok(Self { header })
    }

    /// As [`new`](Self::new), for the secret key of a machine.
    pub(crate) fn machine(key: &str, what: &str) -> Result<Self, String> {
        forms::machine_key(key, what)?;
        Self::new(key, what)
    }

    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> &HeaderValue {
        &self.header
    }

    /// The key itself.
    #[allow(dead_code, reason = "used by the verification of tokens")]
    pub(crate) fn expose(&self) -> &str {
        self.header.to_str().ok().and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(crate::value::REDACTED)
    }
}

/// The URL that all paths are appended to: absolute, without a slash at its end.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ServerUrl(String);

/// Shows scheme, host and port: a path may hold what is secret.
impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = Url::parse(&self.0).map(|url| url.origin().ascii_serialization());
        fmt::Debug::fmt(&origin.unwrap_or_default(), f)
    }
}

impl ServerUrl {
    /// Takes `https`, and `http` where the host is this machine or `allow_insecure_http` is set.
    pub(crate) fn new(url: &str, allow_insecure_http: bool) -> Result<Self, String> {
        let parsed =
            Url::parse(url).map_err(|error| format!("the server URL is not an absolute URL: {error}"))?;
        match parsed.scheme() {
            "https" => {}
            "http" if allow_insecure_http || parsed.host_str().is_some_and(is_loopback) => {}
            "http" => {
                return Err("the server URL is plain http, which would send the secret key unencrypted; \
                            use https, or ClerkBuilder::allow_insecure_http"
                    .into());
            }
            _ => return Err("the scheme of the server URL is not https".into()),
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err("the server URL contains a user name or password".into());
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err("the server URL contains a query or a fragment".into());
        }
        Ok(Self(parsed.as_str().trim_end_matches('/').to_owned()))
    }

    /// As [`new`](Self::new), for `CLERK_API_URL`: a URL without a path means the origin, and gets `/v1`.
    pub(crate) fn from_variable(url: &str, allow_insecure_http: bool) -> Result<Self, String> {
        let server =
            Self::new(url, allow_insecure_http).map_err(|message| format!("CLERK_API_URL: {message}"))?;
        match Url::parse(&server.0) {
            Ok(parsed) if parsed.path() == "/" => Ok(Self(server.0 + "/v1")),
            _ => Ok(server),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Whether it is this machine.
    pub(crate) fn is_local(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.host_str().is_some_and(is_loopback))
    }
}

/// Whether the host of a URL, as it stands there, is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let ip = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match ip.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        // Names below it are looked up, and a name server may answer with any address.
        Err(_) => host == "localhost",
    }
}

/// What the environment says.
pub(crate) struct Environment {
    /// Absent only if there is a machine's key.
    pub(crate) secret_key: Option<String>,
    /// For [`ServerUrl::from_variable`], once it is known what is allowed.
    pub(crate) server_url: Option<String>,
    pub(crate) machine_secret_key: Option<String>,
    pub(crate) jwt_key: Option<String>,
    pub(crate) publishable_key: Option<String>,
}

impl Environment {
    /// Reads variables through `get`; one that is set to nothing counts as not set.
    pub(crate) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let get = |name| get(name).filter(|value| !value.trim().is_empty());
        let (secret_key, machine_secret_key) = (get("CLERK_SECRET_KEY"), get("CLERK_MACHINE_SECRET_KEY"));
        if secret_key.is_none() && machine_secret_key.is_none() {
            return Err(
                "the environment variable CLERK_SECRET_KEY is not set; set it to the secret key of the \
                        instance (sk_…), from the API keys page of Clerk's dashboard"
                    .into(),
            );
        }
        if let Some(key) = &secret_key {
            SecretKey::new(key, "CLERK_SECRET_KEY")?;
        }
        if let Some(key) = &machine_secret_key {
            SecretKey::machine(key, "CLERK_MACHINE_SECRET_KEY")?;
        }
        let publishable_key = get("CLERK_PUBLISHABLE_KEY");
        #[cfg(feature = "auth")]
        if let Some(key) = &publishable_key {
            forms::publishable_key(key, "CLERK_PUBLISHABLE_KEY")?;
        }
        Ok(Self {
            secret_key,
            server_url: get("CLERK_API_URL"),
            machine_secret_key,
            jwt_key: get("CLERK_JWT_KEY"),
            publishable_key,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, String> {
        Environment::read(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_or_wrong_variable_is_named() {
        for (variables, name) in [
            (&[][..], "CLERK_SECRET_KEY"),
            (&[("CLERK_SECRET_KEY", "")], "CLERK_SECRET_KEY"),
            (&[("CLERK_SECRET_KEY", "pk_test_x")], "CLERK_SECRET_KEY"),
            (
                &[("CLERK_SECRET_KEY", "sk_test_x"), ("CLERK_MACHINE_SECRET_KEY", "sk_test_x")],
                "CLERK_MACHINE_SECRET_KEY",
            ),
            #[cfg(feature = "auth")]
            (
                &[("CLERK_SECRET_KEY", "sk_test_x"), ("CLERK_PUBLISHABLE_KEY", "pk_test_x")],
                "CLERK_PUBLISHABLE_KEY",
            ),
        ] {
            let message = read(variables).err().unwrap();
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn the_key_of_a_machine_is_enough() {
        let environment = read(&[("CLERK_SECRET_KEY", ""), ("CLERK_MACHINE_SECRET_KEY", "ak_x")]).unwrap();
        assert_eq!((environment.secret_key, environment.machine_secret_key.as_deref()), (None, Some("ak_x")));
        let message = read(&[("CLERK_MACHINE_SECRET_KEY", "sk_test_x")]).err().unwrap();
        assert!(message.contains("CLERK_MACHINE_SECRET_KEY"), "{message}");
    }

    #[test]
    fn an_api_url_without_a_path_means_the_first_version() {
        let server = |url| ServerUrl::from_variable(url, false).unwrap().0;
        assert_eq!(server("https://api.clerk.com"), "https://api.clerk.com/v1");
        assert_eq!(server("https://api.clerk.com/"), "https://api.clerk.com/v1");
        assert_eq!(server("https://proxy.example.com/clerk/"), "https://proxy.example.com/clerk");
        assert_eq!(server("http://[::1]:4010"), "http://[::1]:4010/v1");
        for wrong in ["api.clerk.com", "http://clerk.internal", "https://api.clerk.com?x"] {
            let message = ServerUrl::from_variable(wrong, false).err().unwrap();
            assert!(message.starts_with("CLERK_API_URL: "), "{message}");
        }
        assert!(ServerUrl::from_variable("http://clerk.internal", true).is_ok());
    }

    #[test]
    fn plain_http_needs_a_loopback_host_or_an_opt_in() {
        for url in ["http://127.0.0.1:1/v1", "http://localhost", "http://[::1]:9", "http://LOCALHOST/"] {
            assert!(ServerUrl::new(url, false).is_ok(), "{url}");
        }
        for url in ["http://api.clerk.com/v1", "http://a.localhost", "ftp://localhost", "/v1"] {
            assert!(ServerUrl::new(url, false).is_err(), "{url}");
        }
        assert!(ServerUrl::new("http://clerk.internal/v1", true).is_ok());
        assert!(ServerUrl::new("https://u:p@api.clerk.com/v1", true).is_err());
        assert!(ServerUrl::new("https://api.clerk.com/v1?x=1", true).is_err());
    }

    #[test]
    fn keys_are_checked_and_never_printed() {
        for key in ["", " sk_test_x", "sk_test_x\n", "sk test", "sk_\u{0}", "pk_live_x", "sk_ä"] {
            let message = SecretKey::new(key, "the secret key").err().unwrap();
            assert!(message.contains("the secret key"), "{message}");
        }
        for key in ["sk_test_x", "ak_machine", "anything"] {
            let key = SecretKey::new(key, "the secret key").unwrap();
            assert_eq!(format!("{key:?}"), "[redacted]");
        }
    }
}
