//! What the embedded Clerk keeps of each request that it got, so that a test can look at what its program sent.

use std::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::observe::printable;

/// A request as it arrived, whether it was answered well or not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The document's id of the operation, such as `CreateUser`; `None` where no operation has this method and path.
    pub operation_id: Option<String>,
    /// The HTTP method.
    pub method: Method,
    /// The path as it was sent, percent-encoding included, without the query.
    pub path: String,
    /// The pairs of the query in their order, decoded.
    pub query: Vec<(String, String)>,
    /// The headers. `Debug` does not show those with keys and tokens.
    pub headers: HeaderMap,
    /// The body.
    pub body: RecordedBody,
}

/// The body of a recorded request. `Debug` does not show what is secret in it.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum RecordedBody {
    /// There was none.
    #[default]
    Empty,
    /// JSON.
    Json(Value),
    /// The parts of a form, in their order.
    Form(Vec<RecordedPart>),
    /// Something else, JSON that does not parse among it.
    Bytes(Bytes),
}

/// One part of a form. `Debug` shows the size of its content.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedPart {
    /// The part's name, such as `file`.
    pub name: String,
    /// The file name, where one was sent.
    pub file_name: Option<String>,
    /// The part's own content type, where one was sent.
    pub content_type: Option<String>,
    /// How many bytes the part had.
    pub size: u64,
    /// The content: of a part above one MiB only the first MiB is kept.
    pub content: Bytes,
}

impl RecordedBody {
    /// The JSON, if it is some.
    pub fn json(&self) -> Option<&Value> {
        match self {
            RecordedBody::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The form's parts; none where it is no form.
    pub fn parts(&self) -> &[RecordedPart] {
        match self {
            RecordedBody::Form(parts) => parts,
            _ => &[],
        }
    }
}

impl fmt::Debug for RecordedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordedBody::Empty => f.write_str("Empty"),
            RecordedBody::Json(value) => write!(f, "Json({})", printable(value.to_string().as_bytes())),
            RecordedBody::Form(parts) => f.debug_tuple("Form").field(parts).finish(),
            RecordedBody::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
        }
    }
}

impl fmt::Debug for RecordedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedPart")
            .field("name", &self.name)
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl RecordedPart {
    /// What a handler reads of the part: its text, or the name of a file.
    pub(super) fn value(&self) -> String {
        match &self.file_name {
            Some(name) => name.clone(),
            None => String::from_utf8_lossy(&self.content).into_owned(),
        }
    }
}

/// The requests of one server, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Record(Arc<Mutex<Vec<RecordedRequest>>>);

impl Record {
    pub(super) fn push(&self, request: RecordedRequest) {
        super::lock(&self.0).push(request);
    }

    pub(super) fn all(&self) -> Vec<RecordedRequest> {
        super::lock(&self.0).clone()
    }

    pub(super) fn of(&self, operation_id: &str) -> Vec<RecordedRequest> {
        let requests = super::lock(&self.0);
        requests.iter().filter(|r| r.operation_id.as_deref() == Some(operation_id)).cloned().collect()
    }

    pub(super) fn clear(&self) {
        super::lock(&self.0).clear();
    }
}
