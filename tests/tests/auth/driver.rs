//! The conformance driver's calls about tokens and requests.

use clerk_tests::driver::Driver;
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::{Signer, jwks};
use serde_json::{Value, json};

use crate::common::{NOW, claims, merged};

async fn ask(driver: &mut Driver, line: Value) -> Value {
    let answer = driver.answer(line.to_string().as_bytes()).await;
    assert_eq!(answer["id"], line["id"]);
    answer
}

async fn answer(line: Value) -> Value {
    ask(&mut Driver::default(), line).await
}

fn options(changes: Value) -> Value {
    merged(json!({"jwt_key": Signer::one().pem(), "now": NOW}), changes)
}

#[tokio::test]
async fn a_request_is_authenticated() {
    let given =
        claims(json!({"o": {"id": "org_1", "rol": "admin", "per": "read", "fpm": "1"}, "fea": "o:billing",
                              "pla": "u:pro"}));
    let cookie = format!("a=b; __session={}", Signer::one().session(&given));
    let line = json!({"id": 8, "call": "$authenticate", "method": "GET", "url": "http://app.example/x",
        "headers": [["cookie", cookie]], "options": options(json!({"authorized_parties": ["https://app.example.com"],
        "audience": null, "issuer": null, "clock_skew_ms": 5000, "accepts": ["session_token"],
        "accept_pending": false, "publishable_key": "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"}))});

    let ok = json!({"token_type": "session_token", "subject": "user_1", "claims": given, "session_id": "sess_1",
        "org_id": "org_1", "org_role": "org:admin", "org_permissions": ["org:billing:read"],
        "features": ["o:billing"], "plans": ["u:pro"], "scopes": []});
    assert_eq!(answer(line).await, json!({"id": 8, "ok": ok}));
}

#[tokio::test]
async fn a_refusal_says_why() {
    let token = Signer::one().session(&claims(json!({"exp": NOW - 5})));
    for line in [
        json!({"id": 1, "call": "$authenticate", "headers": [["Authorization", token]], "options": options(json!({}))}),
        json!({"id": 1, "call": "$verify_token", "token": token, "options": options(json!({}))}),
        json!({"id": 1, "call": "$has", "token": token, "options": options(json!({})), "has": {"role": "admin"}}),
    ] {
        let answer = answer(line).await;
        assert_eq!(
            (&answer["err"]["kind"], &answer["err"]["reason"]),
            (&json!("auth"), &json!("token-expired"))
        );
        assert!(answer["err"]["message"].is_string());
    }
    for (options, reason) in [
        (options(json!({"jwt_key": "no key"})), "jwk-failed-to-resolve"),
        (json!({"now": NOW}), "secret-key-missing"),
    ] {
        let answer =
            answer(json!({"id": 1, "call": "$verify_token", "token": token, "options": options})).await;
        assert_eq!((&answer["err"]["kind"], &answer["err"]["reason"]), (&json!("auth"), &json!(reason)));
    }
    let empty = options(json!({"authorized_parties": []}));
    let answer = answer(json!({"id": 1, "call": "$verify_token", "token": token, "options": empty})).await;
    assert_eq!(answer["err"]["kind"], "config");
}

#[tokio::test]
async fn a_token_of_a_template_is_checked_as_one() {
    let signer = Signer::one();
    let header = merged(signer.header(), json!({"cat": "cl_B7d4PD222AAA"}));
    let token = signer.sign(&header, &claims(json!({"mine": 1})));
    let line = json!({"id": 1, "call": "$verify_token", "token": token, "options": options(json!({}))});

    assert_eq!(answer(line.clone()).await["err"]["reason"], "token-type-not-supported");

    let template = answer(merged(line, json!({"template": true}))).await;
    assert_eq!(template["ok"]["claims"]["mine"], 1);
}

#[tokio::test]
async fn a_machines_token_is_accepted_where_it_is_wanted() {
    let signer = Signer::one();
    let header = merged(signer.header(), json!({"cat": "cl_B7d4PD333AAA"}));
    let token = signer.sign(&header, &claims(json!({"sub": "mch_1", "jti": "mt_1", "scopes": "a b"})));
    for accepts in [json!(["m2m_token"]), json!("any"), json!(["session_token", "m2m_token"])] {
        let line = json!({"id": 1, "call": "$verify_token", "token": token,
                          "options": options(json!({ "accepts": accepts }))});
        let answer = answer(line).await;
        assert_eq!(
            (&answer["ok"]["token_type"], &answer["ok"]["scopes"]),
            (&json!("m2m_token"), &json!(["a", "b"]))
        );
    }
}

#[tokio::test]
async fn what_a_caller_has_is_answered() {
    let given =
        json!({"v": null, "org_id": "org_1", "org_role": "org:admin", "fva": [5, -1], "sts": "pending"});
    let token = Signer::one().session(&claims(given));
    for (accept_pending, has, expected) in [
        (true, json!({"role": "admin"}), true),
        (true, json!({"role": "member"}), false),
        (true, json!({"reverification": "strict"}), true),
        (true, json!({"reverification": "extreme"}), false),
        (true, json!({"reverification": {"level": "first_factor", "afterMinutes": 5}}), false),
        (true, json!({"reverification": {"level": "first_factor", "afterMinutes": 6}}), true),
        (true, json!({"role": "admin", "plan": "pro"}), false),
        (true, json!({"role": 1}), false),
        (true, json!({}), false),
        (false, json!({"role": "admin"}), false),
    ] {
        for accepts in ["session_token", "any"] {
            let options = options(json!({ "accept_pending": accept_pending, "accepts": [accepts] }));
            let line = json!({"id": 1, "call": "$has", "token": token, "options": options, "has": has});
            assert_eq!(answer(line).await, json!({"id": 1, "ok": expected}), "{accepts}: {has}");
            let line = json!({"id": 1, "call": "$verify_token", "token": token, "options": options});
            assert_eq!(answer(line).await["ok"]["claims"]["sts"], "pending", "{accepts}");
        }
    }
}

#[tokio::test]
async fn a_client_and_its_keys_are_kept() {
    let server = Server::scripted([Reply::json(200, &jwks([&Signer::one()]).to_string())]);
    let token = Signer::one().session(&claims(json!({})));
    let mut driver = Driver::default();
    let options = |key: &str| json!({"secret_key": key, "base_url": server.url(), "now": NOW});
    let line = |key| json!({"id": 1, "call": "$verify_token", "token": token, "options": options(key)});

    for key in ["sk_test_a", "sk_test_a", "sk_test_b", "sk_test_a"] {
        assert_eq!(ask(&mut driver, line(key)).await["ok"]["subject"], "user_1");
    }

    assert_eq!(server.seen().len(), 2);
}
