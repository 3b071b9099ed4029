//! From what a caller set to a request that can be sent; refuses what cannot.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderValue, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::body::Body;
use crate::client::{Clerk, KeySource};
use crate::error::Error;
use crate::multipart::{self, Form};
use crate::operation::{BodyKind, ContentKind, KeyKind, Meta, Parts, RequestBody};
use crate::options::CallOptions;
use crate::transport::{HttpError, HttpRequest};
use crate::upload::FilePart;

/// A request that can be sent as often as its payload allows.
pub(crate) struct Prepared {
    uri: Uri,
    headers: HeaderMap,
    pub(crate) payload: Payload,
}

/// What a request carries.
pub(crate) enum Payload {
    None,
    Json(Bytes),
    Form(Form),
    UrlEncoded(Bytes),
    File(FilePart),
}

impl Payload {
    /// Whether a second attempt would send the same.
    pub(crate) fn is_repeatable(&self) -> bool {
        match self {
            Self::None | Self::Json(_) | Self::UrlEncoded(_) => true,
            Self::Form(form) => form.is_repeatable(),
            Self::File(file) => file.is_repeatable(),
        }
    }
}

impl Prepared {
    pub(crate) async fn new(
        clerk: &Clerk,
        meta: &Meta,
        parts: Parts,
        options: &CallOptions,
    ) -> Result<Self, Error> {
        if let Some((_, invalid)) = parts.invalid.into_iter().next() {
            return Err(Error::bad_argument(invalid));
        }
        options.check()?;
        let uri = uri(clerk, meta, &parts.path, &parts.query, options)?;
        let payload = payload(meta.body, parts.body)?;
        // There are some for each version that is built.
        let constant = clerk.0.headers.iter().find(|(version, _)| *version == meta.api_version);
        let mut headers = constant.map(|(_, headers)| headers.clone()).unwrap_or_default();
        match &payload {
            Payload::None => {}
            Payload::Json(_) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            Payload::Form(form) => {
                let content_type = HeaderValue::from_str(&form.content_type()).map_err(|error| {
                    Error::bad_argument_from("the content type of the form cannot be sent", error)
                })?;
                headers.insert(CONTENT_TYPE, content_type);
            }
            Payload::UrlEncoded(_) => {
                let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
                headers.insert(CONTENT_TYPE, content_type);
            }
            Payload::File(_) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            }
        }
        match meta.returns {
            ContentKind::Json => {}
            ContentKind::Text => {
                headers.insert(ACCEPT, HeaderValue::from_static("text/plain"));
            }
            ContentKind::Bytes => {
                headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
            }
        }
        headers.extend(parts.headers);
        if let Some(cookies) = cookies(&parts.cookies)? {
            headers.insert(COOKIE, cookies);
        }
        if let Some(authorization) = authorization(clerk, meta, options).await? {
            headers.insert(AUTHORIZATION, authorization);
        }
        for (name, value) in &options.headers {
            headers.insert(name, value.clone());
        }
        Ok(Self { uri, headers, payload })
    }

    /// Where it goes.
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns whether `uri` has the scheme, host and port that the request is for.
    pub(crate) fn has_origin_of(&self, uri: &Uri) -> bool {
        uri.scheme() == self.uri.scheme() && uri.authority() == self.uri.authority()
    }

    /// The key that it is sent with.
    pub(crate) fn authorization(&self) -> Option<&HeaderValue> {
        self.headers.get(AUTHORIZATION)
    }

    /// The request of one attempt.
    pub(crate) async fn request(&self, meta: &Meta) -> Result<HttpRequest, HttpError> {
        let body = match &self.payload {
            Payload::None => Body::empty(),
            Payload::Json(json) => json.clone().into(),
            Payload::Form(form) => form.body().await?,
            Payload::UrlEncoded(form) => form.clone().into(),
            Payload::File(file) => multipart::whole(file).await?,
        };
        let mut request = HttpRequest::new(body);
        *request.method_mut() = meta.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        Ok(request)
    }
}

