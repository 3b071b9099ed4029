//! The ids of a caller, each in its own field.

use clerk_sdk::ErrorKind;
use clerk_sdk::auth::{Auth, Caller, MachineAuth, Reason, Subject, TokenType};
use clerk_sdk::mock::MockClerk;
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::Signer;
use serde_json::json;

use crate::common::claims;
use crate::machines::{client, m2m, offline, outcome};

/// The caller with an opaque credential about which Clerk has this response.
async fn opaque(credential: &str, response: serde_json::Value) -> Caller {
    let server = Server::scripted([Reply::json(200, &response.to_string())]);
    outcome(client(&server).authenticator(), credential).await.unwrap()
}

#[tokio::test]
async fn an_api_key_has_its_owner_its_id_and_its_name() {
    let key = json!({"id": "ak_1", "name": "deploy script", "scopes": ["deploys:write"]});
    for (subject, user, organization) in
        [("user_1", Some("user_1"), None), ("org_1", None, Some("org_1")), ("mch_1", None, None)]
    {
        let mut response = key.clone();
        response["subject"] = json!(subject);
        let caller = opaque("ak_secret", response).await;
        assert_eq!((caller.user_id(), caller.org_id()), (user, organization), "{subject}");
        let machine = MachineAuth::try_from(caller).unwrap();
        assert_eq!((machine.user_id(), machine.org_id()), (user, organization), "{subject}");
        assert_eq!((machine.id(), machine.name()), (Some("ak_1"), Some("deploy script")));
        assert_eq!((machine.subject().id(), machine.scopes()), (subject, &["deploys:write".to_owned()][..]));
    }
}

#[tokio::test]
async fn the_prefix_of_a_subject_decides_what_it_is() {
    for (id, subject) in [
        ("user_1", Subject::User("user_1")),
        ("org_1", Subject::Organization("org_1")),
        ("mch_1", Subject::Machine("mch_1")),
        ("team_1", Subject::Other("team_1")),
        ("user", Subject::Other("user")),
        ("users_1", Subject::Other("users_1")),
    ] {
        let caller = opaque("ak_secret", json!({"id": "ak_1", "subject": id})).await;
        assert_eq!((caller.subject(), caller.subject().to_string()), (subject, id.to_owned()));
    }
}

#[tokio::test]
async fn a_caller_of_another_type_is_rejected_by_its_type() {
    let machine = outcome(offline(), &m2m(json!({}), json!({}))).await.unwrap();
    let user = outcome(offline(), &Signer::one().session(&claims(json!({})))).await.unwrap();
    assert_eq!((machine.as_user().is_none(), user.as_machine().is_none()), (true, true));

    let refused = Auth::try_from(machine.clone()).unwrap_err();
    assert_eq!(refused.reason(), Reason::TokenTypeNotSupported);
    assert!(refused.to_string().contains("m2m_token"), "{refused}");
    let refused = MachineAuth::try_from(user.clone()).unwrap_err();
    assert_eq!(refused.reason(), Reason::TokenTypeNotSupported);
    assert!(refused.to_string().contains("session_token"), "{refused}");
    assert_eq!(Auth::try_from(user).unwrap().user_id(), "user_1");
    assert_eq!(MachineAuth::try_from(machine).unwrap().token_type(), TokenType::M2m);
}

#[tokio::test]
async fn debug_shows_no_token_and_no_claim_of_a_caller() {
    let token = Signer::one().session(&claims(json!({"email": "SECRET"})));
    let user = outcome(offline(), &token).await.unwrap();
    let key = json!({"id": "ak_1", "subject": "user_1", "name": "SECRET", "claims": {"a": "SECRET"}});
    let machine = opaque("ak_SECRET", key).await;
    for caller in [user, machine] {
        let text = format!("{caller:?}");
        assert!(text.contains("user_1"), "{text}");
        assert!(!text.contains("SECRET") && !text.contains(&token), "{text}");
    }
}

#[tokio::test]
async fn a_token_from_a_template_is_created_for_the_callers_session() {
    let mock = MockClerk::start().await.unwrap();
    let clerk = mock.client();
    let ada = mock.seed().user("ada@example.com").await;
    clerk.jwt_templates().create("supabase", json!({})).await.unwrap();
    let token = mock.sign_in(&ada).token();
    let request = clerk_sdk::mock::get("/").bearer(&token);
    let auth = clerk.authenticate(&request).await.unwrap().into_auth().unwrap();

    let created = auth.create_token(&clerk, "supabase").await.unwrap();

    let sent = mock.received("CreateSessionTokenFromTemplate");
    assert_eq!(sent.len(), 1);
    let path = format!("/sessions/{}/tokens/supabase", auth.session_id().unwrap());
    assert!(sent[0].path.ends_with(&path), "{}", sent[0].path);
    let claims = clerk.verifier().build().unwrap().verify_template(created.jwt.unwrap()).await.unwrap();
    assert_eq!(claims.user_id(), Some(ada.id.as_str()));
}

#[tokio::test]
async fn a_session_without_an_id_creates_no_token() {
    let server = Server::scripted([]);
    let category = json!({"cat": "cl_B7d4PD111AAA"});
    let header = crate::common::merged(Signer::one().header(), category);
    let token = Signer::one().sign(&header, &claims(json!({"sid": null})));
    let auth = Auth::try_from(outcome(offline(), &token).await.unwrap()).unwrap();
    assert_eq!(auth.session_id(), None);

    let refused = auth.create_token(&client(&server), "supabase").await.unwrap_err();

    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    assert!(server.take().is_empty());
}
