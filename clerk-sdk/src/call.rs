//! The one pipeline of all calls: prepare, hooks, the retry loop, read the answer, classify it.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::body::Body;
use crate::client::Clerk;
use crate::error::{ApiError, Error, ErrorKind};
use crate::hooks::{Attempt, Retry};
use crate::observe;
use crate::operation::{Meta, Parts, RequestBody};
use crate::options::CallOptions;
use crate::prepare::{Payload, Prepared};
use crate::response::Response;
use crate::retry::{self, RetryPolicy};
use crate::throttle::{Outcome, TooLate};
use crate::transport::{HttpError, HttpErrorKind, HttpRequest, HttpResponse};

/// A call under way: what it answers is the body of a 2xx, not decoded yet.
pub(crate) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Error>> + Send + 'a>>;

/// Makes a call. Boxed, since an `async fn` is compiled where it is awaited, which is in each program that makes calls.
pub(crate) fn execute<'a>(
    clerk: &'a Clerk,
    meta: &'a Meta,
    parts: Parts,
    options: &'a CallOptions,
) -> Answering<'a> {
    Box::pin(run(clerk, meta, parts, options))
}

async fn run(
    clerk: &Clerk,
    meta: &Meta,
    parts: Parts,
    options: &CallOptions,
) -> Result<Response<Bytes>, Error> {
    let span = observe::span(meta);
    let timeout = time_limit(clerk, &parts, options);
    let call = Call { clerk, meta, options, timeout, attempts: AtomicU32::new(0), started: Instant::now() };
    let work = async {
        let result = call.in_runtime(parts).await;
        let attempts = call.attempts.load(Ordering::Relaxed);
        let result = result.map_err(|error| error.in_call(meta, attempts));
        observe::finished(&result, attempts);
        result
    };
    work.instrument(span).await
}

/// The default of a call's time limit.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// How long a call may take. The default leaves the time for all retries and one more attempt; an upload has none, since
/// its attempts last as long as it makes progress.
fn time_limit(clerk: &Clerk, parts: &Parts, options: &CallOptions) -> Option<Duration> {
    let set = options.timeout.or(clerk.0.timeout);
    if set.is_some() || matches!(parts.body, RequestBody::Form(_) | RequestBody::File(_)) {
        return set;
    }
    let policy = options.retry.as_ref().unwrap_or(&clerk.0.retry);
    let attempt = options.attempt_timeout.unwrap_or(clerk.0.attempt_timeout);
    Some(policy.time_for_retries().saturating_add(attempt).max(TIME_LIMIT))
}

struct Call<'a> {
    clerk: &'a Clerk,
    meta: &'a Meta,
    options: &'a CallOptions,
    /// How long all of it may take.
    timeout: Option<Duration>,
    /// How many attempts were begun.
    attempts: AtomicU32,
    started: Instant,
}

