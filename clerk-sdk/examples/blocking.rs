//! The same client without async: `cargo run --example blocking`. It needs the cargo feature `blocking`.
//!
//! Without `CLERK_SECRET_KEY` it talks to a Clerk inside of this process; with it, to the real API, and only reads.

use clerk_sdk::mock::MockClerk;
use clerk_sdk::{Clerk, FilePart};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::var_os("CLERK_SECRET_KEY").is_some() {
        println!("Talking to the real API, and only reading.");
        return Ok(read(&Clerk::from_env()?)?);
    }
    println!("No CLERK_SECRET_KEY: talking to a Clerk inside of this process.");
    // The embedded Clerk is a server and needs a runtime; the calls below need none.
    let runtime = tokio::runtime::Runtime::new()?;
    let mock = runtime.block_on(MockClerk::start())?;
    let clerk = mock.client();
    write(&clerk)?;
    Ok(read(&clerk)?)
}

fn write(clerk: &Clerk) -> Result<(), clerk_sdk::Error> {
    for name in ["Grace", "Alan", "Barbara"] {
        let email = format!("{}@example.com", name.to_lowercase());
        let user = clerk.users().create().email_address([email]).first_name(name).send_blocking()?;
        let picture = FilePart::from_bytes("me.png", &b"not really a picture"[..]);
        clerk.users().set_profile_image(&user.id, picture).send_blocking()?;
    }
    Ok(())
}

fn read(clerk: &Clerk) -> Result<(), clerk_sdk::Error> {
    let page = clerk.users().list().limit(2).send_blocking()?;
    println!("The first page has {} users.", page.len());
    for user in clerk.users().list().items_blocking().take(10) {
        let user = user?;
        println!("{} {}", user.id, user.first_name.as_deref().unwrap_or("(no name)"));
    }
    match clerk.users().get("user_nobody").send_blocking() {
        Err(error) if error.is_not_found() => println!("{error}"),
        other => println!("Expected a 404, got {other:?}"),
    }
    Ok(())
}
