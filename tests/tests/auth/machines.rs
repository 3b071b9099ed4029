//! Machine-to-machine tokens, API keys and OAuth access tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use clerk_sdk::auth::{
    Authenticator, AuthenticatorBuilder, Caller, MachineAuth, Reason, Requirement, Role, Scope, Subject,
    TokenType,
};
use clerk_sdk::http::HeaderMap;
use clerk_sdk::{Clerk, RetryPolicy};
use clerk_tests::server::{Recorded, Reply, Server, nobody};
use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

use crate::claims::{assert_names_no_session, pretended};
use crate::common::{NOW, at, claims, merged, reason, verifier};

pub async fn outcome(builder: AuthenticatorBuilder, credential: &str) -> Result<Caller, Reason> {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {credential}").parse().unwrap());
    let authenticator = builder.accepts(TokenType::ALL).build().unwrap();
    authenticator.authenticate(&headers).await.into_caller().map_err(|error| error.reason())
}

pub fn offline() -> AuthenticatorBuilder {
    Authenticator::with_pem(Signer::one().pem()).clock(at(NOW))
}

pub fn client(server: &Server) -> Clerk {
    Clerk::builder("sk_test_x").server_url(server.url()).retry(RetryPolicy::none()).build().unwrap()
}

/// A machine's token, with header and claims changed.
pub fn m2m(header: Value, changes: Value) -> String {
    let signer = Signer::one();
    let header = merged(merged(signer.header(), json!({"cat": "cl_B7d4PD333AAA"})), header);
    let base = json!({"sub": "mch_1", "jti": "mt_1", "azp": null, "sid": null, "v": null});
    signer.sign(&header, &merged(claims(base), changes))
}

/// An OAuth access token, with header and claims changed.
fn oauth(header: Value, changes: Value) -> String {
    let signer = Signer::one();
    let header = merged(merged(signer.header(), json!({"typ": "at+jwt", "cat": null})), header);
    let base = json!({"client_id": "client_1", "jti": "oat_1", "azp": null, "sid": null, "v": null});
    signer.sign(&header, &merged(claims(base), changes))
}

#[tokio::test]
async fn a_machines_token_is_verified_offline() {
    let builder = offline().authorized_parties(["https://app.example.com"]);

    let auth =
        outcome(builder, &m2m(json!({}), json!({"scopes": " read  write ", "aud": "x"}))).await.unwrap();

    assert_eq!((auth.token_type(), auth.subject()), (TokenType::M2m, Subject::Machine("mch_1")));
    assert_eq!(auth.credential_id(), Some("mt_1"));
    assert_eq!(auth.scopes(), ["read", "write"]);
    let requirement: &dyn Requirement = &Scope("write");
    assert!(auth.has(Scope("read")) && auth.has(requirement));
    for absent in ["", "rea", "read write", "Read"] {
        assert!(!auth.has(Scope(absent)), "{absent}");
    }
    assert_eq!((auth.user_id(), auth.org_id(), auth.machine_id()), (None, None, Some("mch_1")));
    assert_eq!(auth.as_machine().unwrap().client_id(), None);
}

#[tokio::test]
async fn the_scopes_of_a_machine_may_be_its_audience() {
    for (changes, scopes) in [
        (json!({"aud": ["mch_2", "mch_3"]}), vec!["mch_2", "mch_3"]),
        (json!({"aud": "mch_2"}), vec!["mch_2"]),
        (json!({"scopes": "", "aud": "mch_2"}), vec![]),
        (json!({"scopes": 1, "aud": "mch_2"}), vec!["mch_2"]),
        (json!({"aud": [1]}), vec![]),
        (json!({}), vec![]),
    ] {
        let auth = outcome(offline(), &m2m(json!({}), changes.clone())).await.unwrap();
        assert_eq!(auth.scopes(), scopes, "{changes}");
    }
}

#[tokio::test]
async fn a_machines_token_is_one_of_its_category_with_an_id() {
    assert!(outcome(offline(), &m2m(json!({"cat": null}), json!({}))).await.is_ok());
    for category in ["cl_B7d4PD111AAA", "cl_B7d4PD222AAA", "cl_I7d4PD111III", "x"] {
        let refused = outcome(offline(), &m2m(json!({ "cat": category }), json!({}))).await;
        assert_eq!(refused.unwrap_err(), Reason::TokenTypeNotSupported, "{category}");
    }
    for id in [json!(null), json!(""), json!(1)] {
        let refused = outcome(offline(), &m2m(json!({}), json!({ "jti": id }))).await;
        assert_eq!(refused.unwrap_err(), Reason::TokenInvalid, "{id}");
    }
    let expired = outcome(offline(), &m2m(json!({}), json!({"exp": NOW - 5}))).await;
    assert_eq!(expired.unwrap_err(), Reason::TokenExpired);
    let verifier = verifier().build().unwrap();
    let user = m2m(json!({}), json!({"sub": "user_1"}));
    assert_eq!(reason(verifier.verify_m2m(user).await), Reason::TokenTypeNotSupported);
}

