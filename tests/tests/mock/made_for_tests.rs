//! What a test can do with the server beside asking it: fix its ids and its time, go back, spoil its answers.

use std::time::{Duration, UNIX_EPOCH};

use clerk_sdk::auth::{Permission, Role};
use clerk_sdk::mock::{Fault, MockClerk};
use clerk_tests::server::{Reply, Server};
use serde_json::{Value, json};

use crate::api::Api;
use crate::token::Token;

const START: Duration = Duration::from_secs(1_700_000_000);

async fn fixed() -> Api {
    let clerk = MockClerk::builder().ids(7).clock(UNIX_EPOCH + START).start().await.expect("a server");
    Api { clerk, http: clerk_sdk::reqwest_builder().build().expect("a client") }
}

#[tokio::test]
async fn the_same_requests_give_the_same_answers_where_ids_and_time_are_fixed() {
    let (one, other) = (fixed().await, fixed().await);
    let body = json!({ "email_address": ["ada@example.com"], "username": "ada1" });

    let (a, b) = (one.post("/users", body.clone()).await.body, other.post("/users", body).await.body);

    assert_eq!(a, b);
    assert_eq!(a["created_at"], 1_700_000_000_000_i64);
    let by_chance = Api::start().await.user("ada@example.com").await;
    assert_ne!(a["id"], json!(by_chance));
}

#[tokio::test]
async fn time_goes_on_as_told_and_things_expire() {
    let api = fixed().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let email = ada.primary_email_address_id.as_deref().expect("an id");
    let path = format!("/email_addresses/{email}");
    let code = api.post(&format!("{path}/prepare_verification"), json!({})).await.body;
    let token = api.post("/m2m_tokens", json!({ "seconds_until_expiration": 60 })).await.body;

    api.clerk.advance(Duration::from_secs(3600));
    let attempt = json!({ "verification_id": code["id"], "code": "424242" });
    let attempt = api.post(&format!("{path}/attempt_verification"), attempt).await.body;
    let verified = api.post("/m2m_tokens/verify", json!({ "token": token["token"] })).await.body;
    let later = api.clerk.seed().user("bob@example.com").await;

    assert_eq!(attempt["status"], "expired");
    assert_eq!(verified["expired"], true);
    assert_eq!(later.created_at.as_millis() - ada.created_at.as_millis(), 3_600_000);
    let claims = Token::read(&api.clerk.sign_in(&ada).token()).claims;
    assert_eq!(claims["iat"], 1_700_003_600);
}

#[tokio::test]
async fn a_snapshot_brings_everything_back() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    api.create("/organizations", json!({ "name": "Acme", "created_by": ada })).await;
    let before =
        (api.get("/users").await.body, api.get("/organizations").await.body, api.get("/jwks").await.body);

    let snapshot = api.clerk.snapshot();
    api.delete(&format!("/users/{ada}")).await;
    api.delete("/organizations/acme").await;
    api.create("/redirect_urls", json!({ "url": "https://example.com/" })).await;
    api.patch("/instance/restrictions", json!({ "allowlist": true })).await;
    api.clerk.rotate_keys();
    let bob = api.post("/users", json!({ "email_address": ["bob@example.com"] })).await;
    api.clerk.restore(&snapshot);

    assert_eq!(bob.status, 403);
    let after =
        (api.get("/users").await.body, api.get("/organizations").await.body, api.get("/jwks").await.body);
    assert_eq!(before, after);
    assert_eq!(api.get("/redirect_urls").await.body, json!([]));
    assert_eq!(api.get(&format!("/users/{ada}/organization_memberships")).await.body["total_count"], 1);
    api.user("bob@example.com").await;
    api.clerk.restore(&snapshot);
    assert_eq!(api.get("/users/count").await.body["total_count"], 1);
}

#[tokio::test]
async fn a_refused_request_changes_nothing_even_half_way() {
    let api = Api::start().await;
    let bulk = json!([{ "email_address": "a@example.com" }, { "email_address": "no address" }]);

    assert_eq!(api.post("/waitlist_entries/bulk", bulk.clone()).await.status, 422);
    assert_eq!(api.post("/invitations/bulk", bulk).await.status, 422);

    assert_eq!(api.get("/waitlist_entries").await.body["total_count"], 0);
    assert_eq!(api.get("/invitations").await.body, json!([]));
}

