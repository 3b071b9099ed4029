//! Where in a request the token is, and what becomes of the request.

use clerk_sdk::ErrorKind;
use clerk_sdk::auth::{
    Auth, Authenticator, AuthenticatorBuilder, Caller, Reason, RequestState, Role, Subject, TokenType,
};
use clerk_sdk::http::{HeaderMap, HeaderName, HeaderValue, Request};
use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

use crate::common::{NOW, at, claims, merged};

fn authenticator() -> AuthenticatorBuilder {
    Authenticator::with_pem(Signer::one().pem()).clock(at(NOW))
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        headers.append(HeaderName::try_from(*name).unwrap(), value);
    }
    headers
}

async fn outcome(builder: AuthenticatorBuilder, pairs: &[(&str, &str)]) -> Result<Caller, Reason> {
    let state = builder.build().unwrap().authenticate(&headers(pairs)).await;
    state.into_caller().map_err(|error| error.reason())
}

/// The subject of whoever is signed in by the default settings.
async fn subject(pairs: &[(&str, &str)]) -> Result<String, Reason> {
    outcome(authenticator(), pairs).await.map(|caller| caller.subject().to_string())
}

fn session(user: &str) -> String {
    Signer::one().session(&claims(json!({ "sub": user })))
}

fn machine() -> String {
    let signer = Signer::one();
    let mut header = signer.header();
    header["cat"] = "cl_B7d4PD333AAA".into();
    signer.sign(&header, &claims(json!({"sub": "mch_1", "jti": "mt_1", "azp": null})))
}

#[tokio::test]
async fn a_bearer_token_signs_in_whatever_the_case_and_the_spaces() {
    let token = session("user_1");
    for scheme in ["Bearer ", "bearer ", "BEARER ", "bEaReR    ", ""] {
        let signed_in = subject(&[("authorization", &format!("{scheme}{token}"))]).await;
        assert_eq!(signed_in.as_deref(), Ok("user_1"), "{scheme:?}");
    }
    assert_eq!(subject(&[("authorization", &format!("Bearer {token}  "))]).await.as_deref(), Ok("user_1"));
}

#[tokio::test]
async fn another_scheme_leaves_it_to_the_cookies() {
    let (token, cookie) = (session("user_1"), format!("__session={}", session("user_2")));
    for value in [
        format!("Basic {token}"),
        format!("Bearer2 {token}"),
        "Bearer".into(),
        "dXNlcjpwYXNz".into(),
        "".into(),
    ] {
        let request = [("authorization", value.as_str()), ("cookie", &cookie)];
        assert_eq!(subject(&request).await.as_deref(), Ok("user_2"), "{value}");
        assert_eq!(subject(&request[..1]).await, Err(Reason::SessionTokenMissing), "{value}");
    }
}

