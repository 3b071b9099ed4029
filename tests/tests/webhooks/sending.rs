//! What the embedded Clerk sends.

use std::time::Duration;

use clerk_sdk::http::{HeaderMap, HeaderName, HeaderValue};
use clerk_sdk::mock::MockClerk;
use clerk_sdk::webhooks::{Delivery, Event, Webhook, WebhookError};
use clerk_tests::server::{Recorded, Reply, Server};
use serde_json::{Value, json};

/// An endpoint that answers whatever comes, and says afterwards what it would make of it.
struct Endpoint {
    server: Server,
    webhook: Webhook,
}

impl Endpoint {
    fn of(clerk: &MockClerk) -> Self {
        let server = Server::answering(|_| Reply::text(204, ""));
        Self { server, webhook: Webhook::new(clerk.webhook_secret()).unwrap() }
    }

    fn url(&self) -> String {
        format!("{}/webhooks", self.server.url())
    }

    fn verify(&self, seen: &Recorded) -> Result<Delivery, WebhookError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &seen.headers {
            headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
        self.webhook.verify_delivery(&headers, &seen.body)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_arrives_signed_and_with_its_envelope() {
    let clerk = MockClerk::start().await.unwrap();
    let endpoint = Endpoint::of(&clerk);
    let ada = clerk.seed().user("ada@example.com").await;

    let answer =
        clerk.send_webhook(endpoint.url(), json!({"type": "user.created", "data": ada})).await.unwrap();

    assert_eq!(answer.status(), 204);
    let seen = endpoint.server.seen().remove(0);
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/v1/webhooks"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("authorization"), None);
    let delivery = endpoint.verify(&seen).unwrap();
    assert!(delivery.id.starts_with("msg_"), "{}", delivery.id);
    assert_eq!(delivery.event.kind(), "user.created");
    let event: Value = serde_json::to_value(&delivery.event).unwrap();
    assert_eq!(event["data"]["id"], ada.id.as_str());
    assert_eq!(event["object"], "event");
    assert!(event["timestamp"].as_i64().unwrap() > 1_000_000_000_000, "{event}");
    assert!(event["instance_id"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_says_of_its_envelope_stays() {
    let clerk = MockClerk::start().await.unwrap();
    let endpoint = Endpoint::of(&clerk);
    let event =
        json!({"type": "x", "timestamp": 5, "instance_id": "ins_1", "object": "event", "data": {"a": 1}});

    clerk.send_webhook(endpoint.url(), &event).await.unwrap();

    let delivery = endpoint.verify(&endpoint.server.seen()[0]).unwrap();
    assert!(matches!(delivery.event, Event::Unknown(_)));
    assert_eq!(serde_json::to_value(&delivery.event).unwrap(), event);
}

#[tokio::test(flavor = "multi_thread")]
async fn repetitions_replays_and_forgeries_can_be_sent() {
    let clerk = MockClerk::start().await.unwrap();
    let endpoint = Endpoint::of(&clerk);
    let send = || clerk.send_webhook(endpoint.url(), json!({"type": "session.ended"}));

    send().id("msg_1").await.unwrap();
    send().id("msg_1").signed_ago(Duration::from_secs(200)).await.unwrap();
    send().signed_ago(Duration::from_secs(310)).await.unwrap();
    send().forged().await.unwrap();

    let outcomes: Vec<_> = endpoint
        .server
        .seen()
        .iter()
        .map(|seen| endpoint.verify(seen).map_or_else(|error| error.reason().as_str().to_owned(), |it| it.id))
        .collect();
    assert_eq!(outcomes, ["msg_1", "msg_1", "timestamp-too-old", "no-matching-signature"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_an_error() {
    let clerk = MockClerk::start().await.unwrap();
    let url = Endpoint::of(&clerk).url();
    let nobody = clerk_tests::server::nobody();

    for send in [
        clerk.send_webhook(&url, "no object"),
        clerk.send_webhook("no URL", json!({"type": "x"})),
        clerk.send_webhook(&url, json!({"type": "x"})).id("a\nb"),
        clerk.send_webhook(nobody, json!({"type": "x"})),
    ] {
        let error = send.await.unwrap_err();
        assert!(error.request_not_sent(), "{error}");
    }
}