#[tokio::test]
async fn faults_come_in_order_and_only_where_they_were_ordered() {
    let api = Api::start().await;

    api.clerk.inject_on("CreateUser", Fault::Status(500), 1);
    api.clerk.inject(Fault::Status(503), 1);
    api.clerk.inject(Fault::Status(429), 1);
    let statuses = [
        api.get("/users").await.status,
        api.post("/users", json!({ "username": "ada1" })).await.status,
        api.get("/users").await.status,
        api.post("/users", json!({ "username": "ada1" })).await.status,
    ];

    assert_eq!(statuses, [503, 500, 429, 200]);
}

#[tokio::test]
async fn an_answer_that_is_lost_was_acted_on() {
    let api = Api::start().await;
    let create = |name: &'static str| {
        let request = api.request(http::Method::POST, "/users").header("content-type", "application/json");
        request.body(json!({ "username": name }).to_string())
    };

    api.clerk.inject(Fault::Disconnect, 1);
    let response = create("ada1").send().await.expect("headers");
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err(), "the body is whole");
    api.clerk.inject(Fault::Garbage, 1);
    let response = create("bob1").send().await.expect("headers");
    assert_eq!(response.headers()["content-type"], "application/json");
    let bytes = response.bytes().await.expect("a body");
    assert!(!bytes.is_empty() && serde_json::from_slice::<Value>(&bytes).is_err());

    assert_eq!(api.get("/users").await.column("username"), ["bob1", "ada1"]);
}

#[tokio::test]
async fn answers_of_a_later_version_have_fields_and_values_that_nobody_knows() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let clerk = api.clerk.client();

    api.clerk.inject(Fault::Unknown, 2);
    let raw = api.get(&format!("/users/{}", ada.id)).await.body;
    let read = clerk.users().get(&ada.id).await.expect("a user");

    assert_eq!(raw["object"], "user");
    assert!(raw["new_in_a_later_version"].is_object());
    let email = &raw["email_addresses"][0];
    assert!(email["new_in_a_later_version"].is_object(), "{email}");
    assert_eq!(read.email_addresses[0].email_address, "ada@example.com");
    let session = api.clerk.seed().session(&ada.id).await;
    api.clerk.inject(Fault::Unknown, 1);
    let session = clerk.sessions().get(&session.id).await.expect("a session");
    assert_eq!(session.status.as_str(), "value_of_a_later_version");
    assert!(api.get(&format!("/users/{}", ada.id)).await.body.get("new_in_a_later_version").is_none());
}

