//! A first walk through the SDK: `cargo run --example quickstart`.
//!
//! Without a key it talks to a Clerk that runs inside of this process. With `CLERK_SECRET_KEY` set it talks to the real
//! API, and only reads there; `CLERK_QUICKSTART_WRITE=1` lets it create things, which it deletes again.

use clerk_sdk::mock::MockClerk;
use clerk_sdk::types::{Organization, User};
use clerk_sdk::{Clerk, Error, FilePart, Null, RetryPolicy};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::var_os("CLERK_SECRET_KEY").is_some() {
        let clerk = Clerk::from_env()?;
        println!("Talking to the real API.");
        read(&clerk).await?;
        if std::env::var("CLERK_QUICKSTART_WRITE").is_ok_and(|write| write == "1") {
            write(&clerk, "ada+clerk_test@example.com").await?;
        } else {
            println!("Only reading. CLERK_QUICKSTART_WRITE=1 shows the rest, and cleans up behind itself.");
        }
        return Ok(());
    }
    println!("No CLERK_SECRET_KEY: talking to a Clerk inside of this process.");
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    for name in ["Grace", "Alan", "Edsger", "Barbara", "Donald"] {
        let email = format!("{}@example.com", name.to_lowercase());
        clerk.users().create().email_address([email]).first_name(name).await?;
    }
    read(&clerk).await?;
    write(&clerk, "ada@example.com").await?;
    limits(&mock, &clerk).await
}

/// Lists, page by page and item by item.
async fn read(clerk: &Clerk) -> Result<(), Error> {
    let total = clerk.users().count().await?;
    println!("\nUsers: {} in all, two pages of two:", total.total_count);
    let mut pages = clerk.users().list().limit(2).order_by("created_at").pages();
    for _ in 0..2 {
        let Some(page) = pages.try_next().await? else { break };
        println!("  {}", page.iter().map(name).collect::<Vec<_>>().join(", "));
    }
    let mut users = clerk.users().list().items();
    let mut count = 0;
    while let Some(user) = users.try_next().await? {
        if count < 3 {
            println!("  {} since {}", user.id, user.created_at);
        }
        count += 1;
    }
    println!("  … walked through {count}");
    Ok(())
}

/// A user with metadata and a picture, and an organization that the user belongs to.
async fn write(clerk: &Clerk, email: &str) -> Result<(), Error> {
    let user = clerk
        .users()
        .create()
        .email_address([email])
        .first_name("Ada")
        .public_metadata(json!({ "plan": "pro", "seats": 3 }))
        .await?;
    println!("\nCreated {} with {}", name(&user), json!(user.public_metadata));

    let user = clerk.users().update(&user.id).last_name("Lovelace").username(Null).await?;
    println!("Updated to {}", name(&user));

    let user = clerk.users().update_metadata(&user.id).public_metadata(json!({ "plan": null })).await?;
    let seats: Option<u32> = user.public_metadata.get_as("seats").ok().flatten();
    println!(
        "Deleted a key of the metadata with null, {seats:?} seats stay: {}",
        json!(user.public_metadata)
    );

    let picture = std::env::temp_dir().join(format!("clerk-quickstart-{}.png", std::process::id()));
    if let Err(error) = std::fs::write(&picture, PIXEL) {
        println!("No picture today: {error}");
    } else {
        let user = clerk.users().set_profile_image(&user.id, FilePart::from_path(&picture).await?).await?;
        println!("Uploaded a picture from a file: {}", user.image_url.as_deref().unwrap_or("(none)"));
        // A leftover in the folder for temporary files hurts nobody.
        let _ = std::fs::remove_file(&picture);
    }

    let organization: Organization =
        clerk.organizations().create("Analytical Engines").created_by(&user.id).await?;
    let members: Vec<_> =
        clerk.organization_memberships().list(&organization.id).items().try_collect().await?;
    println!("Organization {} has {} member(s)", organization.name, members.len());

    clerk.organizations().delete(&organization.id).await?;
    clerk.users().delete(&user.id).await?;
    match clerk.users().get(&user.id).await {
        Err(error) if error.is_not_found() => println!("Deleted both. Asking again says:\n  {error}"),
        other => println!("Expected a 404, got {other:?}"),
    }
    Ok(())
}

/// What a rate limit looks like, and how retries deal with it.
async fn limits(mock: &MockClerk, clerk: &Clerk) -> Result<(), Box<dyn std::error::Error>> {
    mock.fail_next(429, 1);
    if let Err(error) = clerk.users().count().with_retry(RetryPolicy::none()).await {
        let wait = error.api().and_then(|api| api.retry_after());
        println!("\nWithout retries a rate limit is an error (wait {wait:?}):\n  {error}");
    }
    mock.fail_next(503, 1);
    let response = clerk.users().count().with_response().await?;
    println!(
        "With retries a short outage is not: {} after {} attempts",
        response.status(),
        response.attempts()
    );
    Ok(())
}

fn name(user: &User) -> String {
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    names.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A picture of one pixel.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0,
    0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0,
    1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