impl Call<'_> {
    /// Runs the call as long as it is polled inside of a tokio runtime. Outside, its timers and sockets would panic.
    async fn in_runtime(&self, parts: Parts) -> Result<Response<Bytes>, Error> {
        let mut timed = pin!(self.timed(parts));
        poll_fn(|cx| match crate::runtime::current() {
            Ok(_) => timed.as_mut().poll(cx),
            Err(outside) if self.attempts.load(Ordering::Relaxed) == 0 => Poll::Ready(Err(outside)),
            Err(_) => {
                let error = HttpError::message(HttpErrorKind::Other, crate::runtime::OUTSIDE);
                Poll::Ready(Err(Error::transport(error)))
            }
        })
        .await
    }

    async fn timed(&self, parts: Parts) -> Result<Response<Bytes>, Error> {
        let Some(limit) = self.timeout else { return self.run(parts).await };
        let timed = tokio::time::timeout(limit, self.run(parts)).await;
        timed.unwrap_or_else(|_| Err(Error::transport(self.timed_out())))
    }

    async fn run(&self, parts: Parts) -> Result<Response<Bytes>, Error> {
        let prepared = Prepared::new(self.clerk, self.meta, parts, self.options).await?;
        let policy = self.options.retry.as_ref().unwrap_or(&self.clerk.0.retry);
        let repeatable =
            self.options.repeatable.unwrap_or(self.meta.repeatable || self.clerk.0.repeat_unsafe);
        let waits = policy.repeats() && self.options.throttle.unwrap_or(true);
        let throttle = self.clerk.0.throttle.as_ref().filter(|_| !self.options.bypass_rate_limit);
        let mut caller = throttle.map(|throttle| throttle.caller(&prepared, waits));
        let mut last = None;
        loop {
            // Without time nothing begins, not even an attempt that would be cut off at once.
            if self.attempt_timeout().is_zero() {
                return Err(Error::transport(no_time()));
            }
            if self.timeout.is_some_and(|limit| self.started.elapsed() >= limit) {
                return Err(last.unwrap_or_else(|| Error::transport(self.timed_out())));
            }
            if let Some(caller) = &mut caller
                && caller.is_held()
            {
                observe::waiting();
                // Apart, so that the calls of all other times are no larger for it.
                if let Err(TooLate(left)) = Box::pin(caller.turn(self.deadline(policy), last.is_some())).await
                {
                    return Err(last.unwrap_or_else(|| Error::rate_limited(self.started.elapsed(), left)));
                }
            }
            let number = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let result = self.attempt(&prepared, number).await;
            let backoff = match &result {
                Ok(_) => Duration::ZERO,
                Err(_) => policy.backoff(number, fastrand::f64()),
            };
            let queued = caller.as_mut().and_then(|caller| caller.tell(outcome(&result), backoff));
            let error = match result {
                Ok(response) => return Ok(response),
                Err(error) => error.in_call(self.meta, number),
            };
            if !prepared.payload.is_repeatable() || !may_repeat(&error, repeatable) {
                return Err(error);
            }
            let elapsed = self.started.elapsed();
            let left = self.timeout.map(|limit| limit.saturating_sub(elapsed));
            let floor = error.retry_after();
            let wait = match queued {
                Some(queued) => policy.within(queued, elapsed, left),
                None => policy.within(backoff.max(floor.unwrap_or_default()), elapsed, left),
            };
            let Some(wait) = wait else { return Err(error) };
            observe::retrying(&error, number, wait);
            for hook in &self.clerk.0.hooks.on_retry {
                hook(&self.about(number), &Retry { error: &error, wait });
            }
            if queued.is_none() {
                tokio::time::sleep(wait).await;
            }
            last = Some(error);
        }
    }

    /// When no further attempt begins.
    fn deadline(&self, policy: &RetryPolicy) -> Option<Instant> {
        let limit = self.timeout.and_then(|limit| self.started.checked_add(limit));
        [policy.deadline(self.started), limit].into_iter().flatten().min()
    }

    fn about(&self, number: u32) -> Attempt<'_> {
        Attempt { operation: &self.meta.id, method: &self.meta.method, path: &self.meta.path, number }
    }

    fn timed_out(&self) -> HttpError {
        let error = HttpError::message(HttpErrorKind::Timeout, "the call took longer than its time limit");
        if self.attempts.load(Ordering::Relaxed) == 0 { error.with_request_not_sent() } else { error }
    }

    fn attempt_timeout(&self) -> Duration {
        self.options.attempt_timeout.unwrap_or(self.clerk.0.attempt_timeout)
    }

    async fn attempt(&self, prepared: &Prepared, number: u32) -> Result<Response<Bytes>, Error> {
        let mut request = prepared.request(self.meta).await.map_err(Error::transport)?;
        for hook in &self.clerk.0.hooks.before_request {
            hook(&self.about(number), &mut request);
            if !prepared.has_origin_of(request.uri()) {
                self.attempts.fetch_sub(1, Ordering::Relaxed);
                return Err(Error::bad_argument(
                    "a hook passed to `before_request` changed scheme, host or port of the URL, and the secret key \
                     goes to the configured server alone; set the server by `with_server_url`",
                ));
            }
        }
        observe::sending(&request, &prepared.payload, number);
        let response = self.send(request, &prepared.payload).await.map_err(Error::transport)?;
        let (head, body) = response.into_parts();
        for hook in &self.clerk.0.hooks.after_response {
            hook(&self.about(number), &head);
        }
        let shared = &self.clerk.0;
        let body =
            read(body, shared.idle_timeout, shared.max_response_bytes).await.map_err(Error::transport)?;
        observe::answered(head.status, &body, number);
        if head.status.is_success() || self.meta.redirects && head.status.is_redirection() {
            Ok(Response::new(head.status, head.headers, number, body))
        } else {
            Err(Error::from_api(ApiError::new(head.status, head.headers, body)))
        }
    }

    /// Waits for the headers of an answer for as long as an attempt may take, from the last byte that was taken of
    /// an upload.
    async fn send(&self, request: HttpRequest, payload: &Payload) -> Result<HttpResponse, HttpError> {
        let limit = self.attempt_timeout();
        let progress = Arc::new(Mutex::new(Instant::now()));
        let request = match payload {
            Payload::Form(_) | Payload::File(_) => {
                request.map(|body| Body::wrap(Upload { body, progress: progress.clone() }))
            }
            Payload::None | Payload::Json(_) | Payload::UrlEncoded(_) => request,
        };
        let mut send = self.clerk.0.http.send(request);
        let mut timer = pin!(tokio::time::sleep(limit));
        poll_fn(|cx| {
            if let Poll::Ready(result) = send.as_mut().poll(cx) {
                return Poll::Ready(result);
            }
            loop {
                ready!(timer.as_mut().poll(cx));
                let last = *progress.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                match last.checked_add(limit) {
                    Some(next) if next > Instant::now() => timer.as_mut().reset(next),
                    _ => {
                        let message = "no answer came within the time limit of an attempt";
                        return Poll::Ready(Err(HttpError::message(HttpErrorKind::Timeout, message)));
                    }
                }
            }
        })
        .await
    }
}

