//! Data in a file: it is there again after the server was killed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use clerk_sdk::mock::MockClerk;
use serde_json::json;

use crate::api::Api;
use crate::token::Token;

/// Names the file to the process that serves it.
const FILE: &str = "CLERK_TESTS_DATA";

async fn on(file: &Path) -> Api {
    let clerk = MockClerk::builder().data(file).start().await.expect("a server");
    Api { clerk, http: clerk_sdk::reqwest_builder().build().expect("a client") }
}

#[tokio::test]
async fn a_picture_is_at_the_new_address_of_a_server_that_was_started_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clerk.redb");
    let api = on(&file).await;
    let ada = api.user("ada@example.com").await;
    let path = format!("/users/{ada}");
    api.with_form(reqwest::Method::POST, &format!("{path}/profile_image"), &[], b"one").await;
    drop(api);

    let api = open_again(&file).await;

    let user = api.get(&path).await.body;
    let picture = api.http.get(user["image_url"].as_str().expect("a URL")).send().await.expect("an answer");
    assert_eq!(user["profile_image_url"], user["image_url"]);
    assert_eq!(picture.bytes().await.expect("a body"), "one");
}

#[tokio::test]
async fn what_was_stored_is_there_again_in_its_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clerk.redb");
    let api = on(&file).await;
    let ada = api.clerk.seed().user("ada@example.com").with("password", "a good password").await;
    api.clerk.seed().role("org:king", ["org:realm:rule"]).await;
    let token = Token::read(&api.clerk.sign_in(&ada).organization("acme", "org:king").token());
    for n in 0..3 {
        api.create("/redirect_urls", json!({ "url": format!("https://example.com/{n}") })).await;
    }
    api.delete(&format!("/redirect_urls/{}", api.get("/redirect_urls").await.column("id")[1])).await;
    api.patch("/instance/organization_settings", json!({ "max_allowed_memberships": 7 })).await;
    api.clerk.rotate_keys();
    api.clerk.seed().plan("pro").await;
    api.clerk.seed().subscription(&ada.id, "pro").await;
    let paths = [
        "/users",
        "/redirect_urls",
        "/organizations",
        "/organization_roles",
        "/jwks",
        "/instance",
        "/billing/prices",
        "/billing/subscription_items",
        "/billing/statements",
    ];
    let mut before = Vec::new();
    for path in paths {
        before.push(api.get(path).await.body);
    }
    let secret = api.clerk.webhook_secret();
    drop(api);

    let api = open_again(&file).await;

    for (path, before) in paths.iter().zip(before) {
        assert_eq!(api.get(path).await.body, before, "{path}");
    }
    assert_eq!(api.clerk.webhook_secret(), secret);
    let verify = format!("/users/{}/verify_password", ada.id);
    assert_eq!(api.post(&verify, json!({ "password": "a good password" })).await.status, 200);
    assert!(token.is_signed_by(&api.get("/jwks").await.body));
    assert_eq!(api.get("/instance/organization_settings").await.body["max_allowed_memberships"], 7);
    let again = api.post("/users", json!({ "email_address": ["ada@example.com"] })).await;
    assert_eq!(again.refusal().1, "form_identifier_exists");
}

#[tokio::test]
async fn what_only_seeds_make_and_what_was_changed_of_what_is_there_before_is_there_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clerk.redb");
    let api = on(&file).await;
    let ada = api.user("ada@example.com").await;
    let seed = api.clerk.seed();
    seed.external_account(&ada, "oauth_google", "ada@gmail.com").await;
    seed.trusted_device(&ada, "Phone").await;
    let sign_up = seed.sign_up("eve@example.com").await.id;
    let connection = json!({ "name": "Okta", "provider": "saml_okta", "domains": ["acme.example"] });
    let connection = api.create("/enterprise_connections", connection).await;
    seed.test_run(&connection, "success").await;
    let role = api.get("/organization_roles").await.body["data"][0]["id"].clone();
    let directory = json!({
        "enterprise_connection_id": connection, "provider": "okta",
        "group_role_mappings": [{ "scim_group_id": "staff", "role_id": role }],
    });
    let directory = api.create("/directories", directory).await;
    api.put("/templates/sms/verification_code", json!({ "body": "{{otp_code}}" })).await;
    let paths = [
        format!("/users/{ada}/oauth_access_tokens/google"),
        format!("/users/{ada}/trusted_devices"),
        format!("/sign_ups/{sign_up}"),
        format!("/enterprise_connections/{connection}/test_runs"),
        format!("/scim_directories/{directory}"),
        format!("/directories/{directory}/group_role_mappings"),
        "/templates/sms".to_owned(),
        "/domains".to_owned(),
    ];
    let mut before = Vec::new();
    for path in &paths {
        before.push(api.get(path).await.body);
    }
    api.post("/webhooks/svix", json!({})).await;
    drop(api);

    let api = open_again(&file).await;

    for (path, before) in paths.iter().zip(before) {
        assert_eq!(api.get(path).await.body, before, "{path}");
    }
    assert_eq!(api.post("/webhooks/svix", json!({})).await.refusal(), (400, "svix_app_exists", None));
}

/// The server's tasks let go of the file a moment after it was dropped.
async fn open_again(file: &Path) -> Api {
    for _ in 0..3000 {
        if let Ok(clerk) = MockClerk::builder().data(file).start().await {
            return Api { clerk, http: clerk_sdk::reqwest_builder().build().expect("a client") };
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the file is still held");
}

/// Not a test of its own: the server that is killed, in a process that `survives_a_kill…` starts.
#[tokio::test]
#[ignore = "serves until it is killed"]
async fn serves_until_it_is_killed() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let api = on(Path::new(&file)).await;
    println!("\nserving {}", api.clerk.url());
    std::future::pending::<()>().await;
}

fn spawn(file: &Path) -> (Child, String) {
    let arguments = ["--exact", "data::serves_until_it_is_killed", "--ignored", "--nocapture"];
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let child = command.args(arguments).env(FILE, file).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("a process");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut urls = lines.map_while(Result::ok).filter_map(|l| l.strip_prefix("serving ").map(str::to_owned));
    let url = urls.next().expect("a URL");
    (child, url)
}

#[tokio::test]
async fn survives_a_kill_without_losing_what_it_said_was_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clerk.redb");
    let http = clerk_sdk::reqwest_builder().build().expect("a client");
    let mut stored = Vec::new();

    for round in 0..3 {
        let (mut server, url) = spawn(&file);
        for n in 0..20 {
            let request =
                http.post(format!("{url}/users")).header("authorization", "Bearer sk_test_embedded");
            let body = json!({ "username": format!("user-{round}-{n}") }).to_string();
            let request = request.header("content-type", "application/json").body(body);
            if round == 2 && n == 19 {
                // Whether this one is stored is open: the kill comes while it is on its way.
                let sending = tokio::spawn(request.send());
                server.kill().expect("a kill");
                let _ = sending.await;
                break;
            }
            let answer = crate::api::send(request).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            stored.push(answer.body);
        }
        server.kill().expect("a kill");
        server.wait().expect("an end");
    }

    let api = on(&file).await;
    for user in &stored {
        let read = api.get(&format!("/users/{}", user["id"].as_str().expect("an id"))).await;
        assert_eq!(&read.body, user);
    }
    assert_eq!(stored.len(), 59);
}