#[tokio::test]
async fn an_oauth_token_is_verified_offline() {
    for typ in ["at+jwt", "application/at+jwt", "AT+JWT", "Application/AT+jwt"] {
        let token =
            oauth(json!({"typ": typ, "cat": "cl_B7d4PD333AAA"}), json!({"scp": ["a", "b"], "scope": "c"}));
        let auth = outcome(offline().authorized_parties(["https://x.example"]), &token).await.unwrap();
        assert_eq!((auth.token_type(), auth.subject()), (TokenType::OAuth, Subject::User("user_1")), "{typ}");
        let client = auth.as_machine().and_then(MachineAuth::client_id);
        assert_eq!((client, auth.credential_id()), (Some("client_1"), Some("oat_1")));
        assert_eq!(auth.scopes(), ["a", "b"]);
    }
    let auth = outcome(offline(), &oauth(json!({}), json!({"scope": " c  d"}))).await.unwrap();
    assert_eq!(auth.scopes(), ["c", "d"]);
    for client in [json!(null), json!(""), json!(1)] {
        let refused = outcome(offline(), &oauth(json!({}), json!({ "client_id": client }))).await;
        assert_eq!(refused.unwrap_err(), Reason::TokenInvalid, "{client}");
    }
    let verifier = verifier().build().unwrap();
    let session = Signer::one().session(&claims(json!({"client_id": "client_1"})));
    assert_eq!(reason(verifier.verify_oauth(session).await), Reason::TokenTypeNotSupported);
    assert!(verifier.verify_oauth(oauth(json!({}), json!({}))).await.is_ok());
}

#[tokio::test]
async fn a_machine_has_no_roles() {
    let rights = json!({"org_id": "org_1", "org_role": "org:admin", "scopes": "x"});
    for token in [m2m(json!({}), rights.clone()), oauth(json!({}), rights)] {
        assert!(!outcome(offline(), &token).await.unwrap().has(Role("admin")));
    }
}

#[tokio::test]
async fn claims_of_machines_name_no_session_and_no_organization() {
    for token in [m2m(json!({}), pretended()), oauth(json!({}), pretended())] {
        let auth = outcome(offline(), &token).await.unwrap();
        assert_names_no_session(auth.claims());
        assert_eq!(auth.org_id(), None);
    }
    let verifier = verifier().cache_tokens(10).build().unwrap();
    for _ in 0..2 {
        assert_names_no_session(&verifier.verify_m2m(m2m(json!({}), pretended())).await.unwrap());
        assert_names_no_session(&verifier.verify_oauth(oauth(json!({}), pretended())).await.unwrap());
    }
}

#[tokio::test]
async fn claims_of_opaque_credentials_name_no_session_and_no_organization() {
    let body = json!({"id": "x_1", "subject": "user_1", "scopes": [], "claims": pretended()}).to_string();
    for credential in ["ak_secret", "mt_secret", "oat_secret"] {
        let server = Server::scripted([Reply::json(200, &body)]);
        let auth = outcome(client(&server).authenticator(), credential).await.unwrap();
        assert_names_no_session(auth.claims());
    }
}

#[tokio::test]
async fn claims_of_opaque_credentials_have_the_subject_that_clerk_names_and_no_issuer() {
    let claims = json!({"sub": "user_admin", "iss": "https://clerk.example.com", "jti": "x_2", "iat": NOW, "nbf": NOW,
                        "azp": "https://app.example.com", "exp": NOW + 3600});
    let body = json!({"id": "x_1", "subject": "user_1", "scopes": [], "claims": claims}).to_string();
    for credential in ["ak_secret", "mt_secret", "oat_secret"] {
        let server = Server::scripted([Reply::json(200, &body)]);
        let auth = outcome(client(&server).authenticator(), credential).await.unwrap();
        let read = auth.claims();
        assert_eq!(read.subject(), "user_1");
        assert_eq!((read.issuer(), read.token_id(), read.authorized_party()), (None, None, None));
        assert_eq!((read.issued_at(), read.expires_at(), read.not_before()), (None, None, None));
        assert_eq!(read.raw().get("sub"), Some(&json!("user_admin")));
        assert!(!format!("{read:?}").contains("user_admin"), "{read:?}");
    }
}

