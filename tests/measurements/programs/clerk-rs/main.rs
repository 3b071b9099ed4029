use clerk_rs::{ClerkConfiguration, apis::users_api::get_user_list};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clerk = ClerkConfiguration::new(std::env::var("CLERK_SECRET_KEY")?);
    let users = get_user_list(
        &clerk, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None,
        None, None, None, None, Some(10), None, None, None,
    )
    .await?;
    for user in users {
        println!("{} {}", user.id, user.first_name.unwrap_or_default());
    }
    Ok(())
}
