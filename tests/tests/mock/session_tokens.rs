//! Session tokens: what stands in them, who signed them, and for how long they hold.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clerk_sdk::mock::MockClerk;
use clerk_sdk::types::User;
use serde_json::{Value, json};

use crate::api::Api;
use crate::token::Token;

async fn ada() -> (Api, User) {
    let api = Api::start().await;
    let user = api.clerk.seed().user("ada@example.com").await;
    (api, user)
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs() as i64
}

#[tokio::test]
async fn signing_in_gives_a_token_of_a_session_that_the_server_knows() {
    let (api, ada) = ada().await;

    let token = Token::read(&api.clerk.sign_in(&ada).token());

    let claims = &token.claims;
    let session = api.get(&format!("/sessions/{}", claims["sid"].as_str().expect("an id"))).await.body;
    assert_eq!((&session["user_id"], &session["status"]), (&json!(ada.id), &json!("active")));
    assert_eq!((&token.header["alg"], &token.header["typ"]), (&json!("RS256"), &json!("JWT")));
    assert_eq!(token.header["cat"], "cl_B7d4PD111AAA");
    assert_eq!((&claims["sub"], &claims["v"], &claims["sts"]), (&json!(ada.id), &json!(2), &json!("active")));
    assert_eq!((&claims["iss"], &claims["fva"]), (&json!(api.clerk.issuer()), &json!([0, -1])));
    let [iat, exp, nbf] = ["iat", "exp", "nbf"].map(|name| claims[name].as_i64().expect("seconds"));
    assert!((now() - iat).abs() <= 2 && exp - iat == 60 && nbf <= iat, "{claims}");
    for absent in ["o", "azp", "act", "fea", "pla", "org_id", "aud"] {
        assert!(claims.get(absent).is_none(), "{absent}: {claims}");
    }
}

#[tokio::test]
async fn the_published_key_and_the_pem_check_tokens_and_refuse_forgeries() {
    let (api, ada) = ada().await;

    let good = Token::read(&api.clerk.sign_in(&ada).token());
    let forged = Token::read(&api.clerk.sign_in(&ada).forged().token());
    let jwks = api.get("/jwks").await.body;

    assert!(good.is_signed_by(&jwks) && good.is_signed_by_pem(api.clerk.jwt_key()));
    assert_eq!(forged.header["kid"], good.header["kid"]);
    assert!(!forged.is_signed_by(&jwks) && !forged.is_signed_by_pem(api.clerk.jwt_key()));
}

#[tokio::test]
async fn keys_rotate_and_those_before_stay_good_until_they_are_retired() {
    let (api, ada) = ada().await;
    let mut tokens = vec![Token::read(&api.clerk.sign_in(&ada).token())];
    let pem = api.clerk.jwt_key();

    // More often than there are keys.
    for _ in 0..5 {
        api.clerk.rotate_keys();
        tokens.push(Token::read(&api.clerk.sign_in(&ada).token()));
    }

    assert!(!tokens[1].is_signed_by_pem(pem));
    let jwks = api.get("/jwks").await.body;
    assert!(tokens.iter().all(|t| t.is_signed_by(&jwks)));
    api.clerk.retire_keys();
    let jwks = api.get("/jwks").await.body;
    let good: Vec<bool> = tokens.iter().map(|t| t.is_signed_by(&jwks)).collect();
    assert_eq!(good, [false, false, false, false, false, true]);
}

#[tokio::test]
async fn servers_do_not_share_key_ids() {
    let (one, ada) = ada().await;
    let other = Api::start().await;

    let token = Token::read(&one.clerk.sign_in(&ada).token());

    assert!(!token.is_signed_by(&other.get("/jwks").await.body));
}

#[tokio::test]
async fn an_organization_is_made_and_the_user_a_member_of_it_where_that_is_not_so_yet() {
    let (api, ada) = ada().await;

    let token = Token::read(&api.clerk.sign_in(&ada).organization("acme", "org:admin").token());
    let again = Token::read(&api.clerk.sign_in(&ada).organization("acme", "org:member").token());

    let o = &token.claims["o"];
    assert_eq!((&o["slg"], &o["rol"]), (&json!("acme"), &json!("admin")));
    assert_eq!((&again.claims["o"]["id"], &again.claims["o"]["rol"]), (&o["id"], &json!("member")));
    let memberships = api.get(&format!("/users/{}/organization_memberships", ada.id)).await.body;
    assert_eq!(memberships["total_count"], 1);
    assert_eq!(memberships["data"][0]["organization"]["id"], o["id"]);
    assert_eq!(memberships["data"][0]["role"], "org:member");
}