#[tokio::test]
async fn a_kind_that_the_header_names_is_rejected_before_the_signature() {
    let forged = |token: String| format!("{}AAAA", &token[..token.len() - 4]);
    let ask = async |types: Vec<TokenType>, token: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", token.parse().unwrap());
        let authenticator = offline().accepts(types).build().unwrap();
        authenticator.authenticate(&headers).await.into_caller().map(drop).map_err(|error| error.reason())
    };
    let unsupported = Err(Reason::TokenTypeNotSupported);
    let session = Signer::one().session(&claims(json!({})));
    let unnamed = |subject: &str| m2m(json!({"cat": null}), json!({"sub": subject, "sid": "sess_1"}));
    for (types, token) in [
        (vec![TokenType::Session], m2m(json!({}), json!({}))),
        (vec![TokenType::Session, TokenType::M2m], oauth(json!({}), json!({}))),
        (vec![TokenType::M2m, TokenType::OAuth], session),
        (vec![TokenType::OAuth, TokenType::ApiKey], unnamed("user_1")),
        (vec![TokenType::OAuth, TokenType::ApiKey], unnamed("mch_1")),
    ] {
        assert_eq!(ask(types.clone(), &forged(token.clone())).await, unsupported, "{types:?}");
        assert_eq!(ask(types, &token).await, unsupported);
    }
    // Without a category, the subject decides, and is not looked at before the signature.
    for (types, token) in [
        (vec![TokenType::Session], unnamed("mch_1")),
        (vec![TokenType::M2m], unnamed("user_1")),
        (TokenType::ALL.to_vec(), oauth(json!({}), json!({"sub": "mch_1"}))),
    ] {
        let refused = ask(types.clone(), &forged(token.clone())).await;
        assert_eq!(refused, Err(Reason::TokenInvalidSignature), "{types:?}");
        assert_eq!(ask(types, &token).await, unsupported);
    }
    assert_eq!(ask(TokenType::ALL.to_vec(), &unnamed("mch_1")).await, Ok(()));
    assert_eq!(ask(TokenType::ALL.to_vec(), &unnamed("user_1")).await, Ok(()));
}

/// What Clerk answers about a good credential.
fn answer(request: &Recorded) -> Reply {
    let body = match request.target.as_str() {
        "/v1/m2m_tokens/verify" => json!({"id": "mt_1", "subject": "mch_1", "scopes": ["mch_2"],
            "claims": {"team": "a"}, "revoked": false, "expired": false, "expiration": null}),
        "/v1/api_keys/verify" => {
            json!({"id": "ak_1", "subject": "user_1", "scopes": ["read"], "claims": null,
            "revoked": false, "expired": false})
        }
        "/v1/oauth_applications/access_tokens/verify" => json!({"id": "oat_1", "client_id": "client_1",
            "subject": "user_1", "scopes": ["email"], "revoked": false, "expired": false}),
        _ => return Reply::json(404, "{}"),
    };
    Reply::json(200, &body.to_string())
}

#[tokio::test]
async fn opaque_credentials_are_verified_by_clerk() {
    let server = Server::answering(answer);
    let clerk = client(&server);
    for (credential, field, token_type, subject, scope) in [
        ("mt_secret", "token", TokenType::M2m, "mch_1", "mch_2"),
        ("ak_secret", "secret", TokenType::ApiKey, "user_1", "read"),
        ("oat_secret", "access_token", TokenType::OAuth, "user_1", "email"),
    ] {
        let auth = outcome(clerk.authenticator(), credential).await.unwrap();

        assert_eq!((auth.token_type(), auth.subject().id()), (token_type, subject));
        assert_eq!(auth.scopes(), [scope]);
        let request = server.take().remove(0);
        assert_eq!(request.method, "POST");
        assert_eq!(request.header("authorization"), Some("Bearer sk_test_x"));
        assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), json!({ field: credential }));
    }
    let auth = outcome(clerk.authenticator(), "mt_secret").await.unwrap();
    assert_eq!(auth.claims().raw()["team"], "a");
}

#[tokio::test]
async fn an_answer_that_does_not_vouch_is_a_refusal() {
    let good = json!({"id": "ak_1", "subject": "user_1", "scopes": []});
    for (changes, expected) in [
        (json!({}), Ok(())),
        (json!({"revoked": true}), Err(Reason::TokenInvalid)),
        (json!({"revoked": "yes"}), Err(Reason::TokenInvalid)),
        (json!({"expired": true}), Err(Reason::TokenExpired)),
        (json!({"active": false}), Err(Reason::TokenInvalid)),
        (json!({"active": true}), Ok(())),
        (json!({"subject": null}), Err(Reason::TokenInvalid)),
        (json!({"subject": ""}), Err(Reason::TokenInvalid)),
        (json!({"subject": 1}), Err(Reason::TokenInvalid)),
    ] {
        let server = Server::scripted([Reply::json(200, &merged(good.clone(), changes.clone()).to_string())]);
        let outcome = outcome(client(&server).authenticator(), "ak_secret").await;
        assert_eq!(outcome.map(drop), expected, "{changes}");
    }
    for body in ["", "null", "[]", "{}", r#"{"active":false}"#, "<html>"] {
        let server = Server::scripted([Reply::json(200, body)]);
        let outcome = outcome(client(&server).authenticator(), "oat_secret").await;
        assert_eq!(outcome.unwrap_err(), Reason::TokenInvalid, "{body}");
    }
}

