//! Who sent a request.

use std::time::Duration;

use clerk_sdk::http::Method;
use clerk_sdk::mock::MockClerk;
use clerk_sdk::types::User;
use clerk_tests::tokens::Signer;
use serde::Deserialize;
use serde_json::json;

use crate::{AnyError, with_ada};

/// A request with a session token of Ada's, who is an admin.
fn request_of(mock: &MockClerk, ada: &User) -> clerk_sdk::http::Request<()> {
    let sign_in = mock.sign_in(ada).organization("acme", "org:admin");
    let token = sign_in.authorized_party("https://app.example.com").claim("seats", 3).token();
    let request = clerk_sdk::http::Request::builder().header("authorization", format!("Bearer {token}"));
    request.body(()).unwrap()
}

// code: claims-type
#[derive(Deserialize)]
struct Own {
    seats: u32,
}
// end

#[tokio::test]
async fn requests_say_who_sent_them() -> Result<(), AnyError> {
    let (mock, clerk, ada) = with_ada().await;
    let request = request_of(&mock, &ada);
    // code: authenticate
    use clerk_sdk::auth::{RequestState, Role};

    match clerk.authenticate(&request).authorized_parties(["https://app.example.com"]).await? {
        RequestState::SignedIn(caller) if caller.has(Role("org:admin")) => {
            println!("an admin: {}", caller.subject())
        }
        RequestState::SignedIn(caller) => println!("{} in {:?}", caller.subject(), caller.org_id()),
        RequestState::SignedOut { reason, message, .. } => println!("401 {reason}: {message}"),
    }
    // end
    // code: authenticator
    let authenticator = clerk
        .authenticator() // or Authenticator::with_pem(…), without a client
        .authorized_parties(["https://app.example.com"])
        .cache_tokens(10_000)
        .build()?;

    let state = authenticator.authenticate(&request).await; // a future that does not borrow the request
    // end
    // code: native-apps
    let for_apps = clerk
        .authenticator()
        .authorized_parties(["https://app.example.com"])
        .allow_missing_authorized_party()
        .build()?;
    // end
    let created =
        mock.client().sessions().create_token(state.clone().into_auth()?.session_id().unwrap()).await?;
    let jwt = created.jwt.unwrap();
    assert!(for_apps.authenticate_token(&jwt).await.is_signed_in());
    assert!(!authenticator.authenticate_token(&jwt).await.is_signed_in());
    let auth = state.into_auth()?;
    // code: has
    use clerk_sdk::auth::{Feature, Permission, Plan, Reverification};

    let may_bill = auth.has(Permission("org:billing:manage"));
    let pays = auth.has(Plan("org:pro")) || auth.has(Feature("billing"));
    let may_delete = auth.has(Reverification::Strict); // a second factor within the last 10 minutes
    // end
    assert!(!may_bill && !pays && may_delete && auth.has(Role("admin")));
    let claims = auth.claims();
    // code: claims
    println!("{:?} {:?} {:?}", claims.session_id(), claims.expires_at(), claims.actor());
    let own: Own = claims.custom()?; // what was added to the session token in the dashboard
    let raw = claims.raw(); // all of it
    // end
    assert_eq!((own.seats, &raw["seats"]), (3, &json!(3)));
    Ok(())
}

#[tokio::test]
async fn machines_call_too() -> Result<(), AnyError> {
    let (mock, clerk, ada) = with_ada().await;
    let request = request_of(&mock, &ada);
    // code: machines
    use clerk_sdk::auth::{Caller, TokenType};

    let state = clerk.authenticate(&request).accepts([TokenType::Session, TokenType::ApiKey]).await?;
    let caller = state.into_caller()?;
    match &caller {
        Caller::User(auth) => println!("the user {}", auth.user_id()),
        Caller::Machine(key) => println!("{:?} of {}, for {:?}", key.name(), key.subject(), key.scopes()),
        _ => println!("a caller of {}", caller.subject()),
    }
    // end
    assert_eq!(caller.user_id(), Some(ada.id.as_str()));
    Ok(())
}