/// What a call says whose attempts may take no time at all.
fn no_time() -> HttpError {
    HttpError::message(HttpErrorKind::Timeout, "the time limit of an attempt is zero").with_request_not_sent()
}

/// What an attempt tells about the rate of calls.
fn outcome(result: &Result<Response<Bytes>, Error>) -> Outcome {
    let error = match result {
        Ok(_) => return Outcome::Answered,
        Err(error) => error,
    };
    match (error.status(), error.retry_after()) {
        (Some(StatusCode::TOO_MANY_REQUESTS), asked) => Outcome::Limited(asked),
        (Some(StatusCode::SERVICE_UNAVAILABLE), Some(asked)) => Outcome::Closed(asked),
        (Some(_), _) => Outcome::Answered,
        (None, _) => Outcome::Unknown,
    }
}

/// Whether another attempt may be made, as far as the error and the operation decide.
fn may_repeat(error: &Error, repeatable: bool) -> bool {
    if let Some(api) = error.api() {
        return retry::is_retryable(api.status())
            && (repeatable || retry::is_refusal(api.status(), api.headers()));
    }
    match error.http_error() {
        Some(http) => !http.is_permanent() && (repeatable || http.request_not_sent()),
        None => {
            debug_assert_ne!(error.kind(), ErrorKind::Transport);
            false
        }
    }
}

/// Reads a body into one piece, which is the one that came where only one did.
pub(crate) async fn read(mut body: Body, idle: Duration, limit: usize) -> Result<Bytes, HttpError> {
    let too_large = || {
        HttpError::message(HttpErrorKind::Body, "the answer is larger than the client's limit")
            .with_permanent()
    };
    let declared = body.size_hint().lower();
    if declared > limit as u64 {
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    loop {
        let frame = tokio::time::timeout(idle, body.frame()).await.map_err(|_| {
            HttpError::message(HttpErrorKind::Timeout, "the body of the answer stopped coming")
        })?;
        let Some(frame) = frame else { break };
        let Ok(data) = frame?.into_data() else { continue };
        if first.len() + all.len() + data.len() > limit {
            return Err(too_large());
        }
        if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                // What a header declares is believed up to a megabyte; the rest grows as it comes.
                all.reserve(usize::try_from(declared).unwrap_or(usize::MAX).min(1 << 20).max(first.len()));
                all.extend_from_slice(&std::mem::take(&mut first));
            }
            all.extend_from_slice(&data);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// The body of an upload, which notes when something was last taken of it.
struct Upload {
    body: Body,
    progress: Arc<Mutex<Instant>>,
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        *self.progress.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Instant::now();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::FormValue;

    #[test]
    fn a_call_has_a_time_limit_that_leaves_time_for_its_retries() {
        let clerk = Clerk::new("sk_test_x").unwrap();
        let set = Clerk::builder("sk_test_x").timeout(Duration::from_secs(5)).build().unwrap();
        let limit = |clerk: &Clerk, options: &CallOptions| time_limit(clerk, &Parts::default(), options);
        let with_retry = |policy| {
            let mut options = CallOptions::default();
            options.retry = Some(policy);
            options
        };

        assert_eq!(limit(&clerk, &CallOptions::default()), Some(Duration::from_secs(60)));
        assert_eq!(limit(&clerk, &with_retry(RetryPolicy::none())), Some(Duration::from_secs(60)));
        assert_eq!(limit(&clerk, &with_retry(RetryPolicy::for_jobs())), Some(Duration::from_secs(630)));
        assert_eq!(limit(&set, &with_retry(RetryPolicy::for_jobs())), Some(Duration::from_secs(5)));

        let part = ("file".into(), FormValue::Text(String::new()));
        let upload = Parts { body: RequestBody::Form(vec![part]), ..Parts::default() };
        assert_eq!(time_limit(&clerk, &upload, &CallOptions::default()), None);
    }
}
