//! Webhooks for tests: an event is signed as Clerk signs it, and sent to an endpoint.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde_json::{Map, Value};

use super::MockClerk;
use crate::body::Body;
use crate::transport::{HttpClient as _, HttpError, HttpErrorKind, HttpRequest};
use crate::value::Redacted;
use crate::webhooks::Webhook;
use crate::{Clerk, Timestamp};

/// The secret of nobody's endpoint.
const ANOTHER_SECRET: &str = "whsec_Tm90IHRoZSBlbWJlZGRlZCBDbGVyaydzIHNlY3JldCE=";

/// A webhook that is about to be sent: see [`MockClerk::send_webhook`].
#[must_use = "a webhook is sent when it is awaited"]
#[derive(Clone)]
pub struct SendWebhook<'a> {
    clerk: &'a MockClerk,
    url: String,
    id: String,
    event: Result<Redacted, &'static str>,
    ago: Duration,
    secret: String,
}

impl fmt::Debug for SendWebhook<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, id, event, ago, .. } = self;
        let mut shown = f.debug_struct("SendWebhook");
        shown
            .field("url", url)
            .field("id", id)
            .field("event", event)
            .field("ago", ago)
            .finish_non_exhaustive()
    }
}

impl MockClerk {
    /// Returns the signing secret of this server's webhooks: what the endpoint under test is given. Each server has
    /// another one; those with the same [`ids`](super::MockClerkBuilder::ids) have the same.
    pub fn webhook_secret(&self) -> String {
        super::lock(&self.inner.state).webhook_secret.clone()
    }

    /// Sends an event to an endpoint, once, when it is awaited, and gives what the endpoint answers.
    ///
    /// The event is an object with `type` and `data`, or an [`Event`](crate::webhooks::Event). What is missing of the
    /// envelope is added.
    ///
    /// ```no_run
    /// # async fn example(clerk: clerk_sdk::mock::MockClerk) -> Result<(), Box<dyn std::error::Error>> {
    /// let ada = clerk.seed().user("ada@example.com").await;
    /// let event = serde_json::json!({ "type": "user.created", "data": ada });
    /// let answer = clerk.send_webhook("http://127.0.0.1:3000/webhooks", event).await?;
    /// assert_eq!(answer.status(), 204);
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_webhook(&self, url: impl Into<String>, event: impl Serialize) -> SendWebhook<'_> {
        let event = match serde_json::to_value(event) {
            Ok(Value::Object(event)) => Ok(Redacted(event)),
            Ok(_) => Err("an event is an object"),
            Err(_) => Err("the event cannot be written as JSON"),
        };
        let id = format!("msg_{}", super::lock(&self.inner.state).trace_id());
        SendWebhook {
            clerk: self,
            url: url.into(),
            id,
            event,
            ago: Duration::ZERO,
            secret: self.webhook_secret(),
        }
    }
}

impl SendWebhook<'_> {
    /// Under this id: the same one again is a repetition.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Signed this long ago. More than five minutes are a replay, which nothing should accept.
    pub fn signed_ago(mut self, ago: Duration) -> Self {
        self.ago = ago;
        self
    }

    /// Signed with the secret of another endpoint: nothing should accept this.
    pub fn forged(mut self) -> Self {
        ANOTHER_SECRET.clone_into(&mut self.secret);
        self
    }

    async fn send(self) -> Result<http::Response<Bytes>, HttpError> {
        let mut event = self.event.map_err(refused)?.0;
        let now = self.clerk.clock()();
        event.entry("object").or_insert_with(|| "event".into());
        event.entry("instance_id").or_insert_with(|| "ins_embedded".into());
        event.entry("timestamp").or_insert_with(|| Timestamp::from(now).as_millis().into());
        event.entry("data").or_insert_with(|| Value::Object(Map::new()));
        let body = Value::Object(event).to_string();
        let headers = signed(&self.secret, &self.id, now.checked_sub(self.ago).unwrap_or(now), &body)?;
        send(&self.clerk.client(), request(&self.url, headers, body)?).await
    }
}

/// Sends a whole event, signed with this secret at this time.
pub(super) async fn deliver(
    clerk: &Clerk,
    (secret, now): (&str, SystemTime),
    url: &str,
    id: &str,
    event: Map<String, Value>,
) -> Result<http::Response<Bytes>, HttpError> {
    let body = Value::Object(event).to_string();
    send(clerk, request(url, signed(secret, id, now, &body)?, body)?).await
}

async fn send(clerk: &Clerk, request: HttpRequest) -> Result<http::Response<Bytes>, HttpError> {
    let (parts, body) = clerk.0.http.send(request).await?.into_parts();
    Ok(http::Response::from_parts(parts, body.collect().await?.to_bytes()))
}

impl<'a> IntoFuture for SendWebhook<'a> {
    type Output = Result<http::Response<Bytes>, HttpError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

fn signed(secret: &str, id: &str, at: SystemTime, body: &str) -> Result<HeaderMap, HttpError> {
    let webhook = Webhook::new(secret).map_err(refused)?;
    webhook.clock(move || at).sign(id, body).map_err(refused)
}

fn request(url: &str, headers: HeaderMap, body: String) -> Result<HttpRequest, HttpError> {
    let mut request = HttpRequest::new(Body::from(Bytes::from(body)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.parse().map_err(refused)?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static("Svix-Webhooks/embedded"));
    Ok(request)
}

fn refused(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HttpError {
    HttpError::new(HttpErrorKind::Other, why).with_request_not_sent()
}
