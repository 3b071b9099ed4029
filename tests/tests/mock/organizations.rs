//! Organizations, their members and the invitations into them.

use serde_json::{Value, json};

use crate::api::Api;

#[tokio::test]
async fn an_organization_has_a_slug_of_its_own_and_is_found_by_it() {
    let api = Api::start().await;

    let id = api.create("/organizations", json!({ "name": "Acme Inc." })).await;
    let second = api.post("/organizations", json!({ "name": "Acme Inc." })).await.body;
    let taken = api.post("/organizations", json!({ "name": "Other", "slug": "acme-inc" })).await;
    let bad = api.post("/organizations", json!({ "name": "Other", "slug": "Acme Inc" })).await;

    assert!(id.starts_with("org_") && id.len() == 31, "{id}");
    assert_eq!(api.get("/organizations/acme-inc").await.body["id"], json!(id));
    assert!(second["slug"].as_str().is_some_and(|s| s.starts_with("acme-inc-")), "{second}");
    assert_eq!(taken.refusal(), (422, "form_identifier_exists", Some("slug")));
    assert_eq!(bad.refusal(), (422, "form_param_format_invalid", Some("slug")));
}

#[tokio::test]
async fn who_creates_an_organization_is_its_first_admin() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;

    let id = api.create("/organizations", json!({ "name": "Acme", "created_by": ada })).await;
    let nobody = api.post("/organizations", json!({ "name": "B", "created_by": "user_x" })).await;

    let members = api.get(&format!("/organizations/{id}/memberships")).await;
    assert_eq!(members.column("role"), ["org:admin"]);
    assert_eq!(members.body["data"][0]["public_user_data"]["user_id"], json!(ada));
    assert_eq!(members.body["data"][0]["organization"]["id"], json!(id));
    assert_eq!(nobody.refusal(), (400, "organization_creator_not_found", None));
}

#[tokio::test]
async fn an_organization_changes_and_counts_its_members_where_asked() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let id = api.create("/organizations", json!({ "name": "Acme", "created_by": ada })).await;
    let path = format!("/organizations/{id}");

    let changed = api.patch(&path, json!({ "name": "Acme 2", "max_allowed_memberships": 1 })).await.body;
    let counted = api.get(&format!("{path}?include_members_count=true")).await.body;

    assert_eq!((&changed["name"], &changed["slug"]), (&json!("Acme 2"), &json!("acme")));
    assert_eq!((&changed["members_count"], &counted["members_count"]), (&Value::Null, &json!(1)));
}

#[tokio::test]
async fn metadata_of_organizations_is_merged_by_patch_and_replaced_by_put() {
    let api = Api::start().await;
    let body = json!({ "name": "Acme", "public_metadata": { "a": { "b": 1, "c": 2 } }, "private_metadata": { "p": 1 } });
    let path = format!("/organizations/{}/metadata", api.create("/organizations", body).await);

    let merged = api.patch(&path, json!({ "public_metadata": { "a": { "b": null, "d": 3 } } })).await.body;
    let replaced = api.put(&path, json!({ "public_metadata": { "z": 1 } })).await.body;

    assert_eq!(merged["public_metadata"], json!({ "a": { "c": 2, "d": 3 } }));
    assert_eq!(merged["private_metadata"], json!({ "p": 1 }));
    assert_eq!(replaced["public_metadata"], json!({ "z": 1 }));
    assert_eq!(replaced["private_metadata"], json!({ "p": 1 }));
}

#[tokio::test]
async fn organizations_are_found_by_name_member_and_id() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let acme = api.create("/organizations", json!({ "name": "Acme", "created_by": ada })).await;
    let zeta = api.create("/organizations", json!({ "name": "Zeta" })).await;

    for (query, expected) in [
        ("", vec![&zeta, &acme]),
        ("query=ACM", vec![&acme]),
        (&format!("query={zeta}"), vec![&zeta]),
        (&format!("user_id={ada}"), vec![&acme]),
        (&format!("user_id=-{ada}"), vec![&zeta]),
        (&format!("organization_id=%2B{acme}&organization_id=-{zeta}"), vec![&acme]),
        ("order_by=name", vec![&acme, &zeta]),
        ("order_by=-members_count", vec![&acme, &zeta]),
        ("limit=1&offset=1", vec![&acme]),
    ] {
        let answer = api.get(&format!("/organizations?{query}")).await;
        assert_eq!(answer.column("id"), expected, "{query}");
    }
}

