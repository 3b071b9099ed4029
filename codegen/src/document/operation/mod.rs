//! Path items: operations with their parameters, bodies and answers.

mod parameters;
mod path;
mod reading;
mod responses;

pub(super) use reading::{read_all, read_body};

use super::Schema;

/// One operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Where it stands.
    pub pointer: String,
    /// `operationId`.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// `x-doc`: what it does, in a sentence.
    pub doc: Option<String>,
    /// The first tag.
    pub tag: Option<String>,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// Whether it is sent without authentication (`security: []`).
    pub public: bool,
    /// `x-speakeasy-group`.
    pub group: Option<String>,
    /// `x-speakeasy-name-override`.
    pub name: Option<String>,
    /// `x-rust-group` and `x-rust-name`: our own names.
    pub rust_group: Option<String>,
    /// See `rust_group`.
    pub rust_name: Option<String>,
    /// `x-rust-alias`: more names to be found by.
    pub aliases: Vec<String>,
    /// `x-clerk-key`: the kind of key.
    pub key: Option<String>,
    /// `x-pagination`: `false`, or `cursor`.
    pub pagination: Option<bool>,
    /// The query parameter that takes a cursor.
    pub cursor: Option<String>,
    /// Path and query parameters, in document order.
    pub parameters: Vec<Parameter>,
    /// The body, if it takes one.
    pub body: Option<Body>,
    /// The answer in case of success.
    pub success: Success,
    /// The other statuses that the document declares.
    pub failures: Vec<String>,
    /// `x-error-codes`: codes of errors that it is known to return.
    pub error_codes: Vec<String>,
}

/// A path or query parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// Where it goes.
    pub place: Place,
    /// Whether it must be given.
    pub required: bool,
    /// The separator of an array's items; `None` if it repeats its key (`explode`), as it does by default.
    pub delimiter: Option<char>,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// `x-rust-name`.
    pub rust_name: Option<String>,
    /// `x-sensitive`, here or in the schema.
    pub sensitive: Option<bool>,
    /// Its schema; `x-doc` may stand here or there.
    pub schema: Schema,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
    /// Into the header `Cookie`.
    Cookie,
}

/// What an operation takes as its body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether it must be sent.
    pub required: bool,
    /// JSON or a form.
    pub content: BodyContent,
    /// Its schema.
    pub schema: Schema,
}

/// The media types of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyContent {
    /// `application/json`.
    Json,
    /// `multipart/form-data`.
    Multipart,
    /// `application/x-www-form-urlencoded`.
    UrlEncoded,
    /// `application/octet-stream`.
    Binary,
}

/// The answer of an operation in case of success.
#[derive(Clone, Debug)]
pub struct Success {
    /// The status.
    pub status: u16,
    /// Its body.
    pub content: SuccessContent,
}

/// The body of a success.
#[derive(Clone, Debug)]
pub enum SuccessContent {
    /// None.
    Nothing,
    /// JSON.
    Json(Box<Schema>),
    /// `text/plain`.
    Text,
    /// Anything else: bytes.
    Binary,
}
