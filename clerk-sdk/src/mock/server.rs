//! HTTP: a request is read, recorded, held up or refused where a fault was ordered, authenticated, routed, checked
//! and handed to the state; what comes back is written as Clerk writes it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::Frame;
use serde_json::Value;

use super::Inner;
use super::document::{Operation, Route};
use super::error::ApiError;
use super::faults::Fault;
use super::query::Query;
use super::record::{RecordedBody, RecordedPart, RecordedRequest};
use super::state::{Call, PICTURES};

/// The path of the JWKS at the Frontend API, which needs no key. It is recorded as `GetJWKS`, and takes its faults.
const FRONTEND_JWKS: &str = "/.well-known/jwks.json";
/// Larger JSON bodies are refused.
const LARGEST_JSON: usize = 8 << 20;
/// A body that makes no progress for so long is given up.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// So much of each part of a form is kept for the record.
const KEPT_OF_PART: usize = 1 << 20;

/// An answer before it is written; no body where the document declares no content.
type Answer = Result<(StatusCode, Option<Value>), ApiError>;

/// Answers one request.
pub(super) async fn answer(Shared(inner): Shared<Inner>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Err(error) = super::host::check(&parts) {
        return write(&inner, Err(error));
    }
    if let Some(picture) = picture(&inner, &parts.method, parts.uri.path()) {
        return picture;
    }
    let frontend = parts.method == Method::GET && below_version(parts.uri.path()) == FRONTEND_JWKS;
    let path = if frontend { "/jwks" } else { below_version(parts.uri.path()) };
    let route = inner.document.route(&parts.method, path);
    let body = read_body(&parts.headers, Body::new(Patient::new(body))).await;
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let operation = match &route {
        Route::Found(operation, _) => Some(*operation),
        _ => None,
    };
    inner.record.push(RecordedRequest {
        operation_id: operation.map(|o| o.id.clone()),
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: query.0.clone(),
        headers: kept(&parts.headers),
        body: body.as_ref().cloned().unwrap_or_default(),
    });
    let fault = inner.faults.next(operation.map(|o| o.id.as_str()));
    let own = if let Some(Fault::Delay(delay)) = fault { delay } else { Duration::ZERO };
    let delay = inner.faults.delay().saturating_add(own);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let answer = match fault.and_then(Fault::refusal).or_else(|| inner.faults.limit()) {
        Some(error) => Err(error),
        None if frontend => Ok((StatusCode::OK, Some(super::lock(&inner.state).keys.jwks()))),
        None => decide(&inner, &parts.method, path, &parts.headers, route, &query, body),
    };
    let answer = match (answer, operation.and_then(|o| o.answer.as_ref())) {
        (Ok((status, Some(mut body))), Some(schema)) if fault == Some(Fault::Unknown) => {
            super::unknown::age(inner.document, schema, &mut body);
            Ok((status, Some(body)))
        }
        (answer, _) => answer,
    };
    spoil(write(&inner, answer), fault).await
}

/// The picture at a path, which browsers ask for: no request to the API, so no key is needed, and none is recorded.
fn picture(inner: &Inner, method: &Method, path: &str) -> Option<Response> {
    let id = path.strip_prefix(PICTURES).filter(|_| method == Method::GET)?;
    let (kind, content) = super::lock(&inner.state).image(id)?;
    let mut response = Response::new(Body::from(content));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::try_from(kind).ok()?);
    Some(response)
}

/// The headers for the record; those that carry keys and tokens are marked, so that `Debug` does not show them.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [header::AUTHORIZATION, header::COOKIE] {
        if let header::Entry::Occupied(mut entry) = headers.entry(name) {
            entry.iter_mut().for_each(|value| value.set_sensitive(true));
        }
    }
    headers
}

/// Makes an answer one that cannot be read, where that was ordered.
async fn spoil(response: Response, fault: Option<Fault>) -> Response {
    let (parts, body) = response.into_parts();
    let half = match fault {
        Some(Fault::Disconnect | Fault::Garbage) => {
            let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
            // Where there is no body, the connection ends before one.
            whole.slice(..whole.len() / 2)
        }
        _ => return Response::from_parts(parts, body),
    };
    let body = if fault == Some(Fault::Disconnect) {
        Body::new(Cut { half: Some(half), waited: false })
    } else {
        Body::from(half)
    };
    Response::from_parts(parts, body)
}

fn decide(
    inner: &Inner,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    route: Route<'_>,
    query: &Query,
    body: Result<RecordedBody, ApiError>,
) -> Answer {
    let (operation, variables) = match route {
        Route::Found(operation, variables) => (operation, variables),
        Route::OtherMethod => {
            let long = format!("{method} is not possible on {path}.");
            let status = StatusCode::METHOD_NOT_ALLOWED;
            return Err(ApiError::new(status, "method_not_allowed", "Method not allowed", &long));
        }
        Route::Unknown => {
            let long = format!("There is nothing at {path}.");
            let status = StatusCode::NOT_FOUND;
            return Err(ApiError::new(status, "resource_not_found", "URL not found", &long));
        }
    };
    let key = authenticate(inner, operation, headers)?;
    let version = headers.get("clerk-api-version").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let sent = body?;
    let body = super::check::check(inner.document, operation, &variables, query, &sent, version)?;
    super::prose::check(&operation.id, key, query, &body)?;
    let status = status(operation, headers);
    let file = sent.parts().iter().find(|part| part.name == "file");
    let call = Call { operation, path: variables, query, document: inner.document, key, file, body };
    Ok((status, inner.perform(&call)?))
}