#[tokio::test]
async fn an_organization_takes_its_members_and_invitations_with_it() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let id = api.create("/organizations", json!({ "name": "Acme", "created_by": ada })).await;
    let session = json!({ "user_id": ada, "active_organization_id": id });
    let session = api.create("/sessions", session).await;
    let invitee = json!({ "email_address": "bob@example.com", "role": "org:member" });
    api.create(&format!("/organizations/{id}/invitations"), invitee).await;

    let deleted = api.delete(&format!("/organizations/{id}")).await.body;

    assert_eq!((&deleted["deleted"], &deleted["id"]), (&json!(true), &json!(id)));
    assert_eq!(api.get(&format!("/organizations/{id}")).await.refusal().0, 404);
    assert_eq!(api.get("/organization_memberships").await.body["total_count"], 0);
    assert_eq!(api.get("/organization_invitations").await.body["total_count"], 0);
    assert_eq!(
        api.get(&format!("/sessions/{session}")).await.body["last_active_organization_id"],
        Value::Null
    );
}

#[tokio::test]
async fn a_user_becomes_a_member_changes_role_and_leaves() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let id = api.create("/organizations", json!({ "name": "Acme" })).await;
    let members = format!("/organizations/{id}/memberships");
    let join = json!({ "user_id": ada, "role": "org:member", "public_metadata": { "team": "a" } });

    let joined = api.post(&members, join.clone()).await;
    let again = api.post(&members, join).await;
    let stranger = api.post(&members, json!({ "user_id": "user_x", "role": "org:member" })).await;
    let promoted = api.patch(&format!("{members}/{ada}"), json!({ "role": "org:admin" })).await;
    let noted =
        api.patch(&format!("{members}/{ada}/metadata"), json!({ "public_metadata": { "lead": true } })).await;
    let left = api.delete(&format!("{members}/{ada}")).await;

    assert_eq!(joined.body["public_metadata"], json!({ "team": "a" }));
    assert_eq!(again.refusal(), (400, "already_a_member_in_organization", None));
    assert_eq!(stranger.refusal(), (404, "resource_not_found", None));
    assert_eq!((&promoted.body["role"], &promoted.body["role_name"]), (&json!("org:admin"), &json!("Admin")));
    assert!(
        promoted.body["permissions"].as_array().map(Vec::len)
            > joined.body["permissions"].as_array().map(Vec::len)
    );
    assert_eq!(noted.body["public_metadata"], json!({ "team": "a", "lead": true }));
    assert_eq!(left.body["id"], joined.body["id"]);
    assert_eq!(api.get(&members).await.body["total_count"], 0);
    assert_eq!(api.delete(&format!("{members}/{ada}")).await.refusal().0, 404);
}

#[tokio::test]
async fn an_organization_that_is_full_takes_no_more_members() {
    let api = Api::start().await;
    let (ada, bob) = (api.user("ada@example.com").await, api.user("bob@example.com").await);
    let acme = json!({ "name": "Acme", "created_by": ada, "max_allowed_memberships": 1 });
    let id = api.create("/organizations", acme).await;

    let path = format!("/organizations/{id}/memberships");
    let refused = api.post(&path, json!({ "user_id": bob, "role": "org:member" })).await;

    assert_eq!(refused.refusal(), (403, "organization_membership_quota_exceeded", None));
}

