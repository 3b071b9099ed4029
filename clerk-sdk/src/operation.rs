//! What an operation is: the constants that the generator writes, and the parts that a caller fills in.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde_json::{Map, Value};

use crate::body::FilePart;
use crate::bounds::Bound;
use crate::page::{ITEMS, Page};
use crate::value::{self, Content, Field};

/// What is fixed about an operation: its identity, its place on the server and the rules for sending it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Meta {
    /// The document's operation id, such as `GetUser`.
    pub id: Cow<'static, str>,
    /// The HTTP method.
    pub method: Method,
    /// The path template below the server's URL, such as `/users/{user_id}`.
    pub path: Cow<'static, str>,
    /// The API version that the types were generated from, sent as `Clerk-API-Version`.
    pub api_version: &'static str,
    /// Which kind of key the operation is called with.
    pub key: KeyKind,
    /// What the request carries when no body field was set.
    pub body: BodyKind,
    /// Whether sending it twice has the effect of sending it once, so that a retry may repeat it
    /// after any failure.
    pub repeatable: bool,
    /// The key of the items where the answer is a page in an object.
    pub items: &'static str,
    /// The bounds that the OpenAPI document states for arguments.
    pub(crate) bounds: &'static [Bound],
    /// The content of a success.
    pub(crate) returns: ContentKind,
    /// Set if a redirect is a success. It is not followed; `with_response` has its `Location`.
    pub(crate) redirects: bool,
}

impl Meta {
    /// An operation by GET, which can be repeated.
    pub(crate) const fn get(id: &'static str, path: &'static str, api_version: &'static str) -> Self {
        Self::new(id, Method::GET, path, api_version, true)
    }

    /// An operation by PUT, which can be repeated.
    pub(crate) const fn put(id: &'static str, path: &'static str, api_version: &'static str) -> Self {
        Self::new(id, Method::PUT, path, api_version, true)
    }

    /// An operation by DELETE, which can be repeated.
    pub(crate) const fn delete(id: &'static str, path: &'static str, api_version: &'static str) -> Self {
        Self::new(id, Method::DELETE, path, api_version, true)
    }

    /// An operation by POST.
    pub(crate) const fn post(id: &'static str, path: &'static str, api_version: &'static str) -> Self {
        Self::new(id, Method::POST, path, api_version, false)
    }

    /// An operation by PATCH.
    pub(crate) const fn patch(id: &'static str, path: &'static str, api_version: &'static str) -> Self {
        Self::new(id, Method::PATCH, path, api_version, false)
    }

    /// An operation by HEAD, which can be repeated.
    #[allow(dead_code, reason = "not every document has one")]
    pub(crate) const fn head(id: &'static str, path: &'static str, api_version: &'static str) -> Self {
        Self::new(id, Method::HEAD, path, api_version, true)
    }

    /// An operation by OPTIONS, which can be repeated.
    #[allow(dead_code, reason = "not every document has one")]
    pub(crate) const fn options(id: &'static str, path: &'static str, api_version: &'static str) -> Self {
        Self::new(id, Method::OPTIONS, path, api_version, true)
    }

    const fn new(
        id: &'static str,
        method: Method,
        path: &'static str,
        api_version: &'static str,
        repeatable: bool,
    ) -> Self {
        let (id, path) = (Cow::Borrowed(id), Cow::Borrowed(path));
        let (key, body) = (KeyKind::Secret, BodyKind::None);
        let returns = ContentKind::Json;
        Self {
            id,
            method,
            path,
            api_version,
            key,
            body,
            repeatable,
            items: ITEMS,
            bounds: &[],
            returns,
            redirects: false,
        }
    }

    /// The same where a redirect is a success.
    #[allow(dead_code, reason = "not every document has one")]
    pub(crate) const fn redirects(mut self) -> Self {
        self.redirects = true;
        self
    }

    /// The same with another content of a success.
    #[allow(dead_code, reason = "not every document has a response that is not JSON")]
    pub(crate) const fn returns(mut self, returns: ContentKind) -> Self {
        self.returns = returns;
        self
    }

    /// The same with another key of a page's items.
    pub(crate) const fn items(mut self, items: &'static str) -> Self {
        self.items = items;
        self
    }

    /// The same with bounds of arguments.
    pub(crate) const fn bounds(mut self, bounds: &'static [Bound]) -> Self {
        self.bounds = bounds;
        self
    }

    /// The same with a body.
    pub(crate) const fn body(mut self, body: BodyKind) -> Self {
        self.body = body;
        self
    }

    /// The same with another kind of key.
    pub(crate) const fn key(mut self, key: KeyKind) -> Self {
        self.key = key;
        self
    }
}

