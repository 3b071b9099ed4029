//! How users prove who they are: codes by e-mail and phone, passwords, second factors.

use serde_json::{Value, json};

use crate::api::{Api, text};
use crate::token::Token;

#[tokio::test]
async fn a_code_verifies_an_address() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let email =
        api.create("/email_addresses", json!({ "user_id": ada, "email_address": "b@example.com" })).await;
    let path = format!("/email_addresses/{email}");

    let prepared = api.post(&format!("{path}/prepare_verification"), json!({})).await.body;
    let attempt = |code: &'static str| {
        let body = json!({ "verification_id": prepared["id"], "code": code });
        let (api, path) = (&api, &path);
        async move { api.post(&format!("{path}/attempt_verification"), body).await }
    };
    let wrong = attempt("000000").await.body;
    let unverified = api.get(&path).await.body["verification"].clone();
    let right = attempt("424242").await.body;
    let again = attempt("424242").await;

    assert_eq!((&prepared["status"], &prepared["strategy"]), (&json!("unverified"), &json!("email_code")));
    assert_eq!((&wrong["status"], &wrong["attempts"]), (&json!("unverified"), &json!(1)));
    assert_eq!(unverified, Value::Null);
    assert_eq!((&right["status"], &right["attempts"]), (&json!("verified"), &json!(2)));
    assert_eq!(api.get(&path).await.body["verification"]["strategy"], "email_code");
    assert_eq!(again.refusal(), (400, "verification_already_verified", None));
}

#[tokio::test]
async fn three_wrong_codes_fail_a_verification() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let phone = api.create("/phone_numbers", json!({ "user_id": ada, "phone_number": "+15555550100" })).await;
    let path = format!("/phone_numbers/{phone}");

    let prepared = api.post(&format!("{path}/prepare_verification"), json!({})).await.body;
    let mut statuses = Vec::new();
    for code in ["1", "2", "3", "424242"] {
        let body = json!({ "verification_id": prepared["id"], "code": code });
        statuses.push(text(&api.post(&format!("{path}/attempt_verification"), body).await.body["status"]));
    }

    assert_eq!((&prepared["strategy"], &prepared["channel"]), (&json!("phone_code"), &json!("sms")));
    assert_eq!(statuses, ["unverified", "unverified", "failed", "failed"]);
    let body = json!({ "verification_id": "ver_1", "code": "424242" });
    assert_eq!(api.post(&format!("{path}/attempt_verification"), body).await.status, 404);
}

#[tokio::test]
async fn passwords_have_to_be_strong_unless_it_is_said_otherwise() {
    let api = Api::start().await;
    let create = |password: String, skip: bool| {
        let body = json!({ "username": format!("u{}", name_for(&password, skip)), "password": password, "skip_password_checks": skip });
        let api = &api;
        async move { api.post("/users", body).await }
    };

    let short = create("short".to_owned(), false).await;
    let known = create("Password123".to_owned(), false).await;
    let long = create("x".repeat(73), true).await;

    assert_eq!(short.refusal(), (422, "form_password_length_too_short", Some("password")));
    assert_eq!(known.refusal(), (422, "form_password_pwned", Some("password")));
    assert_eq!(long.refusal(), (422, "form_password_size_in_bytes_exceeded", Some("password")));
    assert_eq!(create("short".to_owned(), true).await.status, 200);
    assert_eq!(create("Password123".to_owned(), true).await.status, 200);
}

/// A username of its own for each case.
fn name_for(password: &str, skip: bool) -> String {
    format!("{}{}", password.len(), skip)
}

