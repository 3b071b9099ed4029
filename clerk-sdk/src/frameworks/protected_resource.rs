//! A resource server of OAuth, such as an MCP server: its metadata (RFC 9728), and the challenges that name them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{Either, Full};
use serde_json::{Map, Value, json};
use tower_layer::Layer;
use tower_service::Service;

use super::tower::whole_path;
use crate::error::Error;
use crate::forms;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// An OAuth resource server, such as an MCP server, whose clients find by its metadata where to sign users in (RFC 9728).
///
/// It is a layer of tower, so of axum, too. Put it outside of the layer that rejects requests.
///
/// * It responds to `GET` at `/.well-known/oauth-protected-resource` with the metadata, and at the same path followed by the
///   resource's own. Web pages of all origins may read them.
/// * It adds `resource_metadata`, the URL of the metadata, to the `Bearer` challenge of responses of 401 and 403. A 401
///   without such a challenge gets one.
///
/// All other requests and responses pass unchanged.
///
/// ```
/// use clerk_sdk::frameworks::ProtectedResource;
///
/// # fn main() -> Result<(), clerk_sdk::Error> {
/// let resource = ProtectedResource::new("https://mcp.example.com/mcp", "https://clerk.example.com")?
///     .resource_name("Notes")
///     .scopes_supported(["profile", "email"]);
/// assert_eq!(
///     resource.metadata_url(),
///     "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ProtectedResource {
    metadata: Map<String, Value>,
    /// The path of the resource, empty if it is the whole server.
    path: String,
    /// Scheme, host and port.
    origin: String,
}

impl ProtectedResource {
    /// Returns the resource server with this URL, as its clients write it, whose tokens this authorization server issues:
    /// the Frontend API of an instance, such as `https://clerk.example.com`.
    ///
    /// # Errors
    /// Of kind [`Config`](crate::ErrorKind::Config): one of them is not a URL, is plain `http` to another machine, or has a
    /// query, a fragment or a user name. An authorization server has no slash at its end.
    pub fn new(resource: impl AsRef<str>, authorization_server: impl AsRef<str>) -> Result<Self, Error> {
        let (resource, server) = (resource.as_ref(), authorization_server.as_ref());
        let url = forms::resource_url(resource, "the resource").map_err(Error::config)?;
        forms::issuer(server).map_err(Error::config)?;
        forms::resource_url(server, "the authorization server").map_err(Error::config)?;
        let metadata = [
            ("resource", json!(resource)),
            ("authorization_servers", json!([server])),
            ("bearer_methods_supported", json!(["header"])),
        ];
        Ok(Self {
            metadata: metadata.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
            path: if url.path() == "/" { String::new() } else { url.path().to_owned() },
            origin: url.origin().ascii_serialization(),
        })
    }

    /// Returns the resource server with this URL, whose tokens the instance of a publishable key (`pk_…`) issues.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and a key without a host.
    pub fn from_publishable_key(resource: impl AsRef<str>, key: impl AsRef<str>) -> Result<Self, Error> {
        let server = forms::frontend_api(key.as_ref(), "the publishable key").map_err(Error::config)?;
        Self::new(resource, server)
    }

    /// Sets the scopes that clients may ask for. Absent by default.
    pub fn scopes_supported<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes: Vec<String> = scopes.into_iter().map(Into::into).collect();
        self.with("scopes_supported", json!(scopes))
    }

    /// Sets the name of the resource, for people. Absent by default.
    pub fn resource_name(self, name: impl Into<String>) -> Self {
        self.with("resource_name", Value::String(name.into()))
    }

    /// Sets the URL of a page for developers of clients. Absent by default.
    pub fn resource_documentation(self, url: impl Into<String>) -> Self {
        self.with("resource_documentation", Value::String(url.into()))
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.metadata.insert(name.to_owned(), value);
        self
    }

    /// Returns the URL of the metadata, which challenges name.
    pub fn metadata_url(&self) -> String {
        format!("{}{WELL_KNOWN}{}", self.origin, self.path)
    }

    /// Returns the metadata as JSON.
    pub fn metadata(&self) -> String {
        Value::Object(self.metadata.clone()).to_string()
    }

    fn is_metadata(&self, path: &str) -> bool {
        path.strip_prefix(WELL_KNOWN).is_some_and(|rest| rest.is_empty() || rest == self.path)
    }

    /// Returns the response to a request for the metadata.
    fn respond(&self, method: &Method) -> Response<Full<Bytes>> {
        let (status, body) = match *method {
            Method::GET | Method::HEAD => (StatusCode::OK, self.metadata()),
            Method::OPTIONS => (StatusCode::NO_CONTENT, String::new()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, String::new()),
        };
        let mut response = Response::new(Full::from(body));
        *response.status_mut() = status;
        let methods = "GET, HEAD, OPTIONS";
        let headers = response.headers_mut();
        headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        if status == StatusCode::OK {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        response
    }

    /// Adds the URL of the metadata to the challenge of a response.
    fn challenge(&self, status: StatusCode, headers: &mut HeaderMap) {
        if status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN {
            return;
        }
        let parameter = format!(r#"resource_metadata="{}""#, self.metadata_url());
        let challenges = headers.get_all(header::WWW_AUTHENTICATE);
        let mut challenges: Vec<HeaderValue> = challenges.into_iter().cloned().collect();
        let bearer =
            challenges.iter_mut().find_map(|value| Some((bearer_parameters(value)?.to_owned(), value)));
        let added = |rest: &str| {
            // After `Bearer` comes nothing, its parameters, or a comma and another challenge.
            let comma = if rest.is_empty() || rest.starts_with(',') { "" } else { ", " };
            HeaderValue::try_from(format!("Bearer {parameter}{comma}{rest}")).ok()
        };
        match bearer {
            Some((rest, _)) if rest.contains("resource_metadata=") => return,
            Some((rest, value)) => *value = added(&rest).unwrap_or_else(|| value.clone()),
            None if status == StatusCode::UNAUTHORIZED => challenges.extend(added("")),
            None => return,
        }
        headers.remove(header::WWW_AUTHENTICATE);
        for value in challenges {
            headers.append(header::WWW_AUTHENTICATE, value);
        }
    }
}

/// Returns what follows the scheme of a `Bearer` challenge.
fn bearer_parameters(value: &HeaderValue) -> Option<&str> {
    let (scheme, rest) = value.to_str().ok()?.trim().split_at_checked("Bearer".len())?;
    let ends = rest.is_empty() || rest.starts_with([' ', ',']);
    (scheme.eq_ignore_ascii_case("bearer") && ends).then(|| rest.trim_start())
}

/// A service with the metadata of a [`ProtectedResource`].
#[derive(Clone, Debug)]
pub struct ProtectedResourceService<S> {
    inner: S,
    resource: Arc<ProtectedResource>,
}

impl<S> Layer<S> for ProtectedResource {
    type Service = ProtectedResourceService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ProtectedResourceService { inner, resource: Arc::new(self.clone()) }
    }
}