/// The kind of key an operation is called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// The client's secret key.
    Secret,
    /// A machine's secret key.
    Machine,
    /// The client's secret key, or the key of the machine that the client is for.
    Either,
    /// None: no `Authorization` header is sent.
    None,
}

/// The body an operation takes, and what is sent when nothing of it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// No body.
    None,
    /// JSON; untouched, no body is sent.
    OptionalJson,
    /// JSON; untouched, `{}` is sent.
    RequiredJson,
    /// `multipart/form-data`; untouched, an empty form is sent.
    Form,
    /// `application/x-www-form-urlencoded`; untouched, an empty form is sent.
    UrlEncoded,
    /// `application/octet-stream`.
    Binary,
}

/// The content of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "not every document has a response that is not JSON")]
pub(crate) enum ContentKind {
    /// JSON.
    Json,
    /// A text that is not JSON.
    Text,
    /// Bytes.
    Bytes,
}

/// An operation of the API: what is fixed about it and what it answers. Every one has a type in [`crate::op`].
pub trait Operation: Send + Sync + 'static {
    /// What it answers.
    type Output: Answer;
    /// What is fixed about it.
    const META: &'static Meta;
}

/// An operation that answers a list by pages.
pub trait Paginated: Operation<Output = Page<Self::Item>> {
    /// What the list holds.
    type Item: Field + Send + Unpin + 'static;
    /// Whether it takes `paginated`, which makes the answer tell the total.
    const TAKES_PAGINATED: bool = false;
    /// The query parameter that takes the id of the last item, where there is one.
    const CURSOR: Option<&'static str> = None;

    /// The id of an item, where there is a cursor.
    fn cursor(_item: &Self::Item) -> Option<&str> {
        None
    }
}

/// What an operation can answer: a value, a page of a list, or nothing.
pub trait Answer: Sized + Send + 'static {
    /// Reads the body of an answer of the operation that `meta` is about.
    ///
    /// # Errors
    /// The place in the body that is not what it should be, and why.
    fn read(body: &[u8], meta: &Meta) -> Result<Self, (String, serde_json::Error)>;
}

impl Answer for () {
    fn read(_body: &[u8], _meta: &Meta) -> Result<Self, (String, serde_json::Error)> {
        Ok(())
    }
}

impl Answer for Bytes {
    fn read(body: &[u8], _meta: &Meta) -> Result<Self, (String, serde_json::Error)> {
        Ok(Self::copy_from_slice(body))
    }
}

impl<T: Field + Send + 'static> Answer for T {
    fn read(body: &[u8], meta: &Meta) -> Result<Self, (String, serde_json::Error)> {
        value::path::forget();
        // Looking at the whole at once is quicker than looking at each string of it.
        let text = str::from_utf8(body).map_err(|_| not_text(body))?;
        if meta.returns == ContentKind::Text {
            let text: StrDeserializer<'_, serde_json::Error> = text.into_deserializer();
            return T::decode(text).map_err(|error| (String::new(), error));
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = T::decode_answer(&mut deserializer, meta.items);
        value
            .and_then(|value| deserializer.end().map(|()| value))
            .map_err(|error| (value::path::take(), error))
    }
}

/// Where a body is not UTF-8 and so not JSON.
fn not_text(body: &[u8]) -> (String, serde_json::Error) {
    match serde_json::from_slice::<Content<'_>>(body) {
        Err(error) => (value::path::take(), error),
        Ok(_) => (String::new(), serde::de::Error::custom("it is not UTF-8")),
    }
}

/// What a caller has set on a request so far.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Path parameters, by their name in the template.
    pub(crate) path: Vec<(Cow<'static, str>, String)>,
    /// Query parameters in the order they are sent; arrays repeat their key.
    pub(crate) query: Vec<(Cow<'static, str>, String)>,
    /// Header parameters.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Cookie parameters, encoded.
    pub(crate) cookies: Vec<(&'static str, String)>,
    /// The body.
    pub(crate) body: RequestBody,
    /// The arguments with a value that cannot be sent, and the reasons. The first one is the `InvalidRequest` error.
    pub(crate) invalid: Vec<(Cow<'static, str>, String)>,
}

/// The body as far as it was set.
#[derive(Debug, Default)]
pub(crate) enum RequestBody {
    /// Nothing was set.
    #[default]
    Empty,
    /// Fields of a JSON object.
    Object(Map<String, Value>),
    /// A whole JSON value, such as an array body.
    Value(Value),
    /// A file that is the whole body.
    #[allow(dead_code, reason = "not every document has one")]
    File(FilePart),
    /// Parts of a form, in order.
    Form(Vec<(Cow<'static, str>, FormValue)>),
}

/// One part of a form.
#[derive(Debug)]
pub(crate) enum FormValue {
    /// A text field.
    Text(String),
    /// A file.
    File(FilePart),
}