#[tokio::test]
async fn digests_that_were_brought_along_are_checked() {
    let api = Api::start().await;
    // "a good password" in each form, made with Python's bcrypt, argon2-cffi and hashlib, and OpenSSL.
    let digests = [
        ("bcrypt", "$2b$04$vX/nmsOocHEfrBWW720ndO7BE.TG6bxtzNrFJwiSnqPYU.8VmQ7cS"),
        (
            "bcrypt_sha256_django",
            "bcrypt_sha256$$2b$04$pesMQ/g00VEedWwTudVPxecHWNvLiYIA69Sw5P9n3S15Tdj/bREiu",
        ),
        ("pbkdf2_sha1", "pbkdf2_sha1$1000$salt$8468659caa949e4c00e9e2380b8d7df1b959b7b3"),
        ("pbkdf2_sha256", "pbkdf2_sha256$1000$c2FsdA==$mG7C9/+HeAo37lLW/MMoLfndWxHfWD7uoJbp0fU5lNA="),
        ("pbkdf2_sha256_django", "pbkdf2_sha256$1000$salt$mG7C9/+HeAo37lLW/MMoLfndWxHfWD7uoJbp0fU5lNA="),
        (
            "pbkdf2_sha512",
            "pbkdf2_sha512$1000$salt$a4de10a6179322c4d4e31e49ffa2d727f483e6a2bc51bec9cbee9ce94855267752b18c52fb515c6d9ce55106a37fb820695f90dfee525378f191d20dc78e161e",
        ),
        (
            "pbkdf2_sha512_hex",
            "pbkdf2_sha512_hex$1000$73616c74$a4de10a6179322c4d4e31e49ffa2d727f483e6a2bc51bec9cbee9ce94855267752b18c52fb515c6d9ce55106a37fb820695f90dfee525378f191d20dc78e161e",
        ),
        ("sha256", "9020e9e51f9bec7dd22cf89e7c05ee0931412790b0b6a7e8632e0fa9fb15ec00"),
        ("md5", "265d0ad99e158c3068551a57fde7568d"),
        ("md5_salted", "salt$0d771d66768d74545710ddafea543545"),
        ("sha256_salted", "salt$aa41ae00bcb2a9cf280c44a0e10fb42cc771b7906e97de62342aeba1b12a422d"),
        ("ldap_ssha", "{SSHA}K5uiy0SdsWaM/ys8n0PoFlydGSlzYWx0"),
        ("phpass", "$P$5saltsaltd/iww9zXXUMIWEVYz0D8N."),
        ("md5_phpass", "$P$5saltsaltG4esQLaia.dufyjc.NUc8/"),
        ("argon2i", "$argon2i$v=19$m=64,t=2,p=2$c2FsdHNhbHQ$c7XZN3pEspQd+wDCvKNoKdJoA6JrSUsf7+a85/G7MGQ"),
        ("argon2id", "$argon2id$v=19$m=64,t=2,p=2$c2FsdHNhbHQ$xbTXax72WVduy6TXy6GU0HsGJrAQwOZeM0SuKtg6V5w"),
        ("argon2id", "$argon2id$v=16$m=64,t=2,p=1$c2FsdHNhbHQ$FNA6CRot3xW+GA7cQnHK7tf1TO5q6hrYZGhF3vckPak"),
        ("bcrypt_peppered", "$2b$04$L4YB3zTfBK.Yzok4F6VXauAw0usxu2wyqJpTHSvJ.2ZrdImDVyuoC$pepper"),
        (
            "scrypt_werkzeug",
            "scrypt:1024:8:1$salt$f1bfd2eb1eeca9bb3d08a92e1cda84bc313b9da1821c1f0bc93e40ada6c29ea4726cdeaeca427714c2a3b3f36db517187ef26bec04976ea888c2a24d3b89bf03",
        ),
        (
            "scrypt_firebase",
            "q1RN2B/lkXTdW1Tjdu+AePjshqmAbjtFKF3E4TvBTU1A9xAnkx6N5ynNMDSm+dtq3zcocvXiHJEXnqzIcnzKAQ==$c2FsdA==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$Bw==$8$10",
        ),
        (
            "sha512_symfony",
            "sha512_symfony$100$salt$bKJ12M1ZkJmFrkfHh6rwDAkNvcJapaFiXMhoS2t6yelTd+tjaPGilgGghNN+KEyxvyCkPwivgQD3yWCNIBMv+A==",
        ),
        ("hmac_sha256_utf16_b64", "hmac_sha256_utf16_b64$BdZN4e5t4vVQv/Y8sPsZ/W8Roj/CnrHukJ0aDEs70To=$a2V5"),
    ];

    for (index, (hasher, digest)) in digests.into_iter().enumerate() {
        let name = format!("{hasher}{index}");
        let body = json!({ "username": name, "password_digest": digest, "password_hasher": hasher });
        let user = api.post("/users", body).await.body;
        assert_eq!(user["password_enabled"], true, "{hasher}: {user}");
        let path = format!("/users/{}/verify_password", text(&user["id"]));
        assert_eq!(api.post(&path, json!({ "password": "a good password" })).await.status, 200, "{hasher}");
        let wrong = api.post(&path, json!({ "password": "a bad password" })).await;
        assert_eq!(wrong.refusal(), (422, "incorrect_password", None), "{hasher}");
    }
    let cognito = json!({
        "username": "cognito", "password_hasher": "awscognito", "password_digest": "awscognito#eu_1#client#ada",
    });
    let path = format!("/users/{}/verify_password", api.create("/users", cognito).await);
    let unchecked = api.post(&path, json!({ "password": "a good password" })).await;
    assert_eq!(unchecked.refusal(), (422, "form_param_value_invalid", Some("password")));
    let refused = |body: Value| {
        let api = &api;
        async move { api.post("/users", body).await.refusal().1.to_owned() }
    };
    for (hasher, digest) in [
        ("bcrypt", "x"),
        ("bcrypt_peppered", "$2b$04$L4YB3zTfBK.Yzok4F6VXauAw0usxu2wyqJpTHSvJ.2ZrdImDVyuoC"),
        ("argon2id", "$argon2i$v=19$m=64,t=2,p=2$c2FsdHNhbHQ$c7XZN3pEspQd+wDCvKNoKdJoA6JrSUsf7+a85/G7MGQ"),
        ("argon2i", "$argon2i$v=19$m=64,t=2,p=2$c2FsdHNhbHQ$"),
        ("scrypt_werkzeug", "scrypt:1000:8:1$salt$f1bf"),
        ("scrypt_firebase", "aaaa$c2FsdA==$aaaa$Bw==$8$200"),
        ("sha512_symfony", "sha512_symfony$0$salt$bKJ1"),
        ("awscognito", "awscognito#eu_1#client"),
        ("bcrypt_sha256_django", "$2b$04$pesMQ/g00VEedWwTudVPxecHWNvLiYIA69Sw5P9n3S15Tdj/bREiu"),
        ("md5", "265d0ad99e158c3068551a57fde7568"),
        ("sha256", "265d0ad99e158c3068551a57fde7568d"),
        ("md5_salted", "0d771d66768d74545710ddafea543545"),
        ("sha256_salted", "salt$0d771d66768d74545710ddafea543545"),
        ("ldap_ssha", "{SSHA}K5uiy0SdsWaM/ys8n0PoFlydGSk="),
        ("phpass", "$P$5saltsaltd/iww9zXXUMIWEVYz0D8N"),
        ("md5_phpass", "$P$!saltsaltG4esQLaia.dufyjc.NUc8/"),
        ("pbkdf2_sha1", "pbkdf2_sha1$1000$salt$8468659caa949e4c00e9e2380b8d7df1b959b7b"),
        ("pbkdf2_sha256", "pbkdf2_sha256$0$c2FsdA==$mG7C9/+HeAo37lLW/MMoLfndWxHfWD7uoJbp0fU5lNA="),
        ("pbkdf2_sha256_django", "pbkdf2_sha256$1000$salt"),
        ("pbkdf2_sha512", "pbkdf2_sha512$many$salt$a4de10a6"),
        ("pbkdf2_sha512_hex", "pbkdf2_sha512_hex$1000$salt$a4de10a6"),
        ("hmac_sha256_utf16_b64", "hmac_sha256_utf16_b64$BdZN4e5t4vVQv/Y8sPsZ/W8Roj/CnrHukJ0aDEs7$a2V5"),
    ] {
        let body = json!({ "username": "a1", "password_digest": digest, "password_hasher": hasher });
        assert_eq!(refused(body).await, "form_password_digest_invalid_code", "{hasher}");
    }
    let body = json!({ "username": "a1", "password_digest": "x", "password_hasher": "rot13" });
    assert_eq!(refused(body).await, "form_param_value_invalid");
    let body = json!({ "username": "a1", "password_digest": "x" });
    assert_eq!(refused(body).await, "form_conditional_param_missing");
}

