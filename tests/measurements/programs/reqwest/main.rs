use serde::Deserialize;

#[derive(Deserialize)]
struct User {
    id: String,
    first_name: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = std::env::var("CLERK_SECRET_KEY")?;
    let request = reqwest::Client::new().get("https://api.clerk.com/v1/users?limit=10").bearer_auth(key);
    let users: Vec<User> = request.send().await?.error_for_status()?.json().await?;
    for user in users {
        println!("{} {}", user.id, user.first_name.unwrap_or_default());
    }
    Ok(())
}