/// The header of all cookie parameters. Their names are the document's.
fn cookies(cookies: &[(&'static str, String)]) -> Result<Option<HeaderValue>, Error> {
    if cookies.is_empty() {
        return Ok(None);
    }
    let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut value = HeaderValue::try_from(pairs.join("; "))
        .map_err(|error| Error::bad_argument_from("the cookies cannot be sent", error))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

async fn authorization(
    clerk: &Clerk,
    meta: &Meta,
    options: &CallOptions,
) -> Result<Option<HeaderValue>, Error> {
    if meta.key == KeyKind::None {
        return Ok(None);
    }
    if let Some(key) = &options.key {
        return Ok(Some(key.header().clone()));
    }
    match meta.key {
        KeyKind::None => Ok(None),
        KeyKind::Secret => Ok(Some(clerk.0.key.get().await?.header().clone())),
        KeyKind::Either => match (&clerk.0.key, &clerk.0.machine_key) {
            (KeySource::Machine, Some(key)) => Ok(Some(key.header().clone())),
            (key, _) => Ok(Some(key.get().await?.header().clone())),
        },
        KeyKind::Machine => match &clerk.0.machine_key {
            Some(key) => Ok(Some(key.header().clone())),
            None => Err(Error::bad_argument(
                "this operation is called with the secret key of a machine: set CLERK_MACHINE_SECRET_KEY or \
                 ClerkBuilder::machine_secret_key, or give it to the call by with_secret_key",
            )),
        },
    }
}

/// All that stands for itself in a URL (RFC 3986, unreserved); everything else is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text with everything encoded that does not stand for itself in a URL.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn uri(
    clerk: &Clerk,
    meta: &Meta,
    path: &[(Cow<'static, str>, String)],
    query: &[(Cow<'static, str>, String)],
    options: &CallOptions,
) -> Result<Uri, Error> {
    let server = options.server_url.as_ref().unwrap_or(&clerk.0.server);
    let mut text = String::with_capacity(server.as_str().len() + meta.path.len() + 64);
    text.push_str(server.as_str());
    let mut rest = meta.path.as_ref();
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| {
            Error::bad_argument(format!("the path template {} has an open brace", meta.path))
        })?;
        let value = path.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        text.push_str(literal);
        push_segment(&mut text, name, value)?;
        rest = after;
    }
    text.push_str(rest);
    for (i, (key, value)) in query.iter().enumerate() {
        let separator = if i == 0 { '?' } else { '&' };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "{separator}{}={}",
            utf8_percent_encode(key, ENCODED),
            utf8_percent_encode(value, ENCODED)
        );
    }
    text.parse()
        .map_err(|error: http::uri::InvalidUri| Error::bad_argument_from("the URL cannot be sent", error))
}

/// One path parameter is one segment, whatever it contains.
fn push_segment(text: &mut String, name: &str, value: Option<&str>) -> Result<(), Error> {
    let problem = match value {
        None => "is missing",
        Some("") => "is empty",
        Some("." | "..") => "is a dot segment, which would name another path",
        Some(value) => {
            text.extend(utf8_percent_encode(value, ENCODED));
            return Ok(());
        }
    };
    Err(Error::bad_argument(format!("the path parameter `{name}` {problem}")))
}

fn payload(kind: BodyKind, body: RequestBody) -> Result<Payload, Error> {
    let json = |value: Result<Vec<u8>, serde_json::Error>| match value {
        Ok(json) => Ok(Payload::Json(json.into())),
        Err(error) => Err(Error::bad_argument_from("the body cannot be written as JSON", error)),
    };
    let form = |parts| Form::new(parts).map(Payload::Form).map_err(Error::bad_argument);
    match (body, kind) {
        (RequestBody::Empty, BodyKind::None | BodyKind::OptionalJson) => Ok(Payload::None),
        (RequestBody::Empty, BodyKind::RequiredJson) => Ok(Payload::Json(Bytes::from_static(b"{}"))),
        (RequestBody::Empty, BodyKind::Form) => form(Vec::new()),
        (RequestBody::Empty, BodyKind::UrlEncoded) => Ok(Payload::UrlEncoded(Bytes::new())),
        (RequestBody::Empty, BodyKind::Binary) => Err(Error::bad_argument("the file to send is missing")),
        (RequestBody::Object(object), BodyKind::UrlEncoded) => url_encoded(&object).map(Payload::UrlEncoded),
        (RequestBody::File(file), _) => Ok(Payload::File(file)),
        (RequestBody::Object(object), BodyKind::OptionalJson) if object.is_empty() => Ok(Payload::None),
        (RequestBody::Object(object), _) => json(serde_json::to_vec(&object)),
        (RequestBody::Value(value), _) => json(serde_json::to_vec(&value)),
        (RequestBody::Form(parts), _) => form(parts),
    }
}

/// Fields as `application/x-www-form-urlencoded`; a list repeats its name.
fn url_encoded(fields: &serde_json::Map<String, Value>) -> Result<Bytes, Error> {
    let mut pairs = Vec::new();
    for (name, value) in fields {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        for item in items {
            let text = match item {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => item.to_string(),
                // A form has no null: the field is left out.
                Value::Null => continue,
                Value::Array(_) | Value::Object(_) => {
                    let message = format!(
                        "`{name}` cannot be sent in a form: it is neither a scalar nor a list of these"
                    );
                    return Err(Error::bad_argument(message));
                }
            };
            pairs.push(format!("{}={}", encoded(name), encoded(&text)));
        }
    }
    Ok(pairs.join("&").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_touched_is_sent_as_the_document_wants_it() {
        let empty = || RequestBody::Empty;
        let untouched = || RequestBody::Object(serde_json::Map::new());
        assert!(matches!(payload(BodyKind::None, empty()), Ok(Payload::None)));
        assert!(matches!(payload(BodyKind::OptionalJson, empty()), Ok(Payload::None)));
        assert!(matches!(payload(BodyKind::OptionalJson, untouched()), Ok(Payload::None)));
        for body in [empty(), untouched()] {
            assert!(matches!(payload(BodyKind::RequiredJson, body), Ok(Payload::Json(json)) if json == "{}"));
        }
        assert!(matches!(payload(BodyKind::Form, empty()), Ok(Payload::Form(_))));
        assert!(
            matches!(payload(BodyKind::UrlEncoded, empty()), Ok(Payload::UrlEncoded(form)) if form.is_empty())
        );
        assert!(payload(BodyKind::Binary, empty()).is_err());
    }

    #[test]
    fn a_url_encoded_form_has_a_pair_for_each_scalar() {
        let fields =
            serde_json::json!({"a b": "c&d=é", "n": 1.5, "on": true, "list": ["x", "y"], "none": null});
        let form = url_encoded(fields.as_object().unwrap()).unwrap();
        let mut pairs: Vec<&str> = std::str::from_utf8(&form).unwrap().split('&').collect();
        pairs.sort_unstable();
        assert_eq!(pairs, ["a%20b=c%26d%3D%C3%A9", "list=x", "list=y", "n=1.5", "on=true"]);

        let nested = serde_json::json!({"a": {"b": 1}});
        let error = url_encoded(nested.as_object().unwrap()).unwrap_err();
        assert!(error.to_string().contains("`a` cannot be sent in a form"), "{error}");
    }
}
