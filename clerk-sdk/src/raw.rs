//! The way out: calls of endpoints that the SDK has no types for.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::execute;
use crate::client::Clerk;
use crate::error::Error;
use crate::operation::{BodyKind, ContentKind, FormValue, KeyKind, Meta, Parts, RequestBody};
use crate::options::{CallOptions, call_options};
use crate::page::ITEMS;
use crate::response::Response;
use crate::upload::FilePart;

/// A call of any endpoint, from [`Clerk::request`]. Await it to send it; the answer is decoded as `T`.
///
/// An answer without a body decodes as `null`: `()`, an `Option` and `serde_json::Value` take that.
#[must_use = "a request is not sent until you `.await` it or call `.send()`"]
pub struct RawRequest<T> {
    clerk: Clerk,
    meta: Meta,
    parts: Parts,
    options: CallOptions,
    output: PhantomData<fn() -> T>,
}

/// A [`RawRequest`] that answers with status and headers too.
#[must_use = "a request is not sent until you `.await` it or call `.send()`"]
pub struct RawRequestWithResponse<T>(RawRequest<T>);

impl<T> RawRequest<T> {
    pub(crate) fn new(clerk: Clerk, method: Method, path: String) -> Self {
        let repeatable = method.is_idempotent();
        let mut parts = Parts::default();
        parts.invalid.extend(check_path(&path).err().map(|reason| (Cow::Borrowed("path"), reason)));
        let meta = Meta {
            id: Cow::Borrowed("request"),
            method,
            path: Cow::Owned(path),
            api_version: crate::API_VERSION,
            key: KeyKind::Secret,
            body: BodyKind::OptionalJson,
            repeatable,
            items: ITEMS,
            bounds: &[],
            returns: ContentKind::Json,
            redirects: false,
        };
        Self { clerk, meta, parts, options: CallOptions::default(), output: PhantomData }
    }

    /// Puts a value into the path, in the place of a segment `{name}`: as one segment, percent-encoded, whatever it
    /// contains. Ids that come from others belong here, and not into the text of the path.
    ///
    /// ```no_run
    /// # async fn example(clerk: clerk_sdk::Clerk, user_id: String) -> Result<(), clerk_sdk::Error> {
    /// use clerk_sdk::http::Method;
    ///
    /// let request = clerk.request(Method::GET, "/users/{user_id}/brand_new").path_param("user_id", user_id);
    /// let answer: serde_json::Value = request.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A value that is empty, `.` or `..` is refused before anything is sent, and so is a name that the path does not
    /// have, or one that it has and that was given no value.
    pub fn path_param(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        let name = name.into();
        if !parameters(&self.meta.path).any(|parameter| parameter == name) {
            let path = &self.meta.path;
            let reason = format!("the path {path} has no parameter `{name}`");
            self.parts.invalid.push((Cow::Borrowed("path"), reason));
        }
        self.parts.path.retain(|(other, _)| *other != name);
        self.parts.path.push((Cow::Owned(name), value.to_string()));
        self
    }

    /// Adds a query parameter; one that is added twice is sent twice.
    pub fn query(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.parts.query.push((Cow::Owned(key.into()), value.to_string()));
        self
    }

    /// Sends `body` as JSON.
    #[doc(alias = "body")]
    pub fn json(mut self, body: impl Serialize) -> Self {
        match serde_json::to_value(body) {
            Ok(body) => self.parts.body = RequestBody::Value(body),
            Err(error) => {
                let reason = format!("the body cannot be written as JSON: {error}");
                self.parts.invalid.push((Cow::Borrowed("body"), reason));
            }
        }
        self
    }

    /// Adds a text field and sends a form (`multipart/form-data`).
    pub fn text(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.part(name.into(), FormValue::Text(value.into()))
    }

    /// Adds a file and sends a form (`multipart/form-data`).
    pub fn file(self, name: impl Into<String>, file: FilePart) -> Self {
        self.part(name.into(), FormValue::File(file))
    }

