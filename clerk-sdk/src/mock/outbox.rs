//! Webhooks for what changes: each change is an event, and a registered endpoint gets the events one after the
//! other, in their order.

use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};

use super::MockClerk;
use super::state::{Changed, State};
use super::webhook::deliver;
use crate::observe::printable;

/// An event that was sent to an endpoint: see [`MockClerk::webhooks_sent`].
/// `Debug` does not show what is secret in the event.
#[derive(Clone)]
#[non_exhaustive]
pub struct SentWebhook {
    /// The URL of the endpoint.
    pub url: String,
    /// The message's id (`svix-id`).
    pub id: String,
    /// The event's type, such as `user.created`.
    pub event_type: String,
    /// The event, as it was sent.
    pub event: Value,
    /// The status that the endpoint answered with; `None` where it could not be reached.
    pub status: Option<u16>,
}

impl fmt::Debug for SentWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentWebhook")
            .field("url", &self.url)
            .field("id", &self.id)
            .field("event", &format_args!("{}", printable(self.event.to_string().as_bytes())))
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What waits to be sent, and what was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox(Arc<Mutex<Endpoints>>);

#[derive(Debug, Default)]
struct Endpoints {
    queues: Vec<mpsc::UnboundedSender<Job>>,
    sent: Vec<SentWebhook>,
}

#[derive(Debug)]
enum Job {
    Send(String, Map<String, Value>),
    /// Everything before this was sent.
    Tell(oneshot::Sender<()>),
}

impl MockClerk {
    /// Sends an event to this endpoint for each change from now on: users, sessions, organizations and what belongs
    /// to them, roles, permissions, the waitlist, subscriptions and payments. They are signed with [`webhook_secret`](Self::webhook_secret) and
    /// sent one after the other, each once; an endpoint that fails misses one.
    pub fn webhook_endpoint(&self, url: impl Into<String>) {
        let url = url.into();
        let (sender, mut jobs) = mpsc::unbounded_channel();
        let outbox = self.inner.outbox.clone();
        super::lock(&outbox.0).queues.push(sender);
        let (clerk, secret, time) = (self.client(), self.webhook_secret(), self.clock());
        let clock = Arc::downgrade(&self.inner.state);
        tokio::spawn(async move {
            while let Some(job) = jobs.recv().await {
                let (id, event) = match job {
                    Job::Send(id, event) => (id, event),
                    Job::Tell(waiting) => {
                        // Who waited may have given up.
                        let _ = waiting.send(());
                        continue;
                    }
                };
                // The server is gone, and with it who would want to know.
                if clock.strong_count() == 0 {
                    return;
                }
                let event_type = event["type"].as_str().unwrap_or_default().to_owned();
                let answer = deliver(&clerk, (&secret, time()), &url, &id, event.clone()).await;
                let status = answer.ok().map(|answer| answer.status().as_u16());
                let (url, event) = (url.clone(), Value::Object(event));
                super::lock(&outbox.0).sent.push(SentWebhook { url, id, event_type, event, status });
            }
        });
    }

    /// The events that were sent to [registered endpoints](Self::webhook_endpoint), all of those for what has changed
    /// so far included: it waits for their answers.
    pub async fn webhooks_sent(&self) -> Vec<SentWebhook> {
        let outbox = &self.inner.outbox;
        let queues = super::lock(&outbox.0).queues.clone();
        for queue in queues {
            let (sender, told) = oneshot::channel();
            if queue.send(Job::Tell(sender)).is_ok() {
                let _ = told.await;
            }
        }
        super::lock(&outbox.0).sent.clone()
    }
}

impl Outbox {
    /// Queues the events that changes are. The state is locked, so that their order is that of the changes.
    pub(super) fn put(&self, changes: &[Changed], state: &mut State) {
        let mut endpoints = super::lock(&self.0);
        endpoints.queues.retain(|queue| !queue.is_closed());
        if endpoints.queues.is_empty() {
            return;
        }
        for changed in changes {
            for (event_type, data) in state.events(changed, changes) {
                let event = json!({
                    "object": "event", "type": event_type, "data": data, "timestamp": state.now(),
                    "instance_id": state.instance_id(),
                });
                let event = event.as_object().cloned().unwrap_or_default();
                let id = format!("msg_{}", state.trace_id());
                for queue in &endpoints.queues {
                    let _ = queue.send(Job::Send(id.clone(), event.clone()));
                }
            }
        }
    }
}
