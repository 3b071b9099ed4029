//! Objects without their private metadata, for a browser.

use clerk_sdk::mock::sample_with;
use clerk_sdk::types::{Organization, OrganizationInvitation, OrganizationMembership, User};
use clerk_sdk::{v2024_10_01, v2025_11_10, webhooks};
use serde_json::{Value, json};

fn hidden() -> Value {
    json!({"note": "SECRET"})
}

/// A membership whose organization has private metadata, too.
fn membership() -> Value {
    let organization = sample_with::<Organization>(json!({ "private_metadata": hidden() }));
    let membership = json!({ "private_metadata": hidden(), "organization": organization });
    serde_json::to_value(sample_with::<OrganizationMembership>(membership)).unwrap()
}

/// Checks that an object has private metadata, and the same without it has none and everything else.
macro_rules! becomes_public {
    ($ty:ty, $fields:expr) => {{
        let whole: $ty = sample_with($fields);
        let mut expected = serde_json::to_value(&whole).unwrap();
        assert!(expected.to_string().contains("SECRET"), "{}", stringify!($ty));
        let public = serde_json::to_value(whole.without_private()).unwrap();
        assert!(!public.to_string().contains("SECRET"), "{public}");
        remove(&mut expected);
        assert_eq!(public, expected);
    }};
}

fn remove(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("private_metadata");
            members.values_mut().for_each(remove);
        }
        Value::Array(items) => items.iter_mut().for_each(remove),
        _ => {}
    }
}

#[test]
fn a_user_without_private_metadata_has_everything_else() {
    let user = || json!({ "private_metadata": hidden(), "organization_memberships": [membership()] });
    becomes_public!(User, user());
    becomes_public!(v2025_11_10::types::User, user());
    becomes_public!(v2024_10_01::types::User, user());
    becomes_public!(webhooks::types::User, user());
}

#[test]
fn organizations_memberships_and_invitations_have_such_a_form_too() {
    becomes_public!(Organization, json!({ "private_metadata": hidden() }));
    becomes_public!(OrganizationInvitation, json!({ "private_metadata": hidden() }));
    becomes_public!(OrganizationMembership, membership());
    let organization = json!({ "private_metadata": hidden() });
    becomes_public!(
        OrganizationMembership,
        json!({ "organization": sample_with::<Organization>(organization) })
    );
}
