//! What Clerk sends.

use clerk_sdk::http::HeaderMap;
use clerk_sdk::webhooks::{Event, Webhook};

fn webhooks(
    headers: &clerk_sdk::http::HeaderMap,
    body: &[u8],
) -> Result<(), clerk_sdk::webhooks::WebhookError> {
    // code: webhooks
    use clerk_sdk::webhooks::{Event, Webhook};

    let webhook = Webhook::from_env()?; // CLERK_WEBHOOK_SIGNING_SECRET
    match webhook.verify(headers, body)? {
        Event::UserCreated(event) => println!("welcome {}", event.data.id),
        Event::Unknown(event) => println!("{} has no type here: {:?}", event.kind, event.error),
        _ => {}
    }
    // end
    Ok(())
}

async fn in_two_steps(webhook: &Webhook, headers: &HeaderMap) -> Result<Event, Box<dyn std::error::Error>> {
    // code: check-headers
    let checked = webhook.check_headers(headers)?; // nothing is verified about the sender yet
    let body = read_body().await?; // with limits of size and time
    let event = checked.verify(body)?;
    // end
    Ok(event)
}

async fn read_body() -> Result<Vec<u8>, std::io::Error> {
    Ok(br#"{"type":"user.created","data":{}}"#.to_vec())
}

#[tokio::test]
async fn a_webhook_is_verified_in_two_steps() {
    let webhook = Webhook::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let headers = webhook.sign("msg_1", r#"{"type":"user.created","data":{}}"#).unwrap();
    assert_eq!(in_two_steps(&webhook, &headers).await.unwrap().kind(), "user.created");
}
