//! Those who call the examples: two users with tokens that hold an hour, and what they may try.

use std::time::Duration;

use clerk_sdk::mock::MockClerk;

/// Where the examples listen.
pub const ADDRESS: (&str, u16) = ("127.0.0.1", 3000);
/// The origin of their frontend, which tokens are made for.
pub const ORIGIN: &str = "https://app.example.com";

/// Signs the two in, and prints the lines to try.
pub async fn arrive(mock: &MockClerk) {
    let ada = mock.seed().user("ada@example.com").await;
    let grace = mock.seed().user("grace@example.com").await;
    for (name, user, role) in [("ADA", &ada, "org:member"), ("GRACE", &grace, "org:admin")] {
        let sign_in = mock.sign_in(user).authorized_party(ORIGIN).lifetime(Duration::from_secs(3600));
        println!("{name}={}", sign_in.organization("acme", role).token());
    }
    let (host, port) = ADDRESS;
    for (path, what, name) in [
        ("", "Everybody may see this.", None),
        ("me", "401: this takes somebody who is signed in.", None),
        ("me", "Ada.", Some("ADA")),
        ("admin", "403: Ada is no admin.", Some("ADA")),
        ("admin", "Grace is.", Some("GRACE")),
    ] {
        let header = name.map(|name| format!(" -H \"Authorization: Bearer ${name}\"")).unwrap_or_default();
        println!("\n# {what}\ncurl -i http://{host}:{port}/{path}{header}");
    }
}