    fn part(mut self, name: String, value: FormValue) -> Self {
        let part = (Cow::Owned(name), value);
        match &mut self.parts.body {
            RequestBody::Form(parts) => parts.push(part),
            body => *body = RequestBody::Form(vec![part]),
        }
        self
    }

    /// Returns status, headers, the body as it came and the number of attempts too.
    pub fn with_response(self) -> RawRequestWithResponse<T> {
        RawRequestWithResponse(self)
    }

    call_options!();
}

impl<T: DeserializeOwned> RawRequest<T> {
    async fn response(self) -> Result<Response<T>, Error> {
        let response = execute(&self.clerk, &self.meta, self.parts, &self.options).await?;
        let body: &Bytes = response.value();
        let json: &[u8] = if body.is_empty() { b"null" } else { body };
        match serde_json::from_slice(json) {
            Ok(value) => Ok(response.map(|_| value)),
            Err(error) => Err(Error::decode(&self.meta, response, String::new(), error)),
        }
    }
}

impl<T: DeserializeOwned> RawRequest<T> {
    /// Returns the future that sends the request, for functions that take futures, such as `spawn` and `join_all`.
    /// Awaiting the request itself does the same.
    ///
    /// # Errors
    /// See [`Error`]: the request failed, the response reports an error, or it does not decode.
    pub async fn send(self) -> Result<T, Error> {
        self.response().await.map(Response::into_inner)
    }
}

impl<T: DeserializeOwned> RawRequestWithResponse<T> {
    /// Returns the future that sends the request. Awaiting the request itself does the same.
    ///
    /// # Errors
    /// Those of [`RawRequest::send`].
    pub async fn send(self) -> Result<Response<T>, Error> {
        self.0.response().await
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for RawRequest<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for RawRequestWithResponse<T> {
    type Output = Result<Response<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.0.response())
    }
}

#[cfg(feature = "blocking")]
impl<T: DeserializeOwned + Send + 'static> RawRequest<T> {
    /// Sends the request and stops the thread until the answer is there.
    pub fn send_blocking(self) -> Result<T, Error> {
        crate::blocking::block_on(self.into_future())
    }
}

#[cfg(feature = "blocking")]
impl<T: DeserializeOwned + Send + 'static> RawRequestWithResponse<T> {
    /// Sends the request and stops the thread until the answer is there.
    pub fn send_blocking(self) -> Result<Response<T>, Error> {
        crate::blocking::block_on(self.into_future())
    }
}

impl<T> fmt::Debug for RawRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.meta.method)
            .field("path", &self.meta.path)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for RawRequestWithResponse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The names of the segments that stand for values.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(parameter)
}

/// The name in a segment `{name}`.
fn parameter(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}

/// A path as URLs have it, in which no segment is empty or changes what the others mean. Whole segments may be
/// parameters.
fn check_path(path: &str) -> Result<(), String> {
    let segments = path.strip_prefix('/').ok_or("the path does not begin with a slash")?;
    for segment in segments.split('/').filter(|segment| parameter(segment).is_none()) {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        if plain.is_empty() {
            return Err("the path has an empty segment".into());
        }
        if plain == "." || plain == ".." {
            return Err("the path has a dot segment".into());
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&b);
        if !segment.bytes().all(allowed) {
            return Err("the path contains a character that must be percent-encoded; \
                        a value is given with `path_param`, a query with `query`"
                .into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_mean_another_path_are_refused() {
        for path in ["/users", "/users/user_1", "/a/b%20c", "/a/..b", "/v:verb", "/{a}/b/{c_2}"] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        for path in [
            "",
            "users",
            "/",
            "/users/",
            "//users",
            "/a/../b",
            "/a/%2E%2e/b",
            "/a/.",
            "/a?b",
            "/a#b",
            "/a b",
            "/a\\b",
            "/{}",
            "/{a}b",
            "/{a",
            "/{a b}",
            "/{../b}",
        ] {
            assert!(check_path(path).is_err(), "{path}");
        }
    }
}
