//! Credentials of machines: JWTs, and opaque ones about which the server is asked.

use clerk_tests::tokens::Signer;
use serde_json::{Map, Value, json};

use super::headers::CATEGORIES;
use super::{Input, Token, anything, request, shown, with};
use crate::common::{NOW, claims, merged};

pub fn inputs(server: &str) -> Vec<Input> {
    [odd_jwts(), accepted_jwts(), scopes(), opaque(server), configured(server)]
        .into_iter()
        .flatten()
        .collect()
}

fn m2m() -> (Value, Value) {
    let header = merged(Signer::one().header(), json!({"cat": CATEGORIES[2]}));
    (header, claims(json!({"sub": "mch_1", "jti": "mt_1", "azp": null, "sid": null, "v": null})))
}

fn oauth() -> (Value, Value) {
    let header = merged(Signer::one().header(), json!({"typ": "at+jwt", "cat": null}));
    let own = json!({"client_id": "client_1", "jti": "oat_1", "scope": "profile email", "azp": null, "sid": null,
                     "v": null});
    (header, claims(own))
}

fn bearer(about: impl Into<String>, token: &Token, changes: Value) -> Input {
    request(about, token, json!([["authorization", format!("Bearer {}", token.text)]]), changes)
}

/// One odd part each, where that kind of token is accepted.
fn odd_jwts() -> Vec<Input> {
    let mut inputs = Vec::new();
    let parties = json!(["https://app.example.com"]);
    for (kind, (header, claims), names) in [
        ("m2m_token", m2m(), ["sub", "jti", "exp", "nbf", "iat", "azp", "aud", "scopes", "sts", "v"]),
        (
            "oauth_token",
            oauth(),
            ["sub", "jti", "exp", "nbf", "iat", "azp", "aud", "scope", "scp", "client_id"],
        ),
    ] {
        let mut add = |about: String, header: Value, claims: Value| {
            let token = Token::new(header, claims);
            for changes in
                [json!({"accepts": [kind]}), json!({"accepts": "any", "authorized_parties": parties})]
            {
                inputs.push(bearer(format!("{kind}: {about}"), &token, changes));
            }
        };
        for name in names {
            for value in anything() {
                let about = format!("{name} = {}", shown(value.as_ref()));
                add(about, header.clone(), with(claims.clone(), name, value.as_ref()));
            }
        }
        for (name, offset) in [("exp", -5), ("exp", -4), ("nbf", 5), ("nbf", 6), ("iat", 5), ("iat", 6)] {
            let about = format!("{name} is {offset} s from now");
            add(about, header.clone(), with(claims.clone(), name, Some(&json!(NOW + offset))));
        }
        let typs = ["JWT", "at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT"]
            .map(|typ| Some(json!(typ)));
        for typ in typs.into_iter().chain(anything()) {
            let about = format!("typ = {}", shown(typ.as_ref()));
            add(about, with(header.clone(), "typ", typ.as_ref()), claims.clone());
        }
        for category in CATEGORIES.map(|one| Some(json!(one))).into_iter().chain(anything()) {
            let about = format!("cat = {}", shown(category.as_ref()));
            add(about, with(header.clone(), "cat", category.as_ref()), claims.clone());
        }
        for algorithm in ["none", "HS256", "RS384", "RS512", "ES256"] {
            let about = format!("alg = {algorithm}");
            add(about, with(header.clone(), "alg", Some(&json!(algorithm))), claims.clone());
        }
    }
    inputs
}

fn every_accepts() -> Vec<Value> {
    let accepts = json!([
        ["session_token"],
        ["m2m_token"],
        ["api_key"],
        ["oauth_token"],
        "any",
        ["session_token", "m2m_token"],
        ["session_token", "oauth_token"],
        ["m2m_token", "api_key"],
        ["oauth_token", "api_key", "m2m_token"],
    ]);
    accepts.as_array().unwrap().clone()
}

/// Each kind of JWT where others are accepted, and in a cookie, where machines have no business.
fn accepted_jwts() -> Vec<Input> {
    let both = (merged(m2m().0, json!({"typ": "at+jwt"})), merged(m2m().1, json!({"client_id": "client_1"})));
    let mut inputs = Vec::new();
    for (kind, (header, claims)) in [
        ("session", (Signer::one().header(), claims(json!({})))),
        ("m2m", m2m()),
        ("oauth", oauth()),
        ("both", both),
        ("template", (merged(Signer::one().header(), json!({"cat": CATEGORIES[1]})), claims(json!({})))),
    ] {
        let token = Token::new(header, claims);
        for accepts in every_accepts() {
            for headers in [
                json!([["authorization", format!("Bearer {}", token.text)]]),
                json!([["authorization", token.text]]),
                json!([["cookie", format!("__session={}; __client_uat=1", token.text)]]),
            ] {
                let about = format!("a JWT of kind {kind} in {}, accepts {accepts}", headers[0][0]);
                inputs.push(request(about, &token, headers, json!({"accepts": accepts})));
            }
        }
    }
    inputs
}