#[tokio::test]
async fn what_clerk_refuses_is_refused() {
    for (status, expected) in [
        (400, Reason::TokenInvalid),
        (401, Reason::SecretKeyInvalid),
        (403, Reason::TokenInvalid),
        (404, Reason::TokenInvalid),
        (422, Reason::TokenInvalid),
        (429, Reason::JwkRemoteFailedToLoad),
        (302, Reason::JwkRemoteFailedToLoad),
        (500, Reason::JwkRemoteFailedToLoad),
    ] {
        let server = Server::scripted([Reply::json(status, r#"{"errors":[]}"#)]);
        for credential in ["mt_secret", "ak_secret", "oat_secret"] {
            let outcome = outcome(client(&server).authenticator(), credential).await;
            assert_eq!(outcome.unwrap_err(), expected, "{status}");
        }
    }
    let away = Clerk::builder("sk_test_x").server_url(nobody()).retry(RetryPolicy::none()).build().unwrap();
    let refused = outcome(away.authenticator(), "ak_secret").await.unwrap_err();
    assert!(refused == Reason::JwkRemoteFailedToLoad && refused.is_unavailable());
}

#[tokio::test]
async fn without_a_secret_key_nobody_can_tell_about_opaque_credentials() {
    assert_eq!(outcome(offline(), "ak_secret").await.unwrap_err(), Reason::SecretKeyMissing);
    let long = format!("ak_{}", "x".repeat(5000));
    assert_eq!(outcome(offline(), &long).await.unwrap_err(), Reason::TokenInvalid);
}

#[tokio::test]
async fn the_audience_of_an_opaque_oauth_token_is_checked() {
    for (aud, expected) in [
        (json!(["api"]), Ok(())),
        (json!(["web"]), Err(Reason::TokenInvalidAudience)),
        (json!(null), Err(Reason::TokenInvalidAudience)),
    ] {
        let body = merged(json!({"subject": "user_1"}), json!({ "aud": aud }));
        let server = Server::scripted([Reply::json(200, &body.to_string())]);
        let outcome = outcome(client(&server).authenticator().audience(["api"]), "oat_secret").await;
        assert_eq!(outcome.map(drop), expected, "{aud}");
    }
}

#[tokio::test]
async fn positive_answers_are_remembered_for_a_short_time_if_wanted() {
    let bodies = [json!({"subject": "user_1"}), json!({"subject": "user_1", "revoked": true})];
    let server = Server::scripted(bodies.map(|body| Reply::json(200, &body.to_string())));
    let time = Arc::new(AtomicI64::new(NOW));
    let clock = time.clone();
    let builder = client(&server).authenticator().accepts([TokenType::ApiKey]);
    let builder = builder.clock(move || at(clock.load(Ordering::Relaxed))());
    let authenticator = builder.cache_opaque(10, Duration::from_secs(10)).build().unwrap();
    let ask = |credential: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", credential.parse().unwrap());
        let state = authenticator.authenticate(&headers);
        async move { state.await.into_caller().is_ok_and(|auth| auth.token() == credential) }
    };

    assert!(ask("ak_1").await && ask("ak_1").await);
    time.fetch_add(9, Ordering::Relaxed);
    assert!(ask("ak_1").await);
    assert_eq!(server.seen().len(), 1);
    time.fetch_add(1, Ordering::Relaxed);

    assert!(!ask("ak_1").await, "it was revoked meanwhile");
    assert!(!ask("ak_1").await && !ask("ak_2").await);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn an_answer_is_not_remembered_beyond_the_credentials_own_end() {
    let end = (NOW + 3) * 1000;
    for expiration in [json!(end), json!(end as f64)] {
        let body = json!({"subject": "user_1", "expiration": expiration});
        let server = Server::scripted([Reply::json(200, &body.to_string())]);
        let time = Arc::new(AtomicI64::new(NOW));
        let clock = time.clone();
        let builder = client(&server).authenticator().accepts([TokenType::ApiKey]);
        let builder = builder.clock(move || at(clock.load(Ordering::Relaxed))());
        let authenticator = builder.cache_opaque(10, Duration::from_secs(60)).build().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "ak_1".parse().unwrap());

        for (after, asked) in [(0, 1), (2, 1), (1, 2)] {
            time.fetch_add(after, Ordering::Relaxed);
            assert!(authenticator.authenticate(&headers).await.is_signed_in());
            assert_eq!(server.seen().len(), asked, "{expiration}");
        }
    }
}
