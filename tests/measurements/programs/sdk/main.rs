use clerk_sdk::Clerk;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clerk = Clerk::from_env()?;
    for user in clerk.users().list().limit(10).await? {
        println!("{} {}", user.id, user.first_name.unwrap_or_default());
    }
    Ok(())
}
