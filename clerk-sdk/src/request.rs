//! A call on its way: the one generic type behind every operation. What is generated for an operation are its
//! constants and the setters of its arguments; all that is the same for every operation is here.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;

use http::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::bounds::{self, Bound};
use crate::call::execute;
use crate::client::Clerk;
use crate::error::Error;
use crate::operation::{Answer, FormValue, Operation, Parts, RequestBody};
use crate::options::{CallOptions, call_options};
use crate::prepare;
use crate::response::Response;
use crate::upload::FilePart;
use crate::value::{AsField, Field, Query};

/// A call of an operation. Set its optional arguments, then await it.
///
/// Arguments of the operation have plain names (`limit`), options of the call are called `with_…`, so that no argument
/// that Clerk adds can ever be in the way. It owns a handle of the client: requests, their futures and streams can be
/// spawned.
#[must_use = "a request is not sent until you `.await` it or call `.send()`"]
pub struct Request<Op> {
    pub(crate) clerk: Clerk,
    pub(crate) parts: Parts,
    pub(crate) options: CallOptions,
    operation: PhantomData<fn() -> Op>,
}

/// A [`Request`] that returns status, headers and body too, from [`Request::with_response`].
#[must_use = "a request is not sent until you `.await` it or call `.send()`"]
pub struct RequestWithResponse<Op>(Request<Op>);

impl<Op: Operation> Request<Op> {
    pub(crate) fn new(clerk: &Clerk) -> Self {
        Self::from_parts(clerk.clone(), Parts::default(), CallOptions::default())
    }

    pub(crate) fn from_parts(clerk: Clerk, parts: Parts, options: CallOptions) -> Self {
        Self { clerk, parts, options, operation: PhantomData }
    }

    /// Returns the future that sends the request, for functions that take futures, such as `spawn` and `join_all`.
    /// Awaiting the request itself does the same.
    ///
    /// # Errors
    /// See [`Error`]: the request failed, the response reports an error, or it does not decode.
    pub async fn send(self) -> Result<Op::Output, Error> {
        self.respond().await.map(Response::into_inner)
    }

    /// Sends the request and stops the thread until the answer is there; inside of a runtime, too.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Op::Output, Error> {
        crate::blocking::block_on(self.send())
    }

    /// Returns status, headers, the body as it came and the number of attempts too.
    pub fn with_response(self) -> RequestWithResponse<Op> {
        RequestWithResponse(self)
    }

    /// Applies a setter if there is something to set: `.apply_if(name, |request, name| request.first_name(name))`.
    pub fn apply_if<T>(self, value: Option<T>, apply: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => apply(self, value),
            None => self,
        }
    }

    /// Sends a query parameter that this version of the SDK does not know. The value is sent as it is, even if it is out of
    /// the bounds that the OpenAPI document states.
    pub fn with_query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.parts.replace_query(Cow::Owned(name.into()), vec![value.to_string()]);
        self
    }

    /// Sends a field of the JSON body that this version of the SDK does not know. The value is sent as it is, even if it
    /// is out of the bounds that the OpenAPI document states.
    pub fn with_body_field(mut self, name: &str, value: impl Serialize) -> Self {
        self.parts.set_field(name, serde_json::to_value(value), &[]);
        self
    }

    call_options!();

    async fn respond(self) -> Result<Response<Op::Output>, Error> {
        let response = execute(&self.clerk, Op::META, self.parts, &self.options).await?;
        match Op::Output::read(response.value(), Op::META) {
            Ok(value) => Ok(response.map(|_| value)),
            Err((path, error)) => Err(Error::decode(Op::META, response, path, error)),
        }
    }

    pub(crate) fn set_path(mut self, name: &'static str, value: impl Query) -> Self {
        self.parts.set_path(name, value);
        self
    }

    pub(crate) fn set_query(mut self, name: &'static str, value: impl Query) -> Self {
        self.parts.set_query(name, value, Op::META.bounds);
        self
    }

    /// Sets a header parameter; a list is joined with commas.
    #[allow(dead_code, reason = "not every document has one")]
    pub(crate) fn set_header(mut self, name: &'static str, value: impl Query) -> Self {
        self.parts.set_header(name, value);
        self
    }

    /// Sets a cookie parameter.
    #[allow(dead_code, reason = "not every document has one")]
    pub(crate) fn set_cookie(mut self, name: &'static str, value: impl Query) -> Self {
        self.parts.set_cookie(name, value);
        self
    }

    /// Sets a file as the whole body.
    #[allow(dead_code, reason = "not every document has one")]
    pub(crate) fn set_file(mut self, file: FilePart) -> Self {
        self.parts.body = RequestBody::File(file);
        self
    }

    /// Sets a whole number in the query; one that does not fit into 64 bits is an `InvalidRequest`.
    pub(crate) fn set_count(mut self, name: &'static str, value: impl TryInto<i64>) -> Self {
        match value.try_into() {
            Ok(value) => self.set_query(name, value),
            Err(_) => {
                let reason =
                    format!("`{name}` cannot be sent: the number does not fit into 64 bits with a sign");
                self.parts.accept(name);
                self.parts.refuse(name, Err(reason));
                self
            }
        }
    }

    pub(crate) fn set_body(self, name: &str, value: impl Field) -> Self {
        self.set_json(name, AsField(&value))
    }

    pub(crate) fn set_json(mut self, name: &str, value: impl Serialize) -> Self {
        self.parts.set_field(name, serde_json::to_value(value), Op::META.bounds);
        self
    }

    pub(crate) fn set_value(self, value: impl Field) -> Self {
        self.set_whole(AsField(&value))
    }

    pub(crate) fn set_whole(mut self, value: impl Serialize) -> Self {
        self.parts.set_body(serde_json::to_value(value), Op::META.bounds);
        self
    }

    pub(crate) fn set_part(mut self, name: &'static str, value: FormValue) -> Self {
        self.parts.set_part(name, value);
        self
    }
}

