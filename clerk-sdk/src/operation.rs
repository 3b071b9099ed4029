//! What an operation is: the constants that the generator writes, and the parts that a caller fills in.

use std::borrow::Cow;

use http::Method;
use serde_json::{Map, Value};

use crate::body::FilePart;

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
}

/// The kind of key an operation is called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// The client's secret key.
    Secret,
    /// A machine's secret key.
    Machine,
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
}

/// What a caller has set on a request so far.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Path parameters, by their name in the template.
    pub(crate) path: Vec<(&'static str, String)>,
    /// Query parameters in the order they are sent; arrays repeat their key.
    pub(crate) query: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub(crate) body: RequestBody,
    /// The first value that could not be sent, for the `InvalidRequest` error: what and why.
    pub(crate) invalid: Option<String>,
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
