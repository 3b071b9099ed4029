//! The server itself: where it is, what it notes, and the trouble that it makes when it is told to.

use std::time::{Duration, Instant};

use clerk_sdk::FilePart;
use clerk_sdk::mock::{Fault, MockClerk};
use reqwest::Method;
use serde_json::json;

use crate::api::{Api, send};

/// How long a test waits at most for what comes at once.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn answers_with_and_without_v1() {
    let api = Api::start().await;
    let key = ("authorization", "Bearer sk_test_embedded");

    let with = send(api.bare(Method::GET, "/v1/users/count").header(key.0, key.1)).await;
    let without = send(api.bare(Method::GET, "/users/count").header(key.0, key.1)).await;

    assert_eq!((with.status, without.status), (200, 200));
    assert_eq!(with.body, without.body);
}

#[tokio::test]
async fn servers_know_nothing_of_each_other() {
    let (one, other) = (Api::start().await, Api::start().await);

    let id = one.user("ada@example.com").await;

    assert_eq!(other.get(&format!("/users/{id}")).await.status, 404);
    assert!(other.clerk.received("CreateUser").is_empty());
    other.user("ada@example.com").await;
}

#[tokio::test]
async fn is_gone_when_it_is_dropped() {
    let clerk = MockClerk::start().await.expect("a server");
    let address = clerk.url().replace("http://", "").replace("/v1", "");

    drop(clerk);

    let deadline = Instant::now() + PATIENCE;
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        assert!(Instant::now() < deadline, "the port still answers");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn its_own_client_is_ready_for_use() {
    let api = Api::start().await;
    api.user("ada@example.com").await;

    let client = api.clerk.client();
    let count: serde_json::Value = client.request(http::Method::GET, "/users/count").await.expect("a count");

    assert_eq!(count["total_count"], 1);
}

#[tokio::test]
async fn fails_the_next_requests_and_then_works_again() {
    let api = Api::start().await;

    api.clerk.fail_next(503, 2);
    let statuses = [api.get("/users").await, api.get("/users").await, api.get("/users").await];

    assert_eq!(statuses[0].refusal(), (503, "maintenance_mode", None));
    assert_eq!(statuses.map(|a| a.status), [503, 503, 200]);
}

#[tokio::test]
async fn a_failed_request_has_changed_nothing() {
    let api = Api::start().await;

    api.clerk.fail_next(500, 1);
    let failed = api.post("/users", json!({ "email_address": ["ada@example.com"] })).await;

    assert_eq!(failed.status, 500);
    assert_eq!(api.get("/users/count").await.body["total_count"], 0);
}

#[tokio::test]
async fn waits_as_long_as_it_was_told() {
    let api = Api::start().await;

    api.clerk.delay(Duration::from_millis(120));
    let begin = Instant::now();
    api.get("/users").await;
    let slow = begin.elapsed();
    api.clerk.delay(Duration::from_secs(3600));
    api.clerk.clear_faults();
    let quick = tokio::time::timeout(PATIENCE, api.get("/users")).await;

    assert!(slow >= Duration::from_millis(120), "{slow:?}");
    assert_eq!(quick.expect("no delay any more").status, 200);
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back_and_keeps_its_word() {
    let api = Api::start().await;

    api.clerk.rate_limit(2, Duration::from_millis(2900));
    let answers = [api.get("/users").await, api.get("/users").await, api.get("/users").await];

    assert_eq!([answers[0].status, answers[1].status], [200, 200]);
    assert_eq!(answers[2].refusal(), (429, "too_many_requests", None));
    let seconds: u64 = answers[2].headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=3).contains(&seconds), "{seconds}");
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    assert_eq!(api.get("/users").await.status, 200);
}

#[tokio::test]
async fn an_ordered_rate_limit_says_how_long_to_wait() {
    let api = Api::start().await;

    api.clerk.fail_next(429, 1);
    api.clerk.inject(Fault::RateLimited(Duration::from_millis(2500)), 1);
    api.clerk.fail_next(503, 1);
    let answers = [api.get("/users").await, api.get("/users").await, api.get("/users").await];

    assert_eq!(answers[0].refusal(), (429, "too_many_requests", None));
    assert_eq!(answers[0].body["errors"][0]["message"], "Too many requests");
    assert!(answers[0].body["clerk_trace_id"].is_string());
    assert_eq!(answers[0].headers["retry-after"], "1");
    assert_eq!((answers[1].status, &answers[1].headers["retry-after"]), (429, &"3".parse().unwrap()));
    assert!(!answers[2].headers.contains_key("retry-after"));
    assert_eq!(api.get("/users").await.status, 200);
}

#[tokio::test]
async fn one_operation_is_slow_where_that_was_ordered_for_it_and_is_acted_on() {
    let api = Api::start().await;

    api.clerk.inject_on("CreateUser", Fault::Delay(Duration::from_secs(3600)), 1);
    let another = tokio::time::timeout(PATIENCE, api.get("/users")).await;
    api.clerk.clear_faults();
    api.clerk.inject_on("CreateUser", Fault::Delay(Duration::from_millis(150)), 1);
    let begin = Instant::now();
    let created = (api.post("/users", json!({ "username": "ada1" })).await.status, begin.elapsed());

    assert_eq!((another.expect("no delay").status, created.0), (200, 200));
    assert!(created.1 >= Duration::from_millis(150), "{created:?}");
}

