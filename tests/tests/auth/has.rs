//! What a caller has.

use std::time::Duration;

use clerk_sdk::auth::{Claims, Factor, Feature, Permission, Plan, Reverification, Role, Scope};
use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

use crate::common::{claims, merged, verifier, verify};

fn token_with(changes: Value) -> Claims {
    verify(&Signer::one().session(&claims(changes))).unwrap()
}

fn in_organization() -> Claims {
    token_with(json!({"fea": "o:billing,u:search,ou:export", "pla": "o:pro,u:free",
        "o": {"id": "org_1", "rol": "admin", "per": "manage,read", "fpm": "3,0,2"}}))
}

#[test]
fn roles_compare_with_and_without_their_prefix() {
    let claims = in_organization();
    for role in ["admin", "org:admin"] {
        assert!(claims.has(Role(role)), "{role}");
    }
    for role in ["", "org:", "member", "ADMIN", "admin ", "org:admi", "user:admin"] {
        assert!(!claims.has(Role(role)), "{role}");
    }
    let legacy = token_with(json!({"v": null, "org_id": "org_1", "org_role": "admin"}));
    assert!(legacy.has(Role("org:admin")) && legacy.has(Role("admin")));
}

#[test]
fn permissions_compare_with_and_without_their_prefix() {
    let claims = in_organization();
    for permission in ["org:billing:manage", "billing:manage", "org:billing:read"] {
        assert!(claims.has(Permission(permission)), "{permission}");
        assert!(claims.has(Permission(permission.to_owned())), "{permission}");
    }
    for permission in ["", "org:", "billing", "org:billing:write", "org:search:manage", "org:export:read"] {
        assert!(!claims.has(Permission(permission)), "{permission}");
    }
    let old = token_with(json!({"v": null, "org_id": "org_1", "org_permissions": ["billing:read"]}));
    assert!(old.has(Permission("org:billing:read")) && old.has(Permission("billing:read")));
}

#[test]
fn without_an_organization_there_are_no_roles_and_permissions() {
    let nowhere = token_with(json!({"v": null, "org_role": "org:admin", "org_permissions": ["org:a:b"]}));
    assert!(!nowhere.has(Role("admin")) && !nowhere.has(Permission("org:a:b")));
    let nameless = token_with(json!({"fea": "o:a", "o": {"id": "", "rol": "admin", "per": "b", "fpm": "1"}}));
    assert!(!nameless.has(Role("admin")) && !nameless.has(Permission("org:a:b")));
}

#[test]
fn features_and_plans_are_the_users_or_the_organizations() {
    let claims = in_organization();
    for feature in [
        "billing",
        "o:billing",
        "org:billing",
        "organization:billing",
        "search",
        "u:search",
        "user:search",
        "export",
        "o:export",
        "u:export",
    ] {
        assert!(claims.has(Feature(feature)), "{feature}");
    }
    for feature in ["", "o:", "billin", "u:billing", "org:search", "x:billing", "o:o:billing", "O:billing"] {
        assert!(!claims.has(Feature(feature)), "{feature}");
    }
    for plan in ["pro", "org:pro", "free", "user:free"] {
        assert!(claims.has(Plan(plan)), "{plan}");
    }
    for plan in ["billing", "user:pro", "org:free", ""] {
        assert!(!claims.has(Plan(plan)), "{plan}");
    }
    let odd = token_with(json!({"fea": "billing,o:,x:search, o:spaced ,:empty"}));
    for feature in ["billing", "search", "", "o:", "empty"] {
        assert!(!odd.has(Feature(feature)), "{feature}");
    }
    assert!(odd.has(Feature("spaced")));
}

#[test]
fn a_verification_must_be_recent() {
    use Reverification::{Lax, Moderate, Strict, StrictMfa};
    let has = |first: i64, second: i64, level: Reverification| {
        token_with(json!({ "fva": [first, second] })).has(level)
    };
    for (level, minutes) in [(Strict, 10), (Moderate, 60), (Lax, 1440)] {
        assert!(has(9999, minutes - 1, level), "{level:?}");
        assert!(!has(0, minutes, level), "{level:?}: the second is too old");
        assert!(has(minutes - 1, -1, level), "{level:?}: there is no second");
        assert!(!has(minutes, -1, level), "{level:?}");
        assert!(has(-1, minutes - 1, level), "{level:?}: the second alone");
        assert!(!has(-1, -1, level), "{level:?}");
    }
    assert!(has(9, 9, StrictMfa) && has(9, -1, StrictMfa));
    assert!(!has(10, 9, StrictMfa) && !has(9, 10, StrictMfa) && !has(-1, 9, StrictMfa));
    let first = Reverification::Within(Factor::First, Duration::from_secs(60));
    assert!(has(0, -1, first) && has(0, 99, first) && !has(1, 0, first) && !has(-1, 0, first));
    assert!(!has(0, 0, Reverification::Within(Factor::First, Duration::ZERO)));
}

#[test]
fn ages_that_are_none_verify_nothing() {
    for ages in
        [json!([0]), json!([0, 0, 0]), json!(["0", "0"]), json!([-2, 0]), json!([0, -0.5]), json!([0, null])]
    {
        assert!(!token_with(json!({ "fva": ages })).has(Reverification::Lax), "{ages}");
    }
    assert!(!token_with(json!({})).has(Reverification::Lax));
    assert!(token_with(json!({"fva": [0.5, 1439.5]})).has(Reverification::Lax));
}

#[test]
fn a_session_has_no_scopes() {
    assert!(!token_with(json!({ "scopes": ["read"], "aud": "read" })).has(Scope("read")));
}

#[test]
fn a_pending_session_has_nothing_unless_that_is_accepted() {
    let pending =
        token_with(json!({"sts": "pending", "v": null, "org_id": "org_1", "org_role": "org:admin"}));

    assert!(!pending.has(Role("admin")));
    assert!(pending.clone().accept_pending(true).has(Role("admin")));
    assert!(!pending.accept_pending(true).has(Role("member")));
}

#[tokio::test]
async fn a_token_that_is_no_session_has_nothing() {
    let signer = Signer::one();
    let rights = claims(json!({"v": null, "org_id": "org_1", "org_role": "org:admin"}));
    let template = signer.sign(&merged(signer.header(), json!({"cat": "cl_B7d4PD222AAA"})), &rights);
    let machine = merged(rights, json!({"sub": "mch_1", "jti": "mt_1"}));
    let machine = signer.sign(&merged(signer.header(), json!({"cat": "cl_B7d4PD333AAA"})), &machine);
    let verifier = verifier().build().unwrap();

    assert!(!verifier.verify_template(template).await.unwrap().has(Role("admin")));
    assert!(!verifier.verify_m2m(machine).await.unwrap().has(Role("admin")));
}