#[tokio::test]
async fn two_authorization_headers_are_rejected() {
    let (good, cookie) =
        (format!("Bearer {}", session("user_1")), format!("__session={}", session("user_2")));
    let bytes = |value: &[u8]| HeaderValue::from_bytes(value).unwrap();
    for other in [good.as_bytes(), b"Bearer x", b"Basic dTpw", b"", b"Bearer \xff", b"\xff\xfe"] {
        for pair in [[good.as_bytes(), other], [other, good.as_bytes()], [other, other]] {
            let mut headers = HeaderMap::new();
            for value in pair {
                headers.append("authorization", bytes(value));
            }
            headers.insert("cookie", bytes(cookie.as_bytes()));
            let state = authenticator().accepts(TokenType::ALL).build().unwrap().authenticate(&headers).await;
            let error = state.into_caller().unwrap_err();
            assert_eq!(error.reason(), Reason::TokenInvalid, "{headers:?}");
            assert!(error.message().contains("Authorization"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_bad_bearer_token_is_not_made_up_for_by_a_cookie() {
    let cookie = format!("__session={}", session("user_2"));
    for value in ["Bearer x", "Bearer a.b.c", "a.b.c", "Bearer a b", "Bearer \u{e9}"] {
        let request = [("authorization", value), ("cookie", &cookie)];
        assert_eq!(subject(&request).await, Err(Reason::TokenInvalid), "{value}");
    }
    let machine = [("authorization", "Bearer ak_x"), ("cookie", &cookie)];
    assert_eq!(subject(&machine).await, Err(Reason::TokenTypeNotSupported));
}

#[tokio::test]
async fn the_session_cookie_signs_in_among_others() {
    let (one, two) = (session("user_1"), session("user_2"));
    for cookie in [
        format!("__session={one}"),
        format!("a=b; __session={one}; c=d=e"),
        format!("a=b;__session={one};"),
        format!("a; =; ;  __session = {one} "),
        format!("__session=\"{one}\""),
        format!("\u{e9}=\u{e9}; __session={one}"),
        format!("__Session={two}; __session2={two}; __session={one}; __session={two}"),
    ] {
        assert_eq!(subject(&[("cookie", &cookie)]).await.as_deref(), Ok("user_1"), "{cookie}");
    }
    let several = [("cookie", "a=b"), ("cookie", &format!("__session={one}"))];
    assert_eq!(subject(&several).await.as_deref(), Ok("user_1"));
    let first = [("cookie", &*format!("__session={one}")), ("cookie", &format!("__session={two}"))];
    assert_eq!(subject(&first).await.as_deref(), Ok("user_1"));
    for none in ["", "__session=", "__session", "session=x", &format!("__session=; __session={one}")] {
        assert_eq!(subject(&[("cookie", none)]).await, Err(Reason::SessionTokenMissing), "{none}");
    }
    assert_eq!(subject(&[]).await, Err(Reason::SessionTokenMissing));
}

#[tokio::test]
async fn the_cookie_of_the_instance_goes_before_the_plain_one() {
    // `printf %s pk_test_Y2xlcmsuZXhhbXBsZS5jb20k | openssl sha1 -binary | base64 | tr +/ -_ | cut -c -8`
    let (key, suffix) = ("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k", SUFFIX);
    let (one, two) = (session("user_1"), session("user_2"));
    let both = format!("__session={two}; __session_{suffix}={one}");
    let ask = |cookie: String| async move {
        let builder = authenticator().publishable_key(key);
        outcome(builder, &[("cookie", &cookie)]).await.map(|caller| caller.subject().to_string())
    };

    assert_eq!(ask(both.clone()).await.as_deref(), Ok("user_1"));

    assert_eq!(ask(format!("__session={two}")).await.as_deref(), Ok("user_2"));
    assert_eq!(ask(format!("__session_{suffix}=; __session={two}")).await.as_deref(), Ok("user_2"));
    assert_eq!(ask(format!("__session_{suffix}=x; __session={two}")).await, Err(Reason::TokenInvalid));
    assert_eq!(subject(&[("cookie", &both)]).await.as_deref(), Ok("user_2"), "no publishable key");
    let other = format!("__session_AAAAAAAA={one}");
    assert_eq!(ask(other).await, Err(Reason::SessionTokenMissing));
}
const SUFFIX: &str = "l2OS3d9k";

#[tokio::test]
async fn machines_have_no_cookies() {
    let any = || authenticator().accepts(TokenType::ALL);
    let cookie = format!("__session={}", machine());
    assert_eq!(outcome(any(), &[("cookie", &cookie)]).await.unwrap_err(), Reason::TokenTypeNotSupported);
    for prefix in ["ak_x", "mt_x", "oat_x"] {
        let cookie = format!("__session={prefix}");
        assert_eq!(outcome(any(), &[("cookie", &cookie)]).await.unwrap_err(), Reason::TokenInvalid);
    }
    let sessions_are_not_accepted = authenticator().accepts([TokenType::M2m]);
    let cookie = format!("__session={}", session("user_1"));
    let outcome = outcome(sessions_are_not_accepted, &[("cookie", &cookie)]).await;
    assert_eq!(outcome.unwrap_err(), Reason::SessionTokenMissing);
}

#[tokio::test]
async fn what_is_not_accepted_is_refused() {
    let bearer = |token: String| format!("Bearer {token}");
    for (types, token, expected) in [
        (vec![TokenType::Session], session("user_1"), Ok("user_1")),
        (vec![TokenType::Session], machine(), Err(Reason::TokenTypeNotSupported)),
        (vec![TokenType::M2m], machine(), Ok("mch_1")),
        (vec![TokenType::M2m], session("user_1"), Err(Reason::TokenTypeNotSupported)),
        (vec![TokenType::M2m], "x".into(), Err(Reason::TokenInvalid)),
        (vec![TokenType::ApiKey], "mt_1".into(), Err(Reason::TokenTypeNotSupported)),
        (vec![TokenType::Session, TokenType::M2m], machine(), Ok("mch_1")),
        (TokenType::ALL.to_vec(), session("user_1"), Ok("user_1")),
    ] {
        let builder = authenticator().accepts(types.clone());
        let outcome = outcome(builder, &[("authorization", &bearer(token))]).await;
        let subject = outcome.as_ref().map(|caller| caller.subject().id());
        assert_eq!(subject, expected.as_ref().map(|s| *s), "{types:?}");
    }
    let error = authenticator().accepts([]).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_request_is_signed_in_by_a_token_that_names_its_session() {
    for category in [json!(null), json!("cl_I7d4PD111III")] {
        let header = merged(Signer::one().header(), json!({ "cat": category }));
        for (changes, expected) in [
            (json!({}), Ok("user_1")),
            (json!({"sid": null}), Err(Reason::TokenTypeNotSupported)),
            (json!({"sub": "org_1", "org_role": "org:admin"}), Err(Reason::TokenTypeNotSupported)),
        ] {
            let token = Signer::one().sign(&header, &claims(changes.clone()));
            let (bearer, cookie) = (format!("Bearer {token}"), format!("__session={token}"));
            for pair in [("authorization", bearer.as_str()), ("cookie", &cookie)] {
                let outcome =
                    outcome(authenticator().accepts(TokenType::ALL).cache_tokens(10), &[pair]).await;
                let subject = outcome.as_ref().map(|caller| caller.subject().id());
                assert_eq!(subject, expected.as_ref().map(|it| *it), "{category} {changes}");
            }
        }
    }
}

#[tokio::test]
async fn a_pending_session_is_signed_out_unless_accepted() {
    let rights = json!({"sts": "pending", "v": null, "org_id": "org_1", "org_role": "org:admin"});
    let cookie = format!("__session={}", Signer::one().session(&claims(rights)));
    let request = [("cookie", cookie.as_str())];

    assert_eq!(outcome(authenticator(), &request).await.unwrap_err(), Reason::SessionPending);

    let auth = outcome(authenticator().accept_pending(true), &request).await.unwrap();
    assert!(auth.claims().is_pending() && auth.has(Role("admin")));
}

#[tokio::test]
async fn a_session_says_who_and_where() {
    let claims = claims(json!({"o": {"id": "org_1", "slg": "acme", "rol": "admin"}}));
    let token = Signer::one().session(&claims);

    let caller = outcome(authenticator(), &[("authorization", &token)]).await.unwrap();

    assert_eq!((caller.token_type(), caller.subject()), (TokenType::Session, Subject::User("user_1")));
    assert_eq!((caller.user_id(), caller.org_id()), (Some("user_1"), Some("org_1")));
    assert_eq!((caller.credential_id(), caller.machine_id()), (Some("sess_1"), None));
    assert!(caller.scopes().is_empty());
    let auth = Auth::try_from(caller).unwrap();
    assert_eq!((auth.user_id(), auth.session_id()), ("user_1", Some("sess_1")));
    assert_eq!(
        (auth.org_id(), auth.org_slug(), auth.org_role()),
        (Some("org_1"), Some("acme"), Some("org:admin"))
    );
    assert!(auth.has(Role("admin")) && !auth.has(Role("member")));
}

#[tokio::test]
async fn an_impersonated_session_shows_its_actor() {
    for (changes, actor, printed) in [
        (json!({}), json!(null), "actor: None"),
        (json!({"act": "user_9"}), json!(null), "actor: None"),
        (json!({"act": {"sub": "user_9", "iss": "SECRET"}}), json!("user_9"), r#"actor: Some("user_9")"#),
        (json!({"act": {"iss": "SECRET"}}), json!(null), r#"actor: Some("")"#),
    ] {
        let token = Signer::one().session(&claims(changes.clone()));
        let caller = outcome(authenticator(), &[("authorization", &token)]).await.unwrap();
        let auth = Auth::try_from(caller).unwrap();
        let id = auth.actor().and_then(|actor| actor.get("sub")).cloned().unwrap_or_default();
        assert_eq!(id, actor, "{changes}");
        assert_eq!(auth.user_id(), "user_1");
        let text = format!("{auth:?}");
        assert!(text.contains(printed) && !text.contains("SECRET"), "{text}");
    }
}

#[tokio::test]
async fn a_client_looks_at_anything_with_headers() {
    let clerk = clerk_sdk::Clerk::builder("sk_test_x").jwt_key(Signer::one().pem());
    let clerk = clerk.server_url(clerk_tests::server::nobody()).build().unwrap();
    let request = Request::builder().header("authorization", session("user_1"));
    let request = request.body(std::cell::Cell::new(())).unwrap();
    let signed_in = |state: RequestState| matches!(state, RequestState::SignedIn(caller) if caller.user_id() == Some("user_1"));

    assert!(signed_in(clerk.authenticate(&request).clock(at(NOW)).await.unwrap()));
    assert!(signed_in(clerk.authenticate(request.headers()).clock(at(NOW)).await.unwrap()));
    let (parts, _) = request.into_parts();
    assert!(signed_in(clerk.authenticate(&parts).clock(at(NOW)).await.unwrap()));
    let state = clerk.authenticate(&parts).clock(at(NOW)).authorized_parties(["https://other.example"]).await;
    let RequestState::SignedOut { reason, message, .. } = state.unwrap() else { panic!("signed in") };
    assert_eq!(reason.as_str(), "token-invalid-authorized-parties");
    assert!(message.contains("https://app.example.com"), "{message}");
    let none: [&str; 0] = [];
    let error = clerk.authenticate(&parts).authorized_parties(none).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_public_key_of_the_client_that_is_none_is_an_error_of_the_settings() {
    let clerk = clerk_sdk::Clerk::builder("sk_test_x").jwt_key("no key").build().unwrap();

    let error = clerk.authenticate(&HeaderMap::new()).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(clerk.verifier().build().unwrap_err().kind(), ErrorKind::Config);
}

#[test]
fn a_future_does_not_borrow_the_request_and_can_be_spawned() {
    fn spawnable<T: Send + 'static>(_: T) {}
    let authenticator = authenticator().build().unwrap();
    let request = Request::builder().body(std::cell::Cell::new(())).unwrap();

    let future = authenticator.authenticate(&request);
    drop((request, authenticator));

    spawnable(future);
}

#[test]
fn nothing_of_the_settings_prints_a_key() {
    let _: Value = json!(null);
    let authenticator = authenticator().publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k").build().unwrap();
    let printed = format!("{authenticator:?}");
    assert!(!printed.contains("pk_test") && !printed.contains("BEGIN"), "{printed}");
}

#[test]
fn a_publishable_key_that_is_not_one_is_rejected_by_name() {
    for (key, seen) in
        [("sk_test_SECRET", "secret key"), ("pk_test_x", "not complete"), ("${KEY}", "placeholder")]
    {
        let error = authenticator().publishable_key(key).build().unwrap_err();

        let text = format!("{error} {error:?}");
        assert!(text.contains("the publishable key") && text.contains(seen), "{text}");
        assert!(!text.contains("SECRET"), "{text}");
    }
}

#[tokio::test]
async fn a_bare_token_is_treated_like_one_of_the_authorization_header() {
    let token_of = |token: &str| {
        let authenticator = authenticator().accepts([TokenType::Session, TokenType::M2m]).build().unwrap();
        // The future borrows neither the authenticator nor the token.
        let state = authenticator.authenticate_token(token);
        async move { state.await.into_caller().map_err(|error| error.reason()) }
    };
    let (user, machine) = (session("user_1"), machine());
    let auth = token_of(&user).await.unwrap();
    assert_eq!((auth.token_type(), auth.subject()), (TokenType::Session, Subject::User("user_1")));
    assert_eq!(token_of(&format!(" {user}\n")).await.unwrap().subject(), Subject::User("user_1"));
    let auth = token_of(&machine).await.unwrap();
    assert_eq!((auth.token_type(), auth.subject()), (TokenType::M2m, Subject::Machine("mch_1")));

    for (token, expected) in [
        ("", Reason::SessionTokenMissing),
        ("  ", Reason::SessionTokenMissing),
        ("hello", Reason::TokenInvalid),
        (&format!("Bearer {user}"), Reason::TokenInvalid),
        (&"x".repeat(20_000), Reason::TokenInvalid),
        ("ak_x", Reason::TokenTypeNotSupported),
        ("mt_x", Reason::SecretKeyMissing),
    ] {
        assert_eq!(token_of(token).await.unwrap_err(), expected, "{token:.20}");
    }
}

#[tokio::test]
async fn the_token_of_a_caller_is_at_hand_and_debug_does_not_show_it() {
    let builder = || authenticator().accepts([TokenType::Session, TokenType::M2m]).cache_tokens(10);
    let authenticator = builder().build().unwrap();
    for token in [session("user_1"), machine()] {
        // The second time, the token is one that is remembered.
        for _ in 0..2 {
            let request = headers(&[("authorization", &format!("Bearer  {token} "))]);
            let auth = authenticator.authenticate(&request).await.into_caller().unwrap();
            assert_eq!(auth.token(), token);
            assert_eq!(auth.clone().token(), token);
            assert!(!format!("{auth:?}").contains(&token[..20]), "{auth:?}");
        }
    }
    let token = session("user_1");
    let auth = outcome(builder(), &[("cookie", &format!("__session={token}"))]).await.unwrap();
    assert_eq!(auth.token(), token);
}