#[tokio::test]
async fn rights_are_written_compactly_in_version_2_and_at_length_in_version_1() {
    let (api, ada) = ada().await;
    let signed_in = || {
        let signing_in = api.clerk.sign_in(&ada).organization("acme", "org:admin");
        signing_in
            .permissions(["org:billing:manage", "org:teams:read"])
            .features(["u:export", "o:teams"])
            .plans(["o:team", "u:pro"])
    };

    let two = Token::read(&signed_in().token()).claims;
    let one = Token::read(&signed_in().version_1().token()).claims;

    assert_eq!((&two["fea"], &two["pla"]), (&json!("o:teams,o:billing,u:export"), &json!("o:team,u:pro")));
    assert_eq!((&two["o"]["per"], &two["o"]["fpm"]), (&json!("manage,read"), &json!("2,1")));
    assert!(one.get("v").is_none() && one.get("o").is_none(), "{one}");
    assert_eq!((&one["org_slug"], &one["org_role"]), (&json!("acme"), &json!("org:admin")));
    assert_eq!(one["org_permissions"], json!(["org:billing:manage", "org:teams:read"]));
    assert_eq!(one["org_id"], two["o"]["id"]);
}

#[tokio::test]
async fn everything_about_a_token_can_be_wrong_on_request() {
    let (api, ada) = ada().await;
    let sign_in = || api.clerk.sign_in(&ada);
    let read = |token: String| Token::read(&token);

    let expired = read(sign_in().issued_ago(Duration::from_secs(120)).token()).claims;
    let future = read(sign_in().issued_in(Duration::from_secs(120)).token()).claims;
    let long = read(sign_in().lifetime(Duration::from_secs(3600)).token()).claims;
    let pending = read(sign_in().pending().token()).claims;
    let party = read(sign_in().authorized_party("https://app.example.com").token()).claims;
    let old = read(sign_in().factor_ages(Some(90), None).actor("user_2").token()).claims;
    let custom = read(sign_in().claim("plan", "pro").claim("sid", Value::Null).header("cat", "x").token());

    assert!(
        expired["exp"].as_i64() < Some(now()) && expired["iat"].as_i64() < Some(now() - 100),
        "{expired}"
    );
    assert!(future["iat"].as_i64() > Some(now() + 100), "{future}");
    assert_eq!(long["exp"].as_i64().unwrap() - long["iat"].as_i64().unwrap(), 3600);
    assert_eq!(pending["sts"], "pending");
    assert_eq!(
        api.get(&format!("/sessions/{}", pending["sid"].as_str().unwrap())).await.body["status"],
        "pending"
    );
    assert_eq!(party["azp"], "https://app.example.com");
    assert_eq!((&old["fva"], &old["act"]), (&json!([90, -1]), &json!({ "sub": "user_2" })));
    assert_eq!((&custom.claims["plan"], custom.claims.get("sid")), (&json!("pro"), None));
    assert_eq!(custom.header["cat"], "x");
}

#[tokio::test]
async fn the_api_makes_tokens_of_sessions_as_they_are_now() {
    let (api, ada) = ada().await;
    let first = Token::read(&api.clerk.sign_in(&ada).organization("acme", "org:admin").token()).claims;
    let path = format!("/sessions/{}", first["sid"].as_str().expect("an id"));

    let token = api.post(&format!("{path}/tokens"), json!({ "expires_in_seconds": 300 })).await.body;
    let again =
        Token::read(&api.clerk.sign_in(&ada).in_session(first["sid"].as_str().unwrap()).token()).claims;
    api.delete("/organizations/acme").await;
    let outside = api.post(&format!("{path}/tokens"), json!({})).await.body;
    let old = api.clerk.sign_in(&ada).in_session(first["sid"].as_str().unwrap()).token();
    let cookies = json!({
        "expired_token": old, "refresh_token": "x", "request_origin": "https://app.example.com", "format": "cookie",
    });
    let cookies = api.post(&format!("{path}/refresh"), cookies).await.body;
    api.post(&format!("{path}/revoke"), json!({})).await;
    let revoked = api.post(&format!("{path}/tokens"), json!({})).await;

    let claims = Token::read(token["jwt"].as_str().expect("a token")).claims;
    assert_eq!((&claims["sid"], &claims["o"]), (&first["sid"], &first["o"]));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert_eq!((&again["sid"], &again["o"]), (&first["sid"], &first["o"]));
    let outside = Token::read(outside["jwt"].as_str().expect("a token")).claims;
    assert!(outside.get("o").is_none(), "{outside}");
    let cookie = cookies["cookies"][0].as_str().expect("a cookie");
    let cookie =
        cookie.strip_prefix("__session=").and_then(|c| c.split(';').next()).expect("a session cookie");
    assert!(Token::read(cookie).is_signed_by(&api.get("/jwks").await.body));
    assert_eq!(revoked.status, 401);
}

#[tokio::test]
#[should_panic = "cannot sign in"]
async fn who_is_banned_cannot_sign_in() {
    let clerk = MockClerk::start().await.expect("a server");
    let eve = clerk.seed().user("eve@example.com").with("banned", true).await;

    clerk.sign_in(&eve).token();
}
