//! What tokens say: one view of both versions.

use clerk_sdk::auth::{Claims, Permission, Role};
use clerk_tests::tokens::Signer;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::{claims, merged, verifier, verify};

/// The claims of a token of version 2, changed.
fn version_2(changes: Value) -> Claims {
    verify(&Signer::one().session(&claims(changes))).unwrap()
}

/// The claims of a token of version 1.
fn version_1(mut changes: Value) -> Claims {
    changes["v"] = json!(null);
    version_2(changes)
}

fn permissions(organization: Value, features: &str) -> Vec<String> {
    version_2(json!({"o": organization, "fea": features})).org_permissions().to_vec()
}

#[test]
fn version_1_names_the_organization_in_four_claims() {
    let claims = version_1(json!({"org_id": "org_1", "org_slug": "acme", "org_role": "org:admin",
        "org_permissions": ["org:billing:read", 7, "org:billing:manage"]}));

    assert_eq!((claims.org_id(), claims.org_slug()), (Some("org_1"), Some("acme")));
    assert_eq!(claims.org_role(), Some("org:admin"));
    assert_eq!(claims.org_permissions(), ["org:billing:read", "org:billing:manage"]);
}

#[test]
fn version_2_names_the_organization_in_one_object() {
    let claims = version_2(json!({"fea": "o:billing,o:search", "pla": "o:pro",
        "o": {"id": "org_1", "slg": "acme", "rol": "admin", "per": "manage,read", "fpm": "3,2"}}));

    assert_eq!((claims.org_id(), claims.org_slug()), (Some("org_1"), Some("acme")));
    assert_eq!(claims.org_role(), Some("org:admin"));
    assert_eq!(claims.org_permissions(), ["org:billing:manage", "org:billing:read", "org:search:read"]);
    assert_eq!(claims.features().collect::<Vec<_>>(), ["o:billing", "o:search"]);
    assert_eq!(claims.plans().collect::<Vec<_>>(), ["o:pro"]);
}

#[test]
fn the_claims_of_one_version_do_not_count_in_the_other() {
    let new = json!({"id": "org_2", "rol": "admin", "per": "read", "fpm": "1"});
    let old = json!({"org_id": "org_1", "org_role": "org:admin", "org_permissions": ["org:a:b"]});
    let mixed = |version: Value| {
        let mut both = old.clone();
        (both["o"], both["fea"], both["pla"], both["v"]) = (new.clone(), json!("o:a"), json!("o:p"), version);
        version_2(both)
    };
    assert_eq!(mixed(json!(2)).org_id(), Some("org_2"));
    assert_eq!(version_2(old.clone()).org_id(), None);
    assert!(version_2(old.clone()).org_permissions().is_empty());
}

#[test]
fn a_version_other_than_2_has_no_organization_features_and_plans() {
    let rights = json!({"o": {"id": "org_2", "rol": "admin", "per": "read", "fpm": "1"}, "fea": "o:a", "pla": "o:p",
        "org_id": "org_1", "org_role": "org:admin", "org_slug": "acme", "org_permissions": ["org:a:b"]});
    for version in [json!(1), json!("2"), json!(3), json!(2.5), json!(true), json!([2]), json!({})] {
        let mut both = rights.clone();
        both["v"] = version.clone();
        let claims = version_2(both);
        assert_eq!((claims.org_id(), claims.org_role(), claims.org_slug()), (None, None, None), "{version}");
        assert!(claims.org_permissions().is_empty(), "{version}");
        assert_eq!((claims.features().count(), claims.plans().count()), (0, 0), "{version}");
        assert!(!claims.has(Role("admin")) && !claims.has(Permission("org:a:b")), "{version}");
        assert_eq!((claims.user_id(), claims.session_id()), (Some("user_1"), Some("sess_1")), "{version}");
    }
    // A null is there, and is not 2.
    let signer = Signer::one();
    let text = merged(claims(rights), json!({"v": null})).to_string().replacen('{', "{\"v\":null,", 1);
    let null = verify(&signer.sign_text(&signer.header().to_string(), &text, "RS256")).unwrap();
    assert_eq!(null.org_id(), None);
}

/// Claims with everything that is a session's, as anyone may write them into a template or an API key.
pub fn pretended() -> Value {
    json!({"sid": "sess_9", "sts": "pending", "act": {"sub": "user_9"}, "fva": [1, 2], "v": 2, "fea": "o:a", "pla": "o:p",
           "o": {"id": "org_9", "slg": "acme", "rol": "admin", "per": "read", "fpm": "1"},
           "org_id": "org_9", "org_slug": "acme", "org_role": "org:admin", "org_permissions": ["org:a:b"]})
}

/// Asserts that claims describe no session, and that all of them are there.
#[track_caller]
pub fn assert_names_no_session(claims: &Claims) {
    assert_eq!((claims.session_id(), claims.org_id()), (None, None));
    assert_eq!((claims.org_slug(), claims.org_role()), (None, None));
    assert!(claims.org_permissions().is_empty());
    assert_eq!((claims.features().count(), claims.plans().count()), (0, 0));
    assert_eq!((claims.actor(), claims.factor_ages()), (None, None));
    assert!(!claims.is_pending());
    let printed = format!("{claims:?}");
    assert!(!printed.contains("sess_9") && !printed.contains("org_9"), "{printed}");
    for (name, value) in pretended().as_object().unwrap() {
        assert_eq!(claims.raw().get(name), Some(value), "{name}");
    }
    let custom: Value = claims.custom().unwrap();
    assert_eq!(custom["sid"], "sess_9");
}