#[tokio::test]
async fn signed_in_users_are_let_in_by_the_sdk() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let verifier = clerk_sdk::auth::Verifier::with_pem(api.clerk.jwt_key());
    let verifier = verifier.accept_test_keys().build().expect("a key");

    let sign_in = || api.clerk.sign_in(&ada).organization("acme", "org:admin");
    let claims = verifier.verify(&sign_in().permissions(["org:billing:manage"]).token()).await.expect("good");
    assert_eq!(claims.subject(), ada.id);
    assert!(claims.has(Role("org:admin")) && claims.has(Permission("org:billing:manage")));
    assert!(!claims.has(Permission("org:billing:read")));
    for bad in [
        sign_in().forged().token(),
        sign_in().issued_ago(Duration::from_secs(120)).token(),
        sign_in().issued_in(Duration::from_secs(120)).token(),
        sign_in().header("cat", "cl_B7d4PD222AAA").token(),
        sign_in().claim("sub", Value::Null).token(),
    ] {
        assert!(verifier.verify(&bad).await.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn a_fixture_puts_in_what_it_says() {
    let api = Api::start().await;

    let fixture = json!({
        "organization_permissions": [{ "name": "Manage", "key": "org:billing:manage" }],
        "organization_roles": [{ "name": "Boss", "key": "org:boss", "permissions": ["org:billing:manage"] }],
        "users": [{ "email_address": ["ada@example.com"] }, { "username": "bob1" }, { "external_id": "c", "username": "eve1" }],
        "organizations": [{
            "name": "Acme", "created_by": "ada@example.com",
            "memberships": [{ "user_id": "bob1", "role": "org:boss" }, { "user_id": "c", "role": "org:member" }],
            "invitations": [{ "email_address": "new@example.com", "role": "org:member", "inviter_user_id": "ada@example.com" }],
            "domains": [{ "name": "acme.example" }],
        }],
        "jwt_templates": [{ "name": "hasura", "claims": {} }],
    });
    api.clerk.load(&fixture).expect("a fixture");

    let members = api.get("/organizations/acme/memberships?order_by=created_at").await;
    assert_eq!(members.column("role"), ["org:admin", "org:boss", "org:member"]);
    assert_eq!(members.body["data"][1]["permissions"], json!(["org:billing:manage"]));
    assert_eq!(api.get("/organizations/acme/invitations").await.body["total_count"], 1);
    assert_eq!(api.get("/organizations/acme/domains").await.column("name"), ["acme.example"]);
    assert_eq!(api.get("/jwt_templates").await.column("name"), ["hasura"]);
    assert!(api.clerk.requests().iter().all(|r| r.method == http::Method::GET));
    for (fixture, why) in [
        (json!({ "people": [] }), "there is no list people"),
        (
            json!({ "users": [{ "email": "eve@example.com" }] }),
            "users[0]: email is not a valid parameter for this request. (form_param_unknown)",
        ),
        (json!({ "users": [{ "username": "bob1" }] }), "users[0]: That username is taken."),
        (json!({ "organizations": [{ "name": "B", "created_by": "nobody" }] }), "there is no user nobody"),
        (json!([]), "an object of lists"),
    ] {
        let refused = api.clerk.load(&fixture).expect_err("refused");
        let refused: Box<dyn std::error::Error + Send + Sync> = refused.into();
        assert!(refused.to_string().contains(why), "{refused}");
    }
}

#[tokio::test]
async fn changes_are_told_to_a_registered_endpoint_in_their_order() {
    let api = Api::start().await;
    let endpoint = Server::scripted([Reply::json(202, "{}")]);
    let before = api.user("early@example.com").await;

    api.clerk.webhook_endpoint(format!("{}/hooks", endpoint.url()));
    let ada = api.clerk.seed().user("ada@example.com").await;
    let acme = api.create("/organizations", json!({ "name": "Acme", "created_by": ada.id })).await;
    let session = api.create("/sessions", json!({ "user_id": ada.id })).await;
    api.post(&format!("/users/{}/ban", ada.id), json!({})).await;
    api.post("/users", json!({ "email_address": ["ada@example.com"] })).await;
    api.delete(&format!("/organizations/{acme}")).await;
    let other = api.create("/organizations", json!({ "name": "Other", "created_by": before })).await;
    api.delete(&format!("/users/{before}")).await;
    let sent = api.clerk.webhooks_sent().await;

    let types: Vec<&str> = sent.iter().map(|w| w.event_type.as_str()).collect();
    assert_eq!(
        types,
        [
            "user.created",
            "organization.created",
            "organizationMembership.created",
            "user.updated",
            "session.created",
            "user.updated",
            "session.revoked",
            "organization.deleted",
            "organizationMembership.deleted",
            "organization.created",
            "organizationMembership.created",
            "user.deleted",
            "organizationMembership.deleted",
        ]
    );
    assert_eq!(sent[4].event["data"]["id"], json!(session));
    assert_eq!(sent[11].event["data"], json!({ "object": "user", "id": before, "deleted": true }));
    assert_eq!(sent[12].event["data"]["organization"]["id"], json!(other));
    assert!(sent.iter().all(|w| w.status == Some(202)));
    let webhook = clerk_sdk::webhooks::Webhook::new(api.clerk.webhook_secret()).expect("a secret");
    let arrived = endpoint.seen();
    assert_eq!(arrived.len(), sent.len());
    for (request, sent) in arrived.iter().zip(&sent) {
        let event = webhook.verify(&request.header_map(), &request.body).expect("a signed event");
        assert!(!matches!(event, clerk_sdk::webhooks::Event::Unknown(_)), "{}: {event:?}", sent.event_type);
        assert_eq!(request.header("svix-id"), Some(sent.id.as_str()));
    }
}

#[tokio::test]
async fn a_user_is_seeded_into_organizations() {
    let api = Api::start().await;
    api.clerk.seed().role("org:auditor", ["org:billing:read"]).await;

    let ada = api.clerk.seed().user("ada@example.com").organization("acme", "org:admin");
    let ada = ada.organization("globex", "org:auditor").await;
    let bob = api.clerk.seed().user("bob@example.com").organization("acme", "org:member").await;

    let memberships = api.get(&format!("/users/{}/organization_memberships", ada.id)).await;
    let mut roles = memberships.column("role");
    roles.sort();
    assert_eq!(roles, ["org:admin", "org:auditor"]);
    let acme = api.get(&format!("/organizations/acme/memberships?user_id={}", bob.id)).await;
    assert_eq!(acme.column("role"), ["org:member"]);
    assert_eq!(api.get("/organizations").await.body["total_count"], 2);
}

#[tokio::test]
#[should_panic = "there is no operation createUsers; is CreateUser meant?"]
async fn a_misspelt_operation_is_none_that_was_never_called() {
    assert!(Api::start().await.clerk.received("createUsers").is_empty());
}

#[tokio::test]
#[should_panic = "there is no operation DeleteUsr; is DeleteUser meant?"]
async fn a_fault_is_ordered_for_an_operation_that_there_is() {
    Api::start().await.clerk.inject_on("DeleteUsr", Fault::Garbage, 1);
}

#[tokio::test]
#[should_panic = "there is no role org:accountatn; is org:accountant meant?"]
async fn a_misspelt_role_is_not_invented_by_a_sign_in() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    api.clerk.seed().role("org:accountant", ["org:billing:read"]).await;

    api.clerk.sign_in(&ada).organization("acme", "org:accountatn").token();
}

#[tokio::test]
#[should_panic = "there is no role admin; is org:admin meant?"]
async fn a_misspelt_role_is_not_invented_by_a_seed() {
    let api = Api::start().await;

    api.clerk.seed().user("ada@example.com").organization("acme", "admin").await;
}

#[tokio::test]
async fn seeds_take_ids_of_ones_own() {
    let api = Api::start().await;

    let ada = api.clerk.seed().user("ada@example.com").with("id", "user_ada").await;
    let eve = api.clerk.seed().user("eve@example.com").await;
    let acme = api.clerk.seed().organization("Acme").with("id", "org_acme").await;
    let member =
        api.clerk.seed().membership("org_acme", "user_ada", "org:admin").with("id", "orgmem_1").await;
    let session = api.clerk.seed().session("user_ada").with("id", "sess_ada").await;
    let role = api.clerk.seed().role("org:writer", ["org:texts:write"]).with("id", "role_writer").await;

    assert_eq!(
        (ada.id.as_str(), acme.id.as_str(), session.id.as_str()),
        ("user_ada", "org_acme", "sess_ada")
    );
    assert_eq!((member.id.as_str(), role.id.as_str()), ("orgmem_1", "role_writer"));
    assert!(eve.id.len() > 20, "{}", eve.id);
    assert_eq!(api.get("/users/user_ada").await.body["id"], "user_ada");
    assert_eq!(api.clerk.sign_in(&ada).in_session("sess_ada").token().split('.').count(), 3);
}

#[tokio::test]
#[should_panic = "there is already an object with the id user_ada"]
async fn an_id_of_ones_own_is_free() {
    let api = Api::start().await;
    api.clerk.seed().user("ada@example.com").with("id", "user_ada").await;

    api.clerk.seed().user("eve@example.com").with("id", "user_ada").await;
}

#[tokio::test]
#[should_panic = "ada is no id of this kind: they begin with user_"]
async fn an_id_of_ones_own_has_the_form_of_its_kind() {
    Api::start().await.clerk.seed().user("ada@example.com").with("id", "ada").await;
}

#[tokio::test]
#[should_panic = "primary_email_address_id is null: unwrap the Option"]
async fn an_option_without_a_value_is_no_id() {
    let none: Option<String> = None;
    Api::start().await.clerk.seed().user("ada@example.com").with("primary_email_address_id", none).await;
}