/// What the setters do that knows nothing of the operation: so it is compiled once.
impl Parts {
    fn set_path(&mut self, name: &'static str, value: impl Query) {
        let mut texts = Vec::with_capacity(1);
        value.texts(&mut texts);
        self.path.extend(texts.into_iter().map(|text| (Cow::Borrowed(name), text)));
    }

    fn set_query(&mut self, name: &'static str, value: impl Query, bounds: &[Bound]) {
        let mut texts = Vec::new();
        value.texts(&mut texts);
        let reason = bounds::check_texts(bounds, name, &texts);
        self.replace_query(Cow::Borrowed(name), texts);
        self.refuse(name, reason);
    }

    fn set_header(&mut self, name: &'static str, value: impl Query) {
        self.accept(name);
        let mut texts = Vec::new();
        value.texts(&mut texts);
        let Ok(header) = HeaderName::try_from(name) else {
            return self.refuse(name, Err(format!("invalid header name `{name}`")));
        };
        self.headers.retain(|(other, _)| *other != header);
        if texts.is_empty() {
            return;
        }
        match HeaderValue::try_from(texts.join(",")) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.push((header, value));
            }
            // The value may be a secret.
            Err(_) => self.refuse(name, Err(format!("`{name}` cannot be sent: invalid header value"))),
        }
    }

    fn set_cookie(&mut self, name: &'static str, value: impl Query) {
        let mut texts = Vec::new();
        value.texts(&mut texts);
        self.cookies.retain(|(other, _)| *other != name);
        self.cookies.extend(texts.iter().map(|text| (name, prepare::encoded(text))));
    }

    fn replace_query(&mut self, name: Cow<'static, str>, texts: Vec<String>) {
        self.accept(&name);
        self.query.retain(|(other, _)| *other != name);
        self.query.extend(texts.into_iter().map(|text| (name.clone(), text)));
    }

    fn set_field(&mut self, name: &str, value: Result<Value, serde_json::Error>, bounds: &[Bound]) {
        self.accept(name);
        match value {
            Ok(value) => {
                self.refuse(name, bounds::check_value(bounds, name, &value));
                if !matches!(self.body, RequestBody::Object(_)) {
                    self.body = RequestBody::Object(Map::new());
                }
                if let RequestBody::Object(fields) = &mut self.body {
                    fields.insert(name.to_owned(), value);
                }
            }
            Err(reason) => self.refuse(name, Err(format!("`{name}` cannot be sent: {reason}"))),
        }
    }

    fn set_body(&mut self, value: Result<Value, serde_json::Error>, bounds: &[Bound]) {
        self.accept("body");
        match value {
            Ok(value) => {
                self.refuse("body", bounds::check_value(bounds, "", &value));
                self.body = RequestBody::Value(value);
            }
            Err(reason) => self.refuse("body", Err(format!("`body` cannot be sent: {reason}"))),
        }
    }

    fn set_part(&mut self, name: &'static str, value: FormValue) {
        if !matches!(self.body, RequestBody::Form(_)) {
            self.body = RequestBody::Form(Vec::new());
        }
        if let RequestBody::Form(parts) = &mut self.body {
            parts.retain(|(other, _)| other != name);
            // Text goes before files, as in the document: a server can read it before the upload.
            let first_file = parts.iter().position(|(_, part)| matches!(part, FormValue::File(_)));
            let position = first_file.filter(|_| matches!(value, FormValue::Text(_))).unwrap_or(parts.len());
            parts.insert(position, (Cow::Borrowed(name), value));
        }
    }

    /// Forgets that an earlier value of the argument could not be sent.
    fn accept(&mut self, name: &str) {
        self.invalid.retain(|(other, _)| other != name);
    }

    /// Remembers that the value of the argument cannot be sent, if there is a reason.
    fn refuse(&mut self, name: &str, checked: Result<(), String>) {
        self.invalid.extend(checked.err().map(|reason| (Cow::Owned(name.to_owned()), reason)));
    }
}

impl<Op: Operation> IntoFuture for Request<Op> {
    type Output = Result<Op::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<Op: Operation> RequestWithResponse<Op> {
    /// Sends the request. Awaiting it does the same.
    ///
    /// # Errors
    /// Those of [`Request::send`].
    pub async fn send(self) -> Result<Response<Op::Output>, Error> {
        self.0.respond().await
    }

    /// Sends the request and stops the thread until the answer is there; inside of a runtime, too.
    ///
    /// # Errors
    /// Those of [`Request::send`].
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Response<Op::Output>, Error> {
        crate::blocking::block_on(self.send())
    }
}

impl<Op: Operation> IntoFuture for RequestWithResponse<Op> {
    type Output = Result<Response<Op::Output>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<Op: Operation> fmt::Debug for Request<Op> {
    /// Shows the operation and which arguments were set, never their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.parts.query.iter().map(|(name, _)| name.as_ref()).collect();
        f.debug_struct("Request")
            .field("operation", &Op::META.id)
            .field("query", &names)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<Op: Operation> fmt::Debug for RequestWithResponse<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests;
