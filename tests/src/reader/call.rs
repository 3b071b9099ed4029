//! Calls of operations, and the request that each has to become according to the document.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::{Argument, Body, Document, Key, Operation, Place, Style};
use crate::dispatch::Args;
use crate::server::Recorded;

/// What every uploaded file holds in these calls.
pub const FILE: &[u8] = b"\x89PNG\r\n--not a boundary\r\n\0\xff";

/// Arguments of an operation that a caller sets, with their values.
#[derive(Clone, Debug, Default)]
pub struct Call<'a> {
    set: Vec<(Argument<'a>, Value)>,
}

/// The request that a call has to become.
#[derive(Debug)]
pub struct Expected {
    method: String,
    path: String,
    query: Vec<String>,
    body: Content,
    key: Key,
    version: &'static str,
}

#[derive(Debug)]
enum Content {
    None,
    Json(Value),
    Form(Vec<Part>),
}

/// A part of a form: its name, and the file name and content type of a file.
#[derive(Debug, PartialEq)]
struct Part {
    name: String,
    file: Option<(String, String)>,
    content: Vec<u8>,
}

impl<'a> Call<'a> {
    /// A call with the arguments that `choose` takes.
    pub fn of(
        document: &Document,
        operation: &Operation<'a>,
        style: Style,
        choose: impl Fn(&Argument<'a>) -> bool,
    ) -> Self {
        let mut call = Self::default();
        for argument in operation.arguments.iter().filter(|argument| choose(argument)) {
            let value = match argument.place {
                Place::File => json!({"name": "a \"b\".png", "content_type": "image/png",
                                      "base64": BASE64.encode(FILE)}),
                // What stands in a path is never null nor empty.
                Place::Path => document.sample(argument.name, argument.schema, Style::REQUIRED),
                _ => document.sample(argument.name, argument.schema, style),
            };
            call.set(argument, value);
        }
        call
    }

    /// A call with the required arguments alone.
    pub fn required(document: &Document, operation: &Operation<'a>) -> Self {
        Self::of(document, operation, Style::REQUIRED, |argument| argument.required)
    }

    /// Sets an argument, or replaces it.
    pub fn set(&mut self, argument: &Argument<'a>, value: Value) {
        let same = |other: &Argument<'a>| (other.name, other.place) == (argument.name, argument.place);
        match self.set.iter_mut().find(|(other, _)| same(other)) {
            Some((_, old)) => *old = value,
            None => self.set.push((argument.clone(), value)),
        }
    }

    /// Takes an argument back.
    pub fn unset(&mut self, argument: &Argument<'a>) {
        self.set.retain(|(other, _)| (other.name, other.place) != (argument.name, argument.place));
    }

    /// The arguments for the dispatch.
    pub fn args(&self, operation: &Operation<'a>) -> Args {
        let mut args = Args::default();
        for (argument, value) in &self.set {
            let (name, value) = (argument.name.to_owned(), value.clone());
            match argument.place {
                Place::Path => drop(args.path.insert(name, value)),
                Place::Query { .. } => drop(args.query.insert(name, value)),
                Place::File => drop(args.files.insert(name, value)),
                Place::Whole => args.body = Some(value),
                Place::Field => {
                    let body = args.body.get_or_insert_with(|| Value::Object(Map::new()));
                    body[name] = value;
                }
            }
        }
        if operation.key == Key::Machine {
            args.options.secret_key = Some("ak_machine".to_owned());
        }
        args
    }

    /// The request that it has to become.
    pub fn expected(&self, operation: &Operation<'a>) -> Expected {
        let mut path = format!("/v1{}", operation.path);
        let mut query = Vec::new();
        let mut fields = Map::new();
        let mut parts = Vec::new();
        let mut whole = None;
        for (argument, value) in &self.set {
            let name = argument.name;
            match argument.place {
                Place::Path => path = path.replace(&format!("{{{name}}}"), &encoded(&plain(value))),
                Place::Query { joined } => query.extend(pairs(name, value, joined)),
                Place::Whole => whole = Some(value.clone()),
                Place::Field if operation.body == Body::Form => {
                    let content = plain(value).into_bytes();
                    parts.push(Part { name: name.to_owned(), file: None, content });
                }
                Place::Field => drop(fields.insert(name.to_owned(), value.clone())),
                Place::File => {
                    let file = Some(("a %22b%22.png".to_owned(), "image/png".to_owned()));
                    parts.push(Part { name: name.to_owned(), file, content: FILE.to_vec() });
                }
            }
        }
        query.sort();
        // Servers that read a form as it comes know the fields when a file begins.
        parts.sort_by_key(|part: &Part| part.file.is_some());
        let body = match (operation.body, whole) {
            (_, Some(value)) => Content::Json(value),
            (Body::Form, None) => Content::Form(parts),
            (Body::Json { required: false }, None) if fields.is_empty() => Content::None,
            (Body::Json { .. }, None) => Content::Json(Value::Object(fields)),
            (Body::None, None) => Content::None,
        };
        let Operation { version, key, .. } = *operation;
        Expected { method: operation.method.clone(), path, query, body, key, version }
    }
}

/// Everything but what RFC 3986 calls unreserved, encoded.
pub fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn pairs(name: &str, value: &Value, joined: bool) -> Vec<String> {
    let texts: Vec<String> = match value {
        Value::Array(items) if joined && !items.is_empty() => {
            vec![items.iter().map(plain).collect::<Vec<_>>().join(",")]
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => vec![plain(other)],
    };
    texts.iter().map(|text| format!("{}={}", encoded(name), encoded(text))).collect()
}

impl Expected {
    /// What is wrong with the request that was sent; nothing if it is this one.
    pub fn check(&self, sent: &Recorded) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut differs = |what: &str, expected: &dyn std::fmt::Debug, got: &dyn std::fmt::Debug| {
            wrong.push(format!("{what}: expected {expected:?}, got {got:?}"));
        };
        if sent.method != self.method {
            differs("method", &self.method, &sent.method);
        }
        let (path, query) = sent.target.split_once('?').unwrap_or((&sent.target, ""));
        if path != self.path {
            differs("path", &self.path, &path);
        }
        let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        pairs.sort_unstable();
        if pairs != self.query {
            differs("query", &self.query, &pairs);
        }
        let content_type = sent.header("content-type");
        match &self.body {
            Content::None => {
                if (content_type, sent.body_length) != (None, 0) {
                    differs("body", &"none", &(content_type, sent.text()));
                }
            }
            Content::Json(expected) => {
                let body: Option<Value> = serde_json::from_slice(&sent.body).ok();
                if content_type != Some("application/json") || body.as_ref() != Some(expected) {
                    differs("body", expected, &(content_type, sent.text()));
                }
            }
            Content::Form(expected) => {
                let parts = content_type.and_then(|content_type| parts(content_type, &sent.body));
                if parts.as_ref() != Some(expected) {
                    differs("form", expected, &(content_type, sent.text()));
                }
            }
        }
        for (name, value) in self.headers() {
            if sent.header(name) != value.as_deref() {
                differs(name, &value, &sent.header(name));
            }
        }
        let transport = ["host", "content-type", "content-length", "transfer-encoding"];
        for (name, value) in &sent.headers {
            let known = self.headers().iter().any(|(known, _)| known == name);
            if !known && !transport.contains(&name.as_str()) {
                differs("header", &None::<&str>, &(name, value));
            }
        }
        wrong
    }

    fn headers(&self) -> [(&'static str, Option<String>); 5] {
        let authorization = match self.key {
            Key::Instance => Some("Bearer sk_test_wire".to_owned()),
            Key::Machine => Some("Bearer ak_machine".to_owned()),
            Key::None => None,
        };
        let version = env!("CARGO_PKG_VERSION");
        let agent = format!("clerk-sdk-rust/{version} (+api {})", self.version);
        [
            ("authorization", authorization),
            ("accept", Some("application/json".to_owned())),
            ("user-agent", Some(agent)),
            ("clerk-api-version", Some(self.version.to_owned())),
            ("x-clerk-sdk", Some(format!("rust/{version}"))),
        ]
    }
}

/// The parts of a form; `None` where it is none.
fn parts(content_type: &str, body: &[u8]) -> Option<Vec<Part>> {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=")?.trim_matches('"');
    let last = format!("--{boundary}--\r\n").into_bytes();
    let separator = format!("--{boundary}\r\n").into_bytes();
    let mut rest = body.strip_suffix(last.as_slice())?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        rest = rest.strip_prefix(separator.as_slice())?;
        let end = find(rest, &separator).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(self::part(part.strip_suffix(b"\r\n")?)?);
        rest = after;
    }
    Some(parts)
}

fn part(part: &[u8]) -> Option<Part> {
    let head = find(part, b"\r\n\r\n")?;
    let content = part.get(head + 4..)?.to_vec();
    let head = std::str::from_utf8(part.get(..head)?).ok()?;
    let (disposition, content_type) = match head.split_once("\r\n") {
        Some((disposition, rest)) => (disposition, Some(rest.strip_prefix("Content-Type: ")?)),
        None => (head, None),
    };
    let mut quoted = disposition.strip_prefix("Content-Disposition: form-data; ")?.split("; ");
    let value = |text: Option<&str>, key: &str| {
        Some(text?.strip_prefix(key)?.strip_prefix("=\"")?.strip_suffix('"')?.to_owned())
    };
    let name = value(quoted.next(), "name")?;
    let file = value(quoted.next(), "filename").zip(content_type.map(str::to_owned));
    Some(Part { name, file, content })
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