/// What a machine may do, and for whom its token is.
fn scopes() -> Vec<Input> {
    let mut inputs = Vec::new();
    for scopes in
        [json!("a b"), json!("a  b "), json!(" a"), json!("a\tb"), json!("a,b"), json!(["a", "b"]), json!([])]
    {
        for audience in [json!(null), json!("api"), json!(["api", "x"])] {
            for (kind, (header, claims), name) in [
                ("m2m_token", m2m(), "scopes"),
                ("oauth_token", oauth(), "scope"),
                ("oauth_token", oauth(), "scp"),
            ] {
                let claims = merged(with(claims, name, Some(&scopes)), json!({"aud": audience}));
                let token = Token::new(header, claims);
                for wanted in [json!(null), json!(["api"]), json!(["y"])] {
                    let about = format!("{kind}: {name} = {scopes}, aud = {audience}, audience {wanted}");
                    inputs.push(bearer(about, &token, json!({"accepts": [kind], "audience": wanted})));
                }
            }
        }
    }
    inputs
}

/// What the server answers about opaque credentials: status and body, by what follows the prefix.
pub fn opaque_credentials() -> Map<String, Value> {
    let good = json!({"id": "id_1", "subject": "user_1", "scopes": ["a", "b"], "revoked": false, "expired": false,
                      "revocation_reason": null, "expiration": null, "created_at": 1, "updated_at": 1,
                      "client_id": "client_1", "name": "n", "claims": null});
    let changed = |changes: Value| {
        let mut body = good.clone();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        json!([200, body])
    };
    let answers = json!({
        "good": [200, good],
        "machine": changed(json!({"subject": "mch_1"})),
        "organization": changed(json!({"subject": "org_1"})),
        "revoked": changed(json!({"revoked": true, "revocation_reason": "leaked"})),
        "expired": changed(json!({"expired": true})),
        "past": changed(json!({"expiration": NOW * 1000 - 1})),
        "active": changed(json!({"active": true})),
        "inactive": [200, {"active": false}],
        "inactivated": changed(json!({"active": false})),
        "no_subject": changed(json!({"subject": null})),
        "empty_subject": changed(json!({"subject": ""})),
        "odd_subject": changed(json!({"subject": 1})),
        "no_scopes": changed(json!({"scopes": null})),
        "for_api": changed(json!({"aud": ["api"]})),
        "for_other": changed(json!({"aud": "other"})),
        "empty": [200, {}],
        "array": [200, [good]],
        "null": [200, null],
        "created": [201, good],
        "400": [400, {"errors": [{"code": "x", "message": "x"}]}],
        "401": [401, {"errors": [{"code": "clerk_key_invalid", "message": "x"}]}],
        "404": [404, {"errors": [{"code": "resource_not_found", "message": "x"}]}],
        "410": [410, {"errors": []}],
        "422": [422, {"errors": [{"code": "x", "message": "x"}]}],
    });
    answers.as_object().unwrap().clone()
}

fn opaque(server: &str) -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut add = |about: String, text: String, form: &str, accepts: &Value, audience: &Value| {
        let token = Token { header: Value::Null, claims: json!(text), text };
        let headers = match form {
            "cookie" => json!([["cookie", format!("__session={}; __client_uat=1", token.text)]]),
            "bare" => json!([["authorization", token.text]]),
            scheme => json!([["authorization", format!("{scheme} {}", token.text)]]),
        };
        let about = format!("{about}, {form}, accepts {accepts}, audience {audience}");
        let changes = json!({"accepts": accepts, "audience": audience, "secret_key": "sk_test_one",
                             "base_url": server, "jwt_key": null});
        inputs.push(request(about, &token, headers, changes));
    };
    let no_audience = json!(null);
    for (prefix, own) in [("mt_", "m2m_token"), ("ak_", "api_key"), ("oat_", "oauth_token")] {
        for name in opaque_credentials().keys() {
            for audience in [&no_audience, &json!(["api"])] {
                for accepts in [&json!([own]), &json!("any")] {
                    add(format!("{prefix}{name}"), format!("{prefix}{name}"), "Bearer", accepts, audience);
                }
            }
        }
        for accepts in &every_accepts() {
            for form in ["Bearer", "bare", "bearer", "Basic", "cookie"] {
                add(format!("{prefix}good"), format!("{prefix}good"), form, accepts, &no_audience);
            }
        }
    }
    for text in ["m2m_good", "MT_good", "xmt_good", "sk_test_x", "mt", "oat_", "a.b.c", "oatx_good", "x"] {
        for accepts in &every_accepts() {
            add(text.to_owned(), text.to_owned(), "Bearer", accepts, &no_audience);
        }
    }
    inputs
}

/// With neither a secret key nor the like, nobody can be asked about opaque credentials.
fn configured(server: &str) -> Vec<Input> {
    let token = Token { header: Value::Null, claims: json!("mt_good"), text: "mt_good".to_owned() };
    [
        json!({"secret_key": "sk_test_one", "base_url": server}),
        json!({"secret_key": "sk_test_one", "base_url": server,
        "authorized_parties": ["https://app.example.com"], "issuer": ["https://x.example"]}),
    ]
    .into_iter()
    .map(|changes| {
        bearer(format!("opaque, with {changes}"), &token, merged(changes, json!({"accepts": "any"})))
    })
    .collect()
}