#[tokio::test]
async fn notes_what_it_was_sent() {
    let api = Api::start().await;

    let body = json!({ "email_address": ["ada@example.com"] });
    api.post("/users", body.clone()).await;
    send(
        api.request(Method::GET, "/users?limit=1&email_address=a%40b.co&email_address=c")
            .header("x-test", "1"),
    )
    .await;
    api.get("/nothing").await;

    let requests = api.clerk.requests();
    let ids: Vec<_> = requests.iter().map(|r| r.operation_id.as_deref()).collect();
    assert_eq!(ids, [Some("CreateUser"), Some("GetUserList"), None]);
    assert_eq!(api.clerk.received("CreateUser")[0].body.json(), Some(&body));
    let list = &api.clerk.received("GetUserList")[0];
    let query: Vec<_> = list.query.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(query, [("limit", "1"), ("email_address", "a@b.co"), ("email_address", "c")]);
    assert_eq!((list.path.as_str(), &list.method), ("/v1/users", &Method::GET));
    assert_eq!(list.headers["x-test"], "1");
    assert_eq!(requests[1].body, clerk_sdk::mock::RecordedBody::Empty);
    api.clerk.clear_requests();
    assert!(api.clerk.requests().is_empty());
}

#[tokio::test]
async fn notes_requests_that_it_was_told_to_fail() {
    let api = Api::start().await;

    api.clerk.fail_next(500, 1);
    api.post("/users", json!({})).await;

    assert_eq!(api.clerk.received("CreateUser").len(), 1);
}

#[tokio::test]
async fn notes_the_parts_of_a_form() {
    let api = Api::start().await;
    let user = api.user("ada@example.com").await;
    let organization = api.create("/organizations", json!({ "name": "Acme" })).await;
    let picture = vec![7_u8; 3 << 20];

    let path = format!("/organizations/{organization}/logo");
    let answer = api.with_form(Method::PUT, &path, &[("uploader_user_id", &user)], &picture).await;

    assert_eq!((answer.status, &answer.body["has_image"]), (200, &json!(true)));
    let request = &api.clerk.received("UploadOrganizationLogo")[0];
    let [uploader, file] = request.body.parts() else { panic!("{:?}", request.body.parts().len()) };
    assert_eq!((uploader.name.as_str(), uploader.content.as_ref()), ("uploader_user_id", user.as_bytes()));
    assert_eq!((file.name.as_str(), file.file_name.as_deref()), ("file", Some("ada.png")));
    assert_eq!((file.content_type.as_deref(), file.size), (Some("image/png"), 3 << 20));
    assert_eq!(file.content.len(), 1 << 20);
}

#[tokio::test]
async fn what_was_seeded_is_there_and_not_in_the_record() {
    let api = Api::start().await;
    api.clerk.fail_next(500, 1);

    let seed = api.clerk.seed();
    let ada = seed.user("ada@example.com").with("first_name", "Ada").await;
    let acme = seed.organization("Acme").with("slug", "the-acme").await;
    let membership = seed.membership(&acme.id, &ada.id, "org:admin").await;
    let session = seed.session(&ada.id).await;

    assert!(api.clerk.requests().is_empty());
    assert_eq!(api.get("/users").await.status, 500);
    let read = api.get(&format!("/users/{}", ada.id)).await.body;
    assert_eq!(read["first_name"], "Ada");
    assert_eq!(ada.first_name.as_deref(), Some("Ada"));
    let members = api.get("/organizations/the-acme/memberships").await;
    assert_eq!(members.column("id"), [membership.id.as_str()]);
    assert_eq!(api.get(&format!("/sessions/{}", session.id)).await.body["status"], "active");
}

#[tokio::test]
#[should_panic(expected = "form_identifier_exists")]
async fn a_seed_that_is_refused_says_why() {
    let api = Api::start().await;
    api.clerk.seed().user("ada@example.com").await;

    api.clerk.seed().user("ada@example.com").await;
}

#[tokio::test]
async fn what_is_printed_of_recorded_requests_shows_no_key_and_no_password() {
    let clerk = MockClerk::start().await.unwrap();
    let user = clerk.client().users().create().email_address(["ada@example.com"]);
    user.password("correct horse battery").await.unwrap();
    let ada = clerk.seed().user("grace@example.com").await;
    let picture = FilePart::from_bytes("a.png", &b"secret pixels"[..]);
    clerk.client().users().set_profile_image(&ada.id, picture).await.unwrap();

    let printed = format!("{:?}", clerk.requests());

    for gone in [clerk.secret_key(), "correct horse", "secret pixels"] {
        assert!(!printed.contains(gone), "{gone} in {printed}");
    }
    for kept in ["CreateUser", "ada@example.com", "a.png"] {
        assert!(printed.contains(kept), "{kept} not in {printed}");
    }
    assert_eq!(clerk.received("CreateUser")[0].headers["authorization"], "Bearer sk_test_embedded");
}
