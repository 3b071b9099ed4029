//! What a session token must be.

use clerk_sdk::auth::Reason;
use clerk_tests::tokens::Signer;
use serde_json::json;

use crate::common::{NOW, claims, refusal, verify};

#[test]
fn a_session_token_is_accepted() {
    let token = Signer::one().session(&claims(json!({})));

    let claims = verify(&token).unwrap();

    assert_eq!(claims.user_id(), "user_1");
    assert_eq!(claims.session_id(), Some("sess_1"));
    assert_eq!(claims.raw()["exp"], NOW + 60);
}

#[test]
fn a_token_of_another_key_is_refused() {
    let token = Signer::two().session(&claims(json!({})));

    assert_eq!(refusal(&token), Reason::TokenInvalidSignature);
}