impl<S, B, R> Service<Request<B>> for ProtectedResourceService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<Either<R, Full<Bytes>>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if self.resource.is_metadata(whole_path(&request)) {
            let response = self.resource.respond(request.method());
            return Box::pin(async move { Ok(response.map(Either::Right)) });
        }
        let resource = Arc::clone(&self.resource);
        let responding = self.inner.call(request);
        Box::pin(async move {
            let mut response = responding.await?;
            resource.challenge(response.status(), response.headers_mut());
            Ok(response.map(Either::Left))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://clerk.example.com";

    fn challenged(status: u16, before: &[&'static str]) -> Vec<String> {
        let resource = ProtectedResource::new("https://mcp.example.com", SERVER).unwrap();
        let mut headers = HeaderMap::new();
        for value in before {
            headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(value));
        }
        resource.challenge(StatusCode::from_u16(status).unwrap(), &mut headers);
        let values = headers.get_all(header::WWW_AUTHENTICATE).into_iter();
        values.map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_challenge_names_the_metadata_once() {
        let named =
            r#"Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource""#;
        for (status, before, after) in [
            (401, vec![], vec![named.to_owned()]),
            (401, vec!["Bearer"], vec![named.to_owned()]),
            (401, vec![r#"bearer error="x""#], vec![format!(r#"{named}, error="x""#)]),
            (401, vec!["Bearer, Basic"], vec![format!("{named}, Basic")]),
            (401, vec!["Basic", "Bearer"], vec!["Basic".to_owned(), named.to_owned()]),
            (401, vec!["BearerLike x"], vec!["BearerLike x".to_owned(), named.to_owned()]),
            (
                401,
                vec![r#"Bearer resource_metadata="x""#],
                vec![r#"Bearer resource_metadata="x""#.to_owned()],
            ),
            (403, vec!["Bearer"], vec![named.to_owned()]),
            (403, vec![], vec![]),
            (403, vec!["Basic"], vec!["Basic".to_owned()]),
            (200, vec!["Bearer"], vec!["Bearer".to_owned()]),
        ] {
            assert_eq!(challenged(status, &before), after, "{status} {before:?}");
        }
    }

    #[test]
    fn the_metadata_are_below_the_host_and_before_the_path() {
        for (resource, url, paths) in [
            ("https://a.example.com", "https://a.example.com/.well-known/oauth-protected-resource", 1),
            ("https://a.example.com/", "https://a.example.com/.well-known/oauth-protected-resource", 1),
            (
                "https://a.example.com/mcp",
                "https://a.example.com/.well-known/oauth-protected-resource/mcp",
                2,
            ),
            ("http://127.0.0.1:80/a/b", "http://127.0.0.1/.well-known/oauth-protected-resource/a/b", 2),
        ] {
            let resource = ProtectedResource::new(resource, SERVER).unwrap();
            assert_eq!(resource.metadata_url(), url);
            let suffix = url.split_once(WELL_KNOWN).unwrap().1;
            assert!(
                resource.is_metadata(WELL_KNOWN) && resource.is_metadata(&format!("{WELL_KNOWN}{suffix}"))
            );
            let others = ["", "/", "/mcp", "/a", "/a/b", "s", "/mcp/", "/a/b/c"];
            let served = others.iter().filter(|rest| resource.is_metadata(&format!("{WELL_KNOWN}{rest}")));
            assert_eq!(served.count(), paths, "{url}");
        }
    }

    #[test]
    fn a_url_that_clients_cannot_use_is_an_error() {
        for url in [
            "",
            "mcp.example.com",
            "http://mcp.example.com",
            "https://mcp.example.com/mcp?x=1",
            "https://mcp.example.com/mcp#x",
            "https://user@mcp.example.com",
            "ftp://mcp.example.com",
            "https://mcp.example.com/a b",
        ] {
            assert!(ProtectedResource::new(url, SERVER).is_err(), "{url}");
            assert!(ProtectedResource::new("https://mcp.example.com", url).is_err(), "{url}");
        }
        assert!(ProtectedResource::new("https://mcp.example.com", "https://clerk.example.com/").is_err());
        assert!(ProtectedResource::from_publishable_key("https://mcp.example.com", "pk_test_x").is_err());
    }
}
