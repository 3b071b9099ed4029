//! What Clerk sends.

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