/// The status of a success. The documents say 200 for a new API key, but Clerk's Python SDK takes only 201.
fn status(operation: &Operation, headers: &HeaderMap) -> StatusCode {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if operation.id == "createApiKey" && agent.starts_with("speakeasy-sdk/python") {
        return StatusCode::CREATED;
    }
    operation.status
}

/// The key of the server, or, where the operation is one of machines, that of a machine.
fn authenticate<'a>(
    inner: &Inner,
    operation: &Operation,
    headers: &'a HeaderMap,
) -> Result<&'a str, ApiError> {
    if !operation.authenticated {
        return Ok("");
    }
    let unauthorized = |code, short, long| Err(ApiError::new(StatusCode::UNAUTHORIZED, code, short, long));
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        let long = "Unable to authenticate the request, you need to supply an active session";
        return unauthorized("authentication_invalid", "Invalid authentication", long);
    };
    let key =
        value.to_str().ok().and_then(|v| v.split_once(' ')).filter(|(s, _)| s.eq_ignore_ascii_case("bearer"));
    let Some((_, key)) = key else {
        let long = "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'";
        let short = "Invalid Authorization header format";
        return unauthorized("authorization_header_format_invalid", short, long);
    };
    let key = key.trim();
    let of_instance = [super::SECRET_KEY, super::LIVE_KEY].contains(&key);
    if of_instance && operation.is_for_machines_alone() {
        let long = "Must be authenticated via a Machine Secret Key: the instance's key creates no tokens.";
        return unauthorized("authentication_invalid", "Invalid authentication", long);
    }
    let of_machine = || operation.is_of_machines() && super::lock(&inner.state).is_machine_key(key);
    if of_instance || of_machine() {
        return Ok(key);
    }
    let long = "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.";
    unauthorized("clerk_key_invalid", long, long)
}

/// The path without the version: Clerk's own SDKs ask for some paths with `/v1` and for some without.
fn below_version(path: &str) -> &str {
    path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<RecordedBody, ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let unreadable = || ApiError::bad_request("malformed_request_parameters", "The body could not be read");
    if content_type.starts_with("multipart/form-data") {
        let boundary = multer::parse_boundary(content_type).map_err(|_| unreadable())?;
        return read_form(body, boundary).await.map_err(|_| unreadable());
    }
    let bytes = axum::body::to_bytes(body, LARGEST_JSON).await.map_err(|error| {
        if !is_too_large(&error) {
            return unreadable();
        }
        let long = format!("The request body exceeds the maximum allowed size of {LARGEST_JSON} bytes.");
        let (status, code) = (StatusCode::PAYLOAD_TOO_LARGE, "request_body_too_large");
        ApiError::new(status, code, "Request body too large", &long)
    })?;
    if bytes.is_empty() {
        return Ok(RecordedBody::Empty);
    }
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.is_empty() && !media_type.eq_ignore_ascii_case("application/json") {
        return Err(super::check::unsupported(media_type, "application/json"));
    }
    Ok(serde_json::from_slice(&bytes).map_or_else(|_| RecordedBody::Bytes(bytes.clone()), RecordedBody::Json))
}

/// Whether it was the limit that ended a body.
fn is_too_large(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<http_body_util::LengthLimitError>() || error.source().is_some_and(is_too_large)
}

/// Reads a form part by part; of large parts the size and the beginning stay, so that an upload of any size
/// leaves memory flat.
async fn read_form(body: Body, boundary: String) -> Result<RecordedBody, multer::Error> {
    let mut form = multer::Multipart::new(body.into_data_stream(), boundary);
    let mut parts = Vec::new();
    while let Some(mut field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(ToString::to_string);
        let (mut content, mut size) = (BytesMut::new(), 0_u64);
        while let Some(chunk) = field.chunk().await? {
            size += chunk.len() as u64;
            let room = KEPT_OF_PART.saturating_sub(content.len());
            content.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        parts.push(RecordedPart { name, file_name, content_type, size, content: content.freeze() });
    }
    Ok(RecordedBody::Form(parts))
}

/// A body whose sender may not pause for ever: one that was begun and is not gone on with ends in an error.
struct Patient {
    body: Body,
    patience: Pin<Box<tokio::time::Sleep>>,
}

impl Patient {
    fn new(body: Body) -> Patient {
        Patient { body, patience: Box::pin(tokio::time::sleep(LONGEST_PAUSE)) }
    }
}

impl http_body::Body for Patient {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let next = tokio::time::Instant::now() + LONGEST_PAUSE;
            self.patience.as_mut().reset(next);
            return Poll::Ready(frame);
        }
        let paused = || axum::Error::new(std::io::Error::from(std::io::ErrorKind::TimedOut));
        self.patience.as_mut().poll(context).map(|()| Some(Err(paused())))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// A body that ends in an error, which ends the connection.
struct Cut {
    half: Option<Bytes>,
    waited: bool,
}

impl http_body::Body for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        // Once around, so that the first half is on its way before the connection ends.
        if !self.waited {
            self.waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::Error::other("the connection ends here, as was ordered"))))
    }
}

/// The content type has no charset: Clerk's JavaScript SDK decodes JSON under this exact name only.
fn write(inner: &Inner, answer: Answer) -> Response {
    let (status, body, retry_after) = match answer {
        Ok((status, body)) => (status, body, None),
        Err(error) => {
            let trace = super::lock(&inner.state).trace_id();
            (error.status, Some(error.body(&trace)), error.retry_after)
        }
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if let Some(body) = body {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        *response.body_mut() = Body::from(Bytes::from(body.to_string()));
    }
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