#[tokio::test]
async fn a_backup_code_is_good_once() {
    let api = Api::start().await;
    let body = json!({ "username": "ada1", "backup_codes": ["one", "two"] });
    let ada = format!("/users/{}", text(&api.post("/users", body).await.body["id"]));
    let verify = |code: &'static str| {
        let (api, ada) = (&api, &ada);
        async move { api.post(&format!("{ada}/verify_totp"), json!({ "code": code })).await }
    };

    assert_eq!(verify("one").await.body, json!({ "verified": true, "code_type": "backup_code" }));
    assert_eq!(verify("one").await.refusal(), (422, "totp_incorrect_code", None));
    assert_eq!(api.get(&ada).await.body["two_factor_enabled"], true);
    assert_eq!(verify("two").await.status, 200);
    assert_eq!(api.delete(&format!("{ada}/mfa")).await.status, 200);
    let user = api.get(&ada).await.body;
    assert_eq!((&user["two_factor_enabled"], &user["backup_code_enabled"]), (&json!(false), &json!(false)));
    assert!(user["mfa_disabled_at"].is_i64());
    assert_eq!(verify("two").await.refusal(), (400, "totp_disabled", None));
}

#[tokio::test]
async fn a_template_makes_tokens_of_what_it_says() {
    let api = Api::start().await;
    let seed = api.clerk.seed();
    let ada = seed
        .user("ada@example.com")
        .with("first_name", "Ada")
        .with("public_metadata", json!({ "plan": "pro" }))
        .await;
    let claims = json!({
        "name": "{{user.first_name}}", "mail": "<{{user.primary_email_address}}>", "plan": "{{user.public_metadata.plan}}",
        "org": "{{org.slug}}", "role": "{{org.role}}", "none": "{{user.last_name}}",
    });
    api.create("/jwt_templates", json!({ "name": "hasura", "claims": claims, "lifetime": 300 })).await;
    let session = Token::read(&api.clerk.sign_in(&ada).organization("acme", "org:admin").token()).claims;
    let path = format!("/sessions/{}/tokens", text(&session["sid"]));

    let token = api.post(&format!("{path}/hasura"), json!({})).await.body;
    let unknown = api.post(&format!("{path}/other"), json!({})).await;

    let token = Token::read(&text(&token["jwt"]));
    assert!(token.is_signed_by(&api.get("/jwks").await.body));
    assert_eq!(token.header["cat"], "cl_B7d4PD222AAA");
    let claims = &token.claims;
    assert_eq!((&claims["name"], &claims["mail"]), (&json!("Ada"), &json!("<ada@example.com>")));
    assert_eq!(
        (&claims["plan"], &claims["org"], &claims["role"]),
        (&json!("pro"), &json!("acme"), &json!("org:admin"))
    );
    assert_eq!((&claims["none"], &claims["sub"], claims.get("sid")), (&Value::Null, &json!(ada.id), None));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn plans_that_were_subscribed_to_are_in_the_tokens() {
    let api = Api::start().await;
    let seed = api.clerk.seed();
    let ada = seed.user("ada@example.com").await;
    let acme = seed.organization("Acme").with("slug", "acme").await;
    let feature = clerk_sdk::mock::sample_with::<clerk_sdk::types::Feature>(json!({ "slug": "export" }));
    seed.plan("pro").with("features", json!([feature])).await;
    let team = seed.plan("team").with("for_payer_type", "org").await;
    let before = Token::read(&api.clerk.sign_in(&ada).token()).claims;

    seed.subscription(&ada.id, "pro").await;
    let subscription = seed.subscription(&acme.id, "team").await;
    let claims = Token::read(&api.clerk.sign_in(&ada).organization("acme", "org:member").token()).claims;

    assert_eq!((before.get("pla"), before.get("fea")), (None, None));
    assert_eq!((&claims["pla"], &claims["fea"]), (&json!("u:pro,o:team"), &json!("u:export")));
    let read = api.get("/organizations/acme/billing/subscription").await.body;
    assert_eq!((&read["id"], &read["payer_id"]), (&json!(subscription.id), &json!(subscription.payer_id)));
    assert_eq!(read["subscription_items"][0]["payer"]["organization_id"], json!(acme.id));
    assert_eq!(read["subscription_items"][0]["plan"]["id"], json!(team.id));
    assert_eq!(api.get("/billing/plans?payer_type=org").await.column("slug"), ["team"]);
    assert_eq!(api.get("/billing/plans").await.body["total_count"], 2);
    let other = api.user("bob@example.com").await;
    assert_eq!(api.get(&format!("/users/{other}/billing/subscription")).await.status, 404);
}

#[tokio::test]
async fn settings_of_the_instance_are_kept_and_heeded() {
    let api = Api::start().await;
    api.create("/allowlist_identifiers", json!({ "identifier": "*@example.com" })).await;
    api.create("/blocklist_identifiers", json!({ "identifier": "eve@example.com" })).await;
    let sign_up = |address: &'static str| {
        let api = &api;
        async move { api.post("/users", json!({ "email_address": [address] })).await }
    };

    let before = sign_up("early@other.example").await.status;
    let restrictions = json!({ "allowlist": true, "blocklist": true, "block_email_subaddresses": true });
    let restrictions = api.patch("/instance/restrictions", restrictions).await.body;
    let statuses = [sign_up("ada@example.com").await.status, sign_up("bob@other.example").await.status];
    let eve = sign_up("eve@example.com").await;
    let plus = sign_up("ada+1@example.com").await;
    api.patch("/instance/organization_settings", json!({ "max_allowed_memberships": 2 })).await;
    let acme = api.post("/organizations", json!({ "name": "Acme" })).await.body;
    api.patch("/instance/organization_settings", json!({ "enabled": false })).await;
    let disabled = api.post("/organizations", json!({ "name": "Other" })).await;

    assert_eq!((before, statuses), (200, [200, 403]));
    assert_eq!(
        (&restrictions["allowlist"], &restrictions["block_disposable_email_domains"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(eve.refusal(), (403, "not_allowed_access", None));
    assert_eq!(plus.refusal(), (403, "not_allowed_access", Some("email_address")));
    assert_eq!(acme["max_allowed_memberships"], 2);
    assert_eq!(disabled.refusal(), (403, "organization_not_enabled_in_instance", None));
    let scopes = json!({ "default_scopes": ["email", "profile", "email"] });
    let scopes = api.patch("/instance/oauth_application_settings", scopes).await.body;
    assert_eq!(scopes["default_scopes"], json!(["email", "profile"]));
    assert_eq!(api.get("/instance/organization_settings").await.body["enabled"], false);
}