/// Clerk as machine C knows it: a token that A got for B is refused there, whichever way it is looked at.
#[tokio::test]
async fn a_machines_token_is_for_the_machines_that_it_names() -> Result<(), AnyError> {
    use clerk_sdk::auth::{Authenticator, Reason, TokenType};

    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    let [b, c] = [clerk.machines().create("b").await?.id, clerk.machines().create("c").await?.id];
    let a = clerk.machines().create("a").scoped_machines([b.clone()]).await?.id;
    let secret = async |id: &str| clerk.machines().get_secret_key(id).await.map(|key| key.secret);
    let authenticator = |machine_id: &str| -> Result<Authenticator, clerk_sdk::Error> {
        // The instance's key vouches for tokens for all machines, so the setting alone decides.
        let clerk = clerk_sdk::Clerk::builder(mock.secret_key()).server_url(mock.url()).build()?;
        // code: recipient
        let authenticator = clerk // with `ClerkBuilder::machine_secret_key`, or CLERK_MACHINE_SECRET_KEY
            .authenticator()
            .accepts([TokenType::M2m])
            .machine(machine_id) // mch_…: the machine that this service is
            .build()?;
        // end
        Ok(authenticator)
    };
    for format in ["opaque", "jwt"] {
        let request = clerk.m2m().create_token().with_secret_key(secret(&a).await?);
        let token = request.with_body_field("token_format", format).await?.token;
        let request = clerk_sdk::mock::get("/").bearer(&token);

        let at_b = authenticator(&b)?.authenticate(&request).await.into_machine()?;
        assert_eq!((at_b.token_type(), at_b.machine_id()), (TokenType::M2m, Some(a.as_str())));
        let at_c = authenticator(&c)?.authenticate(&request).await.into_machine().unwrap_err();
        assert_eq!(at_c.reason(), Reason::TokenInvalidAudience, "{format}");
    }
    // With the machine's own key, Clerk refuses what is for another one.
    let token = clerk.m2m().create_token().with_secret_key(secret(&a).await?).await?.token;
    let request = clerk_sdk::mock::get("/").bearer(&token);
    for (machine, expected) in [(&b, Ok(())), (&c, Err(Reason::TokenInvalid))] {
        let builder = clerk_sdk::Clerk::builder("sk_test_embedded").server_url(mock.url());
        let clerk = builder.machine_secret_key(secret(machine).await?).build()?;
        let state = clerk.authenticate(&request).accepts([TokenType::M2m]).await?;
        assert_eq!(state.into_caller().map(drop).map_err(|error| error.reason()), expected);
    }
    Ok(())
}

