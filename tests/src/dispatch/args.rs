//! The arguments of a call as JSON, taken one by one. What is left at the end is something that the operation does not
//! have.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clerk_sdk::operation::Operation;
use clerk_sdk::value::Field;
use clerk_sdk::{FilePart, Request, RetryPolicy};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Invalid, Pending, exact};

/// The arguments and options of a call. What was not given is empty.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// Path parameters.
    pub path: Map<String, Value>,
    /// Query parameters; arrays for those that can be repeated.
    pub query: Map<String, Value>,
    /// The JSON body, or the fields of a form that are no files.
    pub body: Option<Value>,
    /// The files of a form: objects with `name`, `content_type` and `base64`.
    pub files: Map<String, Value>,
    /// What is no argument of the operation.
    pub options: Options,
}

/// The options of a call, all unset at first.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The key of this call.
    pub secret_key: Option<String>,
    /// The retries of this call.
    pub retry: Option<RetryPolicy>,
    /// The limit of the whole call.
    pub timeout: Option<Duration>,
    /// Headers to add.
    pub headers: Vec<(String, String)>,
    /// Where to write what `Debug` shows of the request, and of the decoded answer.
    pub shown: Option<Arc<Mutex<String>>>,
}

/// Where an argument is among the [`Args`], and what it is given to the typed call as.
pub(super) trait Slot {
    type Value;

    /// What it is called in messages.
    fn name(&self) -> String;

    /// The argument, if it was given.
    fn take(&self, args: &mut Args) -> Result<Option<Self::Value>, Invalid>;
}

#[derive(Clone, Copy)]
enum Place {
    Path,
    Query,
    Body,
    WholeBody,
}

pub(super) struct JsonSlot<T> {
    place: Place,
    key: &'static str,
    value: PhantomData<fn() -> T>,
}

pub(super) struct FileSlot(&'static str);

fn slot<T>(place: Place, key: &'static str) -> JsonSlot<T> {
    JsonSlot { place, key, value: PhantomData }
}

pub(super) fn path<T: Field>(key: &'static str) -> JsonSlot<T> {
    slot(Place::Path, key)
}

pub(super) fn query<T: Field>(key: &'static str) -> JsonSlot<T> {
    slot(Place::Query, key)
}

pub(super) fn body<T: Field>(key: &'static str) -> JsonSlot<T> {
    slot(Place::Body, key)
}

pub(super) fn whole_body<T: Field>(key: &'static str) -> JsonSlot<T> {
    slot(Place::WholeBody, key)
}

pub(super) fn file(key: &'static str) -> FileSlot {
    FileSlot(key)
}

impl<T: Field> Slot for JsonSlot<T> {
    type Value = T;

    fn name(&self) -> String {
        described(self.place, self.key)
    }

    fn take(&self, args: &mut Args) -> Result<Option<T>, Invalid> {
        let Some(value) = args.take(self.place, self.key)? else { return Ok(None) };
        exact::read(&value).map(Some).map_err(|reason| Invalid(format!("{} {reason}", self.name())))
    }
}

impl Slot for FileSlot {
    type Value = FilePart;

    fn name(&self) -> String {
        format!("the file `{}`", self.0)
    }

    fn take(&self, args: &mut Args) -> Result<Option<FilePart>, Invalid> {
        let Some(value) = args.files.remove(self.0) else { return Ok(None) };
        file_part(self.0, &value).map(Some).map_err(|reason| Invalid(format!("{} {reason}", self.name())))
    }
}

fn described(place: Place, key: &str) -> String {
    match place {
        Place::Path => format!("the path parameter `{key}`"),
        Place::Query => format!("the query parameter `{key}`"),
        Place::Body => format!("the field `{key}`"),
        Place::WholeBody => "the `body`".to_owned(),
    }
}

fn file_part(key: &str, value: &Value) -> Result<FilePart, String> {
    let object = value.as_object().ok_or("is not an object with `name`, `content_type` and `base64`")?;
    let text = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(format!("has a `{key}` that is no string")),
    };
    let content = BASE64.decode(text("base64")?.ok_or("has no `base64`")?);
    let content = content.map_err(|error| format!("has a `base64` that is none: {error}"))?;
    let file = FilePart::from_bytes(text("name")?.unwrap_or(key), content);
    Ok(match text("content_type")? {
        Some(content_type) => file.content_type(content_type),
        None => file,
    })
}

impl Args {
    fn take(&mut self, place: Place, key: &str) -> Result<Option<Value>, Invalid> {
        Ok(match place {
            Place::Path => self.path.remove(key),
            Place::Query => self.query.remove(key),
            Place::WholeBody => self.body.take(),
            Place::Body => match &mut self.body {
                None => None,
                Some(Value::Object(fields)) => fields.remove(key),
                Some(_) => return Err(Invalid("the `body` is not an object".to_owned())),
            },
        })
    }

    /// An argument that the typed call cannot do without.
    pub(super) fn required<S: Slot>(&mut self, slot: S) -> Result<S::Value, Invalid> {
        slot.take(self)?.ok_or_else(|| Invalid(format!("{} is missing", slot.name())))
    }

    /// An argument that need not be given.
    pub(super) fn optional<S: Slot>(&mut self, slot: S) -> Result<Option<S::Value>, Invalid> {
        slot.take(self)
    }

    /// The call itself, after all arguments were taken.
    pub(super) fn send<Op>(self, mut request: Request<Op>) -> Result<Pending, Invalid>
    where
        Op: Operation,
        Op::Output: Serialize + Debug + Sync,
    {
        let options = self.leftover()?;
        if let Some(key) = &options.secret_key {
            request = request.with_secret_key(key);
        }
        if let Some(retry) = options.retry {
            request = request.with_retry(retry);
        }
        if let Some(timeout) = options.timeout {
            request = request.with_timeout(timeout);
        }
        for (name, value) in options.headers {
            request = request.with_header(name, value);
        }
        let show = move |what: &dyn Debug| {
            if let Some(shown) = &options.shown {
                shown.lock().unwrap_or_else(PoisonError::into_inner).push_str(&format!("{what:?} {what:#?}"));
            }
        };
        show(&request);
        Ok(Box::pin(async move {
            let response = request.with_response().send().await?;
            show(response.value());
            Ok(response.map(|value| written(&value)))
        }))
    }

    /// The options, if nothing else is left.
    fn leftover(self) -> Result<Options, Invalid> {
        let unknown = |what: &str, keys: &Map<String, Value>| match keys.keys().next() {
            Some(key) => Err(Invalid(format!("the operation has no {what} `{key}`"))),
            None => Ok(()),
        };
        unknown("path parameter", &self.path)?;
        unknown("query parameter", &self.query)?;
        unknown("file", &self.files)?;
        match &self.body {
            None => {}
            Some(Value::Object(fields)) => unknown("field", fields)?,
            Some(_) => return Err(Invalid("the operation has no such `body`".to_owned())),
        }
        Ok(self.options)
    }
}

/// A decoded answer as JSON.
#[allow(
    clippy::expect_used,
    reason = "no map of an answer has keys other than strings, nothing else can fail"
)]
fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("answers can be written as JSON")
}