#[tokio::test]
async fn members_are_filtered_and_ordered() {
    let api = Api::start().await;
    let id = api.create("/organizations", json!({ "name": "Acme", "max_allowed_memberships": 0 })).await;
    for (name, role) in [("bob", "org:member"), ("ada", "org:admin"), ("cyd", "org:member")] {
        let user = json!({ "email_address": [format!("{name}@example.com")], "first_name": name });
        let user = api.create("/users", user).await;
        api.post(&format!("/organizations/{id}/memberships"), json!({ "user_id": user, "role": role })).await;
    }

    for (query, expected) in [
        ("", "cyd ada bob"),
        ("order_by=first_name", "ada bob cyd"),
        ("order_by=-email_address", "cyd bob ada"),
        ("role=org:member", "cyd bob"),
        ("email_address=ada@example.com", "ada"),
        ("query=BOB", "bob"),
        ("name_query=cy", "cyd"),
        ("limit=1&offset=1", "ada"),
    ] {
        let answer = api.get(&format!("/organizations/{id}/memberships?{query}")).await;
        let data = answer.body["data"].as_array().expect("data");
        let names: Vec<_> =
            data.iter().filter_map(|m| m["public_user_data"]["first_name"].as_str()).collect();
        assert_eq!(names.join(" "), expected, "{query}");
    }
}

#[tokio::test]
async fn what_a_membership_shows_of_user_and_organization_is_as_of_now() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let id = api.create("/organizations", json!({ "name": "Acme", "created_by": ada })).await;

    api.patch(&format!("/users/{ada}"), json!({ "first_name": "Augusta" })).await;
    api.patch(&format!("/organizations/{id}"), json!({ "name": "Acme 2" })).await;

    let memberships = api.get(&format!("/users/{ada}/organization_memberships")).await.body;
    assert_eq!(memberships["data"][0]["public_user_data"]["first_name"], "Augusta");
    assert_eq!(memberships["data"][0]["organization"]["name"], "Acme 2");
}

#[tokio::test]
async fn invitations_into_an_organization_are_pending_until_revoked() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let id = api.create("/organizations", json!({ "name": "Acme", "created_by": ada })).await;
    let path = format!("/organizations/{id}/invitations");
    let bob = json!({ "email_address": "bob@example.com", "role": "org:member", "inviter_user_id": ada });

    let invited = api.post(&path, bob.clone()).await.body;
    let again = api.post(&path, bob).await;
    let member = api.post(&path, json!({ "email_address": "ada@example.com", "role": "org:member" })).await;
    let one = format!("{path}/{}", invited["id"].as_str().expect("an id"));
    let revoked = api.post(&format!("{one}/revoke"), json!({ "requesting_user_id": ada })).await.body;

    assert_eq!((&invited["status"], &invited["organization_id"]), (&json!("pending"), &json!(id)));
    assert_eq!(invited["public_inviter_data"]["user_id"], json!(ada));
    assert_eq!(again.refusal(), (400, "organization_invitation_not_unique", None));
    assert_eq!(member.refusal(), (400, "already_a_member_in_organization", None));
    assert_eq!(revoked["status"], "revoked");
    assert_eq!(api.get(&one).await.body["status"], "revoked");
    assert_eq!(api.get(&format!("{path}/pending")).await.body["total_count"], 0);
    assert_eq!(api.get(&format!("{path}?status=revoked")).await.body["total_count"], 1);
    assert_eq!(api.post(&format!("{one}/revoke"), json!({})).await.status, 400);
}

#[tokio::test]
async fn invitees_see_their_invitations_and_the_organization_in_them() {
    let api = Api::start().await;
    let bob = api.user("bob@example.com").await;
    let id = api.create("/organizations", json!({ "name": "Acme" })).await;
    let both =
        ["bob", "eve"].map(|n| json!({ "email_address": format!("{n}@example.com"), "role": "org:member" }));

    let bulk = api.post(&format!("/organizations/{id}/invitations/bulk"), json!(both)).await;
    let of_bob = api.get(&format!("/users/{bob}/organization_invitations?status=pending")).await;
    let all = api.get("/organization_invitations?order_by=email_address").await;

    assert_eq!(bulk.body["total_count"], 2);
    assert_eq!(of_bob.column("email_address"), ["bob@example.com"]);
    assert_eq!(of_bob.body["data"][0]["public_organization_data"]["name"], "Acme");
    assert_eq!(all.column("email_address"), ["bob@example.com", "eve@example.com"]);
}