#[tokio::test]
async fn claims_of_a_template_name_no_session_and_no_organization() {
    let signer = Signer::one();
    let header = merged(signer.header(), json!({"cat": "cl_B7d4PD222AAA"}));
    for version in [json!(2), json!(null)] {
        let token = signer.sign(&header, &merged(claims(pretended()), json!({"v": version})));
        let claims = verifier().build().unwrap().verify_template(&token).await.unwrap();
        assert_eq!((claims.session_id(), claims.org_id(), claims.org_role()), (None, None, None));
        assert_eq!(claims.user_id(), Some("user_1"));
    }
    let token = signer.sign(&header, &claims(pretended()));
    assert_names_no_session(&verifier().build().unwrap().verify_template(&token).await.unwrap());
}

#[test]
fn permissions_come_from_bit_masks_of_any_length() {
    let org = |per: &str, fpm: &str| json!({"id": "org_1", "per": per, "fpm": fpm});
    assert_eq!(permissions(org("a,b,c", "5"), "o:x"), ["org:x:a", "org:x:c"]);
    assert_eq!(permissions(org("a,b", "4"), "o:x"), [] as [&str; 0], "a bit without a name");
    let names: Vec<String> = (0..101).map(|n| format!("p{n}")).collect();
    let large = permissions(org(&names.join(","), "1267650600228229401496703205377"), "o:x");
    assert_eq!(large, ["org:x:p0", "org:x:p100"]);
    for mask in ["", "0", "-1", "1.0", "0x1", "1e0", "x", "+1"] {
        assert_eq!(permissions(org("a", mask), "o:x"), [] as [&str; 0], "{mask:?}");
    }
    assert_eq!(permissions(org("a", "1"), "o:x,o:y"), ["org:x:a"], "fewer masks than features");
    assert_eq!(permissions(org("a", "1,1"), "o:x"), ["org:x:a"], "more masks than features");
    assert_eq!(permissions(org("", "1"), "o:x"), [] as [&str; 0], "no names");
    assert_eq!(permissions(org("a, b", " 3 "), " o:x "), ["org:x:a", "org:x:b"], "spaces");
    assert_eq!(permissions(json!({"id": "org_1", "per": "a", "fpm": 1}), "o:x"), [] as [&str; 0]);
    assert_eq!(permissions(json!({"per": "a", "fpm": "1"}), "o:x"), [] as [&str; 0], "no organization");
}

#[test]
fn a_permission_counts_only_where_both_readings_of_the_masks_have_it() {
    let org = |fpm: &str| json!({"id": "org_1", "per": "a,b", "fpm": fpm});
    // Aligned with all features: x has 1, y has 2. With the organization's: y has 1.
    assert_eq!(permissions(org("1,2"), "u:x,o:y"), [] as [&str; 0]);
    assert_eq!(permissions(org("1,3"), "u:x,o:y"), ["org:y:a"]);
    assert_eq!(permissions(org("3,2"), "u:x,o:y"), ["org:y:b"]);
    assert_eq!(permissions(org("1,1"), "uo:x,ou:y"), ["org:x:a", "org:y:a"]);
    assert_eq!(permissions(org("1"), "u:x"), [] as [&str; 0], "the user's alone");
    assert_eq!(permissions(org("1"), "x"), [] as [&str; 0], "no scope");
    assert_eq!(permissions(org("1,2"), "x,o:y"), ["org:y:a"], "what has no scope is not there");
}

#[test]
fn a_claim_of_a_wrong_type_is_not_there() {
    let claims =
        version_2(json!({"sid": 1, "iss": [], "azp": {}, "o": [], "fea": ["o:a"], "pla": 1, "fva": "1,2",
        "act": "user_2", "sts": true, "jti": ""}));

    assert_eq!((claims.session_id(), claims.issuer(), claims.authorized_party()), (None, None, None));
    assert_eq!((claims.org_id(), claims.org_role(), claims.token_id()), (None, None, None));
    assert_eq!((claims.features().count(), claims.plans().count()), (0, 0));
    assert!(claims.factor_ages().is_none() && claims.actor().is_none() && !claims.is_pending());
    let partly = version_2(json!({"o": {"id": "org_1", "rol": 1, "slg": null, "per": [], "fpm": "1"}}));
    assert_eq!((partly.org_id(), partly.org_role(), partly.org_slug()), (Some("org_1"), None, None));
}

#[test]
fn who_acts_for_a_user_is_told() {
    let claims = version_2(json!({"act": {"sub": "user_2", "iss": "https://dashboard.clerk.com"}}));

    assert_eq!(claims.actor().unwrap()["sub"], "user_2");
}

#[test]
fn claims_of_your_own_are_read_into_your_types() {
    #[derive(Deserialize)]
    struct Own {
        plan: Plan,
        seats: Option<u32>,
    }
    #[derive(Deserialize)]
    struct Plan {
        name: String,
    }
    let claims = version_2(json!({"plan": {"name": "pro"}}));

    let own: Own = claims.custom().unwrap();

    assert_eq!((own.plan.name.as_str(), own.seats), ("pro", None));
    assert!(version_2(json!({"plan": 1})).custom::<Own>().is_err());
}

#[test]
fn claims_print_names_and_not_what_is_in_them() {
    let printed = format!("{:?}", version_2(json!({"email": "SECRET@example.com"})));

    assert!(printed.contains("user_1") && printed.contains("email"), "{printed}");
    assert!(!printed.contains("SECRET"), "{printed}");
}
