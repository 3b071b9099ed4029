//! A JWKS at a URL that needs no secret key: that of a Frontend API, or of a proxy before it.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, USER_AGENT};
use tokio::time::timeout;
use url::Url;

use crate::body::Body;
use crate::call::read;
use crate::config::is_loopback;
use crate::error::{ApiError, Error};
use crate::tls::Tls;
use crate::transport::{
    CONNECT_TIMEOUT, HttpClient as _, HttpError, HttpErrorKind, HttpRequest, Reqwest, Settings,
};

/// The largest JWKS that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// The URL, and the client that its requests are sent with. Redirects are not followed.
pub(super) struct JwksEndpoint {
    url: http::Uri,
    local: bool,
    http: Reqwest,
}

impl JwksEndpoint {
    /// Takes a URL that `forms::jwks_url` has checked.
    ///
    /// # Errors
    /// Of kind `Config`: the HTTP client cannot be built.
    pub(super) fn new(url: &Url) -> Result<Self, Error> {
        let (tls, https) = (Tls::preferred(), url.scheme() == "https");
        if tls.is_none() && https {
            return Err(Error::config(
                "https needs one of clerk-sdk's cargo features rustls, rustls-aws-lc and native-tls",
            ));
        }
        let local = url.host_str().is_some_and(is_loopback);
        let settings = Settings {
            connect_timeout: CONNECT_TIMEOUT,
            tls,
            extra_roots: Vec::new(),
            configure: None,
            https,
            local,
        };
        let uri = url.as_str().parse();
        let uri =
            uri.map_err(|error| Error::config_from("the URL of the JWKS cannot be requested", error))?;
        Ok(Self { url: uri, local, http: Reqwest::new(settings)? })
    }

    /// Returns whether the host is this machine.
    pub(super) fn is_local(&self) -> bool {
        self.local
    }

    /// Sends one request, without credentials, and returns the body of its response.
    ///
    /// # Errors
    /// A status other than 2xx, a body of more than [`LARGEST`] bytes, or no whole response within `time_limit`.
    pub(super) async fn get(&self, time_limit: Duration) -> Result<Bytes, Error> {
        let mut request = HttpRequest::new(Body::empty());
        *request.uri_mut() = self.url.clone();
        let agent = concat!("clerk-sdk-rust/", env!("CARGO_PKG_VERSION"));
        request.headers_mut().insert(USER_AGENT, http::HeaderValue::from_static(agent));
        request.headers_mut().insert(ACCEPT, http::HeaderValue::from_static("application/json"));
        let response = async {
            let (head, body) = self.http.send(request).await?.into_parts();
            Ok((head, read(body, time_limit, LARGEST).await?))
        };
        let timed = timeout(time_limit, response).await.unwrap_or_else(|_| {
            let message = "the JWKS did not arrive within the time limit";
            Err(HttpError::message(HttpErrorKind::Timeout, message))
        });
        let (head, body) = timed.map_err(Error::transport)?;
        if head.status.is_success() {
            Ok(body)
        } else {
            Err(Error::from_api(ApiError::new(head.status, head.headers, body)))
        }
    }
}