#[tokio::test]
async fn services_are_asked_with_a_body() -> Result<(), AnyError> {
    let (mock, clerk, ada) = with_ada().await;
    let token = mock.sign_in(&ada).token();
    // code: test-request
    use clerk_sdk::mock::TestRequest;

    let request = TestRequest::new(Method::POST, "/notes").json(json!({ "text": "hello" })).bearer(&token);
    // end
    assert_eq!(request.body(), r#"{"text":"hello"}"#);
    assert_eq!(clerk.authenticate(&request).await?.into_auth()?.user_id(), ada.id);
    Ok(())
}

#[tokio::test]
async fn caches_are_as_large_as_they_are_told_to_be() -> Result<(), AnyError> {
    use clerk_sdk::auth::{Auth, TokenType};

    let (mock, clerk, ada) = with_ada().await;
    // code: caches
    let authenticator = clerk
        .authenticator()
        .accepts([TokenType::Session, TokenType::M2m, TokenType::ApiKey, TokenType::OAuth])
        .cache_tokens(10_000) // tokens whose signature was good
        .cache_opaque(1_000, Duration::from_secs(30)) // credentials that Clerk vouched for, and for how long
        .build()?;
    // end
    let key = clerk.api_keys().create("a program", &ada.id).await?;
    let request = clerk_sdk::mock::get("/").bearer(&key.secret);
    for _ in 0..3 {
        let key = authenticator.authenticate(&request).await.into_machine()?;
        assert_eq!((key.token_type(), key.user_id()), (TokenType::ApiKey, Some(ada.id.as_str())));
    }
    assert_eq!(mock.received("verifyApiKey").len(), 1);

    let request = clerk_sdk::mock::get("/").bearer(mock.sign_in(&ada).token());
    let first = authenticator.authenticate(&request).await.into_auth()?;
    let again = authenticator.clone().authenticate(&request).await.into_auth()?;
    let apart = clerk.authenticate(&request).await?.into_auth()?;
    let same = |other: &Auth| std::ptr::eq(first.claims().raw(), other.claims().raw());
    assert!(same(&again), "the token was read again");
    assert!(!same(&apart), "by an authenticator of its own");
    Ok(())
}

#[tokio::test]
async fn tokens_are_checked_without_a_network() -> Result<(), AnyError> {
    // The embedded Clerk's key is rejected here, as it is in production.
    let (signer, now) = (Signer::one(), std::time::UNIX_EPOCH.elapsed()?.as_secs());
    let token = signer.session(&json!({
        "iss": "https://clerk.example.com", "sub": "user_ada", "sid": "sess_1", "azp": "https://app.example.com",
        "iat": now, "nbf": now - 10, "exp": now + 60, "v": 2, "jti": "1", "sts": "active", "fva": [0, -1],
    }));
    let pem = signer.pem();
    // code: verifier
    use clerk_sdk::auth::Verifier;

    let verifier = Verifier::with_pem(pem) // or with_jwks(…), or clerk.verifier()
        .authorized_parties(["https://app.example.com"])
        .build()?;

    let claims = verifier.verify(&token).await?;
    let same = verifier.verify_now(&token)?; // where nothing can be awaited
    // end
    assert_eq!((claims.user_id(), same.user_id()), (Some("user_ada"), Some("user_ada")));
    Ok(())
}

#[tokio::test]
async fn keys_are_fetched_without_a_secret_key() -> Result<(), AnyError> {
    let (mock, _, ada) = with_ada().await;
    let token = mock.sign_in(&ada).authorized_party("https://app.example.com").token();
    let (publishable_key, jwks_url) = (mock.publishable_key(), mock.url() + "/.well-known/jwks.json");
    // code: without-secret-key
    use clerk_sdk::auth::{Authenticator, Verifier};

    let authenticator = Authenticator::from_publishable_key(publishable_key) // pk_…
        .authorized_parties(["https://app.example.com"])
        .build()?;

    let verifier = Verifier::from_issuer("https://clerk.example.com")
        .authorized_parties(["https://app.example.com"])
        .build()?;

    let of_url = Verifier::from_jwks_url(jwks_url) // the JWKS of a proxy, or of the embedded Clerk
        .issuer("https://clerk.example.com")
        .authorized_parties(["https://app.example.com"])
        .build()?;
    // end
    assert_eq!(of_url.verify(&token).await?.subject(), ada.id);
    // Nothing is fetched before the first check.
    assert_eq!(verifier.verify_now(&token).unwrap_err().reason().as_str(), "jwk-remote-failed-to-load");
    drop(authenticator);
    Ok(())
}

#[tokio::test]
async fn a_token_without_a_request_has_a_caller() -> Result<(), AnyError> {
    let (mock, clerk, ada) = with_ada().await;
    let token = mock.sign_in(&ada).authorized_party("https://app.example.com").token();
    let authenticator = clerk.authenticator().authorized_parties(["https://app.example.com"]).build()?;
    // code: bare-token
    let auth = authenticator.authenticate_token(&token).await.into_auth()?;
    let forwarded = format!("Bearer {}", auth.token()); // to another service of yours
    // end
    assert_eq!((auth.user_id(), forwarded), (ada.id.as_str(), format!("Bearer {token}")));
    clerk.jwt_templates().create("supabase", json!({})).await?;
    // code: template-token
    let token = auth.create_token(&clerk, "supabase").expires_in_seconds(60).await?;
    // end
    let claims = clerk.verifier().build()?.verify_template(token.jwt.unwrap()).await?;
    assert_eq!(claims.user_id(), Some(ada.id.as_str()));
    Ok(())
}
